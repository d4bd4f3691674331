"""Games of many players: sparse Perron vectors, their certificates and files, against oracles."""

import json
import sys
from collections import Counter
from fractions import Fraction
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import sparse

import games
import sgn
from benchmarks.graphs import GRAPHS, Graph, chain
from benchmarks.scale import ORACLES, game_of, game_of_blocks, perron_near
from certificates.kernel.document.reading import digest
from games.errors import InputError
from games.numbered import LISTED
from games.players import NumberedNames
from sgn.bounds import Bounds
from sgn.metrics.large_weights import best_pair, symmetric_vector
from sgn.metrics.norms import norm_plan
from sgn.metrics.perron import iteration, perron, product, solver_of
from sgn.metrics.weights import margin_at, optimal_weights
from sgn.steps.structural_euler import structural_plan
from tests.helpers.scale import examples

FloatArray = NDArray[np.float64]
seeds = st.integers(0, 2**32 - 1)


def random_sparse(seed: int, players: int) -> Graph:
    """Any signs of μ, couplings over three decades, many players without any."""
    rng = np.random.default_rng(seed)
    mu = rng.uniform(-1, 3, players) * 10 ** rng.uniform(-1, 1)
    acts = rng.random((players, players)) < rng.uniform(0.5, 6) / players
    acts &= ~np.eye(players, dtype=bool)
    return Graph(mu, sparse.csr_array(np.where(acts, 10 ** rng.uniform(-2, 1, acts.shape), 0.0)))


def perron_value(graph: Graph) -> float:
    """α* by dense eigenvalues."""
    return float(np.linalg.eigvals(np.diag(graph.mu) - graph.L.toarray()).real.min())


def size_of(graph: Graph) -> float:
    return float(max(np.abs(graph.mu).max(), graph.L.data.max(initial=0.0)))


def proved(graph: Graph, w: FloatArray, x: FloatArray) -> float:
    """T2's margin of w and x in rationals."""
    coupling = graph.L.tocoo()
    left = [
        2 * Fraction(m) * Fraction(a) * Fraction(b) for m, a, b in zip(graph.mu, w, x, strict=True)
    ]
    for i, j, v in zip(*coupling.coords, coupling.data, strict=True):
        flow = Fraction(float(v)) * Fraction(float(w[i]))
        left[i] -= flow * Fraction(float(x[j]))
        left[j] -= flow * Fraction(float(x[i]))
    ratios = (a / (2 * Fraction(b) * Fraction(c)) for a, b, c in zip(left, w, x, strict=True))
    return float(min(ratios))


@given(seed=seeds)
@settings(max_examples=examples(30))
def test_perron_levels_lie_below_the_eigenvalue_and_near_it(seed: int):
    graph = random_sparse(seed, 60)
    exact, scale = perron_value(graph), size_of(graph)
    for solver in (solver_of(graph.L), iteration(lambda x: product(graph.L, x))):
        found = perron(graph.mu, lambda x: product(graph.L, x), solver, np.ones(60))
        x = found.vector
        assert x.min() > 0
        level = float(np.min(graph.mu - product(graph.L, x) / x))
        assert found.level == pytest.approx(level, rel=1e-12)
        # eigenvalues of A (not normal) are known to about √ε of the scale where it is reducible
        assert found.level <= exact + 1e-6 * scale
        assert found.level >= exact - 1e-4 * scale


@given(seed=seeds)
@settings(max_examples=examples(20))
def test_the_margin_of_the_pair_is_a_proof_near_the_best(seed: int):
    graph = random_sparse(seed, 40)
    w, x = best_pair(graph.mu, graph.L)
    assert min(w.min(), x.min()) > 0
    assert w[0] == 1
    exact, scale = perron_value(graph), size_of(graph)
    margin = proved(graph, w, x)
    assert margin <= exact + 1e-6 * scale  # as above
    assert margin >= exact - 1e-4 * scale


