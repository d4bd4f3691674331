"""Nothing is shown that is not checked, or it says so: every line and attribute has its basis.

Walks the table, the notebook fragment and the report of every valid file of the corpus.
"""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest

from certificates.certificate import Certificate, Refusal, load
from certificates.decay import Decay, Decays
from certificates.equilibrium import Basin, Equilibrium
from certificates.kernel.document.reading import read
from certificates.kernel.obligation import Obligation, Title, Verification
from certificates.kernel.refusal import read_refusal
from certificates.kernel.verify import verify
from certificates.promises import Asynchronous, BestResponse, Promised
from certificates.report import shown, table
from certificates.report import words as report_words
from certificates.report.page import page
from certificates.report.refusal import refusal_head, refusal_rows, sentence
from certificates.report.shown import ATTRIBUTES, LINES, Basis, Kind, Row, line, settled
from certificates.report.words import promises, theorem_name
from certificates.step_range import StepRange
from tests.corpus.make import HERE

VALID = sorted(path for path in (HERE / "valid").iterdir() if path.name != "ring.json.gz")
CLASSES = (
    Certificate, Refusal, Promised, Asynchronous, BestResponse, StepRange, Equilibrium, Basin,
    Decays, Decay,
)  # fmt: skip
FRAME = {  # fixed texts of the page: they say nothing of one game
    "Skip to the content", "The numbers", "What it says", "What it does not say", "Pictures",
    "Said by the search, not checked", "What was checked", "Check it again", "The game", "Result",
    "Obligation", "Theorem", "holds", "sgn verify CERT.json", report_words.LIMITS,
    report_words.NO_DIVERGENCE, *report_words.CAVEATS.values(),
}  # fmt: skip
HEADINGS = {
    "rates:", "distance:", "steps:", "where play ends, and from which starts:",
    "how far the weights may move:", "for comparison:", "what it rests on:",
    f"{Kind.SAID.value}:",
}  # fmt: skip
PATTERNS = (
    r"When this page was made, the independent checker worked through the file, .* It found: .*\.",
    r"This page is a picture of the file, and proves nothing itself\. .* and run",
    r"Its digest \(SHA-256\) is [0-9a-f]{64}\.",
    r"Made, as the file says, by .*",
)


@cache
def loaded(path: Path) -> tuple[Certificate | Refusal, Verification]:
    result = load(path)
    return result, verify(result.document)


def headed_rows_of(result: Certificate | Refusal) -> table.Table:
    if isinstance(result, Refusal):
        return refusal_head(result.claims), refusal_rows(result.claims)
    return table.certificate_rows(result.claims)


def rows_of(result: Certificate | Refusal) -> list[Row]:
    return headed_rows_of(result)[1]


def quotes_of(result: Certificate | Refusal) -> list[Row]:
    return [] if isinstance(result, Refusal) else table.certificate_quotes(result.claims)[1]


def sentences_of(result: Certificate | Refusal) -> list[Row]:
    return promises(result.claims) if isinstance(result, Certificate) else []


def established(verification: Verification) -> set[Title]:
    return {o.title for o in verification.obligations if o.holds}


def squeezed(text: str) -> str:
    return " ".join(text.split())


# ---- rows ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.name)
def test_every_row_rests_on_obligations_that_were_established(path: Path) -> None:
    result, verification = loaded(path)
    titles = established(verification)
    for row in rows_of(result) + quotes_of(result) + sentences_of(result):
        assert row.basis.is_established(titles), row
        assert row.basis.obligations or row.basis.kind not in (Kind.CHECKED, Kind.COMPUTED), row
    assert settled(rows_of(result), verification) == rows_of(result)


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.name)
def test_every_printed_line_is_of_a_row_and_the_unchecked_ones_come_last(path: Path) -> None:
    result, _ = loaded(path)
    head, rows = headed_rows_of(result)
    checked, said = table.apart(rows)
    heading = f"{Kind.SAID.value}:" if said else ""
    if isinstance(result, Refusal):
        printed = f"{head} {words(checked)} {heading} {words(said)}"
        assert squeezed(result.details()) == squeezed(printed)
    else:
        quoted = table.certificate_quotes(result.claims)[1]
        printed = f"{head} {words(quoted)}"
        lines = result.details().splitlines()
        details = words_of_groups(lines)
        first = words([*quoted[:-1], *(row for row in rows if row.label not in ("game", "region"))])
        assert squeezed(details) == squeezed(f"{head} {first}")
        assert not said or lines.index(f"  {heading}") == max(map(lines.index, headings(lines)))
    assert squeezed(str(result)) == squeezed(printed)  # no word more, no word less
    assert {row.basis.kind for row in said} <= {Kind.SAID}
    assert Kind.SAID not in {row.basis.kind for row in checked}


def headings(lines: list[str]) -> list[str]:
    """The headings of groups: of two spaces, a word and a colon."""
    return [line for line in lines if re.fullmatch(r"  \S.*:", line) and line.strip() in HEADINGS]


def words_of_groups(lines: list[str]) -> str:
    found = headings(lines)
    return " ".join(line for line in lines if line not in found)


def words(rows: list[Row]) -> str:
    return squeezed(" ".join(f"{row.label} {row.text}" for row in rows))


# ---- the report ----------------------------------------------------------------------------------


