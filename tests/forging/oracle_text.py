"""Costs and fields by the oracle's own parser and derivatives.

Python's own grammar (the formats promise its precedence) gives the tree; jets (value, gradient,
Hessian) go through it, in float64 for many points at once or in 50 digits for one.
"""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from tests.forging.oracle_reading import Array, Unjudged, mp, mpmath

Node = ast.expr


@dataclass(frozen=True)
class Jet:
    """f, ∇f (last axis n) and D²f (last axes n, n; None: not asked for) at points."""

    f: Array
    d: Array
    h: Array | None

    def chain(self, f: Array, d: Array, h: Array) -> "Jet":
        """g(f) for a function of one variable with g, g′, g″ given."""
        second = None
        if self.h is not None:
            outer = self.d[..., :, None] * self.d[..., None, :]
            second = d[..., None, None] * self.h + h[..., None, None] * outer
        return Jet(f, d[..., None] * self.d, second)

    def __add__(self, other: "Jet") -> "Jet":
        second = None if self.h is None or other.h is None else self.h + other.h
        return Jet(self.f + other.f, self.d + other.d, second)

    def __mul__(self, other: "Jet") -> "Jet":
        second = None
        if self.h is not None and other.h is not None:
            cross = self.d[..., :, None] * other.d[..., None, :]
            second = (
                self.f[..., None, None] * other.h
                + other.f[..., None, None] * self.h
                + cross
                + np.swapaxes(cross, -1, -2)
            )
        first = self.f[..., None] * other.d + other.f[..., None] * self.d
        return Jet(self.f * other.f, first, second)

    def __neg__(self) -> "Jet":
        return Jet(-self.f, -self.d, None if self.h is None else -self.h)

    def inverse(self) -> "Jet":
        one = 1 / self.f
        return self.chain(one, -(one**2), 2 * one**3)


def _positive(name: str) -> Callable[[Any], Any]:
    """A function of mpmath that would turn complex at or below 0."""

    def value(x: Any) -> Any:
        if not x > 0:
            raise Unjudged(f"{name} of {mpmath.nstr(x, 5)}")
        return getattr(mpmath, name)(x)

    return value


_EXACT = {
    name: np.frompyfunc(getattr(mpmath, name), 1, 1)
    for name in ("exp", "sin", "cos", "tan", "tanh", "sinh", "cosh", "atan")
} | {name: np.frompyfunc(_positive(name), 1, 1) for name in ("log", "sqrt")}
_FLOAT: dict[str, Any] = {
    name: getattr(np, name)
    for name in ("exp", "log", "sqrt", "sin", "cos", "tan", "tanh", "sinh", "cosh")
} | {"atan": np.arctan}


def _of(x: Array, name: str) -> Array:
    """An elementary function of floats or of mpf."""
    result: Array = (_EXACT if x.dtype == object else _FLOAT)[name](x)
    return result


def _softplus(x: Array) -> Array:
    if x.dtype == object:
        return _of(1 + _of(x, "exp"), "log")
    return np.logaddexp(0, x)


def _logistic(x: Array) -> Array:
    return 1 / (1 + _of(-x, "exp"))


def _derivatives(name: str, x: Array) -> tuple[Array, Array, Array]:
    """g, g′, g″ of each function of the grammar."""
    match name:
        case "exp":
            e = _of(x, "exp")
            return e, e, e
        case "log":
            return _of(x, "log"), 1 / x, -1 / x**2
        case "log1p":
            return _of(1 + x, "log"), 1 / (1 + x), -1 / (1 + x) ** 2
        case "sqrt":
            root = _of(x, "sqrt")
            return root, 1 / (2 * root), -1 / (4 * root * x)
        case "sin" | "cos":
            s, c = _of(x, "sin"), _of(x, "cos")
            return (s, c, -s) if name == "sin" else (c, -s, -c)
        case "sinh" | "cosh":
            s, c = _of(x, "sinh"), _of(x, "cosh")
            return (s, c, s) if name == "sinh" else (c, s, c)
        case "tan":
            t = _of(x, "tan")
            return t, 1 + t**2, 2 * t * (1 + t**2)
        case "tanh":
            t = _of(x, "tanh")
            return t, 1 - t**2, -2 * t * (1 - t**2)
        case "atan":
            return _of(x, "atan"), 1 / (1 + x**2), -2 * x / (1 + x**2) ** 2
        case "logistic":
            p = _logistic(x)
            return p, p * (1 - p), p * (1 - p) * (1 - 2 * p)
        case "softplus":
            p = _logistic(x)
            return _softplus(x), p, p * (1 - p)
    raise Unjudged(f"unknown function {name}")


