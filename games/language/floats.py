"""The functions of the language in floats, over arrays (the search's side)."""

from collections.abc import Callable
from functools import cache, reduce
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from games.language.functions import Function

Floats = NDArray[np.float64]


@cache
def floats_of(row: Function) -> Callable[..., Any]:
    """What computes a function of the table: arrays of one shape to one of that shape."""
    module, _, attribute = (row.floats or f"numpy.{row.name}").rpartition(".")
    found: Callable[..., Any] = getattr(import_module(module), attribute)
    return found


def logistic(a: Floats) -> Floats:
    """1/(1 + exp(−a)) without overflow."""
    small = np.exp(-np.abs(a))
    return np.asarray(np.where(a < 0, small, 1.0) / (1.0 + small))


def softplus(a: Floats) -> Floats:
    """log(1 + exp(a)) without overflow."""
    return np.asarray(np.maximum(a, 0.0) + np.log1p(np.exp(-np.abs(a))))


def logsumexp(*args: Floats) -> Floats:
    """log Σ exp(a_k) without overflow."""
    return reduce(np.logaddexp, args)
