"""The pipeline: game → bounds → weights → steps → certificate → checked, or a refusal with its reason."""

from dataclasses import replace

from certificates.certificate import Certificate, Refusal
from certificates.check import verify
from certificates.check_jacobian import Uncheckable
from certificates.document import Document, encode_arrays
from games.game import Game
from games.region import Region
from sgn.assemble import certificate_document, region_document
from sgn.bounds import Bounder, Bounds, CannotBound, Sampled, choose, region_of
from sgn.claims_made import claims_of
from sgn.refusal import not_bounded, not_certified, not_checked
from sgn.stated import stated_bounds
from sgn.study import Problem, Study, conditional_study, study

METRICS = ("auto", "euclidean", "scalar")
SAMPLING_TRIES = 4


def certify(
    game: Game,
    region: Region | None = None,
    *,
    evidence: str | Bounder = "auto",
    metric: str = "auto",
    seed: int = 0,
) -> Certificate | Refusal:
    """Does simultaneous gradient play contract on the region: in which metric, how fast, with which steps?

    game: any Game. region: a Box; without it the game's own, or all of R^n for constant J.
    evidence: "auto" (exact if possible, else sampled, saying why), "exact", "sampled", or a Bounder.
    metric: "auto" and "scalar" choose one weight a player, "euclidean" keeps them equal.
    seed: of all randomness. Returns a Certificate (verdict proved or estimated) or a Refusal.
    Raises ValueError for an unknown option or a region that does not fit.

    >>> import games
    >>> result = certify(games.QuadraticGame([[1.0, 10.0], [0.05, 1.0]], sizes=[1, 1]))
    >>> result.verdict, str(result.margin), [int(w) for w in result.weights]
    ('proved', '0.292893218813', [1, 200])
    """
    if metric not in METRICS:
        names = ", ".join(repr(name) for name in METRICS)
        raise ValueError(f"metric is {metric!r}; expected one of {names}")
    where = region_of(game, region)
    bounder, note = choose(evidence, game, where, seed)
    document = encode_arrays(game.document())
    subject = {"game": document, "region": region_document(where)}
    exact = bounder.kind == "exact" and game.provable
    problem = Problem(game, where, bounder, document if exact else None, seed)
    try:
        if bounder.kind == "sampled":
            found, made = _sampled_study(problem, metric)
        else:
            found, made = study(problem, metric), {"kind": "exact"}
    except (CannotBound, Uncheckable) as obstacle:
        return not_bounded(subject, bounder.kind, obstacle)
    if note:
        made = {**made, "note": note}
    if found.margin <= 0:
        return not_certified(problem, subject, made, found)
    certificate = certificate_document(found, made, subject)
    if exact and not (verification := verify(certificate)):
        return not_checked(subject, made, verification)
    return Certificate(certificate)


def certify_bounds(bounds: Bounds) -> Certificate | Refusal:
    """What follows if the given bounds hold: verdict conditional; the statement begins with that "if".

    bounds: from Bounds.given.

    >>> bounds = Bounds.given([1, 1], [[0, 10], [0.05, 0]], curvature_upper=[1, 1])
    >>> certify_bounds(bounds).verdict
    'conditional'
    """
    subject: Document = {"players": list(bounds.names)}
    evidence: Document = {"kind": "assumed", "symmetric": bounds.symmetric}
    found = conditional_study(stated_bounds(bounds, None, None))
    if found.margin <= 0:
        return not_certified(None, subject, evidence, found)
    certificate = certificate_document(found, evidence, subject)
    if not (verification := verify(certificate)):
        return not_checked(subject, evidence, verification)
    return Certificate(certificate)


def _sampled_study(problem: Problem, metric: str) -> tuple[Study, Document]:
    """Estimates, then fresh independent draws against every claim; more samples where one fails."""
    for attempt in range(SAMPLING_TRIES):
        found = study(problem, metric)
        confirmation = problem.bounder.confirm(
            problem.game, problem.region, claims_of(problem, found)
        )
        if not confirmation.broken:
            return found, confirmation.evidence
        bounder = problem.bounder
        if isinstance(bounder, Sampled):
            bounder = replace(
                bounder,
                draws=4 * bounder.draws,
                seed=bounder.seed + 1,
                delta=bounder.delta / 2 ** (attempt + 1),
            )
        problem = replace(problem, bounder=bounder)
    raise CannotBound(
        "numerical",
        "fresh samples kept finding points worse than those of the search;"
        " shrink the region or raise Sampled(draws=…)",
    )
