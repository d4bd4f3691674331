"""Rows of exact numbers in arrays: every float on its side, the least exact or below it."""

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import games
import sgn
from certificates.kernel.document.metric import Metric
from certificates.kernel.document.reading import digest, texts
from certificates.kernel.inequalities.equilibrium import half_widths
from certificates.kernel.numbers.roots import root_above
from certificates.kernel.numbers.rows import FEW, Row, roots_over
from certificates.kernel.uncheckable import Uncheckable
from certificates.kernel.verify import verify
from games.errors import InputError
from games.language.number import Number
from games.regions.ends import Ends
from tests.helpers.scale import examples

MANY = 3 * FEW
fractions = st.fractions(-(10**6), 10**6)
finite = st.floats(-1e300, 1e300)
numbers = st.one_of(fractions, finite.map(Fraction), st.sampled_from([Fraction(0), Fraction(1, 3)]))
positive = st.fractions(Fraction(1, 10**6), 10**6)
lists = st.integers(1, 6).flatmap(
    lambda n: st.tuples(
        st.lists(numbers, min_size=n, max_size=n),
        st.lists(numbers, min_size=n, max_size=n),
        st.lists(positive, min_size=n, max_size=n),
    )
)


def encloses(row: Row, expected: Sequence[Fraction]) -> bool:
    """Whether the floats are on their sides of the exact numbers, which the row knows."""
    ends = zip(row.low.tolist(), row.high.tolist(), expected, strict=True)
    sides = all(
        not low > value and not high < value  # NaN: nothing is said
        for low, high, value in ends
    )
    return sides and list(row) == list(expected)


@settings(max_examples=examples(200), deadline=None)
@given(lists, numbers)
def test_rows_enclose_what_fractions_say(
    each: tuple[list[Fraction], list[Fraction], list[Fraction]], factor: Fraction
) -> None:
    a, b, c = each
    rows = [Row.of(part) for part in each]
    pairs = list(zip(a, b, c, strict=True))
    assert encloses(rows[0] - rows[1], [x - y for x, y, _ in pairs])
    assert encloses(rows[0].minimum(rows[1]), [min(x, y) for x, y, _ in pairs])
    assert encloses(rows[0].times(factor), [x * factor for x in a])
    assert encloses((rows[0] - rows[1]).over(rows[2]), [(x - y) / z for x, y, z in pairs])
    assert (rows[0] - rows[1]).least() == min(x - y for x, y, _ in pairs)
    assert (rows[0] - rows[0]).is_nonnegative()


@settings(max_examples=examples(100), deadline=None)
@given(st.lists(positive, min_size=1, max_size=5))
def test_half_widths_have_floats_on_their_sides(weights: list[Fraction]) -> None:
    metric = Metric.scalar(np.array(weights, dtype=object))
    row = half_widths(metric, [2] * len(weights))
    assert encloses(row, [root_above(1 / w) for w in weights for _ in range(2)])


def test_a_difference_that_is_a_float_is_not_rounded() -> None:
    row = Row.of([Fraction(1)] * MANY) - Row.of([Fraction(3, 4)] * MANY)
    assert row.least() == Fraction(1, 4)  # more than FEW are alike: floats alone


@settings(max_examples=examples(50), deadline=None)
@given(st.fractions(-1000, 1000), st.fractions(-1000, 1000), positive)
def test_the_least_of_many_alike_is_not_above_them(a: Fraction, b: Fraction, c: Fraction) -> None:
    row = (Row.of([a] * MANY) - Row.of([b] * MANY)).over(Row.of([c] * MANY))
    least, exact = row.least(), (a - b) / c
    assert least <= exact
    assert exact - least <= (abs(a) + abs(b)) / c * Fraction(1, 2**48) + Fraction(1, 2**1000)


def test_what_is_not_known_is_never_the_least_of_many() -> None:
    huge = Row.of([Fraction(10) ** 400] * MANY)
    with pytest.raises(Uncheckable):
        (huge - huge).least()
    assert (Row.of([Fraction(10) ** 400]) - Row.of([Fraction(10) ** 400])).least() == 0
    none = Row.of([Fraction(1)] * MANY).over(Row.of([Fraction(0)] * MANY))
    with pytest.raises(Uncheckable):
        none.least()


