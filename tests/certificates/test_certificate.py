"""Numbers with a side, certificates as values and files, and the tables that people read."""

import copy
import math
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sgn
from certificates.certificate import from_document
from certificates.kernel.document.metric import Metric
from certificates.kernel.document.reading import digest
from certificates.kernel.numbers.roots import root_above
from certificates.report.shown import ASKED, SAID, Row
from certificates.report.table import (
    WIDTH,
    certificate_quotes,
    certificate_rows,
    render,
    verification_table,
)
from certificates.report.texts import point_text, region_text, step_text, weights_text
from certificates.safe import Lower, Upper, decimal_text
from games import Box, InputError, MetricBall, QuadraticGame, SymbolicGame, catalogue
from games.language.number import parse_number
from sgn import Bounds, Certificate, NotCertified, Refusal
from tests.corpus.bases import turning
from tests.corpus.make import valid
from tests.helpers.documents import numbers
from tests.helpers.scale import examples

FRACTIONS = st.one_of(
    st.fractions(),
    st.floats(allow_nan=False, allow_infinity=False, max_value=1e200, min_value=-1e200).map(
        Fraction
    ),
    st.builds(Fraction, st.integers(-(10**40), 10**40), st.integers(1, 10**40)),
)


# ---- numbers with a side ---------------------------------------------------------------------


@settings(max_examples=examples(300))
@given(FRACTIONS)
def test_floats_round_to_the_safe_side(value: Fraction) -> None:
    low, high = float(Lower(value)), float(Upper(value))
    assert Fraction(low) <= value <= Fraction(high)
    assert high in (low, math.nextafter(low, math.inf))
    assert (low == high) == (Fraction(low) == value)
    assert Lower(value).exact == Upper(value).exact == value


@settings(max_examples=examples(300))
@given(FRACTIONS, st.integers(1, 15))
def test_text_rounds_to_the_safe_side_in_its_last_digit(value: Fraction, digits: int) -> None:
    low, high = (parse_number(kind(value).text(digits)) for kind in (Lower, Upper))
    assert low <= value <= high
    # one unit in the last of so many significant digits
    assert high - low <= abs(value) * Fraction(10) ** (1 - digits)
    assert parse_number(str(Lower(value))) <= value <= parse_number(str(Upper(value)))


@settings(max_examples=examples(100))
@given(FRACTIONS, FRACTIONS)
def test_sided_numbers_compare_and_compute_exactly(a: Fraction, b: Fraction) -> None:
    assert (Lower(a) < Upper(b)) == (a < b)
    total = Lower(a) + Upper(b)
    assert total == a + b
    assert type(total) is Fraction  # the sum of two sides has none
    assert hash(Lower(a)) == hash(a)


def test_repr_shows_the_side() -> None:
    assert repr(Lower(1, 3)) == "Lower(0.333333333333)"
    assert repr(Upper(1, 3)) == "Upper(0.333333333334)"
    assert repr(Lower(-1, 3)) == "Lower(-0.333333333334)"


@settings(max_examples=examples(200))
@given(FRACTIONS)
def test_root_above_is_above_and_close(value: Fraction) -> None:
    root = root_above(value)
    if value <= 0:
        assert root == 0
    else:
        assert root**2 >= value
        assert (root - Fraction(1, 2**59)) ** 2 <= value or root <= Fraction(1, 2**59)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(0), "0"),
        (Fraction(-4025, 1000), "-4.025"),
        (Fraction(123456789), "123456789"),
        (Fraction(12345678900), "1.23456789e10"),
        (Fraction(1, 10**5), "0.00001"),
        (Fraction(-12, 10**7), "-1.2e-6"),
    ],
)
def test_decimal_text(value: Fraction, text: str) -> None:
    assert decimal_text(value) == text
    assert parse_number(text) == value


# ---- certificates as values ------------------------------------------------------------------


@cache
def certificate(name: str) -> Certificate:
    return sgn.certify(catalogue.load(name)).require()


def refusal() -> Refusal:
    result = sgn.certify(QuadraticGame([[1.0, 2.0], [2.0, 1.0]], sizes=[1, 1]))
    assert isinstance(result, Refusal)
    return result


@cache
def sampled() -> Certificate:
    return sgn.certify(catalogue.load("tullock-asymmetric"), evidence="sampled").require()


def test_a_certificate_and_a_refusal_answer_to_the_same_names() -> None:
    won, lost = certificate("sgn-toy"), refusal()
    assert (won.success, won.verdict, won.reason) == (True, "proved", "")
    assert (lost.success, lost.verdict, lost.reason) == (False, "refuted", "unstable")
    assert won.message.startswith("Proved: any two solutions")
    assert won.require() is won
    with pytest.raises(NotCertified, match="no constant metric") as caught:
        lost.require()
    assert caught.value.refusal is lost


