"""NumPy arrays and numbers whose operations go on a tape."""

from collections.abc import Callable, Sequence
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from games.tracing.tape import Tape
from games.tracing.value import Element, Value

Objects = NDArray[Any]
Rule = Callable[..., Element]

# NumPy's and scipy's names of functions of one number, and the language's.
NAMES = {
    "exp": "exp", "log": "log", "sqrt": "sqrt", "sin": "sin", "cos": "cos", "tan": "tan",
    "tanh": "tanh", "sinh": "sinh", "cosh": "cosh", "arctan": "atan", "log1p": "log1p",
    "log2": "log2", "expm1": "expm1", "log10": "log10", "exp2": "exp2", "cbrt": "cbrt",
    "arcsin": "asin", "arccos": "acos", "arcsinh": "asinh", "arccosh": "acosh",
    "arctanh": "atanh", "erf": "erf", "expit": "logistic",
}  # fmt: skip
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "less": lambda a, b: a < b,
    "less_equal": lambda a, b: a <= b,
    "greater": lambda a, b: a > b,
    "greater_equal": lambda a, b: a >= b,
    "equal": lambda a, b: a == b,
    "not_equal": lambda a, b: a != b,
}
_MENDS = {
    "heaviside": "heaviside is not smooth; use a smooth function, such as logistic",
    "floor": "floor is not smooth; leave it out of the cost",
    "ceil": "ceil is not smooth; leave it out of the cost",
    "rint": "rounding is not smooth; leave it out of the cost",
    "trunc": "trunc is not smooth; leave it out of the cost",
    "remainder": "remainders are not smooth; use sin or cos for what is periodic",
    "floor_divide": "// is not smooth; write /",
    "arctan2": "arctan2 is given by cases; write arctan(y/x) where x > 0",
}


