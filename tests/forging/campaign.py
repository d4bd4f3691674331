"""The forging campaign: documents changed, verified, and what is accepted judged by the oracle.

`python -m tests.forging --count 20000 --seed 0 [--out FILE]`. Each trial takes a base document and
changes it in one or two places, moves it into another context and drops what no longer holds, or
pushes one number as far as the checker goes. What counts is what the checker then accepts.
"""

import argparse
import copy
import json
import random
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, final

from certificates.certificate import Certificate, from_document
from certificates.kernel.document.reading import Document, digest, parse
from certificates.kernel.verify import Verification, verify
from games.errors import InputError
from games.language.number import to_text
from tests.forging import contexts
from tests.forging.changes import (
    SIMPLE,
    Change,
    Pool,
    Skip,
    as_number,
    at,
    drop,
    named,
    put,
    strengths,
)
from tests.forging.changes_context import CONTEXT, REFUSALS
from tests.forging.changes_region import KINDS, OF_SOLUTION
from tests.forging.following import following_of
from tests.forging.oracle import Falsehood, Following, Unjudged, falsehoods

MENDS = 4  # times that a document is relieved of what does not hold
HALVINGS = 12  # of a number's way to the edge
# by an obligation's name: which claims to leave out where it does not hold
DROPS = {
    "equilibrium": OF_SOLUTION,
    "kind of equilibrium": ("kl/T19", *KINDS),
    "Runge-Kutta steps": ("runge_kutta/T11 (a)", "runge_kutta/T11 (b)", "runge_kutta/T11 (c)"),
    "Runge-Kutta towards the equilibrium": ("runge_kutta/T11 (b′)",),
    "steps of a lifted state": ("lifted/",),
    "Euler steps": ("euler/",),
    "cocoercivity": ("margin/T10",),
    "Euclidean margin": ("margin/T5 (equal weights)",),
    "band": ("bands/",),
    "KL rate": ("kl/T19", "equilibrium/T19 (Nash)"),
    "KL rate on the simplex": ("kl/T19 (corollary)",),
}
Judge = Callable[[Document, str, Following], list[Falsehood]]


@final
@dataclass
class Tally:
    """What came of the verifications of one context."""

    verified: int = 0
    malformed: int = 0
    refused: int = 0
    accepted: int = 0
    true: int = 0
    false: int = 0
    unjudged: int = 0

    def add(self, other: "Tally") -> None:
        for key, value in vars(other).items():
            setattr(self, key, getattr(self, key) + value)


