"""Refutations (T6) end to end: found by the search, confirmed by the checker, read strictly."""

import copy
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import games
import sgn
from certificates.certificate import Refusal
from certificates.kernel.document.reading import (
    Document,
    decode_array,
    encode_array,
    encode_arrays,
)
from certificates.kernel.inequalities.refutation import characteristic, is_positive_stable
from certificates.kernel.jacobian.point import jacobians_at
from certificates.kernel.uncheckable import Uncheckable
from certificates.kernel.verify import verify
from games import Box, QuadraticGame
from games.errors import InputError
from games.language.number import parse_number
from games.symbolic import SymbolicGame
from sgn.report import report
from tests.helpers.documents import has_claim, numbers, signed, witnesses
from tests.helpers.scale import examples

EIGENVALUE, DUAL, WEIGHTS = "refutation/T6", "refutation/T6 (dual)", "refutation/T6 (dual, weights)"
seeds = st.integers(0, 2**32 - 1)


def refuted(result: object) -> Refusal:
    assert isinstance(result, Refusal)
    assert result.verdict == "refuted"
    verification = sgn.verify(result)
    assert verification
    what, _, rest = verification.message.partition(" (")
    assert rest == "nothing else of a refusal is checked)"
    assert what in result.message  # the sentence says what was verified
    return result


def example() -> SymbolicGame:
    """Theory, T6: J is [[.1, 1], [−.1, .1]] at s = 0 and [[.1, .1], [−1, .1]] at s = 1."""
    costs = {
        "a": "x**2/20 + (1 - 9*s/10)*x*y",
        "b": "y**2/20 - (1/10 + 9*s/10)*x*y",
        "c": "s**2",
    }
    box = Box(["-0.01", "-0.01", 0], ["0.01", "0.01", 1])
    return SymbolicGame.from_costs({"a": ["x"], "b": ["y"], "c": ["s"]}, costs, region=box)


def witness_of(document: Document) -> Document:
    """The one claim of a refuted game."""
    [entry] = document["claims"]
    found: Document = entry
    return found


def by_hand(theorem: str = DUAL) -> Document:
    """The theory's witness: Z₁ = [[1, −1], [−1, 1]], Z₂ = [[1, 1], [1, 1]]."""
    document = copy.deepcopy(refuted(sgn.certify(example())).document)
    factors = [np.array([[1.0], [-1.0], [0.0]]), np.array([[1.0], [1.0], [0.0]])]
    document["claims"] = [
        {
            "theorem": theorem,
            "numbers": {"places": [["0", "0", "0"], ["0", "0", "1"]]},
            "witnesses": {"factors": [encode_array(C) for C in factors]},
        }
    ]
    return signed(document)


def test_dirac_gan_is_refuted_at_a_short_point() -> None:
    """Its costs hold softplus: the checker encloses J at the point."""
    game = games.catalogue.load("dirac-gan")
    refusal = refuted(sgn.certify(game))
    stated = numbers(refusal.document, EIGENVALUE)["point"]
    assert max(map(len, stated)) <= 5  # "-0.8", "-1"
    assert refusal.document["worst_point"] == stated
    point = np.array([float(parse_number(v)) for v in stated])
    assert np.linalg.eigvals(game.jacobian(point)).real.min() < 0


def test_the_witness_of_another_point_is_no_witness() -> None:
    """Near the middle of the Dirac-GAN's box the real parts are 0 to second order."""
    document = copy.deepcopy(sgn.certify(games.catalogue.load("dirac-gan")).document)
    for point in (["0.8", "-1"], ["-2", "-2"], ["0", "0"], None):
        numbers(document, EIGENVALUE)["point"] = point
        assert not verify(signed(document))