@dataclass(frozen=True)
class Text:
    """An expression of named variables (in order) and parameters."""

    tree: Node
    literals: Mapping[int, Fraction]  # by node: the numbers as they are written
    index: Mapping[str, int]
    parameters: Mapping[str, Fraction]

    @classmethod
    def read(
        cls, text: str, index: Mapping[str, int], parameters: Mapping[str, Fraction]
    ) -> "Text":
        source = f"({text}\n)"
        try:
            tree = ast.parse(source, mode="eval").body
        except (SyntaxError, ValueError, RecursionError) as error:
            raise Unjudged(f"no expression: {error}") from None
        literals = {
            id(node): Fraction(ast.get_source_segment(source, node) or "")
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
        }
        return cls(tree, literals, index, parameters)

    def at(self, points: Array, order: int) -> Jet:
        """The jet at points (…, n), with the Hessian if order is 2."""
        return self._walk(self.tree, points, order)

    def _constant(self, value: Any, points: Array, order: int) -> Jet:
        """No point moves it; exact where points are."""
        shape, n = points.shape[:-1], points.shape[-1]
        exact = points.dtype == object
        zero = mp(0) if exact else 0.0
        number = (mp(value) if exact else float(value)) if isinstance(value, Fraction) else value
        f = np.full(shape, number, dtype=points.dtype)
        d = np.full((*shape, n), zero, dtype=points.dtype)
        return Jet(f, d, np.full((*shape, n, n), zero, dtype=points.dtype) if order == 2 else None)

    def _name(self, name: str, points: Array, order: int) -> Jet:
        if name == "pi":
            return self._constant(+mpmath.pi if points.dtype == object else np.pi, points, order)
        if name in self.parameters:
            return self._constant(self.parameters[name], points, order)
        if name not in self.index:
            raise Unjudged(f"unknown name {name}")
        jet = self._constant(Fraction(0), points, order)
        k = self.index[name]
        jet.d[..., k] = mp(1) if points.dtype == object else 1.0
        return Jet(points[..., k], jet.d, jet.h)

    def _walk(self, node: Node, points: Array, order: int) -> Jet:
        match node:
            case ast.Constant():
                return self._constant(self.literals[id(node)], points, order)
            case ast.Name(id=name):
                return self._name(name, points, order)
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return -self._walk(inner, points, order)
            case ast.UnaryOp(op=ast.UAdd(), operand=inner):
                return self._walk(inner, points, order)
            case ast.BinOp(left=left, op=op, right=right):
                return self._binary(op, left, right, points, order)
            case ast.Call(func=ast.Name(id=name), args=args):
                return self._call(name, [self._walk(a, points, order) for a in args])
        raise Unjudged(f"unknown syntax {ast.dump(node)[:60]}")

    def _binary(self, op: ast.operator, left: Node, right: Node, at: Array, order: int) -> Jet:
        a = self._walk(left, at, order)
        if isinstance(op, ast.Pow):
            exponent = self._literal(right)
            if exponent is not None:
                return _power(a, exponent)
        b = self._walk(right, at, order)
        match op:
            case ast.Add():
                return a + b
            case ast.Sub():
                return a + -b
            case ast.Mult():
                return a * b
            case ast.Div():
                return a * b.inverse()
            case ast.Pow():
                return self._call("exp", [b * self._call("log", [a])])
        raise Unjudged("unknown operator")

    def _call(self, name: str, args: list[Jet]) -> Jet:
        if name == "logsumexp":
            total = self._call("exp", [args[0] + -args[0]])
            for other in args[1:]:  # shifted by the first, so that little overflows
                total = total + self._call("exp", [other + -args[0]])
            return self._call("log", [total]) + args[0]
        [a] = args
        return a.chain(*_derivatives(name, a.f))

    def _literal(self, node: Node) -> Fraction | None:
        """The value of an exponent that no variable enters."""
        match node:
            case ast.Constant():
                return self.literals[id(node)]
            case ast.Name(id=name) if name in self.parameters:
                return self.parameters[name]
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                value = self._literal(inner)
                return None if value is None else -value
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                a, b = self._literal(left), self._literal(right)
                return None if a is None or b is None else a / b
        return None


def _power(a: Jet, c: Fraction) -> Jet:
    """a**c: a product for c = 0, 1, …; an inverse of one below; by logarithms in between."""
    if c.denominator != 1:
        exponent = mp(c) if a.f.dtype == object else float(c)
        f = _of(_of(a.f, "log") * exponent, "exp")
        return a.chain(f, f * exponent / a.f, f * (exponent * (exponent - 1)) / a.f**2)
    m = int(c)
    if m == 0:
        one = a.f * 0 + 1
        return a.chain(one, one * 0, one * 0)
    if m < 0:
        return _power(a, -c).inverse()
    f = a.f**m
    d = m * a.f ** (m - 1)
    return a.chain(f, d, m * (m - 1) * a.f ** (m - 2) if m > 1 else d * 0)