class Blocks(HTMLParser):
    """The texts of a page, one for each element that holds a line; those of the game apart."""

    HOLD = ("p", "li", "td", "th", "h1", "h2", "h3", "pre", "title", "a")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.parts: list[str] | None = None
        self.feed(text[: text.index('<h2 id="game">')] + text[text.index("</main>") :])
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.HOLD:
            self.parts = []

    def handle_data(self, data: str) -> None:
        if self.parts is not None:
            self.parts.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.HOLD and self.parts is not None:
            self.found.append(squeezed("".join(self.parts)))
            self.parts = None


def allowed(result: Certificate | Refusal, verification: Verification) -> Iterator[str]:
    """Whatever a row, an obligation or the name of the game says."""
    for row in rows_of(result):
        yield from (row.label, row.text)
    for row in sentences_of(result):
        yield f"{row.text} ({row.label}: {theorem_name(row.label)})"
    for o in verification.obligations:
        yield o.name + (f": {o.detail}" if o.detail else "")
        yield f"{o.theorem}: {theorem_name(o.theorem)}"
    name = str((result.claims.game or {}).get("name") or "A game")
    yield from (name, f"{name}: {result.verdict}", result.verdict.upper())
    said = headed_rows_of(result)[0].partition(": ")[2]
    if isinstance(result, Refusal) and result.verdict == "refuted":
        said = sentence(result.claims)
    yield said[:1].upper() + said[1:]


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.name)
def test_every_line_of_the_report_is_of_a_row(path: Path) -> None:
    result, verification = loaded(path)
    text = page(result.document, result.claims, verification)
    known = FRAME | {squeezed(each) for each in allowed(result, verification)}
    for block in filter(None, Blocks(text).found):
        assert block in known or any(re.fullmatch(p, block) for p in PATTERNS), block


@pytest.mark.parametrize("name", ["bent", "refuted-weights", "bounds"])
def test_the_notebook_shows_the_same_rows_apart(name: str) -> None:
    result, _ = loaded(HERE / "valid" / f"{name}.json")
    html = result._repr_html_()
    if isinstance(result, Certificate):
        quoted, _, html = html.partition("<details>")
        assert quoted.count("<tr>") == len(table.certificate_quotes(result.claims)[1])
    checked, said = table.apart(rows_of(result))
    before, _, after = html.partition(f"{Kind.SAID.value}:")
    assert before.count("<tr>") == len(checked) + bool(said)  # the heading is a row too
    assert after.count("<tr>") == len(said)


# ---- the one table -------------------------------------------------------------------------------


def test_every_obligation_that_is_named_exists() -> None:
    """A basis that names what verify() never says would be empty."""
    there = set[Title]().union(*(established(loaded(path)[1]) for path in VALID))
    attributes = (basis for each in ATTRIBUTES.values() for basis in each.values())
    named = {
        t for basis in (*LINES.values(), *attributes) for one in basis.obligations for t in one
    }
    assert named <= there
    unused = there - named - {Title.DIGEST}
    assert unused == set()  # what is checked is shown


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_public_attribute_has_its_entry(kind: type) -> None:
    own = {name for name in dir(kind) if not name.startswith("_")}
    if is_dataclass(kind):
        own |= {field.name for field in fields(kind)}
    assert own == set(ATTRIBUTES[kind.__name__])


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.name)
def test_every_attribute_that_says_something_is_established(path: Path) -> None:
    result, verification = loaded(path)
    titles = established(verification)
    for name, basis in ATTRIBUTES[type(result).__name__].items():
        if (
            name == "weights" and result.document["metric"]["kind"] != "scalar"
        ):  # raises, as documented
            continue
        value = getattr(result, name)
        if value is not None and not callable(value):
            assert basis.is_established(titles), name
    for name in ("euler", "rk4", "extragradient", "optimistic", "equilibrium", "basin"):
        part = getattr(result, name, None)
        for basis in ATTRIBUTES[type(part).__name__].values() if part is not None else ():
            assert basis.is_established(titles), name


def test_a_row_without_a_basis_cannot_be_made() -> None:
    with pytest.raises(TypeError):
        Row("label", "text")  # type: ignore[call-arg]
    with pytest.raises(KeyError):
        line("gossip", "text")


def test_what_is_not_established_is_only_said() -> None:
    """Of a file that fails, the rows of what failed move below the heading."""
    rows = [line("margin", "1"), line("Lipschitz", "2"), line("region", "R^2")]
    held = [Obligation(Title.LIPSCHITZ, "T5", True), Obligation(Title.MARGIN, "T5", False)]
    after = settled(rows, Verification("proved", tuple(held), ""))
    assert [row.is_said for row in after] == [True, False, False]


def test_refusals_are_headed_by_what_their_witness_shows() -> None:
    heads = {
        name: refusal_head(read_refusal(read(HERE / "valid" / f"{name}.json")))
        for name in ("refuted", "refuted-dual", "refuted-weights")
    }
    assert heads["refuted"] == "REFUTED (unstable): no constant metric certifies this region"
    assert heads["refuted-dual"].endswith("(small-gain): no constant metric certifies this region")
    assert heads["refuted-weights"].endswith("no weights per player certify this region")


def test_a_basis_joins_and_asks_for_all() -> None:
    a, b, c = Title.MARGIN, Title.EULER, Title.RK4
    both = shown.checked(a) & shown.checked((b, c))
    assert both == Basis(Kind.CHECKED, ((a,), (b, c)))
    assert both.is_established([a, c])
    assert not both.is_established([b, c])
