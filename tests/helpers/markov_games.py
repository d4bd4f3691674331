"""Random Markov games for tests, and the published one as an array."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from games import MarkovGame
from games.game import Floats


def random_markov(
    rng: np.random.Generator, states: int, actions: Sequence[int], **options: Any
) -> MarkovGame:
    """Rewards of a few units, transitions with some zeros, weights between 0.5 and 2."""
    P = rng.random((states, *actions, states)) * (rng.random((states, *actions, states)) < 0.7)
    P[..., 0] += 0.1
    return MarkovGame(
        P / P.sum(axis=-1, keepdims=True),
        [rng.normal(size=(states, *actions)) for _ in actions],
        options.pop("discount", 0.8),
        list(rng.uniform(0.5, 2, len(actions))),
        list(np.full(states, 1 / states)),
        **options,
    )


def difference_jacobian(game: Any, points: Floats, step: float = 1e-5) -> Floats:
    """Central differences of F, column by column."""
    columns = [
        (game.pseudo_gradient(points + step * e) - game.pseudo_gradient(points - step * e))
        / (2 * step)
        for e in np.eye(game.dimension)
    ]
    return np.stack(columns, axis=-1)