@final
@dataclass
class Campaign:
    """Documents by context; judged once for equal claims."""

    bases: dict[str, Document]
    seed: int
    judge: Judge = falsehoods
    tallies: dict[str, Tally] = field(default_factory=dict)
    found: list[dict[str, Any]] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    judging: float = 0.0
    slowest: tuple[float, str, str] = (0.0, "", "")
    _known: dict[str, Any] = field(default_factory=dict)

    @property
    def total(self) -> Tally:
        total = Tally()
        for tally in self.tallies.values():
            total.add(tally)
        return total

    def run(self, count: int, progress: Callable[["Campaign"], object] = lambda _: None) -> None:
        """At least so many verifications; slow documents are taken less often."""
        rng = random.Random(self.seed)
        started = time.monotonic()
        names, weights = self._weights()
        pool = [self.bases[name] for name in names]
        while self.total.verified < count:
            [name] = rng.choices(names, weights)
            self._trial(name, rng, pool)
            self.seconds = time.monotonic() - started
            progress(self)

    def _weights(self) -> tuple[list[str], list[float]]:
        """By the time that a verification takes; bases that do not verify are left out."""
        names, weights = [], []
        for name, document in self.bases.items():
            started = time.monotonic()
            if verify(document):
                names.append(name)
                weights.append(1 / (0.05 + time.monotonic() - started))
        return names, weights

    def _trial(self, name: str, rng: random.Random, pool: Pool) -> None:
        document = copy.deepcopy(self.bases[name])
        refusal = document["format"].startswith("sgn-refusal")
        kind = rng.choices(["single", "double", "context", "edge"], [25, 25, 40, 10])[0]
        try:
            if kind == "edge" and not refusal:
                self._edge(name, document, rng)
                return
            said = list(self._changed(document, kind, refusal, rng, pool))
        except Skip:
            return
        self._mended(name, document, said, kind == "context")

    def _changed(
        self, document: Document, kind: str, refusal: bool, rng: random.Random, pool: Pool
    ) -> Iterator[str]:
        special: list[Change] = REFUSALS if refusal and rng.random() < 0.7 else CONTEXT
        plans: dict[str, list[list[Change]]] = {
            "single": [SIMPLE + CONTEXT],
            "double": [SIMPLE + CONTEXT, SIMPLE],
            "context": [special, SIMPLE] if rng.random() < 0.3 else [special],
        }
        for options in plans.get(kind, [special]):
            yield attempt(rng.choice(options), document, rng, pool)

    def _mended(self, name: str, document: Document, said: list[str], mend: bool) -> None:
        """Verified; then, where that is asked for, relieved of what does not hold."""
        for _ in range(MENDS if mend else 1):
            verification = self.verified(name, document, said)
            if verification is None or verification:
                return
            failed = [o.name for o in verification.obligations if not o.holds]
            dropped = relieved(document, failed)
            if not dropped:
                return
            said = [*said, f"without {', '.join(dropped)}"]

    def _edge(self, name: str, document: Document, rng: random.Random) -> None:
        """One number pushed as far as the checker goes; the last that it accepts is judged."""
        options = strengths(document)
        if not options:
            raise Skip
        path, sign = rng.choice(options)
        value = as_number(at(document, path))
        assert value is not None
        good, bad = Fraction(0), rng.choice([Fraction(1, 10), Fraction(1), Fraction(1, 10**6)])
        for _ in range(HALVINGS):
            middle = (good + bad) / 2 if bad - good > bad / 2**9 else good
            moved = copy.deepcopy(document)
            put(moved, path, to_text(value + sign * middle * (abs(value) or 1)))
            said = [f"{named(path)} pushed by {float(middle):g}"]
            if self.verified(name, moved, said):
                good = middle
            else:
                bad = middle

    # ---- one verification ----

    def verified(self, name: str, document: Document, said: list[str]) -> Verification | None:
        """None where the document is not well formed; what is accepted is judged."""
        tally = self.tallies.setdefault(name, Tally())
        tally.verified += 1
        try:
            document = parse(json.dumps(document), name)
            document["digest"] = digest(document)
            verification = verify(document)
        except InputError:
            tally.malformed += 1
            return None
        except Exception:
            self.found.append({"context": name, "said": said, "error": traceback.format_exc(),
                               "document": document})  # fmt: skip
            return None
        if not verification:
            tally.refused += 1
            return verification
        tally.accepted += 1
        self.kinds[said[0].split(" ")[0] if said else "as it is"] += 1
        self._judged(name, document, said, tally)
        return verification

    def _judged(self, name: str, document: Document, said: list[str], tally: Tally) -> None:
        started = time.monotonic()
        key = json.dumps(essence(document), sort_keys=True)
        if key not in self._known:
            self._known[key] = self._opinion(document)
        opinion = self._known[key]
        taken = time.monotonic() - started
        self.judging += taken
        self.slowest = max(self.slowest, (taken, name, "; ".join(said)))
        if isinstance(opinion, str):
            tally.unjudged += 1
            self.notes[f"{name}: {opinion}"] += 1
        elif opinion:
            tally.false += 1
            claimed = sorted({o.claim for o in opinion})
            shown = [str(o) for o in opinion]
            self.found.append({"context": name, "said": said, "false": claimed, "shown": shown,
                               "document": document})  # fmt: skip
        else:
            tally.true += 1

    def _opinion(self, document: Document) -> list[Falsehood] | str:
        result = from_document(document)
        try:
            if isinstance(result, Certificate):
                return self.judge(document, "", following_of(result))
            return self.judge(document, str(result), Following())
        except Unjudged as error:
            return str(error)
        except (ArithmeticError, LookupError, TypeError, ValueError, AssertionError) as error:
            return f"the oracle failed: {type(error).__name__}: {error}"[:300]


