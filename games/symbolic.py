"""Games given by cost expressions: text for the safe parser, or sympy expressions."""

import difflib
import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import final

import numpy as np
from numpy.typing import NDArray

from games.degree import defined_everywhere, degrees
from games.derivative import gradient
from games.errors import InputError
from games.evaluate import Program, compile
from games.expression import FUNCTIONS, Graph, parse, to_text
from games.game import Document, Game, Player, Structure, as_points, check_names
from games.graph import bits
from games.number import Number, exact, parse_number
from games.number import to_text as number_text
from games.region import Box

Floats = NDArray[np.float64]

_MAX_PARAMETER_BITS = 7000  # no longer number can be read from a game file
_MAX_VARIABLES = 4000  # whose Jacobian is kept as a table of nodes
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_NOTHING: Mapping[str, Number] = MappingProxyType({})


@final
class SymbolicGame(Game):
    """A game whose costs are expressions, with exact first and second derivatives.

    Make one with :meth:`from_costs`. Beside what every game has: ``parameters`` (exact),
    ``costs`` (text per player), ``graph`` with the ``cost_nodes`` (one per player), the
    ``gradient_nodes`` of F (n) and the ``jacobian_nodes`` of J (n rows of n).
    """

    parameters: dict[str, Fraction]
    costs: tuple[str, ...]
    graph: Graph
    cost_nodes: tuple[int, ...]
    gradient_nodes: tuple[int, ...]
    jacobian_nodes: tuple[tuple[int, ...], ...]

    def __init__(
        self,
        players: tuple[Player, ...],
        costs: tuple[str, ...],
        parameters: Mapping[str, Fraction],
        *,
        name: str,
        source: str,
        region: Box | None,
        equilibrium: Sequence[Number] | None,
    ) -> None:
        _check_identifiers(players, parameters)
        self.name, self.source, self.players, self.region = name, source, players, region
        self.parameters, self.costs, self.graph = dict(parameters), costs, Graph()
        _check_length("region", None if region is None else region.dimension, self.dimension)
        _check_length(
            "equilibrium", None if equilibrium is None else len(equilibrium), self.dimension
        )
        self.equilibrium = None if equilibrium is None else tuple(exact(v) for v in equilibrium)
        names = _names(self.graph, players, self.parameters)
        self.cost_nodes = tuple(
            parse(cost, self.graph, names, f"cost of {player.name}")
            for player, cost in zip(players, costs, strict=True)
        )
        self._variables = tuple(names[v] for player in players for v in player.variables)
        self.gradient_nodes = self._gradient_nodes()
        self.jacobian_nodes = self._jacobian_nodes()
        everything = [node for row in self.jacobian_nodes for node in row]
        self._degrees = degrees(self.graph, everything, self._variables)
        self._structure = self._find_structure(everything)
        self._programs: dict[tuple[int, int] | None, Program] = {}
        self._gradient_program = compile(self.graph, self.gradient_nodes, self._variable_names)

    @classmethod
    def from_costs(
        cls,
        players: Mapping[str, Sequence[str]],
        costs: Mapping[str, object],
        parameters: Mapping[str, Number] = _NOTHING,
        *,
        name: str = "",
        source: str = "",
        region: Box | None = None,
        equilibrium: Sequence[Number] | None = None,
    ) -> "SymbolicGame":
        """The game of the players' costs.

        players: name → names of its variables; costs: name → text (see
        :func:`games.expression.parse`) or a sympy expression; parameters: name → number (text is
        exact, a float its binary value); region, equilibrium: optional, n sides and n numbers in
        the order of the variables. Raises InputError for a missing or surplus cost, an unusable
        name or number, and whatever an expression may not hold; ValueError for a region or
        equilibrium of the wrong length.

        >>> game = SymbolicGame.from_costs(
        ...     {"a": ["x"], "b": ["y"]}, {"a": "x**2 + x*y/2", "b": "y**2 - k*x*y"}, {"k": "0.5"})
        >>> game.jacobian(np.zeros(2))
        array([[ 2. ,  0.5],
               [-0.5,  2. ]])
        """
        numbers = {key: _parameter(key, value) for key, value in parameters.items()}
        members = tuple(Player(key, _variables(key, value)) for key, value in players.items())
        _check_identifiers(members, numbers)
        _check_costs(members, costs)
        texts = tuple(
            _cost_text(player, costs[player.name], members, numbers) for player in members
        )
        return cls(
            members,
            texts,
            numbers,
            name=name,
            source=source,
            region=region,
            equilibrium=equilibrium,
        )

    @property
    def structure(self) -> Structure:
        """CONSTANT or MULTI_AFFINE when the entries of J show it and the costs are polynomials;
        else GENERAL. Coefficients such as pi or exp(1), not rational, are allowed; those
        with a root or logarithm give GENERAL.
        """
        return self._structure

    @property
    def symmetric(self) -> bool:
        """True: every J_ii is the Hessian of a cost."""
        return True

    @property
    def provable(self) -> bool:
        """True: the document holds the costs."""
        return True

    def pseudo_gradient(self, points: Floats) -> Floats:
        """F at points of shape (n,) or (k, n); same shape back."""
        array = as_points(points, self.dimension)
        return self._gradient_program(array.reshape(-1, self.dimension)).reshape(array.shape)

    def jacobian(self, points: Floats, block: tuple[int, int] | None = None) -> Floats:
        """J (or its block J_ij alone) at points (n,) or (k, n): shape (…, n, n) or (…, d_i, d_j).

        Read-only when it does not depend on the point. Raises ValueError for a player that is not
        there.
        """
        array = as_points(points, self.dimension)
        if block not in self._programs:
            self._programs[block] = self._compile(block)
        values = self._programs[block](array.reshape(-1, self.dimension))
        i, j = (self.dimension, self.dimension) if block is None else (self.sizes[k] for k in block)
        return values.reshape(*array.shape[:-1], i, j)

    def block_variables(self, i: int, j: int) -> tuple[int, ...]:
        """Indices of the variables that J_ij may depend on, ascending."""
        used = 0
        for row in self._block((i, j)):
            for node in row:
                used |= self._degrees[node].variables
        return tuple(k for k in range(self.dimension) if used >> k & 1)

    def document(self) -> Document:
        """Players, costs and parameters as text, as in a game file."""
        document: Document = {"format": "sgn-game/1", "kind": "symbolic", "name": self.name}
        if self.source:
            document["source"] = self.source
        if self.parameters:
            document["parameters"] = {k: number_text(v) for k, v in self.parameters.items()}
        document["players"] = [
            {"name": player.name, "variables": list(player.variables), "cost": cost}
            for player, cost in zip(self.players, self.costs, strict=True)
        ]
        return document

    def latex(self) -> tuple[str, ...]:
        """LaTeX of each player's cost, with the parameters by name.

        >>> SymbolicGame.from_costs({"a": ["x"]}, {"a": "k*x**2"}, {"k": 3}).latex()
        ('k x^{2}',)
        """
        from games import sympy_bridge

        graph = Graph()
        names = {key: graph.variable(key) for key in (*self._variable_names, *self.parameters)}
        return tuple(
            sympy_bridge.latex(graph, parse(cost, graph, names, f"cost of {player.name}"))
            for player, cost in zip(self.players, self.costs, strict=True)
        )

    @property
    def _variable_names(self) -> tuple[str, ...]:
        return tuple(variable for player in self.players for variable in player.variables)

    def _gradient_nodes(self) -> tuple[int, ...]:
        return tuple(
            node
            for cost, own in zip(self.cost_nodes, self.slices, strict=True)
            for node in gradient(self.graph, cost, self._variables[own])
        )

    def _jacobian_nodes(self) -> tuple[tuple[int, ...], ...]:
        """Rows of J; below the diagonal of a J_ii stand the nodes from above it."""
        if self.dimension > _MAX_VARIABLES:
            raise InputError(
                f"the game has {self.dimension} variables; costs as expressions may have"
                f" {_MAX_VARIABLES}, so give it as a quadratic game or as functions"
            )
        rows = [gradient(self.graph, node, self._variables) for node in self.gradient_nodes]
        for own in self.slices:
            for r in range(own.start, own.stop):
                for c in range(own.start, r):
                    rows[r][c] = rows[c][r]
        return tuple(tuple(row) for row in rows)

    def _find_structure(self, entries: Sequence[int]) -> Structure:
        costs = self.graph.needed(self.cost_nodes)
        known = degrees(self.graph, self.cost_nodes, self._variables)
        if not defined_everywhere(self.graph, costs) or not all(
            known[node].polynomial for node in self.cost_nodes
        ):
            return Structure.GENERAL
        if all(self._degrees[node].variables == 0 for node in entries):
            return Structure.CONSTANT
        if all(self._degrees[node].multi_affine for node in entries):
            return Structure.MULTI_AFFINE
        return Structure.GENERAL

    def _block(self, block: tuple[int, int] | None) -> tuple[tuple[int, ...], ...]:
        if block is None:
            return self.jacobian_nodes
        count = len(self.players)
        if not all(0 <= k < count for k in block):
            raise ValueError(f"block is {block}; expected two players from 0 to {count - 1}")
        i, j = (self.slices[k] for k in block)
        return tuple(row[j] for row in self.jacobian_nodes[i])

    def _compile(self, block: tuple[int, int] | None) -> Program:
        outputs = [node for row in self._block(block) for node in row]
        return compile(self.graph, outputs, self._variable_names)