def test_the_worst_point_is_searched_for() -> None:
    """A dip some hundredths wide at an irrational place, far from the corners."""
    cost = "x**2 + 2*exp(-2500*((x - sqrt(2)/2)**2 + (y - 1/3)**2))/1000"
    game = SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y"]}, {"a": cost, "b": "y**2"}, region=Box([0, 0], [1, 1])
    )
    point = numbers(refuted(sgn.certify(game)).document, EIGENVALUE)["point"]
    x, y = (float(parse_number(v)) for v in point)
    assert np.hypot(x - np.sqrt(0.5), y - 1 / 3) < 0.02


def test_two_points_refute_what_no_single_one_does() -> None:
    refusal = refuted(sgn.certify(example()))
    assert refusal.reason == "small-gain"
    assert len(numbers(refusal.document, DUAL)["places"]) >= 2
    assert "no constant metric certifies this region" in refusal.message
    jacobians = [example().jacobian(np.array([0, 0, s])) for s in (0.0, 1.0)]
    assert all(np.linalg.eigvals(J).real.min() > 0 for J in jacobians)


@pytest.mark.parametrize("theorem", [DUAL, WEIGHTS])
def test_the_witness_of_the_theory_holds(theorem: str) -> None:
    assert verify(by_hand(theorem))


def test_dual_witness_of_a_game_with_functions() -> None:
    """The same example with s = sin(u)², enclosed at the points."""
    costs = {
        "a": "x**2/20 + (1 - 9*sin(u)**2/10)*x*y",
        "b": "y**2/20 - (1/10 + 9*sin(u)**2/10)*x*y",
        "c": "u**2",
    }
    box = Box(["-0.01", "-0.01", 0], ["0.01", "0.01", "1.6"])
    game = SymbolicGame.from_costs({"a": ["x"], "b": ["y"], "c": ["u"]}, costs, region=box)
    assert has_claim(refuted(sgn.certify(game)).document, DUAL)


def test_block_weights_are_refuted_where_a_dense_metric_would_do() -> None:
    """J has eigenvalues of positive real part, but every diagonal metric fails."""
    J = np.array([[1.0, 2.0, 0.0], [-2.0, 1.0, 3.0], [0.0, 0.5, 1.0]])
    assert np.linalg.eigvals(J).real.min() > 0
    game = QuadraticGame(J, sizes=[1, 1, 1])
    assert sgn.certify(game).require().metric["kind"] == "dense"
    refusal = refuted(sgn.certify(game, metric="scalar"))
    assert has_claim(refusal.document, WEIGHTS)
    assert "no weights per player certify this region" in refusal.message
    assert "no constant metric" not in str(refusal)
    assert "a metric of matrices is not excluded" in refusal.message
    assert "let matrices be tried: metric 'auto'" in refusal.suggestions
    assert not any("shrink" in tip for tip in refusal.suggestions)  # J is the same everywhere


