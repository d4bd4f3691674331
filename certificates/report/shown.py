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

from certificates.kernel.obligation import Title, Verification


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
    obligations: tuple[tuple[Title, ...], ...] = ()

    def __and__(self, other: "Basis") -> "Basis":
        """Both, for a line that says two things of one kind."""
        return Basis(self.kind, self.obligations + other.obligations)

    def is_established(self, titles: Collection[Title]) -> bool:
        """Whether obligations of these titles are all it needs.

        >>> checked(Title.MARGIN, (Title.EULER, Title.RK4)).is_established([Title.MARGIN])
        False
        """
        return all(any(title in titles for title in one) for one in self.obligations)


def checked(*titles: Title | tuple[Title, ...]) -> Basis:
    """Covered by these obligations."""
    return Basis(Kind.CHECKED, _listed(titles))


def computed(*titles: Title | tuple[Title, ...]) -> Basis:
    """Computed from numbers that these obligations cover."""
    return Basis(Kind.COMPUTED, _listed(titles))


def _listed(titles: Sequence[Title | tuple[Title, ...]]) -> tuple[tuple[Title, ...], ...]:
    return tuple((title,) if isinstance(title, Title) else title for title in titles)


ASKED, NOTHING = Basis(Kind.ASKED), Basis(Kind.NOTHING)
ESTIMATED, SAID = Basis(Kind.ESTIMATED), Basis(Kind.SAID)

_ANY_STEPS = (
    Title.EULER,
    Title.RK4,
    Title.RK4_TOWARDS,
    Title.EXTRAGRADIENT,
    Title.OPTIMISTIC,
    Title.LIFTED,
)
_MARGIN = checked(Title.MARGIN)
_BOUNDS = (Title.STRUCTURAL, Title.BOUNDS)

