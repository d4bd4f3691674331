"""The weighted KL divergence along the flow (T19), as far as it is cheaply proved.

Sampled policies say which weights and which rate to aim at; the checker's own test decides.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.certificate import following
from certificates.kernel.claims import Claims
from certificates.kernel.document.reading import encode_array
from certificates.kernel.obligation import Title
from certificates.kernel.policies.divergence import simplex_coupling
from certificates.kernel.policies.policies import Policies
from certificates.kernel.policies.values import ValuesJacobian, read_values
from certificates.kernel.theorems.kl import DecayInRegion, DecayLevel, DecayOnSimplex
from certificates.kernel.uncheckable import Uncheckable
from games.language.number import float_enclosure, round_down
from games.markov.logit_game import LogitGame
from games.normal_form import NormalFormGame
from games.regions.shapes import Box
from sgn.bounds import Bounds, Enclosed
from sgn.enclosures.forms import NATURAL
from sgn.enclosures.prover import Proved, Tokens, split
from sgn.metrics.block_scalar import best_direct_weights
from sgn.metrics.weights import margin_at
from sgn.pipeline.game_on_region import Problem
from sgn.pipeline.safe_side import StatedBounds, stated_structural
from sgn.rounding import objects

FloatArray = NDArray[np.float64]
DIGITS = 6
AIMS = (
    "0.1",
    "0.5",
    "0.8",
    "0.9",
    "0.95",
    "0.98",
    "0.99",
    "0.999",
)  # of the rate at sampled policies
MAX_BOXES = 2**13  # of one cover
BATCH = 2**10
NO_TOKENS: Tokens = np.zeros(0, dtype=np.int32)
ROOM = 1 + Fraction(1, 10**6)  # for what the checker's own boxes are wider by


def with_divergence(claims: Claims, problem: Problem, left_out: Collection[Title]) -> Claims:
    """The claims with what is proved of the divergence; left_out: what is not to be stated."""
    game = problem.game
    if claims.verdict != "proved" or claims.game is None or not isinstance(game, LogitGame):
        return claims
    try:
        policies = Policies(claims.game)
    except Uncheckable:
        return claims
    tried = [np.ones(len(game.players))]
    if (aim := _aim(claims, problem, game)) is not None:
        tried.append(aim.weights)
        if Title.KL_RATE not in left_out and Title.KL_LEVEL not in left_out:
            claims = _in_region(claims, problem, policies, aim)
    if isinstance(game, NormalFormGame) and Title.KL_SIMPLEX not in left_out:
        simplex = on_simplex(game, tried)
        claims = claims if simplex is None else claims.with_claims(simplex)
    return claims


@final
@dataclass(frozen=True, eq=False)
class _Aim:
    """Weights, and the rate at the worst policy sampled."""

    weights: FloatArray
    rate: float


def _aim(claims: Claims, problem: Problem, game: LogitGame) -> _Aim | None:
    """The best weights for sampled policies; None where some are too near to pure ones."""
    starts = [np.ones(len(game.players))]
    if claims.metric.kind == "scalar":
        starts.append(claims.metric.weights.astype(float))
    try:
        with np.errstate(all="ignore"):
            whitened = in_whitened_logits(game, problem.points())
    except np.linalg.LinAlgError:
        return None
    if not np.isfinite(whitened).all():
        return None
    return _Aim(*best_direct_weights(whitened, game.slices, starts))


def _in_region(claims: Claims, problem: Problem, policies: Policies, aim: _Aim) -> Claims:
    """With rate and weights in the region, and the cover that proves it, if a level follows."""
    region, equilibrium = problem.region, claims.solution
    if equilibrium is None or not equilibrium.is_zero or aim.rate <= 0:
        return claims
    if not isinstance(region, Box) or region.ball is not None:
        return claims
    weights, best = _short(aim.weights), None
    try:
        proof = _proofs(claims, problem, policies, region, weights)
        for part in AIMS:
            rate = round_down(Fraction(aim.rate) * Fraction(part), DIGITS)
            cover = proof(rate)
            if cover is None:
                break
            best = rate, cover
    except Uncheckable:
        return claims
    if best is None:
        return claims
    rate, cover = best
    found = replace(claims.with_claims(DecayInRegion(rate, weights)), following=following())
    if found.find(DecayLevel) is None:
        return claims
    if not len(cover):
        return found
    covers = {**claims.evidence["covers"], "bregman": encode_array(cover)}
    return replace(found, evidence={**claims.evidence, "covers": covers})


def _proofs(
    claims: Claims, problem: Problem, policies: Policies, region: Box, weights: NDArray[Any]
) -> Callable[[Fraction], Tokens | None]:
    """From a rate to a cover on which it holds: none needed where values have their own, or None.

    Raises Uncheckable.
    """
    if "values" not in claims.evidence:
        return lambda rate: _cover(policies, region, rate, weights, partial(_late, problem))
    J = ValuesJacobian(claims.game or {}, region, read_values(claims.evidence["values"]))
    leaves = list(J.each_reward("bregman", policies))

    def hold(rate: Fraction) -> Tokens | None:
        good = all(policies.keep(rate, weights, *leaf).all() for leaf in leaves)
        return NO_TOKENS if good else None

    return hold


def _late(problem: Problem) -> bool:
    return isinstance(problem.bounder, Enclosed) and problem.bounder.effort.stopped


def _cover(
    policies: Policies,
    region: Box,
    rate: Fraction,
    weights: NDArray[Any],
    late: Callable[[], bool],
) -> Tokens | None:
    """A cover on whose leaves the checker's test holds, with a little room; None if not found.

    Raises Uncheckable.
    """

    def test(low: FloatArray, high: FloatArray) -> tuple[Any, Any]:
        with np.errstate(all="ignore"):
            rewards = policies.rewards(low, high)
            good = policies.keep(rate * ROOM, weights, low, high, rewards)
        return np.where(good, NATURAL, -1), np.argmax(high - low, axis=1)

    found = split(test, region, MAX_BOXES, BATCH, late)
    return found.tokens if isinstance(found, Proved) else None


def in_whitened_logits(game: LogitGame, points: FloatArray) -> FloatArray:
    """CᵀJC⁻ᵀ, F̃ = CCᵀ, at points (k, n): its weighted margin is T19's rate there."""
    C = np.linalg.cholesky(game.fisher(points))
    turned = np.swapaxes(C, -1, -2)
    return np.asarray(turned @ game.jacobian(points) @ np.linalg.inv(turned))


