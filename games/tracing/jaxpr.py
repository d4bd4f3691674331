"""A jaxpr run on a tape, primitive by primitive and entry by entry.

A value is a constant, as JAX holds it, or a NumPy array of objects: numbers and values on the tape.
What depends on constants alone JAX computes itself. Primitives that only move entries are run by
JAX too, on the entries' numbers.
"""

from collections.abc import Callable, Sequence
from typing import Any, final

import jax
import numpy as np
from numpy.typing import NDArray

from games.tracing.jax_primitives import COMPARISONS, MENDS, MOVES, RANDOM, SAME, UNARY
from games.tracing.places import spoken
from games.tracing.tape import Tape
from games.tracing.value import Element, Value

Objects = NDArray[Any]
MAX_STEPS = 100_000  # of a loop


@final
class Interpreter:
    """Runs jaxprs on a tape. fallback: the line that is told where JAX knows none."""

    def __init__(self, tape: Tape, fallback: str) -> None:
        self.tape, self.fallback = tape, fallback
        self._lines = [fallback]
        tape.where = lambda: self._lines[-1]

    def run(self, jaxpr: Any, constants: Sequence[Any], inputs: Sequence[Any]) -> list[Any]:
        """The outputs of an open jaxpr; equations that no output needs are left out."""
        known: dict[Any, Any] = dict(zip(jaxpr.constvars, constants, strict=True))
        known |= dict(zip(jaxpr.invars, inputs, strict=True))
        for equation in _needed(jaxpr):
            values = [_read(known, variable) for variable in equation.invars]
            self._lines.append(_line(equation) or self._lines[-1])
            try:
                results = self.equation(equation, values)
            finally:
                self._lines.pop()
            known |= dict(zip(equation.outvars, results, strict=True))
        return [_read(known, variable) for variable in jaxpr.outvars]

    def equation(self, equation: Any, values: list[Any]) -> list[Any]:
        """The results of one equation."""
        name, params = equation.primitive.name, equation.params
        if "callback" in name or name == "debug_print":
            self.tape.fail(MENDS.get(name, MENDS["pure_callback"]))
        if all(not is_traced(value) for value in values):
            return _bind(equation, values)
        if name in ("cond", "while", "scan"):
            return {"cond": self._cond, "while": self._while, "scan": self._scan}[name](
                params, values
            )
        inner = next((params[k] for k in ("jaxpr", "call_jaxpr", "fun_jaxpr") if k in params), None)
        if name.startswith("custom_vjp"):
            self.tape.fail(MENDS["custom_vjp"])
        if inner is not None and not name.startswith(("custom_linear_solve", "reduce")):
            return self._inside(inner, values)
        if name in SAME and name != "convert_element_type":
            return list(values)
        if name in MOVES:
            return self._moved(equation, values)
        return [self._one(equation, name, params, values)]

    def _inside(self, inner: Any, values: Sequence[Any]) -> list[Any]:
        if hasattr(inner, "jaxpr"):
            return self.run(inner.jaxpr, inner.consts, values)
        return self.run(inner, (), values)

    # Loops and cases.

    def _cond(self, params: Any, values: list[Any]) -> list[Any]:
        index = self._constant(values[0])
        if index is None:
            self.tape.fail(
                "this branches on a value that depends on the variables; write one smooth formula"
            )
        branches = params["branches"]
        return self._inside(branches[min(max(int(index), 0), len(branches) - 1)], values[1:])

    def _while(self, params: Any, values: list[Any]) -> list[Any]:
        split, end = params["cond_nconsts"], params["cond_nconsts"] + params["body_nconsts"]
        of_test, of_body, carry = values[:split], values[split:end], values[end:]
        for _ in range(MAX_STEPS):
            [test] = self._inside(params["cond_jaxpr"], [*of_test, *carry])
            again = self._constant(test)
            if again is None:
                self.tape.fail(
                    "the length of this loop depends on the variables; give it a constant length"
                )
            if not again:
                return carry
            carry = self._inside(params["body_jaxpr"], [*of_body, *carry])
        return self.tape.fail(f"this loop takes more than {MAX_STEPS} steps; make it shorter")

    def _scan(self, params: Any, values: list[Any]) -> list[Any]:
        fixed, moving = params["num_consts"], params["num_consts"] + params["num_carry"]
        constants, carry, rows = values[:fixed], values[fixed:moving], values[moving:]
        length, count = params["length"], params["num_carry"]
        if length > MAX_STEPS:
            self.tape.fail(f"this loop takes more than {MAX_STEPS} steps; make it shorter")
        outputs: list[list[Any]] = [[] for _ in params["jaxpr"].jaxpr.outvars[count:]]
        steps = range(length)
        for k in reversed(steps) if params["reverse"] else steps:
            results = self._inside(params["jaxpr"], [*constants, *carry, *(row[k] for row in rows)])
            carry = results[:count]
            for found, result in zip(outputs, results[count:], strict=True):
                found.append(result)
        stacked: list[Any] = []
        for found in outputs:
            ordered = found[::-1] if params["reverse"] else found
            if any(is_traced(part) for part in ordered):
                stacked.append(_stack([objects(part) for part in ordered]))
            else:
                stacked.append(jax.numpy.stack(ordered) if ordered else np.zeros((0,)))
        return [*carry, *stacked]

    def _constant(self, value: Any) -> Any:
        """The one number of an array; None where it depends on the variables."""
        if not is_traced(value):
            return np.asarray(value)[()]
        return self.tape.number(value[()])

    # Entries that only move.

    def _moved(self, equation: Any, values: list[Any]) -> list[Any]:
        """Moves the numbers of the entries as the primitive moves entries."""
        name = equation.primitive.name
        entries: list[Element] = []
        operands: list[Any] = []
        plain = _constant_operands(name, len(values))
        for place, value in enumerate(values):
            if place in plain:
                operands.append(self._indices(name, value) if is_traced(value) else value)
                continue
            flat = objects(value)
            start = len(entries) + 1  # 0 is what fills holes
            entries += list(flat.flat)
            places = np.arange(start, start + flat.size).reshape(flat.shape)
            operands.append(jax.numpy.asarray(places))
        results = _bind(equation, operands, moved=True)
        pool = np.empty(len(entries) + 1, dtype=object)
        pool[1:] = entries
        pool[0] = float("nan")
        return [self._picked(pool, np.asarray(result)) for result in results]

    def _picked(self, pool: Objects, numbers: NDArray[Any]) -> Objects:
        if numbers.size and (numbers.min() < 1 or numbers.max() >= len(pool)):
            self.tape.fail("an index is out of bounds here; use indices that are there")
        return _shaped(pool[numbers], numbers.shape)

    def _indices(self, name: str, value: Objects) -> Any:
        """Indices or conditions that turned out to be constant all the same."""
        numbers = [self.tape.number(entry) for entry in value.flat]
        if any(number is None for number in numbers):
            self.tape.fail(
                "the condition depends on the variables, so the cost is given by cases; write one"
                " smooth formula"
                if name == "select_n"
                else "an index depends on the variables; use constants for indices"
            )
        kind = bool if name == "select_n" else int
        found = np.array([kind(n) for n in numbers if n is not None]).reshape(value.shape)
        return jax.numpy.asarray(found)

    # Entries that are computed.

    def _one(self, equation: Any, name: str, params: Any, values: list[Any]) -> Any:
        tape = self.tape
        match name:
            case "convert_element_type":
                return self._converted(equation, values[0])
            case "dot_general":
                return self._dot(params, *map(objects, values))
            case "reduce_sum":
                return _reduced(tape.sum, objects(values[0]), params["axes"])
            case "reduce_prod":
                return _reduced(tape.product, objects(values[0]), params["axes"])
            case "reduce_max" | "reduce_min":
                kind = name[-3:]
                return _reduced(lambda v: tape.extreme(kind, v), objects(values[0]), params["axes"])
            case "cumsum" | "cumprod" | "cumlogsumexp":
                return self._cumulated(name, params, objects(values[0]))
            case "scatter-add" | "scatter_add":
                return self._scattered(equation, values)
            case "integer_pow":
                return self._each(lambda a: tape.power(a, int(params["y"])), values)
            case "clamp":
                return self._each(
                    lambda low, a, high: tape.extreme("min", [tape.extreme("max", [a, low]), high]),
                    values,
                )
        return self._each(self._rule(name), values)

    def _rule(self, name: str) -> Callable[..., Element]:
        tape = self.tape
        if name in UNARY:
            return lambda a: tape.call(UNARY[name], a)
        if name in COMPARISONS:
            return lambda a, b: self._compared(name, a, b)
        rules: dict[str, Callable[..., Element]] = {
            "add": tape.add,
            "add_any": tape.add,
            "sub": tape.sub,
            "mul": tape.mul,
            "div": tape.div,
            "neg": tape.neg,
            "pow": tape.power,
            "square": lambda a: tape.power(a, 2),
            "rsqrt": lambda a: tape.div(1.0, tape.call("sqrt", a)),
            "erfc": lambda a: tape.sub(1.0, tape.call("erf", a)),
            "abs": tape.size,
            "sign": tape.sign,
            "max": lambda a, b: tape.extreme("max", [a, b]),
            "min": lambda a, b: tape.extreme("min", [a, b]),
            "stop_gradient": tape.held,
            "is_finite": tape.is_finite,
            "and": lambda a, b: a & b if not isinstance(a, Value) else self._logic(),
            "or": lambda a, b: a | b if not isinstance(a, Value) else self._logic(),
            "not": lambda a: not a if isinstance(a, bool) else self._logic(),
        }
        if name in rules:
            return rules[name]
        if name.startswith("random") or "threefry" in name:
            tape.fail(RANDOM)
        mend = "write it with jax.numpy's elementary functions, or the game as text"
        return tape.fail(MENDS.get(name, f"JAX's primitive {name} is not traced; {mend}"))

    def _logic(self) -> Element:
        self.tape.fail(
            "this decides by a value that depends on the variables; write one smooth formula"
        )

    def _compared(self, name: str, a: Element, b: Element) -> bool:
        if name == "ne" and isinstance(a, Value) and isinstance(b, Value) and a.is_same(b):
            return not self.tape.is_finite(a)  # what isnan asks
        return COMPARISONS[name](*self.tape.compare(a, b))

    def _converted(self, equation: Any, value: Objects) -> Objects:
        kind = np.dtype(equation.params["new_dtype"]).kind
        if kind == "f":
            return self._each(lambda a: a if isinstance(a, Value) else float(a), [value])
        numbers = [self.tape.number(entry) for entry in value.flat]
        if any(number is None for number in numbers):
            self.tape.fail(
                "this turns a value that depends on the variables into integers or truth values;"
                " leave it out of the cost"
            )
        change = bool if kind == "b" else int
        return _shaped([change(n) for n in numbers if n is not None], value.shape)

    def _each(self, rule: Callable[..., Element], values: list[Any]) -> Objects:
        """A rule entry by entry; jaxprs broadcast numbers only."""
        arrays = np.broadcast_arrays(*map(objects, values))
        shape = arrays[0].shape
        return _shaped([rule(*each) for each in zip(*(a.flat for a in arrays), strict=True)], shape)

    def _dot(self, params: Any, a: Objects, b: Objects) -> Objects:
        (left, right), (batch_a, batch_b) = params["dimension_numbers"]
        free_a = [k for k in range(a.ndim) if k not in (*left, *batch_a)]
        free_b = [k for k in range(b.ndim) if k not in (*right, *batch_b)]
        shape = [a.shape[k] for k in (*batch_a, *free_a)] + [b.shape[k] for k in free_b]
        batch = int(np.prod([a.shape[k] for k in batch_a], dtype=int))
        inner = int(np.prod([a.shape[k] for k in left], dtype=int))
        rows = a.transpose([*batch_a, *free_a, *left]).reshape(batch, -1, inner)
        columns = b.transpose([*batch_b, *free_b, *right]).reshape(batch, -1, inner)
        found = [
            self._inner(row, column)
            for p, q in zip(rows, columns, strict=True)
            for row in p
            for column in q
        ]
        return _shaped(found, tuple(shape))

    def _inner(self, p: Objects, q: Objects) -> Element:
        return self.tape.sum([self.tape.mul(a, b) for a, b in zip(p, q, strict=True)])

    def _cumulated(self, name: str, params: Any, value: Objects) -> Objects:
        rows = np.moveaxis(value, params["axis"], -1)
        result = np.empty(rows.shape, dtype=object)
        step = {"cumsum": self.tape.add, "cumprod": self.tape.mul}.get(name, self.tape.logaddexp)
        for index in np.ndindex(rows.shape[:-1]):
            total: Element | None = None
            places = range(rows.shape[-1])
            for k in reversed(places) if params["reverse"] else places:
                entry = rows[(*index, k)]
                total = entry if total is None else step(total, entry)
                result[(*index, k)] = total
        return np.moveaxis(result, -1, params["axis"])

    def _scattered(self, equation: Any, values: list[Any]) -> Objects:
        """Each entry of the updates is added where the primitive adds a 1 for it."""
        target, indices, updates = objects(values[0]).copy(), values[1], objects(values[2])
        if is_traced(indices):
            indices = self._indices("scatter", indices)
        for place in np.ndindex(updates.shape):
            one = np.zeros(updates.shape)
            one[place] = 1.0
            [hit] = _bind(
                equation, [jax.numpy.zeros(target.shape), indices, jax.numpy.asarray(one)]
            )
            for spot in np.argwhere(np.asarray(hit)):
                old: Element = target[tuple(spot)]
                target[tuple(spot)] = self.tape.add(old, _entry(updates, place))
        return target


