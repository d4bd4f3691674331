"""The certified steps of Euler's method and of Runge–Kutta, as a certificate states them."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.metric import Metric, declared_entries, read_metric
from certificates.kernel.document.reading import (
    decode_array,
    number,
    read_choice,
    read_list,
    require_keys,
    vector,
)
from games.errors import InputError

STAGES, WITH_PAIRS = 12, 30  # multipliers of T11 (b) and of (b′)
MAX_INTERVALS = 10**4  # of a cover


@final
@dataclass(frozen=True)
class Cover:
    """RK4 over (0, H]: on [steps[k], steps[k+1]] the squared factor is ≤ 1 − rates[k]·h (T11).

    multipliers (sector only), each times h: a₁…a₄ b₁…b₄ c₁…c₄, and towards the equilibrium those
    of the six pairs of stages.
    """

    steps: tuple[Fraction, ...]
    rates: tuple[Fraction, ...]
    multipliers: tuple[tuple[Fraction, ...], ...]

    def intervals(self) -> Iterator[tuple[Fraction, Fraction, Fraction]]:
        """(low, high, rate) one after the other."""
        for (low, high), rate in zip(pairwise(self.steps), self.rates, strict=True):
            yield low, high, rate

    def square_at(self, step: Fraction) -> Fraction:
        """The least proved bound of the squared factor at a step; ValueError outside the cover."""
        return min(1 - rate * step for low, high, rate in self.intervals() if low <= step <= high)


@final
@dataclass(frozen=True, eq=False)
class NearLinear:
    """‖J(x) − J₀‖_M ≤ deviation on the region, ‖J₀‖_M ≤ norm (T11 c); matrix: J₀ (n, n)."""

    matrix: NDArray[np.float64]
    deviation: Fraction
    norm: Fraction


@final
@dataclass(frozen=True)
class Steps:
    """Certified steps (0, step_max] of one method in one metric."""

    basis: str
    metric: Metric
    step_max: Fraction
    best_step: Fraction
    factor_at_best: Fraction
    factor_at_max: Fraction | None  # Euler
    cover: Cover | None  # RK4
    projected: bool = False  # Euler: also with every point projected to the region
    linear: NearLinear | None = None  # RK4, basis near-linear


def read_euler(value: Any, where: str, n: int) -> Steps:
    """steps.euler; InputError for anything that is not well formed."""
    keys = {"step_max", "best_step", "factor_at_best", "factor_at_max", "basis", "metric"}
    fields = require_keys(value, where, keys, {"projected"})
    projected = fields.get("projected", False)
    if not isinstance(projected, bool):
        raise InputError(f"{where}.projected: expected true or false")
    return Steps(
        basis=read_choice(fields["basis"], f"{where}.basis", ("direct", "structural", "sector")),
        metric=read_metric(fields["metric"], f"{where}.metric", n),
        step_max=number(fields["step_max"], where),
        best_step=number(fields["best_step"], where),
        factor_at_best=number(fields["factor_at_best"], where),
        factor_at_max=number(fields["factor_at_max"], where),
        cover=None,
        projected=projected,
    )


def read_rk4(value: Any, where: str, n: int) -> Steps:
    """steps.rk4: between any two runs."""
    return _rk4(value, where, n, "pairs", ("constant", "sector", "near-linear"))


def read_rk4_equilibrium(value: Any, where: str, n: int) -> Steps:
    """steps.rk4_equilibrium: towards the equilibrium."""
    return _rk4(value, where, n, "equilibrium", ("sector",))


def _rk4(value: Any, where: str, n: int, kind: str, bases: tuple[str, ...]) -> Steps:
    keys = {"step_max", "best_step", "factor_at_best", "basis", "metric", "cover"}
    fields = require_keys(value, where, keys, {"kind"} | ({"linear"} if kind == "pairs" else set()))
    read_choice(fields.get("kind", "pairs"), f"{where}.kind", (kind,))
    basis = read_choice(fields["basis"], f"{where}.basis", bases)
    if (basis == "near-linear") != ("linear" in fields):
        raise InputError(f"{where}: the key 'linear' goes with basis near-linear")
    count = WITH_PAIRS if kind == "equilibrium" else STAGES
    return Steps(
        basis=basis,
        metric=read_metric(fields["metric"], f"{where}.metric", n),
        step_max=number(fields["step_max"], where),
        best_step=number(fields["best_step"], where),
        factor_at_best=number(fields["factor_at_best"], where),
        factor_at_max=None,
        cover=_cover(fields["cover"], f"{where}.cover", count),
        linear=_linear(fields["linear"], f"{where}.linear") if "linear" in fields else None,
    )


def _cover(value: Any, where: str, count: int) -> Cover:
    fields = require_keys(value, where, {"steps", "rates"}, {"multipliers"})
    if len(read_list(fields["rates"], f"{where}.rates")) > MAX_INTERVALS:
        raise InputError(
            f"{where}: more than {MAX_INTERVALS} intervals; they take too long to check"
        )
    steps, rates = (
        tuple(number(v, f"{where}.{key}") for v in read_list(fields[key], f"{where}.{key}"))
        for key in ("steps", "rates")
    )
    multipliers = tuple(
        tuple(Fraction(v) for v in vector(row, f"{where}.multipliers", count))
        for row in read_list(fields.get("multipliers", []), f"{where}.multipliers")
    )
    if len(steps) != len(rates) + 1 or len(multipliers) not in (0, len(rates)):
        raise InputError(f"{where}: expected one rate (and one row of multipliers) per interval")
    return Cover(steps, rates, multipliers)


def _linear(value: Any, where: str) -> NearLinear:
    fields = require_keys(value, where, {"matrix", "deviation", "norm"})
    declared_entries(fields["matrix"], f"{where}.matrix")
    matrix = decode_array(fields["matrix"], f"{where}.matrix")
    if matrix.dtype.kind != "f" or matrix.ndim != 2 or len(set(matrix.shape)) != 1:
        raise InputError(f"{where}.matrix: expected a square of binary64 numbers")
    return NearLinear(
        matrix=matrix,
        deviation=number(fields["deviation"], f"{where}.deviation"),
        norm=number(fields["norm"], f"{where}.norm"),
    )
