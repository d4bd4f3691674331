"""Exact arithmetic and matrices without end."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from certificates.kernel.document.reading import Document, encode_array
from games.language.number import to_text
from tests.hostile.documents import (
    MARGIN,
    bounds,
    claim,
    claimed,
    claiming,
    enclosed,
    game_file,
    of_bounds,
    packed,
    quadratic,
    refused,
    rk4,
    text_game,
    trick,
    valid,
    weighted,
    zeros,
)

LONG = "1." + "3" * 900  # a number of many digits


@trick
def a_ball_of_rationals(folder: Path) -> list[str]:
    """A ball whose metric is 64 × 64 rationals of many digits."""
    n = 64
    document = quadratic(n)
    entry = f"1/{10**300 + 7}"
    metric = [
        [f"{1 + k}" if k == m else f"1/{10**30 + (k + 1) * (m + 1)}" for m in range(n)]
        for k in range(n)
    ]
    metric[0][1] = metric[1][0] = entry
    document["region"] = {"kind": "ball", "center": ["0"] * n, "radius": "1", "metric": metric}
    return packed(document, folder)


@trick
def witnesses_of_bands(folder: Path) -> list[str]:
    """A band of each pair of 30 players who all interact, with 40 points of quotients each."""
    n = 30
    ones = ["1"] * n
    numbers = [f"{k + 1}/{10**8 + 37 * k}" for k in range(n)]
    small = [[f"1/{10**7 + i * n + j}" if i != j else "0" for j in range(n)] for i in range(n)]
    points = [{"weights": numbers, "vector": numbers}] * 40
    bands = [
        claim(
            "bands/T4 (any pair)",
            {"players": [i, j], "margin": "0", "low": "1", "high": "1"},
            points=points,
        )
        for i in range(n)
        for j in range(i)
    ]
    document = bounds(n) | {"metric": weighted(ones)}
    return packed(claiming(document, *of_bounds(ones, ones, small, ones, ones), *bands), folder)


@trick
def long_multipliers(folder: Path) -> list[str]:
    """RK4 over 3000 intervals, cut from a true one, with ends and multipliers of 900 digits."""
    document = valid("bent")
    [steps] = (c for c in document["claims"] if c["theorem"] == "runge_kutta/T11 (b)")
    cover, multipliers = steps["numbers"]["cover"], steps["witnesses"]["multipliers"]
    ends = [Fraction(v) for v in cover["steps"]]
    low, high = ends[0] + (ends[1] - ends[0]) / 4, ends[1]
    inner = [low + (high - low) * k / 3000 for k in range(1, 3000)]
    longer = [
        f"{x.numerator * (10**400 // x.denominator)}/{10**400 + k}" for k, x in enumerate(inner)
    ]
    cover["steps"] = [cover["steps"][0], to_text(low), *longer, *cover["steps"][1:]]
    row = [f"{int(Fraction(v) * 10**400)}/{10**400 + 7 * k}" for k, v in enumerate(multipliers[0])]
    steps["witnesses"]["multipliers"] = [row] * 3001 + multipliers[1:]
    cover["rates"] = [cover["rates"][0]] * 3001 + cover["rates"][1:]
    return packed(document, folder)


@trick
def folded_constants(folder: Path) -> list[str]:
    """A cost of quotients of 20,000 bits, each to be reduced while the text is read."""
    term = "(a**6/b**6)*(c**5+{})"
    cost = "x**2+" + "+".join(term.format(k) for k in range(30_000))
    digits = "7" * 990
    return game_file(
        folder,
        f'format = "sgn-game/1"\n[parameters]\na = "{digits}1"\nb = "{digits}3"\nc = "{digits}7"\n'
        f'[[players]]\nname = "a"\nvariables = ["x"]\ncost = "{cost}"\n',
    )


@trick
def long_coefficients(folder: Path) -> list[str]:
    """A polynomial of few letters whose coefficients have 20,000 bits."""
    costs = {"a": f"({LONG}*x + {LONG}7*y + {LONG}9*z)**40 + ({LONG}*x + {LONG}7*y + {LONG}3)**40",
             "b": "y**2 + z**2"}  # fmt: skip
    game = text_game(costs, {"a": ["x"], "b": ["y", "z"]})
    return packed(claimed(game, [1, 2]), folder)


@trick
def long_numbers_to_show(folder: Path) -> list[str]:
    """Numbers of a thousand digits, of which the table and the report show quotients and roots."""
    document = bounds(2)
    big, small = "9" * 900, f"1/{'7' * 990}"
    row = [big, small]
    claims = of_bounds(row, row, [["0", small], [small, "0"]], row, [small, big])
    for entry in claims[1:3]:
        entry["numbers"]["margin"] = small
    claims[3]["numbers"]["bound"] = f"{'7' * 990}/{'3' * 990}"
    document |= {"metric": weighted(row), "claims": claims}
    return [*packed(document, folder, "report"), "-o", str(folder / "report.html")]


@trick
def steps_of_600(folder: Path) -> list[str]:
    """RK4 for a constant Jacobian of 600 × 600 over 10⁴ intervals."""
    return packed(claiming(quadratic(600), rk4(600, 10**4)), folder)


@trick
def a_band_of_matrices(folder: Path) -> list[str]:
    """A band of two players with 10,000 variables each, to be tested as matrices."""
    document = quadratic(20_000, [10_000, 10_000])
    numbers = {"players": [0, 1], "margin": "0.1", "low": "1", "high": "2"}
    return packed(claiming(document, claim("bands/T5", numbers)), folder)


@trick
def widths_of_a_metric(folder: Path) -> list[str]:
    """What follows from steps in dense metrics of 300 × 300, and start sets of each on a box."""
    n = 300
    document = quadratic(n)
    dense = {"kind": "dense", "matrix": encode_array(np.eye(n) * 2 + 1e-3)}
    steps = rk4(n, 1)
    steps["numbers"] |= {
        "metric": dense, "step_max": "0.01", "best_step": "0.01",
        "cover": {"steps": ["0", "0.01"], "rates": ["0.1"]},
    }  # fmt: skip
    euler = {"step_max": "0.02", "best_step": "0.01", "factor_at_best": "0.999",
             "factor_at_max": "0.999", "metric": dense}  # fmt: skip
    document |= {
        "region": {"kind": "box", "lower": ["-1"] * n, "upper": ["1"] * n}, "metric": dense,
        "claims": [entry for entry in document["claims"] if entry["theorem"] != MARGIN],
    }  # fmt: skip
    claims = (
        claim("margin/T5", {"margin": "0.5"}),
        claim("euler/T10", euler),
        steps,
        claim("equilibrium/T13", {"point": zeros("<f8", n), "error": "0"}),
        claim("equilibrium/T13 (Nash)"),
    )
    return packed(claiming(document, *claims), folder)


def dual(points: list[Any], n: int) -> Document:
    """The claim of a refutation by so many points with a matrix of n × n each."""
    factors = [encode_array(np.eye(n))] * len(points)
    return claim("refutation/T6 (dual)", {"places": points}, factors=factors)


@trick
def a_thousand_witnesses(folder: Path) -> list[str]:
    """A refusal with 1000 points of 128 variables and a matrix of 128 × 128 for each."""
    n = 128
    document = refused() | {
        "game": quadratic(n)["game"], "region": {"kind": "space", "dimension": n},
        "claims": [dual([None] * 1000, n)],
    }  # fmt: skip
    return packed(document, folder)


@trick
def witnesses_of_a_text(folder: Path) -> list[str]:
    """The same at points of a game of 100 variables whose costs are text."""
    n = 100
    names = [f"x{k}" for k in range(n)]
    cost = "+".join(f"exp({x})" for x in names)
    document = refused() | {
        "game": text_game({"a": f"({cost})**2"}, {"a": names}),
        "region": {"kind": "box", "lower": ["-1"] * n, "upper": ["1"] * n},
        "claims": [dual([["0"] * n] * 1000, n)],
    }
    return packed(document, folder)


@trick
def a_near_linear_cover(folder: Path) -> list[str]:
    """RK4 near one matrix of 600 × 600 over 10⁴ intervals."""
    steps = rk4(600, 10**4)
    near = claim(
        "runge_kutta/T11 (c)",
        steps["numbers"] | {"deviation": "0"},
        matrix=encode_array(np.eye(600)),
    )
    return packed(claiming(quadratic(600), near), folder)


@trick
def a_long_equilibrium(folder: Path) -> list[str]:
    """A point of long quotients, at which polynomials of degree 40 are evaluated exactly."""
    names = [f"x{k}" for k in range(6)]
    cost = "(" + "+".join(names) + ")**12 + " + "+".join(f"{x}**40" for x in names)
    game = text_game({"a": cost}, {"a": names})
    document = claimed(game, [6])
    point = [f"{'1' * 980}/{'7' * 990}{k}" for k in range(6)]
    solution = claim("equilibrium/T13 (boundary)", {"point": point, "error": "1"})
    document = claiming(document, solution)
    document["evidence"] = {
        "kind": "enclosed",
        "covers": enclosed(game, [6], np.array([6]))["evidence"]["covers"],
    }
    return packed(document, folder)


@trick
def an_attack_on_long_claims(folder: Path) -> list[str]:
    """The attack on 600 variables with RK4 over 10⁴ intervals."""
    document = claiming(quadratic(600), rk4(600, 10**4))
    return [*packed(document, folder, "attack"), "--seconds", "3"]
