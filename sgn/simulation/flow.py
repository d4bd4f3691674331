"""The flow x' = −F(x) with an error under control: Dormand–Prince 5(4), all starts at once."""

from collections.abc import Callable

import numpy as np

from sgn.simulation.setting import Floats, Setting, finite_rows

RTOL, ATOL = 1e-10, 1e-13  # of each variable, each inner step
SMALLEST = 1e-12  # of the time asked for: what needs smaller inner steps is leaving every bound
_A = (  # Dormand & Prince 1980, the rows of the tableau
    (1 / 5,),
    (3 / 40, 9 / 40),
    (44 / 45, -56 / 15, 32 / 9),
    (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729),
    (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656),
    (35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84),
)
_ERROR = (71 / 57600, 0.0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40)


def flow(setting: Setting) -> Callable[[Floats], Floats]:
    """The flow for a time of one step; the worst start sets the inner step of all."""
    inner = [setting.step]

    def advance(x: Floats) -> Floats:
        left = setting.step
        alive = finite_rows(x)
        while left > 0 and alive.any():
            h = min(inner[0], left)
            after, error = _attempt(setting, x[alive], h)
            if error <= 1:
                x = x.copy()
                x[alive] = after
                left = 0.0 if h == left else left - h
            elif h < SMALLEST * setting.step:
                x = x.copy()
                x[alive] = np.inf  # no inner step is small enough: it blows up in finite time
                break
            grown = 5.0 if error == 0 else min(5.0, 0.9 * error**-0.2)
            inner[0] = h * max(0.1, grown)
        return x

    return advance


def _attempt(setting: Setting, x: Floats, h: float) -> tuple[Floats, float]:
    """One inner step and its error in units of the tolerance (infinite for what overflows)."""
    slopes = [-setting.gradient(x)]
    point = x
    for row in _A:
        point = x + h * sum(a * k for a, k in zip(row, slopes, strict=True))
        slopes.append(-setting.gradient(point))
    estimate = h * sum(e * k for e, k in zip(_ERROR, slopes, strict=True))
    scale = ATOL + RTOL * np.maximum(np.abs(x), np.abs(point))
    error = np.abs(estimate / scale).max()
    return point, float(error) if np.isfinite(error) else np.inf
