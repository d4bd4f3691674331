"""Learning rates that vary in time (T22): what one positive vector proves for all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.coupling import Coupling
from certificates.kernel.inequalities.structural import positive_vector_holds
from certificates.kernel.theorems.hypotheses import Hypothesis, Theorem
from certificates.safe import Lower
from games.language.number import Number, exact
from sgn.bounds.bounds import Bounds
from sgn.metrics.large_weights import perron_of

FloatArray = NDArray[np.float64]
SHAVE = 1e-12  # of the scale: a below the level of its vector, above the rounding of the level


@final
@dataclass(frozen=True, eq=False, repr=False)
class TimeVaryingRates:
    """T22: what one vector proves for any rates η_i(t) ≥ η_min > 0, checked when it is made.

    bounds: μ, Λ and L on a convex region X; vector: x > 0 (N,) with Ax ≥ ax, A = diag(μ) − L, in
    exact arithmetic; contraction: a > 0. least_rate: η_min.
    For any two runs v, v' at the same rates, while both stay in X, max_i ‖v_i − v_i'‖/x_i decays
    at least like exp(−decay·t) along v_i' = −η_i(t)F_i(v), and shrinks by euler_factor in a step of
    gradient play, however the rates vary. A zero x* of F in X is such a run, so this is the
    distance to it as well; where X holds no zero, nothing is said of where play ends.
    It holds if the bounds do: `evidence` is theirs, and what rests on sampled ones is an estimate.
    Raises ValueError for numbers with which that does not hold.

    >>> toy = Bounds.given([1, 1], [[0, 0.5], [0.5, 0]], [2, 2])
    >>> proved = TimeVaryingRates(toy, np.ones(2), Fraction(1, 2), Fraction(1, 10))
    >>> proved.decay, proved.euler_factor(1, largest=[0.5, 0.5])
    (Fraction(1, 20), Fraction(19, 20))
    >>> proved
    <TimeVaryingRates: decay 0.05 if the bounds hold (assumed)>
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
        VARYING_FLOW.require(self)
        self.vector.flags.writeable = False

    def __repr__(self) -> str:
        decay = Lower(self.decay)
        return f"<TimeVaryingRates: decay {decay} if the bounds hold ({self.evidence})>"

    @property
    def evidence(self) -> str:
        """Of the bounds: exact, enclosed, sampled or assumed."""
        return self.bounds.evidence

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
        if len(largest) != self.bounds.size:
            raise ValueError(
                f"largest has {len(largest)} entries; expected {self.bounds.size}, one per player"
            )
        h, rates = exact(step), tuple(exact(rate) for rate in largest)
        VARYING_STEP.require(RatedStep(self, h, rates))
        return 1 - h * self.decay


@final
@dataclass(frozen=True)
class RatedStep:
    """A step h of play while every η_i(t) is at most largest[i]."""

    play: TimeVaryingRates
    step: Fraction
    largest: tuple[Fraction, ...]


def _vector_proves(play: TimeVaryingRates) -> bool:
    """Ax ≥ ax with x > 0, exactly."""
    L = play.bounds.coupling_upper.tocoo()
    rows, cols = (part.astype(np.int64) for part in L.coords)
    coupling = Coupling(rows, cols, L.data, play.bounds.size)
    mu, finite = play.bounds.curvature_lower, bool(np.isfinite(play.vector).all())
    return finite and positive_vector_holds(mu, coupling, play.vector, play.contraction)


def _is_short(asked: RatedStep) -> bool:
    bounds = asked.play.bounds
    return all(
        asked.step * rate * (Fraction(float(low)) + Fraction(float(high))) <= 2
        for rate, low, high in zip(
            asked.largest, bounds.curvature_lower, bounds.curvature_upper, strict=True
        )
    )


VARYING_FLOW: Theorem[TimeVaryingRates] = Theorem(
    "T22",
    "rates that vary, flow",
    (
        Hypothesis("a > 0", lambda play: play.contraction > 0, "the contraction is not above 0"),
        Hypothesis(
            "x > 0, Ax ≥ ax",
            _vector_proves,
            "the vector does not prove this contraction; time_varying_rates finds one that does",
        ),
        Hypothesis(
            "η_i(t) ≥ η_min > 0",
            lambda play: play.least_rate > 0,
            "the least rate is not above 0: a player who stands still may stay where it is",
        ),
    ),
)
VARYING_STEP: Theorem[RatedStep] = Theorem(
    "T22",
    "rates that vary, steps",
    (
        Hypothesis(
            "every J_ii is symmetric",
            lambda asked: asked.play.bounds.symmetric,
            "some J_ii may not be symmetric; only the flow is covered then",
        ),
        Hypothesis("h > 0", lambda asked: asked.step > 0, "the step is not above 0"),
        Hypothesis(
            "η_i ≥ η_min",
            lambda asked: min(asked.largest) >= asked.play.least_rate,
            "a largest rate is below the least one",
        ),
        Hypothesis(
            "hη_i ≤ 2/(μ_i + Λ_i)",
            _is_short,
            "step times largest rate exceeds 2/(μ_i + Λ_i) for some player; see step_limits",
        ),
    ),
)


def time_varying_rates(bounds: Bounds, least_rate: Number = 1) -> TimeVaryingRates:
    """T22 at its best: the vector near the Perron vector of A = diag(μ) − L, a just below α*.

    What it says is of pairs of runs, and of the distance to a zero of F if the region of the bounds
    holds one. Raises ValueError unless α* > 0 and the least rate is positive.

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


THEOREMS = (VARYING_FLOW, VARYING_STEP)
