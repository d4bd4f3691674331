"""A cost in JAX: its jaxpr, made afresh in double precision, run on a tape."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import jax
import numpy as np

from games.language.graph import Graph
from games.tracing import places
from games.tracing.jaxpr import Interpreter, is_traced
from games.tracing.places import Untraceable
from games.tracing.tape import Tape, traced

_BRANCH = (
    "this branches on a value that depends on the variables; write one smooth formula, or use"
    " constants"
)


def check_scalars(functions: Sequence[Callable[[Any], Any]], n: int) -> None:
    """Raise ValueError for a cost that is no scalar; the user's own errors are told as they are."""
    for number, function in enumerate(functions, start=1):
        try:
            shape = getattr(_fresh(partial(jax.eval_shape, function, _zeros(n))), "shape", None)
        except (jax.errors.JAXTypeError, jax.errors.JAXIndexError):  # told with its line, later
            continue
        if shape != ():
            raise ValueError(
                f"the cost of player {number} returns shape {shape}; expected (), a scalar"
            )


def trace(
    cost: Callable[[Any], Any], graph: Graph, variables: tuple[str, ...], own: Callable[..., Any]
) -> int:
    """The node of a cost, a function of the vector of all variables; own: as the user wrote it.

    Raises Untraceable with the user's line.
    """
    return traced(graph, lambda tape: _run(tape, cost, variables, own))


def _run(
    tape: Tape, cost: Callable[[Any], Any], variables: tuple[str, ...], own: Callable[..., Any]
) -> int:
    whole = places.of_function(own)
    try:
        with jax.enable_x64(True):
            closed = _fresh(lambda: jax.make_jaxpr(lambda x: cost(x))(_zeros(len(variables))))
            x = np.empty(len(variables), dtype=object)
            x[:] = [tape.variable(name) for name in variables]
            [result] = Interpreter(tape, whole).run(closed.jaxpr, closed.consts, [x])
    except Untraceable:
        raise
    except (jax.errors.JAXTypeError, jax.errors.JAXIndexError) as error:
        raise places.untraceable(places.of_error(error) or whole, _BRANCH) from error
    tape.where = lambda: whole
    return tape.root(result[()] if is_traced(result) else np.asarray(result).item())


def _zeros(n: int) -> Any:
    return np.zeros(n)


def _fresh(call: Callable[[], Any]) -> Any:
    """The call in double precision; once more without JAX's caches where they keep single ones."""
    with jax.enable_x64(True):
        try:
            return call()
        except jax.errors.JAXTypeError:
            raise
        except TypeError:
            jax.clear_caches()  # type: ignore[no-untyped-call]
            return call()
