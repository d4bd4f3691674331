"""Attempts to falsify every claim of a certificate, by search and exact arithmetic.

Nothing is shared with the search that made the certificate or with its checker but the evaluation
of the game: what they overlook together may still be seen here.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial

import numpy as np

from certificates.certificate import Certificate, Refusal, StepRange
from certificates.document import digest
from games.errors import InputError
from sgn.attacks.claimed import euler_factor, objectives, runge_kutta_factor
from sgn.attacks.hunt import Hunt
from sgn.attacks.measures import Frame
from sgn.attacks.objectives import Objective
from sgn.attacks.precise import precisely
from sgn.attacks.report import NEAR, Attack, Finding, Reach
from sgn.attacks.subject import Subject, subject_of

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
    """Try to break every claim: margins, norms, blocks, bands, flow, and steps of every method.

    seconds: how long is searched, beyond a few rounds that every claim gets. progress: called with
    the part of the time that is gone. Places are found in floating point; a claim counts as broken
    only when ball arithmetic shows at that very place that it is false.
    Raises InputError for a refusal, which claims no bounds, and for a game that cannot be rebuilt;
    ValueError for what is no certificate, and unless seconds is at least 0.

    >>> import games, sgn
    >>> result = attack(sgn.certify(games.catalogue.load("sgn-toy")), seconds=0)
    >>> result.broken, round(result.tightness["margin"], 6)
    ((), 1.0)
    """
    if isinstance(certificate, Refusal):
        raise InputError("a refusal claims no bounds; attack a certificate")
    if not isinstance(certificate, Certificate):
        kind = type(certificate).__name__
        raise ValueError(f"the certificate is {kind}; expected a Certificate from sgn.load")
    if not seconds >= 0:
        raise ValueError(f"seconds is {seconds}; expected at least 0")
    if certificate.document["digest"] != digest(certificate.document):
        raise InputError("the certificate was changed after it was made; make it again")
    rng = np.random.default_rng(seed)
    subject = subject_of(certificate.claims)
    hunts = [Hunt(objective, rng) for objective in objectives(certificate, subject, rng)]
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
        findings = [_finding(hunt) for hunt in hunts]
    reaches = _reaches(certificate, subject, hunts, rng)
    return Attack(_by_kind(findings), tuple(reaches), rounds)


def _advance(hunt: Hunt) -> None:
    """One round; a hunt that has clearly won goes no further."""
    before = hunt.worst
    hunt.advance()
    objective = hunt.objective
    beyond = objective.tightness(hunt.value) > 1 + NEAR
    if beyond and hunt.worst > before and objective.broken(hunt.place):
        hunt.done = True


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


def _reaches(
    certificate: Certificate, subject: Subject, hunts: Sequence[Hunt], rng: np.random.Generator
) -> Iterable[Reach]:
    """Steps beyond the promise, at samples and at the worst places of the hunts."""
    claims = certificate.claims
    for method, steps, stated, factor in (
        ("Euler", certificate.euler, claims.euler, euler_factor),
        ("RK4", certificate.rk4, claims.rk4, runge_kutta_factor),
    ):
        if steps is not None and stated is not None:
            frame = Frame(stated.metric, subject.sizes)
            yield _reach(method, steps, partial(factor, subject, frame), hunts, rng)


def _reach(
    method: str,
    steps: StepRange,
    at: Callable[[Fraction, Fraction], Objective],
    hunts: Sequence[Hunt],
    rng: np.random.Generator,
) -> Reach:
    d = at(steps.step_max.exact, Fraction(1)).dimension
    known = [h.place for h in hunts if h.objective.claim.startswith(method) and len(h.place) == d]
    places = np.vstack([rng.random((256 if d else 1, d)), *(place[None] for place in known)])

    def contracts(h: float) -> bool:
        with np.errstate(all="ignore"):
            values = at(Fraction(h), Fraction(1)).values(places)
        return bool((values[np.isfinite(values)] < 1).all()) and bool(np.isfinite(values).any())

    good = certified = float(steps.step_max)
    bad = 2 * good
    while contracts(bad) and bad < FARTHEST * certified:
        good, bad = bad, 2 * bad
    for _ in range(BISECTIONS):
        middle = (good + bad) / 2
        good, bad = (middle, bad) if contracts(middle) else (good, middle)
    return Reach(method, steps.step_max.exact, good)
