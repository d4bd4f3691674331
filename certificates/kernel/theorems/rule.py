"""A rule: where in a certificate a theorem is cited, and what its hypotheses are tested on."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar, final

from certificates.kernel.document.claims import Claims
from certificates.kernel.jacobian.base import Jacobian, Uncheckable
from certificates.kernel.obligation import Obligation
from certificates.kernel.theorems.hypotheses import Hypothesis, Theorem

What = TypeVar("What")


@final
@dataclass(frozen=True)
class Stated(Generic[What]):
    """One claim of a certificate, with all that the certificate says and the Jacobian.

    known: J as the checker derived it from the game; None where only bounds were given.
    """

    claims: Claims
    known: Jacobian | None
    what: What

    @property
    def J(self) -> Jacobian:
        """The Jacobian. Raises Uncheckable where only bounds were given."""
        if self.known is None:
            raise Uncheckable("it needs the game: only bounds are given")
        return self.known


@final
@dataclass(frozen=True)
class Rule(Generic[What]):
    """A theorem, and each claim of a certificate that cites it."""

    theorem: Theorem[Stated[What]]
    each: Callable[[Claims], Iterable[What]]
    detail: Callable[[What], str]

    def obligations(self, claims: Claims, J: Jacobian | None) -> Iterator[Obligation]:
        """One a claim. Raises InputError for a game that is not well formed."""
        for what in self.each(claims):
            yield obligation(self.theorem, Stated(claims, J, what), self.detail(what))


def rule(
    label: str,
    name: str,
    each: Callable[[Claims], Iterable[What]],
    *hypotheses: Hypothesis[Stated[What]],
    detail: Callable[[What], str] = lambda what: "",
) -> Rule[What]:
    """The theorem of this label, cited for claims of this name, with its list of hypotheses.

    detail: which of several such claims it is.
    """
    return Rule(Theorem(label, name, hypotheses), each, detail)


def once(when: Callable[[Claims], bool]) -> Callable[[Claims], Iterable[None]]:
    """The one claim of a certificate of which this is so."""
    return lambda claims: (None,) if when(claims) else ()


def given(value: What | None) -> tuple[What, ...]:
    """What is claimed, if it is."""
    return () if value is None else (value,)


Case = TypeVar("Case")


def obligation(theorem: Theorem[Case], case: Case, detail: str = "") -> Obligation:
    """Whether every hypothesis of the theorem is shown to hold in this case."""
    failing = theorem.failing(case)
    reasons = [f"{name} ({why})" if why else name for name, why in failing.items()]
    if failing:
        detail = f"{detail}{': ' if detail else ''}not shown: {'; '.join(reasons)}"
    return Obligation(theorem.name, theorem.label, not failing, detail, tuple(failing))