@settings(max_examples=examples(200), deadline=None)
@given(st.lists(st.one_of(numbers, st.integers(), finite), max_size=6))
def test_ends_are_the_numbers(values: list[Fraction | int | float]) -> None:
    row, exact = Ends.of(values), tuple(Fraction(v) for v in values)
    assert row == exact
    assert tuple(row) == exact == row[:]
    assert all(low <= v <= high for low, v, high in zip(row.below, exact, row.above, strict=True))
    assert row.are_floats == all(
        low == high for low, high in zip(row.below, row.above, strict=True)
    )
    assert hash(row) == hash(exact)


@settings(max_examples=examples(200), deadline=None)
@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=6), st.booleans())
def test_ends_compare_as_fractions_do(pairs: list[tuple[Fraction, Fraction]], near: bool) -> None:
    tiny = Fraction(1, 10**40)
    a = [x for x, _ in pairs]
    b = [x + (y > 0) * tiny for x, y in pairs] if near else [y for _, y in pairs]
    first, second = Ends.of(a), Ends.of(b)
    assert first.equals(second).tolist() == [x == y for x, y in zip(a, b, strict=True)]
    assert first.exceeds(second).tolist() == [x > y for x, y in zip(a, b, strict=True)]


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_ends_are_finite(bad: float) -> None:
    both: list[Number] = [Fraction(0), bad]
    with pytest.raises(InputError, match="not a finite number"):
        Ends.of(both)
    for count in (1, 2, 50):  # whatever identities the entries of an array have
        with pytest.raises(InputError, match="not a finite number"):
            Ends.of(np.array([0.0] * count + [bad] + [0.0] * count))


# ---- claims of many players in a box -------------------------------------------------------------


def many_alike() -> sgn.Certificate:
    """More players than are compared exactly, all alike, in a box whose ends are no floats."""
    n = MANY
    game = games.QuadraticGame(np.eye(n), sizes=[1] * n, linear=np.full(n, 0.25))
    return sgn.certify(game, games.Box(["-1.1"] * n, ["0.7"] * n), metric="scalar").require()


def radius_of_flow(found: sgn.Certificate) -> Fraction:
    assert found.basin is not None
    radius = found.basin.radii["flow"]
    assert radius is not None
    return Fraction(radius)


def test_the_start_set_of_many_alike_is_as_large_as_that_of_few() -> None:
    many = many_alike()
    game = games.QuadraticGame([[1.0]], sizes=[1], linear=[0.25])
    few = sgn.certify(game, games.Box(["-1.1"], ["0.7"]), metric="scalar").require()
    least, exact = radius_of_flow(many), radius_of_flow(few)
    assert 0 < least <= exact
    assert least >= exact * Fraction(999998, 10**6)
    assert sgn.verify(many)


def test_a_point_outside_a_box_of_many_is_refused() -> None:
    document = dict(many_alike().document)
    just_below = "-0.2500000000000000000001"  # which floats cannot tell from the point
    upper = Ends.of(["0.7"] * (MANY - 1) + [just_below])
    document["region"] = {**document["region"], "upper": texts(upper)}
    document["digest"] = digest(document)
    failed = {o.name for o in verify(document).obligations if not o.holds}
    assert "equilibrium" in failed


@pytest.mark.parametrize("power", [1, 100, 320, 324, 330, 391, 700])
def test_roots_over_tiny_and_huge_weights_are_enclosed(power: int) -> None:
    """Weights that round to 0, or beyond every float, are enclosed all the same."""
    weights = [Fraction(1, 10**power), Fraction(10) ** power]
    low, high = roots_over(Ends.of(weights))
    for k, w in enumerate(weights):
        root = root_above(1 / w)
        assert not low[k] > -np.inf or Fraction(float(low[k])) <= root
        assert not high[k] < np.inf or Fraction(float(high[k])) >= root


def test_a_ball_wider_than_the_region_in_tiny_weights_does_not_fit() -> None:
    """Found by attack: the upper end of √(1/w) was −1.8e308 where w rounds to 0."""
    weights = [Fraction(1, 10**330), Fraction(1, 10**391), Fraction(1)]
    low, high = roots_over(Ends.of(weights))
    half = Row(low, high, lambda k: root_above(1 / weights[k]))
    room = Row.of([Fraction(10) ** 20, Fraction(10) ** 20, Fraction(10)])
    assert not (room - half.times(Fraction(1, 10**142))).is_nonnegative()
