"""The Jacobian of a game of policies, with what T19 asks of it."""

import abc
from collections.abc import Iterator

from certificates.kernel.jacobian.base import Jacobian
from certificates.kernel.numbers.matrices import Ball, Floats
from certificates.kernel.policies.policies import Policies


class PolicyJacobian(Jacobian):
    """J of a game of softmax policies, G = τz − R(p) in drop-one logits, over a cover (T19)."""

    @abc.abstractmethod
    def each_reward(
        self, purpose: str, policies: Policies
    ) -> Iterator[tuple[Floats, Floats, Ball]]:
        """Leaves of logits from low to high (K, n), with all that ∂R/∂p can be there, (K, n, n).

        Where J itself is enclosed, ∂R/∂p = (diag(τ) − J)H. Raises Uncheckable.
        """
