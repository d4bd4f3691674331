"""The oracle: what a certificate or refusal claims (docs/theory.md, docs/formats.md) that is false.

It believes nothing of the document but the game, the region and the claims, and shares no code
with the product. What follows from the claims in the product's eyes is told to it as plain numbers.
A falsehood was computed in 50 digits (or is one of exact rationals).
"""

import json
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache, partial
from typing import Any

import numpy as np

import tests.forging.oracle_forms as forms
from tests.forging.oracle_bounds import games_with, ratios, structural
from tests.forging.oracle_claims import LIFTED_RUN, Following, Range, Ratios, Said, said_by
from tests.forging.oracle_divergence import divergences
from tests.forging.oracle_equilibrium import equilibrium, start_set
from tests.forging.oracle_game import MatrixGame, game_of
from tests.forging.oracle_metric import Metric
from tests.forging.oracle_reading import Array, Document, Unjudged, mp, mps
from tests.forging.oracle_refusal import refusal
from tests.forging.oracle_region import Space, region_of
from tests.forging.oracle_solution import solution
from tests.forging.oracle_steps import (
    LIFTED,
    RUNGE_KUTTA,
    Approach,
    Step,
    approaches,
    extragradient_step,
    lifted_run,
    optimistic_run,
    projected_pairs,
    runge_kutta_pairs,
    step_form,
)
from tests.forging.oracle_subject import Falsehood, Subject

LARGE = 100  # variables beyond which fewer steps are tried
RUN = 7  # steps of optimistic gradient
NOTHING = Following()


def falsehoods(
    document: Document, said: str = "", following: Following = NOTHING, seed: int = 0
) -> list[Falsehood]:
    """All that is false and was found; raises Unjudged where the document cannot be followed.

    said: a refusal in the product's words. following: what the product derives of a certificate.
    """
    if document["format"].startswith("sgn-refusal"):
        return list(refusal(document, said))
    claims = said_by(document, following)
    found = list(structural(claims))
    if document["evidence"]["kind"] == "assumed":
        symmetric = document["evidence"].get("symmetric") is True
        for game in games_with(claims, symmetric, seed):
            found += _claims(claims, Subject(game, Space(game.n), seed))
        return found
    found += _geometry(document["game"], following.geometry)
    texts = json.dumps(document["game"]), json.dumps(document["region"])
    return found + _claims(claims, _subject(*texts, seed))


@lru_cache(maxsize=300)
def _subject(game: str, region: str, seed: int) -> Subject:
    """The same one for all that is said of a game on a region."""
    return Subject(game_of(json.loads(game)), region_of(json.loads(region)), seed)


def _geometry(game: Document, told: str | None) -> Iterator[Falsehood]:
    """T18: the geometry is that of the game's field."""
    field = game.get("field", "fisher") if game.get("kind") in ("markov", "normal-form") else ""
    name = field or "euclidean"
    if told is not None and told != name:
        yield Falsehood("geometry", f"it is {name}")


def _claims(said: Said, subject: Subject) -> list[Falsehood]:
    found = subject.defined()
    metric = Metric.read(said.metric, subject.game.sizes)
    if not metric.positive:
        return [*found, Falsehood("metric", "not positive definite")]
    for form in _forms(said, subject, metric):
        found += subject.refutes(form)
    found += _blocks(said, subject)
    for scheme in RUNGE_KUTTA:
        found += _runge_kutta(scheme, said, subject)
    found += _projected_euler(said, subject)
    return found + list(_towards(said, subject, metric))


# ---- one Jacobian --------------------------------------------------------------------------------