LINES: dict[str, Basis] = {
    "game": ASKED,
    "region": ASKED,
    "geometry": ASKED,
    "field of the game": ASKED,
    "coordinates": ASKED,
    "entropy": ASKED,
    "margin": _MARGIN,
    "Euclidean margin": checked(Title.EUCLIDEAN),
    "structural margin": checked(Title.STRUCTURAL),
    "weights": checked(Title.MARGIN),
    "metric": checked(Title.MARGIN),
    "constraints": NOTHING,
    "steps hold": NOTHING,  # it narrows what the rows of steps say
    "Lipschitz": checked(Title.LIPSCHITZ),
    "equilibrium": checked(Title.EQUILIBRIUM),
    "multipliers": checked(Title.EQUILIBRIUM),
    "kind of equilibrium": checked(Title.KIND),
    "Nash, of convex costs": checked((Title.BOUNDS, Title.MARGIN)),
    "start set": checked(Title.START),
    "start anywhere": computed(Title.MARGIN),  # the region is all of R^n
    "KL in the region": checked(Title.KL_RATE, Title.KL_LEVEL, Title.EQUILIBRIUM),
    "KL everywhere": checked(Title.KL_SIMPLEX),
    "band": checked(Title.BAND),
    "more bands": NOTHING,
    "published rules": computed(Title.MARGIN, Title.LIPSCHITZ),
    "evidence": checked(Title.JACOBIAN),
    "given bounds": ASKED,
    "none certified": NOTHING,
    "more": NOTHING,  # where the rest is printed
    # of a refusal
    "refuted": checked(Title.REFUTED),
    "where": checked(Title.REFUTED),
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
    for name in (
        "steps",
        "basis",
        "towards",
        "step_max",
        "best_step",
        "factor_at_best",
        "metric",
        "weights",
    )
}
ATTRIBUTES: dict[str, dict[str, Basis]] = {  # of each class; of an estimated certificate: estimated
    "Certificate": {
        "document": ASKED,
        "claims": ASKED,
        "names": ASKED,
        "region": ASKED,
        "success": NOTHING,
        "reason": NOTHING,
        "verdict": checked(Title.MARGIN),
        "message": _MARGIN,
        "geometry": ASKED,
        "margin": _MARGIN,
        "margin_basis": _MARGIN,
        "weights": checked(Title.MARGIN),
        "metric": checked(Title.MARGIN),
        "structural_margin": checked(Title.STRUCTURAL),
        "euclidean_margin": checked(Title.EUCLIDEAN),
        "lipschitz": checked(Title.LIPSCHITZ),
        "cocoercivity": checked(Title.COCOERCIVITY),
        "euler": checked(Title.EULER),
        "rk4": checked(Title.RK4),
        "rk4_equilibrium": checked(Title.RK4_TOWARDS),
        "method": checked(_ANY_STEPS),
        "methods": checked(_ANY_STEPS),
        "extragradient": checked(Title.EXTRAGRADIENT),
        "optimistic": checked(Title.OPTIMISTIC),
        "equilibrium": checked(Title.EQUILIBRIUM),
        "basin": checked(Title.START),
        "bregman": checked((Title.KL_RATE, Title.KL_SIMPLEX)),
        "promises": computed(Title.MARGIN),
        "published_rules": computed(Title.MARGIN, Title.LIPSCHITZ),
        "band": checked(Title.BAND),
        "to_dict": checked(Title.MARGIN),
        "details": checked(Title.MARGIN),
        "require": NOTHING,
        "save": NOTHING,
    },
    "Refusal": {  # checked where the verdict is "refuted"; of an undecided one all is said
        "document": ASKED,
        "claims": ASKED,
        "success": NOTHING,
        "verdict": checked(Title.REFUTED),
        "reason": checked(Title.REFUTED),
        "message": checked(Title.REFUTED),
        "suggestions": SAID,
        "worst_point": SAID,
        "to_dict": checked(Title.REFUTED),
        "details": checked(Title.REFUTED),
        "require": NOTHING,
        "save": NOTHING,
    },
    "Promised": {
        "claims": ASKED,
        "verdict": checked(Title.MARGIN),
        "steps_to": computed(_ANY_STEPS, (Title.START, Title.EQUILIBRIUM)),
        "fastest": computed(_ANY_STEPS, (Title.START, Title.EQUILIBRIUM)),
        "time_to": computed(Title.MARGIN, Title.START),
        "noise_floor": computed(Title.EULER),
        "step_for_accuracy": computed(Title.EULER),
        "asynchronous": computed(*_BOUNDS, (Title.EQUILIBRIUM, Title.MARGIN)),
        "best_response": computed(*_BOUNDS),
        "implicit_factor": computed(Title.MARGIN, Title.START),
    },
    "Asynchronous": {
        **dict.fromkeys(("step_max", "rate", "vector", "factor"), computed(*_BOUNDS)),
        "radius": computed(Title.EQUILIBRIUM),
        "verdict": checked(Title.MARGIN),
    },
    "BestResponse": {
        **dict.fromkeys(("factor", "vector"), computed(*_BOUNDS)),
        "radius": NOTHING,  # every start in the region
        "verdict": checked(Title.MARGIN),
    },
    "StepRange": {
        "method": NOTHING,
        "claims": ASKED,
        **_STEPS,
        "factor": computed(_ANY_STEPS),
        "constant": computed(_ANY_STEPS),
        "constant_at": computed(_ANY_STEPS),
        "verdict": checked(Title.MARGIN),
        "projected": checked((*_ANY_STEPS, Title.PROJECTED_EULER)),
        "unprojected": checked(_ANY_STEPS),
    },
    "Equilibrium": {
        "point": checked(Title.EQUILIBRIUM),
        "error": checked(Title.EQUILIBRIUM),
        "is_zero": checked(Title.EQUILIBRIUM),
        "multipliers": checked(Title.EQUILIBRIUM),
        "kind": checked((Title.KIND, Title.EQUILIBRIUM)),  # a zero is no more than that
    },
    "Basin": {"radii": checked(Title.START)},
    "Decays": {"region": checked(Title.KL_RATE), "simplex": checked(Title.KL_SIMPLEX)},
    "Decay": {
        "scope": NOTHING,
        "rate": checked((Title.KL_RATE, Title.KL_SIMPLEX)),
        "weights": checked((Title.KL_RATE, Title.KL_SIMPLEX)),
        "level": checked(Title.KL_LEVEL),
        "after": computed((Title.KL_RATE, Title.KL_SIMPLEX)),
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
    holding = {o.title for o in verification.obligations if o.holds}
    return [row if row.basis.is_established(holding) else replace(row, basis=SAID) for row in rows]
