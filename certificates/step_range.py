"""Certified steps as a user asks for them: ranges of h with a factor for each."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import final

from certificates.kernel.claims import Claims, Steps
from certificates.kernel.document.metric import Metric
from certificates.kernel.uncheckable import Uncheckable
from certificates.methods import METHODS, is_projected, steps_of
from certificates.safe import Lower, Upper, labelled
from games.language.number import Number, exact, to_text


@final
@dataclass(frozen=True)
class StepRange:
    """The certified steps h of one method: every h in (0, step_max] contracts in `metric`.

    Between any two runs, or towards the equilibrium alone (`towards`): then the factor is per step
    of extragradient and RK4, and over many of optimistic gradient and other methods that store
    gradients or points: k steps shrink the distance by constant·factor^k if the first step reads
    the gradient where it starts.

    verdict: of the certificate: proved, estimated or conditional. projected: whether the steps hold
    as well with every point projected to the region (T7, T20).
    """

    method: str
    steps: Steps
    verdict: str
    projected: bool = False
    claims: Claims | None = field(default=None, repr=False)

    def __repr__(self) -> str:
        return _range_text(self.method, self.step_max, self.verdict)

    @property
    def basis(self) -> str:
        """structural | direct | sector (Euler); constant | sector | near-linear (RK4); sector."""
        return self.steps.basis

    @property
    def towards(self) -> bool:
        """Whether the steps are towards the equilibrium, not between any two runs."""
        return self.steps.towards

    @property
    def step_max(self) -> Lower:
        return Lower(self.steps.step_max, verdict=self.verdict)

    @property
    def best_step(self) -> Lower:
        """The step with the smallest factor known."""
        return Lower(self.steps.best_step, verdict=self.verdict)

    @property
    def factor_at_best(self) -> Upper:
        return Upper(self.steps.factor_at_best, verdict=self.verdict)

    @property
    def constant(self) -> Upper:
        """C at the best step: k steps multiply distances by at most C·factor^k; mostly 1."""
        return self.constant_at(self.steps.best_step)

    def constant_at(self, step: Number) -> Upper:
        """C at one step h; ValueError outside (0, step_max]."""
        h = in_range(step, self.steps.step_max)
        try:
            found = Fraction(1) if self.claims is None else self.steps.constant(self.claims, h)
        except Uncheckable as error:  # of a certificate that does not hold
            raise ValueError(f"no constant is known: {error}") from None
        return Upper(found, verdict=self.verdict)

    @property
    def unprojected(self) -> bool:
        """Whether it holds without projection, while runs, stages and midpoints stay in the region.

        If not, the steps are those of projected play alone.
        """
        return self.steps.unprojected

    @property
    def metric(self) -> Metric:
        """The metric in which these steps contract."""
        return self.steps.metric

    @property
    def weights(self) -> tuple[Fraction, ...]:
        """w where that metric is M(w), one a player; ValueError where it is no scalar metric."""
        return weights_of(self.steps.metric)

    def factor(self, step: Number) -> Upper:
        """An upper bound of the factor of one step h; ValueError outside (0, step_max]."""
        h = in_range(step, self.steps.step_max)
        if h == self.steps.best_step:
            return self.factor_at_best
        return Upper(self.steps.factor(h), verdict=self.verdict)


def range_of(claims: Claims, key: str) -> StepRange | None:
    """The certified steps of a method of the table, if there are any."""
    steps = steps_of(claims, key)
    if steps is None:
        return None
    projected = is_projected(claims, steps)
    return StepRange(METHODS[key].name, steps, claims.verdict, projected, claims)


def _range_text(method: str, step_max: Lower, verdict: str) -> str:
    return labelled(f"<steps of {method}: every h up to {step_max}>", verdict)


def in_range(step: Number, largest: Fraction) -> Fraction:
    """The step as a rational; ValueError outside (0, largest]."""
    h = exact(step)
    if not 0 < h <= largest:
        raise ValueError(f"step {to_text(h)} is outside the certified range (0, {Lower(largest)}]")
    return h


def weights_of(metric: Metric) -> tuple[Fraction, ...]:
    if metric.kind != "scalar":
        raise ValueError(
            f"the metric is of kind {metric.kind} and has no weights; see .metric for its matrices"
        )
    return tuple(Fraction(w) for w in metric.weights)
