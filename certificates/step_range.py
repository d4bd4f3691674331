"""Certified steps as a user asks for them: ranges of h with a factor for each."""

from dataclasses import dataclass
from fractions import Fraction
from typing import final

from certificates.kernel.document.metric import Metric
from certificates.kernel.document.promises import SlowSteps
from certificates.kernel.document.steps import Steps
from certificates.safe import Lower, Upper, labelled, root_above
from games.language.number import Number, exact, to_text


@final
@dataclass(frozen=True)
class StepRange:
    """The certified steps h of one method: every h in (0, step_max] contracts in `metric`.

    verdict: of the certificate: proved, estimated or conditional.
    """

    method: str
    steps: Steps
    verdict: str

    def __repr__(self) -> str:
        return _range_text(self.method, self.step_max, self.verdict)

    @property
    def basis(self) -> str:
        """structural | direct | sector (Euler); constant | sector | near-linear (RK4)."""
        return self.steps.basis

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
    def projected(self) -> bool:
        """Whether it holds as well with every point projected to the region (T7)."""
        return self.steps.projected

    @property
    def unprojected(self) -> bool:
        """Whether it holds without projection: yes, while runs and stages stay in the region."""
        return True

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
        if self.steps.cover is None:
            return Upper(self._interpolated(h), verdict=self.verdict)
        return Upper(root_above(self.steps.cover.square_at(h)), verdict=self.verdict)

    def _interpolated(self, h: Fraction) -> Fraction:
        """Convexity in h (T8, T9, T10): below the chords through 0, best and largest step."""
        best, largest = self.steps.best_step, self.steps.step_max
        at_best, at_max = self.steps.factor_at_best, self.steps.factor_at_max
        at_max = Fraction(1) if at_max is None else at_max
        if h <= best:
            return 1 - (1 - at_best) * h / best
        return at_best + (at_max - at_best) * (h - best) / (largest - best)


@final
@dataclass(frozen=True)
class SlowRange:
    """Steps towards the equilibrium with squared factor 1 − hα, in the certificate's metric (T20).

    The factor is per step: of extragradient for each step, of optimistic gradient over many: k
    steps shrink the distance by factor^k, if its first step reads the gradient where it starts.
    verdict: of the certificate: proved, estimated or conditional.
    """

    method: str
    steps: SlowSteps
    margin: Fraction
    verdict: str

    def __repr__(self) -> str:
        return _range_text(self.method, self.step_max, self.verdict)

    @property
    def step_max(self) -> Lower:
        return Lower(self.steps.step_max, verdict=self.verdict)

    @property
    def best_step(self) -> Lower:
        return Lower(self.steps.best_step, verdict=self.verdict)

    @property
    def factor_at_best(self) -> Upper:
        return Upper(self.steps.factor_at_best, verdict=self.verdict)

    @property
    def projected(self) -> bool:
        """Whether it holds with every point projected to X, towards the solution of VI(F, X)."""
        return self.steps.projected

    @property
    def unprojected(self) -> bool:
        """Whether it holds without projection, towards a zero of F; if not, projected alone."""
        return self.steps.unprojected

    def factor(self, step: Number) -> Upper:
        """√(1 − hα), rounded up; ValueError outside (0, step_max]."""
        h = in_range(step, self.steps.step_max)
        return Upper(root_above(1 - h * self.margin), verdict=self.verdict)


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