def on_simplex(game: NormalFormGame, tried: Sequence[FloatArray]) -> DecayOnSimplex | None:
    """T19 (corollary): from every interior start, where τ outweighs what the others do."""
    try:
        each = [
            stated_structural(bounds, margin_at(bounds.floats, weights))
            for weights in tried
            for bounds in [_simplex_bounds(game, weights)]
        ]
    except Uncheckable:
        return None
    found = max(each, key=lambda structural: structural.margin)
    if found.margin <= 0:
        return None
    return DecayOnSimplex(found.margin, _short(found.weights), _short(found.vector))


def _simplex_bounds(game: NormalFormGame, weights: FloatArray) -> StatedBounds:
    """τ and the couplings at these weights. Raises Uncheckable."""
    entropy, count = objects(game.tensors.entropy), len(weights)
    coupling = simplex_coupling(game.tensors, list(_short(weights)))
    dense = np.zeros((count, count))
    dense[coupling.rows, coupling.cols] = [float_enclosure(v)[1] for v in coupling.values]
    low, high = ([float_enclosure(tau)[side] for tau in entropy] for side in (0, 1))
    return StatedBounds(entropy, entropy, coupling, Bounds.given(low, dense, high))


def _short(values: FloatArray) -> NDArray[Any]:
    """Floats as their shortest decimals."""
    return objects(Fraction(repr(float(v))) for v in values)