@settings(max_examples=examples(15), deadline=None)
@given(seeds)
def test_block_weights_are_refuted_exactly_when_none_suits(seed: int) -> None:
    """Random constant J: proved with a positive margin, or refuted; nothing between but by luck."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 5))
    J = np.eye(n) + rng.normal(size=(n, n)) * rng.choice([0.3, 0.7, 1.5])
    result = sgn.certify(QuadraticGame(J, sizes=[1] * n), metric="scalar")
    if isinstance(result, Refusal) and abs(result.claims.best["direct_margin"]) > 1e-3:
        assert has_claim(refuted(result).document, EIGENVALUE, DUAL, WEIGHTS)


Change = Callable[[Document], None]


def moved(change: Callable[[list[Any]], list[Any]]) -> Change:
    """Another list of points."""

    def apply(entry: Document) -> None:
        entry["numbers"]["places"] = change(entry["numbers"]["places"])

    return apply


def weighed(change: Callable[[list[Any]], list[Any]]) -> Change:
    """Another list of factors."""

    def apply(entry: Document) -> None:
        entry["witnesses"]["factors"] = change(entry["witnesses"]["factors"])

    return apply


LIES: dict[str, tuple[Change, ...]] = {
    "a zero factor": (weighed(lambda _: [encode_array(np.zeros((3, 1)))] * 2),),
    "one point": (moved(lambda points: points[:1]), weighed(lambda factors: factors[:1])),
    "one factor less": (weighed(lambda factors: factors[:1]),),
    "none at all": (moved(lambda _: []), weighed(lambda _: [])),
    "outside": (moved(lambda _: [["0", "0", "-1"], ["0", "0", "2"]]),),
    "swapped": (moved(lambda points: points[::-1]),),
    "no point": (moved(lambda _: [None, None]),),
    "short factors": (weighed(lambda _: [encode_array(np.ones((2, 1)))] * 2),),
    "a variable that matters": (
        weighed(lambda factors: [encode_array(np.array([[1.0], [-1.0], [1e-3]])), factors[1]]),
    ),
}


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("theorem", [DUAL, WEIGHTS])
def test_lies_about_dual_witnesses(lie: str, theorem: str) -> None:
    document = by_hand(theorem)
    for change in LIES[lie]:
        change(witness_of(document))
    assert not verify(signed(document))


def test_a_variable_left_out_must_not_be_acted_on() -> None:
    """At y = 0.01 the third gradient moves with x: then S has an entry beside the zero block."""
    document = by_hand()
    document["game"]["players"][2]["cost"] = "s**2 + s*x"
    assert not verify(signed(document))
    witness_of(document)["theorem"] = WEIGHTS  # traces do not see it
    assert verify(signed(document))


DAMAGE: dict[str, Change] = {
    "no theorem is called": lambda entry: entry.update(theorem="refutation/T6 (dual, dense)"),
    "theorem: expected text": lambda entry: entry.update(theorem=["refutation/T6 (dual)"]),
    "a list": lambda entry: entry["numbers"].update(places={}),
    "2 numbers; expected 3": lambda entry: entry["numbers"].update(places=[["0", "0"], ["0", "1"]]),
    "more than 1000": moved(lambda points: points * 501),
    "a matrix": weighed(lambda _: [encode_array(np.ones(3))] * 2),
    "unknown key": lambda entry: entry["numbers"].update(shift="0"),
}


@pytest.mark.parametrize("says", DAMAGE)
def test_damaged_dual_witnesses_are_input_errors(says: str) -> None:
    document = by_hand()
    DAMAGE[says](witness_of(document))
    with pytest.raises(InputError, match=says):
        verify(signed(document))


@settings(max_examples=examples(25), deadline=None)
@given(seeds)
def test_enclosures_at_points_hold_the_jacobian(seed: int) -> None:
    """Against the search's own derivatives; 1e-9: both round, entries are of order 1."""
    rng = np.random.default_rng(seed)
    game = SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y", "z"]},
        {"a": "exp(x*y) + softplus(x - z)", "b": "log(2 + sin(x*z)) + y**2*z + tanh(y)/(3 + x)"},
    )
    points = [tuple(Fraction(int(k), 7) for k in rng.integers(-7, 8, 3)) for _ in range(3)]
    ball = jacobians_at(encode_arrays(game.document()), points)
    expected = game.jacobian(np.array(points, dtype=float))
    assert np.abs(ball.mid - expected).max() <= 1e-9
    assert ball.rad.max() <= 1e-9


def test_a_point_outside_the_domain_is_not_checked() -> None:
    game = SymbolicGame.from_costs({"a": ["x"]}, {"a": "x*log(x)"})
    with pytest.raises(Uncheckable, match="not smooth"):
        jacobians_at(game.document(), [(Fraction(0),)])
    with pytest.raises(Uncheckable, match="all its coordinates"):
        jacobians_at(game.document(), [None])


def test_factors_survive_the_file() -> None:
    found = refuted(sgn.certify(example())).document
    for encoded in witnesses(found, DUAL)["factors"]:
        C = decode_array(encoded, "C")
        assert C.shape[0] == 3
        assert not C[2].any()  # the third player is in no conflict


