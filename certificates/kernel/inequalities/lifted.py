"""T28: any explicit method whose state is lifted, as one small matrix test at two steps."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import final

from certificates.kernel.inequalities.runge_kutta import Matrix, is_positive_definite
from certificates.kernel.numbers.roots import root_above

Row = tuple[Fraction, ...]
Vector = list[Fraction]


@final
@dataclass(frozen=True)
class Scheme:
    """ξ⁺ = Aξ + Bv, y = Cξ + Dv, v_s = hF(y_s): blocks of the state are points or stored gradients.

    stored: (i, g) where block g of the state is hF of block i.
    """

    A: tuple[Row, ...]
    B: tuple[Row, ...]
    C: tuple[Row, ...]
    D: tuple[Row, ...]
    stored: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        if not self.keeps_points:
            raise ValueError("such a scheme moves the zeros of F")

    @property
    def unit(self) -> Row:
        """e: 1 for blocks that are points, 0 for stored gradients."""
        gradients = {g for _, g in self.stored}
        return tuple(Fraction(int(k not in gradients)) for k in range(len(self.A)))

    @property
    def keeps_points(self) -> bool:
        """Ae = e, Ce = 1, D strictly lower triangular: a zero of F stays where it is."""
        e, lower = self.unit, all(not any(row[s:]) for s, row in enumerate(self.D))
        kept = all(_dot(row, e) == own for row, own in zip(self.A, e, strict=True))
        return lower and kept and all(_dot(row, e) == 1 for row in self.C)

    @property
    def points(self) -> list[tuple[Vector, Vector]]:
        """Every point that is read or stored, and hF there, as forms in (ξ, v)."""
        m, size = len(self.A), len(self.A) + len(self.C)
        stored = [(_unit(i, size), _unit(g, size)) for i, g in self.stored]
        read = [
            ([*c, *d], _unit(m + s, size))
            for s, (c, d) in enumerate(zip(self.C, self.D, strict=True))
        ]
        return stored + read

    @property
    def pairs(self) -> list[tuple[Vector, Vector]]:
        """Differences (y, v): of every point to x*, then of every two points."""
        points = self.points
        between = [
            ([a - b for a, b in zip(y, z, strict=True)], [a - b for a, b in zip(v, w, strict=True)])
            for k, (z, w) in enumerate(points)
            for y, v in points[k + 1 :]
        ]
        return points + between


def _unit(k: int, size: int) -> Vector:
    return [Fraction(int(j == k)) for j in range(size)]


def _dot(u: Sequence[Fraction], v: Sequence[Fraction]) -> Fraction:
    return sum((a * b for a, b in zip(u, v, strict=True)), Fraction(0))


def _scheme(
    A: Sequence[Sequence[str]],
    B: Sequence[str],
    C: Sequence[str],
    stored: tuple[tuple[int, int], ...],
) -> Scheme:
    """Of methods that read F once a step."""
    rows = tuple(tuple(map(Fraction, row)) for row in A)
    column = tuple((Fraction(b),) for b in B)
    return Scheme(rows, column, (tuple(map(Fraction, C)),), ((Fraction(0),),), stored)


def _momentum(theta: str, reads: Sequence[str], stored: tuple[tuple[int, int], ...]) -> Scheme:
    """x⁺ = x + θ(x − p) − hF(y), p⁺ = x; the last block is what F was at p where it is stored."""
    first, zero = str(1 + Fraction(theta)), ["0"] * len(stored)
    A = [[first, str(-Fraction(theta)), *zero], ["1", "0", *zero], *([["0"] * 3] if stored else [])]
    return _scheme(A, ["-1", "0", *(["1"] * len(stored))], [*reads, *zero], stored)


_BEFORE = ((1, 2),)  # the state is x, the point read before, and hF there
_ZERO, _ONE = Fraction(0), Fraction(1)
SCHEMES = {  # by the keys of certificates/methods.py
    # y = x − hF(x), x⁺ = x − hF(y)
    "extragradient_equilibrium": Scheme(
        ((_ONE,),), ((_ZERO, -_ONE),), ((_ONE,), (_ONE,)), ((_ZERO, _ZERO), (-_ONE, _ZERO))
    ),
    # y = x − hF(y'), x⁺ = x − hF(y), y' the y before
    "optimistic_equilibrium": _scheme(
        [["1", "0", "0"], ["1", "0", "-1"], ["0", "0", "0"]],
        ["-1", "0", "1"],
        ["1", "0", "-1"],
        _BEFORE,
    ),
    # x⁺ = x − 2hF(x) + hF(x'), x' the x before
    "forward_reflected": _scheme(
        [["1", "0", "1"], ["1", "0", "0"], ["0", "0", "0"]],
        ["-2", "0", "1"],
        ["1", "0", "0"],
        _BEFORE,
    ),
    # x⁺ = x − 3h/2·F(x) + h/2·F(x')
    "adams_bashforth_2": _scheme(
        [["1", "0", "1/2"], ["1", "0", "0"], ["0", "0", "0"]],
        ["-3/2", "0", "1"],
        ["1", "0", "0"],
        _BEFORE,
    ),
    "heavy_ball": _momentum("1/10", ["1", "0"], _BEFORE),
    "negative_momentum": _momentum("-1/2", ["1", "0"], _BEFORE),
    "nesterov": _momentum("1/10", ["11/10", "-1/10"], ()),
}


@final
@dataclass(frozen=True)
class Constants:
    """α, β and c (0: not known)."""

    margin: Fraction
    lipschitz: Fraction
    cocoercivity: Fraction


def decrease(
    scheme: Scheme,
    constants: Constants,
    step: Fraction,
    rate: Fraction,
    P: Matrix,
    multipliers: Sequence[tuple[Fraction, Fraction, Fraction]],
) -> Matrix:
    """K = q²ξᵀPξ − ξ⁺ᵀPξ⁺ − Σλ·slack at a step h, q² = 1 − κh, as a form in (ξ, v).

    multipliers: of ⟨v, y⟩ − hα|y|², h²β²|y|² − |v|² and h⟨v, y⟩ − c|v|², for each of the pairs.
    Concave in h: what is ⪰ 0 at two steps is so between them.
    """
    m, size = len(scheme.A), len(scheme.A) + len(scheme.C)
    after = [[*a, *b] for a, b in zip(scheme.A, scheme.B, strict=True)]
    K = [[Fraction(0)] * size for _ in range(size)]

    def add(u: Sequence[Fraction], v: Sequence[Fraction], value: Fraction) -> None:
        """value · (uvᵀ + vuᵀ)/2."""
        for i, a in enumerate(u):
            for j, b in enumerate(v):
                if a and b:
                    K[i][j] += value * a * b / 2
                    K[j][i] += value * a * b / 2

    for i in range(m):
        for j in range(m):
            add(_unit(i, size), _unit(j, size), (1 - rate * step) * P[i][j])
            add(after[i], after[j], -P[i][j])
    a, b = step * constants.margin, (step * constants.lipschitz) ** 2
    for (y, v), (alpha, beta, gamma) in zip(scheme.pairs, multipliers, strict=True):
        add(v, y, -(alpha + gamma * step))
        add(y, y, alpha * a - beta * b)
        add(v, v, beta + gamma * constants.cocoercivity)
    return K


def holds_between(
    scheme: Scheme,
    constants: Constants,
    interval: tuple[Fraction, Fraction, Fraction],
    P: Matrix,
    multipliers: Sequence[tuple[Fraction, Fraction, Fraction]],
) -> bool:
    """K ⪰ 0 on [h₁, h₂] at the rate κ: ≻ 0 at both ends; at h₁ = 0 with K e = 0, ≻ 0 beside e."""
    low, high, rate = interval
    ends = [decrease(scheme, constants, h, rate, P, multipliers) for h in (low, high)]
    first = ends[0]
    if low == 0:
        e = [*scheme.unit, *[Fraction(0)] * len(scheme.C)]
        if any(_dot(row, e) for row in first):
            return False
        first = [row[1:] for row in first[1:]]  # e has 1 at x
    return is_positive_definite(first) and is_positive_definite(ends[1])


def start_above(scheme: Scheme, P: Matrix, reach: Fraction) -> Fraction:
    """s with |ξ₀|_P ≤ s|x₀ − x*| for ξ₀ = e ⊗ x₀ and stored gradients hF(x₀), hβ ≤ reach."""
    e, gradients = scheme.unit, (g for _, g in scheme.stored)
    points = sum((_dot(row, e) * own for row, own in zip(P, e, strict=True)), Fraction(0))
    return root_above(points) + reach * sum((root_above(P[g][g]) for g in gradients), Fraction(0))


def height_above(P: Matrix, form: Sequence[Fraction]) -> Fraction:
    """g with |form·ξ| ≤ g|ξ|_P, P ≻ 0: g² ≥ form P⁻¹ formᵀ."""
    rows = [[*row, value] for row, value in zip(P, form, strict=True)]
    square = Fraction(0)
    for k, pivot in enumerate(rows):
        square += pivot[-1] ** 2 / pivot[k]
        for row in rows[k + 1 :]:
            factor = row[k] / pivot[k]
            row[k:] = [a - factor * b for a, b in zip(row[k:], pivot[k:], strict=True)]
    return root_above(square)


def constant_above(scheme: Scheme, P: Matrix, reach: Fraction) -> Fraction:
    """C with ‖x_k − x*‖ ≤ Cq^k‖x₀ − x*‖, hβ ≤ reach: block 1 of the state is x_k."""
    return start_above(scheme, P, reach) * height_above(P, _unit(0, len(P)))


def growth_above(scheme: Scheme, P: Matrix, reach: Fraction) -> Fraction:
    """What is read from B(x*, r) lies in B(x*, growth·r): y_s = C_sξ + Σ D_sj v_j, |v| ≤ hβ|y|."""
    start, heights = start_above(scheme, P, reach), list[Fraction]()
    for c, d in zip(scheme.C, scheme.D, strict=True):
        moved = sum((abs(a) * reach * g for a, g in zip(d, heights, strict=False)), Fraction(0))
        heights.append(start * height_above(P, c) + moved)
    return max(Fraction(1), *heights)