def _names(
    graph: Graph, players: Sequence[Player], parameters: Mapping[str, Fraction]
) -> dict[str, int]:
    """The nodes that names in costs stand for: variables first, then the parameters' numbers."""
    names = {v: graph.variable(v) for player in players for v in player.variables}
    return names | {key: graph.constant(value) for key, value in parameters.items()}


def _cost_text(
    player: Player, cost: object, players: Sequence[Player], parameters: Mapping[str, Fraction]
) -> str:
    """The cost as text; a sympy expression goes through a graph, so its numbers stay exact."""
    if isinstance(cost, str):
        return cost
    from games import sympy_bridge

    graph = Graph()
    names = _names(graph, players, parameters)
    return to_text(graph, sympy_bridge.from_sympy(cost, graph, names, f"cost of {player.name}"))


def _variables(player: str, variables: Sequence[str]) -> tuple[str, ...]:
    if isinstance(variables, str):
        raise InputError(
            f"the variables of player {player!r} are the text {variables!r}; give a list of names"
        )
    return tuple(variables)


def _parameter(name: str, value: Number) -> Fraction:
    """The exact value; it must be writable as text that can be read again."""
    try:
        number = exact(value)
        if bits(number) > _MAX_PARAMETER_BITS:
            raise InputError("the number is too long; write it with fewer digits")
        return parse_number(number_text(number))
    except InputError as error:
        raise InputError(f"parameter {name!r}: {error}") from None


