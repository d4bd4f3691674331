"""The functions of the language of costs: one row each, from which all that knows functions reads.

To add a function is to add its row. The parser, the graph, derivatives, enclosures (of the search
and of the checker), domains, floats, sympy and docs follow; ``tests/games/test_functions.py``
compares every part of every row with mpmath and arb, so that a wrong one is told by name.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from operator import methodcaller
from typing import Any, final

_INF, _HALF_PI = math.inf, 1.5707963267948968  # above π/2


@final
@dataclass(frozen=True)
class Turn:
    """A function turns, or has a pole, at (quarter + k every)·π/2 for whole k; every = 0: at 0."""

    value: float  # exact; NaN at a pole
    quarter: int = 0
    every: int = 0

    @property
    def is_pole(self) -> bool:
        """Whether the function has no value here."""
        return math.isnan(self.value)


@final
@dataclass(frozen=True, kw_only=True)
class Function:
    """All that is known of y = f(x), or of y = f(x_1, …, x_n) for any n ≥ 1.

    It is smooth where x > above and x is no pole. Without turns it increases, in every argument;
    with them it is monotone from each to the next.
    """

    name: str
    slope: str  # f'(x) as text in x and y; of several arguments, for x each of them
    above: int | None = None
    closed: bool = False  # defined at x = above as well, though not smooth
    turns: tuple[Turn, ...] = ()
    range: tuple[float, float] = (-_INF, _INF)  # bounds of y; a lower one of 0 is not reached
    variadic: bool = False
    ball: Callable[..., Any] | None = None  # on balls, where arb has no method of that name
    # Of the search alone: floats (by default NumPy's of that name) with their relative error in
    # units of 2^-53; f' as text that does not cancel in floats, where the above does; text in x
    # where sympy has no function of that name; other names that it goes by.
    floats: str = ""
    error: int = 16
    slope_of_floats: str = ""
    written: str = ""
    also: tuple[str, ...] = ()

    @property
    def value(self) -> Callable[..., Any]:
        """On balls of python-flint."""
        return self.ball or methodcaller(self.name)

    @property
    def is_total(self) -> bool:
        """Whether it is defined, and smooth, on the whole line."""
        return self.above is None and not any(turn.is_pole for turn in self.turns)

    @property
    def is_positive(self) -> bool:
        """Whether all its values are > 0."""
        return self.range[0] >= 0


def _logsumexp(*x: Any) -> Any:
    top = max(x, key=float)
    return top + sum((each - top).exp() for each in x).log()


_TABLE = (
    Function(name="exp", slope="y", range=(0, _INF)),
    Function(name="log", slope="1/x", above=0, also=("ln",)),
    Function(name="sqrt", slope="1/(2*y)", above=0, closed=True, error=1),
    Function(
        name="sin", slope="cos(x)", range=(-1, 1), turns=(Turn(1, 1, 4), Turn(-1, 3, 4))
    ),
    Function(
        name="cos", slope="-sin(x)", range=(-1, 1), turns=(Turn(1, 0, 4), Turn(-1, 2, 4))
    ),
    Function(name="tan", slope="1 + y**2", turns=(Turn(math.nan, 1, 2),)),
    Function(
        name="tanh",
        slope="1 - y**2",
        range=(-1, 1),
        slope_of_floats="4*(logistic(2*x)*logistic(-(2*x)))",
    ),
    Function(name="sinh", slope="cosh(x)"),
    Function(name="cosh", slope="sinh(x)", range=(1, _INF), turns=(Turn(1),)),
    Function(
        name="atan",
        slope="1/(1 + x**2)",
        range=(-_HALF_PI, _HALF_PI),
        floats="numpy.arctan",
        also=("arctan",),
    ),
    Function(
        name="logistic",
        slope="y*(1 - y)",
        range=(0, 1),
        ball=lambda x: 1 / (1 + (-x).exp()),
        floats="games.language.floats.logistic",
        error=38,
        slope_of_floats="y*logistic(-x)",
        written="1/(1 + exp(-x))",
        also=("sigmoid", "expit"),
    ),
    Function(name="log1p", slope="1/(1 + x)", above=-1, written="log(1 + x)"),
    Function(
        name="softplus",
        slope="logistic(x)",
        range=(0, _INF),
        ball=lambda x: x.exp().log1p() if x < 0 else x + (-x).exp().log1p(),
        floats="games.language.floats.softplus",
        error=38,
        written="log(1 + exp(x))",
    ),
    Function(
        name="logsumexp",
        slope="exp(x - y)",
        variadic=True,
        ball=_logsumexp,
        floats="games.language.floats.logsumexp",
    ),
    Function(
        name="erf",
        slope="2/sqrt(pi)*exp(-x**2)",
        range=(-1, 1),
        floats="scipy.special.erf",
    ),
    Function(
        name="log2",
        slope="1/(x*log(2))",
        above=0,
        ball=lambda x: x.log_base(2),
        written="log(x)/log(2)",
    ),
    Function(
        name="expm1",
        slope="exp(x)",
        range=(-1, _INF),
        written="exp(x) - 1",
    ),
)  # fmt: skip
FUNCTIONS = {row.name: row for row in _TABLE}
