"""The catalogue against the published costs, regions and reference numbers."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from games import Box, Game, InputError, Structure, SymbolicGame, catalogue
from games.catalogue.contest import tullock, tullock_equilibrium
from games.catalogue.markov import congestion, coordination, public_goods
from games.catalogue.oligopoly import cournot
from tests.helpers.catalogue_names import COST_GAMES

DATA = Path(__file__).parents[1] / "data" / "published_games.json"
PUBLISHED: dict[str, dict[str, Any]] = {
    game["id"]: game for game in json.loads(DATA.read_text(encoding="utf-8"))["games"]
}
IDS = {
    "sgn-toy": "sgn_toy_a10_b005",
    "rosen": "rosen_1965",
    "harker": "harker_1991",
    "fk-a3": "fk_a3",
    "fk-a5": "fk_a5",
    "duopoly": "fk_a12_duopoly",
    "river-basin": "fk_a13_river_basin",
    "internet-switching": "fk_a14_switching10",
    "electricity-market": "fk_a15_electricity",
    "fk-a17": "fk_a17",
    "mss-oligopoly": "mss_oligopoly5_narrow",
    "tullock": "tullock3_narrow",
    "tullock-asymmetric": "tullock2_asym",
    "dirac-gan": "dirac_gan_r1",
    "dirac-gan-regularised": "dirac_gan_both_reg",
    "rock-paper-scissors": "entropy_rps_tau2",
    "bertrand-logit": "bertrand_logit3",
    "hotelling": "hotelling_quadratic",
}


WITH_EQUILIBRIUM = catalogue.names("published equilibrium")


def _as_published(reference: dict[str, Any]) -> SymbolicGame:
    return SymbolicGame.from_costs(
        {player["name"]: player["vars"] for player in reference["players"]},
        {
            player["name"]: cost.replace("Rational(10,11)", "(10/11)")
            for player, cost in zip(reference["players"], reference["costs"], strict=True)
        },
    )


def _region(game: Game) -> Box:
    assert game.region is not None
    return game.region


def test_every_published_game_is_there() -> None:
    assert set(COST_GAMES) == set(IDS) | set(WITH_EQUILIBRIUM)
    assert set(PUBLISHED) == set(IDS.values())


@pytest.mark.parametrize("name", IDS)
def test_field_and_jacobian_are_the_published_ones(name: str, rng: np.random.Generator) -> None:
    game, published = catalogue.entry(name).build(), _as_published(PUBLISHED[IDS[name]])
    assert game.sizes == published.sizes
    points = _region(game).sample(rng, 50)
    # The same sums in another order; costs of size up to 1e4 lose at most four digits of 16.
    F, J = game.pseudo_gradient(points), game.jacobian(points)
    np.testing.assert_allclose(F, published.pseudo_gradient(points), rtol=1e-11, atol=1e-11)
    np.testing.assert_allclose(J, published.jacobian(points), rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("name", IDS)
def test_region_and_source_are_the_published_ones(name: str) -> None:
    entry, reference = catalogue.entry(name), PUBLISHED[IDS[name]]
    game = entry.build()
    region = _region(game)
    # The published ends are the exact ones, rounded to 16 digits.
    np.testing.assert_allclose(
        [float(v) for v in region.lower], reference["region"]["lower"], 1e-15
    )
    np.testing.assert_allclose(
        [float(v) for v in region.upper], reference["region"]["upper"], 1e-15
    )
    assert entry.source == game.source == reference["source"]
    assert game.name


@pytest.mark.parametrize("name", IDS)
def test_equilibrium_hints_are_near_zeros(name: str) -> None:
    game, reference = catalogue.load(name), PUBLISHED[IDS[name]]
    if game.equilibrium is None:
        assert reference["published_equilibrium"] is None or name == "bertrand-logit"
        return
    hint = np.array([float(v) for v in game.equilibrium])
    # Published to five digits or so; mss's solves a variant of the game and is 0.024 away.
    np.testing.assert_allclose(hint, reference["expected"]["equilibrium"], rtol=2e-4, atol=0.025)


@pytest.mark.parametrize("name", IDS)
def test_expected_numbers_are_the_reference_ones(name: str) -> None:
    entry, expected = catalogue.entry(name), PUBLISHED[IDS[name]]["expected"]
    # The reference rounds in its last digits: it prints -9e-17 where the exact margin is 0.
    got = (entry.expected.structural_margin, entry.expected.direct_margin, *entry.expected.weights)
    want = (
        expected["best_structural_margin"],
        expected["direct_margin_at_these_weights"],
        *expected["weights"],
    )
    np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-15)
    assert entry.expected.constant == (expected["jacobian"] == "constant")
    assert entry.expected.constant == (catalogue.load(name).structure is Structure.CONSTANT)
    refuted = not expected["local"]["stable"] or name == "dirac-gan"
    assert entry.expected.verdict == ("refuted" if refuted else "proved")


@pytest.mark.parametrize("name", [n for n in IDS if catalogue.entry(n).expected.constant])
def test_direct_margins_of_constant_games(name: str) -> None:
    entry = catalogue.entry(name)
    game = entry.build()
    J = game.jacobian(np.zeros(game.dimension))
    root = np.sqrt(np.repeat(entry.expected.weights, game.sizes))
    B = root[:, None] * J / root
    margin = np.linalg.eigvalsh((B + B.T) / 2)[0]
    # eigvalsh errs by a few ulps of ‖J‖ ≤ 120.
    assert margin == pytest.approx(entry.expected.direct_margin, abs=1e-12)


def test_the_dirac_gan_is_refuted_at_a_corner() -> None:
    J = catalogue.load("dirac-gan").jacobian(np.ones(2))
    assert np.linalg.eigvals(J).real.min() < -0.1  # T6: far beyond rounding


def test_the_asymmetric_box_is_exact() -> None:
    region = _region(catalogue.entry("tullock-asymmetric").build())
    assert region.lower == (Fraction(2, 9) - Fraction(1, 100), Fraction(1, 9) - Fraction(1, 100))
    assert region.upper == (Fraction(2, 9) + Fraction(1, 100), Fraction(1, 9) + Fraction(1, 100))


def test_constructors_take_other_sizes() -> None:
    game = tullock(4, 2, (1, 2, 1, 1), Box(["0.1"] * 4, [1] * 4))
    zero = np.array(
        [float(v) for v in tullock_equilibrium(Fraction(2), [*map(Fraction, (1, 2, 1, 1))])]
    )
    np.testing.assert_allclose(game.pseudo_gradient(zero), 0, atol=1e-14)  # a few ulps of 2
    assert cournot(5).dimension == 5
    with pytest.raises(ValueError, match="costs has 1 entries; expected 3, one per player"):
        tullock(3, costs=[1])


def test_an_unknown_name_suggests_a_near_one() -> None:
    with pytest.raises(InputError, match="no game 'harkers'; did you mean 'harker'"):
        catalogue.load("harkers")
    with pytest.raises(InputError, match="no game 'zzz'; use one of sgn-toy, rosen"):
        catalogue.entry("zzz")


LOGIT_GAMES = tuple(name for name in catalogue.names() if name not in COST_GAMES)


@pytest.mark.parametrize("name", LOGIT_GAMES)
def test_logit_games_have_no_point_beyond_the_expected_numbers(
    name: str, rng: np.random.Generator
) -> None:
    entry = catalogue.entry(name)
    game, expected = entry.build(), entry.expected
    J = game.jacobian(_region(game).sample(rng, 200))
    root = np.sqrt(np.repeat(expected.weights, game.sizes))
    B = root[:, None] * J / root
    margins = np.linalg.eigvalsh((B + np.swapaxes(B, 1, 2)) / 2)[:, 0]
    assert margins.min() >= expected.direct_margin - 1e-4  # written to four digits at least
    assert margins.min() < 1.6 * expected.direct_margin
    assert entry.source == game.source
    assert "5 states" not in entry.changes or game.dimension == 30


def test_the_stochastic_games_are_as_their_docstrings_say() -> None:
    """Congestion: delays, and what the queue does; public good: gains, and what the stock does."""
    tensors = congestion().tensors
    for queue in range(5):
        alone, crowded = tensors.rewards[0, queue, 0, 1, 2], tensors.rewards[0, queue, 0, 0, 0]
        assert -alone == pytest.approx(0.2 + 0.3 + queue / 8)
        assert -crowded == pytest.approx(0.2 + 3 * 0.3 + queue / 8)
        assert -tensors.rewards[1, queue, 0, 1, 2] == pytest.approx(0.4 + 0.2)
    assert tensors.transition[2, 0, 0, 0].tolist() == [0, 0.25, 0.25, 0.5, 0]
    assert tensors.transition[2, 0, 0, 1].tolist() == [0, 0.25, 0.5, 0.25, 0]
    assert tensors.transition[2, 1, 1, 1].tolist() == [0, 0.25, 0.75, 0, 0]
    stock = public_goods().tensors
    assert stock.rewards[0, 3, 1, 0, 2] == pytest.approx((3 + 3) / 4 - 1 / 2)
    assert stock.transition[2, 1, 1, 0].tolist() == [0, 0.25, 0.5, 0.25, 0]
    both = coordination().tensors
    assert both.transition[0, 1, 1].tolist() == [0.1, 0.9]
    assert both.transition[0, 0, 1].tolist() == [0.5, 0.5]


@pytest.mark.parametrize("name", WITH_EQUILIBRIUM)
def test_published_equilibria_are_zeros_and_margins_are_reached(
    name: str, rng: np.random.Generator
) -> None:
    entry = catalogue.entry(name)
    game, expected = entry.build(), entry.expected
    assert game.equilibrium is not None
    zero = np.array([float(v) for v in game.equilibrium])
    # forsaken's is published to eight digits, the others in closed form
    np.testing.assert_allclose(game.pseudo_gradient(zero), 0, atol=1e-8)
    region = _region(game)
    corners = np.array([[float(v) for v in corner] for corner in region.vertices()])
    J = game.jacobian(np.vstack([region.sample(rng, 200), corners, zero]))
    root = np.sqrt(np.repeat(expected.weights, game.sizes))
    B = root[:, None] * J / root
    margins = np.linalg.eigvalsh((B + np.swapaxes(B, 1, 2)) / 2)[:, 0]
    # least at a corner of the box, or at the equilibrium; eigvalsh errs by a few ulps of 10
    assert margins.min() == pytest.approx(expected.direct_margin, abs=1e-12)
    assert expected.structural_margin <= expected.direct_margin
    assert expected.constant == (game.structure is Structure.CONSTANT)
    assert game.source == entry.source


def test_games_are_found_by_their_tags() -> None:
    assert "forsaken" in catalogue.names("min-max")
    assert set(catalogue.names("policies")) > {"rock-paper-scissors"}
    assert all(catalogue.entry(name).tags for name in catalogue.names())
    with pytest.raises(InputError, match="has the tag 'min max'; did you mean 'min-max'"):
        catalogue.names("min max")
