"""Claims that are quadratic forms in one Jacobian: uᵀS(J)u ≥ 0 for every u.

Floats find the u and the point where the form is least; whether it is negative there is computed
in 50 digits, from the game's own text.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from tests.forging.oracle_metric import Metric
from tests.forging.oracle_reading import Array, mp, mps

Terms = list[tuple[Any, Array, Array]]  # Σ c · XᵀMY


@dataclass(frozen=True)
class Form:
    """A claim of the Jacobian. terms: from columns U and J to Σ c·XᵀMY; columns: which enter U."""

    name: str
    numbers: tuple[Any, ...]  # what beside the metric makes it what it is
    terms: Callable[[Array, Any], Terms]
    metric: Metric
    columns: Any = None  # variables that u may have; None: all

    @property
    def key(self) -> tuple[Any, ...]:
        """Equal for equal claims."""
        return (self.name, self.numbers, self.metric.key)

    def _value(self, U: Array, J: Any) -> Array:
        total: Any = 0
        for c, X, Y in self.terms(U, J):
            factor = mp(c) if U.dtype == object else float(c)
            total = (np.swapaxes(X, -1, -2) @ self.metric.times(Y)) * factor + total
        return np.asarray(total)

    def least(self, J: Array) -> tuple[Array, Array]:
        """The least eigenvalue for each J (K, n, n), ‖u‖_M = 1, and the vectors u (K, n)."""
        U = self.metric.whitening
        if self.columns is not None:
            U = U[:, self.columns]
        S = self._value(U, J)
        values, vectors = np.linalg.eigh((S + np.swapaxes(S, -1, -2)) / 2)
        return values[..., 0], (U @ vectors[..., 0][..., None])[..., 0]

    def exactly(self, J: Any, u: Array) -> Any:
        """uᵀS(J)u in 50 digits, divided by uᵀMu."""
        column = mps([Fraction(float(v)) for v in u])[:, None]
        value = self._value(column, J)[0, 0]
        return value / (column.T @ self.metric.times(column))[0, 0]


def margin(name: str, metric: Metric, alpha: Fraction) -> Form:
    """T5: sym(MJ) ⪰ αM."""
    return Form(name, (alpha,), lambda U, J: [(1, U, J @ U), (-alpha, U, U)], metric)


def lipschitz(name: str, metric: Metric, beta: Fraction) -> Form:
    """‖J‖_M ≤ β."""

    def terms(U: Array, J: Any) -> Terms:
        image = J @ U
        return [(beta**2, U, U), (-1, image, image)]

    return Form(name, (beta,), terms, metric)


def cocoercivity(metric: Metric, c: Fraction) -> Form:
    """T10: sym(MJ) ⪰ cJᵀMJ."""

    def terms(U: Array, J: Any) -> Terms:
        image = J @ U
        return [(1, U, image), (-c, image, image)]

    return Form("cocoercivity", (c,), terms, metric)


def euler(name: str, metric: Metric, h: Fraction, square: Fraction) -> Form:
    """‖I − hJ‖²_M ≤ square."""

    def terms(U: Array, J: Any) -> Terms:
        image = U - (J @ U) * _like(h, U)
        return [(square, U, U), (-1, image, image)]

    return Form(name, (h, square), terms, metric)


def curvature(name: str, own: Array, n: int, bound: Fraction, sign: int) -> Form:
    """sign·(sym J_ii − bound·I) ⪰ 0."""

    def terms(U: Array, J: Any) -> Terms:
        return [(sign, U, J @ U), (-sign * bound, U, U)]

    return Form(name, (bound, sign, own[0]), terms, Metric.identity(n), own)


def coupling(name: str, rows: Array, columns: Array, n: int, bound: Fraction) -> Form:
    """‖J_ij‖ ≤ bound."""

    def terms(U: Array, J: Any) -> Terms:
        image = J @ U
        kept = np.zeros_like(image) if image.dtype != object else image * 0
        kept[..., rows, :] = image[..., rows, :]
        return [(bound**2, U, U), (-1, kept, kept)]

    return Form("coupling", (bound, rows[0], columns[0]), terms, Metric.identity(n), columns)


def _like(value: Fraction, U: Array) -> Any:
    return mp(value) if U.dtype == object else float(value)
