"""What a refuted game's witness says: no constant metric, or no weights per player."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from tests.forging.oracle_claims import REFUTED, claims_by_theorem
from tests.forging.oracle_game import Game, game_of
from tests.forging.oracle_reading import (
    Array,
    Document,
    Unjudged,
    array,
    mp,
    mpmath,
    mps,
    rational,
    rationals,
)
from tests.forging.oracle_region import Box, Region, region_of
from tests.forging.oracle_subject import ZERO, Falsehood

EIGENVALUE, EXACT, _, DUAL_WEIGHTS = REFUTED


def refusal(document: Document, said: str) -> Iterator[Falsehood]:
    """False sentences of a refuted game. said: how the product puts it."""
    if document["verdict"] != "refuted":
        return
    game, region = game_of(document["game"]), region_of(document["region"])
    if region.n != game.n:
        raise Unjudged("the region has another dimension than the game")
    if isinstance(region, Box) and not region.free.all():
        yield Falsehood("refuted", "the region has no interior (T6)")
    [(theorem, [witness])] = claims_by_theorem(document).items()
    eigenvalue, every = theorem == EIGENVALUE, theorem != DUAL_WEIGHTS
    alone = theorem in (EIGENVALUE, EXACT)
    points = [witness["point"]] if alone else witness["places"]
    jacobians = [_jacobian(game, region, point) for point in points]
    if any(J is None for J in jacobians):
        yield Falsehood("refuted", "a point outside the region")
        return
    if alone:
        least = min(mpmath.re(v) for v in mpmath.mp.eig(_matrix(jacobians[0]))[0])
        if least > ZERO:
            yield Falsehood("refuted", f"all real parts are ≥ {mpmath.nstr(least, 8)}")
        if eigenvalue and least > mp(rational(witness["shift"])) + ZERO:
            yield Falsehood("refuted", "no eigenvalue is below the shift")
    else:
        yield from _dual(game, jacobians, witness, every)
    yield from _says(said, game, every)


def _jacobian(game: Game, region: Region, point: Any) -> Array | None:
    if point is None:
        if not game.constant:
            raise Unjudged("no point, and J is not constant")
        return np.asarray(game.J(mps(np.zeros(game.n))))
    exact = mps(rationals(point))
    if len(exact) != region.n or not region.holds(exact):
        return None
    return np.asarray(game.J(exact))


def _matrix(J: Any) -> Any:
    return mpmath.matrix(J.tolist())


def _dual(game: Game, jacobians: list[Any], witness: Document, every: bool) -> Iterator[Falsehood]:
    """S = Σ J(x_k)C_kC_kᵀ: S + Sᵀ ⪯ 0 where it counts, or the traces of players' blocks ≤ 0."""
    n = game.n
    S = mps(np.zeros((n, n)))
    used = np.zeros(n, dtype=bool)
    for J, C in zip(jacobians, witness["factors"], strict=True):
        factor = mps([[Fraction(float(v)) for v in row] for row in array(C)])
        S = S + (J @ factor) @ factor.T
        used |= (array(C) != 0).any(axis=1)
    if not used.any():
        yield Falsehood("refuted", "all matrices are 0")
    elif every:
        T = (S + S.T)[np.ix_(used, used)]
        w, v = np.linalg.eigh(T.astype(float))
        u = mps([Fraction(float(x)) for x in v[:, -1]])
        if u @ (T @ u) > ZERO:
            yield Falsehood("refuted", f"S + Sᵀ has the eigenvalue {w[-1]:.6g}")
        if any((J[np.ix_(~used, used)] != 0).any() for J in jacobians):
            yield Falsehood("refuted", "variables left out that are acted on")
    else:
        for i in range(len(game.sizes)):
            own = game.owners == i
            trace = sum(S[k, k] for k in np.flatnonzero(own))
            if trace > ZERO:
                yield Falsehood("refuted", f"tr S_ii = {mpmath.nstr(trace, 8)} of player {i}")


def _says(said: str, game: Game, every: bool) -> Iterator[Falsehood]:
    """Whatever the witness: a matrix metric that works makes "no constant metric" false."""
    if (every or "no constant metric" in said) and game.constant:
        M = lyapunov(game)
        if M is not None:
            yield Falsehood("refuted", f"'no constant metric', but M = {M} certifies the game")


def lyapunov(game: Game) -> list[Any] | None:
    """M ≻ 0 with JᵀM + MJ ≻ 0 where J is constant and has its eigenvalues on the right."""
    J = np.asarray(game.J(np.zeros((1, game.n)))[0])
    n, eye = game.n, np.eye(game.n)
    if n > 12 or np.linalg.eigvals(J).real.min() <= 1e-9:
        return None
    A = np.kron(J.T, eye) + np.kron(eye, J.T)
    M = np.linalg.solve(A, eye.ravel()).reshape(n, n)
    M = (M + M.T) / 2
    works = min(np.linalg.eigvalsh(S).min() for S in (M, J.T @ M + M @ J)) > 1e-9
    return [list(map(float, row)) for row in M.round(6)] if works else None
