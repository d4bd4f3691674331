"""The Jacobian of a small game of policies, enclosed like that of a text, with what T19 asks."""

from collections.abc import Iterator
from typing import final

from certificates.kernel.jacobian.cover import NATURAL
from certificates.kernel.jacobian.enclosed import EnclosedJacobian
from certificates.kernel.jacobian.model import BATCH
from certificates.kernel.numbers.matrices import Ball, Floats
from certificates.kernel.policies.base import PolicyJacobian
from certificates.kernel.policies.policies import Policies
from certificates.kernel.uncheckable import Uncheckable

MAX_POLICIES = 2**22  # sides of the leaves on which policies are enclosed


@final
class EnclosedPolicies(EnclosedJacobian, PolicyJacobian):
    """J by the forms of a text; policies by their own enclosures, on leaves of the natural form."""

    def each_reward(
        self, purpose: str, policies: Policies
    ) -> Iterator[tuple[Floats, Floats, Ball]]:
        leaves = self.leaves(purpose)
        if leaves.low.size > MAX_POLICIES or (leaves.form != NATURAL).any():
            raise Uncheckable(
                f"the cover for {purpose!r} has more than {MAX_POLICIES} sides or other leaves than"
                " of the natural form"
            )
        for part in leaves.parts(BATCH):
            yield part.low, part.high, policies.rewards(part.low, part.high)
