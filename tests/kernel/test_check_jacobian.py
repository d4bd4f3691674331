"""The checker's Jacobian against the games' own, at vertices and at points."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import games
from certificates.kernel.document.coupling import Coupling
from certificates.kernel.document.reading import Document, encode_arrays
from certificates.kernel.inequalities.direct import curvature_holds, failing_couplings
from certificates.kernel.jacobian.exact import jacobian_of
from certificates.kernel.jacobian.point import jacobians_at
from certificates.kernel.uncheckable import Uncheckable
from games.errors import InputError
from games.regions.region import Space
from games.regions.shapes import Box
from tests.helpers.scale import examples

Floats = NDArray[np.float64]
seeds = st.integers(0, 10**9)


def document(game: games.Game) -> Document:
    encoded: Document = encode_arrays(game.document())
    return encoded


def polynomial_game(seed: int, *, affine: bool) -> games.SymbolicGame:
    """Random costs in 2 to 4 variables; affine: their second derivatives are multi-affine."""
    rng = np.random.default_rng(seed)
    names = [f"x{k}" for k in range(int(rng.integers(2, 5)))]
    cut = int(rng.integers(1, len(names)))
    players = {"a": names[:cut], "b": names[cut:]}
    return games.SymbolicGame.from_costs(
        players, {name: _cost(rng, names, affine=affine) for name in players}, {"p": "2/7"}
    )


def _cost(rng: np.random.Generator, names: list[str], *, affine: bool) -> str:
    terms = [f"{Fraction(int(rng.integers(-9, 10)), 4)}*{v}**2" for v in names]
    for _ in range(4):
        powers = rng.integers(0, 2 if affine else 4, len(names))
        factors = [f"{v}**{k}" for v, k in zip(names, powers, strict=True)]
        coefficient = rng.choice(["p", "-1.5", "0.1", "pi", "sqrt(2)", "3"])
        terms.append("*".join([f"({coefficient})", *factors]))
    return " + ".join(f"({t})" for t in terms)


def random_box(seed: int, n: int) -> Box:
    rng = np.random.default_rng([seed, 1])
    low = [Fraction(int(k), 3) for k in rng.integers(-6, 7, n)]
    side = [Fraction(int(k), 5) for k in rng.integers(0, 4, n)]
    return Box(low, [a + d for a, d in zip(low, side, strict=True)])


def close(ball_mid: Floats, expected: Floats) -> bool:
    # 1e-11: the games' own floating point, values below 1e3
    return bool(np.abs(ball_mid - expected).max(initial=0.0) < 1e-11 * (1 + np.abs(expected).max()))


@settings(max_examples=examples(60))
@given(seeds)
def test_multi_affine_games_at_their_vertices(seed: int):
    """The values at the vertices that matter are the game's own at all vertices, as sets."""
    game = polynomial_game(seed, affine=True)
    box = random_box(seed, game.dimension)
    J = jacobian_of(document(game), box)
    assert J.whole is not None
    assert (J.whole.rad <= 1e-12 * (1 + np.abs(J.whole.mid))).all()
    vertices = np.array([[float(v) for v in p] for p in box.vertices(range(game.dimension))])
    own = game.jacobian(vertices)
    for expected in own:
        assert any(close(matrix, expected) for matrix in J.whole.mid)
    for matrix in J.whole.mid:
        assert any(close(matrix, expected) for expected in own)
    ends = np.cumsum(J.sizes)
    found = set()
    for group in J.blocks:
        for i, j, ball in zip(group.rows, group.cols, group.ball.mid, strict=True):
            rows, cols = (slice(ends[k] - J.sizes[k], ends[k]) for k in (i, j))
            found.add((int(i), int(j)))
            for expected in own[:, rows, cols]:
                assert any(close(matrix, expected) for matrix in ball)
    for i, j in itertools.product(range(2), range(2)):
        rows, cols = (slice(ends[k] - J.sizes[k], ends[k]) for k in (i, j))
        assert (i, j) in found or not own[:, rows, cols].any()
        assert i != j or (i, j) in found


