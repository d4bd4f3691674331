"""Witnesses of a refusal (T6), read strictly from its document."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.reading import decode_array, number, require_keys, vector
from games.errors import InputError

Point = tuple[Fraction, ...] | None  # None: any point, J being the same everywhere
METRICS = ("all", "scalar")  # refuted: every constant metric, or every choice of block weights
MAX_POINTS = 1000
NO_METRIC = "no constant metric certifies this region"
NO_WEIGHTS = "no weights per player certify this region"


@final
@dataclass(frozen=True, eq=False)
class EigenvalueWitness:
    """At `point`, J − shift·I has an eigenvalue of negative real part; H and v show it."""

    point: Point
    shift: Fraction
    matrix: NDArray[np.float64]
    vector: NDArray[Any]

    @property
    def points(self) -> tuple[Point, ...]:
        return (self.point,)

    @property
    def refutes(self) -> str:
        """What it shows, in words."""
        return NO_METRIC

    @property
    def reason(self) -> str:
        """The one reason that a refusal with such a witness may give."""
        return "unstable"


@final
@dataclass(frozen=True, eq=False)
class DualWitness:
    """At points x_k, Z_k = C_kC_kᵀ with C_k (n, r_k): Σ_k (J(x_k)Z_k + Z_kJ(x_k)ᵀ) ⪯ 0.

    For block weights the traces of its diagonal blocks say enough.
    """

    points: tuple[Point, ...]
    factors: tuple[NDArray[np.float64], ...]
    metrics: str

    @property
    def refutes(self) -> str:
        """What it shows, in words: weights alone leave the matrices open."""
        return NO_METRIC if self.metrics == "all" else NO_WEIGHTS

    @property
    def reason(self) -> str:
        """The one reason that a refusal with such a witness may give."""
        return "small-gain"


Witness = EigenvalueWitness | DualWitness


def read_witness(value: Any, where: str) -> Witness:
    """The witness in a refusal; raises InputError for anything that is not well formed."""
    kind = value.get("kind") if isinstance(value, dict) else None
    if not isinstance(kind, str) or kind not in _READERS:
        raise InputError(f"{where}.kind: expected one of {', '.join(_READERS)}")
    return _READERS[kind](value, where)


def read_point(value: Any, where: str) -> Point:
    """A list of exact numbers, or null."""
    if value is None:
        return None
    return tuple(number(v, where) for v in _list(value, where))


def _eigenvalue(value: Any, where: str) -> EigenvalueWitness:
    fields = require_keys(value, where, {"kind", "point", "shift", "matrix", "vector"})
    matrix = _matrix(fields["matrix"], f"{where}.matrix")
    if matrix.shape[0] != matrix.shape[1]:
        raise InputError(f"{where}.matrix: expected a square of binary64 numbers")
    return EigenvalueWitness(
        point=read_point(fields["point"], f"{where}.point"),
        shift=number(fields["shift"], f"{where}.shift"),
        matrix=matrix,
        vector=vector(fields["vector"], f"{where}.vector", len(matrix)),
    )


def _dual(value: Any, where: str) -> DualWitness:
    fields = require_keys(value, where, {"kind", "metrics", "points", "matrices"})
    points, matrices = (_list(fields[key], f"{where}.{key}") for key in ("points", "matrices"))
    if not 1 <= len(points) == len(matrices) <= MAX_POINTS:
        raise InputError(f"{where}: expected 1 to {MAX_POINTS} points and one matrix for each")
    if fields["metrics"] not in METRICS:
        raise InputError(f"{where}.metrics: expected one of {', '.join(METRICS)}")
    return DualWitness(
        points=tuple(read_point(v, f"{where}.points[{k}]") for k, v in enumerate(points)),
        factors=tuple(_matrix(v, f"{where}.matrices[{k}]") for k, v in enumerate(matrices)),
        metrics=fields["metrics"],
    )


_READERS: dict[str, Callable[[Any, str], Witness]] = {"eigenvalue": _eigenvalue, "dual": _dual}


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise InputError(f"{where}: expected a list")
    return value


def _matrix(value: Any, where: str) -> NDArray[np.float64]:
    matrix = decode_array(value, where)
    if matrix.dtype.kind != "f" or matrix.ndim != 2:
        raise InputError(f"{where}: expected a matrix (a square for H) of binary64 numbers")
    return matrix
