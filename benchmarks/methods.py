"""Methods with a lifted state (T28): certified steps and rates beside what no proof can exceed.

python -m benchmarks.methods
"""

import time
from dataclasses import dataclass
from fractions import Fraction
from typing import final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.metric import Metric
from certificates.kernel.inequalities.lifted import SCHEMES, Scheme
from sgn.steps.lifted import lifted_plan

RATIOS = ("0.5", "0.2", "0.1", "0.02")
Best = dict[str, tuple[float, float | None]]
# the best 1 − q and the largest h of worst-case solvers, in floating point, by α/β
KNOWN: dict[str, Best] = {
    "extragradient_equilibrium": {
        "0.5": (0.1715, 1.0), "0.2": (0.0955, 1.0), "0.1": (0.0577, 1.0), "0.02": (0.0153, 1.0),
    },
    "optimistic_equilibrium": {
        "0.5": (0.1835, 0.618), "0.2": (0.0871, 0.566), "0.1": (0.0465, 0.539),
        "0.02": (0.00985, 0.509),
    },
    "forward_reflected": {
        "0.5": (0.184, None), "0.2": (0.082, None), "0.1": (0.045, None), "0.02": (0.0087, None),
    },
    "adams_bashforth_2": {
        "0.5": (0.236, 0.87), "0.2": (0.089, 0.73), "0.1": (0.0370, 0.60), "0.02": (0.0042, 0.39),
    },
    "negative_momentum": {"0.2": (0.057, None)},
}  # fmt: skip
ANGLES, SIZES = 400, 40


def linear_fields(margin: float) -> NDArray[np.complex128]:
    """λ with Re λ ≥ α and |λ| ≤ 1: each is the field λz of the plane."""
    turns = np.exp(1j * np.linspace(0, np.arccos(margin), ANGLES))
    sizes = np.linspace(margin, 1, SIZES)
    inner = sizes[:, None] * turns
    edge = margin + 1j * np.sqrt(1 - margin**2) * np.linspace(0, 1, ANGLES)
    return np.concatenate([inner[inner.real >= margin], edge])


def worst_radius(scheme: Scheme, fields: NDArray[np.complex128], step: float) -> float:
    """The largest spectral radius of a step over the linear fields: no proof gives less."""
    A, B, C, D = (
        np.array([[float(a) for a in row] for row in part])
        for part in (scheme.A, scheme.B, scheme.C, scheme.D)
    )
    turned = step * fields[:, None, None]
    steps = A + B @ np.linalg.solve(np.eye(len(C)) - turned * D, turned * C)
    return float(abs(np.linalg.eigvals(steps)).max())


def linear_limit(scheme: Scheme, fields: NDArray[np.complex128]) -> float:
    """About the first h at which some linear field does not contract."""
    low, high = 0.0, 0.0
    while high < 3 and worst_radius(scheme, fields, high + 0.01) < 1:
        high += 0.01
    low, high = high, high + 0.01
    for _ in range(12):
        middle = (low + high) / 2
        good = middle > 0 and worst_radius(scheme, fields, middle) < 1
        low, high = (middle, high) if good else (low, middle)
    return high


@final
@dataclass(frozen=True)
class Row:
    """One method at one α/β, β = 1."""

    method: str
    ratio: str
    limit: float
    best: float
    gain: float
    constant: float
    linear_limit: float
    linear_gain: float
    seconds: float

    def __str__(self) -> str:
        known = KNOWN.get(self.method, {}).get(self.ratio)
        beside = "-" if known is None else f"{self.gain / known[0]:.3f}"
        reach = "-" if known is None or known[1] is None else f"{self.limit / known[1]:.3f}"
        return (
            f"{self.method:24} {self.ratio:>5} {self.limit:8.4f} {self.linear_limit:8.4f}"
            f" {reach:>7} {self.best:8.4f} {self.gain:9.5f} {self.linear_gain:9.5f} {beside:>7}"
            f" {self.constant:6.2f} {self.seconds:6.2f}"
        )


class _Known:
    lipschitz = Fraction(1)


def rows() -> list[Row]:
    """Every method at every ratio."""
    found = []
    for name, scheme in SCHEMES.items():
        for ratio in RATIOS:
            began = time.process_time()
            plan = lifted_plan(name, Metric.scalar(np.ones(2)), Fraction(ratio), Fraction(1), None)
            seconds = time.process_time() - began
            if plan is None:
                continue
            fields, best = linear_fields(float(ratio)), float(plan.best_step)
            found.append(
                Row(
                    method=name,
                    ratio=ratio,
                    limit=float(plan.step_max),
                    best=best,
                    gain=1 - float(plan.factor_at_best),
                    constant=float(plan.constant(_Known(), plan.best_step)),  # type: ignore[arg-type]
                    linear_limit=linear_limit(scheme, fields),
                    linear_gain=1 - worst_radius(scheme, fields, best),
                    seconds=seconds,
                )
            )
    return found


def print_methods() -> None:
    """Certified beside what linear fields allow (never above it) and what solvers say."""
    print("\nMethods with a lifted state, β = 1 (T28): largest h, best h, 1 − q there, C, CPU s")
    print(
        f"{'method':24} {'α/β':>5} {'largest':>8} {'linear':>8} {'known':>7} {'best h':>8}"
        f" {'1 - q':>9} {'linear':>9} {'known':>7} {'C':>6} {'CPU s':>6}"
    )
    for row in rows():
        print(row)


if __name__ == "__main__":
    print_methods()
