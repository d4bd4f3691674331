"""What the checker found: obligations, each with its theorem and what of it is not shown."""

from dataclasses import dataclass
from enum import Enum
from html import escape
from typing import final


@final
class Title(Enum):
    """What can be obliged, as people read it."""

    DIGEST = "digest"
    PARTS = "parts"
    JACOBIAN = "Jacobian"
    BOUNDS = "block bounds"
    STRUCTURAL = "structural margin"
    MARGIN = "margin"
    EUCLIDEAN = "Euclidean margin"
    LIPSCHITZ = "Lipschitz"
    COCOERCIVITY = "cocoercivity"
    EULER = "Euler steps"
    PROJECTED_EULER = "projected Euler"
    RK4 = "Runge-Kutta steps"
    RK4_TOWARDS = "Runge-Kutta towards the equilibrium"
    EXTRAGRADIENT = "extragradient"
    OPTIMISTIC = "optimistic gradient"
    LIFTED = "steps of a lifted state"
    BAND = "band"
    EQUILIBRIUM = "equilibrium"
    KIND = "kind of equilibrium"
    START = "start set"
    KL_RATE = "KL rate"
    KL_LEVEL = "KL level"
    KL_SIMPLEX = "KL rate on the simplex"
    REFUTED = "witness"


@final
@dataclass(frozen=True)
class Obligation:
    """One thing that was checked: its title, its theorem, whether it holds, and a detail.

    failing: the hypotheses of the theorem that are not shown to hold, by name.
    """

    title: Title
    theorem: str
    holds: bool
    detail: str = ""
    failing: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The title in words."""
        return self.title.value


@final
@dataclass(frozen=True)
class Verification:
    """What the checker found; true when something is proved and every obligation holds."""

    verdict: str
    obligations: tuple[Obligation, ...]
    message: str

    @property
    def success(self) -> bool:
        return bool(self.obligations) and all(o.holds for o in self.obligations)

    def __bool__(self) -> bool:
        return self.success

    def __repr__(self) -> str:
        return f"<Verification: {self.message}>"

    def _repr_html_(self) -> str:
        """A table for a notebook."""
        rows = "".join(
            f"<tr><td>{'holds' if o.holds else 'FAILS'}</td><td>{escape(o.name)}</td>"
            f"<td>{escape(o.theorem)}</td><td>{escape(o.detail)}</td></tr>"
            for o in self.obligations
        )
        head = f"{'verified' if self else 'NOT VERIFIED'}: {escape(self.message)}"
        return f"<div><strong>{head}</strong><table>{rows}</table></div>"
