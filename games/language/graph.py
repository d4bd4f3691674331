"""Expressions as a tape: nodes stored once each, every node after the nodes that it uses.

Nothing here walks the tape by recursion, so a sum of 10,000 terms is as safe as a short one.
"""

import operator
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import final

from games.language.functions import FUNCTIONS
from games.work import of_rational, spend

OPERATORS = {"neg": 1, "+": 2, "-": 2, "*": 2, "/": 2, "**": 2}  # how many arguments each takes
MAX_EXPONENT = 1000  # of a constant power
MAX_BITS = 20_000  # of the numerator and of the denominator of a folded constant

_ARITY = OPERATORS | {row.name: 1 for row in FUNCTIONS.values() if not row.variadic}
_Key = tuple[str, tuple[int, ...] | Fraction | str | None]


@final
class Graph:
    """A growing tape of nodes; the same operation on the same arguments is the same node.

    ops, args, values: per node its operation, the indices of its arguments (each smaller than its
    own), and the number of a ``const`` or the name of a ``var`` (else None).

    >>> graph = Graph()
    >>> graph.apply("+", graph.variable("x"), graph.constant(Fraction(2)))
    2
    """

    ops: list[str]
    args: list[tuple[int, ...]]
    values: list[Fraction | str | None]

    def __init__(self) -> None:
        self.ops, self.args, self.values = [], [], []
        self._index: dict[_Key, int] = {}

    def __len__(self) -> int:
        return len(self.ops)

    def constant(self, value: Fraction) -> int:
        """The node of an exact number."""
        return self._node(("const", value), "const", (), value)

    def variable(self, name: str) -> int:
        """The node of a variable."""
        return self._node(("var", name), "var", (), name)

    def pi(self) -> int:
        """The node of the number π."""
        return self._node(("pi", None), "pi", (), None)

    def apply(self, op: str, *args: int) -> int:
        """The node of an operation or function on earlier nodes.

        Operations on constants are folded exactly (+ - * / neg, and ** with an integer exponent of
        magnitude ≤ 1,000) unless they divide by zero or give more than 20,000 bits; nothing else is
        simplified. Raises ValueError for an unknown op or a wrong number of arguments.
        """
        if op not in OPERATORS and op not in FUNCTIONS:
            known = sorted({*OPERATORS, *FUNCTIONS})
            raise ValueError(f"unknown operation {op!r}; expected one of {known}")
        if len(args) != _ARITY.get(op, max(1, len(args))):
            raise ValueError(f"{op} got {len(args)} arguments; expected {_ARITY.get(op, 1)}")
        found = self._index.get((op, args))
        if found is not None:
            return found
        folded = self._folded(op, args)
        if folded is None:
            return self._node((op, args), op, args, None)
        node = self.constant(folded)
        self._index[(op, args)] = node
        return node

    def number(self, node: int) -> Fraction | None:
        """The exact number of a ``const`` node; None for every other node."""
        value = self.values[node]
        return value if isinstance(value, Fraction) else None

    def needed(self, outputs: Iterable[int]) -> list[int]:
        """The nodes that the outputs are made of, themselves included, in tape order."""
        todo = list(outputs)
        seen = set(todo)
        while todo:
            for argument in self.args[todo.pop()]:
                if argument not in seen:
                    seen.add(argument)
                    todo.append(argument)
        return sorted(seen)

    def _node(self, key: _Key, op: str, args: tuple[int, ...], value: Fraction | str | None) -> int:
        node = self._index.setdefault(key, len(self.ops))
        if node == len(self.ops):
            self.ops.append(op)
            self.args.append(args)
            self.values.append(value)
        return node

    def _folded(self, op: str, args: tuple[int, ...]) -> Fraction | None:
        """The exact result on constants; None when an argument is not one or it stays unfolded."""
        fold = _FOLDS.get(op)
        if fold is None:
            return None
        numbers = [self.number(argument) for argument in args]
        constants = [number for number in numbers if number is not None]
        if len(constants) < len(numbers):
            return None
        length = sum(map(bits, constants))
        spend(of_rational(length), "a cost: a constant of {} bits", length)
        result = fold(*constants)
        return result if result is not None and bits(result) <= MAX_BITS else None


def bits(value: Fraction) -> int:
    """The length in bits of the longer of numerator and denominator."""
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def _divide(a: Fraction, b: Fraction) -> Fraction | None:
    return a / b if b else None


def _power(a: Fraction, b: Fraction) -> Fraction | None:
    exponent = b.numerator
    if b.denominator != 1 or abs(exponent) > MAX_EXPONENT or (not a and exponent < 0):
        return None
    if bits(a) * abs(exponent) > MAX_BITS:  # asked before the power is computed
        return None
    return Fraction(a**exponent)


_FOLDS: dict[str, Callable[..., Fraction | None]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divide,
    "neg": operator.neg,
    "**": _power,
}
