"""Games of softmax policies in logit coordinates: what Markov and normal-form games share."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from games.array_likes import normalised
from games.errors import InputError
from games.game import Floats, Game, Structure, as_points
from games.language.expression import Graph, to_text
from games.language.number import Number, exact
from games.markov.equilibrium import find_zero
from games.markov.expressions import field_nodes
from games.markov.fields import FIELDS
from games.markov.given import GivenTensors
from games.markov.logits import check_policies, differences, log_softmax
from games.markov.powers import DIVIDED, coordinate_names, powers_of
from games.markov.tensors import check_visited
from games.markov.values import Values
from games.players import Player, check_names
from games.quadratic import check_region
from games.reading import near
from games.regions.shapes import Box
from games.symbolic import SymbolicGame

BATCH_NUMBERS = 2**21  # that the largest array of one batch of policies may hold
CENTRE_DIGITS = 9  # decimals to which a box's centre that was found is rounded


class LogitGame(Game):
    """Players with policies π_i(·|s) = softmax(θ_i(s,·)), in coordinates z_k = θ_k − θ_0.

    Action 0 is the dropped one. x is ordered by player, state, action. F is the field G of the
    dynamics z' = −G(z), so Euler on it is the natural-gradient step itself. Source: T18.
    """

    tensors: GivenTensors
    field: str  # "fisher", "kakade" or "euclidean"

    def _describe(
        self,
        tensors: GivenTensors,
        field: str,
        players: Sequence[str] | None,
        name: str,
        source: str,
        region: Box | None,
    ) -> None:
        names = players or [f"player {i + 1}" for i in range(len(tensors.actions))]
        if len(names) != len(tensors.actions):
            raise ValueError(
                f"players has {len(names)} names; expected {len(tensors.actions)}, one per player"
            )
        self.tensors, self.name, self.source = tensors, name, source
        self.players = tuple(
            Player(name, coordinate_names(i, tensors.states, count))
            for i, (name, count) in enumerate(zip(names, tensors.actions, strict=True), start=1)
        )
        check_names(self.players)
        self.parameters = _parameters(tensors)
        self.region = check_region(region, self.dimension)
        self.equilibrium: tuple[Fraction, ...] | None = None
        self._choose(field)

    def with_field(self, field: str) -> Self:
        """The same game with another field, to certify or to simulate it.

        >>> import games
        >>> games.catalogue.load("markov-coordination").with_field("kakade").field
        'kakade'
        """
        other = copy.copy(self)
        other._choose(field)
        return other

    def _with_numbers(self, numbers: Mapping[str, Number]) -> Self:
        other, tensors = copy.copy(self), self.tensors
        other.tensors = GivenTensors.given(
            tensors.transition,
            list(tensors.rewards),
            numbers.get("discount", tensors.discount),
            [
                numbers.get("entropy", numbers.get(f"entropy_{i}", tau))
                for i, tau in enumerate(tensors.entropy, start=1)
            ],
            tensors.initial,
            tensors.occupancy_entropy,
        )
        other.parameters, other.equilibrium = _parameters(other.tensors), None
        other._choose(self.field)
        return other

    @property
    def structure(self) -> Structure:
        return Structure.GENERAL

    @property
    def symmetric(self) -> bool:
        """False: the value part of J_ii is in general not symmetric (T18)."""
        return False

    @property
    def provable(self) -> bool:
        return True

    def block_variables(self, i: int, j: int) -> tuple[int, ...]:
        return tuple(range(self.dimension))

    def pseudo_gradient(self, points: Floats) -> Floats:
        """G at points (n,) or (k, n); same shape back."""
        x = as_points(points, self.dimension)
        result = np.empty(x.shape).reshape(-1, self.dimension)
        for part, values in self._batches(x.reshape(-1, self.dimension)):
            rows = [FIELDS[self.field].gradient(values, i) for i in range(len(self.players))]
            flat = [row.reshape(len(row), -1) for row in rows]
            result[part] = np.concatenate(flat, axis=1)
        return result.reshape(x.shape)

    def jacobian(self, points: Floats, block: tuple[int, int] | None = None) -> Floats:
        """J = DG or its block J_ij at points (n,) or (k, n)."""
        x = as_points(points, self.dimension)
        everyone = range(len(self.players))
        rows, columns = (everyone, everyone) if block is None else ([block[0]], [block[1]])
        shape = tuple(sum(self.sizes[i] for i in part) for part in (rows, columns))
        result = np.empty((*x.shape[:-1], *shape)).reshape(-1, *shape)
        for part, values in self._batches(x.reshape(-1, self.dimension)):
            parts = [[FIELDS[self.field].block(values, i, j) for j in columns] for i in rows]
            result[part] = np.block(
                [
                    [each.reshape(len(each), self.sizes[i], -1) for each in row]
                    for i, row in zip(rows, parts, strict=True)
                ]
            )
        return result.reshape(*x.shape[:-1], *shape)

    def policies(self, points: Floats) -> tuple[Floats, ...]:
        """π_i of each player at coordinates (n,) or (k, n): arrays (S, A_i) or (k, S, A_i).

        >>> import games
        >>> games.NormalFormGame([[[1, 0], [0, 1]], [[1, 0], [0, 1]]]).policies([0, 0])[0]
        array([[0.5, 0.5]])
        """
        x = as_points(points, self.dimension)
        return tuple(np.exp(log) for log in self._logs(x))

    def fisher(self, points: Floats) -> Floats:
        """F̃ = ∂p/∂z, p the probabilities of all actions but 0, at points (k, n): (k, n, n).

        diag(p) − ppᵀ for each player and state: the Fisher matrix in these coordinates (T19).

        >>> import games
        >>> game = games.NormalFormGame([[[1, 0], [0, 1]], [[1, 0], [0, 1]]])
        >>> game.fisher(np.zeros((1, 2)))
        array([[[0.25, 0.  ],
                [0.  , 0.25]]])
        """
        result, start = np.zeros((*points.shape, self.dimension)), 0
        for policy in self.policies(points):
            for p in np.moveaxis(policy[..., 1:], -2, 0):
                own = slice(start, start + p.shape[-1])
                result[:, own, own] = p[:, :, None] * (np.eye(p.shape[-1]) - p[:, None, :])
                start = own.stop
        return result

    def logits(self, policies: Sequence[ArrayLike] | Mapping[str, ArrayLike]) -> Floats:
        """The coordinates z_k = log π_k − log π_0 (n,) or (k, n) of positive policies.

        policies: one (S, A_i) or (k, S, A_i) a player, or (A_i,) where there is one state; in a
            list or by the players' names. Those of type float32 are divided by their sums.
        Raises ValueError for arrays that are not policies of this game, all actions played.
        """
        policies = self._given(policies)
        checked = self._checked(policies)
        parts = [differences(np.log(policy), axis=-1) for policy in checked]
        flat = np.concatenate([part.reshape(len(part), -1) for part in parts], axis=1)
        many = any(np.ndim(policy) == 3 for policy in policies)
        return flat if many else flat[0]

    def logit_box(
        self,
        radius: Number,
        center: Sequence[ArrayLike] | Mapping[str, ArrayLike] | None = None,
    ) -> Box:
        """The box that holds every policy whose logits are within the radius of the centre's.

        A cube of that radius in logits is inside the box of twice the radius in differences (T18).
        center: policies as for :meth:`logits`, such as trained ones; without it the game's
            equilibrium if it has one, else the one that is found, rounded to nine decimals.
        Raises InputError for a negative radius or when no equilibrium is found.
        """
        r = exact(radius)
        if r < 0:
            raise InputError(f"the radius is {radius}; give 0 or more")
        middle = self._centre() if center is None else [exact(z) for z in self.logits(center)]
        return Box([z - 2 * r for z in middle], [z + 2 * r for z in middle])

    def find_equilibrium(self, start: ArrayLike | None = None) -> Floats:
        """Coordinates (n,) of a logit quantal response, G(z) = 0; from uniform play unless told.

        There is just one for large entropy. Raises InputError when the search does not end.
        """
        z = np.zeros(self.dimension) if start is None else np.asarray(start, dtype=float)
        return find_zero(self, as_points(z, self.dimension))

    def symbolic_field(self) -> tuple[str, ...]:
        """Each entry of G as text of the expression language, with exact numbers.

        Raises InputError where it would be too long (more than 5 states, or 1 MiB).

        >>> import games
        >>> games.NormalFormGame([[[1, 0], [0, 1]], [[1, 0], [0, 1]]]).symbolic_field()[0]
        'z1_s0_a1_over_a0 - (-1 + logistic(z2_s0_a1_over_a0)*2)'
        """
        graph = Graph()
        nodes = [graph.variable(name) for player in self.players for name in player.variables]
        field = field_nodes(graph, self.tensors, self.field, nodes)
        return tuple(to_text(graph, node) for node in field)

    def symbolic(self) -> SymbolicGame:
        """The same dynamics as a game whose field is text: what enclosures work on."""
        texts = self.symbolic_field()
        return SymbolicGame.from_field(
            {player.name: player.variables for player in self.players},
            {
                player.name: texts[own]
                for player, own in zip(self.players, self.slices, strict=True)
            },
            name=self.name,
            source=self.source,
            region=self.region,
            equilibrium=self.equilibrium,
        )

    def policy_gradient(self, policies: Sequence[ArrayLike]) -> tuple[Floats, ...]:
        """V_i(π) = ∇_{π_i} f_i modulo constants per state: arrays (k, S, A_i)."""
        powers = powers_of("fisher", self.tensors.occupancy_entropy)
        values = self._values_of(policies)
        return tuple(values.gradient(i, powers) for i in range(len(self.players)))

    def policy_jacobian(self, policies: Sequence[ArrayLike], i: int, j: int) -> Floats:
        """∂V_i(s,a)/∂π_j(s',b) for tangent changes of π_j: array (k, S, A_i, S, A_j)."""
        powers = powers_of("fisher", self.tensors.occupancy_entropy)
        values = self._values_of(policies)
        result = values.block(i, j, powers)
        if i == j:
            states, actions = np.indices(result.shape[1:3])
            diagonal = values.own_diagonal(i, powers)[..., None] / values.policies[i]
            result[:, states, actions, states, actions] += diagonal
        return result

    def _centre(self) -> Sequence[Fraction]:
        if self.equilibrium is not None:
            return self.equilibrium
        return [exact(f"{z:.{CENTRE_DIGITS}f}") for z in self.find_equilibrium()]

    def _given(self, policies: Sequence[ArrayLike] | Mapping[str, ArrayLike]) -> list[Floats]:
        """Policies in the order of the players, in binary64, with an axis for the states."""
        if isinstance(policies, Mapping):
            names = [player.name for player in self.players]
            if sorted(policies) != sorted(names):
                raise ValueError(f"policies are for {list(policies)}; expected {names}")
            policies = [policies[name] for name in names]
        result = []
        for i, policy in enumerate(policies):
            array, _ = normalised(f"policy {i + 1}", policy)
            one_state = np.ndim(array) == 1 and self.tensors.states == 1
            result.append(np.asarray(array[None] if one_state else array, dtype=np.float64))
        return result

    def _checked(self, policies: Sequence[ArrayLike]) -> tuple[Floats, ...]:
        return check_policies(policies, self.tensors.states, self.tensors.actions)

    def _values_of(self, policies: Sequence[ArrayLike]) -> Values:
        return Values(self.tensors, tuple(np.log(policy) for policy in self._checked(policies)))

    def _logs(self, points: Floats) -> tuple[Floats, ...]:
        """log π_i (…, S, A_i)."""
        return tuple(
            log_softmax(points[..., own].reshape(*points.shape[:-1], self.tensors.states, -1))
            for own in self.slices
        )

    def _batches(self, points: Floats) -> Iterator[tuple[slice, Values]]:
        shape = self.tensors.shape
        each = max(int(np.prod(shape)) * len(self.players), self.dimension**2, shape[0] ** 2)
        size = max(1, BATCH_NUMBERS // each)
        for start in range(0, len(points), size):
            part = slice(start, start + size)
            yield part, Values(self.tensors, self._logs(points[part]))

    def _choose(self, field: str) -> None:
        if field not in FIELDS:
            raise ValueError(f"field is {field!r}; {near(field, FIELDS)}")
        self.field = field
        if DIVIDED[field]:
            check_visited(self.tensors)


def _parameters(tensors: GivenTensors) -> dict[str, Fraction]:
    """Entropy, one number or one a player; and the discount, where something follows a state."""
    named = {f"entropy_{i}": tau for i, tau in enumerate(tensors.entropy, start=1)}
    if len(set(tensors.entropy)) == 1:
        named = {"entropy": tensors.entropy[0]}
    return named if tensors.states == 1 else {**named, "discount": tensors.discount}
