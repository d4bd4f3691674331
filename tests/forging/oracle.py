"""The oracle: what a certificate or refusal claims (docs/theory.md, docs/formats.md) that is false.

It believes nothing of the document but the game, the region and the claims, and shares no code
with the product. A falsehood was computed in 50 digits (or is one of exact rationals).
"""

import json
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache, partial
from itertools import pairwise
from typing import Any

import numpy as np

import tests.forging.oracle_forms as forms
from tests.forging.oracle_bounds import games_with, ratios, structural
from tests.forging.oracle_bregman import bregman
from tests.forging.oracle_equilibrium import equilibrium, start_set
from tests.forging.oracle_game import MatrixGame, game_of
from tests.forging.oracle_metric import Metric
from tests.forging.oracle_reading import (
    Array,
    Document,
    Unjudged,
    array,
    couplings,
    mp,
    mps,
    rational,
    rationals,
)
from tests.forging.oracle_refusal import refusal
from tests.forging.oracle_region import Space, region_of
from tests.forging.oracle_solution import solution
from tests.forging.oracle_steps import (
    Approach,
    approaches,
    extragradient_step,
    optimistic_run,
    projected_pairs,
    rk4_pairs,
    rk4_step,
)
from tests.forging.oracle_subject import Falsehood, Subject

LARGE = 100  # variables beyond which fewer steps are tried
INTERVALS = 6  # of an RK4 cover that are tried
RUN = 7  # steps of optimistic gradient


def falsehoods(document: Document, said: str = "", seed: int = 0) -> list[Falsehood]:
    """All that is false and was found; raises Unjudged where the document cannot be followed."""
    if document["format"].startswith("sgn-refusal"):
        return list(refusal(document, said))
    found = list(structural(document))
    if document["evidence"]["kind"] == "assumed":
        for game in games_with(document, seed):
            found += _claims(document, Subject(game, Space(game.n), seed))
        return found
    found += _geometry(document)
    texts = json.dumps(document["game"]), json.dumps(document["region"])
    return found + _claims(document, _subject(*texts, seed))


@lru_cache(maxsize=300)
def _subject(game: str, region: str, seed: int) -> Subject:
    """The same one for all that is said of a game on a region."""
    return Subject(game_of(json.loads(game)), region_of(json.loads(region)), seed)


def _geometry(document: Document) -> Iterator[Falsehood]:
    """T18: the geometry is that of the game's field."""
    game, stated = document["game"], document["geometry"]
    field = game.get("field", "fisher") if game.get("kind") in ("markov", "normal-form") else ""
    name = "euclidean" if field in ("", "euclidean") else field
    if (stated if isinstance(stated, str) else stated["field"]) != name:
        yield Falsehood("geometry", f"it is {name}")


def _claims(document: Document, subject: Subject) -> list[Falsehood]:
    found = subject.defined()
    metric = Metric.read(document["metric"], subject.game.sizes)
    if not metric.positive:
        return [*found, Falsehood("metric", "not positive definite")]
    for form in _forms(document, subject, metric):
        found += subject.refutes(form)
    found += _blocks(document, subject)
    found += _rk4(document, subject)
    found += _projected_euler(document, subject)
    return found + list(_towards(document, subject, metric))


# ---- one Jacobian --------------------------------------------------------------------------------


def _forms(document: Document, subject: Subject, metric: Metric) -> Iterator[forms.Form]:
    sizes, steps = subject.game.sizes, document["steps"]
    yield forms.margin("margin", metric, rational(document["margin"]))
    yield forms.lipschitz(metric, rational(document["lipschitz"]))
    if "cocoercivity" in document:
        yield forms.cocoercivity(metric, rational(document["cocoercivity"]))
    if "euclidean_margin" in document:
        equal = Metric.identity(subject.game.n)
        yield forms.margin("Euclidean margin", equal, rational(document["euclidean_margin"]))
    if "euler" in steps:
        own = Metric.read(steps["euler"]["metric"], sizes)
        claims = list(euler_claims(steps["euler"]))
        for h, factor in claims[2::2] if subject.game.n > LARGE else claims:
            yield forms.euler("Euler steps", own, h, factor**2)
    if "rk4" in steps and "linear" in steps["rk4"]:
        yield from _near_linear(steps["rk4"], sizes)
    for band in document["bands"]:
        if band["basis"] == "direct":
            yield from _direct_band(band, sizes)


def euler_claims(euler: Document) -> Iterator[tuple[Fraction, Fraction]]:
    """Steps and factors: the stated ones, and the chords between (convexity in h)."""
    best, longest = rational(euler["best_step"]), rational(euler["step_max"])
    q, p = rational(euler["factor_at_best"]), rational(euler.get("factor_at_max", 1))
    for share in (Fraction(1, 1000), Fraction(1, 2), Fraction(1)):
        yield share * best, 1 - share * (1 - q)
    if longest > best:
        yield (best + longest) / 2, (q + p) / 2
        yield longest, p