@settings(max_examples=examples(40))
@given(seeds)
def test_points_between_lie_in_the_hull_of_the_vertices(seed: int):
    """Every linear functional of J is largest at a vertex: what the matrix tests rely on."""
    game = polynomial_game(seed, affine=True)
    box = random_box(seed, game.dimension)
    whole = jacobian_of(document(game), box).whole
    assert whole is not None
    rng = np.random.default_rng(seed)
    inside = game.jacobian(box.sample(rng, 20))
    for C in rng.normal(size=(5, game.dimension, game.dimension)):
        largest = (whole.mid * C).sum(axis=(1, 2)).max()
        assert ((inside * C).sum(axis=(1, 2)) <= largest + 1e-9 * (1 + abs(largest))).all()


@settings(max_examples=examples(60))
@given(seeds)
def test_polynomial_games_at_points(seed: int):
    game = polynomial_game(seed, affine=False)
    rng = np.random.default_rng([seed, 2])
    point = tuple(Fraction(int(k), 4) for k in rng.integers(-8, 9, game.dimension))
    ball = jacobians_at(document(game), [point])[0]
    expected = game.jacobian(np.array([float(v) for v in point]))
    # 1e-9: values up to 1e5 from cancelling terms
    assert np.abs(ball.mid - expected).max() <= 1e-9 * (1 + np.abs(expected).max())
    assert (ball.rad <= 1e-10 * (1 + np.abs(expected).max())).all()


def random_quadratic(seed: int) -> tuple[Floats, list[int]]:
    rng = np.random.default_rng(seed)
    sizes = [int(d) for d in rng.integers(1, 4, int(rng.integers(1, 6)))]
    n = sum(sizes)
    J = rng.normal(size=(n, n)) * (rng.random((n, n)) < 0.4)
    return J + np.diag(rng.normal(size=n)), sizes


@settings(max_examples=examples(60))
@given(seeds)
def test_sparse_and_dense_matrices_are_the_same_game(seed: int):
    J, sizes = random_quadratic(seed)
    dense = jacobian_of(document(games.QuadraticGame(J, sizes, field=True)), None)
    given_sparse = games.QuadraticGame(scipy.sparse.csr_array(J), sizes, field=True)
    sparse = jacobian_of(document(given_sparse), None)
    assert dense.whole is not None
    assert sparse.whole is not None
    assert (dense.whole.mid == J).all()
    assert (sparse.whole.mid == J).all()
    assert dense.symmetric == sparse.symmetric
    ends, rebuilt = np.cumsum(sizes), np.zeros_like(J)
    for a, b in zip(dense.blocks, sparse.blocks, strict=True):
        assert (a.ball.mid == b.ball.mid).all()
        assert (a.rows == b.rows).all()
        assert (a.cols == b.cols).all()
        for i, j, part in zip(a.rows, a.cols, a.ball.mid[:, 0], strict=True):
            rebuilt[ends[i] - sizes[i] : ends[i], ends[j] - sizes[j] : ends[j]] = part
    assert (rebuilt == J).all()
    own = [J[e - d : e, e - d : e] for e, d in zip(ends, sizes, strict=True)]
    assert dense.symmetric == all((B == B.T).all() for B in own)


@settings(max_examples=examples(40))
@given(seeds)
def test_a_matrix_and_its_costs_are_the_same_game(seed: int):
    """½ x_iᵀJ_ii x_i + x_iᵀ J_ij x_j as text, in exact rationals."""
    J, sizes = random_quadratic(seed)
    owner = np.repeat(np.arange(len(sizes)), sizes)
    same = owner[:, None] == owner[None, :]
    J = np.round(np.where(same, J + J.T, J) * 64) / 64
    n = len(J)
    costs = {}
    for p in range(len(sizes)):
        half = [(i, j, Fraction(J[i, j]) / (2 if same[i, j] else 1)) for i in range(n)
                for j in range(n) if owner[i] == p]  # fmt: skip
        costs[f"p{p}"] = " + ".join(f"({c})*v{i}*v{j}" for i, j, c in half)
    names = {f"p{p}": [f"v{i}" for i in range(n) if owner[i] == p] for p in range(len(sizes))}
    J_text = jacobian_of(document(games.SymbolicGame.from_costs(names, costs)), Space(n))
    assert J_text.constant
    assert J_text.whole is not None
    assert (J_text.whole.mid == J).all()
    assert (J_text.whole.rad <= 2.0**-50 * np.abs(J)).all()  # a sum of one term, rounded up


