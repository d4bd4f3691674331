"""What the checker found: obligations, each with its theorem and what of it is not shown."""

from dataclasses import dataclass
from html import escape
from typing import final


@final
@dataclass(frozen=True)
class Obligation:
    """One thing that was checked: its name, its theorem, whether it holds, and a detail.

    failing: the hypotheses of the theorem that are not shown to hold, by name.
    """

    name: str
    theorem: str
    holds: bool
    detail: str = ""
    failing: tuple[str, ...] = ()


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