def _forms(said: Said, subject: Subject, metric: Metric) -> Iterator[forms.Form]:
    sizes = subject.game.sizes
    yield forms.margin("margin", metric, said.margin)
    yield forms.lipschitz("Lipschitz", metric, said.lipschitz)
    if said.cocoercivity is not None:
        yield forms.cocoercivity(metric, said.cocoercivity)
    if said.euclidean is not None:
        equal = Metric.identity(subject.game.n)
        yield forms.margin("Euclidean margin", equal, said.euclidean)
    if (euler := said.steps.get("euler")) is not None:
        own, squares = Metric.read(euler.metric, sizes), euler.squares
        for h, square in squares[2::2] if subject.game.n > LARGE else squares:
            yield forms.euler("Euler steps", own, h, square)
    for scheme in RUNGE_KUTTA:
        if (steps := said.steps.get(scheme)) is not None and steps.norm is not None:
            yield from _norms(steps, steps.norm, sizes)
    for band in said.bands:
        if band.alone:
            yield from _direct_band(band, sizes)


def _norms(steps: Range, norm: Fraction, sizes: list[int]) -> Iterator[forms.Form]:
    """‖J‖ ≤ b in the metric of the steps; or ‖J − J₀‖ ≤ δ and ‖J₀‖ ≤ b."""
    metric, J0, name = Metric.read(steps.metric, sizes), steps.near, steps.method
    if J0 is None:
        yield forms.lipschitz(f"{name} norm", metric, norm)
        return

    def terms(U: Array, J: Any) -> forms.Terms:
        image = J @ U - _matrix_like(J0, U) @ U
        return [(steps.deviation**2, U, U), (-1, image, image)]

    def own(U: Array, J: Any) -> forms.Terms:
        image = _matrix_like(J0, U) @ U + 0 * (J @ U)
        return [(norm**2, U, U), (-1, image, image)]

    away = (J0.tobytes(), steps.deviation)
    yield forms.Form(f"{name} near-linear deviation", away, terms, metric)
    yield forms.Form(f"{name} near-linear norm", (J0.tobytes(), norm), own, metric)


def _matrix_like(matrix: Array, U: Array) -> Array:
    return mps(matrix) if U.dtype == object else matrix


def _direct_band(band: Ratios, sizes: list[int]) -> Iterator[forms.Form]:
    for t in ratios(band.low, band.high):
        weights = [Fraction(1)] * len(sizes)
        weights[band.players[1]] = t
        if len(sizes) == 2 and t > 0:
            entries = [w for w, size in zip(weights, sizes, strict=True) for _ in range(size)]
            yield forms.margin("band", Metric(entries), band.margin)


def _blocks(said: Said, subject: Subject) -> list[Falsehood]:
    """μ_i, Λ_i and L_ij, block by block; where each block is a number, by the numbers alone."""
    game, n = subject.game, subject.game.n
    if isinstance(game, MatrixGame) and game.sizes == [1] * n:
        return list(_entries(game, said))
    part = [np.flatnonzero(game.owners == i) for i in range(len(game.sizes))]
    J, found = np.abs(subject.jacobians[~subject.undefined]).max(axis=0, initial=0.0), []
    for i, own in enumerate(part):
        found += subject.refutes(
            forms.curvature("curvature from below", own, n, said.lower[i], 1)
        ) + subject.refutes(forms.curvature("curvature from above", own, n, said.upper[i], -1))
        for j, other in enumerate(part):
            if i == j or not (J[np.ix_(own, other)].any() or (i, j) in said.couplings):
                continue
            bound = said.couplings.get((i, j), Fraction(0))
            found += subject.refutes(forms.coupling("coupling", own, other, n, bound), rounds=12)
    return found


def _entries(game: MatrixGame, said: Said) -> Iterator[Falsehood]:
    """Every entry of J against its bound."""
    diagonal = dict.fromkeys(range(game.n), mp(0))
    for i, j, value in game.entries:
        if i == j:
            diagonal[i] = value
        elif abs(value) > mp(said.couplings.get((i, j), Fraction(0))):
            yield Falsehood("coupling", f"J_ij = {value} of {i}, {j}")
    for i, value in diagonal.items():
        if value < mp(said.lower[i]):
            yield Falsehood("curvature from below", f"J_ii = {value} of {i}")
        if value > mp(said.upper[i]):
            yield Falsehood("curvature from above", f"J_ii = {value} of {i}")


# ---- steps ---------------------------------------------------------------------------------------


