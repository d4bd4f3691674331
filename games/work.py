"""Work before work: what a file asks for is estimated from its sizes, and refused beyond a limit.

Operations take about a nanosecond of one core: some multiply-adds in a product of matrices, a part
of an operation on rationals. The formulas below know sizes alone, so that a refusal costs nothing.
docs/formats.md shows the limits.
"""

import math
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import final

from games.errors import InputError


class TooMuch(InputError):
    """A file asks for more than is done, or for more memory than is taken for one of its size."""


@final
@dataclass(frozen=True)
class Limit:
    """So much for any file, and more for each byte of the file itself."""

    base: int
    each: int
    unit: str

    def of(self, size: int) -> int:
        """For a file of so many bytes."""
        return self.base + self.each * size


OPERATIONS = Limit(15 * 10**9, 2_000, "operations")  # of one check, or of reading one game file
HELD = Limit(2**30, 50, "bytes")  # at once
PATIENCE = 40  # times as many for what `certify` itself has made: ten minutes
ARRAYS = Limit(2**27, 16, "bytes")  # of all arrays together, once unpacked
TEXT = Limit(2**26, 16, "bytes")  # of JSON, once unpacked
ENTRIES = Limit(2 * 10**6, 1, "lists, objects, keys and entries")  # of JSON


def require(limit: Limit, size: int, amount: int, what: str) -> None:
    """Raise TooMuch where a file of so many bytes asks for more than the limit.

    >>> require(ARRAYS, 100, 10**12, "game.npz: its arrays unpack to")
    Traceback (most recent call last):
      ...
    games.work.TooMuch: game.npz: its arrays unpack to 1e+12 bytes; at most 1.3e+08 are read of a \
file of 100 bytes
    """
    if amount > limit.of(size):
        most = f"at most {_short(limit.of(size))} are read of a file of {size} bytes"
        raise TooMuch(f"{what} {_short(amount)} {limit.unit}; {most}")


@final
@dataclass
class Budget:
    """Operations that may still be done, of so many at first, and bytes that may be held."""

    most: float
    left: float
    bytes: float


_ANY = Budget(math.inf, math.inf, math.inf)
_BUDGET = ContextVar("budget", default=_ANY)


def budget(size: int, patience: float = 1) -> AbstractContextManager[None]:
    """Let all that is spent in the block share what is done for a file of so many bytes.

    patience: or so many times as much. Outside of such blocks nothing is refused: who calls a
    function knows what it is asked for.
    """
    most = OPERATIONS.of(size) * patience
    return _in_force(Budget(most, most, HELD.of(size) * patience))


def trial() -> AbstractContextManager[None]:
    """Count what is spent in the block, but take nothing from the budget."""
    return _in_force(replace(_BUDGET.get()))


@contextmanager
def _in_force(budget: Budget) -> Iterator[None]:
    token = _BUDGET.set(budget)
    try:
        yield
    finally:
        _BUDGET.reset(token)


def look(operations: float, what: str, *sizes: object) -> None:
    """Raise TooMuch where so many operations are more than what is left of the budget.

    what: the place, and braces for the sizes.
    """
    now = _BUDGET.get()
    if operations > now.left:
        before = f" after {_short(now.most - now.left)} others" if now.left < now.most else ""
        told = f"about {_short(operations)} operations{before}; at most {_short(now.most)} are done"
        raise TooMuch(f"{what.format(*sizes)}, {told}")


def spend(operations: float, what: str, *sizes: object) -> None:
    """Count operations that are about to be done, if they are not too many.

    >>> with budget(0):
    ...     spend(9e11, "steps.rk4: {0} intervals of {1} × {1} matrices", 512, 600)
    Traceback (most recent call last):
      ...
    games.work.TooMuch: steps.rk4: 512 intervals of 600 × 600 matrices, about 9e+11 operations; \
at most 1.5e+10 are done
    """
    look(operations, what, *sizes)
    _BUDGET.get().left -= operations


def hold(amount: float, what: str, *sizes: object) -> None:
    """Raise TooMuch where so many bytes are more than may be held at once."""
    most = _BUDGET.get().bytes
    if amount > most:
        told = f"about {_short(amount)} bytes; at most {_short(most)} are held"
        raise TooMuch(f"{what.format(*sizes)}, {told}")


def _short(amount: float) -> str:
    if amount < 10**6:
        return str(round(amount))
    return f"{amount:.2g}" if amount < 10**300 else "over 1e+300"


# ---- prices, in operations -----------------------------------------------------------------------

CALL = 20_000  # of arrays, however small


def of_product(rows: int, inner: int, columns: int, count: int = 1) -> float:
    """Products of balls of matrices."""
    return CALL + count * (rows * columns * (40 + inner / 9) + 20 * inner * (rows + columns))


def of_test(n: int, count: int = 1) -> float:
    """Tests whether n × n matrices are positive semidefinite."""
    return 2 * CALL + count * n**2 * (100 + n / 20)


def of_rational(bits: float) -> float:
    """A sum or product of rationals of so many bits: it is brought to lowest terms."""
    return 1_500 + bits**2 / 230


def of_inverse(n: int, bits: int) -> float:
    """That of an n × n matrix of rationals: minors of up to n rows."""
    return n**3 * (300 + (n * bits) ** 2 / 6000)


LONG = 2**17  # bits from which numbers are too long to be looked at further


def common_bits(values: Iterable[Fraction]) -> int:
    """The bits of the values over one denominator, or so many as LONG says.

    >>> common_bits([Fraction(1, 4), Fraction(1, 6)])
    5
    """
    unit, largest = 1, 0
    for value in values:
        unit = math.lcm(unit, value.denominator)
        largest = max(largest, abs(value.numerator))
        if unit.bit_length() > LONG:
            return LONG
    return unit.bit_length() + largest.bit_length()
