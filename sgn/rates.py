"""Learning rates: constant ones per player (T17), the best of them, and rates that vary (T22)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from certificates.certificate import Certificate, Refusal
from certificates.check_structural import positive_vector_holds
from certificates.claims import Coupling
from games.game import Game
from games.number import Number, exact, float_enclosure
from games.rates import with_rates
from games.region import Region
from sgn.bounds.bounds import Bounds
from sgn.certify import certify
from sgn.euler import minimise
from sgn.large_weights import perron_of
from sgn.weights import best_margin

FloatArray = NDArray[np.float64]
SHAVE = 1e-12  # of the scale: a below the level of its vector, above the rounding of the level
SEARCHED = 300  # players up to which the best common rate is searched for
INSIDE = 1 - 1e-12  # of the best rates, so that rounding leaves them within T22's limit


def certify_rates(
    game: Game, region: Region | None = None, *, rates: Sequence[Number]
) -> Certificate | Refusal:
    """T17: certify play in which player i moves at its own constant rate η_i.

    The certificate is that of `with_rates(game, rates)`, the same play as a game of its own; for
    other options call certify with that. Steps h are factors of the rates.
    Arguments and errors as of with_rates and certify.

    >>> import games
    >>> toy = games.QuadraticGame([[1.0, 10.0], [0.05, 1.0]], sizes=[1, 1])
    >>> certify_rates(toy, rates=[1, 200]).weights[1] == 1  # T17: the metric is w_i/η_i
    True
    """
    return certify(with_rates(game, rates), region)


@final
@dataclass(frozen=True, eq=False)
class TimeVaryingRates:
    """T22: what one vector proves for any rates η_i(t) ≥ η_min > 0, checked when it is made.

    bounds: μ, Λ and L; vector: x > 0 (N,) with Ax ≥ ax, A = diag(μ) − L, in exact arithmetic;
    contraction: a > 0. least_rate: η_min.
    Then max_i ‖v_i − x_i*‖/x_i decays at least like exp(−decay·t) along v_i' = −η_i(t)F_i(v), and
    shrinks by euler_factor in a step of gradient play, however the rates vary.
    Raises ValueError for numbers with which that does not hold.

    >>> toy = Bounds.given([1, 1], [[0, 0.5], [0.5, 0]], [2, 2])
    >>> proved = TimeVaryingRates(toy, np.ones(2), Fraction(1, 2), Fraction(1, 10))
    >>> proved.decay, proved.euler_factor(1, largest=[0.5, 0.5])
    (Fraction(1, 20), Fraction(19, 20))
    """

    bounds: Bounds
    vector: FloatArray
    contraction: Fraction
    least_rate: Fraction

    def __post_init__(self) -> None:
        if self.vector.shape != (self.bounds.size,):
            raise ValueError(
                f"vector has shape {self.vector.shape}; expected ({self.bounds.size},)"
            )
        for what in ("contraction", "least_rate"):
            value = getattr(self, what)
            if value <= 0:
                raise ValueError(f"{what} is {value}; expected a positive number")
        L = self.bounds.coupling_upper.tocoo()
        rows, cols = (part.astype(np.int64) for part in L.coords)
        mu, a = self.bounds.curvature_lower, self.contraction
        coupling = Coupling(rows, cols, L.data)
        finite = bool(np.isfinite(self.vector).all())
        if not (finite and positive_vector_holds(mu, coupling, self.vector, a)):
            raise ValueError(f"the vector does not prove the contraction {float(a):.6g}")
        self.vector.flags.writeable = False

    @property
    def decay(self) -> Fraction:
        """aη_min, the rate of decay of the flow."""
        return self.contraction * self.least_rate

    @property
    def step_limits(self) -> FloatArray:
        """2/(μ_i + Λ_i) (N,), rounded down: what hη_i(t) may be at most in a step of play."""
        total = self.bounds.curvature_lower + self.bounds.curvature_upper
        return np.nextafter(2 / np.nextafter(total, np.inf), 0)

    def euler_factor(self, step: Number, largest: Sequence[Number]) -> Fraction:
        """1 − haη_min, for steps h while every η_i(t) is at most largest[i].

        Raises ValueError where h·largest[i] exceeds 2/(μ_i + Λ_i), a largest rate is below η_min,
        or some J_ii may not be symmetric.
        """
        if not self.bounds.symmetric:
            raise ValueError("some J_ii may not be symmetric; only the flow is covered then")
        h, rates = exact(step), [exact(rate) for rate in largest]
        if h <= 0 or len(rates) != self.bounds.size or min(rates) < self.least_rate:
            raise ValueError(
                f"expected a positive step and {self.bounds.size} largest rates, none below"
                f" {self.least_rate}"
            )
        low, high = self.bounds.curvature_lower, self.bounds.curvature_upper
        for i, rate in enumerate(rates):
            if h * rate * (Fraction(float(low[i])) + Fraction(float(high[i]))) > 2:
                raise ValueError(
                    f"step times largest[{i}] is {float(h * rate):.6g}; expected at most"
                    f" 2/(μ + Λ) = {self.step_limits[i]:.6g}"
                )
        return 1 - h * self.decay


def time_varying_rates(bounds: Bounds, least_rate: Number = 1) -> TimeVaryingRates:
    """T22 at its best: the vector near the Perron vector of A = diag(μ) − L, a just below α*.

    Raises ValueError unless α* > 0 and the least rate is positive.

    >>> toy = Bounds.given([1, 1], [[0, 10], [0.05, 0]], [1, 1])
    >>> round(float(time_varying_rates(toy, 0.5).decay), 9)
    0.146446609
    """
    found = perron_of(bounds.curvature_lower, bounds.coupling_upper)
    scale = float(np.abs(bounds.curvature_lower).max())
    a = found.level - SHAVE * max(scale, scale - found.level)
    if not a > 0:
        raise ValueError(
            f"the best margin is {found.level:.6g}; rates that vary need a positive one"
        )
    return TimeVaryingRates(bounds, found.vector, Fraction(a), exact(least_rate))


@final
@dataclass(frozen=True, eq=False)
class BestRates:
    """Rates with the least factor per step of play, beside what one common rate reaches.

    rates: η_i (N,), to be played with step 1. factor: a proved upper bound of the factor per step
    (T22). common_factor: ρ(N) of T9 at the best common rate, common_rate, to about 1e-9; for more
    than 300 players at the least of the rates.
    """

    rates: FloatArray
    factor: float
    common_rate: float
    common_factor: float

    @property
    def gain(self) -> float:
        """How many steps at the common rate do what one step at these rates does."""
        return math.log(self.factor) / math.log(self.common_factor) if self.factor > 0 else math.inf


def best_rates(bounds: Bounds) -> BestRates:
    """T17: η_i = 2/(μ_i + Λ_i) minimises ρ(N), the structural factor of one step, over all rates.

    Below that rate, what a player's row of Nx loses outweighs what it gains, since (Ax)_i > 0 at
    the Perron vector of a contracting N; above it every entry of the row grows (docs/theory.md).
    Raises ValueError unless α* > 0 and every J_ii is symmetric.

    >>> best = best_rates(Bounds.given([1, 100], [[0, 1], [1, 0]], [3, 100]))
    >>> best.rates.round(6), round(best.factor, 4), round(best.gain, 1)
    (array([0.5 , 0.01]), 0.5098, 41.1)
    """
    if not bounds.symmetric:
        raise ValueError("some J_ii may not be symmetric; the best rates are known for costs only")
    margin = perron_of(bounds.curvature_lower, bounds.coupling_upper).level
    if not margin > 0:
        raise ValueError(
            f"the best margin is {margin:.6g}; no rates contract unless it is positive"
        )
    rates = INSIDE * 2 / (bounds.curvature_lower + bounds.curvature_upper)
    proved = time_varying_rates(bounds.with_rates(rates))
    factor = float_enclosure(proved.euler_factor(1, [1] * bounds.size))[1]
    common = least = float(rates.min())
    if bounds.size <= SEARCHED:  # the search is good to about 1e-4 of its interval, so twice
        around = minimise(partial(_radius, bounds), least, float(rates.max()))
        reach = 1e-3 * float(np.ptp(rates))
        low = max(least, around - reach)
        common = minimise(partial(_radius, bounds), low, around + reach)
    return BestRates(rates, factor, common, _radius(bounds, common))


def _radius(bounds: Bounds, rate: float) -> float:
    """T9: ρ(N) of a step at a common rate; −ρ(N) is T2's α* of diag(−N_ii) − hL."""
    low, high = bounds.curvature_lower, bounds.curvature_upper
    own = -np.maximum(np.abs(1 - rate * low), np.abs(1 - rate * high))
    return -best_margin(Bounds.given(own, rate * bounds.coupling_upper, own))


def rates_in_metric(weights: ArrayLike, rates: ArrayLike) -> FloatArray:
    """T17: the weights w_i/η_i in which play at rates η contracts, where w certifies the game.

    weights, rates: (N,), positive. sym(M(w/η)diag(η)J) = sym(M(w)J), so the same inequality says
    both, and the sign of the margin does not change. With w = η the new metric is Euclidean.

    >>> rates_in_metric([1, 200], [1, 200])
    array([1., 1.])
    """
    ratios: FloatArray = np.asarray(weights, dtype=float) / np.asarray(rates, dtype=float)
    return ratios
