"""Theorems as data: each is a list of named hypotheses, and to cite it is to test that list.

docs/theory.md states every theorem with the same list, and
tests/kernel/test_hypotheses.py compares the two.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar, final

from certificates.kernel.uncheckable import Uncheckable
from games.work import TooMuch

Case = TypeVar("Case", contravariant=True)


@final
@dataclass(frozen=True)
class Hypothesis(Generic[Case]):
    """One condition of a theorem, and how it is tested on the case at hand.

    otherwise: the sentence for a user who asked for what follows, where it does not hold.
    given: the names of hypotheses without which this one cannot even be asked.
    """

    name: str
    holds: Callable[[Case], bool]
    otherwise: str = ""
    given: tuple[str, ...] = ()


@final
@dataclass(frozen=True)
class Theorem(Generic[Case]):
    """What is claimed (name), by which theorem (label), under which hypotheses.

    >>> even = Hypothesis[int]("n is even", lambda n: n % 2 == 0)
    >>> half = Theorem("T0", "half", (even, Hypothesis("n is positive", lambda n: n > 0)))
    >>> half.key, half.failing(4), half.failing(-3)
    ('T0, half', {}, {'n is even': '', 'n is positive': ''})
    """

    label: str
    name: str
    hypotheses: tuple[Hypothesis[Case], ...]

    @property
    def key(self) -> str:
        """Label and name: what docs/theory.md calls it."""
        return f"{self.label}, {self.name}"

    def failing(self, case: Case) -> dict[str, str]:
        """The hypotheses that are not shown to hold, each with why, as far as that is known.

        What presupposes one of these is not asked. Raises TooMuch where that takes too long.
        """
        found: dict[str, str] = {}
        unasked = set[str]()
        for hypothesis in self.hypotheses:
            if any(name in found or name in unasked for name in hypothesis.given):
                unasked.add(hypothesis.name)
                continue
            try:
                if not hypothesis.holds(case):
                    found[hypothesis.name] = ""
            except Uncheckable as error:
                found[hypothesis.name] = str(error)
            except TooMuch as error:
                raise TooMuch(f"{self.name}: {error}") from None
        return found

    def require(self, case: Case) -> None:
        """Raise ValueError with the first failing hypothesis in words a user can act on.

        The reason, where the test gave one; else the hypothesis' own sentence.
        """
        failing = self.failing(case)
        for hypothesis in self.hypotheses:
            if (why := failing.get(hypothesis.name)) is not None:
                raise ValueError(
                    why or hypothesis.otherwise or f"{self.key}: not so: {hypothesis.name}"
                )
