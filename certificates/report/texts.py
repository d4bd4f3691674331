"""Numbers, weights, metrics and regions as short texts: to their safe side, or said to be rounded.

A bound is printed down or up. What has no side (a weight, a point, a step whose factor stands
beside it) is printed exactly, or with the word "about".
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import islice
from typing import Any

from numpy.typing import NDArray

from certificates.kernel.document.metric import Metric, Vector
from certificates.kernel.numbers.roots import root_above
from certificates.safe import Lower, Upper, decimal_text
from games.language.number import decimal_places, round_down, round_near, round_up
from games.regions.region import Box, Region, Space

DIGITS = 6
POINT_DIGITS = 9  # of a coordinate; what this rounds away is added to the error beside it
EXACT_DIGITS = 15  # up to which a number is printed as it is
FRACTION = 9  # characters up to which a quotient that never ends is printed as one
SHOWN = 8  # players or coordinates listed before an ellipsis
_NAME = 24  # characters of a player's name in a label


def down(value: Fraction) -> str:
    """A lower bound."""
    return Lower(value).text(DIGITS)


def up(value: Fraction) -> str:
    """An upper bound."""
    return Upper(value).text(DIGITS)


def lower_text(value: Fraction) -> str:
    """A lower bound: the number itself, or rounded down and said to be so.

    >>> lower_text(Fraction(8, 5)), lower_text(Fraction(2, 3))
    ('1.6', '≥ 0.666666')
    """
    return Lower(value).stated(DIGITS)


def upper_text(value: Fraction) -> str:
    """An upper bound, likewise."""
    return Upper(value).stated(DIGITS)


def factor_text(value: Fraction) -> str:
    """An upper bound; of a factor below 1 in so many digits that this can be seen.

    >>> factor_text(Fraction(2, 3)), factor_text(1 - Fraction(1, 10**8))
    ('0.666667', '0.99999999')
    """
    texts = (Upper(value).text(digits) for digits in range(DIGITS, EXACT_DIGITS))
    return next((text for text in texts if text != "1"), up(value))


def near(value: Fraction) -> str:
    """A number without a side, rounded: only for what is said to be rounded, or to be compared."""
    return decimal_text(round_near(value, DIGITS))


def exact_text(value: Fraction, digits: int = EXACT_DIGITS) -> str | None:
    """The number itself in at most so many digits, or as a short quotient; None where neither is.

    >>> exact_text(Fraction(-1, 8)), exact_text(Fraction(1, 3)), exact_text(Fraction(1, 2**60))
    ('-0.125', '1/3', None)
    """
    if decimal_places(value.denominator) is None:
        quotient = f"{value.numerator}/{value.denominator}"
        return quotient if len(quotient) <= FRACTION else None
    return decimal_text(value) if round_near(value, digits) == value else None


def weights_text(weights: Sequence[Any] | NDArray[Any]) -> str:
    """Weights side by side, shortened for many players.

    >>> weights_text([Fraction(1), Fraction(200)]), weights_text([Fraction(1), Fraction(2**40, 7)])
    ('1 : 200', 'about 1 : 1.57073e11')
    """
    values = [Fraction(w) for w in islice(weights, SHOWN)]
    exact = [exact_text(w, POINT_DIGITS) for w in values]
    about = "" if None not in exact else "about "
    shown = " : ".join(text or near(w) for text, w in zip(exact, values, strict=True))
    if len(weights) > SHOWN:
        shown += f" : … ({len(weights)} weights)"
    return about + shown


def metric_text(metric: Metric) -> str:
    """Which metric, for a line in which it is another than the certificate's."""
    if metric.kind == "scalar":
        return f"weights {weights_text(metric.weights)}"
    return f"a {metric.kind} metric of its own"


def step_text(step: Fraction) -> str:
    """A step beside which a factor stands that holds at this step alone."""
    return exact_text(step) or f"about {near(step)}"


