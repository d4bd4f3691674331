"""What the site adds to Sphinx: labels, docstrings, made parts, and nothing loaded from outside."""

import re
import shutil
from pathlib import Path
from typing import Any

import generated
import numpy as np
import prose
from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml
from numpy.typing import ArrayLike, NDArray
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError
from sphinx.util.typing import stringify_annotation
from sphinx.writers.html5 import HTML5Translator

from games.language.number import Number

DOCS = Path(__file__).parents[1]
LABELS = prose.statements((DOCS / "theory.md").read_text(encoding="utf-8"))
OUTSIDE = re.compile(
    r"<(?:script|img|iframe|source)\b[^>]*\bsrc=[\"'](?:https?:)?//"
    r"|<link\b(?=[^>]*\brel=[\"'](?:stylesheet|preload|icon|preconnect))[^>]*\bhref=[\"'](?:https?:)?//"
    r"|@import\s+url\(|url\([\"']?https?://"
)
SHORT_TYPES = {
    "ArrayLike": ArrayLike,
    "Number": Number,
    "NDArray[float64]": NDArray[np.float64],
    "NDArray[int64]": NDArray[np.int64],
    "NDArray[bool]": NDArray[np.bool_],
}
ALIASES = {stringify_annotation(alias, "smart"): name for name, alias in SHORT_TYPES.items()}
NOTEBOOK = re.compile(r"\[([^]\n]*)\]\((\w+\.ipynb)\)")


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_html_math_renderer("mathml", (_math, None), (_math_block, None))
    app.connect("config-inited", _copy_notebooks)
    app.connect("source-read", _prepare)
    app.connect("doctree-read", _name_pictures)
    app.connect("autodoc-process-docstring", _docstring)
    app.connect("autodoc-process-signature", _signature)
    app.connect("build-finished", _loads_nothing)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _copy_notebooks(app: Sphinx, config: Config) -> None:
    """The notebooks beside the pages, for links between them; git ignores the copies."""
    target = DOCS / "notebooks"
    target.mkdir(exist_ok=True)
    for file in target.glob("*.ipynb"):
        file.unlink()
    for file in (DOCS.parent / "notebooks").glob("*.ipynb"):
        shutil.copy(file, target)


def _prepare(app: Sphinx, name: str, content: list[str]) -> None:
    """A page's source before it is parsed."""
    if name.startswith("notebooks/"):
        content[0] = NOTEBOOK.sub(_link_or_words, content[0])
        return
    text = generated.fill(content[0])
    if name == "theory":
        text = prose.spread_theory(text)
    if name in ("theory", "formats") or name.startswith("howto/"):
        text = prose.typeset(text)
        if name != "theory":
            text = prose.link_labels(text, LABELS)
    content[0] = text


def _link_or_words(link: re.Match[str]) -> str:
    """A link to a notebook that this clone lacks is left as words."""
    return link[0] if (DOCS / "notebooks" / link[2]).exists() else link[1]


def _name_pictures(app: Sphinx, tree: nodes.document) -> None:
    """A picture that a notebook drew is called after its section, for those who cannot see it."""
    for image in tree.findall(nodes.image):
        section = image.parent
        while not isinstance(section, nodes.section | nodes.document):
            section = section.parent
        title = section.next_node(nodes.title)
        image.setdefault("alt", f"Picture: {title.astext()}" if title else "Picture")


def _docstring(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    lines[:] = prose.docstring_to_rst(lines, LABELS)


def _signature(
    app: Sphinx,
    what: str,
    name: str,
    obj: object,
    options: object,
    arguments: str | None,
    returned: str | None,
) -> tuple[str | None, str | None]:
    """A signature with the names of types in place of what they stand for."""
    return _with_names(arguments), _with_names(returned)


def _with_names(text: str | None) -> str | None:
    for written, name in ALIASES.items():
        text = text and text.replace(written, name)
    return text


def _math(writer: HTML5Translator, node: nodes.Element) -> None:
    writer.body.append(tex2mathml(node.astext()))
    raise nodes.SkipNode


def _math_block(writer: HTML5Translator, node: nodes.Element) -> None:
    writer.body.append(tex2mathml(node.astext(), as_block=True))
    raise nodes.SkipNode


def _loads_nothing(app: Sphinx, problem: Exception | None) -> None:
    """Raise unless every page and style sheet loads from this site alone."""
    if problem is not None or app.builder.format != "html":
        return
    for file in sorted(Path(app.outdir).rglob("*")):
        is_read = file.suffix in (".html", ".css")
        if is_read and (found := OUTSIDE.search(file.read_text(encoding="utf-8"))):
            raise ExtensionError(f"{file.name} loads from outside: {found[0]}")
