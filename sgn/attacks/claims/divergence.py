"""What is claimed of the KL divergence along the flow (T19), at policies of the region or at all.

K = Σ_i w_i D(π_i* ‖ π_i), a sum over players and states; p are the probabilities of the actions
but 0, and F̃ = ∂p/∂z. Along z' = −G(z): dK/dt = −⟨p − p*, W G(z)⟩.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from certificates.decay import Decay
from games.game import Game
from games.markov.logit_game import LogitGame
from sgn.attacks.claims.numbers import contradiction
from sgn.attacks.claims.objectives import Objective
from sgn.attacks.subject.attacked import Attacked
from sgn.attacks.subject.jacobians import GameSubject, point_text
from sgn.attacks.subject.measures import symmetric
from sgn.attacks.subject.precise import Balls, ball, column, entries, product
from sgn.attacks.subject.solution import Solution

Floats = NDArray[np.float64]
FARTHEST = 6.0  # logits of the policies looked at where all are claimed
APART = 1e-4  # from the equilibrium: nearer, a ratio of divergences is mostly rounding


@final
@dataclass(frozen=True, eq=False)
class Divergence:
    """One claim of a game: where it speaks, and what of it is computed exactly."""

    subject: GameSubject
    game: LogitGame
    decay: Decay

    @cached_property
    def weights(self) -> list[Fraction]:
        """w of each logit's player."""
        return [
            w for w, n in zip(self.decay.weights, self.game.sizes, strict=True) for _ in range(n)
        ]

    @cached_property
    def floats(self) -> Floats:
        return np.array([float(w) for w in self.weights])

    def points(self, places: Floats) -> Floats:
        """Logits (k, n): of the region, or wherever policies are not all but pure."""
        if self.decay.scope == "region":
            return self.subject.points(places)
        return np.asarray(FARTHEST * (2 * places - 1))

    def exact_point(self, place: Floats) -> Balls:
        [point] = self.points(place[None])
        if self.decay.scope == "region":
            return column(self.subject.exact_point(point))
        return column(point)

    def describe(self, place: Floats) -> str:
        return f"at the logits {point_text(self.points(place[None])[0])}"

    def probabilities(self, z: Balls) -> Balls:
        """p."""
        result: list[Any] = []
        for block in self._blocks(entries(z)):
            grown = [v.exp() for v in block]
            total = 1 + sum(grown, ball(0))
            result += [v / total for v in grown]
        return column(result)

    def weighted(self, values: Balls) -> Balls:
        """W times a column."""
        pairs = zip(self.weights, entries(values), strict=True)
        return column([ball(w) * v for w, v in pairs])

    def divergence(self, zero: Balls, z: Balls) -> Any:
        """K = Σ w (A(z) − A(z*) − ⟨p*, z − z*⟩), A = log(1 + Σ e^z) of each player and state."""
        linear = product(self.weighted(self.probabilities(zero)), z - zero)
        return self._potential(z) - self._potential(zero) - linear

    def _potential(self, z: Balls) -> Any:
        total, weights = ball(0), iter(self._blocks(self.weights))
        for block in self._blocks(entries(z)):
            [weight, *_] = next(weights)
            total += ball(weight) * sum((v.exp() for v in block), ball(0)).log1p()
        return total

    def _blocks(self, values: Sequence[Any]) -> list[list[Any]]:
        """By player and state."""
        rest, result = list(values), []
        for count in self.game.tensors.actions:
            for _ in range(self.game.tensors.states):
                result.append(rest[: count - 1])
                rest = rest[count - 1 :]
        return result


@final
@dataclass(frozen=True, eq=False, kw_only=True)
class AtPolicies(Objective):
    """The largest α with sym(WF̃J) ⪰ αWF̃ (T19)."""

    of: Divergence

    @property
    def dimension(self) -> int:
        return self.of.game.dimension

    def values(self, places: Floats) -> Floats:
        try:
            return np.asarray(np.linalg.eigvalsh(self._whitened(places)[0])[:, 0])
        except np.linalg.LinAlgError:  # some policy is too near to a pure one
            return np.full(len(places), np.nan)

    def _whitened(self, places: Floats) -> tuple[Floats, Floats]:
        """R⁻¹ sym(WF̃J) R⁻ᵀ and R⁻¹, WF̃ = RRᵀ."""
        z, game = self.of.points(places), self.of.game
        F = self.of.floats[:, None] * game.fisher(z)
        inverse = np.linalg.inv(np.linalg.cholesky(F))
        turned = inverse @ symmetric(F @ game.jacobian(z)) @ np.swapaxes(inverse, -1, -2)
        return turned, np.asarray(inverse)

    def broken(self, place: Floats) -> bool:
        turned, inverse = (part[0] for part in self._whitened(place[None]))
        v = column(inverse.T @ np.linalg.eigh(turned)[1][:, 0])
        z = self.of.exact_point(place)
        moved = self._fisher_times(z, v)  # F̃v, and ⟨v, WF̃Jv⟩ = ⟨WF̃v, Jv⟩
        weighted = self.of.weighted(moved)
        image = self.of.subject.exact_jacobian_at(z) * v
        return bool(product(weighted, image) < ball(self.claimed) * product(weighted, v))

    def _fisher_times(self, z: Balls, v: Balls) -> Balls:
        """F̃v = p(v − ⟨p, v⟩), by player and state."""
        p, blocks = entries(self.of.probabilities(z)), self.of._blocks
        result: list[Any] = []
        for own, part in zip(blocks(p), blocks(entries(v)), strict=True):
            mean = sum((a * b for a, b in zip(own, part, strict=True)), ball(0))
            result += [a * (b - mean) for a, b in zip(own, part, strict=True)]
        return column(result)

    def describe(self, place: Floats) -> str:
        return self.of.describe(place)