@pytest.mark.parametrize("name", ["sgn-toy", "fk-a5", "fk-a17"])
@settings(max_examples=examples(30))
@given(part=st.floats(1e-9, 1))
def test_factor_is_below_1_inside_and_least_at_the_best_step(name: str, part: float) -> None:
    for steps in (certificate(name).euler, certificate(name).rk4):
        assert steps is not None
        h = Fraction(part) * steps.step_max
        assert steps.factor_at_best <= steps.factor(h) < 1 or steps.method == "RK4"
        assert 0 <= steps.factor(h) < 1
        assert steps.factor(steps.best_step) == steps.factor_at_best
        assert 0 < steps.best_step <= steps.step_max
        assert len(steps.weights) == len(certificate(name).names)


@pytest.mark.parametrize("method", ["euler", "rk4"])
def test_factor_raises_outside_the_certified_range(method: str) -> None:
    steps = getattr(certificate("sgn-toy"), method)
    assert steps.factor(steps.step_max) < 1
    beyond = steps.step_max + Fraction(1, 10**30)
    for step in (0, -1, beyond, 100.0, "1e3"):
        with pytest.raises(ValueError, match=r"outside the certified range \(0, "):
            steps.factor(step)
    with pytest.raises(ValueError, match="not a finite number"):
        steps.factor(float("nan"))


def test_factor_of_euler_is_the_chord_of_a_convex_function() -> None:
    euler = certificate("sgn-toy").euler
    assert euler is not None
    # J is similar to [[1, ½^½], [½^½, 1]]: at h = 1 the factor is √½
    assert float(euler.factor(1)) == pytest.approx(math.sqrt(0.5), abs=1e-10)
    grid = [Fraction(k, 20) * euler.step_max for k in range(1, 21)]
    values = [Fraction(1), *map(euler.factor, grid)]
    for a, b, c in zip(values, values[1:], values[2:], strict=False):
        assert a + c >= 2 * b


def test_band_reads_both_ways() -> None:
    toy = certificate("sgn-toy")
    low, high = toy.band("player 1", "player 2")
    back_low, back_high = toy.band("player 2", "player 1")
    assert high is not None
    assert back_high is not None
    assert back_low == 1 / high
    assert back_high == 1 / low
    # the closed form of T4, moved inwards by 1e-9
    t = (2 - 0.5 + 2 * math.sqrt(1 - 0.5)) / 0.05**2
    assert (float(low), float(high)) == pytest.approx((200**2 / t, t), rel=1e-8)
    assert low <= 200 <= high
    for pair in (("player 1", "player 1"), ("player 1", "nobody")):
        with pytest.raises((KeyError, ValueError)):
            toy.band(*pair)
    with pytest.raises(KeyError, match="no band"):
        certificate("fk-a5").band("player 1", "player 2")


def test_an_open_band_has_no_upper_end() -> None:
    """Player 1 does not act on player 2: any weight of player 2 above an end will do."""
    one_way = sgn.certify_bounds(Bounds.given([1, 1], [[0.0, 4.0], [0.0, 0.0]], [1, 1])).require()
    low, high = one_way.band("player 1", "player 2")
    assert high is None
    assert float(low) == pytest.approx(4, rel=1e-8)  # L₁₂²/4p
    other = sgn.certify_bounds(Bounds.given([1, 1], [[0.0, 0.0], [4.0, 0.0]], [1, 1])).require()
    low, high = other.band("player 1", "player 2")
    assert low == 0
    assert high is not None
    assert float(high) == pytest.approx(1 / 4, rel=1e-8)
    back_low, back_high = other.band("player 2", "player 1")
    assert back_high is None
    assert float(back_low) == pytest.approx(4, rel=1e-8)


def test_published_rules_are_formulas_of_the_stated_numbers() -> None:
    toy = certificate("sgn-toy")
    alpha, beta = toy.margin.exact, toy.lipschitz.exact
    rules = {"euler": 2 * alpha / beta**2, "rk4": Fraction(5, 2) / beta}
    assert toy.published_rules == rules


