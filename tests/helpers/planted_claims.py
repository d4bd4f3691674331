"""Documents whose numbers are known by brute force, in every context that a claim can stand in.

Nothing of the search or the checker made them, and no checker would accept them all: the attack is
to find what is false in them, and nothing else. Jacobians are affine, so what is convex in J is
attained at corners of a box, and on the sphere of a ball.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.claims import Claims, Steps
from certificates.kernel.document.metric import Metric
from certificates.kernel.document.reading import Document, digest, encode_array, encode_arrays
from certificates.kernel.numbers.roots import root_above
from certificates.kernel.theorems.bands import BandByBounds
from certificates.kernel.theorems.euler import EulerSteps, ProjectedEuler
from certificates.kernel.theorems.extragradient import Extragradient, Optimistic, TowardsSteps
from certificates.kernel.theorems.start_sets import StartSet
from games import Box, MetricBall, QuadraticGame, SymbolicGame
from games.game import Game
from games.language.number import round_down, round_up, to_text

Floats = NDArray[np.float64]
DIGITS = 9
SAMPLES = 400
REGIONS, METRICS = ("box", "ball", "space"), ("scalar", "block", "dense")
KINDS, SOLUTIONS = ("costs", "field"), ("zero", "boundary", "none")
LINEAR = np.array([[3.0, 0.25, 0.5], [0.25, 2.0, 0.0], [-0.25, 0.25, 2.5]])
TURN = np.array([[0.0, 0.5, 0.0], [-0.5, 0.0, 0.0], [0.0, 0.0, 0.0]])
SHARES = {  # of the flow's radius, that other methods have
    "euler": 1.0, "rk4": 0.4, "rk4_equilibrium": 0.4, "heun": 0.4, "heun_equilibrium": 0.4,
    "extragradient": 0.5, "optimistic": 0.7,
}  # fmt: skip
STAGES = {  # how far each stage goes along the one before, and how much each counts
    "rk4": ((0.5, 0.5, 1.0), (1 / 6, 1 / 3, 1 / 3, 1 / 6)),
    "heun": ((1.0,), (0.5, 0.5)),
}
WEIGHTS = {
    "scalar": np.diag([1.0, 1.0, 1.5]),
    "block": np.array([[1.0, 0.25, 0.0], [0.25, 1.5, 0.0], [0.0, 0.0, 1.25]]),
    "dense": np.array([[1.0, 0.25, 0.125], [0.25, 1.5, -0.25], [0.125, -0.25, 1.25]]),
}


@final
@dataclass(frozen=True)
class Context:
    """Where a claim stands."""

    region: str
    metric: str
    kind: str
    solution: str

    def __str__(self) -> str:
        return "-".join((self.region, self.metric, self.kind, self.solution))


def contexts() -> Iterator[Context]:
    """All; on R^n there is no boundary."""
    for parts in itertools.product(REGIONS, METRICS, KINDS, SOLUTIONS):
        found = Context(*parts)
        if (found.region, found.solution) != ("space", "boundary"):
            yield found


@final
@dataclass(frozen=True)
class Planted:
    """The game of a context, with what is claimed of it, tight and on the safe side."""

    context: Context

    @cached_property
    def pull(self) -> Floats:
        """F(0): strong enough that no zero is inside, or none at all."""
        inside = self.context.solution == "zero" or self.context.region == "space"
        return np.zeros(3) if inside else np.array([-6.0, 0.5, 0.25])

    @cached_property
    def game(self) -> Game:
        field = self.context.kind == "field"
        J = LINEAR + TURN if field else LINEAR
        if self.context.region == "space":
            return QuadraticGame(J, sizes=[2, 1], linear=[0.5, -1.0, 0.25], field=field)
        players = {"a": ["x", "u"], "b": ["y"]}
        k = [to_text(Fraction(v)) for v in self.pull]
        costs = {
            "a": f"3*x**2/2 + u**2 + x*u/4 + x**2*y/8 + x*y/2 + ({k[0]})*x + ({k[1]})*u",
            "b": f"5*y**2/4 - x*y/4 + u*y/4 + x*y**2/8 + ({k[2]})*y",
        }
        if not field:
            return SymbolicGame.from_costs(players, costs)
        parts = {
            "a": [
                f"3*x + u/4 + x*y/4 + y/2 + ({k[0]}) + u/2",
                f"2*u + x/4 + ({k[1]}) - x/2",
            ],
            "b": [f"5*y/2 - x/4 + u/4 + x*y/4 + ({k[2]})"],
        }
        return SymbolicGame.from_field(players, parts)

    @cached_property
    def region(self) -> Box | None:
        if self.context.region == "box":
            return Box.cube(3, 1)
        ball = MetricBall([0, 0, 0], 1, ["1", "1.25", "1"])
        return ball.region if self.context.region == "ball" else None

    @cached_property
    def points(self) -> Floats:
        """Of the region: the extremes of what is convex in J, and others."""
        rng = np.random.default_rng(0)
        if self.region is None:
            return np.zeros((1, 3))
        low, high = self.region.floats()
        spread = rng.uniform(low, high, (SAMPLES, 3))
        corners = np.array(list(itertools.product(*zip(low, high, strict=True))))
        if self.region.ball is not None:
            corners = 2 * rng.standard_normal((SAMPLES, 3))
        return np.asarray(self.region.pulled(np.vstack([corners, spread])))

    @cached_property
    def M(self) -> Floats:
        return WEIGHTS[self.context.metric]

    @cached_property
    def root(self) -> Floats:
        return np.asarray(np.linalg.cholesky(self.M).T)

    @cached_property
    def J(self) -> Floats:
        return np.asarray(self.game.jacobian(self.points))

    @property
    def slack(self) -> float:
        """What sampling a sphere misses, and rounding."""
        return 1e-2 if self.context.region == "ball" else 1e-8

    def whitened(self, J: Floats, root: Floats | None = None) -> Floats:
        R = self.root if root is None else root
        return np.asarray(R @ J @ np.linalg.inv(R))

    def below(self, value: float) -> str:
        return to_text(round_down(Fraction(float(value - self.slack * abs(value))), DIGITS))

    def above(self, value: float) -> str:
        return to_text(round_up(Fraction(float(value + self.slack * abs(value))), DIGITS))

    def margin(self, root: Floats | None = None) -> float:
        W = self.whitened(self.J, root)
        return float(np.linalg.eigvalsh((W + np.swapaxes(W, 1, 2)) / 2)[:, 0].min())

    @cached_property
    def beta(self) -> float:
        return float(np.linalg.norm(self.whitened(self.J), 2, axis=(1, 2)).max())

    @cached_property
    def c(self) -> float:
        inverse = np.linalg.inv(self.whitened(self.J))
        symmetric = (inverse + np.swapaxes(inverse, 1, 2)) / 2
        return float(np.linalg.eigvalsh(symmetric)[:, 0].min())

    def euler_factor(self, h: float) -> float:
        return float(np.linalg.norm(np.eye(3) - h * self.whitened(self.J), 2, axis=(1, 2)).max())

    @cached_property
    def solution(self) -> Floats:
        """Of VI(F, X), by projected play."""
        if self.region is None:
            return -np.linalg.solve(self.J[0], np.array([0.5, -1.0, 0.25]))
        x, (low, high) = np.zeros(3), self.region.floats()
        weights = np.array([1.0, 1.25, 1.0])
        for _ in range(80):
            x = x - self.game.pseudo_gradient(x) / 4
            x = _to_ball(x, weights) if self.region.ball is not None else np.clip(x, low, high)
        return x

    def document(self) -> Document:
        """All claims that can be stated."""
        claims = [
            _claim("bounds/Setting", self._blocks()),
            self._structural(),
            _claim("margin/T5", {"margin": self.below(self.margin())}),
            _claim("margin/T5 (equal weights)", {"margin": self.below(self.margin(np.eye(3)))}),
            _claim("margin/T5 (norm)", {"bound": self.above(self.beta)}),
            _claim("margin/T10", {"constant": self.below(self.c)}),
            _claim("euler/T10", self._euler()),
            *(self._near_linear(scheme) for scheme in STAGES),
            *(self._towards(scheme) for scheme in STAGES),
            *self._equilibrium(),
        ]
        body: Document = {
            "format": "sgn-certificate/2",
            "game": encode_arrays(self.game.document()),
            "region": self._region_document(),
            "evidence": {"kind": "exact"},
            "verdict": "proved",
            "metric": self._metric_document(),
            "claims": claims,
            "produced_by": {},
        }
        return {**body, "digest": digest(body)}

    def derive(self, claims: Claims) -> Claims:
        """With what follows, those towards the equilibrium with and without projection."""
        euler = claims.require(EulerSteps)
        stated = (*claims.stated, ProjectedEuler(euler), *self._slow(claims.metric), self._band())
        every = replace(claims, stated=stated, following=())
        if self.context.solution != "zero" or self.region is None:
            return every
        return replace(every, stated=(*stated, *self._start_sets(every)))

    def _region_document(self) -> Document:
        if self.region is None:
            return {"kind": "space", "dimension": 3}
        if self.region.ball is not None:
            return {
                "kind": "ball",
                "center": ["0"] * 3,
                "radius": "1",
                "metric": ["1", "1.25", "1"],
            }
        return {"kind": "box", "lower": ["-1"] * 3, "upper": ["1"] * 3}

    def _metric_document(self) -> Document:
        if self.context.metric == "scalar":
            return {"kind": "scalar", "weights": ["1", "1.5"]}
        if self.context.metric == "dense":
            return {"kind": "dense", "matrix": encode_array(self.M)}
        blocks = [encode_array(self.M[:2, :2]), encode_array(self.M[2:, 2:])]
        return {"kind": "block", "blocks": blocks}

    @cached_property
    def bounds(self) -> tuple[Floats, Floats, Floats]:
        """μ, Λ and L."""
        symmetric = (self.J + np.swapaxes(self.J, 1, 2)) / 2
        first = np.linalg.eigvalsh(symmetric[:, :2, :2])
        low = np.array([first[:, 0].min(), self.J[:, 2, 2].min()])
        high = np.array([first[:, -1].max(), self.J[:, 2, 2].max()])
        there = np.linalg.norm(self.J[:, :2, 2], axis=1).max()
        back = np.linalg.norm(self.J[:, 2, :2], axis=1).max()
        return low, high, np.array([[0.0, there], [back, 0.0]])

    def _blocks(self) -> Document:
        low, high, L = self.bounds
        return {
            "curvature_lower": [self.below(v) for v in low],
            "curvature_upper": [self.above(v) for v in high],
            "coupling_upper": [[self.above(v) if v else "0" for v in row] for row in L],
        }

    def _stated_bounds(self) -> tuple[list[float], list[list[float]]]:
        """μ and L as they are stated."""
        stated = self._blocks()
        mu = [float(Fraction(v)) for v in stated["curvature_lower"]]
        return mu, [[float(Fraction(v)) for v in row] for row in stated["coupling_upper"]]

    def _structural(self) -> Document:
        mu, L = self._stated_bounds()
        cross = (L[0][1] + L[1][0]) / 2
        least = np.linalg.eigvalsh([[mu[0], -cross], [-cross, mu[1]]])[0]
        margin = to_text(round_down(Fraction(float(least) - 1e-8), DIGITS))
        claim = _claim("margin/T2", {"margin": margin, "weights": ["1", "1"]})
        return claim | {"witnesses": {"vector": ["1", "1"]}}

    def _band(self) -> BandByBounds:
        """T4 at margin 0 by the stated bounds."""
        mu, L = self._stated_bounds()
        p = mu[0] * mu[1]
        r = np.sqrt(p) + np.sqrt(p - L[0][1] * L[1][0])
        low = round_up(Fraction(float((L[0][1] / r) ** 2)), 8)
        high = round_down(Fraction(float((r / L[1][0]) ** 2)), 8)
        return BandByBounds((0, 1), Fraction(0), low, high)

    def _euler(self) -> Document:
        best, largest = _short(0.8 * self.c), _short(1.6 * self.c)
        return {
            "metric": self._metric_document(),
            "step_max": largest,
            "best_step": best,
            "factor_at_best": self.above(self.euler_factor(float(Fraction(best)))),
            "factor_at_max": self.above(self.euler_factor(float(Fraction(largest)))),
        }

    def _slow(self, metric: Metric) -> Iterator[TowardsSteps]:
        """T20: squared factor 1 − hα."""
        a, b = (float(Fraction(v)) for v in (self.below(self.margin()), self.above(self.beta)))
        longest = ((np.sqrt(a**2 + b**2) - a) / b**2, 1 / (4 * b))
        for kind, value in zip((Extragradient, Optimistic), longest, strict=True):
            h = round_down(Fraction(float(value)), 6)
            factor = round_up(root_above(1 - h * Fraction(a)), 12)
            yield kind(metric, h, h, factor, Fraction(a), to_solution=True, to_zero=True)

    def runge_kutta(self, scheme: str) -> Document:
        """Over (0, 1/β] with one rate; the factor at the best step by brute force."""
        best, largest = _short(0.2 / self.beta), _short(0.4 / self.beta)
        rates = []
        for share in (0.1, 0.6, 1.0):
            h = share * float(Fraction(largest))
            rates.append((1 - self.runge_kutta_factor(scheme, h) ** 2) / h)
        at_best = self.runge_kutta_factor(scheme, float(Fraction(best)))
        return {
            "scheme": scheme,
            "metric": self._metric_document(),
            "step_max": largest,
            "best_step": best,
            "factor_at_best": to_text(round_up(Fraction(at_best * (1 + 5e-3)), DIGITS)),
            "cover": {"steps": ["0", largest], "rates": [_short(0.95 * min(rates))]},
        }

    def runge_kutta_factor(self, scheme: str, h: float) -> float:
        """The largest norm of a step's derivative where no stage leaves the region."""
        F, J, (shares, weights) = self.game.pseudo_gradient, self.game.jacobian, STAGES[scheme]
        x = [self.points]
        for share in shares:
            x.append(x[0] - share * h * F(x[-1]))
        inside = np.all([self._inside(point) for point in x], axis=0)
        one = np.eye(3)
        K = [J(x[0])]
        for share, point in zip(shares, x[1:], strict=True):
            K.append(J(point) @ (one - share * h * K[-1]))
        D = one - h * sum(weight * k for weight, k in zip(weights, K, strict=True))
        return float(np.linalg.norm(self.whitened(D[inside]), 2, axis=(1, 2)).max())

    def _inside(self, points: Floats) -> Any:
        if self.region is None:
            return np.ones(len(points), dtype=bool)
        low, high = self.region.floats()
        inside = ((low <= points) & (points <= high)).all(axis=1)
        if self.region.ball is not None:
            inside &= self.region.ball.square_floats(points) <= 1
        return inside

    def _towards(self, scheme: str) -> Document:
        witnesses: Document = {"multipliers": []}
        return _claim("runge_kutta/T11 (b′)", self.runge_kutta(scheme)) | {"witnesses": witnesses}

    def _near_linear(self, scheme: str) -> Document:
        away = np.linalg.norm(self.whitened(self.J - LINEAR), 2, axis=(1, 2)).max()
        numbers = self.runge_kutta(scheme) | {
            "deviation": self.above(max(float(away), 1e-3)),
            "norm": self.above(float(np.linalg.norm(self.whitened(LINEAR), 2))),
        }
        witnesses = {"matrix": encode_array(LINEAR)}
        return _claim("runge_kutta/T11 (c)", numbers) | {"witnesses": witnesses}

    def _equilibrium(self) -> Iterator[Document]:
        """Where it is, and what it is."""
        if self.context.solution == "none":
            return
        zero = self.context.solution == "zero"
        point = [to_text(Fraction(float(v))) for v in np.round(self.solution, 12)]
        theorem = "equilibrium/T13" if zero else "equilibrium/T13 (boundary)"
        yield _claim(theorem, {"point": point, "error": "1e-9"})
        if not zero:
            yield _claim("equilibrium/T13 (no zero)")
        elif self.context.kind == "costs" and self.context.region != "ball":
            nash = "Nash" if self.region is None else "restricted Nash"
            yield _claim(f"equilibrium/T13 ({nash})")

    def _start_sets(self, claims: Claims) -> Iterator[StartSet]:
        """The ball of the flow reaches the boundary; the others' are smaller by far."""
        M = np.linalg.inv(self.M)
        reach = np.sqrt(np.diagonal(M)).max()
        if self.region is not None and self.region.ball is not None:
            W = np.diag([1.0, 1.25, 1.0])
            reach = np.sqrt(np.linalg.eigvals(np.linalg.solve(self.M, W)).real.max())
        radius = (1 - 1e-6) / float(reach)
        yield StartSet(None, Fraction(_short(radius)))
        for steps in claims.each(Steps):
            yield StartSet(steps, Fraction(_short(SHARES[steps.method] * radius)))


def _to_ball(x: Floats, weights: Floats) -> Floats:
    """The nearest point of {Σ w x² ≤ 1}, by the root of its multiplier."""
    if (weights * x**2).sum() <= 1:
        return x
    low, high = 0.0, 100.0
    for _ in range(50):
        middle = (low + high) / 2
        y = x / (1 + middle * weights)
        low, high = (middle, high) if (weights * y**2).sum() > 1 else (low, middle)
    return np.asarray(x / (1 + high * weights))


def _short(value: float) -> str:
    return to_text(round_down(Fraction(float(value)), 6))


def _claim(theorem: str, numbers: Document | None = None) -> Document:
    return {"theorem": theorem} | ({"numbers": numbers} if numbers else {})
