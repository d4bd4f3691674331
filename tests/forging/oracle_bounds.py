"""What is claimed of the block bounds, in rationals; and games that have given bounds."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

from tests.forging.oracle_claims import Ratios, Said
from tests.forging.oracle_game import MatrixGame
from tests.forging.oracle_reading import Array, mp, mpmath, mps, rationals, solve
from tests.forging.oracle_subject import ZERO, Falsehood

RATIOS = 7  # tried between the ends of a band
SHRINK = 1e-9  # of couplings and curvatures that are not exact


def structural(said: Said) -> Iterator[Falsehood]:
    """T1 and T4 in the stated weights and bounds."""
    mu, L = said.lower, said.couplings
    claims = [("structural margin", *said.structural)]
    if said.by_bounds:
        if said.metric["kind"] == "scalar":
            claims.append(("margin", rationals(said.metric["weights"]), said.margin))
        else:
            yield Falsehood("margin", "structural, in a metric that is none of weights")
    for name, weights, value in claims:
        short = _short_of(mu, L, weights, value)
        if short is not None:
            yield Falsehood(name, short)
    if said.margin <= 0:
        yield Falsehood("margin", "not positive")
    for band in said.bands:
        if not band.alone:
            yield from _band(band, mu, L)


def _short_of(
    mu: list[Fraction], L: dict[tuple[int, int], Fraction], w: list[Fraction], alpha: Fraction
) -> str | None:
    """v ≥ 0 with Σ w_iμ_iv_i² − Σ w_iL_ijv_iv_j < αΣ w_iv_i², in rationals."""
    n, root = len(mu), np.sqrt(np.array([float(v) for v in w]))
    S = np.diag([float(m) for m in mu])
    for (i, j), value in L.items():
        S[i, j] -= float(value) * root[i] / root[j]
    _, vectors = np.linalg.eigh((S + S.T) / 2)
    v = [Fraction(float(abs(x) / r)) for x, r in zip(vectors[:, 0], root, strict=True)]
    value = sum((w[i] * (mu[i] - alpha) * v[i] ** 2 for i in range(n)), Fraction(0))
    value -= sum((w[i] * ell * v[i] * v[j] for (i, j), ell in L.items()), Fraction(0))
    return f"α(w) is below {float(alpha)!r}" if value < 0 else None


def _band(band: Ratios, mu: list[Fraction], L: Any) -> Iterator[Falsehood]:
    """For each ratio some weights with it have the margin: those of the eliminated matrix."""
    (i, j), a, low, high = band.players, band.margin, band.low, band.high
    if low < 0 or a < 0 or (high is not None and high < low):
        yield Falsehood("band", "no band of ratios")
        return
    M = _eliminated(mu, L, a, i, j)
    if M is None:
        yield Falsehood("band", "the other players alone have no such margin")
        return
    for t in ratios(low, high):
        T = mp(t)
        p, r, onto, back = M[0, 0], M[1, 1], -M[0, 1], -M[1, 0]
        wanted = (onto + back * T) ** 2
        if min(p, r) < -ZERO or 4 * p * r * T < wanted - mpmath.mpf(10) ** -30 * (1 + wanted):
            yield Falsehood("band", f"margin below {float(a)!r} at w_j/w_i = {mpmath.nstr(T, 15)}")
            return


def ratios(low: Fraction, high: Fraction | None) -> list[Fraction]:
    """Both ends and some between; far away where an end is open."""
    first = low if low > 0 else Fraction(1, 10**9) * min(high or 1, Fraction(1))
    last = high if high is not None else max(first, Fraction(1)) * 10**9
    middle = np.geomspace(float(first), max(float(last), float(first)), RATIOS)[1:-1]
    return [first, *(Fraction(float(t)) for t in middle if first < t < last), last]


def _eliminated(mu: list[Fraction], L: Any, a: Fraction, i: int, j: int) -> Array | None:
    """The 2 × 2 matrix left of A − aI when all but i and j are eliminated (T4)."""
    n = len(mu)
    A = mps(np.zeros((n, n)))
    for k in range(n):
        A[k, k] = mp(mu[k] - a)
    for (k, m), value in L.items():
        A[k, m] = -mp(value)
    kept, rest = [i, j], [k for k in range(n) if k not in (i, j)]
    P = A[np.ix_(kept, kept)]
    if not rest:
        return P
    R = A[np.ix_(rest, rest)]
    if np.linalg.eigvals(R.astype(float)).real.min() <= -1e-12:
        return None
    C = A[np.ix_(rest, kept)]
    try:
        X = np.stack([solve(R, C[:, k]) for k in range(2)], axis=1)
    except ZeroDivisionError:
        return None
    return np.asarray(P - A[np.ix_(kept, rest)] @ X)


# ---- games with given bounds ---------------------------------------------------------------------


def games_with(said: Said, symmetric: bool, seed: int) -> Iterator[MatrixGame]:
    """Constant J that attain the bounds in many ways; none where μ_i > Λ_i."""
    lower, upper, L = said.lower, said.upper, said.couplings
    if any(a > b for a, b in zip(lower, upper, strict=True)):
        return
    rng = np.random.default_rng(seed)
    for k in range(8):
        yield _of_ones(lower, upper, L, k, rng)
    for _ in range(4):
        yield _of_blocks(lower, upper, L, rng, skew=0.0)
    if not symmetric:
        yield _of_blocks(lower, upper, L, rng, skew=100.0)


def _of_ones(lower: Any, upper: Any, L: Any, k: int, rng: np.random.Generator) -> MatrixGame:
    """One variable a player: every number attained exactly."""
    n = len(lower)
    J = np.full((n, n), Fraction(0), dtype=object)
    for i in range(n):
        J[i, i] = [lower, upper][k % 2 if k < 4 else int(rng.integers(2))][i]
    for (i, j), value in L.items():
        sign = (-1, -1, 1 if i < j else -1, -1 if i < j else 1)[k] if k < 4 else rng.choice([-1, 1])
        J[i, j] = int(sign) * value
    game = MatrixGame(J.astype(float), np.zeros(n), [1] * n, True)
    game.exact = mps(J)
    return game


def _of_blocks(lower: Any, upper: Any, L: Any, rng: np.random.Generator, skew: float) -> MatrixGame:
    """Two or three variables a player, shrunk a little so that no rounding breaks a bound."""
    N = len(lower)
    sizes = rng.integers(2, 4, N).tolist()
    ends = np.cumsum([0, *sizes])
    part = [slice(a, b) for a, b in pairwise(ends)]
    J = np.zeros((ends[-1], ends[-1]))
    for i in range(N):
        a, b = float(lower[i]), float(upper[i])
        inner = SHRINK * (b - a)
        Q = np.linalg.qr(rng.normal(size=(sizes[i], sizes[i])))[0]
        own = (Q * rng.choice([a + inner, b - inner], sizes[i])) @ Q.T
        turn = np.triu(np.full((sizes[i], sizes[i]), skew), 1)
        J[part[i], part[i]] = (own + own.T) / 2 + turn - turn.T
        if b == a:
            J[part[i], part[i]] = a * np.eye(sizes[i]) + turn - turn.T
    for (i, j), value in L.items():
        u, v = rng.normal(size=sizes[i]), rng.normal(size=sizes[j])
        size = -float(value) * (1 - SHRINK)
        J[part[i], part[j]] = size * np.outer(u, v) / np.linalg.norm(u) / np.linalg.norm(v)
    return MatrixGame(J, np.zeros(ends[-1]), sizes, True)
