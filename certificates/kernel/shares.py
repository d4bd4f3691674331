"""A share of the leaves of each cover, so that several workers can check one certificate."""

from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True)
class Part:
    """Every count-th leaf from the index-th one on; together the parts are all leaves.

    >>> [Part(k, 3).of(5) for k in range(3)], Part(2, 3).of(1)
    ([slice(0, None, 3), slice(1, None, 3), slice(2, None, 3)], slice(0, None, 3))
    """

    index: int = 0
    count: int = 1

    def of(self, leaves: int) -> slice:
        """Which leaves of so many: at least one, so that nothing holds for want of leaves."""
        return slice(self.index if self.index < leaves else 0, None, self.count)


WHOLE = Part()