def test_what_is_refuted_is_not_estimated_instead() -> None:
    """A needle of curvature −3, thinner than samples can find, and found by enclosing."""
    needle = "x**2/2 + x*y/2 + exp(-(100000*(x - 1/3))**2)/5000000000"
    game = games.SymbolicGame.from_costs(
        {"one": ["x"], "two": ["y"]}, {"one": needle, "two": "y**2/2 - x*y/2"}
    )
    region = games.Box([-1, -1], [1, 1])
    assert sgn.certify(game, region, evidence="sampled").verdict == "estimated"
    result = sgn.certify(game, region)
    assert result.verdict == "refuted"
    assert sgn.verify(result)


# ---- what a refusal may say ----------------------------------------------------------------------


def sheared() -> SymbolicGame:
    """F = (x + 10y, y): a matrix metric proves it, no weight does."""
    field = {"p": ["x + 10*y", "y"]}
    return SymbolicGame.from_field({"p": ["x", "y"]}, field, region=Box.cube(2, 1))


def test_weights_refuted_leave_the_matrices_open() -> None:
    assert sgn.certify(sheared()).verdict == "proved"
    refusal = refuted(sgn.certify(sheared(), metric="scalar"))
    assert "no weights per player certify this region" in str(refusal)
    for lie in ("no constant metric", "eigenvalue", "shrink"):
        assert lie not in str(refusal)


def test_words_that_do_not_follow_from_the_witness_are_not_shown() -> None:
    """A witness against weights alone, with the sentence of an eigenvalue."""
    document = copy.deepcopy(sgn.certify(sheared(), metric="scalar").document)
    lie = "the Jacobian has an eigenvalue of real part below 0, so no constant metric certifies it"
    document["message"] = lie
    refusal = refuted(Refusal(signed(document)))
    with pytest.raises(sgn.NotCertified, match="no weights per player"):
        refusal.require()
    shown = str(refusal) + refusal._repr_html_() + refusal.message + report(refusal)
    assert "eigenvalue" not in shown
    assert "no constant metric" not in shown


@pytest.mark.parametrize("reason", ["unstable", "domain", "budget", "numerical"])
def test_reasons_that_do_not_follow_from_the_witness_are_refused(reason: str) -> None:
    document = by_hand()
    document["reason"] = reason
    with pytest.raises(InputError, match="does not follow from the witness"):
        verify(signed(document))


def test_an_undecided_refusal_says_nothing_that_is_checked() -> None:
    """All of it below the heading, the reason too; a claim in its words stays there."""
    document = copy.deepcopy(sgn.certify(sheared(), metric="scalar").document)
    document["claims"] = []
    document.update(verdict="undecided", reason="budget", message="no metric certifies this")
    head, _, said = str(Refusal(signed(document))).partition("said by the search, not checked:")
    assert "nothing is proved of this game, and nothing refuted" in head
    assert "no metric certifies this" not in head
    assert "no metric certifies this" in said
    assert "budget" in said


def flat(upper: int = 0) -> SymbolicGame:
    """J is [[1, 2], [1, 1 + 3x]]: unstable at x = 0, and along x alone its margin is 1."""
    costs = {"a": "x**2/2 + 2*x*y", "b": "y**2/2 + x*y + 3*x*y**2/2"}
    box = Box(["-0.1", 0], ["0.1", upper])
    return SymbolicGame.from_costs({"a": ["x"], "b": ["y"]}, costs, region=box)


def test_a_region_without_interior_is_not_refuted_nor_said_to_be() -> None:
    """T6 needs an interior: along y = 0 play contracts."""
    assert refuted(sgn.certify(flat(1))).reason == "unstable"
    refusal = sgn.certify(flat())
    assert isinstance(refusal, Refusal)
    assert refusal.verdict == "undecided"
    assert "no constant metric" not in str(refusal)
    assert "along the others play may contract all the same" in refusal.message
    alone = SymbolicGame.from_costs({"a": ["x"]}, {"a": "x**2/2"}, region=Box(["-0.1"], ["0.1"]))
    assert sgn.certify(alone).require().margin > 0.99