def is_traced(value: Any) -> bool:
    """Whether an array holds entries of the tape, not constants."""
    return isinstance(value, np.ndarray) and value.dtype == object


def objects(value: Any) -> Objects:
    """Any value as an array of objects; constants as Python's numbers, exactly."""
    return value if is_traced(value) else np.asarray(value).astype(object)


def _shaped(entries: Any, shape: tuple[int, ...]) -> Objects:
    result = np.empty(int(np.prod(shape, dtype=int)), dtype=object)
    result[:] = list(entries.flat) if isinstance(entries, np.ndarray) else entries
    return result.reshape(shape)


def _entry(values: Objects, place: tuple[int, ...]) -> Element:
    found: Element = values[place]
    return found


def _stack(parts: Sequence[Objects]) -> Objects:
    return _shaped([entry for part in parts for entry in part.flat], (len(parts), *parts[0].shape))


def _reduced(
    rule: Callable[[list[Element]], Element], value: Objects, axes: Sequence[int]
) -> Objects:
    kept = [k for k in range(value.ndim) if k not in axes]
    shape = tuple(value.shape[k] for k in kept)
    count = int(np.prod([value.shape[k] for k in axes], dtype=int))
    rows = value.transpose([*kept, *axes]).reshape(-1, count)
    return _shaped([rule(list(row)) for row in rows], shape)


