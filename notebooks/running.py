"""Runs a notebook's code cells in order, as a kernel would, and keeps what they print and draw.

No kernel and no Jupyter are needed, so the tests run the same code; what is stored depends on
nothing but the cells: no times, no paths, no counters.
"""

import ast
import base64
import contextlib
import io
import json
import linecache
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DPI = 120  # of the pictures: sharp, and a notebook stays below 300 kB
Document = dict[str, Any]


def read(path: Path) -> Document:
    """The notebook in a file."""
    document: Document = json.loads(path.read_text(encoding="utf-8"))
    return document


def write(document: Document, path: Path) -> None:
    """As Jupyter writes it, so that saving it there changes nothing."""
    text = json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")


def code_cells(document: Document) -> list[Document]:
    return [cell for cell in document["cells"] if cell["cell_type"] == "code"]


def run(document: Document, name: str) -> Document:
    """The notebook with the outputs of its cells, run in an empty folder.

    document: as `read` returns it; name: what tracebacks call it, with the number of the cell.
    Raises whatever a cell raises, and what it warns of.
    """
    from matplotlib import pyplot as plt

    namespace: dict[str, Any] = {"__name__": "__main__"}
    done: Document = json.loads(json.dumps(document))
    with _clean_room():
        for number, cell in enumerate(code_cells(done), start=1):
            file = f"{name}[{number}]"
            cell["outputs"] = list(_outputs("".join(cell["source"]), file, namespace, number))
            cell["execution_count"] = number
            plt.close("all")
    return done


@contextlib.contextmanager
def _clean_room() -> Iterator[None]:
    """An empty folder, a backend without windows, the usual settings, warnings as errors."""
    import matplotlib as mpl
    from matplotlib import pyplot as plt

    plt.switch_backend("Agg")
    with (
        tempfile.TemporaryDirectory() as folder,
        contextlib.chdir(folder),
        warnings.catch_warnings(),
        mpl.rc_context(),
    ):
        warnings.simplefilter("error")
        mpl.rcdefaults()
        yield


def _outputs(source: str, file: str, namespace: dict[str, Any], number: int) -> Iterator[Document]:
    """What was printed, the figures left open, and the value of a last expression."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        value = _value(source, file, namespace)
    if printed.getvalue():
        yield {"name": "stdout", "output_type": "stream", "text": _lines(printed.getvalue())}
    if value is not None:
        data = {"text/plain": _lines(repr(value))}
        if hasattr(value, "_repr_html_"):
            data["text/html"] = _lines(value._repr_html_())
        yield {
            "data": data,
            "execution_count": number,
            "metadata": {},
            "output_type": "execute_result",
        }
    yield from _figures()


def _value(source: str, file: str, namespace: dict[str, Any]) -> object:
    """Run a cell; the value of its last expression, None where that ends in a semicolon."""
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    tree = ast.parse(source, file)
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr) or source.rstrip().endswith(";"):
        exec(compile(tree, file, "exec"), namespace)
        return None
    exec(compile(ast.Module(tree.body[:-1], []), file, "exec"), namespace)
    return eval(compile(ast.Expression(last.value), file, "eval"), namespace)


def _figures() -> Iterator[Document]:
    """Every open figure as PNG, with a text for those who cannot see it."""
    from matplotlib import pyplot as plt

    for figure in map(plt.figure, plt.get_fignums()):
        picture = io.BytesIO()
        figure.savefig(picture, format="png", dpi=DPI, metadata={"Software": None})
        said = "; ".join(filter(None, map(_said, figure.axes)))
        width, height = figure.get_size_inches()
        yield {
            "data": {
                "image/png": base64.b64encode(picture.getvalue()).decode("ascii") + "\n",
                "text/plain": [f"<Figure size {width:g}x{height:g} inches>"],
            },
            "metadata": {"image/png": {"alt": said, "width": round(100 * width)}},
            "output_type": "display_data",
        }


def _said(ax: "Axes") -> str:
    """A picture in words: its title, and what is drawn against what."""
    drawn = " against ".join(filter(None, (ax.get_ylabel(), ax.get_xlabel())))
    return ": ".join(filter(None, (ax.get_title("left") or ax.get_title(), drawn)))


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)
