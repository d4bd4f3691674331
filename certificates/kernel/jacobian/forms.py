"""Nodes of a graph as affine forms over boxes, node by node (T30)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, reduce
from typing import final

import numpy as np

from certificates.kernel.jacobian.derivative import Derivatives
from certificates.kernel.numbers.affine import Form
from certificates.kernel.numbers.intervals import Interval, enclose, enclose_node
from certificates.kernel.numbers.leaf_balls import centred, product_up
from certificates.kernel.numbers.matrices import Ball, Floats
from games.language.graph import Graph

Jet = tuple[Graph, tuple[int, int, int]]  # f(x), f'(x) and f''(x), on a graph of their own
TWO, INVERSE = Fraction(2), Fraction(-1)


@final
@dataclass(frozen=True)
class Value:
    """What a node can be on K boxes: in its form and in its range, (K,) or alike (1,)."""

    form: Form
    range: Interval

    @classmethod
    def meeting(cls, form: Form, own: Interval) -> "Value":
        """Both hold: the range is cut, and where the form says nothing it is the range.

        NaN where the range is: there an operation may not be defined.
        """
        ball = Ball.between(own.low, own.high)
        known = np.isfinite(form.part).all(axis=1) & np.isfinite(form.rad)
        known &= ~(np.isnan(own.low) | np.isnan(own.high))
        if not known.all():
            fixed = np.zeros((1, form.part.shape[1]))
            fixed[0, 0] = 1.0
            part = np.where(known[:, None], form.part, fixed * ball.mid[:, None])
            form = Form(part, np.where(known, form.rad, ball.rad))
        hull = form.hull
        low = np.maximum(own.low, np.nextafter(hull.mid - hull.rad, -np.inf))
        return cls(
            form, Interval(low, np.minimum(own.high, np.nextafter(hull.mid + hull.rad, np.inf)))
        )


def sides(
    low: Floats, high: Floats, names: Sequence[str], moving: Sequence[int]
) -> dict[str, Value]:
    """The variables over boxes (K, n): those that move have a symbol each, in their order."""
    centre, reach = centred(low, high)
    found = {}
    for k in moving:
        moves = np.where(np.array(moving) == k, reach[:, k, None], 0.0)
        part = np.concatenate([centre[:, k, None], moves], axis=1)
        found[names[k]] = Value(Form(part, np.zeros(len(part))), Interval(low[:, k], high[:, k]))
    return found


def enclose_forms(graph: Graph, outputs: Sequence[int], boxes: Mapping[str, Value]) -> list[Value]:
    """Forms and ranges of the output nodes. The graph may grow by what operations are made of."""
    known: dict[int, Value] = {}
    with np.errstate(all="ignore"):
        for node in graph.needed(outputs):
            _enclose(graph, node, boxes, known)
    return [known[node] for node in outputs]


def _enclose(graph: Graph, node: int, boxes: Mapping[str, Value], known: dict[int, Value]) -> Value:
    """A node, where those before it are known or are variables and constants."""
    if node in known:
        return known[node]
    name, args = graph.values[node], graph.args[node]
    if isinstance(name, str):
        known[node] = boxes[name]
        return known[node]
    values = [_enclose(graph, a, boxes, known) for a in args]
    own = enclose_node(graph, node, [value.range for value in values])
    if all(value.form.part.shape[1] == 1 for value in values):
        form = Form.each(Ball.between(own.low, own.high))
    else:
        form = _form(graph, node, values, lambda made: _enclose(graph, made, boxes, known).form)
    known[node] = Value.meeting(form, own)
    return known[node]


def _form(graph: Graph, node: int, values: list[Value], of: Callable[[int], Form]) -> Form:
    """The form of an operation on values, of which some move; `of` has other nodes of the graph."""
    args, x = graph.args[node], values[0]
    match graph.ops[node]:
        case "+":
            return x.form + values[1].form
        case "-":
            return x.form - values[1].form
        case "neg":
            return -x.form
        case "*" if args[0] != args[1]:
            return x.form * values[1].form
        case "*":
            return smooth(x.form, x.range, jet("**", TWO))
        case "/":
            return x.form * of(graph.apply("**", args[1], graph.constant(INVERSE)))
        case "**" if (exponent := graph.number(args[1])) is not None:
            return smooth(x.form, x.range, jet("**", exponent))
        case "**":
            product = graph.apply("*", args[1], graph.apply("log", args[0]))
            return of(graph.apply("exp", product))
        case "logsumexp":
            each = (graph.apply("exp", a) for a in args)
            return of(graph.apply("log", reduce(lambda a, b: graph.apply("+", a, b), each)))
        case op:
            return smooth(x.form, x.range, jet(op))


@lru_cache(maxsize=256)
def jet(op: str, exponent: Fraction | None = None) -> Jet:
    """A function of one variable, or a power of it, and its two derivatives."""
    graph = Graph()
    x = graph.variable("x")
    more = () if exponent is None else (graph.constant(exponent),)
    value, derivatives = graph.apply(op, x, *more), Derivatives(graph)
    first = derivatives.of(value, x)
    return graph, (value, first, derivatives.of(first, x))


def smooth(x: Form, range: Interval, function: Jet) -> Form:
    """f(x) = f(m) + f'(m)(x − m) + ½f''(ξ)(x − m)² for x in its range, m in the midst of that.

    NaN where f may not be smooth on all of the range.
    """
    graph, (value, first, second) = function
    middle, reach = centred(range.low, range.high)
    at, slope = enclose(graph, [value, first], {"x": Interval(middle, middle)})
    [bend] = enclose(graph, [second], {"x": range})
    area = np.nextafter(product_up(reach, reach) / 2, np.inf)
    towards = Interval(np.minimum(bend.low, 0.0), np.maximum(bend.high, 0.0))
    rest = towards * Interval(area, area)
    centre, tangent, curved = (
        Form.each(Ball.between(each.low, each.high)) for each in (at, slope, rest)
    )
    return centre + tangent * (x - Form.each(Ball.exact(middle))) + curved
