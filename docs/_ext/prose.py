"""Text as the project writes it, made into what the site's parsers read. No Sphinx in here.

Markdown here uses a star or an underscore in formulas (x*, ‖v‖_M) as often as for emphasis, which
parsers take for emphasis; docstrings name their arguments as "name: what it is" in plain lines.
"""

import re
from collections.abc import Callable, Iterator

_APART = re.compile(r"(^```.*?^```|`[^`\n]*`|\]\([^)\n]*\)|^ {4,}.*?$)", re.DOTALL | re.MULTILINE)
_FENCE = re.compile(r"(^```.*?^```$)", re.DOTALL | re.MULTILINE)
_STARS_OR_CODE = re.compile(r"``.*?``|`[^`\n]*`|\]\([^)\n]*\)|\*+")
_LABEL = re.compile(r"(?<![\w#\[-])T(\d\d?)(?![\w²])")
# x_iy_i is x_i y_i: an index is a word below, at most two of i, j, k, l, or one other sign; none
# follows four letters, as in test_mirror
_INDEX = re.compile(r"(?<![a-z]{4})([_^])(\{[^{}]*\}|min|max|iR|Ri|[ijkl]{1,2}|[^\W_]|[½∞])")
_TAGS = {"_": "sub", "^": "sup"}
_STATEMENT = re.compile(r"^\*\*T(\d\d?)\b", re.MULTILINE)
_RUN_IN = re.compile(r"(?<=\S)\n(?=\*\*?[A-Z]|\([a-z]′?\) \*)")
_NAME = r"(?:[a-z]\w*|[A-Z])"
_ARGUMENT = re.compile(rf"({_NAME}(?:, {_NAME})*): (?=\S)")

# in a docstring's line of arguments: another one, or what comes after them
_INLINE = re.compile(r"(?<=[^.][.;]) (?=(?:[a-z]\w*, )*[a-z]\w*: |(?:Returns|Raises|Source)\b)")
_SINGLE = re.compile(r"(?<!\w)([^\W\d_])([_^])(min|max|[ijkl]{1,2}|[^\W_])(?!\w)")


def outside_code(text: str, change: Callable[[str], str]) -> str:
    """The text, changed everywhere but in code, in link targets and in indented lines.

    >>> outside_code("a `a` a", str.upper)
    'A `a` A'
    """
    parts = _APART.split(text)
    return "".join(part if k % 2 else change(part) for k, part in enumerate(parts))


def typeset(text: str) -> str:
    r"""Markdown whose formulas are set: indices, exponents, and stars that are no emphasis.

    >>> print(typeset("*Proof.* With x* a zero, ‖u*Mu‖²_M = Σ_{i≠j} e^{−αt} is *real*."))
    *Proof.* With x\* a zero, ‖u\*Mu‖²<sub>M</sub> = Σ<sub>i≠j</sub> e<sup>−αt</sup> is *real*.
    """
    return _outside_fences(text, lambda part: _escape_indices(_set_indices(part)))


def escape_all(text: str) -> str:
    r"""The same, with indices and exponents left as they are written.

    >>> print(escape_all("*Proof.* x* and ‖v‖_M ≥ Σ_{i≠j}"))
    *Proof.* x\* and ‖v‖\_M ≥ Σ\_{i≠j}
    """
    return _outside_fences(text, _escape_indices)


def _outside_fences(text: str, change: Callable[[str], str]) -> str:
    parts = _FENCE.split(text)
    for k in range(0, len(parts), 2):
        starred = "".join(map(escape_stars, re.split(r"(\n\s*\n)", parts[k])))
        parts[k] = outside_code(starred, change)
    return "".join(parts)


def _escape_indices(text: str) -> str:
    return text.replace("_", "\\_")


def _set_indices(text: str) -> str:
    def mark(match: re.Match[str]) -> str:
        tag, inside = _TAGS[match[1]], match[2]
        if inside.startswith("{"):
            inside = _set_indices(inside[1:-1])
        return f"<{tag}>{inside}</{tag}>"

    return _INDEX.sub(mark, text)


