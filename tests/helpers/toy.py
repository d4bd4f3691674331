"""Small games for the tests of bounds: random quadratic ones, and J given as a formula."""

import itertools
from collections.abc import Callable, Sequence

import numpy as np

from games.game import Document, Floats, Game, Structure
from games.players import Player
from games.quadratic import QuadraticGame
from games.regions.shapes import Box
from sgn.bounds import Cocoercivity, EulerFactor, Lipschitz, Margin, Quantity


class ToyGame(Game):
    """A game given by vectorised F and J: (k, n) → (k, n) and (k, n, n)."""

    def __init__(
        self,
        sizes: Sequence[int],
        jacobian: Callable[[Floats], Floats],
        structure: Structure,
        region: Box,
        pseudo_gradient: Callable[[Floats], Floats] = np.zeros_like,
        depends: Callable[[int, int], tuple[int, ...]] | None = None,
    ) -> None:
        ends = np.cumsum(sizes)
        self.players = tuple(
            Player(f"p{i}", tuple(f"x{k}" for k in range(end - size, end)))
            for i, (size, end) in enumerate(zip(sizes, ends.tolist(), strict=True))
        )
        self.name = self.source = ""
        self.region = region
        self.equilibrium = None
        self._J, self._F, self._structure, self._depends = (
            jacobian,
            pseudo_gradient,
            structure,
            depends,
        )

    @property
    def structure(self) -> Structure:
        return self._structure

    @property
    def symmetric(self) -> bool:
        return True

    @property
    def provable(self) -> bool:
        return False

    def pseudo_gradient(self, points: Floats) -> Floats:
        return self._F(points)

    def jacobian(self, points: Floats, block: tuple[int, int] | None = None) -> Floats:
        J = self._J(np.atleast_2d(points))
        if block is not None:
            J = J[:, self.slices[block[0]], self.slices[block[1]]]
        return J[0] if np.ndim(points) == 1 else J

    def block_variables(self, i: int, j: int) -> tuple[int, ...]:
        return tuple(range(self.dimension)) if self._depends is None else self._depends(i, j)

    def document(self) -> Document:
        return {}


def multi_affine(sizes: Sequence[int], rng: np.random.Generator, region: Box) -> ToyGame:
    """J = Σ over random subsets of the variables of a random matrix times their product."""
    n = sum(sizes)
    subsets = [(), *(tuple(rng.permutation(n)[: rng.integers(1, n + 1)]) for _ in range(4))]
    parts = [rng.normal(size=(n, n)) for _ in subsets]
    ends = np.cumsum([0, *sizes])
    for part in parts:
        for a, b in itertools.pairwise(ends):
            part[a:b, a:b] = part[a:b, a:b] + part[a:b, a:b].T

    def jacobian(points: Floats) -> Floats:
        J = np.zeros((len(points), n, n))
        for subset, part in zip(subsets, parts, strict=True):
            J += points[:, list(subset)].prod(axis=1)[:, None, None] * part
        return J

    return ToyGame(sizes, jacobian, Structure.MULTI_AFFINE, region)


def contest(costs: Sequence[float], region: Box) -> ToyGame:
    """Tullock contest: f_i = c_i x_i − x_i/Σx."""
    n = len(costs)

    def pseudo_gradient(points: Floats) -> Floats:
        total = points.sum(axis=1, keepdims=True)
        return np.asarray(np.asarray(costs) - 1 / total + points / total**2)

    def jacobian(points: Floats) -> Floats:
        total = points.sum(axis=1)[:, None, None]
        return np.asarray((1 + np.eye(n)) / total**2 - 2 * points[:, :, None] / total**3)

    return ToyGame([1] * n, jacobian, Structure.GENERAL, region, pseudo_gradient)


def random_sizes(rng: np.random.Generator, players: int = 3, largest: int = 3) -> list[int]:
    return [int(d) for d in rng.integers(1, largest + 1, rng.integers(1, players + 1))]


def random_quadratic(rng: np.random.Generator) -> QuadraticGame:
    sizes = random_sizes(rng)
    n = sum(sizes)
    J = rng.normal(size=(n, n)) * 10.0 ** rng.integers(-3, 4)
    J[rng.random((n, n)) < 0.3] = 0
    return QuadraticGame(J, sizes, field=True)


def dense(game: QuadraticGame) -> Floats:
    return game.jacobian(np.zeros(game.dimension))


def weighted(game: ToyGame | QuadraticGame, rng: np.random.Generator) -> list[Quantity]:
    w, slices = tuple(10.0 ** rng.uniform(-2, 2, len(game.sizes))), game.slices
    return [
        Margin(w, slices),
        Lipschitz(w, slices),
        Cocoercivity(w, slices),
        EulerFactor(w, slices, step=0.1),
    ]