def _runge_kutta(scheme: str, said: Said, subject: Subject) -> list[Falsehood]:
    """Between two runs."""
    if (steps := said.steps.get(scheme)) is None:
        return []
    metric = Metric.read(steps.metric, subject.game.sizes)
    claims = steps.squares
    if subject.game.n > LARGE:
        claims = claims[:1] + claims[-2:]
    if not subject.game.constant:
        return runge_kutta_pairs(scheme, subject, metric, claims[::3] + claims[-2:])
    return [
        false
        for h, square in claims
        for false in subject.refutes(step_form(scheme, metric, h, square))
    ]


def _projected_euler(said: Said, subject: Subject) -> list[Falsehood]:
    euler = said.steps.get("euler")
    if euler is None or not euler.projected or isinstance(subject.region, Space):
        return []
    metric = Metric.read(euler.metric, subject.game.sizes)
    return projected_pairs(subject, metric, euler.squares[2:])


def _towards(said: Said, subject: Subject, metric: Metric) -> Iterator[Falsehood]:
    """All that speaks of the solution."""
    radii = said.following.radii
    if said.kind is not None and said.solution is None:
        yield Falsehood("equilibrium", f"{said.kind}, of no solution")
    needs = PLAY.keys() & said.steps.keys()
    falling = said.in_region is not None or said.on_simplex is not None
    if not needs and said.solution is None and not falling:
        if radii:
            yield Falsehood("start set", "round no equilibrium")
        return
    [(star, zero)] = subject.once(
        ("solution", metric.key), lambda: [solution(subject.game, subject.region, metric)]
    )
    for claim in _approaches(said, subject.game.sizes, zero):
        yield from subject.once(claim.key, partial(approaches, subject, claim, star))
    if (located := said.solution) is not None:
        key = ("equilibrium", repr(located), metric.key)
        yield from subject.once(key, lambda: equilibrium(located, subject, metric, star, zero))
    if radii:
        yield from _start_sets(said, subject, metric, star, zero)
    if falling:
        level = said.following.level
        claimed = said.in_region, said.on_simplex, level
        key = ("divergences", repr(claimed), metric.key)
        yield from subject.once(key, lambda: divergences(*claimed, subject, star, zero))


PLAY: dict[str, tuple[tuple[Step, int], ...]] = {  # each with how many steps it makes
    **{f"{scheme}_equilibrium": ((step, 1),) for scheme, step in RUNGE_KUTTA.items()},
    "extragradient": ((extragradient_step, 1),),
    **{name: ((lifted_run(name, LIFTED_RUN), 1),) for name in LIFTED},
    "optimistic": ((optimistic_run(1), 1), (optimistic_run(RUN), RUN)),
}


def _approaches(said: Said, sizes: list[int], zero: bool) -> Iterator[Approach]:
    """Where x* is no zero a step from it leads away: then the start alone must lie in X."""
    for method, plays in PLAY.items():
        if (steps := said.steps.get(method)) is None:
            continue
        name, metric = method.replace("_", " "), Metric.read(steps.metric, sizes)
        for step, count in plays:
            squares = [(h, square**count) for h, square in steps.squares]
            if steps.unprojected:
                yield Approach(f"{name}, unprojected", step, metric, squares, False, zero)
            if steps.projected:
                yield Approach(f"{name}, projected", step, metric, squares, True)


def _start_sets(
    said: Said, subject: Subject, metric: Metric, star: Array, zero: bool
) -> Iterator[Falsehood]:
    if said.solution is None or not zero:
        yield Falsehood("start set", "round no zero that is certified")
        return
    for method, radius in said.following.radii.items():
        steps = said.steps.get(method)
        if steps is None and method != "flow":
            yield Falsehood(f"start set of {method}", "no steps of it are claimed")
            continue
        own = metric if steps is None else Metric.read(steps.metric, subject.game.sizes)
        sizes = [] if steps is None else steps.sizes
        key = ("start", method, radius, own.key, tuple(sizes))
        found = partial(start_set, method, radius, subject, own, star, sizes)
        yield from subject.once(key, found)


__all__ = ["Falsehood", "Following", "Unjudged", "falsehoods"]
