"""The ladder of metrics: Euclidean, a weight a player, a matrix a player, one dense matrix.

Each rung holds the one below it. A strategy proposes metrics for Jacobians that stand for the
region; what they prove is found afterwards.
"""

import abc
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.metric import Kind, Metric
from games.game import Game
from games.markov.logit_game import LogitGame
from sgn.geometry import Geometry
from sgn.metrics.block_scalar import best_direct_weights
from sgn.metrics.matrices import (
    LARGEST_CONDITION,
    MAX_ENTRIES,
    best_matrix_metric,
    dense_metric,
    free_entries,
)
from sgn.pipeline.objectives import OBJECTIVES, Family, LargestMargin, Objective

FloatArray = NDArray[np.float64]
CLOSE = 0.002  # of the best score, given up for a better conditioned matrix
MIXTURES = (0.1, 0.3, 0.5, 0.7, 0.9)  # shares of one of two metrics in a third


class Strategy(abc.ABC):
    """One rung: which metrics are allowed."""

    name: ClassVar[str]

    @abc.abstractmethod
    def proposals(self, target: FloatArray, family: Family) -> list[Metric]:
        """Metrics with a large direct margin for the matrices (V, n, n)."""

    def adds_to_scalar(self, sizes: tuple[int, ...]) -> bool:
        """Whether it allows metrics that one weight a player does not."""
        return True

    def why_not(self, family: Family) -> str:
        """Why the rung cannot be tried; empty when it can."""
        return ""


@final
@dataclass(frozen=True)
class Euclidean(Strategy, Geometry):
    """As a metric, equal weights; as a geometry, plain gradients of the costs, whatever they are.

    Policies then follow the gradient in all logits, which is written in log-odds against action 0.

    >>> import games
    >>> Euclidean().of(games.catalogue.load("matching-pennies")).field
    'euclidean'
    """

    name: ClassVar[str] = "euclidean"

    def proposals(self, target: FloatArray, family: Family) -> list[Metric]:
        return [Metric.scalar(np.ones(len(family.slices)))]

    def adds_to_scalar(self, sizes: tuple[int, ...]) -> bool:
        return False

    def of(self, game: Game) -> Game:
        return game.with_field("euclidean") if isinstance(game, LogitGame) else game


@final
@dataclass(frozen=True)
class BlockScalar(Strategy):
    """One weight a player: the only rung that covers projected play on a product (T7)."""

    name: ClassVar[str] = "scalar"

    def proposals(self, target: FloatArray, family: Family) -> list[Metric]:
        start = np.ones(len(family.slices))
        return [Metric.scalar(best_direct_weights(target, family.slices, [start])[0])]

    def adds_to_scalar(self, sizes: tuple[int, ...]) -> bool:
        return False


@final
@dataclass(frozen=True)
class FullBlock(Strategy):
    """One matrix a player, by semidefinite programs."""

    name: ClassVar[str] = "block"

    def proposals(self, target: FloatArray, family: Family) -> list[Metric]:
        [start] = BlockScalar().proposals(target, family)
        return [best_matrix_metric(target, family.slices, family.sizes, start), start]

    def adds_to_scalar(self, sizes: tuple[int, ...]) -> bool:
        return max(sizes) > 1 and len(sizes) > 1

    def why_not(self, family: Family) -> str:
        return _too_large(free_entries(family.sizes))


@final
@dataclass(frozen=True)
class Dense(Strategy):
    """One matrix: for constant J by its eigenvectors, else by semidefinite programs."""

    name: ClassVar[str] = "dense"

    def proposals(self, target: FloatArray, family: Family) -> list[Metric]:
        if len(target) == 1:
            from sgn.metrics.spectral import dense_candidates

            if found := [dense_metric(M) for M in dense_candidates(target[0])]:
                return found
        [start] = BlockScalar().proposals(target, family)
        return [best_matrix_metric(target, family.slices, (sum(family.sizes),), start), start]

    def adds_to_scalar(self, sizes: tuple[int, ...]) -> bool:
        return sum(sizes) > 1

    def why_not(self, family: Family) -> str:
        return "" if family.is_one_matrix else _too_large(free_entries((sum(family.sizes),)))


