"""Actual steps of every method, from many starts of the region and from the worst ones found."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import repeat
from typing import Any

import numpy as np

from tests.forging.oracle_forms import Form, Terms
from tests.forging.oracle_hunt import hunt
from tests.forging.oracle_metric import Metric
from tests.forging.oracle_reading import Array, Unjudged, mp, mpmath, mps
from tests.forging.oracle_region import Region
from tests.forging.oracle_subject import ZERO, Falsehood, Subject, shown

# A step from x: where it leads, and the points at which F is asked on the way (all must be in X).
Step = Callable[[Callable[[Array], Array], Array, Any, Callable[[Array], Array]],
                tuple[Array, list[Array]]]  # fmt: skip
ROUNDS = 16
HUNTED = 2  # step sizes, those that look worst, from which the descent starts


def rk4_step(F: Any, x: Array, h: Any, project: Any) -> tuple[Array, list[Array]]:
    k1 = F(x)
    x2 = x - k1 * (h / 2)  # arrays first: mpf times an array is slow
    k2 = F(x2)
    x3 = x - k2 * (h / 2)
    k3 = F(x3)
    x4 = x - k3 * h
    return x - (k1 + k2 * 2 + k3 * 2 + F(x4)) * (h / 6), [x, x2, x3, x4]


def heun_step(F: Any, x: Array, h: Any, project: Any) -> tuple[Array, list[Array]]:
    k1 = F(x)
    y = x - k1 * h
    return x - (k1 + F(y)) * (h / 2), [x, y]


RUNGE_KUTTA: dict[str, Step] = {"rk4": rk4_step, "heun": heun_step}


def extragradient_step(F: Any, x: Array, h: Any, project: Any) -> tuple[Array, list[Array]]:
    y = project(x - F(x) * h)
    return project(x - F(y) * h), [x, y]


def euler_step(F: Any, x: Array, h: Any, project: Any) -> tuple[Array, list[Array]]:
    return project(x - F(x) * h), [x]


def optimistic_run(count: int) -> Step:
    """So many steps of optimistic gradient with y before the first step at the start."""

    def run(F: Any, x: Array, h: Any, project: Any) -> tuple[Array, list[Array]]:
        before, visited = x, [x]
        for _ in range(count):
            y = project(x - F(before) * h)
            visited += [y]
            x, before = project(x - F(y) * h), y
        return x, visited

    return run


def _two_slopes(share: int, slope: Any, last: Any) -> Any:
    """(1 + 1/share) of a slope less 1/share of the one before."""
    return slope + (slope - last) / share


def lifted_run(name: str, count: int) -> Step:
    """So many steps of a method that stores gradients or points; at first both are those of x."""

    def run(F: Any, x: Array, h: Any, project: Any) -> tuple[Array, list[Array]]:
        last, before, visited = F(x), x, [x]
        for _ in range(count):
            if name == "extragradient_equilibrium":
                visited += [x, x - F(x) * h]
                x = x - F(visited[-1]) * h
            elif name == "optimistic_equilibrium":
                visited.append(x - last * h)
                last = F(visited[-1])
                x = x - last * h
            elif name in ("forward_reflected", "adams_bashforth_2"):
                slope = F(x)
                visited.append(x)
                x = x - _two_slopes(1 if name == "forward_reflected" else 2, slope, last) * h
                last = slope
            else:
                part = (x - before) / (-2 if name == "negative_momentum" else 10)
                visited.append(x + part if name == "nesterov" else x)
                x, before = x + part - F(visited[-1]) * h, x
        return x, visited

    return run


LIFTED = (
    "extragradient_equilibrium",
    "optimistic_equilibrium",
    "forward_reflected",
    "adams_bashforth_2",
    "heavy_ball",
    "negative_momentum",
    "nesterov",
)


@dataclass(frozen=True)
class Approach:
    """‖x⁺ − x*‖²_M ≤ bound(h)‖x − x*‖²_M for starts in X (whose visited points are in X)."""

    name: str
    step: Step
    metric: Metric
    bounds: list[tuple[Fraction, Any]]  # of the squared factor, by step size
    projected: bool
    inside: bool = True  # only if all points at which F is asked lie in X

    @property
    def key(self) -> tuple[Any, ...]:
        """Equal for equal claims."""
        return (self.name, tuple(self.bounds), self.metric.key, self.projected, self.inside)


def approaches(subject: Subject, claim: Approach, star: Array) -> Iterator[Falsehood]:
    """Starts from which a step brings less than is claimed. star: x* in 50 digits."""
    game, region, metric = subject.game, subject.region, claim.metric
    near = star.astype(float)
    starts = _starts(region, near, subject.rng)
    M = metric.matrix if claim.projected else np.eye(0)

    def project(x: Array) -> Array:
        return region.project(x, M) if claim.projected else x

    def excess(h: Fraction, bound: Any) -> Callable[[Array], Array]:
        def value(x: Array) -> Array:
            with np.errstate(all="ignore"):
                end, visited = claim.step(game.F, x, float(h), project)
                asked = visited if claim.inside else visited[:1]
                inside = np.all([region.contains(v) for v in asked], axis=0)
                before = metric.square(x - near)
                left = float(bound) - metric.square(end - near) / before
            far = before > 1e-10 * metric.square(np.ones_like(near))
            return np.where(inside & far, left, np.inf)

        return value

    ranked = sorted(
        ((excess(h, bound), h, bound) for h, bound in claim.bounds),
        key=lambda row: float(row[0](starts).min()),
    )
    for value, h, bound in ranked[:HUNTED]:
        x, least = hunt(value, region, starts, subject.rng, ROUNDS)
        if least < 1e-8:
            shows = _confirmed(subject, claim, star, x, h, bound)
            if shows is not None:
                yield shows
                return


def _confirmed(
    subject: Subject, claim: Approach, star: Array, x: Array, h: Fraction, bound: Any
) -> Falsehood | None:
    """The same step in 50 digits from the same start."""
    region = subject.region
    start = subject.exactly(x)
    exact_M = claim.metric.exact_matrix if claim.projected else np.eye(0)

    def project(v: Array) -> Array:
        return region.project(v, exact_M) if claim.projected else v

    try:
        end, visited = claim.step(subject.game.F, start, mp(h), project)
    except (Unjudged, ZeroDivisionError):
        return None
    if not all(region.holds(v) for v in (visited if claim.inside else visited[:1])):
        return None
    before, after = claim.metric.square(start - star), claim.metric.square(end - star)
    if not after > (bound if not isinstance(bound, Fraction) else mp(bound)) * before * (1 + ZERO):
        return None
    text = (
        f"squared factor {mpmath.nstr(after / before, 12)} > {mpmath.nstr(mp(bound), 12)} with"
        f" h = {mpmath.nstr(mp(h), 15)} from x = {shown(start)}, x* = {shown(star)}"
    )
    return Falsehood(claim.name, text)


def _starts(region: Region, star: Array, rng: np.random.Generator) -> Array:
    """Of the region, and some near x*."""
    points = region.sample(rng, 60)
    if len(points) > 300:
        points = points[rng.choice(len(points), 300, replace=False)]
    spread = np.ptp(points, axis=0)
    near = star + rng.normal(size=(60, region.n)) * spread * 10.0 ** rng.uniform(-4, -0.5, (60, 1))
    return np.vstack([points, region.clamp(near)])


# ---- pairs of runs -------------------------------------------------------------------------------


def runge_kutta_pairs(
    scheme: str, subject: Subject, metric: Metric, bounds: list[tuple[Fraction, Any]]
) -> list[Falsehood]:
    """The derivative of a step where all stages lie in the region."""
    key = ("pairs", scheme, metric.key, tuple(bounds))
    return subject.once(key, lambda: _runge_kutta_pairs(scheme, subject, metric, bounds))


def _runge_kutta_pairs(
    scheme: str, subject: Subject, metric: Metric, bounds: list[tuple[Fraction, Any]]
) -> list[Falsehood]:
    step = RUNGE_KUTTA[scheme]
    game, region = subject.game, subject.region
    points = subject.points[~subject.undefined]

    def stages(x: Array, h: Any) -> tuple[list[Array], Array]:
        _, visited = step(game.F, x, h, _same)
        return visited, np.all([region.contains(v) for v in visited], axis=0)

    def value_of(h: Fraction, form: Form) -> Callable[[Array], Array]:
        def value(x: Array) -> Array:
            with np.errstate(all="ignore"):
                visited, inside = stages(x, float(h))
                found = np.full(len(x), np.inf)
                if inside.any():
                    J = [np.asarray(game.J(v[inside])) for v in visited]
                    found[inside] = form.least(J)[0]  # type: ignore[arg-type]
            return found

        return value

    forms = [(h, step_form(scheme, metric, h, bound)) for h, bound in bounds]
    values = [(value_of(h, form), h, form) for h, form in forms]
    ranked = sorted(values, key=lambda row: float(row[0](points).min()))
    for value, h, form in ranked[:HUNTED]:
        x, least = hunt(value, region, points, subject.rng, ROUNDS)
        if least < 1e-8:
            visited, _ = stages(x[None], float(h))
            J = [np.asarray(game.J(v)) for v in visited]
            u = form.least(J)[1][0]  # type: ignore[arg-type]
            start = subject.exactly(x)
            _, exact = step(game.F, start, mp(h), _same)
            if all(region.holds(v) for v in exact):
                short = form.exactly([np.asarray(game.J(v)) for v in exact], u)
                if short < -ZERO:
                    text = f"short by {mpmath.nstr(-short, 6)} at x = {shown(start)}, h = {h}"
                    return [Falsehood(form.name, text)]
    return []


def step_form(scheme: str, metric: Metric, h: Fraction, square: Any) -> Form:
    """‖P‖²_M ≤ square, P the derivative of a step: J is a list of those at the stages, or one."""

    def terms(U: Array, J: Any) -> Terms:
        stages = iter(J) if isinstance(J, list) else repeat(J)
        t = mp(h) if U.dtype == object else float(h)
        image, _ = RUNGE_KUTTA[scheme](lambda V: next(stages) @ V, U, t, _same)
        return [(square, U, U), (-1, image, image)]

    return Form(f"{scheme} steps", (h, square), terms, metric)


def _same(x: Array) -> Array:
    return x


def projected_pairs(
    subject: Subject, metric: Metric, bounds: list[tuple[Fraction, Any]]
) -> list[Falsehood]:
    """Projected Euler steps from two starts, many near the boundary."""
    key = ("projected", metric.key, tuple(bounds))
    return subject.once(key, lambda: _projected_pairs(subject, metric, bounds))


def _projected_pairs(
    subject: Subject, metric: Metric, bounds: list[tuple[Fraction, Any]]
) -> list[Falsehood]:
    game, region, rng = subject.game, subject.region, subject.rng
    x = region.sample(rng, 100)[-200:]
    step = np.ptp(x, axis=0) * 10.0 ** rng.uniform(-3, 0, (len(x), 1))
    y = region.clamp(x + rng.normal(size=x.shape) * step)
    M = metric.matrix
    for h, bound in bounds:
        with np.errstate(all="ignore"):
            ends = [region.project(v - float(h) * game.F(v), M) for v in (x, y)]
            before, after = metric.square(x - y), metric.square(ends[0] - ends[1])
            left = np.where(before > 0, float(bound) * before - after, np.inf)
        k = int(np.nanargmin(left))
        if left[k] < 1e-9 * before[k]:
            a, b = subject.exactly(x[k]), subject.exactly(y[k])
            exact = [region.project(v - game.F(v) * mp(h), metric.exact_matrix) for v in (a, b)]
            one, two = metric.square(a - b), metric.square(exact[0] - exact[1])
            if two > mp(bound) * one * (1 + ZERO):
                text = (
                    f"squared factor {mpmath.nstr(two / one, 8)} with h = {h} from"
                    f" {shown(a)} and {shown(b)}"
                )
                return [Falsehood("projected Euler", text)]
    return []


def exact_point(values: Array) -> Array:
    """Floats in 50 digits."""
    return mps([Fraction(float(v)) for v in values])