@settings(max_examples=examples(60))
@given(seeds)
def test_bounds_are_granted_exactly_when_true(seed: int):
    """Shaved by 1e-9 they are granted, raised by 1e-9 they are not."""
    J, sizes = random_quadratic(seed)
    N, ends = len(sizes), np.cumsum(sizes)
    part = [slice(int(e - d), int(e)) for e, d in zip(ends, sizes, strict=True)]
    spectra = [np.linalg.eigvalsh((J[s, s] + J[s, s].T) / 2) for s in part]
    lower = np.array([v[0] for v in spectra])
    upper = np.array([v[-1] for v in spectra])
    checked = jacobian_of(document(games.QuadraticGame(J, sizes, field=True)), None)
    shave = 1e-9 * (1 + np.abs(J).max())
    for sign in (-1, 1):
        above, below = curvature_holds(checked, lower + sign * shave, upper - sign * shave)
        assert (above == (sign < 0)).all()
        assert (below == (sign < 0)).all()
    pairs = [(i, j) for i in range(N) for j in range(N) if i != j and J[part[i], part[j]].any()]
    rows = np.array([i for i, _ in pairs], dtype=np.int64)
    cols = np.array([j for _, j in pairs], dtype=np.int64)
    norms = np.array([np.linalg.norm(J[part[i], part[j]], 2) for i, j in pairs])
    assert len(failing_couplings(checked, Coupling(rows, cols, norms + shave, N))) == 0
    raised = failing_couplings(checked, Coupling(rows, cols, np.maximum(norms - shave, 0), N))
    assert sorted(raised) == sorted(rows * N + cols)
    nothing = Coupling(rows[:0], cols[:0], norms[:0], N)
    assert sorted(failing_couplings(checked, nothing)) == sorted(rows * N + cols)


# ---- what cannot be re-derived, and what is no game ----------------------------------------------


def symbolic(cost: str = "x**2", **changes: object) -> Document:
    players = [{"name": "a", "variables": ["x"], "cost": cost}]
    return {"format": "sgn-game/1", "kind": "symbolic", "name": "g", "players": players} | changes


@pytest.mark.parametrize(
    ("game", "region"),
    [
        (symbolic("x**4"), Box([0], [1])),
        (symbolic("exp(x)"), Box([0], [1])),
        (symbolic("x**3"), Space(1)),
        (symbolic("x**3"), None),
        (symbolic("x**3"), Box([0, 0], [1, 1])),
        (symbolic(kind="callable"), None),
        (symbolic(kind=None), None),
        (
            symbolic(
                players=[
                    {"name": "a", "variables": [f"x{k}" for k in range(18)],
                     "cost": " + ".join(f"x{k}**3" for k in range(18))}
                ]
            ),
            Box([0] * 18, [1] * 18),
        ),
        (
            symbolic(
                players=[{"name": "a", "variables": [f"x{k}" for k in range(2001)], "cost": "x0"}]
            ),
            None,
        ),
    ],
)  # fmt: skip
def test_uncheckable(game: Document, region: Box | Space | None):
    with pytest.raises(Uncheckable):
        jacobian_of(game, region)


