"""The KL divergence along the flow of a game of policies (T19)."""

from certificates.kernel.document.claims import Claims
from certificates.kernel.document.kl import RegionDecay, SimplexDecay
from certificates.kernel.document.reading import Document
from certificates.kernel.policies.divergence import (
    largest_level,
    policies_of,
    rate_holds,
    simplex_holds,
)
from certificates.kernel.theorems.context import certified_zero
from certificates.kernel.theorems.hypotheses import Hypothesis
from certificates.kernel.theorems.rule import Stated, given, rule
from certificates.kernel.theorems.words import CERTIFIED
from games.regions.region import Box

FIELD = "−G is the natural gradient, entropy not by occupancy"
BOX = "X is a box of logits"
RATE = "the rate is above 0"
NORMAL = "the game is one of matrices"


def _region(claims: Claims) -> tuple[RegionDecay, ...]:
    claimed = claims.promises.bregman
    return given(claimed.region) if claimed is not None else ()


def _simplex(claims: Claims) -> tuple[SimplexDecay, ...]:
    claimed = claims.promises.bregman
    return given(claimed.simplex) if claimed is not None else ()


def _is_box(claims: Claims) -> bool:
    return isinstance(claims.region, Box) and claims.region.ball is None


def _has_field(game: Document | None) -> bool:
    """Raises Uncheckable where the game has no such policies."""
    return len(policies_of(game).owners) > 0


def _is_normal_form(case: Stated[SimplexDecay]) -> bool:
    return case.claims.game is not None and case.claims.game.get("kind") == "normal-form"


RULES = (
    rule(
        "T19",
        "Bregman rate",
        _region,
        Hypothesis(FIELD, lambda case: _has_field(case.claims.game)),
        Hypothesis(CERTIFIED, lambda case: certified_zero(case.claims)),
        Hypothesis(BOX, lambda case: _is_box(case.claims)),
        Hypothesis(RATE, lambda case: case.what.rate > 0),
        Hypothesis(
            "sym(W ∂G/∂p) ⪰ αWH on X",
            lambda case: rate_holds(case.claims, case.J, case.what),
            given=(FIELD, BOX),
        ),
    ),
    rule(
        "T19 (level)",
        "Bregman level",
        _region,
        Hypothesis(FIELD, lambda case: _has_field(case.claims.game)),
        Hypothesis(CERTIFIED, lambda case: certified_zero(case.claims)),
        Hypothesis(BOX, lambda case: _is_box(case.claims)),
        Hypothesis("the level is above 0", lambda case: case.what.level > 0),
        Hypothesis(
            "c ≤ w_i m d(q* ‖ logistic b) at every face",
            lambda case: (
                case.what.level <= largest_level(case.claims, case.J.sizes, case.what.weights)
            ),
            given=(FIELD, CERTIFIED, BOX),
        ),
    ),
    rule(
        "T19 (corollary)",
        "Bregman simplex",
        _simplex,
        Hypothesis(FIELD, lambda case: _has_field(case.claims.game)),
        Hypothesis(NORMAL, _is_normal_form),
        Hypothesis(RATE, lambda case: case.what.rate > 0),
        Hypothesis(
            "S ⪰ 0 by T2's test",
            lambda case: simplex_holds(case.claims.game, case.what),
            given=(FIELD, NORMAL),
        ),
    ),
)
