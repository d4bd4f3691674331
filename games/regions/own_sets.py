"""Players' own sets: a polyhedron, a simplex, a disc, a box, and products of these; as text too."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from games.errors import InputError
from games.language.graph import Graph
from games.language.number import Number, exact, to_text
from games.language.parser import parse
from games.players import Player
from games.regions.constraint import Constraint
from games.regions.region import root_above
from games.regions.shapes import Box

PASSES = 20  # in which bounds are passed on from constraint to constraint
LONGEST = 4000  # letters of a constraint
Side = Fraction | None  # of a box: None where there is none yet
Quadratic = tuple[Fraction, dict[int, Fraction], dict[int, Fraction]]  # 1, x_k, x_k²
SQUARED: Quadratic = (Fraction(2), {}, {})  # the exponent


def polyhedron(
    A: ArrayLike | Sequence[Sequence[Number]],
    b: Sequence[Number],
    *,
    equal: tuple[ArrayLike | Sequence[Sequence[Number]], Sequence[Number]] | None = None,
    lower: Sequence[Number] | None = None,
    upper: Sequence[Number] | None = None,
) -> Box:
    """The points x of one player, lower ≤ x ≤ upper, with Ax ≤ b, and Ex = e for equal = (E, e).

    A: (m, d), E: (p, d); all numbers are exact, as those of Box. Ends that are not given follow
    from the constraints. Raises InputError for other shapes, a variable without bound, and where
    no point is left.

    >>> polyhedron([[1, 1]], [10], lower=[0, 0]).upper
    (Fraction(10, 1), Fraction(10, 1))
    """
    E, e = ((), ()) if equal is None else equal
    found = [*_rows("A", A, b, False), *_rows("E", E, e, True)]
    widths = {len(row) for row, _, _ in found} | {len(v) for v in (lower, upper) if v is not None}
    if len(widths) != 1:
        raise InputError("the rows and ends have different lengths; give one number a variable")
    [n] = widths
    constraints = [Constraint(dict(enumerate(row)), end, equal=same) for row, end, same in found]
    none = [None] * n
    return bounded(none if lower is None else lower, none if upper is None else upper, constraints)


def simplex(dimension: int, total: Number = 1) -> Box:
    """The points x ≥ 0 of one player with Σ x_k = total.

    Raises InputError for no variables or a total that is not above 0.

    >>> simplex(3).contains(["0.5", "0.25", "0.25"])
    True
    """
    size = exact(total)
    if dimension < 1 or size <= 0:
        raise InputError("a simplex needs a variable and a total above 0")
    ones = dict.fromkeys(range(dimension), Fraction(1))
    return Box(
        [0] * dimension, [size] * dimension, constraints=[Constraint(ones, size, equal=True)]
    )


def disc(center: Sequence[Number], radius: Number) -> Box:
    """The points x of one player with |x − center| ≤ radius, in the Euclidean norm.

    (A ball of all players' variables together is MetricBall.) Raises InputError for no centre or a
    radius that is not above 0.

    >>> disc([0, 0], 1).contains(["0.6", "0.8"]), disc([0, 0], 1).contains(["0.6", "0.81"])
    (True, False)
    """
    c, r = [exact(v) for v in center], exact(radius)
    if not c or r <= 0:
        raise InputError("a disc needs a center and a radius above 0")
    linear = {k: -2 * v for k, v in enumerate(c)}
    bound = r * r - sum((v * v for v in c), Fraction(0))
    inside = Constraint(linear, bound, squares=dict.fromkeys(linear, 1))
    return Box([v - r for v in c], [v + r for v in c], constraints=[inside])


def product(*sets: Box) -> Box:
    """The sets of all players, in order, as one region.

    >>> product(simplex(2), Box([0], [5])).dimension
    3
    """
    if not sets or any(own.ball is not None for own in sets):
        raise InputError("a product is of boxes with constraints or without; give at least one")
    lower, upper, constraints = list[Fraction](), list[Fraction](), list[Constraint]()
    for own in sets:
        constraints += [_moved(c, len(lower)) for c in own.constraints]
        lower += own.lower
        upper += own.upper
    return Box(lower, upper, constraints=constraints)


def _moved(c: Constraint, start: int) -> Constraint:
    linear = {k + start: a for k, a in zip(c.variables, c.linear, strict=True)}
    squares = {k + start: q for k, q in zip(c.variables, c.squares, strict=True)}
    return Constraint(linear, c.bound, squares=squares, equal=c.equal)


def _rows(
    name: str, matrix: object, ends: Sequence[Number], equal: bool
) -> list[tuple[list[Fraction], Fraction, bool]]:
    rows = matrix.tolist() if isinstance(matrix, np.ndarray) else matrix
    if not isinstance(rows, Sequence) or len(rows) != len(ends):
        raise InputError(f"{name} has not one row for each of its ends; give as many")
    return [
        ([exact(v) for v in row], exact(end), equal) for row, end in zip(rows, ends, strict=True)
    ]


# ---- text ----------------------------------------------------------------------------------------


def constrained(
    players: Sequence[Player],
    texts: Sequence[str],
    box: Box | None = None,
    numbers: Mapping[str, Fraction] = MappingProxyType({}),
) -> Box:
    """The region in which all constraints hold, in a box, or in the box that follows from them.

    players: those of the game, whose variables are named. texts: sums of one player's variables
    (and of their squares, where these leave the set convex) on both sides of <=, >= or =. numbers:
    parameters that they may name. What is on one variable alone narrows the box. Raises InputError
    that quotes the constraint, or says which variable has no end.

    >>> constrained([Player("a", ("x", "y"))], ["x + y <= 10", "x >= 0", "y >= 0"])
    Box([0, 0], [10, 10], constraints=1)
    """
    owner = {name: player.name for player in players for name in player.variables}
    names = list(owner)
    parsed = [_constraint(names, text, numbers) for text in texts]
    for c, text in zip(parsed, texts, strict=True):
        if len(who := {owner[names[k]] for k in c.variables}) > 1:
            both = " and ".join(repr(name) for name in sorted(who)[:2])
            raise InputError(
                f"the constraint {text[:60]!r} is on variables of {both}; only constraints of one"
                " player's own variables are known"
            )
    n = len(names)
    lower: Sequence[Side] = [None] * n if box is None else box.lower
    upper: Sequence[Side] = [None] * n if box is None else box.upper
    return bounded(lower, upper, parsed, names)


def _is_upside_down(low: Fraction | None, high: Fraction | None) -> bool:
    return low is not None and high is not None and low > high


def bounded(
    lower: Sequence[Number | None],
    upper: Sequence[Number | None],
    constraints: Sequence[Constraint],
    names: Sequence[str] = (),
) -> Box:
    """The box, narrowed to what each constraint leaves of it while the others are at their ends.

    All in rationals, so no point that meets the constraints is lost; a root is rounded outward.
    Raises InputError for a variable without an end, and where a side is upside down.
    """
    low = [None if v is None else exact(v) for v in lower]
    high = [None if v is None else exact(v) for v in upper]
    for _ in range(PASSES):
        before = [*low], [*high]
        for c in constraints:
            _narrow(c, low, high)
            if any(_is_upside_down(low[k], high[k]) for k in c.variables):
                break  # at once: what would follow from it is no sense
        if (low, high) == before or any(map(_is_upside_down, low, high)):
            break
    ends = list[tuple[Fraction, Fraction]]()
    for k, (a, b) in enumerate(zip(low, high, strict=True)):
        name = repr(names[k]) if names else f"number {k}"
        if a is None or b is None:
            end = "lower" if a is None else "upper"
            raise InputError(
                f"the variable {name} has no {end} end; give it one in the region, or bound it"
            )
        if a > b:
            raise InputError(
                f"no point meets all constraints: {name} would be at least {to_text(a)} and at most"
                f" {to_text(b)}; widen one of them"
            )
        ends.append((a, b))
    kept = [c for c in constraints if len(c.variables) > 1 or c.curved]
    return Box([a for a, _ in ends], [b for _, b in ends], constraints=kept)


def _narrow(c: Constraint, low: list[Side], high: list[Side]) -> None:
    """x_k's ends from a_kx_k ≤ bound − the least of the rest; both ways for an equality."""
    for sign in (1, -1) if c.equal else (1,):
        least = [_least(c, j, sign, low, high) for j in range(len(c.variables))]
        for j, k in enumerate(c.variables):
            rest = [v for i, v in enumerate(least) if i != j]
            if any(v is None for v in rest):
                continue
            room = sign * c.bound - sum((v for v in rest if v is not None), Fraction(0))
            a, q = sign * c.linear[j], c.squares[j]
            if q:  # q(x + a/2q)² ≤ room + a²/4q
                middle, square = -a / (2 * q), room / q + (a / (2 * q)) ** 2
                reach = root_above(square) if square >= 0 else Fraction(-1)
                _cut(k, middle - reach, middle + reach, low, high)
            elif a > 0:
                _cut(k, None, room / a, low, high)
            elif a < 0:
                _cut(k, room / a, None, low, high)


def _least(
    c: Constraint, j: int, sign: int, low: Sequence[Side], high: Sequence[Side]
) -> Fraction | None:
    """The least of a term over its side; None where it has none."""
    k, a, q = c.variables[j], sign * c.linear[j], c.squares[j]
    ends = low[k], high[k]
    if q:
        middle = -a / (2 * q)
        if ends[0] is not None and middle < ends[0]:
            middle = ends[0]
        elif ends[1] is not None and middle > ends[1]:
            middle = ends[1]
        return (a + q * middle) * middle
    if not a:
        return Fraction(0)
    end = ends[0] if a > 0 else ends[1]
    return None if end is None else a * end


def _cut(k: int, least: Side, most: Side, low: list[Side], high: list[Side]) -> None:
    a, b = low[k], high[k]
    if least is not None and (a is None or least > a):
        low[k] = least
    if most is not None and (b is None or most < b):
        high[k] = most


def _constraint(names: Sequence[str], text: str, numbers: Mapping[str, Fraction]) -> Constraint:
    where = f"the constraint {text[:60]!r}"
    if len(text) > LONGEST:
        raise InputError(f"{where} is no text of at most {LONGEST} letters")
    relation = next((r for r in ("<=", ">=", "==", "=") if r in text), None)
    if relation is None or len(sides := text.split(relation)) != 2:
        raise InputError(f"{where} lacks its relation; write one of <=, >= and = in it, once")
    graph = Graph()
    known = {name: graph.variable(name) for name in names}
    known |= {name: graph.constant(value) for name, value in numbers.items()}
    first, second = (parse(side.strip(), graph, known, where) for side in sides)
    if relation == ">=":
        first, second = second, first
    constant, linear, squares = _quadratic(graph, graph.apply("-", first, second), names, where)
    try:
        return Constraint(linear, -constant, squares=squares, equal=relation in ("=", "=="))
    except InputError as error:
        raise InputError(f"{where}: {error}") from None


def _quadratic(graph: Graph, root: int, names: Sequence[str], where: str) -> Quadratic:
    """The node as a sum of numbers, variables and squares of variables."""
    place = {name: k for k, name in enumerate(names)}
    found: dict[int, Quadratic] = {}
    for node in graph.needed([root]):
        op, value = graph.ops[node], graph.values[node]
        args = [found[each] for each in graph.args[node]]
        if isinstance(value, Fraction):
            found[node] = value, {}, {}
        elif isinstance(value, str):
            found[node] = Fraction(0), {place[value]: Fraction(1)}, {}
        elif op in ("+", "-"):
            found[node] = _sum(args[0], args[1], 1 if op == "+" else -1)
        elif op == "neg":
            found[node] = _sum((Fraction(0), {}, {}), args[0], -1)
        elif op == "/" and not (args[1][1] or args[1][2]) and args[1][0]:
            found[node] = _sum((Fraction(0), {}, {}), args[0], 1 / args[1][0])
        elif op == "*" or (op == "**" and args[1] == SQUARED):
            found[node] = _times(args[0], args[1] if op == "*" else args[0], where)
        else:
            raise InputError(
                f"{where} holds {op!r}; it may hold sums of variables and of their squares only"
            )
    return found[root]


def _sum(u: Quadratic, v: Quadratic, factor: Fraction | int) -> Quadratic:
    parts = []
    for first, second in ((u[1], v[1]), (u[2], v[2])):
        total = {k: first.get(k, Fraction(0)) + factor * second.get(k, 0) for k in first | second}
        parts.append({k: a for k, a in total.items() if a})
    return u[0] + factor * v[0], parts[0], parts[1]


def _times(u: Quadratic, v: Quadratic, where: str) -> Quadratic:
    if not (u[1] or u[2]):
        return _sum((Fraction(0), {}, {}), v, u[0])
    if not (v[1] or v[2]):
        return _sum((Fraction(0), {}, {}), u, v[0])
    if u[2] or v[2] or len(u[1]) > 1 or u[1].keys() != v[1].keys():
        raise InputError(
            f"{where} holds a product of variables; it may hold sums of them and squares only"
        )
    [(k, a)], b = u[1].items(), v[1][next(iter(u[1]))]
    return u[0] * v[0], {k: a * v[0] + b * u[0]}, {k: a * b}


def constraint_text(c: Constraint, names: Sequence[str]) -> str:
    """A constraint as people write it, and as :func:`constrained` reads it.

    >>> constraint_text(Constraint({0: 1, 2: "-0.5"}, 3, squares={1: 1}), ["x", "y", "z"])
    'x - 0.5*z + y**2 <= 3'
    """
    own = [names[k] for k in c.variables]
    terms = [(a, name) for a, name in zip(c.linear, own, strict=True) if a]
    terms += [(q, f"{name}**2") for q, name in zip(c.squares, own, strict=True) if q]
    text = ""
    for factor, what in terms:
        sign = ("-" if factor < 0 else "") if not text else (" - " if factor < 0 else " + ")
        text += sign + ("" if abs(factor) == 1 else f"{to_text(abs(factor))}*") + what
    return f"{text} {'=' if c.equal else '<='} {to_text(c.bound)}"