def point_text(point: Sequence[Any] | Vector, error: Fraction, metric: Metric) -> str:
    """A point and how near it is, the distance from the stated to the printed one included."""
    stated = [Fraction(v) for v in islice(point, SHOWN)]
    printed = [round_near(v, POINT_DIGITS) for v in stated]
    total = error_of(stated, printed, error, metric)
    more = ", …" if len(point) > SHOWN else ""
    near_by = f"within {Upper(total).text(3)} in the metric" if total else "exactly"
    return f"({', '.join(map(decimal_text, printed))}{more}) {near_by}"


def error_of(
    stated: Sequence[Fraction], printed: Sequence[Fraction], error: Fraction, metric: Metric
) -> Fraction:
    """The error of a point that is printed in place of the stated one: how far they are apart too.

    Source: ‖v‖_M² ≤ s|v|², s the largest weight or the trace.
    """
    moved = sum(((a - b) ** 2 for a, b in zip(printed, stated, strict=True)), Fraction(0))
    return error if moved == 0 else error + root_above(_largest_square(metric) * moved)


def _largest_square(metric: Metric) -> Fraction:
    """s with ‖v‖²_M ≤ s|v|²: the largest weight, or the trace."""
    if metric.kind == "scalar":
        return max(map(Fraction, metric.weights))
    diagonals = [part.diagonal().tolist() for part in metric.matrices]
    return sum((Fraction(entry) for each in diagonals for entry in each), Fraction(0))


def region_text(region: Region, constraints: Sequence[str] = ()) -> str:
    """The box, side by side, a cube in short; then what its points meet beside."""
    if isinstance(region, Space):
        return f"all of R^{region.dimension}"
    if region.ball is not None:
        return _ball_text(region)
    if not region.constraints:
        return _box_text(region)
    listed = list(constraints[:SHOWN]) or [count_text(len(region.constraints), "constraint")]
    more = f", … ({len(constraints)} constraints)" if len(constraints) > SHOWN else ""
    return f"{_box_text(region)} with {', '.join(listed)}{more}"


def _box_text(region: Box) -> str:
    sides = list(zip(region.lower, region.upper, strict=True))
    cube = len(set(sides)) == 1
    texts = [_side_text(low, high) for low, high in (sides[:1] if cube else sides[:SHOWN])]
    about = "" if all(is_exact for _, is_exact in texts) else "about "
    if cube:
        return f"{about}{texts[0][0]}^{len(sides)}"
    return about + " x ".join(text for text, _ in texts) + (" x …" if len(sides) > SHOWN else "")


def _ball_text(region: Box) -> str:
    ball = region.ball
    if ball is None:
        raise ValueError("the region is no ball")
    numbers = [*ball.center[:SHOWN], ball.radius]
    texts = [exact_text(v) for v in numbers]
    about = "" if None not in texts else "about "
    *center, radius = (
        text or decimal_text(round_down(v, EXACT_DIGITS))
        for text, v in zip(texts, numbers, strict=True)
    )
    more = ", …" if len(ball.center) > SHOWN else ""
    metric = f"weights {weights_text(ball.weights)}" if ball.weights else "a metric of its own"
    return f"{about}the ball of radius {radius} round ({', '.join(center)}{more}) in {metric}"


def _side_text(low: Fraction, high: Fraction) -> tuple[str, bool]:
    """[low, high], and whether that is exact; where it is not, it is no wider than the side."""
    ends = [exact_text(low), exact_text(high)]
    if None not in ends:
        return f"[{ends[0]}, {ends[1]}]", True
    for digits in (EXACT_DIGITS, 2 * EXACT_DIGITS, 4 * EXACT_DIGITS):
        inner, outer = round_up(low, digits), round_down(high, digits)
        if inner < outer:
            return f"[{decimal_text(inner)}, {decimal_text(outer)}]", False
    return f"[{near(low)}, {near(high)}]", False


def cut(name: str) -> str:
    """A player's name, short enough for a label."""
    return name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"


def joined(words: Sequence[str]) -> str:
    """a, b and c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def count_text(count: int, noun: str) -> str:
    """1 player, 2 players."""
    return f"{count} {noun}" + ("" if count == 1 else "s")