def _check_identifiers(players: Sequence[Player], parameters: Mapping[str, Fraction]) -> None:
    check_names(players)
    variables = [variable for player in players for variable in player.variables]
    for kind, names in (("variable", variables), ("parameter", list(parameters))):
        for name in names:
            if not _IDENTIFIER.fullmatch(name):
                raise InputError(
                    f"{kind} {name[:40]!r} is not a plain name; use letters, digits and _,"
                    " starting with a letter"
                )
            if name in FUNCTIONS or name == "pi":
                raise InputError(f"{kind} {name!r} has a reserved name; choose another")
    shared = sorted(set(variables) & set(parameters))
    if shared:
        raise InputError(f"{shared[0]!r} is both a variable and a parameter; rename one of them")


def _check_costs(players: Sequence[Player], costs: Mapping[str, object]) -> None:
    names = [player.name for player in players]
    for name in costs:
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1)
            mend = f"did you mean {near[0]!r}?" if near else "add the player or delete the cost"
            raise InputError(f"a cost is given for {name!r}, who is not a player; {mend}")
    for name in names:
        if name not in costs:
            raise InputError(f"player {name!r} has no cost; give one expression")


def _check_length(what: str, got: int | None, expected: int) -> None:
    if got is not None and got != expected:
        raise ValueError(f"{what} has {got} entries; expected {expected}, one per variable")
