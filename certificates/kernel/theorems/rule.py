"""A rule: a class of claims with its theorem, whose hypotheses are tested on every such claim."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, final

from certificates.kernel.claims import Claim, Claims
from certificates.kernel.jacobian.base import Jacobian
from certificates.kernel.obligation import Obligation, Title
from certificates.kernel.theorems.hypotheses import Hypothesis, Theorem
from certificates.kernel.uncheckable import Uncheckable

What = TypeVar("What", bound=Claim)
What_co = TypeVar("What_co", bound=Claim, covariant=True)
Tested = TypeVar("Tested")


@final
@dataclass(frozen=True)
class Case(Generic[What_co]):
    """One claim of a certificate, with all that the certificate says and the Jacobian.

    known: J as the checker derived it from the game; None where only bounds were given.
    """

    claims: Claims
    known: Jacobian | None
    what: What_co

    @property
    def J(self) -> Jacobian:
        """The Jacobian. Raises Uncheckable where only bounds were given."""
        if self.known is None:
            raise Uncheckable("it needs the game: only bounds are given")
        return self.known


@final
@dataclass(frozen=True)
class Rule(Generic[What]):
    """A class of claims and the theorem that each of them cites.

    follow: how such claims are computed from others; None where they have to be stated.
    """

    claim: type[What]
    theorem: Theorem[Case[What]]
    follow: Callable[[Claims], Iterator[What]] | None


REGISTERED: dict[type[Claim], Rule[Any]] = {}


def rule(
    claim: type[What],
    *hypotheses: Hypothesis[Case[What]],
    follow: Callable[[Claims], Iterator[What]] | None = None,
) -> Rule[What]:
    """Registers the theorem of a class of claims, with its list of hypotheses."""
    made = Rule(claim, Theorem(claim.label, claim.title.value, hypotheses), follow)
    REGISTERED[claim] = made
    return made


def obligation(
    title: Title, theorem: Theorem[Tested], case: Tested, detail: str = ""
) -> Obligation:
    """Whether every hypothesis of the theorem is shown to hold in this case."""
    failing = theorem.failing(case)
    reasons = [f"{name} ({why})" if why else name for name, why in failing.items()]
    if failing:
        detail = f"{detail}{': ' if detail else ''}not shown: {'; '.join(reasons)}"
    return Obligation(title, theorem.label, not failing, detail, tuple(failing))
