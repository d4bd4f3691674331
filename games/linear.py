"""Games with a constant Jacobian of exact rational entries, kept as text."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from games.array_likes import Array, exact_array
from games.errors import InputError
from games.language.number import to_text
from games.numbered import numbered_names, numbered_variables
from games.quadratic import check_sizes
from games.regions.shapes import Box
from games.symbolic import SymbolicGame

MAX_VARIABLES = 64


def linear_game(
    J: Any,
    sizes: Sequence[int],
    *,
    linear: Any = None,
    names: Sequence[str] | None = None,
    name: str = "",
    source: str = "",
    region: Box | None = None,
    field: bool = False,
) -> SymbolicGame:
    """The game F(x) = J x + linear of exact rational numbers, which no rounding touches.

    J: (n, n), n at most 64: text ("1/3", "0.1"), fractions, integers of any size, or floats at
        their binary values. sizes: how many variables each player has, summing to n.
    linear: (n,), zero if absent. field: True if F need not come from costs.
    Raises ValueError for a wrong shape or an asymmetric J_ii without ``field=True``; InputError for
    what is no number. Use QuadraticGame for large J of floats.

    >>> linear_game([["1", "1/3"], ["-1/3", "1"]], [1, 1]).costs
    ('0.5*x1**2 + (1/3)*x1*x2', '(-1/3)*x2*x1 + 0.5*x2**2')
    """
    counts = check_sizes(sizes)
    n = sum(counts)
    if n > MAX_VARIABLES:
        raise InputError(f"J has {n} variables; at most {MAX_VARIABLES} are kept exactly")
    matrix = _exact("J", J, (n, n))
    shift = _exact("linear", [0] * n if linear is None else linear, (n,))
    players = numbered_names(len(counts)) if names is None else tuple(names)
    if len(players) != len(counts):
        raise ValueError(f"names has {len(players)} entries; expected {len(counts)}, one a player")
    owned = [list(numbered_variables(i, size)) for i, size in enumerate(counts, start=1)]
    variables = [variable for own in owned for variable in own]
    ends = np.cumsum(counts)
    slices = [slice(int(end) - size, int(end)) for end, size in zip(ends, counts, strict=True)]
    listed = dict(zip(players, owned, strict=True))
    if field:
        rows = {
            player: [_row(matrix[k], shift[k], variables) for k in range(own.start, own.stop)]
            for player, own in zip(players, slices, strict=True)
        }
        return SymbolicGame.from_field(listed, rows, region=region, name=name, source=source)
    costs = {
        player: _cost(matrix, shift, variables, own, player)
        for player, own in zip(players, slices, strict=True)
    }
    return SymbolicGame.from_costs(listed, costs, region=region, name=name, source=source)


def _exact(what: str, values: Any, shape: tuple[int, ...]) -> Array:
    array = exact_array(what, values)
    if array.shape != shape:
        raise ValueError(f"{what} has shape {array.shape}; expected {shape}")
    return array


def _row(row: Array, constant: Fraction, variables: Sequence[str]) -> str:
    terms = [f"{_number(value)}*{x}" for value, x in zip(row, variables, strict=True) if value]
    return " + ".join([*terms, *([_number(constant)] if constant else [])]) or "0"


def _cost(matrix: Array, shift: Array, variables: Sequence[str], own: slice, player: str) -> str:
    """xᵢᵀ J_ii xᵢ/2 + Σ_j xᵢᵀ J_ij x_j + linearᵢ xᵢ."""
    terms = []
    for k in range(own.start, own.stop):
        for m, x in enumerate(variables):
            value = matrix[k, m]
            inside = own.start <= m < own.stop
            if inside and value != matrix[m, k]:
                raise ValueError(
                    f"the block of {player!r} in J is not symmetric, so no cost has it; make it"
                    " symmetric or say field=True"
                )
            if value and k == m:
                terms.append(f"{_number(value / 2)}*{x}**2")
            elif value and not (inside and m < k):
                terms.append(f"{_number(value)}*{variables[k]}*{x}")
        if shift[k]:
            terms.append(f"{_number(shift[k])}*{variables[k]}")
    return " + ".join(terms) or f"0*{variables[own.start]}"


def _number(value: Fraction) -> str:
    text = to_text(value)
    return f"({text})" if "/" in text or value < 0 else text
