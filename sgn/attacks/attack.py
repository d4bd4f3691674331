"""Attempts to falsify every claim of a certificate, by search and exact arithmetic.

Nothing is shared with the search that made the certificate or with its checker but the evaluation
of the game: what they overlook together may still be seen here.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from certificates.certificate import Certificate, Refusal
from certificates.kernel.claims import Steps
from certificates.kernel.document.reading import digest
from games.errors import InputError
from sgn.attacks.claims.claimed import promise_of
from sgn.attacks.claims.contracting import BetweenNeighbours
from sgn.attacks.claims.numbers import Definite
from sgn.attacks.claims.objectives import Objective
from sgn.attacks.claims.promise import Promise
from sgn.attacks.claims.refusals import refused
from sgn.attacks.hunt import Hunt
from sgn.attacks.kinds import measured
from sgn.attacks.report import NEAR, Attack, Finding, Reach
from sgn.attacks.subject.attacked import Attacked
from sgn.attacks.subject.jacobians import Subject, game_subject, subject_of
from sgn.attacks.subject.precise import nearest, precisely

ROUNDS = 12  # of every hunt at least, whatever the time
BISECTIONS = 40
FARTHEST = 2.0**20  # times the certified step: what still contracts there is not followed further


def attack(
    certificate: Certificate | Refusal,
    *,
    seconds: float = 10.0,
    seed: int = 0,
    progress: Callable[[float], object] | None = None,
) -> Attack:
    """Try to break every claim: bounds, bands, flow, steps, equilibrium, start sets, refutations.

    seconds: how long is searched, beyond a few rounds that every claim gets. progress: called with
    the part of the time that is gone. Places are found in floating point; a claim counts as broken
    only when ball arithmetic shows at that very place that it is false. The certificate is not
    verified first.
    Raises InputError for a refusal without a witness, which claims nothing, and for a game that
    cannot be rebuilt; ValueError for what is no certificate, and unless seconds is at least 0.

    >>> import games, sgn
    >>> result = attack(sgn.certify(games.catalogue.load("sgn-toy")), seconds=0)
    >>> result.broken, round(result.tightness["margin"], 6)
    ((), 1.0)
    """
    if not isinstance(certificate, Certificate | Refusal):
        kind = type(certificate).__name__
        raise ValueError(f"the certificate is {kind}; expected a Certificate from sgn.load")
    if not seconds >= 0:
        raise ValueError(f"seconds is {seconds}; expected at least 0")
    if certificate.document["digest"] != digest(certificate.document):
        raise InputError("the certificate was changed after it was made; make it again")
    rng = np.random.default_rng(seed)
    if isinstance(certificate, Refusal):
        hunts, rounds = _searched(_refutation(certificate), rng, seconds, progress)
        return Attack(_by_kind(_findings(hunts)), (), rounds)
    of = Attacked(certificate, subject_of(certificate.claims), rng)
    if indefinite := _indefinite(of):
        hunts, rounds = _searched(indefinite, rng, 0, progress)
        return Attack(_by_kind(_findings(hunts)), (), rounds)
    with precisely():
        objectives, unmeasured = measured(of)
    hunts, rounds = _searched(objectives, rng, seconds, progress)
    reaches = tuple(_reaches(of, hunts))
    return Attack(_by_kind(_findings(hunts)), reaches, rounds, tuple(unmeasured))


def _refutation(refusal: Refusal) -> list[Objective]:
    claims = refusal.claims
    if claims.witness is None or claims.game is None:
        raise InputError("a refusal without a witness claims no bounds; attack a certificate")
    return refused(claims, claims.witness, game_subject(claims.game, claims.region))


def _indefinite(of: Attacked) -> list[Objective]:
    """Metrics that are none: in such nothing else can be measured."""
    claims = of.claims
    steps = claims.each(Steps)
    metrics = {"metric": claims.metric} | {f"metric of {s.basis} steps": s.metric for s in steps}
    found = [
        Definite(
            claim=name,
            detail="λ_min/λ_max",
            theorem="T5",
            claimed=Fraction(0),
            upper=False,
            scale=Fraction(1),
            matrix=metric.matrix(of.subject.sizes),
        )
        for name, metric in metrics.items()
        if metric.kind != "scalar"
    ]
    return [one for one in found if one.values(np.zeros((1, 0)))[0] <= 0]


def _searched(
    objectives: Sequence[Objective],
    rng: np.random.Generator,
    seconds: float,
    progress: Callable[[float], object] | None,
) -> tuple[list[Hunt], int]:
    """The hunts after so long, and how many rounds each had."""
    hunts = [Hunt(objective, rng) for objective in objectives]
    rounds, started = 0, time.monotonic()
    with precisely():
        while rounds < ROUNDS or time.monotonic() - started < seconds:
            waiting = [hunt for hunt in hunts if not hunt.done]
            if not waiting:
                break
            for hunt in waiting:
                _advance(hunt)
                if rounds >= ROUNDS and time.monotonic() - started >= seconds:
                    break
            rounds += 1
            if progress is not None:
                progress(min(1.0, (time.monotonic() - started) / max(seconds, 1e-9)))
    return hunts, rounds


def _advance(hunt: Hunt) -> None:
    """One round; a hunt that has clearly won goes no further."""
    before = hunt.worst
    hunt.advance()
    objective = hunt.objective
    beyond = objective.tightness(hunt.value) > 1 + NEAR
    if beyond and hunt.worst > before and objective.broken(hunt.place):
        hunt.done = True


def _findings(hunts: Sequence[Hunt]) -> list[Finding]:
    with precisely():
        return [_finding(hunt) for hunt in hunts]


def _finding(hunt: Hunt) -> Finding:
    """The outcome; near the bound, on either side, exact arithmetic has the last word."""
    objective = hunt.objective
    tightness = objective.tightness(hunt.value)
    return Finding(
        claim=objective.claim,
        detail=objective.detail,
        theorem=objective.theorem,
        claimed=objective.claimed,
        upper=objective.upper,
        worst=hunt.value,
        tightness=tightness,
        place=objective.describe(hunt.place),
        broken=tightness > 1 - NEAR and objective.broken(hunt.place),
    )


def _by_kind(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Of each kind of claim the finding nearest to broken, and every other that is broken."""
    result = list[Finding]()
    for kind in dict.fromkeys(f.claim for f in findings):
        members = [f for f in findings if f.claim == kind]
        worst = max(members, key=lambda f: (f.broken, f.tightness))
        others = [f for f in members if f.broken and f is not worst]
        result += [replace(worst, count=len(members)), *others]
    return tuple(result)


