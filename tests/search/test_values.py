"""Values of Markov games over boxes: checker and search against linear solves and each other."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import games
import sgn
from certificates.kernel.document.reading import encode_arrays
from certificates.kernel.numbers.affine import Form, inverse
from certificates.kernel.numbers.matrices import Ball
from certificates.kernel.policies.enclosure import Enclosure
from certificates.kernel.policies.forms import policies_over
from certificates.kernel.policies.numbers import Numbers
from certificates.kernel.policies.values import field_at, jacobians_of
from certificates.kernel.verify import verify
from games import MarkovGame, MetricBall
from games.catalogue.markov import congestion, coordination, random_game
from games.game import Floats
from games.language.number import exact
from games.markov.values import Values
from sgn.enclosures.policies.policies import policy_boxes
from sgn.enclosures.policies.star import BoxJacobian
from tests.helpers.import_graph import read_packages
from tests.helpers.markov_games import random_markov
from tests.helpers.scale import examples

SHAPES = st.sampled_from([(1, (2, 2)), (2, (3,)), (2, (3, 2)), (3, (2, 3)), (2, (2, 2, 3))])
FIELDS = st.sampled_from(["fisher", "kakade"])
DISCOUNTS = st.sampled_from(["0", "0.5", "0.8", "0.95"])
SEEDS = st.integers(0, 2**32 - 1)
Shape = tuple[int, tuple[int, ...]]


def _boxes(rng: np.random.Generator, n: int, count: int = 3) -> tuple[Floats, Floats]:
    """Boxes of sides up to 0.4."""
    centre, half = rng.normal(size=(count, n)) / 2, rng.uniform(0, 0.2, (count, n))
    return centre - half, centre + half


def _within(rng: np.random.Generator, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Points of the boxes, half of them corners, and their places t in [−1, 1]."""
    t = rng.uniform(-1, 1, low.shape)
    t = np.sign(t) if rng.random() < 0.5 else t
    return (low + high) / 2 + (high - low) / 2 * t, t


def _at(form: Form, t: Floats) -> Floats:
    """The centre moved to that place."""
    moved = np.einsum("kg,kg...->k...", t[:, : form.part.shape[1]], form.part[:, 1:])
    return np.asarray(form.part[:, 0] + moved)


def _enclosed(game: MarkovGame, low: Floats, high: Floats) -> Enclosure:
    numbers = Numbers.of(game.tensors, game.field)
    return Enclosure(numbers, policies_over(game.tensors, low, high))


@settings(max_examples=examples(25), deadline=None)
@given(SHAPES, FIELDS, st.booleans(), DISCOUNTS, SEEDS)
def test_the_field_and_its_jacobian_are_inside(
    shape: Shape, field: str, occupancy: bool, discount: str, seed: int
) -> None:
    """Of random policies of random boxes, against linear solves."""
    rng = np.random.default_rng(seed)
    game = random_markov(rng, *shape, field=field, occupancy_entropy=occupancy, discount=discount)
    low, high = _boxes(rng, game.dimension)
    enclosure = _enclosed(game, low, high)
    J = enclosure.jacobian()
    G = enclosure.field()
    scale = 1e-11 * (1 + np.abs(J.part[:, 0]).max())  # float solves of condition up to 40
    for _ in range(20):
        z, t = _within(rng, low, high)
        assert (np.abs(game.jacobian(z) - _at(J, t)) <= J.rad + scale).all()
        assert (np.abs(game.pseudo_gradient(z) - _at(G, t)) <= G.rad + scale).all()


@settings(max_examples=examples(15), deadline=None)
@given(SHAPES, FIELDS, st.booleans(), DISCOUNTS, SEEDS)
def test_search_and_checker_enclose_alike(
    shape: Shape, field: str, occupancy: bool, discount: str, seed: int
) -> None:
    """Two ways through the formulas, one of them with outward rounding."""
    rng = np.random.default_rng(seed)
    game = random_markov(rng, *shape, field=field, occupancy_entropy=occupancy, discount=discount)
    low, high = _boxes(rng, game.dimension)
    checked = _enclosed(game, low, high).jacobian()
    boxes = policy_boxes(low, high, game.tensors.states, game.tensors.actions)
    found = BoxJacobian(game.tensors, field, boxes).whole()
    scale = 1 + np.abs(found.terms).max() + found.doubt.max()
    # a few hundred roundings, in sums of condition below 1e3
    assert np.abs(found.terms - checked.part).max() <= 1e-10 * scale
    assert np.abs(found.doubt - checked.rad).max() <= 1e-9 * scale


