"""The numbers a user asks for, from a certificate's claims: each exact, rounded to its safe side.

Every promise tests the hypotheses of its theorem first; a ValueError says which one fails.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import final

from certificates.kernel.claims import Claims
from certificates.kernel.numbers.roots import root_above
from certificates.methods import METHODS
from certificates.promise_theorems import (
    ACCURATE_STEP,
    BEST_RESPONSES,
    DISTANCES,
    IMPLICIT_STEP,
    NOISE_FLOOR,
    PROJECTED_STEPS,
    STALE_READS,
    STEPS,
    TIME,
    Asked,
    largest_ball,
    longest_stale_step,
)
from certificates.safe import Lower, Upper, labelled
from certificates.step_range import in_range
from games.language.number import Number, exact, round_up, to_text

DIGITS = 30  # of powers of a factor, and of logarithms
TERMS = 32  # of atanh z, z ≤ 1/3: the next is below 10^-32 of the sum
MOST_STEPS = 2**62


def steps_needed(factor: Fraction, ratio: Fraction) -> int:
    """T14: the least k known with factor^k ≤ ratio; factor in [0, 1), ratio > 0.

    >>> steps_needed(Fraction(1, 2), Fraction(1, 1000))
    10
    """
    if not 0 <= factor < 1 or ratio <= 0:
        raise ValueError(f"factor {factor} and ratio {ratio}; expected [0, 1) and above 0")
    if ratio >= 1:
        return 0
    if factor == 0:
        return 1
    high = 1
    while power_above(factor, high) > ratio:
        high *= 2
        if high > MOST_STEPS:
            raise ValueError("the factor is too near 1: more than 2^62 steps")
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if power_above(factor, middle) <= ratio else (middle, high)
    return high


def power_above(factor: Fraction, count: int) -> Fraction:
    """factor^count, rounded up at every product."""
    result, square = Fraction(1), factor
    while count:
        if count % 2:
            result = round_up(result * square, DIGITS)
        square = round_up(square * square, DIGITS)
        count //= 2
    return result


def log_above(value: Fraction) -> Fraction:
    """An upper bound of log(value), value ≥ 1, to about 29 digits: 2^k m, 1 ≤ m < 2.

    >>> float(log_above(Fraction(10)))
    2.302585092994046
    """
    if value < 1:
        raise ValueError(f"the value is {to_text(value)}; expected at least 1")
    k = value.numerator.bit_length() - value.denominator.bit_length()
    k -= value < Fraction(2) ** k
    rest = value / Fraction(2) ** k
    return k * _twice_atanh_above(Fraction(1, 3)) + _twice_atanh_above((rest - 1) / (rest + 1))


def _twice_atanh_above(z: Fraction) -> Fraction:
    """log((1 + z)/(1 − z)), 0 ≤ z ≤ 1/3, rounded up at every term, and the tail."""
    if z == 0:
        return Fraction(0)
    power, total = round_up(z, DIGITS), Fraction(0)
    square = round_up(z * z, DIGITS)
    for odd in range(1, 2 * TERMS, 2):
        total = round_up(total + power / odd, DIGITS)
        power = round_up(power * square, DIGITS)
    return round_up(2 * (total + power / ((2 * TERMS + 1) * (1 - square))), DIGITS)


@final
class Count(int):
    """How many steps; verdict: of the certificate that says so, shown where it proves nothing."""

    verdict: str

    def __new__(cls, value: int, verdict: str = "") -> "Count":
        count = super().__new__(cls, value)
        count.verdict = verdict
        return count

    def __repr__(self) -> str:
        return labelled(str(self), self.verdict)

    def __str__(self) -> str:
        return int.__repr__(self)


@final
@dataclass(frozen=True)
class Asynchronous:
    """T16: gradient steps in which the others' actions are stale, own action and gradient fresh.

    max_i ‖v_i − x_i*‖/vector_i shrinks by factor(step) per round. radius: the ball of that norm
    round the equilibrium to start in; None: start anywhere. verdict: of the certificate.
    A round is over when every player's latest update, and every one to come, reads no action that
    was given up before the end of the round before. That everyone has updated once with such reads
    is not enough: an update that reads older actions afterwards undoes a round. Where reads are at
    most D steps old and all players update in each step, every D + 1 steps are a round.
    """

    step_max: Lower
    rate: Lower  # a
    vector: tuple[Fraction, ...]
    radius: Lower | None
    verdict: str

    def __repr__(self) -> str:
        return labelled(f"<Asynchronous: every step up to {self.step_max}>", self.verdict)

    def factor(self, step: Number) -> Upper:
        """1 − ha, per round; ValueError outside (0, step_max]."""
        h = in_range(step, self.step_max.exact)
        return Upper(1 - h * self.rate.exact, verdict=self.verdict)


@final
@dataclass(frozen=True)
class BestResponse:
    """T16: all players best-respond, each in its own part X_i of the region X.

    At once, or with stale reads (a round as for :class:`Asynchronous`): then max_i
    ‖v_i − x_i*‖/vector_i shrinks by `factor`, x* being the solution of VI(F, X). Of answers outside
    the region nothing is known. radius: None, for every start in the region will do.
    """

    factor: Upper
    vector: tuple[Fraction, ...]
    radius: Lower | None
    verdict: str

    def __repr__(self) -> str:
        return labelled(f"<BestResponse: factor {self.factor} a round>", self.verdict)


@final
@dataclass(frozen=True)
class Promised:
    """What a certificate promises in practice; each number carries the certificate's verdict.

    Distances are to the equilibrium x* itself (`certificate.equilibrium.point` is within its
    `error` of it), each in the metric of the method: `certificate.euler.metric`, and so on; of the
    flow, extragradient and optimistic gradient that of the certificate.
    """

    claims: Claims

    def __repr__(self) -> str:
        return labelled("<Promised>", self.verdict)

    @property
    def verdict(self) -> str:
        """proved | estimated | conditional: what all of these rest on."""
        return self.claims.verdict

    def steps_to(
        self,
        accuracy: Number,
        start: Number,
        method: str = "euler",
        step: Number | None = None,
        *,
        projected: bool = False,
    ) -> Count:
        """T14: how many steps from distance `start` to `accuracy`, in the metric of the method.

        method: euler, rk4, …, as in `certificate.methods`; step: its best one unless given.
        projected: with every point projected to the region, all of which is then the start
        set, and x* the solution of VI(F, X); else x* is the zero of F in the region.
        ValueError for a start outside the method's start set: nothing is promised there.
        """
        if method not in METHODS:
            raise ValueError(f"method is {method!r}; expected one of {', '.join(METHODS)}")
        h = None if step is None else exact(step)
        asked = Asked(self.claims, method, h, exact(accuracy), exact(start))
        (PROJECTED_STEPS if projected else STEPS).require(asked)
        near = asked.constant * asked.start <= asked.accuracy
        count = (
            0
            if near
            else steps_needed(asked.factor, asked.accuracy / (asked.constant * asked.start))
        )
        return Count(count, self.verdict)

    def fastest(self, accuracy: Number, start: Number) -> dict[str, tuple[Count, Count]]:
        """T14: every method that promises it at its best step, the fewest gradients first.

        Values are how many steps, and at how many points F is read in them. Distances are in each
        method's own metric; methods whose start set does not hold the start are left out.

        >>> import games, sgn
        >>> game = games.QuadraticGame([[0.1, 1.0], [-1.0, 0.1]], sizes=[1, 1])
        >>> found = sgn.certify(game).promises.fastest("1e-6", 1)
        >>> [(name, int(steps)) for name, (steps, _) in found.items()][0]
        ('rk4', 5)
        """
        found = dict[str, tuple[Count, Count]]()
        for key, method in METHODS.items():
            asked = Asked(self.claims, key, accuracy=exact(accuracy), start=exact(start))
            if not DISTANCES.holds(asked):
                raise ValueError(DISTANCES.otherwise)
            if not STEPS.failing(asked):
                count = self.steps_to(accuracy, start, key)
                found[key] = count, Count(int(count) * method.gradients, self.verdict)
        return dict(sorted(found.items(), key=lambda one: int(one[1][1])))

    def time_to(self, accuracy: Number, start: Number) -> Upper:
        """T7: how long the flow takes from distance `start` to `accuracy`, rounded up."""
        asked = Asked(self.claims, "flow", accuracy=exact(accuracy), start=exact(start))
        TIME.require(asked)
        if asked.start <= asked.accuracy:
            return self._upper(Fraction(0))
        time = log_above(asked.start / asked.accuracy) / self.claims.margin
        return self._upper(round_up(time, 12))

    def noise_floor(self, sigma: Number, step: Number) -> Upper:
        """T15: where √E‖x − x*‖²_M settles at most, for Euler with unbiased noise.

        sigma: with E‖ξ‖²_M ≤ sigma² at every point, in the metric of the Euler steps. Iterates are
        kept in the region by projection (x* is then the solution of VI(F, X)), or it is all of
        R^n; not for RK4.
        """
        asked = Asked(self.claims, "euler", exact(step), sigma=exact(sigma))
        NOISE_FLOOR.require(asked)
        return self._upper(root_above((asked.h * asked.sigma) ** 2 / (1 - asked.factor**2)))

    def step_for_accuracy(self, sigma: Number, accuracy: Number) -> Lower:
        """T15: an Euler step whose noise floor is at most the accuracy; the longest known.

        Up to the best step the factor is at most 1 − sh, s = (1 − q)/best, which makes the floor
        h sigma²/(2s − s²h) ≤ accuracy². Otherwise as for :meth:`noise_floor`.
        """
        asked = Asked(self.claims, "euler", accuracy=exact(accuracy), sigma=exact(sigma))
        ACCURATE_STEP.require(asked)
        best, square = asked.h, asked.accuracy**2
        s = (1 - asked.factor) / best
        longest = 2 * s * square / (asked.sigma**2 + s**2 * square)
        return self._lower(min(best, longest))

    def asynchronous(self) -> Asynchronous:
        """T16, from the structural witness x with A x ≥ a x, a > 0."""
        asked = Asked(self.claims)
        STALE_READS.require(asked)
        gain = asked.gain
        radius = largest_ball(self.claims, gain.vector)
        return Asynchronous(
            step_max=self._lower(longest_stale_step(self.claims)),
            rate=self._lower(gain.rate),
            vector=gain.vector,
            radius=None if radius is None else self._lower(radius),
            verdict=self.verdict,
        )

    def best_response(self) -> BestResponse:
        """T16: L u ≤ q diag(μ) u, at the same x."""
        asked = Asked(self.claims)
        BEST_RESPONSES.require(asked)
        gain = asked.gain
        return BestResponse(
            factor=self._upper(gain.factor),
            vector=gain.vector,
            radius=None,
            verdict=self.verdict,
        )

    def implicit_factor(self, step: Number) -> Upper:
        """T23: 1/(1 + hα) for x⁺ = x − hF(x⁺), any h > 0, from the flow's start set.

        x⁺ is the solution in the region: there is exactly one, and it is no farther from x* than x;
        of solutions outside nothing is said.
        """
        asked = Asked(self.claims, "flow", exact(step))
        IMPLICIT_STEP.require(asked)
        return self._upper(1 / (1 + asked.h * self.claims.margin))

    def _lower(self, value: Fraction) -> Lower:
        return Lower(value, verdict=self.verdict)

    def _upper(self, value: Fraction) -> Upper:
        return Upper(value, verdict=self.verdict)
