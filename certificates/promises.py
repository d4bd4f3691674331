"""The numbers a user asks for, from a certificate's claims: each exact, rounded to its safe side.

Where a condition fails, a ValueError says which.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NoReturn, final

import numpy as np

from certificates.check_equilibrium import half_widths, room_round
from certificates.check_jacobian import quadratic
from certificates.check_point import player_sizes
from certificates.claims import Claims, Vector
from certificates.document import Document
from certificates.safe import Lower, Upper, root_above
from certificates.step_range import SlowRange, StepRange, in_range
from games.number import Number, exact, round_up, to_text
from games.region import Box, Space

DIGITS = 30  # of powers of a factor, and of logarithms
TERMS = 32  # of atanh z, z ≤ 1/3: the next is below 10^-32 of the sum
MOST_STEPS = 2**62


def refuse_projected_rk4() -> NoReturn:
    """T21: there is no projected RK4; the error says why."""
    raise ValueError(
        "projected RK4 is not offered: projecting after a step has the wrong fixed point; use"
        " projected Euler or extragradient, or RK4 where no projection is needed"
    )


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


def own_symmetric(game: Document) -> bool:
    """Whether every J_ii is symmetric for certain: of a matrix that is, or of second derivatives.

    Fields, policies and functions that are only called need not have such blocks.
    """
    if game.get("kind") == "quadratic":
        return quadratic(game).symmetric
    return game.get("kind") == "symbolic" and all("cost" in player for player in game["players"])


@final
@dataclass(frozen=True)
class Asynchronous:
    """T16: play in which the others' actions are stale, their own action and gradient fresh.

    max_i ‖v_i − x_i*‖/vector_i shrinks by factor(step) per round. radius: the ball of that norm
    round the equilibrium to start in; None: start anywhere.
    """

    step_max: Lower
    rate: Lower  # a
    vector: tuple[Fraction, ...]
    radius: Lower | None

    def factor(self, step: Number) -> Upper:
        """1 − ha, per round in which every player has updated with reads newer than the last."""
        return Upper(1 - in_range(step, self.step_max.exact) * self.rate.exact)


@final
@dataclass(frozen=True)
class BestResponse:
    """T16: all players best-respond at once (or stalely): max_i ‖·‖/vector_i times factor."""

    factor: Upper
    vector: tuple[Fraction, ...]
    radius: Lower | None


@final
@dataclass(frozen=True)
class Promised:
    """What a certificate promises in practice."""

    claims: Claims

    def steps_to(
        self,
        accuracy: Number,
        start: Number,
        method: str = "euler",
        step: Number | None = None,
        *,
        projected: bool = False,
    ) -> int:
        """T14: how many steps from distance `start` to `accuracy`, in the metric of the method.

        method: euler, rk4, rk4_equilibrium, extragradient or optimistic; step: its best one unless
        given; projected: with every point projected to the region, which is then the start set.
        ValueError for a start outside the method's start set: nothing is promised there.
        """
        target, distance = exact(accuracy), exact(start)
        if not (target > 0 and distance >= 0):
            raise ValueError("accuracy and start are distances; expected above 0 and at least 0")
        chosen = self._range(method)
        factor = chosen.factor(chosen.best_step.exact if step is None else step)
        if not projected:
            self._require_start(method, distance)
        elif not chosen.steps.projected or self.claims.promises.equilibrium is None:
            raise ValueError(f"this certificate promises nothing for {method} with projection")
        return steps_needed(factor.exact, target / distance) if distance > target else 0

    def time_to(self, accuracy: Number, start: Number) -> Upper:
        """T7: how long the flow takes from distance `start` to `accuracy`, rounded up."""
        target, distance = exact(accuracy), exact(start)
        if not (target > 0 and distance >= 0):
            raise ValueError("accuracy and start are distances; expected above 0 and at least 0")
        self._require_start("flow", distance)
        if distance <= target:
            return Upper(0)
        return Upper(round_up(log_above(distance / target) / self.claims.margin, 12))

    def noise_floor(self, sigma: Number, step: Number) -> Upper:
        """T15: where √E‖x − x*‖²_M settles at most, for Euler with unbiased noise.

        sigma: with E‖ξ‖²_M ≤ sigma² at every point. Iterates are kept in the region by projection,
        or it is all of R^n; not for RK4.
        """
        euler = self._noisy_euler()
        h, s = in_range(step, euler.steps.step_max), _positive(sigma, "sigma")
        q = euler.factor(h).exact
        return Upper(root_above((h * s) ** 2 / (1 - q**2)))

    def step_for_accuracy(self, sigma: Number, accuracy: Number) -> Lower:
        """T15: an Euler step whose noise floor is at most the accuracy; the longest known.

        Up to the best step the factor is at most 1 − sh, s = (1 − q)/best, which makes the floor
        h sigma²/(2s − s²h) ≤ accuracy².
        """
        euler = self._noisy_euler()
        noise, wanted = _positive(sigma, "sigma"), _positive(accuracy, "accuracy")
        best = euler.steps.best_step
        s = (1 - euler.steps.factor_at_best) / best
        return Lower(min(best, 2 * s * wanted**2 / (noise**2 + s**2 * wanted**2)))

    def asynchronous(self) -> Asynchronous:
        """T16, from the structural witness x with A x ≥ a x, a > 0."""
        x, shrink, _ = self._small_gain()
        self._require_symmetric()
        sums = [
            Fraction(low) + Fraction(high)
            for low, high in zip(
                self.claims.curvature_lower, self.claims.curvature_upper, strict=True
            )
        ]
        if min(sums) <= 0:
            raise ValueError("some μ_i + Λ_i is not above 0: no step is promised for stale reads")
        return Asynchronous(
            step_max=Lower(min(2 / total for total in sums)),
            rate=Lower(shrink),
            vector=tuple(x),
            radius=self._sup_radius(x),
        )

    def best_response(self) -> BestResponse:
        """T16: L u ≤ q diag(μ) u, at the same x."""
        x, _, factor = self._small_gain()
        self._require_symmetric()
        return BestResponse(factor=Upper(factor), vector=tuple(x), radius=self._sup_radius(x))

    def implicit_factor(self, step: Number) -> Upper:
        """T23: 1/(1 + hα) for x⁺ = x − hF(x⁺), any h > 0, inside the flow's start set."""
        h = _positive(step, "step")
        self._start_radius("flow")
        return Upper(1 / (1 + h * self.claims.margin))

    # ---- what these rest on

    def _range(self, method: str) -> StepRange | SlowRange:
        claims, promises = self.claims, self.claims.promises
        runs = {
            "euler": claims.euler,
            "rk4": claims.rk4,
            "rk4_equilibrium": claims.rk4_equilibrium,
        }
        slow = {"extragradient": promises.extragradient, "optimistic": promises.optimistic}
        if (steps := runs.get(method)) is not None:
            return StepRange(method, steps)
        if (towards := slow.get(method)) is not None:
            return SlowRange(method, towards, claims.margin)
        if method in runs or method in slow:
            raise ValueError(f"this certificate holds no steps of {method}")
        raise ValueError(f"method is {method!r}; expected one of {', '.join((*runs, *slow))}")

    def _require_start(self, method: str, distance: Fraction) -> None:
        radius = self._start_radius(method)
        if radius is not None and distance > radius:
            raise ValueError(
                f"nothing is promised for a start at distance {to_text(distance)}: the certified"
                f" start set of {method} has radius {Lower(radius)}"
            )

    def _start_radius(self, method: str) -> Fraction | None:
        basin, found = self.claims.promises.basin, self.claims.promises.equilibrium
        if found is not None and found.kind == "boundary":
            raise ValueError(
                f"F has no zero in the region: nothing is promised for {method} without projection"
            )
        if basin is None or method not in basin.radii:
            raise ValueError(f"no start set is certified for {method}: nothing is promised")
        return basin.radii[method]

    def _noisy_euler(self) -> StepRange:
        claims = self.claims
        if claims.euler is None:
            raise ValueError("this certificate holds no Euler steps")
        if not (claims.euler.projected or isinstance(claims.region, Space)):
            raise ValueError(
                "noise may leave the region: a bound needs projection to a box in a metric of"
                " weights, or all of R^n as the region"
            )
        return StepRange("euler", claims.euler)

    def _small_gain(self) -> tuple[list[Fraction], Fraction, Fraction]:
        """x, the largest a with A x ≥ a x, and the least q with L x ≤ q diag(μ) x."""
        claims, L = self.claims, self.claims.coupling_upper
        x = [Fraction(v) for v in claims.witnesses["structural"]]
        mu = [Fraction(v) for v in claims.curvature_lower]
        acting = np.full(len(x), Fraction(0), dtype=object)
        np.add.at(acting, L.rows, np.array([Fraction(v) for v in L.values]) * _at(x, L.cols))
        shrink = min(m - total / v for m, total, v in zip(mu, acting, x, strict=True))
        if min(mu) <= 0 or shrink <= 0:
            raise ValueError(
                "the block bounds alone do not contract (the structural margin is not positive):"
                " nothing is promised for stale reads or best responses"
            )
        factor = max(total / (m * v) for m, total, v in zip(mu, acting, x, strict=True))
        return x, shrink, factor

    def _require_symmetric(self) -> None:
        game, evidence = self.claims.game, self.claims.evidence
        assumed = game is None and evidence.get("symmetric") is True
        if not (assumed or (game is not None and own_symmetric(game))):
            raise ValueError(
                "some J_ii is not symmetric, or not known to be: T16 needs costs, not a field"
            )

    def _sup_radius(self, x: Sequence[Fraction]) -> Lower | None:
        """The largest r with {max_i ‖v_i − x_i*‖/x_i ≤ r} in the region (T16)."""
        found, region, game = self.claims.promises.equilibrium, self.claims.region, self.claims.game
        if isinstance(region, Space):
            return None
        if found is None or not found.is_zero or not isinstance(region, Box) or game is None:
            raise ValueError("no equilibrium inside a region is certified to start near")
        if region.ball is not None:
            raise ValueError("no start set in this norm is certified inside a ball")
        sizes = player_sizes(game)
        reach, room = half_widths(self.claims.metric, sizes), room_round(found, region)
        each = [v for v, size in zip(x, sizes, strict=True) for _ in range(size)]
        limits = [
            (gap - found.error * own) / v for gap, own, v in zip(room, reach, each, strict=True)
        ]
        return Lower(max(min(limits), Fraction(0)))


def _positive(value: Number, name: str) -> Fraction:
    number = exact(value)
    if number <= 0:
        raise ValueError(f"{name} is {to_text(number)}; expected above 0")
    return number


def _at(values: Sequence[Fraction], places: Vector) -> Any:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array[places]
