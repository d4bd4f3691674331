"""A smooth game in which RK4 at h = 2.5/β, a published rule, takes pairs of starts apart.

Players a and b play a zero-sum game whose sign turns with the action z of a third, who walks home
alone. The four stages of one RK4 step see z at four places, so four different Jacobians that
disagree in sign: the second-order term h²J₂J₁/2, which should damp, drives instead (T11).
Frequency and phase were found by the search in benchmarks/attack.py.
"""

from games import Box, SymbolicGame

TURNS = {"0.5": ("2.78", "1.67"), "0.05": ("2.73", "1.68")}  # frequency and phase, per margin
REACH = "1e-5"  # of x and y: what the turning adds to J, at most 2.8·y, is small beside it
PAIR = [[[0.0, 0.0, 1.0]], [[1e-7, 0.0, 1.0]]]  # every stage of the first step is in the region


def counterexample(margin: str) -> SymbolicGame:
    """The game whose margin is nearly the given one and whose β is nearly 1."""
    omega, phase = TURNS[margin]
    strength = (1 - float(margin) ** 2) ** 0.5
    turn = f"{strength:.6f}*x*y*sin({omega}*z + {phase})"
    return SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y"], "c": ["z"]},
        {"a": f"{margin}*x**2/2 - {turn}", "b": f"{margin}*y**2/2 + {turn}", "c": "z**2/2"},
        name="turning zero-sum game",
        region=Box([f"-{REACH}", f"-{REACH}", "-2.5"], [REACH, REACH, "2.5"]),
        equilibrium=[0, 0, 0],
    )