def _near_linear(rk4: Document, sizes: list[int]) -> Iterator[forms.Form]:
    """‖J − J₀‖_M ≤ δ and ‖J₀‖_M ≤ b."""
    metric, linear = Metric.read(rk4["metric"], sizes), rk4["linear"]
    J0 = array(linear["matrix"])
    deviation, norm = rational(linear["deviation"]), rational(linear["norm"])

    def terms(U: Array, J: Any) -> forms.Terms:
        image = J @ U - _matrix_like(J0, U) @ U
        return [(deviation**2, U, U), (-1, image, image)]

    def own(U: Array, J: Any) -> forms.Terms:
        image = _matrix_like(J0, U) @ U + 0 * (J @ U)
        return [(norm**2, U, U), (-1, image, image)]

    yield forms.Form("RK4 near-linear deviation", (J0.tobytes(), deviation), terms, metric)
    yield forms.Form("RK4 near-linear norm", (J0.tobytes(), norm), own, metric)


def _matrix_like(matrix: Array, U: Array) -> Array:
    return mps(matrix) if U.dtype == object else matrix


def _direct_band(band: Document, sizes: list[int]) -> Iterator[forms.Form]:
    j = band["players"][1]
    high = None if band["high"] is None else rational(band["high"])
    for t in ratios(rational(band["low"]), high):
        weights = [Fraction(1)] * len(sizes)
        weights[j] = t
        if len(sizes) == 2 and t > 0:
            entries = [w for w, size in zip(weights, sizes, strict=True) for _ in range(size)]
            yield forms.margin("band", Metric(entries), rational(band["margin"]))


def _blocks(document: Document, subject: Subject) -> list[Falsehood]:
    """μ_i, Λ_i and L_ij, block by block; where each block is a number, by the numbers alone."""
    game, n = subject.game, subject.game.n
    lower, upper = (rationals(document[f"curvature_{side}"]) for side in ("lower", "upper"))
    L = couplings(document["coupling_upper"])
    if isinstance(game, MatrixGame) and game.sizes == [1] * n:
        return list(_entries(game, lower, upper, L))
    part = [np.flatnonzero(game.owners == i) for i in range(len(game.sizes))]
    J, found = np.abs(subject.jacobians[~subject.undefined]).max(axis=0, initial=0.0), []
    for i, own in enumerate(part):
        found += subject.refutes(
            forms.curvature("curvature from below", own, n, lower[i], 1)
        ) + subject.refutes(forms.curvature("curvature from above", own, n, upper[i], -1))
        for j, other in enumerate(part):
            if i == j or not (J[np.ix_(own, other)].any() or (i, j) in L):
                continue
            bound = L.get((i, j), Fraction(0))
            found += subject.refutes(forms.coupling("coupling", own, other, n, bound), rounds=12)
    return found


def _entries(
    game: MatrixGame, lower: list[Fraction], upper: list[Fraction], L: dict[Any, Fraction]
) -> Iterator[Falsehood]:
    """Every entry of J against its bound."""
    diagonal = dict.fromkeys(range(game.n), mp(0))
    for i, j, value in game.entries:
        if i == j:
            diagonal[i] = value
        elif abs(value) > mp(L.get((i, j), Fraction(0))):
            yield Falsehood("coupling", f"J_ij = {value} of {i}, {j}")
    for i, value in diagonal.items():
        if value < mp(lower[i]):
            yield Falsehood("curvature from below", f"J_ii = {value} of {i}")
        if value > mp(upper[i]):
            yield Falsehood("curvature from above", f"J_ii = {value} of {i}")


# ---- steps ---------------------------------------------------------------------------------------


def rk4_claims(steps: Document) -> list[tuple[Fraction, Fraction]]:
    """Steps and squared factors: ends of intervals, on both sides, and the best step."""
    ends = [rational(v) for v in steps["cover"]["steps"]]
    rates = [rational(v) for v in steps["cover"]["rates"]]
    found = [
        (h, 1 - rate * h) for pair, rate in zip(pairwise(ends), rates, strict=True) for h in pair
    ]
    chosen = {round(k) for k in np.linspace(1, len(found) - 1, 2 * INTERVALS)}
    found = [found[k] for k in sorted(chosen) if found[k][0] > 0]
    longest, best = rational(steps["step_max"]), rational(steps["best_step"])
    return [*found, (best, rational(steps["factor_at_best"]) ** 2), (longest, Fraction(1))]


