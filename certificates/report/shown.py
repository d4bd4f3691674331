"""What every shown line and every attribute rests on: one table, and rows that cannot do without.

A line of a table or report is a :class:`Row`, which has a :class:`Basis`. `LINES` and `ATTRIBUTES`
say which: obligations by the names that :mod:`certificates.kernel.verify` gives them, a
computation from checked numbers, or nothing but the word of the search.
tests/certificates/test_shown.py walks them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import final

from certificates.kernel.verify import Verification


class Kind(Enum):
    """How a line is known to be true."""

    CHECKED = "an obligation of the checker covers it"
    COMPUTED = "computed from checked numbers"
    ASKED = "the question, as the file puts it"
    NOTHING = "claims nothing of this game"
    ESTIMATED = "estimated from samples, not proved"
    SAID = "said by the search, not checked"


@final
@dataclass(frozen=True)
class Basis:
    """What a line rests on.

    obligations: all of these have to hold; of names in one tuple one is enough.
    """

    kind: Kind
    obligations: tuple[tuple[str, ...], ...] = ()

    def __and__(self, other: "Basis") -> "Basis":
        """Both, for a line that says two things of one kind."""
        return Basis(self.kind, self.obligations + other.obligations)

    def is_established(self, names: Collection[str]) -> bool:
        """Whether obligations of these names are all it needs.

        >>> checked("margin", ("RK4 steps", "RK4 near-linear")).is_established(["margin"])
        False
        """
        return all(any(name in names for name in one) for one in self.obligations)


def checked(*names: str | tuple[str, ...]) -> Basis:
    """Covered by these obligations."""
    return Basis(Kind.CHECKED, _listed(names))


def computed(*names: str | tuple[str, ...]) -> Basis:
    """Computed from numbers that these obligations cover."""
    return Basis(Kind.COMPUTED, _listed(names))


def _listed(names: Sequence[str | tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    return tuple((name,) if isinstance(name, str) else name for name in names)


ASKED, NOTHING = Basis(Kind.ASKED), Basis(Kind.NOTHING)
ESTIMATED, SAID = Basis(Kind.ESTIMATED), Basis(Kind.SAID)

_RK4 = ("RK4 steps", "RK4 near-linear")
_ANY_STEPS = ("Euler steps", *_RK4, "RK4 towards the equilibrium")
_MARGIN = checked("margin", "margin is positive")
_BOUNDS = ("structural margin", "curvature from below", "curvature from above", "coupling")

LINES: dict[str, Basis] = {
    "game": ASKED,
    "region": ASKED,
    "geometry": checked("geometry"),
    "field of the game": ASKED,
    "coordinates": ASKED,
    "margin": _MARGIN,
    "Euclidean margin": checked("Euclidean margin"),
    "structural margin": checked("structural margin"),
    "weights": checked("margin"),
    "metric": checked("metric", "margin"),
    "constraints": NOTHING,
    "steps hold": NOTHING,  # it narrows what the rows of steps say
    "Lipschitz": checked("Lipschitz"),
    "Euler step": checked("Euler steps"),
    "RK4 step": checked(_RK4),
    "RK4 to equilibrium": checked("RK4 towards the equilibrium"),
    "extragradient step": checked("extragradient"),
    "optimistic step": checked("optimistic gradient"),
    "projected Euler": checked("projected Euler"),
    "projected extragradient": checked("extragradient"),
    "projected optimistic": checked("optimistic gradient"),
    "equilibrium": checked("equilibrium"),
    "kind of equilibrium": checked("kind of equilibrium"),
    "Nash, of convex costs": checked(("curvature from below", "margin")),
    "start set": checked("start set"),
    "start anywhere": computed("margin is positive"),  # the region is all of R^n
    "KL in the region": checked("Bregman rate", "Bregman level", "equilibrium"),
    "KL everywhere": checked("Bregman simplex"),
    "band": checked("band"),
    "more bands": NOTHING,
    "published rules": computed("margin", "Lipschitz"),
    "evidence": checked("Jacobian"),
    "given bounds": ASKED,
    "none certified": NOTHING,
    # of a refusal
    "refuted": checked("witness"),
    "where": checked("witness"),
    "why": SAID,
    "reason": SAID,
    "best": SAID,
    "blocking cycle": SAID,
    "gain of the cycle": SAID,
    "worst point": SAID,
    "try": SAID,
    # of both
    "rungs": SAID,
    "condition number": SAID,
    "statement": SAID,
    "note": SAID,
    "derivatives": SAID,
}

_STEPS = {
    name: checked(_ANY_STEPS)
    for name in ("steps", "basis", "step_max", "best_step", "factor_at_best", "metric", "weights")
}
_TOWARDS = ("extragradient", "optimistic gradient")
ATTRIBUTES: dict[str, dict[str, Basis]] = {  # of each class; of an estimated certificate: estimated
    "Certificate": {
        "document": ASKED,
        "claims": ASKED,
        "names": ASKED,
        "region": ASKED,
        "success": NOTHING,
        "reason": NOTHING,
        "verdict": checked("margin is positive"),
        "message": _MARGIN,
        "geometry": checked("geometry"),
        "margin": _MARGIN,
        "margin_basis": _MARGIN,
        "weights": checked("margin"),
        "metric": checked("margin"),
        "structural_margin": checked("structural margin"),
        "euclidean_margin": checked("Euclidean margin"),
        "lipschitz": checked("Lipschitz"),
        "cocoercivity": checked("cocoercivity"),
        "euler": checked("Euler steps"),
        "rk4": checked(_RK4),
        "rk4_equilibrium": checked("RK4 towards the equilibrium"),
        "extragradient": checked("extragradient"),
        "optimistic": checked("optimistic gradient"),
        "equilibrium": checked("equilibrium"),
        "basin": checked("start set"),
        "bregman": checked(("Bregman rate", "Bregman simplex")),
        "promises": computed("margin is positive"),
        "published_rules": computed("margin", "Lipschitz"),
        "band": checked("band"),
        "require": NOTHING,
        "save": NOTHING,
    },
    "Refusal": {  # checked where the verdict is "refuted"; of an undecided one all is said
        "document": ASKED,
        "claims": ASKED,
        "success": NOTHING,
        "verdict": checked("witness"),
        "reason": checked("witness"),
        "message": checked("witness"),
        "suggestions": SAID,
        "worst_point": SAID,
        "require": NOTHING,
        "save": NOTHING,
    },
    "Promised": {
        "claims": ASKED,
        "verdict": checked("margin is positive"),
        "steps_to": computed((*_ANY_STEPS, *_TOWARDS), ("start set", "equilibrium")),
        "time_to": computed("margin", "start set"),
        "noise_floor": computed("Euler steps"),
        "step_for_accuracy": computed("Euler steps"),
        "asynchronous": computed(*_BOUNDS, ("equilibrium", "margin is positive")),
        "best_response": computed(*_BOUNDS),
        "implicit_factor": computed("margin", "start set"),
    },
    "Asynchronous": {
        **dict.fromkeys(("step_max", "rate", "vector", "factor"), computed(*_BOUNDS)),
        "radius": computed("equilibrium"),
        "verdict": checked("margin is positive"),
    },
    "BestResponse": {
        **dict.fromkeys(("factor", "vector"), computed(*_BOUNDS)),
        "radius": NOTHING,  # every start in the region
        "verdict": checked("margin is positive"),
    },
    "StepRange": {
        "method": NOTHING,
        **_STEPS,
        "factor": computed(_ANY_STEPS),
        "verdict": checked("margin is positive"),
        "projected": checked(_ANY_STEPS),
        "unprojected": checked(_ANY_STEPS),
    },
    "SlowRange": {
        "method": NOTHING,
        "verdict": checked("margin is positive"),
        "steps": checked(_TOWARDS),
        "margin": _MARGIN,
        "step_max": checked(_TOWARDS),
        "best_step": checked(_TOWARDS),
        "factor_at_best": checked(_TOWARDS),
        "projected": checked(_TOWARDS),
        "unprojected": checked(_TOWARDS),
        "factor": computed(_TOWARDS, "margin"),
    },
    "Equilibrium": {
        "point": checked("equilibrium"),
        "error": checked("equilibrium"),
        "is_zero": checked("equilibrium"),
        "kind": checked(("kind of equilibrium", "equilibrium")),  # a zero is no more than that
    },
    "Basin": {"radii": checked("start set")},
    "Decays": {"region": checked("Bregman rate"), "simplex": checked("Bregman simplex")},
    "Decay": {
        "scope": NOTHING,
        "rate": checked(("Bregman rate", "Bregman simplex")),
        "weights": checked(("Bregman rate", "Bregman simplex")),
        "level": checked("Bregman level"),
        "after": computed(("Bregman rate", "Bregman simplex")),
    },
}


@final
@dataclass(frozen=True)
class Row:
    """A line of a table or report: a label, a text, and what they rest on."""

    label: str
    text: str
    basis: Basis

    @property
    def is_said(self) -> bool:
        """Whether it belongs under the heading of what nobody checked."""
        return self.basis.kind is Kind.SAID


def line(name: str, text: str, label: str | None = None) -> Row:
    """A row of the table above: KeyError for a name that is not in it. label: the name, if None."""
    return Row(name if label is None else label, text, LINES[name])


def estimated(row: Row) -> Row:
    """The row as an estimated certificate may show it: not like one that is proved."""
    if row.basis.kind not in (Kind.CHECKED, Kind.COMPUTED):
        return row
    return Row(row.label, f"estimated: {row.text}", ESTIMATED)


def settled(rows: Sequence[Row], verification: Verification) -> list[Row]:
    """The rows after a check: what rests on an obligation that does not hold is only said."""
    holding = {o.name for o in verification.obligations if o.holds}
    return [row if row.basis.is_established(holding) else replace(row, basis=SAID) for row in rows]
