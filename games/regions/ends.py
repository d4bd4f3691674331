"""Exact numbers in a row, held as arrays: the ends of a box, a point, weights."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from operator import eq
from typing import Any, cast, final, overload

import numpy as np
from numpy.typing import NDArray

from games.language.number import Number, exact, float_enclosure

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

FLOATS = {int, float, np.float64}  # types of what is a float, unless it is a large integer


@final
class Ends(Sequence[Fraction]):
    """n exact numbers: as a sequence, Fractions; as arrays, the floats next to each of them.

    below, above: (n,), the tightest floats on either side, the number itself where it is a float.
    Equal to any sequence of the same numbers. A million floats take 8 MB and no Fraction.

    >>> row = Ends.of([0.5, "0.1"])
    >>> row == (Fraction(1, 2), Fraction(1, 10)), row.below[0], row.above[1] - row.below[1] > 0
    (True, np.float64(0.5), np.True_)
    """

    __slots__ = ("_exact", "above", "below")

    def __init__(self, below: Floats, above: Floats, exact: NDArray[Any] | None = None) -> None:
        """exact: (n,) Fractions; None where every number is the float on both sides of it."""
        self.below, self.above, self._exact = below, above, exact

    @classmethod
    def of(cls, values: "Sequence[Number] | NDArray[Any] | Ends") -> "Ends":
        """The numbers; raises InputError for what is none, or not finite."""
        if isinstance(values, Ends):
            return values
        if not (isinstance(values, np.ndarray) and values.ndim == 1 and values.dtype == np.float64):
            values = list(values)
        floats = _as_floats(values)
        if floats is not None:
            floats.setflags(write=False)
            return cls(floats, floats)
        values = list(values)  # so that each is kept, and its identity is its own
        ids = np.fromiter(map(id, values), np.int64, len(values))
        _, first, place = np.unique(ids, return_index=True, return_inverse=True)
        distinct = np.empty(len(first), dtype=object)
        distinct[:] = [exact(values[k]) for k in first.tolist()]
        ends = np.array([float_enclosure(v) for v in distinct])
        below, above = ends[place].T.copy()
        below.setflags(write=False)
        above.setflags(write=False)
        return cls(below, above, None if (below == above).all() else distinct[place])

    @property
    def are_floats(self) -> bool:
        """Whether every number is a float: then ``below`` has them all."""
        return self._exact is None

    def equals(self, other: "Ends") -> Bools:
        """Entry by entry, (n,): equal numbers have the same floats next to them."""
        same = (self.below == other.below) & (self.above == other.above)
        for k in np.flatnonzero(same & (self.below < self.above)).tolist():
            same[k] = self[k] == other[k]
        return np.asarray(same)

    def exceeds(self, other: "Ends") -> Bools:
        """Entry by entry, (n,): whether it is greater."""
        greater = np.asarray(self.above > other.below)  # perhaps; surely where both are floats
        unsure = greater & ~(self.below > other.above)
        for k in np.flatnonzero(unsure).tolist():
            greater[k] = self[k] > other[k]
        return greater

    def __len__(self) -> int:
        return len(self.below)

    def __iter__(self) -> Iterator[Fraction]:
        return map(Fraction, self.below.tolist()) if self._exact is None else iter(self._exact)

    @overload
    def __getitem__(self, key: int) -> Fraction: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[Fraction, ...]: ...
    def __getitem__(self, key: int | slice) -> Fraction | tuple[Fraction, ...]:
        if isinstance(key, slice):
            part = self.below[key].tolist() if self._exact is None else self._exact[key]
            return tuple(map(Fraction, part))
        if self._exact is None:
            return Fraction(float(self.below[key]))
        return cast(Fraction, self._exact[key])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ends | tuple | list):
            return NotImplemented
        return len(self) == len(other) and bool(self.equals(Ends.of(other)).all())

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))


def _as_floats(values: Sequence[Number] | NDArray[Any]) -> Floats | None:
    """A copy of the numbers as floats where each is one; None where some may be none."""
    if not isinstance(values, np.ndarray) and not set(map(type, values)) <= FLOATS:
        return None
    try:
        floats = np.array(values, dtype=np.float64)
    except OverflowError:
        return None
    same = isinstance(values, np.ndarray) or all(map(eq, values, floats.tolist()))
    if not (same and np.isfinite(floats).all()):  # a large integer, or none
        return None
    return floats + 0.0  # no -0.0