@settings(max_examples=examples(20), deadline=None)
@given(SHAPES, st.booleans(), DISCOUNTS, SEEDS)
def test_values_are_as_near_to_those_at_the_centre_as_is_said(
    shape: Shape, occupancy: bool, discount: str, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    game = random_markov(rng, *shape, occupancy_entropy=occupancy, discount=discount)
    low, high = _boxes(rng, game.dimension)
    enclosure = _enclosed(game, low, high)
    start, chain = enclosure._start, enclosure._chain.mid
    for _ in range(20):
        values = Values(game.tensors, game._logs(_within(rng, low, high)[0]))
        X = np.concatenate([np.stack(values.values, axis=-1), values.resolvent], axis=-1) - start
        moved = float(game.tensors.discount) * (values.transition - chain) @ X
        # float solves on values of at most a hundred
        assert (np.abs(X) <= enclosure._far + 1e-9).all()
        assert (np.abs(moved) <= enclosure._left + 1e-9).all()


@pytest.mark.parametrize("digits", [17, 320])
def test_of_a_discount_next_to_one_nothing_is_known(digits: int) -> None:
    """1 − γ is no number to a float, or one below the least normal number."""
    game = random_game(2, (2, 2))
    document = encode_arrays(game.document()) | {"discount": f"0.{'9' * digits}"}
    J = jacobians_of(document, [tuple(exact(0) for _ in range(game.dimension))])
    assert not (np.isfinite(J.rad) & (J.rad < 1)).all()


@settings(max_examples=examples(25), deadline=None)
@given(SEEDS)
def test_affine_arithmetic_holds_what_it_computes(seed: int) -> None:
    rng = np.random.default_rng(seed)

    def form(*shape: int) -> Form:
        return Form(rng.normal(size=(2, 4, *shape)), rng.uniform(0, 1, (2, *shape)))

    x, y, z = form(3, 4), form(3, 4), form(4, 2)
    t = rng.uniform(-1, 1, (2, 3))
    a, b, c = (_at(f, t) + rng.uniform(-1, 1, f.rad.shape) * f.rad for f in (x, y, z))
    for found, value in (
        (x + y, a + b),
        (x - y, a - b),
        (x * y, a * b),
        (x @ z, a @ c),
        (x.sum(-1), a.sum(-1)),
        (
            inverse(x * x + Form.of(Ball.exact(np.full((1, 1), 50.0))), np.full((1, 1), 50.0)),
            1 / (a * a + 50),
        ),
    ):
        assert (np.abs(_at(found, t) - value) <= found.rad * (1 + 1e-12) + 1e-13).all()
    assert np.isnan(inverse(x, np.zeros((1, 1))).rad).all()


@settings(max_examples=examples(10), deadline=None)
@given(SHAPES, FIELDS, SEEDS)
def test_at_a_point_little_is_left_open(shape: Shape, field: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    game = random_markov(rng, *shape, field=field)
    z = rng.normal(size=game.dimension)
    document, point = encode_arrays(game.document()), [exact(float(v)) for v in z]
    F, J = field_at(document, point), jacobians_of(document, [point])
    scale = 1 + np.abs(J.mid).max()
    assert (np.abs(F.mid - game.pseudo_gradient(z)) <= F.rad + 1e-11 * scale).all()
    assert (np.abs(J.mid[0] - game.jacobian(z)) <= J.rad[0] + 1e-11 * scale).all()
    assert max(F.rad.max(), J.rad.max()) <= 1e-9 * scale


def test_text_and_values_agree() -> None:
    """Both prove the published game, nearly what is true at the corners, and not more."""
    game = coordination()
    assert game.region is not None
    corners = [[float(v) for v in corner] for corner in game.region.vertices(range(4))]
    J = game.jacobian(np.array(corners))
    lowest = np.linalg.eigvalsh((J + np.swapaxes(J, 1, 2)) / 2)[:, 0].min()
    for form in ("text", "values"):
        bounder = sgn.Enclosed(form=form)
        [margin] = bounder.bound(game, game.region, [sgn.bounds.Margin((1.0, 1.0), game.slices)])
        assert 0.95 * lowest <= margin <= lowest
    text, values = (
        sgn.estimate_bounds(game, game.region, sgn.Enclosed(form=form))
        for form in ("text", "values")
    )
    # each within a tenth of the truth, so of each other
    assert values.curvature_lower == pytest.approx(text.curvature_lower, rel=0.1)
    assert values.curvature_upper == pytest.approx(text.curvature_upper, rel=0.1)
    assert values.coupling_upper.toarray() == pytest.approx(text.coupling_upper.toarray(), rel=0.1)


def test_a_game_beyond_expressions_is_proved() -> None:
    """Six states, by its values as the search chooses for itself; workers say the same."""
    game = random_game(6, (2, 2), entropy=1)
    found = sgn.certify(game).require()
    assert found.verdict == "proved"
    assert "values" in found.document["evidence"]
    assert found.equilibrium is not None
    assert found.basin is not None
    assert verify(found.document)
    with ThreadPoolExecutor(2) as workers:
        assert verify(found.document, executor=workers)


def test_a_margin_of_three_players_with_three_actions_is_proved() -> None:
    """Thirty logits on one leaf; the eigenvalue at the centre is 0.0718."""
    game = congestion()
    margin = sgn.bounds.Margin((1.0,) * 3, game.slices)
    [found] = sgn.Enclosed().bound(game, game.logit_box("0.02"), [margin])
    assert 0.06 <= found <= 0.0719


def test_a_ball_is_covered_without_its_corners() -> None:
    game = random_game(2, (2, 2), entropy=1)
    centre = [float(z) for z in game.find_equilibrium()]
    ball = MetricBall([exact(z) for z in centre], "0.4", [1, 1, 1, 1])
    found = sgn.certify(game, ball, evidence=sgn.Enclosed(form="values"))
    assert found.verdict == "proved"
    assert verify(found.document)


@pytest.mark.parametrize(
    ("game", "message"),
    [
        (random_game(31, (2, 2), entropy=1), "up to 60 logits"),
        (random_game(2, (2, 2)).with_field("euclidean"), "is not enclosed by values"),
        (games.catalogue.load("rosen"), "only games of policies"),
    ],
)
def test_what_values_cannot_do_is_told(game: games.Game, message: str) -> None:
    refusal = sgn.certify(game, game.region, evidence=sgn.Enclosed(form="values"))
    assert message in refusal.document["message"]


def test_forms_are_named() -> None:
    with pytest.raises(ValueError, match="form is 'value'"):
        sgn.Enclosed(form="value")


def test_the_search_has_its_own_way_through_the_values() -> None:
    """Neither imports the other; they share the numbers of the game."""
    graph = read_packages()
    for module, imports in graph.items():
        targets = {found.target for found in imports}
        if module.startswith("sgn.enclosures.policies"):
            assert not any(target.startswith("certificates.kernel.") for target in targets), module
        if module.startswith("certificates.kernel."):
            assert not any(target.startswith("sgn") for target in targets), module


def test_where_values_prove_nothing_the_text_may() -> None:
    payoffs = [np.zeros((3, 4)), np.zeros((3, 4))]
    wide = games.NormalFormGame(payoffs)
    [other] = sgn.Enclosed().otherwise(wide, wide.logit_box(1))
    assert other.form == "text"
    for form in ("text", "values"):  # what was asked for stays
        assert not list(sgn.Enclosed(form=form).otherwise(wide, wide.logit_box(1)))
    small, long = random_game(2, (2, 2)), random_game(6, (2, 2))
    for game in (small, long):  # text from the start, or too long for it
        assert not list(sgn.Enclosed().otherwise(game, game.logit_box(1)))


@pytest.mark.stress
def test_certify_turns_to_the_text_of_a_wide_region() -> None:
    rng = np.random.default_rng(0)
    game = games.NormalFormGame(list(rng.uniform(-1, 1, (2, 4, 3))), 1)
    box = game.logit_box("0.5")
    assert sgn.certify(game, box, evidence=sgn.Enclosed(form="values")).verdict == "undecided"
    found = sgn.certify(game, box).require()
    assert found.verdict == "proved"
    assert "covers" in found.document["evidence"]
