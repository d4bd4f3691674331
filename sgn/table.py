"""Several certificates side by side: for a paper, a spreadsheet, or pandas."""

import csv
import io
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, final

from certificates.certificate import Certificate, Refusal
from certificates.methods import METHODS
from certificates.report.table import plain
from certificates.safe import Lower, Upper
from certificates.writing import write_file

DIGITS = 6  # of a number in print; files and frames have floats
Cell = str | int | float | Lower | Upper | None
Result = Certificate | Refusal
_LATEX = {c: f"\\{c}" for c in "&%$#_{}"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


@final
@dataclass(frozen=True, repr=False)
class Table:
    """Rows under headings. Bounds stay bounds: printed, and as floats, on their safe side.

    A cell is None where a result has no such number.

    >>> print(Table(("game", "margin"), (("a", Lower(2, 3)), ("b", None))).to_markdown())
    | game | margin |
    |---|---:|
    | a | 0.666666 |
    | b |  |
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def to_csv(self, path: str | os.PathLike[str] | None = None) -> str:
        """Comma-separated values, floats in full; written to the path if one is given."""
        written = io.StringIO()
        writer = csv.writer(written, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows([_value(cell, "") for cell in row] for row in self.rows)
        return _given(written.getvalue(), path)

    def to_markdown(self, path: str | os.PathLike[str] | None = None) -> str:
        """A table as GitHub shows it."""
        lines = [
            _markdown(self.columns),
            f"|{'|'.join('---:' if right else '---' for right in self._numeric)}|",
            *(_markdown(map(_text, row)) for row in self.rows),
        ]
        return _given("\n".join(lines), path)

    def to_latex(self, path: str | os.PathLike[str] | None = None) -> str:
        """A tabular environment, with the rules of booktabs."""
        alignment = "".join("r" if right else "l" for right in self._numeric)
        head = " & ".join(map(_latex, self.columns))
        body = [" & ".join(map(_latex_cell, row)) for row in self.rows]
        lines = [
            f"\\begin{{tabular}}{{{alignment}}}",
            "\\toprule",
            f"{head} \\\\",
            "\\midrule",
            *(f"{line} \\\\" for line in body),
            "\\bottomrule",
            "\\end{tabular}",
        ]
        return _given("\n".join(lines), path)

    def to_frame(self) -> Any:
        """A pandas DataFrame, with floats. ImportError where there is no pandas."""
        try:
            import pandas  # type: ignore[import-not-found, import-untyped, unused-ignore]
        except ImportError as error:
            raise ImportError("a DataFrame needs pandas; run: pip install pandas") from error
        rows = [[_value(cell, None) for cell in row] for row in self.rows]
        return pandas.DataFrame(rows, columns=list(self.columns))

    @property
    def _numeric(self) -> list[bool]:
        """Of each column, whether it has numbers alone."""
        columns = list(zip(*self.rows, strict=True)) or [()] * len(self.columns)
        return [
            any(cell is not None for cell in column)
            and not any(isinstance(cell, str) for cell in column)
            for column in columns
        ]

    def __len__(self) -> int:
        return len(self.rows)

    def __str__(self) -> str:
        texts = [self.columns, *(tuple(map(_text, row)) for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
        return "\n".join(
            "  ".join(
                f"{text:{'>' if right else '<'}{width}}"
                for text, width, right in zip(row, widths, self._numeric, strict=True)
            ).rstrip()
            for row in texts
        )

    def __repr__(self) -> str:
        return f"<Table: {len(self.rows)} rows of {', '.join(self.columns)}>"

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(name)}</th>" for name in self.columns)
        rows = ("".join(f"<td>{escape(_text(cell))}</td>" for cell in row) for row in self.rows)
        body = "".join(f"<tr>{row}</tr>" for row in rows)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def table(results: Mapping[str, Result] | Iterable[Result]) -> Table:
    """Results side by side: verdict, margin, Lipschitz constant, and each method's steps.

    results: a list, or names with their results; without names those of the games. There is a
    column of the longest step and one of the best factor for each method that one of them has.
    Raises TypeError for anything but certificates and refusals.

    >>> import games, sgn
    >>> toy = sgn.certify(games.catalogue.load("sgn-toy"))
    >>> table({"toy": toy}).columns[:4], table([toy]).rows[0][1]
    (('game', 'verdict', 'margin', 'Lipschitz'), 'proved')
    """
    if isinstance(results, Mapping):
        named = list(results.items())
    else:
        named = [(_name(result, k), result) for k, result in enumerate(results, start=1)]
    for name, result in named:
        if not isinstance(result, Certificate | Refusal):
            raise TypeError(
                f"{name} is a {type(result).__name__}; expected what certify returns, or load"
            )
    heads, cells = columns_of([result for _, result in named])
    return Table(("game", *heads), tuple((name, *cells(result)) for name, result in named))


def columns_of(
    every: Sequence[Result],
) -> tuple[tuple[str, ...], Callable[[Result], tuple[Cell, ...]]]:
    """Headings for results that stand in one table, and what stands under them for each."""
    keys = [key for key in METHODS if any(key in _methods(result) for result in every)]
    heads = (
        head
        for key in keys
        for head in (f"{METHODS[key].name} step", f"{METHODS[key].name} factor")
    )
    return ("verdict", "margin", "Lipschitz", *heads), lambda result: tuple(_cells(result, keys))


def _name(result: object, number: int) -> str:
    claims = getattr(result, "claims", None)
    game = getattr(claims, "game", None) or {}
    return str(game.get("name") or f"game {number}")


def _methods(result: Result) -> Mapping[str, Any]:
    return result.methods if isinstance(result, Certificate) else {}


def _cells(result: Result, keys: Sequence[str]) -> list[Cell]:
    if isinstance(result, Refusal):
        return [result.verdict, None, None, *[None] * (2 * len(keys))]
    cells: list[Cell] = [result.verdict, result.margin, result.lipschitz]
    for key in keys:
        steps = result.methods.get(key)
        cells += [None, None] if steps is None else [steps.step_max, steps.factor_at_best]
    return cells


# ---- cells ---------------------------------------------------------------------------------------


def _text(cell: Cell) -> str:
    if isinstance(cell, Lower | Upper):
        return cell.text(DIGITS)
    if isinstance(cell, float):
        return f"{cell:.{DIGITS}g}"
    return "" if cell is None else plain(str(cell))


def _value(cell: Cell, nothing: Any) -> Any:
    if isinstance(cell, Lower | Upper):
        return float(cell)
    return nothing if cell is None else cell


def _markdown(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _latex(text: str) -> str:
    return "".join(_LATEX.get(c, c) for c in text)


def _latex_cell(cell: Cell) -> str:
    text = _text(cell)
    if not isinstance(cell, Lower | Upper | int | float):
        return _latex(text)
    mantissa, exponent, power = text.partition("e")
    return f"${mantissa}\\cdot 10^{{{power}}}$" if exponent else f"${text}$"


def _given(text: str, path: str | os.PathLike[str] | None) -> str:
    """The text, written to a file too where one is named."""
    if path is not None:
        whole = text if text.endswith("\n") else f"{text}\n"
        write_file(path, lambda file: file.write(whole.encode()))
    return text
