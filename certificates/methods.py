"""The methods of play: one entry each, from which tables, reports and promises follow.

What is certified of a method is said by its module in certificates/kernel/theorems/.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

from certificates.kernel.claims import Claims, Steps
from certificates.kernel.theorems.euler import ProjectedEuler


@final
@dataclass(frozen=True)
class Method:
    """name: for sentences; label: of its row in tables; always: whether its absence is told.

    gradients: at how many points F is read in a step.
    """

    key: str
    name: str
    label: str
    always: bool = False
    gradients: int = 1


METHODS = {
    method.key: method
    for method in (
        Method("euler", "Euler", "Euler step", always=True),
        Method("rk4", "RK4", "RK4 step", always=True, gradients=4),
        Method("rk4_equilibrium", "RK4 towards the equilibrium", "RK4 to equilibrium", gradients=4),
        Method("heun", "Heun", "Heun step", gradients=2),
        Method(
            "heun_equilibrium", "Heun towards the equilibrium", "Heun to equilibrium", gradients=2
        ),
        Method("extragradient", "extragradient", "extragradient step", gradients=2),
        Method(
            "extragradient_equilibrium",
            "extragradient towards the equilibrium",
            "extragradient to equilibrium",
            gradients=2,
        ),
        Method("optimistic", "optimistic", "optimistic step"),
        Method(
            "optimistic_equilibrium",
            "optimistic towards the equilibrium",
            "optimistic to equilibrium",
        ),
        Method("forward_reflected", "forward-reflected", "forward-reflected step"),
        Method("adams_bashforth_2", "Adams-Bashforth", "Adams-Bashforth step"),
        Method("heavy_ball", "heavy ball", "heavy-ball step"),
        Method("negative_momentum", "negative momentum", "negative-momentum step"),
        Method("nesterov", "Nesterov", "Nesterov step"),
    )
}


def steps_of(claims: Claims, key: str) -> Steps | None:
    """The certified steps of a method, if there are any; KeyError for no method of the table."""
    if key not in METHODS:
        raise KeyError(f"no method is called {key!r}; there are {', '.join(METHODS)}")
    return next((steps for steps in claims.each(Steps) if steps.method == key), None)


def all_steps(claims: Claims) -> Iterator[tuple[Method, Steps]]:
    """Every method whose steps are certified, in the order of the table."""
    for key, method in METHODS.items():
        if (steps := steps_of(claims, key)) is not None:
            yield method, steps


def is_projected(claims: Claims, steps: Steps) -> bool:
    """Whether the steps hold as well with every point projected to the region (T7, T20)."""
    return steps.projected or any(found.steps is steps for found in claims.each(ProjectedEuler))
