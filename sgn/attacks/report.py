"""What an attack found: per claim the worst place, how near it came, and whether it broke."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, final

from certificates.safe import Lower, Upper

NEAR = 1e-9  # of the number: closer than this, or beyond, exact arithmetic decides
_DIGITS = 7


@final
@dataclass(frozen=True)
class Finding:
    """One claim attacked.

    claimed: the number, an upper bound or a lower one; worst: the nearest to breaking it that was
    found, in floating point (infinite on the harmless side: nowhere does the claim speak).
    tightness: 1 where the bound is attained, 0 where it says nothing; above 1 beyond the bound.
    broken: whether exact arithmetic shows at that place that the claim is false. count: how many
    claims of this kind were attacked; this is the one that came nearest.
    """

    claim: str
    detail: str
    theorem: str
    claimed: Fraction
    upper: bool
    worst: float
    tightness: float
    place: str
    broken: bool
    count: int = 1

    @property
    def status(self) -> str:
        """BROKEN | holds | unclear: beyond the bound by more than rounding, yet not confirmed."""
        if self.broken:
            return "BROKEN"
        return "unclear" if self.tightness > 1 + NEAR else "holds"

    def __str__(self) -> str:
        side, number = (
            ("at most", Upper(self.claimed).text(12))
            if self.upper
            else ("at least", Lower(self.claimed).text(12))
        )
        what = f"{self.claim} ({self.detail})" if self.detail else self.claim
        return f"{what} is claimed to be {side} {number}; it is {self.worst:.12g} {self.place}"

    def to_dict(self) -> dict[str, Any]:
        """The same as plain JSON: the claimed number to its safe side, null where not finite."""
        return {
            "claim": self.claim,
            "detail": self.detail,
            "theorem": self.theorem,
            "claimed": _finite(float((Upper if self.upper else Lower)(self.claimed))),
            "bound": "upper" if self.upper else "lower",
            "worst": _finite(self.worst),
            "tightness": _finite(self.tightness),
            "place": self.place,
            "status": self.status,
            "count": self.count,
        }


@final
@dataclass(frozen=True)
class Attack:
    """A certificate under attack: a finding per kind of claim, and what lies beyond the promises.

    reaches: per method the largest certified step and one with which the method still contracts at
    every place that was looked at; no failure, only how much the promise leaves.
    unmeasured: kinds of claims that are stated and could not be attacked.
    """

    findings: tuple[Finding, ...]
    reaches: tuple["Reach", ...]
    rounds: int
    unmeasured: tuple[str, ...] = ()

    @property
    def broken(self) -> tuple[Finding, ...]:
        """The claims that are false, with their counterexamples."""
        return tuple(f for f in self.findings if f.broken)

    @property
    def tightness(self) -> dict[str, float]:
        """Per kind of claim how near the attack came."""
        return {f.claim: f.tightness for f in self.findings}

    def to_dict(self) -> dict[str, Any]:
        """Everything found, as plain JSON."""
        return {
            "broken": [f.claim for f in self.broken],
            "rounds": self.rounds,
            "findings": [f.to_dict() for f in self.findings],
            "reaches": [
                {
                    "method": reach.method,
                    "step_max": _finite(float(Lower(reach.certified))),
                    "seen": _finite(reach.seen),
                }
                for reach in self.reaches
            ],
            "unmeasured": list(self.unmeasured),
        }

    def __str__(self) -> str:
        return "\n".join(_lines(self))

    def __repr__(self) -> str:
        count = sum(f.count for f in self.findings)
        return f"<Attack: {len(self.broken)} of {count} claims broken, {self.rounds} rounds>"


@final
@dataclass(frozen=True)
class Reach:
    """The largest certified step of a method and the largest that was seen to contract."""

    method: str
    certified: Fraction
    seen: float


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _label(finding: Finding) -> str:
    return finding.claim + (f" ({finding.count})" if finding.count > 1 else "")


def _lines(attack: Attack) -> Iterable[str]:
    broken = attack.broken
    if broken:
        yield f"BROKEN: {len(broken)} of the claims are false"
    else:
        count = sum(f.count for f in attack.findings)
        yield f"NOT BROKEN: {count} claims withstood {attack.rounds} rounds of search"
    width = max([34, *(len(_label(f)) for f in attack.findings)])
    yield f"  {'claim':<{width}} {'claimed':>15} {'worst found':>15} {'tightness':>10}"
    for f in attack.findings:
        number = (Upper if f.upper else Lower)(f.claimed).text(_DIGITS)
        worst = f"{f.worst:.{_DIGITS}g}" if math.isfinite(f.worst) else "-"
        mark = "" if f.status == "holds" else f"  {f.status}"
        yield f"  {_label(f):<{width}} {number:>15} {worst:>15} {f.tightness:>10.4f}{mark}"
    for reach in attack.reaches:
        number = Lower(reach.certified).text(_DIGITS)
        ratio = float(reach.certified) / reach.seen
        name = f"{reach.method}, step_max"
        yield f"  {name:<{width}} {number:>15} {reach.seen:>15.7g} {ratio:>10.4f}"
    for name in attack.unmeasured:
        yield f"not attacked: {name} (no solution was found that play could go to)"
    for f in broken:
        yield f"counterexample: {f}"