def test_numbers_have_the_side_they_need() -> None:
    toy = certificate("sgn-toy")
    assert toy.euler is not None
    for lower in (toy.margin, toy.structural_margin, toy.euclidean_margin, toy.cocoercivity):
        assert isinstance(lower, Lower)
    for upper in (toy.lipschitz, toy.euler.factor(1), toy.euler.factor_at_best):
        assert isinstance(upper, Upper)
    assert isinstance(toy.euler.step_max, Lower)
    assert toy.weights == (Fraction(1), Fraction(200))
    assert toy.metric == {"kind": "scalar", "weights": ["1", "200"]}
    # closed forms: margin 1 − √½, Lipschitz 1 + √½, c = 1/(1 + √½)
    root = math.sqrt(0.5)
    assert float(toy.margin) <= 1 - root <= float(toy.margin) + 1e-9
    assert float(toy.lipschitz) - 1e-9 <= 1 + root <= float(toy.lipschitz)
    assert toy.cocoercivity is not None
    assert float(toy.cocoercivity) <= 1 / (1 + root) <= float(toy.cocoercivity) + 1e-9


# ---- files -----------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".json", ".json.gz"])
@pytest.mark.parametrize("key", ["direct", "refuted", "estimated"])
def test_saved_and_loaded_is_equal(key: str, suffix: str, tmp_path: Path) -> None:
    value = SHOWN[key]()
    path = tmp_path / f"value{suffix}"
    value.save(path)
    loaded = sgn.load(path)
    assert loaded == value
    assert type(loaded) is type(value)
    assert str(loaded) == str(value)
    assert isinstance(loaded, Certificate | Refusal)
    assert bool(sgn.verify(path)) is bool(sgn.verify(value))
    again = tmp_path / f"again{suffix}"
    loaded.save(again)
    assert again.read_bytes() == path.read_bytes()
    assert value.document["digest"] == digest(value.document)


def test_a_document_of_another_kind_is_refused() -> None:
    with pytest.raises(InputError, match="expected 'sgn-certificate/2'"):
        from_document({"format": "sgn-game/1"})
    with pytest.raises(InputError, match="another version"):
        from_document({**certificate("sgn-toy").document, "format": "sgn-certificate/9"})


# ---- tables ----------------------------------------------------------------------------------


def many_players(count: int) -> Certificate:
    weak = (np.full((count, count), 0.4) - 0.4 * np.eye(count)) / count
    return sgn.certify(QuadraticGame(weak + np.eye(count), [1] * count)).require()


def long_names() -> Certificate:
    names = ["the incumbent with the large plant by the river", "the entrant " * 5]
    game = SymbolicGame.from_costs(
        {names[0]: ["x"], names[1]: ["y"]},
        {names[0]: "x**2 + x*y", names[1]: "y**2 - x*y"},
        name="a game with a long name " * 8,
        region=Box.cube(2, "1/3"),
    )
    return sgn.certify(game).require()


def small_gain() -> Refusal:
    L = np.roll(np.eye(7), 1, axis=1) * 3
    result = sgn.certify_bounds(Bounds.given(np.ones(7), L, np.ones(7)))
    assert isinstance(result, Refusal)
    return result


SHOWN: dict[str, Callable[[], Certificate | Refusal]] = {
    "proved": lambda: certificate("sgn-toy"),
    "direct": lambda: certificate("fk-a5"),
    "estimated": sampled,
    "refuted": refusal,
    "small-gain": small_gain,
    "conditional": lambda: sgn.certify_bounds(
        Bounds.given([1, 1], [[0.0, 10.0], [0.05, 0.0]], [1, 1])
    ),
    "many players": lambda: many_players(40),
    "long names": long_names,
}


@pytest.mark.parametrize("key", SHOWN)
def test_tables_fit_and_begin_with_the_verdict(key: str) -> None:
    result = SHOWN[key]()
    lines = str(result).splitlines()
    assert lines[0].startswith(result.verdict.upper())
    assert max(map(len, lines)) <= WIDTH == 80
    assert max(map(len, result.details().splitlines())) <= WIDTH
    assert all(line == line.rstrip() for line in lines)
    assert all(line.startswith("  ") for line in lines[1:])
    assert not any(word in str(result) for word in ("Fraction", "None", "nan", "array"))
    checked = verification_table(sgn.verify(result)).splitlines()
    assert max(map(len, checked)) <= WIDTH


