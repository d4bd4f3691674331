"""The exact bounder against rational elimination, random points and the catalogue."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

import games.catalogue
from games.game import Floats, Structure
from games.quadratic import QuadraticGame
from games.regions.region import Space
from games.regions.shapes import Box
from games.symbolic import SymbolicGame
from sgn.bounds import (
    CannotBound,
    Claim,
    Cocoercivity,
    Coupling,
    Curvature,
    Exact,
    Lipschitz,
    Margin,
    UpperCurvature,
    block_quantities,
    estimate_bounds,
)
from tests.helpers.catalogue_names import COST_GAMES
from tests.helpers.scale import examples
from tests.helpers.toy import ToyGame, dense, multi_affine, random_quadratic, random_sizes, weighted

TINY = Fraction(1, 10**12)  # the shave of blocks up to 3 × 3
SEEDS = st.integers(0, 2**32 - 1)


def positive_definite(A: list[list[Fraction]]) -> bool:
    """All pivots of rational elimination are positive."""
    A = [list(row) for row in A]
    for k in range(len(A)):
        if A[k][k] <= 0:
            return False
        for r in range(k + 1, len(A)):
            factor = A[r][k] / A[k][k]
            A[r] = [a - factor * b for a, b in zip(A[r], A[k], strict=True)]
    return True


def rational(J: Floats) -> list[list[Fraction]]:
    return [[Fraction(float(v)) for v in row] for row in J]


def above(J: Floats, c: float) -> bool:
    """sym(J) ≻ c I, in rationals."""
    A, n = rational(J), len(J)
    S = [[(A[a][b] + A[b][a]) / 2 - Fraction(c) * (a == b) for b in range(n)] for a in range(n)]
    return positive_definite(S)


def norm_below(J: Floats, c: float) -> bool:
    """[[cI, J], [Jᵀ, cI]] ≻ 0, in rationals."""
    A, (p, q), t = rational(J), J.shape, Fraction(c)
    top = [[t * (a == b) for b in range(p)] + A[a] for a in range(p)]
    low = [[A[a][b] for a in range(p)] + [t * (b == d) for d in range(q)] for b in range(q)]
    return positive_definite(top + low)


@given(SEEDS)
@settings(max_examples=examples(40), deadline=None)
def test_constant_block_bounds_hold_in_rationals_and_are_tight(seed: int) -> None:
    game = random_quadratic(np.random.default_rng(seed))
    b = Exact().block_bounds(game, Space(game.dimension))
    J, S, L = dense(game), game.slices, b.coupling_upper.toarray()
    tight = 1e-12 * float(np.abs(J).sum() + 1)  # the shave: about order² ε of the block's size
    for i in range(b.size):
        block = J[S[i], S[i]]
        mu, upper = b.curvature_lower[i], b.curvature_upper[i]
        if len(block) == 1 or not block.any():
            assert mu == upper == block[0, 0]
        else:
            assert above(block, mu)
            assert above(-block, -upper)
            assert not above(block, mu + tight)
            assert not above(-block, -upper + tight)
        for j in set(range(b.size)) - {i}:
            cross = J[S[i], S[j]]
            if cross.size == 1 or not cross.any():
                assert L[i, j] == np.abs(cross).max()
            else:
                assert norm_below(cross, L[i, j])
                assert not norm_below(cross, L[i, j] - tight)


@given(SEEDS)
@settings(max_examples=examples(30), deadline=None)
def test_sparse_dense_and_one_by_one_agree(seed: int) -> None:
    game = random_quadratic(np.random.default_rng(seed))
    where = Space(game.dimension)
    b = Exact().block_bounds(game, where)
    same = Exact().block_bounds(
        QuadraticGame(sparse.csr_array(dense(game)), game.sizes, field=True), where
    )
    each = Exact().bound(game, where, block_quantities(game))
    N = b.size
    single = np.concatenate(
        [b.curvature_lower, b.curvature_upper, b.coupling_upper.toarray()[~np.eye(N, dtype=bool)]]
    )
    assert np.array_equal(b.curvature_lower, same.curvature_lower)
    assert np.array_equal(b.coupling_upper.toarray(), same.coupling_upper.toarray())
    # LAPACK may take another path for a batch: a few ε of the matrix
    np.testing.assert_allclose(single, each, rtol=0, atol=1e-13 * np.abs(dense(game)).max())


@given(SEEDS)
@settings(max_examples=examples(40), deadline=None)
def test_shaved_weighted_claims_hold_in_rationals(seed: int) -> None:
    rng = np.random.default_rng(seed)
    game = random_quadratic(rng)
    n = game.dimension
    w = 4.0 ** rng.integers(-4, 5, len(game.sizes))  # roots are exact, so B is
    J = dense(game) / np.abs(dense(game)).max(initial=1.0) + 2 * n * np.eye(n)
    game = QuadraticGame(J, game.sizes, field=True)
    root = np.repeat(np.sqrt(w), game.sizes)
    B = J * root[:, None] / root[None, :]
    slices, where = game.slices, Space(n)
    v = tuple(w.tolist())
    alpha, beta, c = Exact().bound(
        game, where, [Margin(v, slices), Lipschitz(v, slices), Cocoercivity(v, slices)]
    )
    assert above(B, alpha)
    assert norm_below(B, beta)
    if np.isfinite(c):
        A, t = rational(B), Fraction(float(c))
        gram = [[sum(A[k][a] * A[k][b] for k in range(n)) for b in range(n)] for a in range(n)]
        rest = [[(A[a][b] + A[b][a]) / 2 - t * gram[a][b] for b in range(n)] for a in range(n)]
        assert positive_definite(rest)


@given(SEEDS)
@settings(max_examples=examples(30), deadline=None)
def test_no_sample_beats_the_vertices(seed: int) -> None:
    rng = np.random.default_rng(seed)
    sizes = random_sizes(rng)
    n = sum(sizes)
    low = rng.uniform(-2, 1, n)
    high = low + rng.uniform(0, 2, n) * (rng.random(n) < 0.8)  # some sides degenerate
    game = multi_affine(sizes, rng, Box(low.tolist(), high.tolist()))
    assert game.region is not None
    quantities = [*block_quantities(game), *weighted(game, rng)]
    bounds = Exact().bound(game, game.region, quantities)
    J = game.jacobian(game.region.sample(rng, 300))
    for quantity, bound in zip(quantities, bounds, strict=True):
        rows, columns = (
            (slice(0, n), slice(0, n))
            if quantity.block is None
            else (game.slices[quantity.block[0]], game.slices[quantity.block[1]])
        )
        values = quantity.values(J[:, rows, columns])
        assert values.max() <= bound if quantity.upper else values.min() >= bound
    raw = [Claim(q, float(v)) for q, v in zip(quantities, bounds, strict=True)]
    assert Exact().confirm(game, game.region, raw).broken == ()


def test_vertices_are_counted_per_block() -> None:
    def jacobian(points: Floats) -> Floats:
        J = np.tile(np.eye(20), (len(points), 1, 1))
        ring = np.arange(20)
        J[:, ring, (ring + 1) % 20] = points
        return J

    def depends(i: int, j: int) -> tuple[int, ...]:
        return (i,) if j == (i + 1) % 20 else ()

    game = ToyGame([1] * 20, jacobian, Structure.MULTI_AFFINE, Box.cube(20, 2), depends=depends)
    box = Box.cube(20, 2)
    b = Exact().block_bounds(game, box)
    assert b.coupling_upper.nnz == 20
    assert b.evidence == "exact"
    # 2 from the vertices, moved up by 64 ε for the evaluation of J
    np.testing.assert_allclose(b.coupling_upper.data, 2, rtol=1e-13)
    assert np.all(b.coupling_upper.data >= 2)
    with pytest.raises(CannotBound, match="20 variables, which makes 2\\^20 vertices") as caught:
        Exact().bound(game, box, [Margin((1.0,) * 20, game.slices)])
    assert caught.value.reason == "too-large"


def test_exact_decimals_stay_exact() -> None:
    game = SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y", "z"]},
        {"a": "x**2/2 + 10*x*y", "b": "y**2/2 + z**2 + x*y/20"},
    )
    b = Exact().block_bounds(game, Space(3))
    assert b.curvature_lower[0] == b.curvature_upper[0] == 1
    assert b.coupling_upper[0, 1] >= 10
    assert (
        Fraction(1, 20) <= Fraction(float(b.coupling_upper[1, 0])) <= Fraction(1, 20) * (1 + TINY)
    )
    assert above(np.diag([1.0, 2.0]), b.curvature_lower[1])


@pytest.mark.parametrize("name", COST_GAMES)
def test_catalogue_bounds_meet_random_points(name: str) -> None:
    game = games.catalogue.load(name)
    assert game.region is not None
    kind = "sampled" if game.structure is Structure.GENERAL else "exact"
    b = estimate_bounds(game, evidence=kind)
    assert b.evidence == kind
    points = game.region.sample(np.random.default_rng(1), 200)
    for i, own in enumerate(block_quantities(game)[: b.size]):
        assert b.curvature_lower[i] <= own.values(game.jacobian(points, (i, i))).min()
        for j in set(range(b.size)) - {i}:
            norms = Coupling(i, j).values(game.jacobian(points, (i, j)))
            # SVD and evaluation in floats: a few ε below the exact value
            assert b.coupling_upper[i, j] >= norms.max() * (1 - 1e-14)


def test_large_sparse_game() -> None:
    N, rng = 100_000, np.random.default_rng(0)
    rows, columns = np.repeat(np.arange(N), 4), rng.integers(0, N, 4 * N)
    apart = rows != columns
    values = rng.normal(size=4 * N)[apart]
    off = sparse.csr_array((values, (rows[apart], columns[apart])), shape=(N, N))
    game = QuadraticGame(sparse.csr_array(sparse.eye_array(N) * 5 + off), [1] * N)
    b = Exact().block_bounds(game, Space(N))
    assert np.all(b.curvature_lower == 5)
    assert np.array_equal(b.coupling_upper.data, abs(off).data)
    with pytest.raises(CannotBound, match="at most 2000") as caught:
        Exact().bound(game, Space(N), [Margin((1.0,) * N, game.slices)])
    assert caught.value.reason == "too-large"


@given(SEEDS)
@settings(max_examples=examples(25), deadline=None)
def test_renaming_players_permutes_the_bounds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    game = random_quadratic(rng)
    order = rng.permutation(len(game.sizes))
    index = np.concatenate([np.arange(game.dimension)[game.slices[i]] for i in order])
    J = dense(game)
    other = QuadraticGame(J[np.ix_(index, index)], [game.sizes[i] for i in order], field=True)
    where = Space(game.dimension)
    a, b = Exact().block_bounds(game, where), Exact().block_bounds(other, where)
    assert np.array_equal(a.curvature_lower[order], b.curvature_lower)
    assert np.array_equal(
        a.coupling_upper.toarray()[np.ix_(order, order)], b.coupling_upper.toarray()
    )


def test_overflow_is_told_with_the_place() -> None:
    def jacobian(points: Floats) -> Floats:
        return points[:, :1, None] * 1e300 * np.eye(2)

    box = Box([0, 0], [1e20, 1])
    game = ToyGame([1, 1], jacobian, Structure.MULTI_AFFINE, box)
    with pytest.raises(CannotBound, match=r"not finite at x0 = 1e\+20, x1 = 0") as caught:
        Exact().block_bounds(game, box)
    assert caught.value.reason == "numerical"
    assert caught.value.point == {"x0": 1e20, "x1": 0.0}
    with pytest.raises(CannotBound, match="give a box as the region"):
        Exact().block_bounds(game, Space(2))


def test_a_false_exact_claim_is_broken() -> None:
    game = QuadraticGame(np.array([[2.0, 1.0], [3.0, 4.0]]), [1, 1])
    claims = [Claim(Curvature(0), 2.5), Claim(UpperCurvature(1), 4.0), Claim(Coupling(1, 0), 2.0)]
    found = Exact().confirm(game, Space(2), claims)
    assert found.broken == ((0, 2.0), (2, 3.0))
    assert found.evidence == {"kind": "exact", "structure": "constant", "vertices": 1}