def _reaches(of: Attacked, hunts: Sequence[Hunt]) -> Iterable[Reach]:
    """Steps beyond the promise, at samples and at the worst places of the hunts."""
    for steps in of.claims.each(Steps):
        if not steps.towards and steps.step_max > 0:
            yield _reach(of.subject, promise_of(of, steps), hunts, of.rng)


def _reach(
    subject: Subject, promise: Promise, hunts: Sequence[Hunt], rng: np.random.Generator
) -> Reach:
    method = promise.name
    factor = BetweenNeighbours(
        claim=method,
        detail="",
        theorem="",
        claimed=Fraction(1),
        upper=True,
        promise=promise,
        step=promise.largest,
        subject=subject,
    )
    d = factor.dimension
    known = [h.place for h in hunts if h.objective.claim.startswith(method) and len(h.place) == d]
    places = np.vstack([rng.random((256 if d else 1, d)), *(place[None] for place in known)])

    def contracts(h: float) -> bool:
        with np.errstate(all="ignore"):
            values = factor.factors(places, np.full(len(places), h))
        return bool((values[np.isfinite(values)] < 1).all()) and bool(np.isfinite(values).any())

    good = certified = nearest(promise.largest)
    bad = 2 * good
    while contracts(bad) and bad < FARTHEST * certified:
        good, bad = bad, 2 * bad
    for _ in range(BISECTIONS):
        middle = (good + bad) / 2
        good, bad = (middle, bad) if contracts(middle) else (good, middle)
    return Reach(method, promise.largest, good)