@given(seed=seeds)
@settings(max_examples=examples(20))
def test_the_vector_of_given_weights_proves_their_margin(seed: int):
    graph = random_sparse(seed, 40)
    w = np.random.default_rng(seed).uniform(0.1, 10, 40)
    x = symmetric_vector(graph.mu, graph.L, w)
    root = np.sqrt(w)
    B = np.diag(graph.mu) - graph.L.toarray() * root[:, None] / root
    least = float(np.linalg.eigvalsh((B + B.T) / 2)[0])
    # eigvalsh: 1e-12 of the scale; the search stops within 1e-8 of a larger one
    assert least - 1e-5 * size_of(graph) <= proved(graph, w, x) <= least + 1e-11 * size_of(graph)


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("players", [400, 4000])
def test_the_margin_is_within_1e4_of_the_perron_value(name: str, players: int):
    graph = GRAPHS[name](players, np.random.default_rng(7))
    best = optimal_weights(Bounds.given(graph.mu, graph.L, graph.mu))
    assert best.margin >= ORACLES.get(name, perron_near)(graph) - 1e-6 * size_of(graph)
    if players == 400:
        assert best.margin <= perron_value(graph) + 1e-9  # eigvals at 400: about 1e-12
        again = margin_at(Bounds.given(graph.mu, graph.L, graph.mu), best.weights)
        assert again.margin == pytest.approx(best.margin, abs=1e-6)


def test_a_chain_with_gain_100_has_weight_ratios_of_1e30():
    mu, L = chain(6, np.random.default_rng(0))
    result = sgn.certify_bounds(Bounds.given(mu, L, mu)).require()
    w = [float(v) for v in result.weights]
    assert result.margin > 0
    assert max(w) / min(w) > 1e25
    assert sgn.verify(result)
    large = Bounds.given(
        np.ones(303), sparse.block_diag([L] * 50 + [sparse.csr_array((3, 3))]), np.ones(303)
    )
    best = optimal_weights(large)  # the same by sparse solves
    assert best.margin > 0.99
    assert best.weights.max() / best.weights.min() > 1e25


@pytest.mark.parametrize("coupling", [0.0, 1 / 3])
def test_many_players_who_are_all_alike_are_proved(coupling: float):
    n = 600
    J = sparse.diags_array([2.0, coupling, coupling], offsets=[0, 1, 1 - n], shape=(n, n))
    certificate = sgn.certify(games.QuadraticGame(J, sizes=[1] * n)).require()
    assert float(certificate.margin) == pytest.approx(2 - coupling, rel=1e-9)  # as shaved


@cache
def certified() -> sgn.Certificate:
    """One reducible game of 5,000 players."""
    return sgn.certify(game_of("hierarchy", 5000)[0]).require()


@cache
def conditional() -> sgn.Certificate:
    """The same of bounds alone."""
    graph = GRAPHS["hierarchy"](3000, np.random.default_rng(5))
    return sgn.certify_bounds(Bounds.given(graph.mu, graph.L, graph.mu)).require()


def test_games_of_many_players_are_proved_saved_and_loaded(tmp_path: Path):
    certificate, (_, graph) = certified(), game_of("hierarchy", 5000)
    assert certificate.verdict == "proved"
    assert float(certificate.margin) >= perron_near(graph) - 1e-4 * size_of(graph)
    for file in ("c.json", "c.json.gz"):
        certificate.save(tmp_path / file)
        loaded = sgn.load(tmp_path / file)
        assert isinstance(loaded, sgn.Certificate)
        assert sgn.verify(loaded)
        assert loaded.document == certificate.document
    text = json.dumps(
        {k: v for k, v in certificate.document.items() if k not in ("digest", "produced_by")},
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )
    assert digest(json.loads(text)) == certificate.document["digest"]
    assert len(str(certificate).splitlines()) < 30
    assert certificate.names[4999] == "player 5000"
    assert "players" not in certificate.document["game"]


def test_blocks_of_two_variables_are_proved():
    game, graph = game_of_blocks(2000)
    certificate = sgn.certify(game).require()
    assert sgn.verify(certificate)
    # rotations scaled by L_ij: norms are exact to rounding
    assert float(certificate.margin) >= perron_near(graph) - 1e-4 * size_of(graph)


def test_steps_from_bounds_are_the_best_there_are():
    graph = GRAPHS["random"](400, np.random.default_rng(3))
    bounds = Bounds.given(graph.mu, graph.L, graph.mu)

    def radius(step: float | Fraction) -> float:
        h = float(step)
        N = np.diag(np.abs(1 - h * graph.mu)) + h * graph.L.toarray()
        return float(np.abs(np.linalg.eigvals(N)).max())

    plan = structural_plan(bounds)
    assert plan is not None
    assert radius(float(plan.step_max)) < plan.factor_at_max < 1  # what is proved is true
    assert radius(float(plan.best_step)) <= plan.factor_at_best
    least = min(radius(h) for h in np.linspace(0.35, 0.7, 8))
    assert plan.factor_at_best < 1.1 * least  # two turns stop somewhat short of the best
    norm = norm_plan(bounds, np.ones(400))
    assert norm is not None
    exact = np.linalg.norm(np.diag(graph.mu) + graph.L.toarray(), 2)
    assert exact <= float(norm.bound) <= exact * 1.003  # NEAR = 1e-3, of the square


