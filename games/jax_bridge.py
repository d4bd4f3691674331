"""The one module that imports JAX: costs in, F and J at many points out, in double precision."""

from collections.abc import Callable, Sequence
from typing import Any, final

import numpy as np

from games.derivatives import Derivatives
from games.game import Floats

Cost = Callable[[Any], Any]


@final
class JaxDerivatives(Derivatives):
    """Reverse mode for each player's gradient, forward mode over it for J, mapped over points.

    Double precision holds inside these calls alone; the user's own JAX settings stay as they are.
    """

    label = "automatic (JAX)"
    symmetric = True

    def __init__(self, costs: Sequence[Cost], slices: Sequence[slice]) -> None:
        jax = self._jax = import_jax()
        self._slices = tuple(slices)
        with jax.enable_x64(True):
            for player, cost in enumerate(costs, start=1):
                _check_scalar(jax, player, cost, self._slices[-1].stop)
        field = _pseudo_gradient(jax, costs, self._slices)
        self._gradient = jax.jit(jax.vmap(field))
        self._jacobian = jax.jit(jax.vmap(jax.jacfwd(field)))

    def gradient(self, points: Floats) -> Floats:
        with self._jax.enable_x64(True):
            return np.asarray(self._gradient(points), dtype=np.float64)

    def jacobian(self, points: Floats, rows: slice, columns: slice) -> Floats:
        with self._jax.enable_x64(True):
            J = np.array(self._jacobian(points), dtype=np.float64)
        for own in self._slices:  # second derivatives of one cost: symmetric up to rounding
            block = J[:, own, own]
            J[:, own, own] = (block + block.swapaxes(1, 2)) / 2
        return J[:, rows, columns]


def import_jax() -> Any:
    """JAX, or an ImportError that says how to install it."""
    try:
        import jax
    except ImportError as error:
        raise ImportError(
            "games from JAX costs need JAX; run: pip install 'small-gain-nash[jax]'"
        ) from error
    return jax


def _pseudo_gradient(jax: Any, costs: Sequence[Cost], slices: Sequence[slice]) -> Cost:
    def field(x: Any) -> Any:
        parts = [jax.grad(cost)(x)[own] for cost, own in zip(costs, slices, strict=True)]
        return jax.numpy.concatenate(parts)

    return field


def _check_scalar(jax: Any, player: int, cost: Cost, dimension: int) -> None:
    shape = getattr(jax.eval_shape(cost, jax.numpy.zeros(dimension)), "shape", None)
    if shape != ():
        raise ValueError(
            f"the cost of player {player} returns shape {shape}; expected (), a scalar"
        )