def test_blocks_too_large_for_memory_are_uncheckable():
    """A small file can hold a sparse matrix whose blocks would fill the memory."""
    n = 40_000
    eye = {
        "indptr": np.arange(n + 1, dtype=np.int32),
        "indices": np.arange(n, dtype=np.int32),
        "data": np.ones(n),
        "shape": [n, n],
    }
    players = [{"name": "a", "size": n // 2}, {"name": "b", "size": n // 2}]
    game = {"format": "sgn-game/1", "kind": "quadratic", "name": "", "players": players}
    with pytest.raises(Uncheckable, match="too large"):
        jacobian_of(encode_arrays({**game, "jacobian": eye}), None)


def _player(**changes: object) -> Document:
    return symbolic(players=[{"name": "a", "variables": ["x"], "cost": "x**2"} | changes])


@pytest.mark.parametrize(
    "game",
    [
        symbolic(format="sgn-game/2"),
        symbolic(format=1),
        symbolic(name=1),
        symbolic(source=["x"]),
        symbolic(region={}),
        symbolic(parameters=[]),
        symbolic(parameters={"x": "1"}),
        symbolic(parameters={"pi": "3"}),
        symbolic(parameters={"exp": "3"}),
        symbolic(parameters={"a b": "3"}),
        symbolic(parameters={"a": "NaN"}),
        symbolic(parameters={"a": True}),
        symbolic("x**2 + unknown"),
        symbolic("__import__('os')"),
        symbolic("x/0"),
        _player(variables=[]),
        _player(variables="x"),
        _player(variables=["x", "x"]),
        _player(variables=["x", 1]),
        _player(variables=["pi", "x"]),
        _player(variables=["log", "x"]),
        _player(variables=["x", "é"]),
        _player(variables=["x", ""]),
        _player(cost=1),
        _player(cost=None),
        _player(size=1),
    ],
)
def test_documents_that_are_no_game(game: Document):
    with pytest.raises(InputError) as caught:
        jacobian_of(game, None)
    assert "\n" not in str(caught.value)


def quadratic(**changes: object) -> Document:
    players = [{"name": "a", "size": 1}, {"name": "b", "size": 1}]
    game: Document = {"format": "sgn-game/1", "kind": "quadratic", "name": "", "players": players}
    encoded: Document = encode_arrays(game | {"jacobian": np.eye(2)} | changes)
    return encoded


def _csr(**changes: object) -> Document:
    parts = {
        "indptr": np.array([0, 1, 2]),
        "indices": np.array([0, 1]),
        "data": np.ones(2),
        "shape": [2, 2],
    }
    return quadratic(jacobian=parts | changes)


def test_the_good_ones():
    assert jacobian_of(quadratic(), None).sizes == (1, 1)
    assert jacobian_of(_csr(), None).sizes == (1, 1)


@pytest.mark.parametrize(
    "game",
    [
        quadratic(format="sgn-game/0"),
        quadratic(field="yes"),
        quadratic(jacobian=np.eye(3)),
        quadratic(jacobian=np.ones(4)),
        quadratic(jacobian=np.eye(2, dtype=np.int64)),
        quadratic(jacobian=[["1", "0"], ["0", "1"]]),
        quadratic(linear=np.ones(3)),
        quadratic(linear=["1"]),
        quadratic(players=[{"name": "a", "size": 0}, {"name": "b", "size": 2}]),
        quadratic(players=[{"name": "a", "size": True}, {"name": "b", "size": 1}]),
        quadratic(players=[{"name": "a", "size": -1}, {"name": "b", "size": 3}]),
        quadratic(players=[{"name": "a", "size": 10**30}, {"name": "b", "size": 1}]),
        _csr(shape=[2, 3]),
        _csr(shape=[3, 3]),
        _csr(indptr=np.array([0, 1, 3])),
        _csr(indptr=np.array([1, 1, 2])),
        _csr(indptr=np.array([0, 3, 2])),
        _csr(indptr=np.array([0.0, 1, 2])),
        _csr(indptr=np.array([[0, 1, 2]])),
        _csr(indptr=np.array([0, 2**63 - 1, 2])),
        _csr(indptr=np.array([0, -(2**63), 2])),
        _csr(indices=np.array([0, 2])),
        _csr(indices=np.array([0, -1])),
        _csr(indices=np.array([2**62, 1])),
        _csr(indptr=np.array([0, 2, 2]), indices=np.array([1, 1])),
        _csr(indptr=np.array([0, 2, 2]), indices=np.array([1, 0])),
        _csr(data=np.ones(3)),
        _csr(data=np.ones(2, dtype=np.int64)),
    ],
)
def test_matrices_that_are_no_game(game: Document):
    with pytest.raises(InputError) as caught:
        jacobian_of(game, None)
    assert "\n" not in str(caught.value)


def test_row_ends_that_wrap_round():
    """Differences of huge row ends overflow to counts that look right: refused before any use."""
    ends = np.array([0, 2**63 - 1, -2, 3], dtype=np.int64)
    game = quadratic(
        players=[{"name": k, "size": 1} for k in "abc"],
        jacobian={
            "indptr": ends,
            "indices": np.array([0, 1, 2]),
            "data": np.ones(3),
            "shape": [3, 3],
        },
    )
    assert (np.diff(ends) >= 0).all()  # the trap
    with pytest.raises(InputError, match="out of range"):
        jacobian_of(game, None)