def test_conditional_certificates_count_their_players(tmp_path: Path):
    certificate = conditional()
    assert certificate.document["players"] == 3000
    certificate.save(tmp_path / "c.json")
    loaded = sgn.load(tmp_path / "c.json")
    assert isinstance(loaded, sgn.Certificate)
    assert sgn.verify(loaded)
    assert loaded.names == NumberedNames(3000)


def test_a_game_without_a_margin_is_refused_in_short():
    graph = GRAPHS["random"](1001, np.random.default_rng(5))
    J = sparse.csr_array(sparse.diags_array(graph.mu, format="csr") + 10 * graph.L)
    refusal = sgn.certify(games.QuadraticGame(J, sizes=[1] * 1001))
    assert isinstance(refusal, sgn.Refusal)
    assert refusal.reason == "small-gain"
    assert len(str(refusal)) < 3000


def test_game_files_keep_many_players_in_the_side_file(tmp_path: Path):
    game, _ = game_of_blocks(LISTED + 1)
    games.save(game, tmp_path / "g.toml")
    assert len((tmp_path / "g.toml").read_text()) < 200
    again = games.load(tmp_path / "g.toml")
    assert again.sizes == game.sizes
    assert isinstance(again, games.QuadraticGame)
    assert not isinstance(again.matrix, np.ndarray)
    assert not isinstance(game.matrix, np.ndarray)
    assert np.array_equal(again.matrix.data, game.matrix.data)
    assert np.array_equal(again.matrix.indices, game.matrix.indices)
    assert again.players[-1] == game.players[-1]
    small, _ = game_of("ring", LISTED)
    assert "players" in small.document()


SIZES = np.ones(5000, dtype=np.int32)


def with_sizes(document: dict[str, Any], sizes: NDArray[Any]) -> dict[str, Any]:
    from certificates.kernel.document.reading import encode_array

    changed = {**document, "game": {**document["game"], "sizes": encode_array(sizes)}}
    return {**changed, "digest": digest(changed)}


@pytest.mark.parametrize(
    "sizes",
    [SIZES[:-1], np.append(SIZES, 1), 0 * SIZES, SIZES.astype(float), SIZES[None], -SIZES],
    ids=["one-less", "one-more", "none", "floats", "two-dimensional", "negative"],
)
def test_lies_about_the_sizes_are_refused(sizes: NDArray[Any]):
    document = certified().document
    assert sgn.verify(sgn.Certificate(with_sizes(document, SIZES)))
    with pytest.raises(InputError, match=r"sizes|numbers|shape"):
        sgn.verify(sgn.Certificate(with_sizes(document, sizes)))


@pytest.mark.parametrize("players", [0, -3, 10**30, True, 2.0, 2999, 3001, None])
def test_lies_about_the_number_of_players_are_refused(players: Any):
    document = conditional().document
    changed = {**document, "players": players}
    with pytest.raises(InputError, match=r"players|numbers"):
        sgn.verify(sgn.Certificate({**changed, "digest": digest(changed)}))


def calls(players: int, radius: str, folder: Path) -> Counter[object]:
    """How often each function of Python is called to certify, save, load and verify in a box."""
    counted: Counter[object] = Counter()

    def count(frame: FrameType, event: str, argument: object) -> None:
        if event == "call":
            counted[frame.f_code] += 1

    game, _ = game_of("random", players)
    path = folder / f"{players}-{radius}.json"
    sys.setprofile(count)
    try:
        found = sgn.certify(game, games.Box.cube(players, radius)).require()
        found.save(path)
        loaded = sgn.load(path)
        holds = isinstance(loaded, sgn.Certificate) and bool(sgn.verify(loaded))
    finally:
        sys.setprofile(None)
    assert holds
    assert found.equilibrium is not None
    assert found.basin is not None
    return counted


def test_nothing_is_called_for_every_player(tmp_path: Path) -> None:
    few, many = calls(10**4, "1", tmp_path), calls(4 * 10**4, "1", tmp_path)
    more = [code for code, count in many.items() if count - few[code] > 10**4]
    assert not more  # what is called for each would be called 30,000 times more