@final
@dataclass(frozen=True, eq=False, kw_only=True)
class AlongFlow(Objective):
    """−(dK/dt)/K where the flow is at a policy (T19)."""

    of: Divergence
    centre: Solution

    @property
    def dimension(self) -> int:
        return self.of.game.dimension

    def values(self, places: Floats) -> Floats:
        z, zero, game = self.of.points(places), self.centre.floats, self.of.game
        p, least = (_dropped(game, point) for point in (z, zero))
        W = self.of.floats
        falling = ((p - least) * W * game.pseudo_gradient(z)).sum(axis=1)
        rest = _potentials(game, z, W) - _potentials(game, zero[None], W)
        K = rest - ((z - zero) * W * least).sum(axis=1)
        far = np.abs(z - zero).max(axis=1) > APART
        return np.where(far & (K > 0), falling / np.where(K > 0, K, 1.0), np.nan)

    def broken(self, place: Floats) -> bool:
        z, of = self.of.exact_point(place), self.of
        change = of.probabilities(z) - of.probabilities(self.centre.known)
        falling = product(of.weighted(change), of.subject.exact_gradient(z))
        return bool(falling < ball(self.claimed) * of.divergence(self.centre.known, z))

    def describe(self, place: Floats) -> str:
        return self.of.describe(place)


@final
@dataclass(frozen=True, eq=False, kw_only=True)
class AtFaces(Objective):
    """K on the faces of the region: where it is below the level, so are policies outside."""

    of: Divergence
    centre: Solution

    @property
    def dimension(self) -> int:
        return self.of.game.dimension

    def _points(self, places: Floats) -> Floats:
        """The coordinate nearest to an end of the cube goes to that face."""
        low, high = self.of.subject.ends
        z = self.of.points(places)
        k = np.abs(2 * places - 1).argmax(axis=1)
        row = np.arange(len(z))
        z[row, k] = np.where(places[row, k] < 0.5, low[k], high[k])
        return z

    def values(self, places: Floats) -> Floats:
        z, zero, W = self._points(places), self.centre.floats, self.of.floats
        rest = _potentials(self.of.game, z, W) - _potentials(self.of.game, zero[None], W)
        return np.asarray(rest - ((z - zero) * W * _dropped(self.of.game, zero)).sum(axis=1))

    def broken(self, place: Floats) -> bool:
        [point] = self._points(place[None])
        low, high = self.of.subject.ends
        outward = np.where(point <= low, -np.inf, np.where(point >= high, np.inf, point))
        z = column(np.nextafter(point, outward))
        beyond = self.of.subject.surely_outside(z)
        return beyond and bool(self.of.divergence(self.centre.known, z) < ball(self.claimed))

    def describe(self, place: Floats) -> str:
        return f"at the logits {point_text(self._points(place[None])[0])}"


def _dropped(game: LogitGame, points: Floats) -> Floats:
    """p (k, n) at points (k, n), or (n,) at one."""
    parts = [pi[..., 1:].reshape(*points.shape[:-1], -1) for pi in game.policies(points)]
    return np.concatenate(parts, axis=-1)


def _potentials(game: LogitGame, points: Floats, weights: Floats) -> Floats:
    """Σ w log(1 + Σ e^z) = −Σ w log π_0 at points (k, n)."""
    heads = [weights[own.start] for own in game.slices]
    logs = [np.log(pi[..., 0]).sum(axis=-1) for pi in game.policies(points)]
    return np.asarray(-np.stack(logs, axis=-1) @ np.array(heads))


def divergences(of: Attacked) -> Iterator[Objective]:
    """The claims about the divergence, if any."""
    decays, subject = of.certificate.bregman, of.subject
    if decays is None or not isinstance(subject, GameSubject):
        return
    game: Game = subject.game
    if not isinstance(game, LogitGame):
        yield contradiction("KL divergence", "T19", "the players of this game have no policies")
        return
    for decay in filter(None, (decays.region, decays.simplex)):
        one, where = Divergence(subject, game, decay), f"KL, {decay.scope}"
        rate = decay.rate.exact
        common: dict[str, Any] = {"detail": "", "theorem": "T19", "upper": False, "of": one}
        yield AtPolicies(claim=f"{where}, at policies", claimed=rate, **common)
        centre = of.solution
        if centre is None or centre.is_zero is False:
            continue
        yield AlongFlow(claim=f"{where}, along the flow", claimed=rate, centre=centre, **common)
        if decay.level is not None:
            level = decay.level.exact
            yield AtFaces(claim=f"{where}, level", claimed=level, centre=centre, **common)
