"""Bounds in print: whatever the format, what is printed lies on the safe side."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.safe import Lower, Upper

VALUES = st.builds(
    lambda value, exponent: value * Fraction(10) ** exponent,
    st.fractions(max_denominator=10**9),
    st.integers(-400, 400),
)
SPECS = ("", ".0f", ".3f", ",.2f", "f", "e", ".2e", ".1%", "g", ".3g", ".17g", ".4", "+.3g", "#.3g")


def read(text: str) -> Fraction:
    number = text.replace(",", "").strip().removesuffix("%")
    return Fraction(number) / (100 if "%" in text else 1)


@given(VALUES, st.sampled_from(SPECS))
def test_every_format_rounds_to_the_safe_side(value: Fraction, spec: str) -> None:
    low, high = (read(format(kind(value), spec)) for kind in (Lower, Upper))
    assert low <= value <= high


@given(VALUES, st.integers(-3, 12))
def test_round_is_safe_and_keeps_what_it_is(value: Fraction, places: int) -> None:
    low, high = round(Lower(value, verdict="estimated"), places), round(Upper(value), places)
    assert low <= value <= high
    assert high - low <= 1 / Fraction(10) ** places
    assert "estimated" in repr(low)
    assert round(Lower(value)) <= value <= round(Upper(value))


@pytest.mark.parametrize("spec", [".3f", ".2e", ".4g", "08.2f", "+.1f", ",.1f", ".1%", ">9.2f"])
def test_what_is_exact_prints_as_floats_do(spec: str) -> None:
    for kind in (Lower, Upper):
        assert format(kind("1.5"), spec) == format(1.5, spec)
    assert f"{Lower('1.6')}" == "1.6"


@pytest.mark.parametrize("spec", ["d", "x", "s", ".f", "abc"])
def test_formats_that_floats_do_not_know(spec: str) -> None:
    with pytest.raises(ValueError, match="invalid format"):
        format(Lower(1), spec)


def test_arithmetic() -> None:
    third = Lower(1, 3)
    assert type(third + 1) is type(third * Fraction(1, 2)) is Fraction
    assert (third + 1) - 1 == Fraction(1, 3)
    assert type(third * 2.0) is float
    assert type(2.0 * third) is float
    doubled = np.array([1.0, 2.0]) * third
    assert doubled.dtype == float
    assert doubled[0] <= third
    assert np.asarray([third, Upper(1, 3)]).dtype == float
    assert np.asarray(third, dtype=object)[()] == Fraction(1, 3)


def test_what_is_rounded_says_on_which_side() -> None:
    assert (Lower(2, 3).stated(3), Upper(2, 3).stated(3)) == ("≥ 0.666", "≤ 0.667")
    assert Lower(8, 5).stated(6) == Upper(8, 5).stated(6) == "1.6"
