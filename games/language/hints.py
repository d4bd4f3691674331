"""What to write for a name or sign that the language of costs does not have.

A hint never changes the mathematics: a function of another library gets the same function in the
words of the language, or none; only what looks like a slip of the pen gets its nearest name.
"""

import difflib
import math
from collections.abc import Iterable, Mapping
from itertools import islice

import numpy as np

from games.language.functions import FUNCTIONS
from games.language.tokens import Token

MAX_NAMES = 1_000  # among which a near match is looked for

NOT_SMOOTH = {"abs", "max", "min", "sign", "sgn", "floor", "ceil", "round", "relu", "heaviside"}
FORMULAS = {  # the same function of x, where both are defined
    "acos": "pi/2 - atan(x/sqrt(1 - x**2))",
    "acosh": "log(x + sqrt(x**2 - 1))",
    "acot": "pi/2 - atan(x)",
    "asin": "atan(x/sqrt(1 - x**2))",
    "asinh": "log(x + sqrt(x**2 + 1))",
    "atanh": "log((1 + x)/(1 - x))/2",
    "cbrt": "x**(1/3)",
    "cot": "1/tan(x)",
    "coth": "1/tanh(x)",
    "csc": "1/sin(x)",
    "csch": "1/sinh(x)",
    "exp2": "2**x",
    "log10": "log(x)/log(10)",
    "sec": "1/cos(x)",
    "sech": "1/cosh(x)",
    "sqr": "x**2",
    "square": "x**2",
}
_OTHER_NAMES = {"power": "**", "pow": "**", "e": "exp(1)", "E": "exp(1)", "Pi": "pi", "PI": "pi"}
_OTHER_NAMES |= {other: row.name for row in FUNCTIONS.values() for other in row.also}
_OTHER_SYMBOLS = {
    "^": "write ** for powers",
    ".": "write decimals with digits on both sides of the point, like 0.5",
    "[": "write ( for brackets",
    "]": "write ) for brackets",
    "{": "write ( for brackets",
    "}": "write ) for brackets",
    "\N{MINUS SIGN}": "write - for minus",
    "\N{MULTIPLICATION SIGN}": "write * for products",
    "\N{MIDDLE DOT}": "write * for products",
}


def hint(token: Token, names: Mapping[str, int]) -> str:
    """One sentence: what is wrong with the token, and the mend. names: those of the game.

    >>> hint(Token("call", "log10", 1), {})
    "unknown name 'log10'; write log(x)/log(10) for log10(x)"
    """
    name = token.text[:40]
    if token.kind == "other":
        mend = _OTHER_SYMBOLS.get(name, "delete it or write it in plain arithmetic")
        return f"{name!r} has no meaning here; {mend}"
    if name.lower() in NOT_SMOOTH:
        return f"{name} is not smooth; use a smooth function, such as softplus"
    return f"unknown name {name!r}; {_mend(token, name, names)}"


def _mend(token: Token, name: str, names: Mapping[str, int]) -> str:
    if name in _OTHER_NAMES:
        return f"write {_OTHER_NAMES[name]}"
    if name in FORMULAS:
        return f"write {FORMULAS[name]} for {name}(x)"
    if hasattr(math, name) or hasattr(np, name):
        return "write it with + - * / ** and the functions of the language"
    near = _near(name, islice(names, MAX_NAMES))
    return f"did you mean {near}?" if near else "declare it or use a name of the game"


def _near(name: str, names: Iterable[str]) -> str:
    """The nearest name; no function where the name contains one, as acosh, log3 and atan2 do."""
    contains = any(function in name for function in FUNCTIONS)
    known = ["pi", *([] if contains else FUNCTIONS), *names]
    return next(iter(difflib.get_close_matches(name, known, n=1)), "") if len(name) < 40 else ""
