"""The table of functions as docs/formats.md shows it.

python -m tests.helpers.function_table
"""

from games.language.functions import FUNCTIONS, Function

HEAD = ("| function y | derivative | smooth for | same as |", "|---|---|---|---|")


def lines() -> list[str]:
    """The head, and a line for each function."""
    return [*HEAD, *map(_line, FUNCTIONS.values())]


def _line(row: Function) -> str:
    call = f"{row.name}(x, …)" if row.variadic else f"{row.name}(x)"
    same = f"`{row.written}`" if row.written else ""
    return f"| `{call}` | `{row.slope}` | {_smooth(row)} | {same} |"


def _smooth(row: Function) -> str:
    poles = [f"x ≠ ({t.quarter} + {t.every}k)π/2" for t in row.turns if t.is_pole]
    above = [f"x > {row.above}"] if row.above is not None else []
    return ", ".join(above + poles) or "all x"


if __name__ == "__main__":
    print("\n".join(lines()))