def test_a_certificate_table_says_all_that_is_certified() -> None:
    quoted = str(certificate("sgn-toy")).splitlines()[1:]
    labels = [line[2:].split("  ")[0] for line in quoted if line[2] != " "]
    assert labels == ["game", "region", "converges", "how fast", "steps", "from", "more"]
    table = certificate("sgn-toy").details()
    lines = [line[4:] for line in table.splitlines()[1:] if line.startswith("    ")]
    labels = [line.split("  ")[0] for line in lines if not line.startswith(" ")]
    assert labels == [
        "margin",
        "Euclidean margin",
        "Lipschitz",
        "weights",
        "constraints",
        "Euler step",
        "RK4 step",
        "Heun step",
        "extragradient step",
        "optimistic step",
        "optimistic to equilibrium",
        "with projection",
        "equilibrium",
        "projected start",
        "start set",
        "band",
        "published rules",
        "evidence",
    ]
    assert "structural margin" not in table
    assert "structural margin" in certificate("fk-a5").details()


def test_printed_numbers_are_safe() -> None:
    """What is read off the table is never more than what is proved."""
    toy = certificate("sgn-toy")
    rows = {row.label: row.text for row in certificate_rows(toy.claims)[1]}
    assert toy.euler is not None
    assert parse_number(rows["margin"].split()[1].rstrip(":")) <= toy.margin
    assert parse_number(rows["Lipschitz"].split()[1].rstrip(":")) >= toy.lipschitz
    assert parse_number(rows["Euler step"].split()[4].rstrip(";")) <= toy.euler.step_max
    low, high = toy.band("player 1", "player 2")
    assert rows["band"].startswith("w(player 2)/w(player 1) in [")
    shown = rows["band"].partition("]")[0].partition("[")[2].split(", ")
    assert high is not None
    assert low <= parse_number(shown[0]) <= parse_number(shown[1]) <= high


def test_a_refusal_table_says_why_and_what_to_try() -> None:
    table = str(small_gain())
    head, *lines = table.splitlines()
    assert head == "UNDECIDED: nothing is proved of this game, and nothing refuted"
    assert lines.index("  said by the search, not checked:") == 1  # below the game alone
    assert "reason             small-gain" in table
    assert "This does not say that play" in " ".join(table.split())
    assert "gain of the cycle  2187\n" in table  # 3⁷
    assert "\n  try " in table
    unstable = " ".join(str(refusal()).split())
    assert unstable.startswith("REFUTED (unstable): no constant metric certifies this region")
    assert "an equilibrium in the region's interior is unstable" in unstable
    assert "shrink the region" not in unstable  # the Jacobian is constant


def test_render_breaks_long_values_under_their_column() -> None:
    rows = [Row("a", "word " * 60, ASKED), Row("bb", "", ASKED)]
    lines = render("HEAD", rows).splitlines()
    assert lines[0] == "HEAD"
    assert lines[1].startswith("  a   word word")
    assert all(line.startswith("      word") for line in lines[2:-1])
    assert lines[-1] == "  bb"
    assert max(map(len, lines)) <= WIDTH


def test_what_is_only_said_stands_last_under_its_heading() -> None:
    rows = [Row("a", "1", SAID), Row("long label", "2", ASKED), Row("", "3", SAID)]
    assert render("HEAD", rows).splitlines() == [
        "HEAD",
        "  long label  2",
        "  said by the search, not checked:",
        "  a           1",
        "              3",
    ]


# ---- numbers that people read --------------------------------------------------------------------


def test_the_ends_of_a_side_are_exact_or_said_to_be_rounded_and_never_wider() -> None:
    tiny = Box([9, 9], ["9.000000001"] * 2)
    assert region_text(tiny) == "[9, 9.000000001]^2"
    assert region_text(Box([0, 1], ["0.3333333333", 1])) == "[0, 0.3333333333] x [1, 1]"
    assert region_text(Box.cube(2, "0.9999999")) == "[-0.9999999, 0.9999999]^2"  # not [-1, 1]
    assert region_text(Box([0, "1/3"], ["1/7", "1/3"])) == "[0, 1/7] x [1/3, 1/3]"
    assert region_text(Box([-0.1], [0.7])) == "about [-0.1, 0.699999999999999]^1"
    assert region_text(ball("0.9999999")).startswith("the ball of radius 0.9999999 round (0, 0)")


def ball(radius: str) -> Box:
    return MetricBall([0, 0], radius).region


@settings(max_examples=examples(50))
@given(st.floats(-1e3, 1e3), st.floats(1e-6, 10))
def test_a_printed_region_lies_in_the_region(low: float, side: float) -> None:
    box = Box([low], [Fraction(low) + Fraction(side)])
    text = region_text(box).removeprefix("about ").removesuffix("^1").strip("[]")
    ends = [parse_number(end) for end in text.split(", ")]
    assert box.lower[0] <= ends[0] < ends[1] <= box.upper[0]


