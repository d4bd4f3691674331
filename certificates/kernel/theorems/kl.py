"""The KL divergence along the flow of a game of policies (T19)."""

from collections.abc import Iterator
from fractions import Fraction
from typing import final

from certificates.kernel.claims import Claim, Claims, Decay
from certificates.kernel.document.fields import PerPlayer, Vector, record, witness
from certificates.kernel.jacobian.sizes import sizes_of
from certificates.kernel.obligation import Title
from certificates.kernel.policies.divergence import (
    largest_level,
    policies_of,
    rate_holds,
    simplex_holds,
)
from certificates.kernel.theorems.hypotheses import Hypothesis
from certificates.kernel.theorems.rule import Case, rule
from certificates.kernel.theorems.shared import CERTIFIED, certified_zero
from certificates.kernel.uncheckable import Uncheckable
from games.language.number import round_down
from games.regions.region import Box

DIGITS = 6


def _has_field(case: Case[Claim]) -> bool:
    """Raises Uncheckable where the game has no such policies."""
    return len(policies_of(case.claims.game).owners) > 0


def _is_box(case: Case[Claim]) -> bool:
    return isinstance(case.claims.region, Box) and case.claims.region.plain


FIELD = Hypothesis[Case[Claim]]("−G is the natural gradient, entropy not by occupancy", _has_field)
BOX = Hypothesis[Case[Claim]]("X is a box of logits", _is_box)
RATE = Hypothesis[Case[Decay]]("the rate is above 0", lambda case: case.what.rate > 0)


@final
class DecayInRegion(Decay):
    """At policies of the region; the flow keeps to it below a level."""

    theorem = "kl/T19"
    label = "T19"
    title = Title.KL_RATE


def _rate_holds(case: Case[DecayInRegion]) -> bool:
    game, what = case.claims.game, case.what
    return rate_holds(game, case.J, what.rate, what.weights)


rule(
    DecayInRegion,
    FIELD,
    CERTIFIED,
    BOX,
    RATE,
    Hypothesis("sym(W ∂G/∂p) ⪰ αWH on X", _rate_holds, given=(FIELD.name, BOX.name)),
)


@final
@record
class DecayLevel(Claim):
    """The flow keeps {Σ_i w_i D(π_i* ‖ π_i) ≤ level}, which lies in the region."""

    label = "T19 (level)"
    title = Title.KL_LEVEL
    weights: Vector
    level: Fraction


def _largest(claims: Claims, weights: Vector) -> Fraction:
    found = claims.solution
    if claims.game is None or found is None or not isinstance(claims.region, Box):
        raise Uncheckable("there is no equilibrium in a box")
    sizes = sizes_of(claims.game)
    return largest_level(claims.game, claims.region, found, claims.metric, sizes, weights)


def _follow(claims: Claims) -> Iterator[DecayLevel]:
    decay = claims.find(DecayInRegion)
    if decay is None or not certified_zero(claims):
        return
    try:
        level = round_down(_largest(claims, decay.weights), DIGITS)
    except Uncheckable:
        return
    if level > 0:
        yield DecayLevel(decay.weights, level)


rule(
    DecayLevel,
    FIELD,
    CERTIFIED,
    BOX,
    Hypothesis("the level is above 0", lambda case: case.what.level > 0),
    Hypothesis(
        "c ≤ w_i m d(q* ‖ logistic b) at every face",
        lambda case: case.what.level <= _largest(case.claims, case.what.weights),
        given=(FIELD.name, CERTIFIED.name, BOX.name),
    ),
    follow=_follow,
)


@final
@record
class DecayOnSimplex(Decay):
    """From every interior start of a matrix game."""

    theorem = "kl/T19 (corollary)"
    label = "T19 (corollary)"
    title = Title.KL_SIMPLEX
    vector: Vector = witness(PerPlayer(positive=True), "x > 0 of T2")


def _is_normal_form(case: Case[DecayOnSimplex]) -> bool:
    return case.claims.game is not None and case.claims.game.get("kind") == "normal-form"


NORMAL = Hypothesis[Case[DecayOnSimplex]]("the game is one of matrices", _is_normal_form)
rule(
    DecayOnSimplex,
    FIELD,
    NORMAL,
    RATE,
    Hypothesis(
        "S ⪰ 0 by T2's test",
        lambda case: simplex_holds(
            case.claims.game, case.what.weights, case.what.vector, case.what.rate
        ),
        given=(FIELD.name, NORMAL.name),
    ),
)
