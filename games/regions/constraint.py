"""One constraint of a region: a linear inequality or equality, or a disc; exact, and convex."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from typing import final

from games import work
from games.errors import InputError
from games.language.number import Number, exact


@final
@dataclass(frozen=True, init=False)
class Constraint:
    """Σ a_k x_k + Σ q_k x_k² ≤ bound, or = bound; all q ≥ 0, and none above 0 in an equality.

    linear, squares: a and q by variable, counted from 0. So the set of points that meet it is
    convex. Raises InputError for anything else, a constraint on nothing, or a number not finite.

    >>> Constraint({0: 1, 1: 1}, 10).room([Fraction(3), Fraction(4)])
    Fraction(3, 1)
    """

    variables: tuple[int, ...]  # in order, each once
    linear: tuple[Fraction, ...]
    squares: tuple[Fraction, ...]
    bound: Fraction
    equal: bool

    def __init__(
        self,
        linear: Mapping[int, Number],
        bound: Number,
        *,
        squares: Mapping[int, Number] | None = None,
        equal: bool = False,
    ) -> None:
        curved = {} if squares is None else squares
        pairs = {
            k: (exact(linear.get(k, 0)), exact(curved.get(k, 0)))
            for k in sorted({*linear, *curved})
        }
        pairs = {k: pair for k, pair in pairs.items() if any(pair)}
        a, q = tuple(p for p, _ in pairs.values()), tuple(p for _, p in pairs.values())
        if not pairs or min(pairs) < 0:
            raise InputError("a constraint is on no variable; give it one with a factor not 0")
        if min(q) < 0 or (equal and any(q)):
            raise InputError(
                "a constraint is not convex: squares must have factors of at least 0, and may stand"
                " in no equality; write it with <= and the squares on its smaller side"
            )
        vars(self).update(variables=tuple(pairs), linear=a, squares=q)
        vars(self).update(bound=exact(bound), equal=bool(equal))

    @property
    def curved(self) -> bool:
        """Whether it has squares."""
        return any(self.squares)

    def room(self, point: Sequence[Fraction]) -> Fraction:
        """What is left of the bound at a point: at least 0 where it is met.

        Of an equality: less 0 where it is not met, else 0.
        """
        x = [point[k] for k in self.variables]
        bits = work.common_bits(chain(x, self.linear, self.squares, [self.bound]))
        terms = 4 * len(x)
        work.spend(terms * work.of_rational(3 * bits), "a constraint: rationals of {} bits", bits)
        each = zip(self.linear, self.squares, x, strict=True)
        left = self.bound - sum(((a + q * v) * v for a, q, v in each), Fraction(0))
        return -abs(left) if self.equal else left

    def gradient(self, point: Sequence[Fraction]) -> dict[int, Fraction]:
        """Of its left side at a point, by variable."""
        each = zip(self.variables, self.linear, self.squares, strict=True)
        return {k: a + 2 * q * point[k] for k, a, q in each}
