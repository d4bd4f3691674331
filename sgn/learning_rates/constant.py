"""Learning rates that are constant, one a player: certified, and the best of them (T17)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from certificates.certificate import Certificate, Refusal
from certificates.kernel.theorems.hypotheses import Hypothesis, Theorem
from games.game import Game
from games.language.number import Number, float_enclosure
from games.rates import with_rates
from games.regions.shapes import Region
from sgn.bounds.bounds import Bounds
from sgn.certify import certify
from sgn.learning_rates.varying import time_varying_rates
from sgn.metrics.large_weights import perron_of
from sgn.metrics.weights import best_margin
from sgn.steps.euler import minimise

FloatArray = NDArray[np.float64]
SEARCHED = 300  # players up to which the best common rate is searched for
INSIDE = 1 - 1e-12  # of the best rates, so that rounding leaves them within T22's limit
SMALLEST = 1e-300  # factor whose logarithm is taken


def certify_rates(
    game: Game, region: Region | None = None, *, rates: Sequence[Number]
) -> Certificate | Refusal:
    """T17: certify play in which player i moves at its own constant rate η_i.

    The certificate is that of `with_rates(game, rates)`, the same play as a game of its own, which
    stands in the document: with its rates, or as functions that cannot be written down, and then it
    is estimated. For other options call certify with that game. Steps h are factors of the rates.
    Arguments and errors as of with_rates and certify.

    >>> import games
    >>> toy = games.QuadraticGame([[1.0, 10.0], [0.05, 1.0]], sizes=[1, 1])
    >>> certify_rates(toy, rates=[1, 200]).weights[1] == 1  # T17: the metric is w_i/η_i
    True
    """
    return certify(with_rates(game, rates), region)


@final
@dataclass(frozen=True, eq=False)
class BestRates:
    """Rates with the least factor per step of play, beside what one common rate reaches.

    rates: η_i (N,), to be played with step 1. factor: an upper bound of the factor per step that
    is proved from the bounds (T22: between any two runs in their region). common_factor: ρ(N) of T9
    at the best common rate, common_rate, to about 1e-9; for more than 300 players at the least of
    the rates. evidence: of the bounds: what rests on sampled ones is an estimate.
    """

    rates: FloatArray
    factor: float
    common_rate: float
    common_factor: float
    evidence: str

    @property
    def gain(self) -> float:
        """How many steps at the common rate do what one step at these rates does."""
        if self.factor <= 0:
            return math.inf
        return math.log(self.factor) / math.log(max(self.common_factor, SMALLEST))


@final
@dataclass(frozen=True)
class Rated:
    """A game by its bounds, to which the best rates are asked for."""

    bounds: Bounds

    @cached_property
    def level(self) -> float:
        """α*, in floating point."""
        return perron_of(self.bounds.curvature_lower, self.bounds.coupling_upper).level


BEST_RATES: Theorem[Rated] = Theorem(
    "T17",
    "best rates",
    (
        Hypothesis(
            "every J_ii is symmetric",
            lambda asked: asked.bounds.symmetric,
            "some J_ii may not be symmetric; the best rates are known for costs only",
        ),
        Hypothesis(
            "α* > 0",
            lambda asked: asked.level > 0,
            "the best margin is not positive: no rates contract unless it is",
        ),
    ),
)


def best_rates(bounds: Bounds) -> BestRates:
    """T17: η_i = 2/(μ_i + Λ_i) minimises ρ(N), the structural factor of one step, over all rates.

    Below that rate, what a player's row of Nx loses outweighs what it gains, since (Ax)_i > 0 at
    the Perron vector of a contracting N; above it every entry of the row grows (docs/theory.md).
    Raises ValueError unless α* > 0 and every J_ii is symmetric.

    >>> best = best_rates(Bounds.given([1, 100], [[0, 1], [1, 0]], [3, 100]))
    >>> best.rates.round(6), round(best.factor, 4), round(best.gain, 1)
    (array([0.5 , 0.01]), 0.5098, 41.1)
    """
    BEST_RATES.require(Rated(bounds))
    rates = INSIDE * 2 / (bounds.curvature_lower + bounds.curvature_upper)
    proved = time_varying_rates(bounds.with_rates(rates))
    factor = float_enclosure(proved.euler_factor(1, [1] * bounds.size))[1]
    common = least = float(rates.min())
    if bounds.size <= SEARCHED:  # the search is good to about 1e-4 of its interval, so twice
        around = minimise(partial(_radius, bounds), least, float(rates.max()))
        reach = 1e-3 * float(np.ptp(rates))
        low = max(least, around - reach)
        common = minimise(partial(_radius, bounds), low, around + reach)
    return BestRates(rates, factor, common, _radius(bounds, common), bounds.evidence)


def _radius(bounds: Bounds, rate: float) -> float:
    """T9: ρ(N) of a step at a common rate; −ρ(N) is T2's α* of diag(−N_ii) − hL."""
    low, high = bounds.curvature_lower, bounds.curvature_upper
    own = -np.maximum(np.abs(1 - rate * low), np.abs(1 - rate * high))
    return -best_margin(Bounds.given(own, rate * bounds.coupling_upper, own))


@final
@dataclass(frozen=True)
class Reweighted:
    """Weights that certify a game, and rates at which it is to be played."""

    weights: FloatArray
    rates: FloatArray

    @property
    def quotients(self) -> FloatArray:
        """w_i/η_i."""
        with np.errstate(all="ignore"):
            return np.asarray(self.weights / self.rates)


def _all_positive(values: FloatArray) -> bool:
    return bool(((values > 0) & np.isfinite(values)).all())


METRIC_AT_RATES: Theorem[Reweighted] = Theorem(
    "T17",
    "metric at rates",
    (
        Hypothesis(
            "w > 0",
            lambda asked: _all_positive(asked.weights),
            "some weight is not a finite number above 0",
        ),
        Hypothesis(
            "η > 0",
            lambda asked: _all_positive(asked.rates),
            "some rate is not a finite number above 0",
        ),
        Hypothesis(
            "w_i/η_i are numbers",
            lambda asked: _all_positive(asked.quotients),
            "some w_i/η_i is too large or too small for a float; scale weights or rates",
            given=("w > 0", "η > 0"),
        ),
    ),
)


def rates_in_metric(weights: ArrayLike, rates: ArrayLike) -> FloatArray:
    """T17: the weights w_i/η_i in which play at rates η contracts, where w certifies the game.

    weights, rates: (N,), positive. sym(M(w/η)diag(η)J) = sym(M(w)J), so the same inequality says
    both, and the sign of the margin does not change. With w = η the new metric is Euclidean. Each
    to the nearest float. Raises ValueError for whatever is not positive, and unlike lengths.

    >>> rates_in_metric([1, 200], [1, 200])
    array([1., 1.])
    """
    asked = Reweighted(np.asarray(weights, dtype=float), np.asarray(rates, dtype=float))
    if asked.weights.ndim != 1 or asked.weights.shape != asked.rates.shape:
        raise ValueError(
            f"weights have shape {asked.weights.shape} and rates {asked.rates.shape}; expected one"
            " of each per player"
        )
    METRIC_AT_RATES.require(asked)
    return asked.quotients


THEOREMS = (BEST_RATES, METRIC_AT_RATES)
