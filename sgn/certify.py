"""The pipeline: game → bounds → weights → steps → certificate → checked, or a refusal."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import replace
from functools import partial

import numpy as np

from certificates.certificate import Certificate, Refusal
from certificates.documents import certificate_document, region_document
from certificates.kernel.document.head import read_names
from certificates.kernel.document.reading import Document, encode_arrays
from certificates.kernel.uncheckable import Uncheckable
from games.errors import InputError
from games.game import Game, Structure
from games.players import NumberedNames
from games.regions.shapes import Box, MetricBall, Region
from games.symbolic import SymbolicGame
from games.work import TooMuch
from sgn.bounds import Bounder, Bounds, CannotBound, Enclosed, Sampled, choose, region_of
from sgn.geometry import Geometry, in_geometry
from sgn.pipeline.claims import Subject, claims_of
from sgn.pipeline.game_on_region import Problem
from sgn.pipeline.ladder import Choice, Strategy, choice_of
from sgn.pipeline.numbers import Study, conditional_study, study
from sgn.pipeline.safe_side import stated_bounds
from sgn.promises.added import with_promises
from sgn.quantities.claim import named_point
from sgn.quantities.effort import Effort, Progress
from sgn.recheck import confirmed, standing
from sgn.refusals.domains import Defined, DomainReport, Outside, Undecided, check_domains
from sgn.refusals.reasons import FIXES, not_bounded, not_certified, not_checked

SAMPLING_TRIES = 4
TOO_FAR = "the numbers are too large, too small or too far apart for floating point ({})".format


def certify(
    game: Game,
    region: Region | MetricBall | None = None,
    *,
    evidence: str | Bounder = "auto",
    metric: str | Strategy = "auto",
    objective: str = "margin",
    geometry: Geometry | None = None,
    time_limit: float | None = None,
    executor: Executor | None = None,
    seed: int = 0,
    progress: Callable[[Progress], object] | None = None,
) -> Certificate | Refusal:
    """Does simultaneous gradient play contract on the region: how fast, with which steps?

    game: any Game. region: a Box, or a MetricBall; without it
        the game's own, or all of R^n for constant J.
    evidence: "auto" (exact if possible, else enclosed, else sampled, saying why it stepped down),
        "exact", "enclosed", "sampled", or a Bounder.
    metric: "euclidean" (equal weights), "scalar" (a weight a player), "block" (a matrix a player),
        "dense" (one matrix), the same as a value (BlockScalar(), …), or "auto": the first of
        scalar, block and dense that certifies, where more than 100 variables are certified by the
        bounds per pair of players alone if possible. Projected play needs the first two (T7).
    objective: what the metric is chosen for: "margin", "euler_step", "rk4_step" or "factor" (the
        least of Euler's method).
    geometry: EntropicDual() or EntropicDual("kakade") for the natural gradient of policies (the
        steps are then natural-gradient steps), Euclidean() for plain gradients; without it what
        the game's own field says.
    time_limit: seconds for enclosing; what is proved by then counts. Without one the result is the
        same, to the byte, for the same arguments, versions and type of processor; on other
        processors numbers may differ in their last digits.
    executor: any concurrent.futures.Executor (threads, processes, a Dask client's) for that.
    progress: called with a Progress after each batch of boxes; may raise KeyboardInterrupt, which
        like Ctrl-C keeps what is proved.
    seed: of all randomness. Returns a Certificate (verdict proved or estimated) or a Refusal.
    Raises ValueError for an unknown option or a region that does not fit; InputError where a cost
    is not defined, or not smooth, somewhere in the region.

    >>> import games
    >>> result = certify(games.QuadraticGame([[1.0, 10.0], [0.05, 1.0]], sizes=[1, 1]))
    >>> result.verdict, str(result.margin), [int(w) for w in result.weights]
    ('proved', '0.292893218813', [1, 200])
    """
    with np.errstate(all="ignore"):  # what overflows is not finite, and never stated
        game, choice = in_geometry(game, geometry), choice_of(metric, objective)
        if seed < 0:
            raise ValueError(f"seed is {seed}; expected at least 0")
        where = region_of(game, region)
        if isinstance(where, Box) and where.constraints:
            _ = where.inner  # InputError where no point meets them
        bounder, note = choose(evidence, game, where, seed)
        effort = Effort(time_limit, executor, progress)
        if isinstance(bounder, Enclosed) and effort.given:
            bounder = replace(bounder, effort=effort)
        report = domain_report(game, where)
        if isinstance(report, Outside):
            raise InputError(f"{report.message}; {FIXES['domain']}")
        if isinstance(report, Undecided):
            return not_bounded(subject_of(game, where), bounder.kind, _unclear(game, report))
        return examine(Problem(game, where, bounder, None, seed), choice, evidence == "auto", note)


def domain_report(game: Game, region: Region) -> DomainReport:
    """Whether every cost is smooth on the region; asked only where some cost may not be."""
    if (
        isinstance(game, SymbolicGame)
        and game.structure is Structure.GENERAL
        and isinstance(region, Box)
    ):
        return check_domains(game, region)
    return Defined(0)


def _unclear(game: Game, report: Undecided) -> CannotBound:
    low, high = report.box.floats()
    return CannotBound("domain", report.message, named_point(game, low + (high - low) / 2))


def subject_of(game: Game, region: Region) -> Document:
    """What a document speaks of."""
    return {"game": encode_arrays(game.document()), "region": region_document(region)}


def examine(
    problem: Problem, choice: Choice, may_sample: bool, note: str = ""
) -> Certificate | Refusal:
    """All but the choice of evidence and the test of domains."""
    subject = subject_of(problem.game, problem.region)
    if problem.bounder.kind == "exact" and problem.game.provable:
        problem = replace(problem, document=subject["game"])
    try:
        return _examined(problem, choice, may_sample, note, subject)
    except (CannotBound, Uncheckable) as obstacle:
        return not_bounded(subject, problem.bounder.kind, obstacle)
    except InputError:
        raise
    except (ArithmeticError, ValueError) as error:  # of NaN; every argument was validated before
        return not_bounded(subject, problem.bounder.kind, CannotBound("numerical", TOO_FAR(error)))


def _examined(
    problem: Problem, choice: Choice, may_sample: bool, note: str, subject: Document
) -> Certificate | Refusal:
    """Numbers and evidence, then a certificate that the checker confirms, or a refusal."""
    problem, found, made = _evidenced(problem, choice, may_sample, note, subject)
    if found.margin <= 0:
        return _refused(problem, choice, subject, found, made)
    if made["kind"] == "sampled":
        claims = claims_of(found, made, _spoken_of(problem, subject))
        return Certificate(certificate_document(with_promises(claims, problem, found.left_out)))
    try:
        certificate, verification = standing(problem, found, made, _spoken_of(problem, subject))
    except TooMuch as error:
        return not_bounded(subject, problem.bounder.kind, CannotBound("budget", str(error)))
    if not verification:
        return not_checked(subject, {"kind": made["kind"]}, verification)
    return Certificate(certificate)


def _spoken_of(problem: Problem, subject: Document) -> Subject:
    return Subject(read_names(subject, "game"), subject["game"], problem.region)


def _refused(
    problem: Problem, choice: Choice, subject: Document, found: Study, made: Document
) -> Refusal:
    matrices = any(rung.adds_to_scalar(problem.game.sizes) for rung in choice.strategies)
    return not_certified(problem, subject, {"kind": made["kind"]}, found, not matrices)


def _evidenced(
    problem: Problem, choice: Choice, may_sample: bool, note: str, subject: Document
) -> tuple[Problem, Study, Document]:
    """Numbers and the evidence for them; sampled ones where enclosing them takes too long."""
    bounder = problem.bounder
    if bounder.kind == "exact":
        return problem, study(problem, choice), {"kind": "exact"}
    weaker = replace(problem, bounder=Sampled(seed=problem.seed))
    if isinstance(bounder, Enclosed):  # whose clock goes on
        late = partial(bounder.effort.late, bounder.effort.last)
        weaker = replace(problem, bounder=Sampled(seed=problem.seed, late=late))
    try:
        found, made = _confirmed(problem, choice)
        why = ""
        unproved = found.margin <= 0 and may_sample and bounder.kind == "enclosed"
        if (
            unproved
            and study(weaker, choice).margin > 0
            and _refused(problem, choice, subject, found, made).verdict != "refuted"
        ):  # samples may miss what a witness shows
            why = "no positive margin could be proved, though sampling finds one"
            for other in _otherwise(problem):
                found, made = _confirmed(other, choice)
                if found.margin > 0:
                    problem, why = other, ""
    except CannotBound as obstacle:
        if not may_sample or bounder.kind == "sampled" or obstacle.reason == "domain":
            raise
        why = obstacle.message
    if why:
        problem, (found, made) = weaker, _confirmed(weaker, choice)
        note = "; ".join(filter(None, (note, f"not {bounder.kind}: {why}")))
    return problem, found, {**encode_arrays(made), **({"note": note} if note else {})}


def _otherwise(problem: Problem) -> Iterator[Problem]:
    """The same problem, enclosed in another form."""
    if isinstance(problem.bounder, Enclosed):
        for bounder in problem.bounder.otherwise(problem.game, problem.region):
            yield replace(problem, bounder=bounder)


def certify_bounds(bounds: Bounds) -> Certificate | Refusal:
    """What follows if the given bounds hold: verdict conditional; the statement says that "if".

    bounds: from Bounds.given. That every J_ii is symmetric is part of what is given, and of the
        statement: the Lipschitz constant and the steps rest on it (T9). With symmetric=False
        nothing bounds ‖J_ii‖: a Refusal, with the margin of the flow.

    >>> bounds = Bounds.given([1, 1], [[0, 10], [0.05, 0]], curvature_upper=[1, 1])
    >>> certify_bounds(bounds).verdict
    'conditional'
    """
    if not isinstance(bounds, Bounds):
        raise ValueError(f"bounds is {type(bounds).__name__}; expected sgn.Bounds")
    with np.errstate(all="ignore"):
        return _certify_bounds(bounds)


def _certify_bounds(bounds: Bounds) -> Certificate | Refusal:
    names = bounds.names
    counted = isinstance(names, NumberedNames)
    subject: Document = {"players": len(names) if counted else list(names)}
    evidence: Document = {"kind": "assumed", "symmetric": bounds.symmetric}
    try:
        found = conditional_study(stated_bounds(bounds, None, None))
    except (ArithmeticError, ValueError) as error:
        return not_bounded(subject, "assumed", CannotBound("numerical", TOO_FAR(error)))
    if found.margin <= 0:
        return not_certified(None, subject, evidence, found)
    certificate, verification = standing(None, found, evidence, Subject(names))
    if not verification:
        return not_checked(subject, evidence, verification)
    return Certificate(certificate)


def _confirmed(problem: Problem, choice: Choice) -> tuple[Study, Document]:
    """A study, then evidence for every claim of it; more samples where fresh ones break a claim."""
    for attempt in range(SAMPLING_TRIES):
        found, bounder = study(problem, choice), problem.bounder
        if found.margin <= 0:
            return found, {"kind": bounder.kind}
        found, confirmation = confirmed(problem, found)
        if not confirmation.broken:
            return found, confirmation.evidence
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
