"""One game on one region: where it is looked at, and the Jacobians there."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from tests.forging.oracle_forms import Form
from tests.forging.oracle_game import Game
from tests.forging.oracle_hunt import hunt
from tests.forging.oracle_reading import Array, Unjudged, mpmath, mps
from tests.forging.oracle_region import Box, Region

POINTS = 100
NEAR = 1e-8  # relative to the size of J: what is nearer to 0 in floats is computed exactly
ZERO = mpmath.mpf(10) ** -38  # below it 50 digits say negative
ROUNDS = 20
MOST = 600  # points kept


@dataclass(frozen=True)
class Falsehood:
    """A claim that is false, and the numbers that show it."""

    claim: str
    shown: str

    def __str__(self) -> str:
        return f"{self.claim}: {self.shown}"


def shown(point: Any) -> str:
    """A point so that it can be typed again."""
    return "(" + ", ".join(mpmath.nstr(x, 17) for x in point) + ")"


class Subject:
    """points (K, n) of the region with finite J (K, n, n) there; found: worst points so far."""

    def __init__(self, game: Game, region: Region, seed: int = 0) -> None:
        self.game, self.region = game, region
        self.rng = np.random.default_rng(seed)
        if region.n != game.n:
            raise Unjudged("the region has another dimension than the game")
        count = 1 if game.constant else POINTS
        self.points = region.sample(self.rng, count)
        if game.constant:
            self.points = self.points[:1]
        self.jacobians = self._jacobians(self.points)
        self.undefined = ~np.isfinite(self.jacobians).all(axis=(1, 2))
        self.hunted: set[str] = set()
        self.known: dict[Any, list[Any]] = {}
        self.size = 1 + float(np.abs(self.jacobians[~self.undefined]).sum(axis=2).max(initial=0))

    def _jacobians(self, points: Array) -> Array:
        with np.errstate(all="ignore"):
            return np.asarray(self.game.J(points))

    def exactly(self, point: Array) -> Array:
        """A point found in floats, in 50 digits and inside the region for certain."""
        exact = mps([Fraction(float(x)) for x in point])
        if isinstance(self.region, Box):
            exact = self.region.project(exact, np.eye(0))
        return exact

    def defined(self) -> list[Falsehood]:
        """F and J exist on all of the region (theory, evidence): where floats fail, by mpmath."""
        for point in self.points[self.undefined][:3]:
            exact = self.exactly(point)
            try:
                self.game.J(exact)
            except (Unjudged, ZeroDivisionError) as error:
                return [Falsehood("domain", f"not defined at {shown(exact)}: {error}")]
        return []

    def once(self, key: Any, found: Callable[[], Iterable[Any]]) -> list[Any]:
        """What was found before for an equal claim of the same game and region."""
        if key not in self.known:
            self.known[key] = list(found())
        return self.known[key]

    def _keep(self, name: str, point: Array) -> None:
        """A worst point is looked at again for other claims."""
        self.hunted.add(name)
        if len(self.points) < MOST and not (self.points == point).all(axis=1).any():
            self.points = np.vstack([self.points, point])
            self.jacobians = np.concatenate([self.jacobians, self._jacobians(point[None])])
            self.undefined = ~np.isfinite(self.jacobians).all(axis=(1, 2))

    def refutes(self, form: Form, rounds: int = ROUNDS) -> list[Falsehood]:
        """A point and a vector at which the form is negative."""
        return self.once(form.key, lambda: self._refutes(form, rounds))

    def _refutes(self, form: Form, rounds: int) -> list[Falsehood]:
        good = ~self.undefined
        if not good.any():
            return []
        values, vectors = form.least(self.jacobians[good])
        k = int(np.nanargmin(values))
        candidates = [(self.points[good][k], float(values[k]), vectors[k])]
        if not self.game.constant:
            starts = self.points[good][np.argsort(values)[:4]]

            def value(points: Array) -> Array:
                J = self._jacobians(points)
                J[~np.isfinite(J).all(axis=(1, 2))] = self.size * np.eye(J.shape[1])
                return form.least(J)[0]

            far = values[k] > 0.2 * self.size
            before = form.name in self.hunted
            point, _ = hunt(value, self.region, starts, self.rng, 5 if far or before else rounds)
            self._keep(form.name, point)
            found, u = form.least(self._jacobians(point[None]))
            candidates.append((point, float(found[0]), u[0]))
        for point, found_value, u in sorted(candidates, key=lambda c: c[1]):
            if found_value < NEAR * self.size**2:
                exact = self.exactly(point)
                try:
                    value_there = form.exactly(self.game.J(exact), u)
                except (Unjudged, ZeroDivisionError):
                    continue
                if value_there < -ZERO and self.region.holds(exact):
                    text = f"short by {mpmath.nstr(-value_there, 6)} at x = {shown(exact)}"
                    return [Falsehood(form.name, text)]
        return []