STRATEGIES: dict[str, Strategy] = {
    each.name: each for each in (Euclidean(), BlockScalar(), FullBlock(), Dense())
}


@final
@dataclass(frozen=True)
class Choice:
    """Which kinds of metric are tried, in this order, until one certifies; and what for."""

    strategies: tuple[Strategy, ...]
    objective: Objective

    @property
    def is_automatic(self) -> bool:
        """Whether any margin will do: the whole ladder, and nothing but the margin is asked for."""
        return len(self.strategies) > 1 and isinstance(self.objective, LargestMargin)


def choice_of(metric: "str | Strategy", objective: str) -> Choice:
    """What `certify` is asked for. Raises ValueError for unknown names.

    metric: a name, a strategy, or "auto" for the whole ladder.
    """
    if objective not in OBJECTIVES:
        raise ValueError(f"objective is {objective!r}; expected one of {_listed(OBJECTIVES)}")
    if isinstance(metric, Strategy):
        return Choice((metric,), OBJECTIVES[objective])
    if metric == "auto":
        ladder = (BlockScalar(), FullBlock(), Dense())
        return Choice(ladder, OBJECTIVES[objective])
    if metric not in STRATEGIES:
        raise ValueError(f"metric is {metric!r}; expected one of {_listed(('auto', *STRATEGIES))}")
    return Choice((STRATEGIES[metric],), OBJECTIVES[objective])


def _listed(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in names)


def _too_large(entries: int) -> str:
    if entries <= MAX_ENTRIES:
        return ""
    return f"{entries} free entries; at most {MAX_ENTRIES} are searched"


def choose_metric(
    strategy: Strategy, objective: Objective, family: Family, known: tuple[Metric, ...] = ()
) -> Metric:
    """The metric of a rung that serves the objective best on the family; known: others to beat.

    >>> family = Family(np.array([[[1.0, 100.0], [0.0, 2.0]]]), (slice(0, 1), slice(1, 2)))
    >>> from sgn.pipeline.objectives import LongestEulerStep
    >>> metric = choose_metric(Dense(), LongestEulerStep(), family)
    >>> metric.kind, round(LongestEulerStep().score(metric, family), 6)
    ('dense', 1.0)
    """
    targets = objective.targets(family)
    first = [strategy.proposals(target, family) for target in targets]
    found = [*known, *(metric for proposals in first for metric in proposals)]
    if len(first) == 2:
        for one, other in zip(*(proposals[:2] for proposals in first), strict=False):
            found += _mixtures(one, other, family)
    usable = [metric for metric in found if metric.condition <= LARGEST_CONDITION] or found
    scores = [objective.score(metric, family) for metric in usable]
    top = max(scores)
    close = [m for m, score in zip(usable, scores, strict=True) if score >= top - CLOSE * abs(top)]
    if strategy.name in ("block", "dense"):
        return min(close, key=lambda metric: metric.condition)
    return usable[scores.index(top)]


def _mixtures(first: Metric, second: Metric, family: Family) -> Iterator[Metric]:
    """Between two metrics: geometric means of weights, sums of matrices."""
    kind = first.kind if second.kind == "scalar" else second.kind
    for share in MIXTURES:
        if kind == "scalar":
            yield Metric.scalar(first.weights ** (1 - share) * second.weights**share)
        else:
            pairs = zip(
                _matrices(first, kind, family), _matrices(second, kind, family), strict=True
            )
            yield Metric(kind, matrices=tuple((1 - share) * a + share * b for a, b in pairs))


def _matrices(metric: Metric, kind: Kind, family: Family) -> tuple[FloatArray, ...]:
    """The metric's matrices; those of weights as the kind has them, of trace n."""
    if metric.kind != "scalar":
        return metric.matrices
    M = dense_metric(metric.matrix(family.sizes)).matrices[0]
    return (M,) if kind == "dense" else tuple(M[own, own].copy() for own in family.slices)