@pytest.mark.parametrize("metric", ["auto", "scalar"])
def test_nobody_is_told_to_shrink_a_region_where_the_jacobian_is_constant(metric: str) -> None:
    saddle = QuadraticGame([[1.0, 2.0], [2.0, 1.0]], sizes=[1, 1])
    for region in (None, Box.cube(2, 1)):
        refusal = refuted(sgn.certify(saddle, region, metric=metric))
        assert not any("shrink" in tip for tip in refusal.suggestions)
        assert "the same everywhere" in refusal.message
    varying = refuted(sgn.certify(flat(1)))
    assert any("shrink" in tip for tip in varying.suggestions)


def test_what_was_tried_is_said_where_nothing_is_refuted() -> None:
    """Nearly singular: no witness refutes it, and rounding hides the metric that certifies it."""
    nearly = QuadraticGame([[1.0, 1 - 1e-14], [1 - 1e-14, 1.0]], sizes=[1, 1])
    for metric, tried in (("auto", True), ("scalar", False)):
        refusal = sgn.certify(nearly, metric=metric)
        assert isinstance(refusal, Refusal)
        assert ("with weights or with matrices" in refusal.message) is tried


CIRCLING = {
    "bilinear": [[0.0, 1.0], [-1.0, 0.0]],
    "singular": [[2.0, 2.0], [2.0, 2.0]],
    "of three": [[0.0, 1.0, 0.0], [-1.0, 0.0, 2.0], [0.0, -2.0, 0.0]],
    "not normal": [[1.0, 4.0], [-1.0, -1.0]],
    "barely unstable": [[1.0, 1 + 1e-14], [1 + 1e-14, 1.0]],
}


@pytest.mark.parametrize("name", CIRCLING)
def test_eigenvalues_on_the_axis_are_refuted_exactly(name: str) -> None:
    J = CIRCLING[name]
    refusal = sgn.certify(QuadraticGame(J, sizes=[1] * len(J)))
    assert isinstance(refusal, Refusal)
    assert refusal.verdict == "refuted"
    assert has_claim(refusal.document, "refutation/T6 (exact)")
    assert sgn.verify(refusal)
    assert "unstable" not in str(refusal)
    assert "e-1" not in str(refusal)  # no rounding noise


def test_decimals_are_exact_where_costs_are_text() -> None:
    game = SymbolicGame.from_costs({"a": ["x"], "b": ["y"]}, {"a": "0.3*x*y", "b": "-0.7*x*y"})
    refusal = sgn.certify(game)
    assert isinstance(refusal, Refusal)
    assert has_claim(refusal.document, "refutation/T6 (exact)")


@settings(max_examples=examples(60), deadline=None)
@given(st.integers(1, 5), st.integers(0, 2**32))
def test_routh_decides_as_eigenvalues_do(n: int, seed: int) -> None:
    """Against computed eigenvalues; and where J is skew all real parts are 0 exactly."""
    rng = np.random.default_rng(seed)
    J = rng.integers(-4, 5, (n, n)).astype(float)
    least = np.linalg.eigvals(J).real.min()
    rational = [[Fraction(v) for v in row] for row in J.tolist()]
    if abs(least) > 1e-6:
        assert is_positive_stable(characteristic(rational)) == (least > 0)
    skew = [[rational[i][j] - rational[j][i] for j in range(n)] for i in range(n)]
    assert not is_positive_stable(characteristic(skew))
    coefficients = [float(c) for c in characteristic(rational)]
    assert np.allclose(coefficients, np.poly(-J), atol=1e-6 * max(map(abs, coefficients)))
