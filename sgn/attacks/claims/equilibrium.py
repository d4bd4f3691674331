"""What is claimed of the equilibrium (T13): where it is, and what it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from certificates.equilibrium import Equilibrium
from certificates.kernel.claims import Claims
from games.markov.logit_game import LogitGame
from sgn.attacks.claims.numbers import contradiction
from sgn.attacks.claims.objectives import AtPoint, Objective
from sgn.attacks.subject.costs import AlongField, Costs, PolicyCosts, costs_of, moved
from sgn.attacks.subject.jacobians import GameSubject, point_text
from sgn.attacks.subject.measures import Asymmetry, Frame
from sgn.attacks.subject.precise import ball, column, entries
from sgn.attacks.subject.solution import Solution

Floats = NDArray[np.float64]
WIDE = 8.0  # how far a player of a game on all of R^n, or of one in logits, is moved
EVERYWHERE = ("nash", "quantal-response")
NASH = ("restricted-nash", *EVERYWHERE)


def equilibrium_claims(
    claims: Claims, found: Equilibrium, solution: Solution, frame: Frame
) -> Iterator[Objective]:
    """Distance, zero or none, and that no player gains by moving alone."""
    yield AtSolution(
        claim="equilibrium",
        detail="error",
        theorem="T13",
        claimed=found.error,
        upper=True,
        solution=solution,
        frame=frame,
        point=tuple(Fraction(v) for v in found.point),
    )
    for zero, is_said in ((True, found.is_zero), (False, found.kind == "boundary")):
        if is_said:
            yield OfItsKind(
                claim=f"equilibrium, {'a zero' if zero else 'no zero'} of F",
                detail="",
                theorem="T13",
                claimed=Fraction(0),
                upper=True,
                solution=solution,
                zero=zero,
                uniquely=claims.metric.kind == "scalar",
            )
    policies = isinstance(solution.subject.game, LogitGame)
    if found.kind == "quantal-response" and not policies:
        said = "the players of this game have no policies"
        yield contradiction("equilibrium, a quantal response", "T13", said)
    elif found.kind in NASH or _solves_game(claims, found, solution.subject):
        yield from _nash(found, solution)


def _solves_game(claims: Claims, found: Equilibrium, subject: GameSubject) -> bool:
    """Whether the solution of VI(F, X) is called a Nash equilibrium: of costs, convex, on a box."""
    convex = all(Fraction(mu) >= 0 for mu in claims.bounds.curvature_lower)
    costs = subject.game.symmetric and claims.metric.kind == "scalar"
    return not found.is_zero and convex and costs and subject.sphere is None


def _nash(found: Equilibrium, solution: Solution) -> Iterator[Objective]:
    """Of each player; where only F is known, that it can be made of costs at all."""
    subject, costs = solution.subject, costs_of(solution.subject.game)
    for player, own in enumerate(subject.slices):
        common: dict[str, Any] = {
            "detail": subject.game.players[player].name,
            "theorem": "T13",
            "claimed": Fraction(0),
            "upper": True,
            "scale": Fraction(1),
        }
        if isinstance(costs, AlongField):
            name, turn = "equilibrium, of costs", Asymmetry(own)
            yield AtPoint(claim=name, subject=subject, measure=turn, **common)
        yield Unilateral(
            claim="equilibrium, Nash",
            solution=solution,
            costs=costs,
            player=player,
            everywhere=found.kind in EVERYWHERE or subject.region is None,
            **common,
        )


@final
@dataclass(frozen=True, eq=False, kw_only=True)
class AtSolution(Objective):
    """The distance of the claimed point to the solution."""

    solution: Solution
    frame: Frame
    point: tuple[Fraction, ...]

    @property
    def dimension(self) -> int:
        return 0

    def _distance(self) -> Any:
        return self.frame.square(column(self.point) - self.solution.known).abs_lower().sqrt()

    def values(self, places: Floats) -> Floats:
        return np.full(len(places), float(self._distance().lower()))

    def broken(self, place: Floats) -> bool:
        return bool(self._distance() > ball(self.claimed))

    def describe(self, place: Floats) -> str:
        return f"from {point_text(self.solution.floats)}"


@final
@dataclass(frozen=True, eq=False, kw_only=True)
class OfItsKind(Objective):
    """‖F‖ where a zero is claimed; 1 where none is, and there is one in the region.

    uniquely: the solution of VI(F, X) is the only one, so a zero could be no other point.
    """

    solution: Solution
    zero: bool
    uniquely: bool

    @property
    def dimension(self) -> int:
        return 0

    def values(self, places: Floats) -> Floats:
        F = self.solution.subject.game.pseudo_gradient(self.solution.floats)
        if not self.zero:
            return np.full(len(places), float(self.solution.is_zero is True))
        known = self.solution.is_zero is False and self.uniquely
        return np.full(len(places), float(np.linalg.norm(F)) if known else 0.0)

    def broken(self, place: Floats) -> bool:
        if not self.zero:
            return self.solution.is_zero is True
        subject = self.solution.subject
        F = entries(subject.exact_gradient(self.solution.known))
        return self.solution.is_zero is False and self.uniquely and any(abs(v) > 0 for v in F)

    def describe(self, place: Floats) -> str:
        return f"at {point_text(self.solution.floats)}"


@final
@dataclass(frozen=True, eq=False, kw_only=True)
class Unilateral(Objective):
    """How much less a player pays when it alone leaves the solution.

    everywhere: it may go anywhere, not only within the region.
    """

    solution: Solution
    costs: Costs
    player: int
    everywhere: bool

    @property
    def _own(self) -> slice:
        return self.solution.subject.slices[self.player]

    @property
    def dimension(self) -> int:
        return self.solution.subject.sizes[self.player]

    @property
    def seeds(self) -> Floats:
        """Near the solution, along the axes."""
        n, own = self.dimension, self.solution.floats[self._own]
        low, high = self._ends()
        middle = (own - low) / np.where(high > low, high - low, 1.0)
        ways = np.vstack([np.eye(n), -np.eye(n)])
        return np.vstack([np.clip(middle + reach * ways, 0.0, 1.0) for reach in (1e-3, 1e-1)])

    def _ends(self) -> Floats:
        own = self.solution.floats[self._own]
        if self.everywhere:
            scale = 1.0 if isinstance(self.costs, PolicyCosts) else 1 + np.abs(own)
            return np.array([own - WIDE * scale, own + WIDE * scale])
        return np.asarray(self.solution.subject.ends[:, self._own])

    def _values_of_own(self, places: Floats) -> Floats:
        low, high = self._ends()
        return np.asarray(np.clip(low + places * (high - low), low, high))

    def values(self, places: Floats) -> Floats:
        start = self.solution.floats
        points = np.repeat(start[None], len(places), axis=0)
        points[:, self._own] = self._values_of_own(places)
        gains = self.costs.gains(self.player, start, points)
        allowed = self.everywhere or self.solution.subject.inside(points)
        return np.where(allowed, gains, np.nan)

    def broken(self, place: Floats) -> bool:
        start, subject = self.solution.known, self.solution.subject
        end = moved(start, self._own, self._values_of_own(place[None])[0].tolist())
        region = subject.region
        inside = region is None or region.plain or subject.surely_inside(end)
        if not (self.everywhere or inside):
            return False
        return bool(self.costs.exact_gain(self.player, start, end) > ball(self.claimed))

    def describe(self, place: Floats) -> str:
        return f"by moving to {point_text(self._values_of_own(place[None])[0])}"
