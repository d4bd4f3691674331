"""Up to which value of a parameter a game is proved: bisection, with the results on both sides."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, final

from certificates.certificate import Certificate
from games.errors import InputError
from games.language.number import Number, exact, to_text
from sgn.sweeps.points import Asked, Family, Result, Where

MAX_TRIES = 60


@final
@dataclass(frozen=True, repr=False)
class Threshold:
    """Two values near each other: at one the game is proved, at the other it is not.

    What lies between them, and beyond them, was not asked, but for the values that were tried.
    """

    name: str
    proved_at: Fraction
    certificate: Certificate
    not_at: Fraction
    other: Result

    def __str__(self) -> str:
        proved, other = (_short(value) for value in (self.proved_at, self.not_at))
        return (
            f"{self.name} = {proved}: proved, margin {self.certificate.margin:.6g}\n"
            f"{self.name} = {other}: {self.other.verdict}"
        )

    def __repr__(self) -> str:
        proved, other = (_short(value) for value in (self.proved_at, self.not_at))
        return f"<Threshold of {self.name}: proved at {proved}, {self.other.verdict} at {other}>"


def threshold(
    game: Family,
    parameter: str,
    low: Number,
    high: Number,
    region: Where = None,
    *,
    tolerance: float = 1e-3,
    progress: Callable[[Fraction, Result], object] | None = None,
    **options: Any,
) -> Threshold:
    """Where between two values of a parameter the proof ends, by bisection.

    It answers "how much entropy does this game need" or "how strong must the penalty be". No proof
    at a value does not mean that play diverges there: ``other`` says what is known.

    game, region, options: as for :func:`sgn.sweep`. tolerance: of the two values' distance, as a
    share of high − low. progress: called with each value that was tried, and its result.
    Raises InputError where both ends are proved, or neither is, and what certify raises.

    >>> import games
    >>> pennies = games.catalogue.load("matching-pennies")
    >>> threshold(pennies, "entropy", "0.1", 1, tolerance=0.3).name
    'entropy'
    """
    if not 0 < tolerance < 1:
        raise ValueError(f"tolerance is {tolerance}; expected more than 0 and less than 1")
    asked = Asked(game, region, options)
    ends = [exact(low), exact(high)]
    if ends[0] == ends[1]:
        raise InputError(f"{parameter}: both ends are {_short(ends[0])}; give two values")

    def at(value: Fraction) -> Result:
        result = asked.result({parameter: value})
        if progress is not None:
            progress(value, result)
        return result

    results = [at(value) for value in ends]
    if _is_proved(results[0]) == _is_proved(results[1]):
        said = "proved" if _is_proved(results[0]) else "not proved"
        first, last = map(_short, ends)
        raise InputError(
            f"{parameter}: the game is {said} at {first} and at {last}; give ends that differ"
        )
    if _is_proved(results[1]):
        ends, results = ends[::-1], results[::-1]
    least = abs(ends[1] - ends[0]) * Fraction(tolerance)
    for _ in range(MAX_TRIES):
        if abs(ends[1] - ends[0]) <= least:
            break
        middle = (ends[0] + ends[1]) / 2
        result = at(middle)
        side = 0 if _is_proved(result) else 1
        ends[side], results[side] = middle, result
    certificate = results[0]
    assert isinstance(certificate, Certificate)
    return Threshold(parameter, ends[0], certificate, ends[1], results[1])


def _is_proved(result: Result) -> bool:
    return isinstance(result, Certificate) and result.verdict == "proved"


def _short(value: Fraction) -> str:
    text = to_text(value)
    return text if len(text) <= 12 else f"{float(value):.9g}"
