"""The methods that can be simulated: each makes a function from points (B, n) to the next ones."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from certificates.kernel.inequalities.lifted import SCHEMES, Scheme
from certificates.kernel.inequalities.runge_kutta import TABLEAUS
from sgn.simulation.best_response import best_responses
from sgn.simulation.flow import RTOL, flow
from sgn.simulation.setting import Floats, Setting

Advance = Callable[[Floats], Floats]


@final
@dataclass(frozen=True)
class Method:
    """One way to play. region: "none", "needed" or "allowed"; the reason goes with "none".

    error: what a step may err, as a part of the size of its points: 90 roundings unless given.
    """

    make: Callable[[Setting], Advance]
    region: str
    steps: bool = True  # whether it has a step size
    noise: bool = False
    delay: bool = False
    natural: bool = False  # whether it is about natural gradients, of policies alone
    error: float = 1e-14
    reason: str = ""


def euler(setting: Setting) -> Advance:
    """x⁺ = Π(x − h(F(x) + ξ)), ξ normal (T15) when noise is asked for."""
    noisy = bool(setting.spread.any())

    def advance(x: Floats) -> Floats:
        gradient = setting.gradient(x)
        if noisy:
            gradient = gradient + setting.rng.standard_normal(x.shape) @ setting.spread
        return setting.project(x - setting.step * gradient)

    return advance


def runge_kutta(scheme: str) -> Callable[[Setting], Advance]:
    """An explicit Runge–Kutta step along −F (T11)."""
    tableau = TABLEAUS[scheme]
    rows = [[float(a) for a in row] for row in tableau.rows]
    output = [float(b) for b in tableau.output]

    def make(setting: Setting) -> Advance:
        def advance(x: Floats) -> Floats:
            slopes: list[Floats] = []
            for row in rows:
                slopes.append(setting.gradient(_moved(x, setting.step, row, slopes)))
            return _moved(x, setting.step, output, slopes)

        return advance

    return make


def _moved(x: Floats, step: float, row: Sequence[float], slopes: Sequence[Floats]) -> Floats:
    terms = (a * slope for a, slope in zip(row, slopes, strict=True) if a)
    return x - step * sum(terms, np.zeros(1))


def extragradient(setting: Setting) -> Advance:
    """y = Π(x − hF(x)), x⁺ = Π(x − hF(y)) (T20)."""

    def advance(x: Floats) -> Floats:
        middle = setting.project(x - setting.step * setting.gradient(x))
        return setting.project(x - setting.step * setting.gradient(middle))

    return advance


def optimistic(setting: Setting) -> Advance:
    """y = Π(x − hF(y')), x⁺ = Π(x − hF(y)) with y' the y before, at first x (T20).

    Without a region each y is the one before it, y', less 2hF(y') − hF(y'').
    """
    before: list[Floats] = []

    def advance(x: Floats) -> Floats:
        last = before.pop() if before else setting.gradient(x)
        gradient = setting.gradient(setting.project(x - setting.step * last))
        before.append(gradient)
        return setting.project(x - setting.step * gradient)

    return advance


def lifted(scheme: Scheme) -> Callable[[Setting], Advance]:
    """ξ⁺ = Aξ + Bv, y = Cξ + Dv, v = hF(y), from points x and stored gradients hF(x) (T28)."""
    rows = [[[float(a) for a in row] for row in part] for part in (scheme.A, scheme.B)]
    reads = [[[float(a) for a in row] for row in part] for part in (scheme.C, scheme.D)]

    def make(setting: Setting) -> Advance:
        state = list[Floats]()

        def gradient(x: Floats) -> Floats:
            return setting.step * setting.gradient(x)

        def advance(x: Floats) -> Floats:
            if not state:
                state.extend(x if is_point else gradient(x) for is_point in scheme.unit)
            moves = list[Floats]()
            for c, d in zip(*reads, strict=True):
                moves.append(gradient(_combined(c, state) + _combined(d[: len(moves)], moves)))
            state[:] = [
                _combined(a, state) + _combined(b, moves) for a, b in zip(*rows, strict=True)
            ]
            return state[0]

        return advance

    return make


def _combined(row: Sequence[float], terms: Sequence[Floats]) -> Floats:
    return sum((a * z for a, z in zip(row, terms, strict=True) if a), np.zeros(1))


def best_response(setting: Setting) -> Advance:
    """Every player at once takes its best answer to the others (T16)."""
    return lambda x: best_responses(setting.game, x, setting.box)


def asynchronous(setting: Setting) -> Advance:
    """Gradient steps in which each player reads each other's action up to `delay` steps late.

    Own action and own gradient are fresh (T16); the age of each read is drawn anew each step.
    """
    past: list[Floats] = []  # the newest first

    def advance(x: Floats) -> Floats:
        past.insert(0, x)
        del past[setting.delay + 1 :]
        history = np.stack(past)
        result = np.empty_like(x)
        starts = np.arange(len(x))
        for own in setting.game.slices:
            read = np.empty_like(x)
            for other in setting.game.slices:
                age = setting.rng.integers(len(past), size=len(x))
                read[:, other] = history[age, starts, other]
            read[:, own] = x[:, own]
            result[:, own] = x[:, own] - setting.step * setting.gradient(read)[:, own]
        return setting.project(result)

    return advance


METHODS: Mapping[str, Method] = {
    "flow": Method(flow, "none", error=RTOL, reason="use projected-euler with a small step"),
    "euler": Method(euler, "none", noise=True, reason="ask for projected-euler"),
    "natural-gradient": Method(euler, "none", natural=True, reason="ask for projected-euler"),
    "projected-euler": Method(euler, "needed", noise=True),
    **{
        scheme: Method(
            runge_kutta(scheme),
            "none",
            reason="projecting after the step has the wrong fixed point (T21), so projected"
            " Runge-Kutta is not offered; use projected-euler or extragradient",
        )
        for scheme in TABLEAUS
    },
    **{
        scheme.removesuffix("_equilibrium").replace("_", "-"): Method(
            lifted(SCHEMES[scheme]),
            "none",
            reason="its steps are certified without projection alone (T28); use optimistic",
        )
        for scheme in SCHEMES
    },
    "extragradient": Method(extragradient, "allowed"),
    "optimistic": Method(optimistic, "allowed"),
    "best-response": Method(best_response, "allowed", steps=False),
    "asynchronous": Method(asynchronous, "allowed", delay=True),
}