def test_weights_and_steps_are_exact_or_said_to_be_rounded() -> None:
    assert weights_text([Fraction(1), Fraction(3, 8)]) == "1 : 0.375"
    assert weights_text([Fraction(1), Fraction(1, 3)]) == "1 : 1/3"
    assert weights_text([1.0, 0.1]) == "about 1 : 0.1"  # the float is not 1/10
    assert step_text(Fraction("1.466")) == "1.466"
    assert step_text(Fraction(1.466)) == "about 1.466"
    rk4 = certificate("sgn-toy").rk4
    assert rk4 is not None
    assert f"best {step_text(rk4.best_step)} with factor 0.651026" in " ".join(
        certificate("sgn-toy").details().split()
    )
    # J is similar to [[1, √½], [√½, 1]]: the factor is that of the step as it is printed
    z = [1 - 1.466 * (1 + sign * math.sqrt(0.5)) for sign in (1, -1)]
    factors = [1 + (x - 1) + (x - 1) ** 2 / 2 + (x - 1) ** 3 / 6 + (x - 1) ** 4 / 24 for x in z]
    assert 0.651025 <= max(map(abs, factors)) <= 0.651026


@settings(max_examples=examples(50))
@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=2), st.floats(0, 1e-3))
def test_the_printed_error_holds_for_the_printed_point(point: list[float], error: float) -> None:
    """Anything within the error of the stated point is within the printed one of the printed."""
    M = np.array([[4.0, 1.5], [1.5, 1.0]])
    weights = Metric.scalar(np.array([1.0, 200.0]))
    stated, e = [Fraction(v) for v in point], Fraction(error)
    for metric, matrix in ((Metric.dense(M), M), (weights, np.diag([1.0, 200.0]))):
        shown = point_text(stated, e, metric)
        place, _, rest = shown.partition(") ")
        moved = [parse_number(v) - x for v, x in zip(place[1:].split(", "), stated, strict=True)]
        if rest == "exactly":
            assert e == 0
            assert not any(moved)
            continue
        printed = parse_number(rest.split()[1])
        v = np.array([float(d) for d in moved])
        # 1e-9: floats; the printed error has three digits
        assert float(printed) * (1 + 1e-9) >= float(e) + math.sqrt(max(v @ matrix @ v, 0.0))


def test_an_equilibrium_is_not_printed_nearer_than_it_is() -> None:
    """(16/17, 4/17) rounded to nine digits is 6e-10 off, whatever the stated error."""
    stated = [Fraction(16, 17), Fraction(4, 17)]
    shown = point_text(stated, Fraction(7, 10**18), Metric.scalar(np.ones(2)))
    assert shown.startswith("(0.941176471, 0.235294118) within 5.")
    assert shown.endswith("e-10 in the metric")


def test_a_band_is_shown_with_its_margin() -> None:
    text = " ".join(certificate("sgn-toy").details().split())
    assert "(margin at least 0, from the bounds of each pair of players)" in text


def test_steps_in_another_metric_name_it() -> None:
    """Euler steps in weights of their own, start set included; those of the flow do not."""
    document = copy.deepcopy(certificate("sgn-toy").document)
    numbers(document, "euler/T10")["metric"]["weights"] = ["1", "199"]
    text = " ".join(Certificate(document).details().split())
    assert "(from the whole Jacobian, in weights 1 : 199)" in text
    assert "all up to 1.17157; in weights 1 : 199" in text
    assert "Euler 2 (in weights 1 : 199)" in text
    assert "RK4 0.260988, " in text


def test_methods_are_named_whose_stages_have_to_stay() -> None:
    """Each once, though RK4 has steps between runs and longer ones to the equilibrium."""
    bent = Certificate(valid("bent"))
    assert {"rk4", "rk4_equilibrium"} <= bent.methods.keys()
    text = " ".join(bent.details().split())
    stages = text.partition("while play stays in the region, the stages of ")[2]
    assert stages.startswith("RK4 and the midpoints")
    assert "the stages of RK4 and Heun" in " ".join(sgn.certify(turning()).details().split())


def test_estimates_carry_a_label_line_by_line() -> None:
    claims = sampled().claims
    for rows in (certificate_quotes(claims)[1], certificate_rows(claims)[1]):
        said = [row for row in rows if not row.text.startswith("estimated: ")]
        assert {row.label for row in said} <= {"game", "region", "steps hold", "evidence", "more"}
    assert "With probability at least" in " ".join(str(sampled()).split())


def test_rules_for_comparison_are_called_so() -> None:
    text = " ".join(certificate("sgn-toy").details().split())
    assert "for comparison: published rules" in text
    assert "RK4 1.46447 (2.5/L, not a proof for this game)" in text