@final
class Scalar:
    """A number on a tape, as costs meet it: arithmetic and NumPy's functions work on it."""

    __slots__ = ("tape", "value")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, tape: Tape, value: Value) -> None:
        self.tape, self.value = tape, value

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return _applied(self.tape, ufunc, method, inputs, options)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return made(self.tape, func._implementation(*args, **kwargs))

    def __add__(self, other: Any) -> Any:
        return _binary(self, np.add, self, other)

    def __radd__(self, other: Any) -> Any:
        return _binary(self, np.add, other, self)

    def __sub__(self, other: Any) -> Any:
        return _binary(self, np.subtract, self, other)

    def __rsub__(self, other: Any) -> Any:
        return _binary(self, np.subtract, other, self)

    def __mul__(self, other: Any) -> Any:
        return _binary(self, np.multiply, self, other)

    def __rmul__(self, other: Any) -> Any:
        return _binary(self, np.multiply, other, self)

    def __truediv__(self, other: Any) -> Any:
        return _binary(self, np.divide, self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return _binary(self, np.divide, other, self)

    def __pow__(self, other: Any) -> Any:
        return _binary(self, np.power, self, other)

    def __rpow__(self, other: Any) -> Any:
        return _binary(self, np.power, other, self)

    def __floordiv__(self, other: Any) -> Any:
        self.tape.fail(_MENDS["floor_divide"])

    def __mod__(self, other: Any) -> Any:
        self.tape.fail(_MENDS["remainder"])

    def __neg__(self) -> Any:
        return _wrapped(self.tape, self.tape.neg(self.value))

    def __pos__(self) -> "Scalar":
        return self

    def __abs__(self) -> Any:
        return _wrapped(self.tape, self.tape.size(self.value))

    def __lt__(self, other: Any) -> Any:
        return _binary(self, np.less, self, other)

    def __le__(self, other: Any) -> Any:
        return _binary(self, np.less_equal, self, other)

    def __gt__(self, other: Any) -> Any:
        return _binary(self, np.greater, self, other)

    def __ge__(self, other: Any) -> Any:
        return _binary(self, np.greater_equal, self, other)

    def __eq__(self, other: object) -> Any:
        return _binary(self, np.equal, self, other)

    def __ne__(self, other: object) -> Any:
        return _binary(self, np.not_equal, self, other)

    def __bool__(self) -> bool:
        self.tape.fail(
            "this branches on a value that depends on the variables; write one smooth formula"
        )

    def __float__(self) -> float:
        self.tape.fail(
            "this needs a float where a traced number is; use NumPy's functions instead of math's,"
            " and no float(…) or .item()"
        )

    def __int__(self) -> int:
        self.tape.fail("int(…) of a traced number is not smooth; leave it out of the cost")

    def __index__(self) -> int:
        self.tape.fail("a traced number is used as an index; use constants for indices")

    def __round__(self, digits: int | None = None) -> float:
        self.tape.fail(_MENDS["rint"])

    def conjugate(self) -> "Scalar":
        return self


def _method(name: str) -> Callable[[Scalar], Any]:
    def method(self: Scalar) -> Any:
        return _wrapped(self.tape, self.tape.call(NAMES[name], self.value))

    return method


for _name in NAMES:  # what NumPy calls for each entry of a plain array of objects
    setattr(Scalar, _name, _method(_name))
Scalar.square = lambda self: self * self  # type: ignore[attr-defined]
Scalar.reciprocal = lambda self: 1.0 / self  # type: ignore[attr-defined]


@final
class Array(np.ndarray[Any, np.dtype[np.object_]]):
    """An array of numbers and Scalars; NumPy's functions give such arrays again."""

    tape: Tape

    def __array_finalize__(self, other: Any) -> None:
        tape = getattr(other, "tape", None)
        if tape is not None:
            self.tape = tape

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return _applied(self.tape, ufunc, method, inputs, options)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        kept = [kind for kind in types if kind is not Scalar]
        return made(self.tape, super().__array_function__(func, kept, args, kwargs))

    def __getitem__(self, key: Any) -> Any:
        return made(self.tape, super().__getitem__(key))


def made(tape: Tape, result: Any) -> Any:
    """Arrays of objects as arrays on the tape, also in lists and tuples."""
    if isinstance(result, list | tuple) and type(result) in (list, tuple):
        return type(result)(made(tape, part) for part in result)
    if isinstance(result, np.ndarray) and result.dtype == object and type(result) is not Array:
        return array(tape, result)
    return result


def array(tape: Tape, entries: Any) -> Array:
    """The array of these entries."""
    result = np.asarray(entries, dtype=object).view(Array)
    result.tape = tape
    return result


def element(entry: Any) -> Element:
    """What stands on the tape for an entry of an array."""
    if isinstance(entry, Scalar):
        return entry.value
    if isinstance(entry, np.generic | np.ndarray):
        return element(entry.item())
    found: Element = entry
    return found


def _wrapped(tape: Tape, value: Element) -> Any:
    return Scalar(tape, value) if isinstance(value, Value) else value


def _plain(operand: Any) -> Objects:
    """An operand as an array of objects without a tape."""
    if isinstance(operand, Scalar):
        found = np.empty((), dtype=object)
        found[()] = operand
        return found
    return np.asarray(operand).astype(object).view(np.ndarray)


def _binary(self: Scalar, ufunc: Any, a: Any, b: Any) -> Any:
    for operand in (a, b):
        if not isinstance(operand, Scalar | int | float | np.generic | np.ndarray):
            return NotImplemented
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return _applied(self.tape, ufunc, "__call__", (a, b), {})
    rule = _rule(self.tape, ufunc.__name__)
    return _wrapped(self.tape, rule(element(a), element(b)))


def _applied(tape: Tape, ufunc: Any, method: str, inputs: Sequence[Any], options: Any) -> Any:
    """A ufunc, or a reduction by one, entry by entry."""
    name = ufunc.__name__
    if options.get("where", True) is not True:
        tape.fail(f"np.{name} has where=; use np.where with a constant condition")
    if options.get("dtype") not in (None, object, float, np.dtype(float), np.dtype(object)):
        tape.fail(f"np.{name} has dtype=; leave it out")
    operands = [_plain(operand) for operand in inputs]
    if name in ("matmul", "vecdot") and method == "__call__":
        result: Any = (
            np.matmul(*operands) if name == "matmul" else np.sum(operands[0] * operands[1], -1)
        )
    elif method == "__call__":
        result = np.frompyfunc(_entrywise(tape, _rule(tape, name)), len(operands), 1)(*operands)
    elif method == "outer":
        result = np.frompyfunc(_entrywise(tape, _rule(tape, name)), 2, 1).outer(*operands)
    elif method == "reduce":
        result = _reduced(tape, name, operands[0], options)
    elif method == "accumulate" and name in ("add", "multiply"):
        whole = np.frompyfunc(_entrywise(tape, _rule(tape, name)), 2, 1)
        result = whole.accumulate(operands[0], axis=options.get("axis", 0), dtype=object)
    else:
        tape.fail(f"np.{name}.{method} is not traced; write it with sums and products")
    out = options.get("out")
    if out is not None and out[0] is not None:
        if not isinstance(out[0], Array):
            tape.fail(f"np.{name} writes into an array of floats; leave out out=, or use np.stack")
        out[0].view(np.ndarray)[...] = result
        return out[0]
    if isinstance(result, np.ndarray):
        if result.dtype == object and all(type(entry) in (bool, np.bool_) for entry in result.flat):
            return result.astype(bool)
        return array(tape, result) if result.dtype == object else result
    return result


def _entrywise(tape: Tape, rule: Rule) -> Callable[..., Any]:
    return lambda *entries: _wrapped(tape, rule(*map(element, entries)))


_NONE = (None, getattr(np, "_NoValue", None))


def _reduced(tape: Tape, name: str, operand: Objects, options: Any) -> Any:
    axis = options.get("axis", 0)
    rules: dict[str, Callable[[list[Element]], Element]] = {
        "add": tape.sum,
        "multiply": tape.product,
        "maximum": lambda entries: tape.extreme("max", entries),
        "minimum": lambda entries: tape.extreme("min", entries),
        "logaddexp": lambda entries: tape.call(
            "log", tape.sum([tape.call("exp", e) for e in entries])
        ),
    }
    if name not in rules:
        tape.fail(f"np.{name}.reduce is not traced; write it with sums and products")
    if operand.ndim == 0:
        return operand[()]
    initial = options.get("initial")
    first = [] if any(initial is none for none in _NONE) else [element(initial)]
    every = tuple(range(operand.ndim)) if axis is None else axis
    axes = [k % operand.ndim for k in (every if isinstance(every, tuple) else (every,))]
    kept = [k for k in range(operand.ndim) if k not in axes]
    shape = tuple(operand.shape[k] for k in kept)
    rows = operand.transpose(kept + axes).reshape((*shape, -1))
    result = np.empty(shape, dtype=object)
    for index in np.ndindex(shape):
        entries = [element(e) for e in rows[index]]
        result[index] = _wrapped(tape, rules[name](first + entries))
    if options.get("keepdims"):
        return np.expand_dims(result, tuple(axes))
    return result if shape else result[()]


def _rule(tape: Tape, name: str) -> Rule:
    """What a ufunc does to entries; what the language lacks is refused with what to do."""
    rules: dict[str, Rule] = {
        "add": tape.add,
        "subtract": tape.sub,
        "multiply": tape.mul,
        "divide": tape.div,
        "true_divide": tape.div,
        "power": tape.power,
        "float_power": tape.power,
        "negative": tape.neg,
        "positive": lambda a: a,
        "conjugate": lambda a: a,
        "square": lambda a: tape.power(a, 2),
        "reciprocal": lambda a: tape.div(1.0, a),
        "absolute": tape.size,
        "sign": tape.sign,
        "fabs": tape.size,
        "maximum": lambda a, b: tape.extreme("max", [a, b]),
        "fmax": lambda a, b: tape.extreme("max", [a, b]),
        "minimum": lambda a, b: tape.extreme("min", [a, b]),
        "fmin": lambda a, b: tape.extreme("min", [a, b]),
        "clip": lambda a, low, high: tape.extreme("min", [tape.extreme("max", [a, low]), high]),
        "logaddexp": tape.logaddexp,
        "hypot": lambda a, b: tape.call("sqrt", tape.add(tape.power(a, 2), tape.power(b, 2))),
        "isfinite": tape.is_finite,
        "isnan": lambda a: not tape.is_finite(a) and bool(np.isnan(float(a))),
        "log_expit": lambda a: tape.neg(tape.call("softplus", tape.neg(a))),
        "xlogy": lambda a, b: tape.mul(a, tape.call("log", b)),
    }
    if name in rules:
        return rules[name]
    if name in NAMES:
        return lambda a: tape.call(NAMES[name], a)
    if name in _COMPARISONS:
        return lambda a, b: _COMPARISONS[name](*tape.compare(a, b))
    return tape.fail(
        _MENDS.get(name, f"{name} is not in the language of costs; write it with + - * / exp …")
    )
