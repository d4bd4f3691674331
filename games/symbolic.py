"""Games given by cost expressions: text for the safe parser, or sympy expressions."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import Self, final

import numpy as np
from numpy.typing import NDArray

from games.errors import InputError
from games.game import Document, Game, Structure, as_points
from games.language.degree import defined_everywhere, degrees
from games.language.derivative import gradient
from games.language.evaluate import Program, compile
from games.language.expression import Graph, parse, to_text
from games.language.number import Number, exact
from games.language.number import to_text as number_text
from games.players import Player
from games.regions.shapes import Box
from games.symbolic_checks import (
    check_identifiers,
    check_length,
    check_stated,
    field_texts,
    parameter_value,
    variable_names,
)

Floats = NDArray[np.float64]

_MAX_VARIABLES = 4000  # whose Jacobian is kept as a table of nodes
_NOTHING: Mapping[str, Number] = MappingProxyType({})
_NO_TEXT: Mapping[str, str] = MappingProxyType({})


@final
class SymbolicGame(Game):
    """A game whose costs are expressions, with exact first and second derivatives.

    Make one with :meth:`from_costs`, or with :meth:`from_field` where F does not come from costs.
    Beside what every game has: ``parameters`` (exact), ``costs`` (text per player) or ``fields``
    (texts per player), ``graph`` with the nodes that are ``stated``, the ``gradient_nodes`` of F
    (n) and the ``jacobian_nodes`` of J (n rows of n).
    """

    parameters: dict[str, Fraction]
    definitions: dict[str, str]  # shared parts of costs by name, each from those before it
    costs: tuple[str, ...]
    fields: tuple[tuple[str, ...], ...]  # empty unless the game is a field
    graph: Graph
    stated: tuple[tuple[str, int], ...]  # what the nodes are, such as "cost of firm 1"
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
        fields: tuple[tuple[str, ...], ...] = (),
        definitions: Mapping[str, str] = _NO_TEXT,
    ) -> None:
        check_identifiers(players, parameters, definitions)
        self.definitions = dict(definitions)
        self.name, self.source, self.players, self.region = name, source, players, region
        self.parameters, self.costs, self.fields = dict(parameters), costs, fields
        self.graph = Graph()
        check_length("region", None if region is None else region.dimension, self.dimension)
        check_length(
            "equilibrium", None if equilibrium is None else len(equilibrium), self.dimension
        )
        self.equilibrium = None if equilibrium is None else tuple(exact(v) for v in equilibrium)
        names = _names(self.graph, players, self.parameters)
        _define(self.graph, names, self.definitions)
        self.stated = tuple(
            (where, parse(text, self.graph, names, where)) for where, text in self._texts()
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
        definitions: Mapping[str, str] = _NO_TEXT,
    ) -> "SymbolicGame":
        """The game of the players' costs.

        players: name → names of its variables; costs: name → text (see
        :func:`games.language.expression.parse`) or a sympy expression; parameters: name → number
        (text is exact, a float its binary value); definitions: name → text of a part that costs
        share, from variables, parameters and the definitions before it; region, equilibrium:
        optional, n sides and n numbers in the order of the variables.
        Raises InputError for a missing or surplus cost, an unusable name or number, and whatever
        an expression may not hold; ValueError for a region or equilibrium of the wrong length.

        >>> game = SymbolicGame.from_costs(
        ...     {"a": ["x"], "b": ["y"]}, {"a": "x**2 + x*y/2", "b": "y**2 - k*x*y"}, {"k": "0.5"})
        >>> game.jacobian(np.zeros(2))
        array([[ 2. ,  0.5],
               [-0.5,  2. ]])
        """
        numbers = {key: parameter_value(key, value) for key, value in parameters.items()}
        members = tuple(Player(key, variable_names(key, value)) for key, value in players.items())
        check_identifiers(members, numbers)
        check_stated(members, costs, "cost")
        texts = tuple(
            _cost_text(player, costs[player.name], members, numbers, definitions)
            for player in members
        )
        return cls(
            members,
            texts,
            numbers,
            name=name,
            source=source,
            region=region,
            equilibrium=equilibrium,
            definitions=definitions,
        )

    @classmethod
    def from_field(
        cls,
        players: Mapping[str, Sequence[str]],
        fields: Mapping[str, Sequence[str]],
        parameters: Mapping[str, Number] = _NOTHING,
        *,
        name: str = "",
        source: str = "",
        region: Box | None = None,
        equilibrium: Sequence[Number] | None = None,
        definitions: Mapping[str, str] = _NO_TEXT,
    ) -> "SymbolicGame":
        """The dynamics x' = −F(x) where the players' parts of F are given, not their costs.

        fields: player → one text per variable of it; the rest is as for :meth:`from_costs`. J_ii
        may be asymmetric then, and a zero of F need not be an equilibrium of anything.

        >>> turn = SymbolicGame.from_field({"a": ["x", "y"]}, {"a": ["x + 2*y", "y - 2*x"]})
        >>> turn.jacobian(np.zeros(2)), turn.symmetric
        (array([[ 1.,  2.],
               [-2.,  1.]]), False)
        """
        numbers = {key: parameter_value(key, value) for key, value in parameters.items()}
        members = tuple(Player(key, variable_names(key, value)) for key, value in players.items())
        check_identifiers(members, numbers)
        check_stated(members, fields, "field")
        return cls(
            members,
            (),
            numbers,
            name=name,
            source=source,
            region=region,
            equilibrium=equilibrium,
            fields=tuple(field_texts(player, fields[player.name]) for player in members),
            definitions=definitions,
        )

    def _with_numbers(self, numbers: Mapping[str, Number]) -> Self:
        return type(self)(
            tuple(self.players),
            self.costs,
            {key: parameter_value(key, value) for key, value in numbers.items()},
            name=self.name,
            source=self.source,
            region=self.region,
            equilibrium=None,
            fields=self.fields,
            definitions=self.definitions,
        )

    @property
    def structure(self) -> Structure:
        """CONSTANT or MULTI_AFFINE when the entries of J show it and the costs are polynomials;
        else GENERAL. Coefficients such as pi or exp(1), not rational, are allowed; those
        with a root or logarithm give GENERAL, and so does a field.
        """
        return self._structure

    @property
    def symmetric(self) -> bool:
        """Whether every J_ii is the Hessian of a cost: true unless the game is a field."""
        return not self.fields

    @property
    def provable(self) -> bool:
        """True: the document holds the costs, or the field."""
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
        if self.definitions:
            document["definitions"] = [list(pair) for pair in self.definitions.items()]
        stated: Sequence[Document] = [{"cost": cost} for cost in self.costs]
        if self.fields:
            stated = [{"field": list(part)} for part in self.fields]
        document["players"] = [
            {"name": player.name, "variables": list(player.variables), **each}
            for player, each in zip(self.players, stated, strict=True)
        ]
        return document

    def latex(self) -> tuple[str, ...]:
        """LaTeX of each player's cost (or part of the field), parameters and definitions by name.

        >>> SymbolicGame.from_costs({"a": ["x"]}, {"a": "k*x**2"}, {"k": 3}).latex()
        ('k x^{2}',)
        """
        from games.language import sympy_bridge

        graph = Graph()
        known = (*self._variable_names, *self.parameters, *self.definitions)
        names = {key: graph.variable(key) for key in known}
        return tuple(
            sympy_bridge.latex(graph, parse(text, graph, names, where))
            for where, text in self._texts()
        )

    @property
    def _variable_names(self) -> tuple[str, ...]:
        return tuple(variable for player in self.players for variable in player.variables)

    def _texts(self) -> list[tuple[str, str]]:
        """Each cost, or each part of the field, with the words that name its place."""
        if not self.fields:
            named = zip(self.players, self.costs, strict=True)
            return [(f"cost of {player.name}", cost) for player, cost in named]
        pairs = zip(self.players, self.fields, strict=True)
        return [(f"field of {player.name}", part) for player, parts in pairs for part in parts]

    def _gradient_nodes(self) -> tuple[int, ...]:
        if self.fields:
            return tuple(node for _, node in self.stated)
        return tuple(
            node
            for (_, cost), own in zip(self.stated, self.slices, strict=True)
            for node in gradient(self.graph, cost, self._variables[own])
        )

    def _jacobian_nodes(self) -> tuple[tuple[int, ...], ...]:
        """Rows of J; with costs, below the diagonal of a J_ii stand the nodes from above it."""
        if self.dimension > _MAX_VARIABLES:
            raise InputError(
                f"the game has {self.dimension} variables; costs as expressions may have"
                f" {_MAX_VARIABLES}, so give it as a quadratic game or as functions"
            )
        rows = [gradient(self.graph, node, self._variables) for node in self.gradient_nodes]
        for own in self.slices if self.symmetric else ():
            for r in range(own.start, own.stop):
                for c in range(own.start, r):
                    rows[r][c] = rows[c][r]
        return tuple(tuple(row) for row in rows)

    def _find_structure(self, entries: Sequence[int]) -> Structure:
        costs = [node for _, node in self.stated]
        known = degrees(self.graph, costs, self._variables)
        if (
            self.fields
            or not defined_everywhere(self.graph, self.graph.needed(costs))
            or not all(known[node].polynomial for node in costs)
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


def _define(graph: Graph, names: dict[str, int], definitions: Mapping[str, str]) -> None:
    """Give the name of each definition the node of its text."""
    for name, text in definitions.items():
        names[name] = parse(text, graph, names, f"definition of {name}")


def _cost_text(
    player: Player,
    cost: object,
    players: Sequence[Player],
    parameters: Mapping[str, Fraction],
    definitions: Mapping[str, str],
) -> str:
    """The cost as text; a sympy expression goes through a graph, so its numbers stay exact."""
    if isinstance(cost, str):
        return cost
    from games.language import sympy_bridge

    graph = Graph()
    names = _names(graph, players, parameters)
    _define(graph, names, definitions)
    return to_text(graph, sympy_bridge.from_sympy(cost, graph, names, f"cost of {player.name}"))
