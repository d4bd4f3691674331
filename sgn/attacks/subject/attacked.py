"""A certificate under attack: what it speaks of, and the solution that its play goes to."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import final

import numpy as np

from certificates.certificate import Certificate
from certificates.kernel.claims import Claims
from sgn.attacks.subject.jacobians import GameSubject, Subject
from sgn.attacks.subject.measures import Frame
from sgn.attacks.subject.precise import precisely
from sgn.attacks.subject.solution import Solution, solution_of


@final
@dataclass(frozen=True, eq=False)
class Attacked:
    """A certificate, what it speaks of, and the solution that its play goes to."""

    certificate: Certificate
    subject: Subject
    rng: np.random.Generator

    @property
    def claims(self) -> Claims:
        return self.certificate.claims

    @cached_property
    def frame(self) -> Frame:
        return Frame(self.claims.metric, self.subject.sizes)

    @cached_property
    def solution(self) -> Solution | None:
        """None where there is only a Jacobian, or no solution is found."""
        if not isinstance(self.subject, GameSubject):
            return None
        found = self.claims.solution
        hint = None if found is None else [Fraction(v) for v in found.point]
        with precisely():
            return solution_of(self.subject, self.frame, self.claims.margin, hint)
