"""Numbers on the tape of a cost: a node of its graph, or a passing form that must cancel.

Beside plain nodes there are three passing forms, so that costs which guard against overflow are
traced as the smooth functions that they are. m stands for a real number of which nothing is known
(a maximum, a minimum or what stop_gradient holds fixed), δ for a node:

- u + k·m and u·exp(k·m): what a shift by m does before and after exp. A cost is accepted only
  where every m has cancelled by exp(u + k·m) = exp(u)·exp(k·m), log(u·exp(k·m)) = log(u) + k·m
  and the laws of + − * /; then the value holds for *every* m, and no derivative sees it;
- |δ|, −|δ|, exp(−|δ|), log1p(exp(−|δ|)): max(a, b) + log1p(exp(−|a − b|)) = logsumexp(a, b).
"""

from enum import IntEnum
from fractions import Fraction
from typing import final

Number = bool | int | float | Fraction
Shift = tuple[tuple[int, Fraction], ...]  # symbols m and their factors k, ascending


class Half(IntEnum):
    """How far log1p(exp(−|δ|)) has been built."""

    NONE = 0
    SIZE = 1  # |δ|
    MINUS_SIZE = 2  # −|δ|
    SMALL = 3  # exp(−|δ|)
    REST = 4  # log1p(exp(−|δ|))


@final
class Value:
    """A number in a cost that is being traced.

    node: of the graph (for a half form: δ); shift, scale: m in u + k·m and in u·exp(k·m).
    """

    __slots__ = ("half", "node", "scale", "shift")

    def __init__(
        self, node: int, shift: Shift = (), scale: Shift = (), half: Half = Half.NONE
    ) -> None:
        self.node, self.shift, self.scale, self.half = node, shift, scale, half

    @property
    def is_plain(self) -> bool:
        """Whether it is its node and nothing else."""
        return not (self.shift or self.scale or self.half)

    def is_same(self, other: "Value") -> bool:
        """Whether two are one number, certainly."""
        return self is other or (self.is_plain and other.is_plain and self.node == other.node)


Element = Value | Number


@final
class Symbol:
    """m: a number of which nothing is known, made of nodes. is_pair: max of two."""

    def __init__(self, what: str, place: str, nodes: tuple[int, ...], is_pair: bool) -> None:
        self.what, self.place, self.nodes, self.is_pair = what, place, nodes, is_pair


def combined(a: Shift, b: Shift, sign: int) -> Shift:
    """a + sign·b."""
    total = dict(a)
    for m, k in b:
        total[m] = total.get(m, Fraction(0)) + sign * k
    return tuple(sorted((m, k) for m, k in total.items() if k))