def attempt(change: Change, document: Document, rng: random.Random, pool: Pool) -> str:
    """The change, or Skip where the document has no such place."""
    try:
        return f"{change.__name__} {change(document, rng, pool)}"
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, InputError) as error:
        raise Skip from error


def relieved(document: Document, failed: Sequence[str]) -> list[str]:
    """What was taken out of the document so that these obligations are not asked any more."""
    return [theorem for name in failed for theorem in drop(document, *DROPS.get(name, ()))]


def essence(document: Document) -> Document:
    """What is claimed, without what proves it."""
    result = {key: document.get(key) for key in ("game", "players", "region", "verdict", "metric")}
    evidence = document["evidence"]
    result["evidence"] = {key: evidence.get(key) for key in ("kind", "symmetric")}
    return result | {
        "format": document["format"],
        "reason": document.get("reason"),
        "message": document.get("message"),
        "claims": [claim if _is_judged(claim) else _bare(claim) for claim in document["claims"]],
    }


def _is_judged(claim: Document) -> bool:
    """Whether the oracle looks at witnesses too."""
    return str(claim["theorem"]).startswith(("refutation/", "lifted/", "runge_kutta/T11 (c)"))


def _bare(claim: Document) -> Document:
    return {key: value for key, value in claim.items() if key != "witnesses"}


# ---- the command ---------------------------------------------------------------------------------


def summary(campaign: Campaign) -> Document:
    """All counts, and every document that is accepted and false."""
    return {
        "seed": campaign.seed,
        "seconds": round(campaign.seconds, 1),
        "judging": round(campaign.judging, 1),
        "slowest": campaign.slowest,
        "total": vars(campaign.total),
        "contexts": {name: vars(tally) for name, tally in sorted(campaign.tallies.items())},
        "accepted by change": dict(campaign.kinds.most_common()),
        "unjudged": dict(campaign.notes),
        "found": campaign.found,
    }


def line(campaign: Campaign) -> str:
    total = campaign.total
    errors = sum("error" in entry for entry in campaign.found)
    return (
        f"{total.verified} verified, {total.accepted} accepted, {total.true} true,"
        f" {total.false} false, {total.unjudged} unjudged, {errors} errors,"
        f" {campaign.seconds:.0f} s"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 1 where something accepted is false, or verification raised."""
    parser = argparse.ArgumentParser(prog="python -m tests.forging", description=__doc__)
    parser.add_argument("--count", type=int, default=20_000, help="verifications at least")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="a JSON file for all counts and what was found")
    parser.add_argument("--only", action="append", help="contexts whose name begins so")
    parser.add_argument("--keep", type=Path, help="a folder where what is certified is kept")
    options = parser.parse_args(arguments)
    bases = contexts.corpus() | contexts.made(options.only, options.keep)
    if options.only:
        bases = {k: v for k, v in bases.items() if k.startswith(tuple(options.only))}
    campaign = Campaign(bases, options.seed)
    written = 0.0

    def progress(now: Campaign) -> None:
        nonlocal written
        if now.seconds - written > 60:
            written = now.seconds
            _report(now, options.out)

    campaign.run(options.count, progress)
    _report(campaign, options.out)
    return 1 if campaign.found else 0


def _report(campaign: Campaign, out: Path | None) -> None:
    print(line(campaign), flush=True)
    if out is not None:
        out.write_text(json.dumps(summary(campaign), indent=1, default=str) + "\n")
