"""The estimator: which evidence is possible, and the block bounds it gives."""

from collections.abc import Callable

from games.game import Game, Structure
from games.markov.logit_game import LogitGame
from games.regions.region import Space
from games.regions.shapes import MetricBall, Region
from sgn.bounds.bounder import Bounder
from sgn.bounds.bounds import Bounds
from sgn.bounds.enclosed import Enclosed
from sgn.bounds.exact import Exact
from sgn.bounds.sampled import Sampled
from sgn.quantities.claim import CannotBound

Chosen = tuple[Bounder, str]


def _auto(game: Game, region: Region, seed: int) -> Chosen:
    """The strongest evidence that the game allows: exact, else enclosed, else sampled, and why."""
    notes = []
    for bounder in (Exact(), Enclosed(seed=seed)):
        try:
            bounder.require(game, region)
        except CannotBound as obstacle:
            notes.append(f"not {bounder.kind}: {obstacle.message}")
        else:
            return bounder, "; ".join(notes)
    return Sampled(seed=seed), "; ".join(notes)


def _exact(game: Game, region: Region, seed: int) -> Chosen:
    return Exact(), ""


def _enclosed(game: Game, region: Region, seed: int) -> Chosen:
    return Enclosed(seed=seed), ""


def _sampled(game: Game, region: Region, seed: int) -> Chosen:
    return Sampled(seed=seed), ""


EVIDENCE_NAMES: dict[str, Callable[[Game, Region, int], Chosen]] = {
    "auto": _auto,
    "exact": _exact,
    "enclosed": _enclosed,
    "sampled": _sampled,
}


def choose(evidence: str | Bounder, game: Game, region: Region, seed: int = 0) -> Chosen:
    """The bounder for a name or a strategy value, and why it stepped down ("" if it did not).

    Raises ValueError for an unknown name or a region of another dimension than the game.
    """
    if region.dimension != game.dimension:
        raise ValueError(
            f"the region has dimension {region.dimension}; expected {game.dimension},"
            " one side per variable"
        )
    if isinstance(evidence, Bounder):
        return evidence, ""
    if evidence not in EVIDENCE_NAMES:
        names = ", ".join(repr(name) for name in EVIDENCE_NAMES)
        raise ValueError(f"evidence is {evidence!r}; expected one of {names}, or a Bounder")
    return EVIDENCE_NAMES[evidence](game, region, seed)


def region_of(game: Game, region: Region | MetricBall | None = None) -> Region:
    """The region given, else the game's own, else all of R^n when J is constant.

    Raises ValueError when there is none.
    """
    if not isinstance(game, Game):
        raise ValueError(f"the game is {type(game).__name__}; expected a games.Game")
    if isinstance(region, MetricBall):
        region = region.region
    if region is not None and not isinstance(region, Region):
        raise ValueError(f"the region is {type(region).__name__}; expected games.Box")
    found = game.region if region is None else region
    if found is not None:
        return found
    if game.structure is Structure.CONSTANT:
        return Space(game.dimension)
    cure = ", such as game.logit_box(1)" if isinstance(game, LogitGame) else ""
    raise ValueError(
        f"the game has no region and its Jacobian is not constant; give a Box as the region{cure}"
    )


def estimate_bounds(
    game: Game, region: Region | None = None, evidence: str | Bounder = "auto", seed: int = 0
) -> Bounds:
    """μ_i, Λ_i and L_ij of a game on a region, with their evidence.

    region: a Box; without it the game's own, or all of R^n for a constant Jacobian.
    evidence: "auto" (exact if possible, else enclosed, else sampled), one of these names, or
    a Bounder.
    seed: of the sampling. Raises ValueError for a missing or wrong region or an unknown evidence,
    CannotBound when the evidence asked for cannot be had.

    >>> from games.quadratic import QuadraticGame
    >>> game = QuadraticGame([[1.0, 10.0], [0.05, 1.0]], sizes=[1, 1])
    >>> estimate_bounds(game).curvature_lower
    array([1., 1.])
    """
    where = region_of(game, region)
    bounder, _ = choose(evidence, game, where, seed)
    return bounder.block_bounds(game, where)
