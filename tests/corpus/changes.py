"""Changes of documents: the pieces that lies and damage are made of."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, final

from certificates.kernel.document.reading import Document, decode_array, encode_array
from games.language.number import parse_number, round_near, to_text

PPM = Fraction(1, 10**6)
Change = Callable[[Document], object]


MARGIN, COUPLING, LIPSCHITZ = "margin", "coupling", "Lipschitz"
EULER, RK4, BAND, WITNESS = "Euler steps", "RK4 steps", "band", "witness"
BELOW, ABOVE = "curvature from below", "curvature from above"
JACOBIAN, STRUCTURAL = "Jacobian", "structural margin"


@final
@dataclass(frozen=True)
class Lie:
    """A file of invalid/: `base` of valid/ after `change`; at least `obligation` must fail."""

    name: str
    base: str
    obligation: str
    change: Change
    keep_digest: bool = False


def follow(document: Document, path: str) -> tuple[Any, Any]:
    """The container of a dotted path and its last key."""
    *parents, last = (int(k) if k.isdecimal() else k for k in path.split("."))
    here: Any = document
    for key in parents:
        here = here[key]
    return here, last


def put(path: str, value: Any) -> Change:
    """Replace (or add) one entry."""

    def change(document: Document) -> None:
        here, last = follow(document, path)
        here[last] = value

    return change


def drop(path: str) -> Change:
    """Remove one entry."""

    def change(document: Document) -> None:
        here, last = follow(document, path)
        del here[last]

    return change


def times(path: str, factor: Fraction | int, digits: int | None = None) -> Change:
    """Multiply one number written as text, and round it to so many digits."""

    def change(document: Document) -> None:
        here, last = follow(document, path)
        value = parse_number(here[last]) * factor
        here[last] = to_text(value if digits is None else round_near(value, digits))

    return change


def raised(path: str) -> Change:
    """One part in a million more (numbers above 0)."""
    return times(path, 1 + PPM)


def lowered(path: str) -> Change:
    return times(path, 1 - PPM)


def swapped(path: str, i: int = 0, j: int = 1) -> Change:
    """Exchange two entries of a list."""

    def change(document: Document) -> None:
        here, last = follow(document, path)
        here[last][i], here[last][j] = here[last][j], here[last][i]

    return change


def edited(path: str, edit: Callable[[Any], None]) -> Change:
    """Change a binary array."""

    def change(document: Document) -> None:
        here, last = follow(document, path)
        array = decode_array(here[last], path).copy()
        edit(array)
        here[last] = encode_array(array)

    return change


def text(path: str, old: str, new: str) -> Change:
    """Replace inside a text that must contain it once."""

    def change(document: Document) -> None:
        here, last = follow(document, path)
        if here[last].count(old) != 1:
            raise ValueError(f"{here[last]!r} holds {old!r} not once")
        here[last] = here[last].replace(old, new)

    return change


def both(*changes: Change) -> Change:
    """One after the other."""

    def change(document: Document) -> None:
        for part in changes:
            part(document)

    return change


def entry(index: Any, factor: float) -> Callable[[Any], None]:
    """Multiply an entry of an array."""

    def edit(array: Any) -> None:
        array[index] *= factor

    return edit


def longer(path: str, factor: Fraction) -> Change:
    """The largest step and the end of the cover, both."""
    return both(
        times(f"{path}.step_max", factor),
        lambda d: times(
            f"{path}.cover.steps.{len(d['steps']['rk4']['cover']['steps']) - 1}", factor
        )(d),
    )