def escape_stars(paragraph: str) -> str:
    r"""A paragraph in which the stars of formulas are escaped, those of emphasis are not.

    >>> print(escape_stars("*Every* `x*` has x* − y* in (V*)"))
    *Every* `x*` has x\* − y\* in (V\*)
    """
    pieces: list[str] = []
    open_runs: list[str] = []
    end = 0
    for match in _STARS_OR_CODE.finditer(paragraph):
        pieces.append(paragraph[end : match.start()])
        end, run = match.end(), match[0]
        before, after = paragraph[: match.start()][-1:], paragraph[end : end + 1]
        begins = before in ("", " ", "\n", "(", "|", "“") and after not in ("", " ", "\n")
        is_bullet = before in ("", "\n") and after == " "
        if run.startswith("*") and not is_bullet:
            if run in open_runs and not begins:
                open_runs.remove(run)
            elif begins:
                open_runs.append(run)
            else:
                run = "\\*" * len(run)
        pieces.append(run)
    return "".join([*pieces, paragraph[end:]])


def spread_theory(text: str) -> str:
    """A theory's statements with anchors, and its proofs and remarks as paragraphs of their own.

    >>> print(spread_theory("**T1 (gain)**. So.\\n*Proof.* Thus. ∎"))
    (t1)=
    **T1 (gain)**. So.
    <BLANKLINE>
    *Proof.* Thus. ∎
    """
    seen: set[str] = set()

    def anchor(match: re.Match[str]) -> str:
        first = match[1] not in seen
        seen.add(match[1])
        return f"(t{match[1]})=\n{match[0]}" if first else match[0]

    return _STATEMENT.sub(anchor, _RUN_IN.sub("\n\n", text))


def link_labels(text: str, labels: frozenset[str]) -> str:
    """Markdown in which T5 links to the theorem of that name, where there is one.

    >>> link_labels("see T5 and T99, not `T5`", frozenset({"5"}))
    'see [T5](#t5) and T99, not `T5`'
    """

    def link(match: re.Match[str]) -> str:
        return f"[{match[0]}](#t{match[1]})" if match[1] in labels else match[0]

    return outside_code(text, lambda part: _LABEL.sub(link, part))


def statements(theory: str) -> frozenset[str]:
    """The numbers of the theorems that a theory states.

    >>> sorted(statements("**T1 (a)**. x\\n\\n**T12 (b)**. y"))
    ['1', '12']
    """
    return frozenset(_STATEMENT.findall(theory))


def docstring_to_rst(lines: list[str], labels: frozenset[str]) -> list[str]:
    """A docstring's lines with its arguments as a list and its theorem labels as links.

    >>> docstring_to_rst(["Steps.", "", "h: the step, in", "    seconds (T7)."], frozenset("7"))
    ['Steps.', '', '* **h**: the step, in seconds (:ref:`T7 <t7>`).', '']
    """
    result: list[str] = []
    for paragraph in _paragraphs(lines):
        if paragraph[0].lstrip().startswith((">>>", "..", "* ", "- ")):
            result += [*paragraph, ""]
        else:
            for item in _items(paragraph):
                result += [_rst(item, labels), ""]
    return result


def _paragraphs(lines: list[str]) -> Iterator[list[str]]:
    paragraph: list[str] = []
    for line in [*lines, ""]:
        if line.strip():
            paragraph.append(line)
        elif paragraph:
            yield paragraph
            paragraph = []


def _items(paragraph: list[str]) -> Iterator[str]:
    """Each argument with its lines as one, and other prose between them."""
    item = ""
    for line in paragraph:
        starts = not line.startswith(" ") and (not item or item.endswith((".", ":", ";")))
        if item and starts and (_ARGUMENT.match(line) or _ARGUMENT.match(item)):
            yield from _INLINE.split(item)
            item = ""
        item = f"{item} {line.strip()}".strip()
    if item:
        yield from _INLINE.split(item)


def _rst(item: str, labels: frozenset[str]) -> str:
    def change(part: str) -> str:
        part = _LABEL.sub(lambda m: f":ref:`{m[0]} <t{m[1]}>`" if m[1] in labels else m[0], part)
        part = re.sub(r"_(?=\W|$)|\|", r"\\\g<0>", part)
        return _SINGLE.sub(lambda m: f"{m[1]}\\ :{_TAGS[m[2]]}:`{m[3]}`\\ ", part)

    parts = re.split(r"(:\w+:`[^`]*`|``.*?``|`[^`]*`)", escape_stars(item))
    text = "".join(part if k % 2 else change(part) for k, part in enumerate(parts))
    match = _ARGUMENT.match(item)
    return f"* **{match[1]}**: {text[match.end() :]}" if match else text
