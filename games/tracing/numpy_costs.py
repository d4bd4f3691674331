"""A cost in NumPy, called once with arrays whose entries are on a tape."""

from collections.abc import Callable
from typing import Any

import numpy as np

from games.language.graph import Graph
from games.tracing import places
from games.tracing.numpy_values import Scalar, array, element
from games.tracing.places import Untraceable
from games.tracing.tape import Tape, traced


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
    x = array(tape, [Scalar(tape, tape.variable(name)) for name in variables])
    tape.where = lambda: places.here() or places.of_function(own)
    try:
        result = cost(x)
    except Untraceable:
        raise
    except (
        Exception
    ) as error:  # whatever NumPy or the user's code says to entries that are no floats
        place = places.of_error(error) or places.of_function(own)
        raise places.untraceable(
            place,
            f"this takes floats only ({_said(error)}); write it with NumPy's functions of"
            " arrays, and build arrays by np.stack or np.concatenate",
        ) from error
    tape.where = lambda: places.of_function(own)
    if isinstance(result, np.ndarray) and result.shape == ():
        result = result[()]
    return tape.root(element(result))


def _said(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:120]