def _read(known: dict[Any, Any], variable: Any) -> Any:
    return variable.val if hasattr(variable, "val") else known[variable]


def _needed(jaxpr: Any) -> list[Any]:
    """The equations that an output needs, and those with effects."""
    wanted = {v for v in jaxpr.outvars if not hasattr(v, "val")}
    kept = []
    for equation in reversed(jaxpr.eqns):
        if equation.effects or not wanted.isdisjoint(equation.outvars):
            kept.append(equation)
            wanted.update(v for v in equation.invars if not hasattr(v, "val"))
    return kept[::-1]


def _constant_operands(name: str, count: int) -> set[int]:
    """Which operands of a primitive that moves entries are indices or conditions."""
    match name:
        case "select_n":
            return {0}
        case "gather" | "scatter":
            return {1}
        case "dynamic_slice":
            return set(range(1, count))
        case "dynamic_update_slice":
            return set(range(2, count))
    return set()


def _bind(equation: Any, operands: Sequence[Any], moved: bool = False) -> list[Any]:
    """The primitive of an equation on constants, computed by JAX; moved: on numbers of entries."""
    primitive = equation.primitive
    given = primitive.get_bind_params(equation.params)
    subfunctions, params = given if isinstance(given, tuple) else ((), given)
    if moved and "fill_value" in params:
        params = params | {"fill_value": 0}
    found = primitive.bind(*subfunctions, *operands, **params)
    return list(found) if primitive.multiple_results else [found]


def _line(equation: Any) -> str:
    """The user's line that an equation comes from."""
    traceback = equation.source_info.traceback
    if traceback is None:
        return ""
    return spoken((frame.file_name, frame.line_num) for frame in traceback.frames)