def _rk4(document: Document, subject: Subject) -> list[Falsehood]:
    """Between two runs."""
    if "rk4" not in document["steps"]:
        return []
    steps = document["steps"]["rk4"]
    metric = Metric.read(steps["metric"], subject.game.sizes)
    claims = rk4_claims(steps)
    if subject.game.n > LARGE:
        claims = claims[:1] + claims[-2:]
    if not subject.game.constant:
        return rk4_pairs(subject, metric, claims[::3] + claims[-2:])
    return [
        false
        for h, square in claims
        for false in subject.refutes(forms.rk4("RK4 steps", metric, h, square))
    ]


def _projected_euler(document: Document, subject: Subject) -> list[Falsehood]:
    euler = document["steps"].get("euler", {})
    if euler.get("projected") is not True or isinstance(subject.region, Space):
        return []
    metric = Metric.read(euler["metric"], subject.game.sizes)
    return projected_pairs(subject, metric, [(h, q**2) for h, q in euler_claims(euler)][2:])


def _towards(document: Document, subject: Subject, metric: Metric) -> Iterator[Falsehood]:
    """All that speaks of the solution."""
    steps = document["steps"]
    needs = {"rk4_equilibrium", "extragradient", "optimistic"} & set(steps)
    if not needs and "equilibrium" not in document and "bregman" not in document:
        if "basin" in document:
            yield Falsehood("start set", "round no equilibrium")
        return
    [(star, zero)] = subject.once(
        ("solution", metric.key), lambda: [solution(subject.game, subject.region, metric)]
    )
    for claim in _approaches(document, metric, subject.game.sizes, zero):
        yield from subject.once(claim.key, partial(approaches, subject, claim, star))
    if "equilibrium" in document:
        said = document["equilibrium"]
        key = ("equilibrium", json.dumps(said), metric.key)
        yield from subject.once(key, lambda: equilibrium(said, subject, metric, star, zero))
    if "basin" in document:
        yield from _basin(document, subject, metric, star, zero)
    if "bregman" in document:
        decay = document["bregman"]
        key = ("bregman", json.dumps(decay), metric.key)
        yield from subject.once(key, lambda: bregman(decay, subject, star, zero))


def _approaches(
    document: Document, metric: Metric, sizes: list[int], zero: bool
) -> Iterator[Approach]:
    """Where x* is no zero a step from it leads away: then the start alone must lie in X."""
    steps, alpha = document["steps"], rational(document["margin"])
    if "rk4_equilibrium" in steps:
        rk4 = steps["rk4_equilibrium"]
        own, claims = Metric.read(rk4["metric"], sizes), rk4_claims(rk4)
        yield Approach("RK4 towards the equilibrium", rk4_step, own, claims, False, zero)
    for key, name, step, count in (
        ("extragradient", "extragradient", extragradient_step, 1),
        ("optimistic", "optimistic gradient", optimistic_run(1), 1),
        ("optimistic", "optimistic gradient", optimistic_run(RUN), RUN),
    ):
        if key in steps:
            bounds = _slow(steps[key], count, alpha)
            if steps[key].get("unprojected", True):
                yield Approach(f"{name}, unprojected", step, metric, bounds, False, zero)
            if steps[key]["projected"]:
                yield Approach(f"{name}, projected", step, metric, bounds, True)


def _slow(steps: Document, count: int, alpha: Fraction) -> list[tuple[Fraction, Fraction]]:
    """Squared factors after so many steps: 1 − hα each, and what is stated of the best step."""
    longest, best = rational(steps["step_max"]), rational(steps["best_step"])
    at_best = rational(steps["factor_at_best"])
    bounds = [(h, (1 - h * alpha) ** count) for h in (longest, longest / 2)]
    return [*bounds, (best, at_best ** (2 * count))]


def _basin(
    document: Document, subject: Subject, metric: Metric, star: Array, zero: bool
) -> Iterator[Falsehood]:
    if "equilibrium" not in document or not zero:
        yield Falsehood("start set", "round no zero that is certified")
        return
    for key, value in document["basin"].items():
        method = "flow" if key == "radius" else key.removesuffix("_radius")
        steps = document["steps"].get(method, {})
        if method != "flow" and not steps:
            yield Falsehood(f"start set of {method}", "no steps of it are claimed")
            continue
        own = Metric.read(steps["metric"], subject.game.sizes) if "metric" in steps else metric
        radius = None if value is None else rational(value)
        sizes = [rational(steps[k]) for k in ("step_max", "best_step") if k in steps]
        key = ("start", method, radius, own.key, tuple(sizes))
        found = partial(start_set, method, radius, subject, own, star, sizes)
        yield from subject.once(key, found)


__all__ = ["Falsehood", "Unjudged", "falsehoods"]
