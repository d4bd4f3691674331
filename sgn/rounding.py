"""Numbers as they are stated: bounds to their safe side, free choices (weights, steps) short."""

import math
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from certificates.documents import TEXT_LIMIT, number_text
from certificates.kernel.document.fields import Vector
from games.language.number import round_down, round_up

FloatArray = NDArray[np.float64]
DIGITS = 13
FEW = 1000  # numbers that are shortened as decimals, for people; beyond, as binary fractions
KEPT_BITS = 32  # of 53: the rest compresses to nothing


def down(value: float) -> Fraction:
    """A lower bound as it is stated. Raises ArithmeticError where it is not finite."""
    return round_down(_rational(value), DIGITS)


def up(value: float) -> Fraction:
    """An upper bound as it is stated. Raises ArithmeticError where it is not finite."""
    return round_up(_rational(value), DIGITS)


def _rational(value: float) -> Fraction:
    if not math.isfinite(value):
        raise OverflowError(f"a bound is {value}")
    return Fraction(value)


def short_floats(values: FloatArray) -> FloatArray:
    """Positive floats near the given ones: to ten significant digits, or 32 bits where many.

    >>> short_floats(np.array([200.00000000000001, 1 / 3]))
    array([200.        ,   0.33333333])
    """
    if len(values) <= FEW:
        return np.array([float(f"{v:.9e}") for v in values])
    mantissa, exponent = np.frexp(values)
    unit = 2.0**KEPT_BITS
    return np.asarray(np.ldexp(np.rint(mantissa * unit) / unit, exponent))


def nice_weights(weights: FloatArray) -> FloatArray:
    """The weights over the first one, as short floats.

    >>> nice_weights(np.array([0.005, 1.00000000000001]))
    array([  1., 200.])
    """
    return short_floats(weights / weights[0])


def nice_step(step: float, largest: float) -> float:
    """The step to four significant digits, at most the largest.

    >>> nice_step(0.9999999, 1.5)
    1.0
    """
    return min(float(f"{step:.3e}"), largest)


def decimals(values: Vector) -> Vector:
    """Numbers as a document holds them: few as decimals, many as they are."""
    if len(values) > TEXT_LIMIT:
        return np.asarray(values, dtype=float)
    return objects(Fraction(number_text(v)) for v in values)


def objects(values: Iterable[Fraction]) -> NDArray[Any]:
    """Fractions as an object array."""
    listed = list(values)
    array = np.empty(len(listed), dtype=object)
    array[:] = listed
    return array
