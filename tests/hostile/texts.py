"""Derivatives, leaves and vertices without number."""

from pathlib import Path

import numpy as np

from tests.hostile.documents import (
    claimed,
    cover,
    enclosed,
    game_file,
    halved,
    packed,
    text_file,
    text_game,
    trick,
)


@trick
def slopes_of_thirty_variables(folder: Path) -> list[str]:
    """A cost of 30 variables, all of which meet in nested functions: its third derivatives."""
    names = [f"x{k}" for k in range(30)]
    inner = "+".join(names)
    cost = inner
    for k in range(60):
        cost = f"exp(sin({cost})*x{k % 30})"
    game = text_game({"a": cost}, {"a": names})
    return packed(enclosed(game, [30], np.array([31])), folder)


@trick
def a_million_leaves(folder: Path) -> list[str]:
    """Covers of 2^19 leaves for each claim of a game of four variables, which pack to nothing."""
    names = [f"x{k}" for k in range(4)]
    cost = "+".join(f"exp({x})" for x in names) + "+ sin(" + "+".join(names) + ")"
    game = text_game({"a": cost}, {"a": names})
    return packed(enclosed(game, [4], halved(4, 19, 1)), folder)


@trick
def one_side_split(folder: Path) -> list[str]:
    """Covers that split one side 10⁵ times over."""
    game = text_game({"a": "exp(x) + x**2"}, {"a": ["x"]})
    tokens = np.concatenate([np.zeros(10**5, dtype=np.int64), np.ones(10**5 + 1, dtype=np.int64)])
    return packed(enclosed(game, [1], tokens), folder)


@trick
def vertices_of_every_block(folder: Path) -> list[str]:
    """100 players, each of whose blocks depends on 16 variables: 2^16 vertices for 10⁴ blocks."""
    n = 100
    names = [f"x{k}" for k in range(n)]
    product = "*".join(names[:14])
    costs = {
        f"p{k}": f"x{k}*x{k - 1}*x{k - 2}*{product}" if k > 15 else f"x{k}**2" for k in range(n)
    }
    game = text_game(costs, {f"p{k}": [names[k]] for k in range(n)})
    return packed(claimed(game, [1] * n), folder)


@trick
def bernstein_of_high_degree(folder: Path) -> list[str]:
    """Leaves of Bernstein form for a polynomial of degree 20 in several variables."""
    names = ["x", "y", "z"]
    cost = "x**2+y**2+z**2+(x+y+z+1)**14/100000000"
    game = text_game({"a": cost}, {"a": names})
    return packed(enclosed(game, [3], halved(3, 12, 4)), folder)


@trick
def two_thousand_variables(folder: Path) -> list[str]:
    """An exact Jacobian of 2000 variables from one cost of 100,000 terms."""
    names = [f"x{k}" for k in range(1990)]
    pairs = ((a, b) for a in range(1990) for b in range(a, 1990, 97))
    cost = "+".join(f"x{a}*x{b}" for (a, b), _ in zip(pairs, range(19_000), strict=False))
    game = text_game({"a": cost}, {"a": names})
    return packed(claimed(game, [1990]), folder)


@trick
def two_thousand_variables_to_certify(folder: Path) -> list[str]:
    """The same as a game file: a gradient of every entry of the gradient."""
    names = [f"x{k}" for k in range(1990)]
    inner = "+".join(names)
    cost = "+".join(f"exp({inner}-{k}*x{k})*x{k + 1}" for k in range(60))
    return text_file(folder, {"a": (names, cost)})


@trick
def squares_of_squares(folder: Path) -> list[str]:
    """A chain of repeated squaring, as a game file."""
    cost = "x + y"
    for _ in range(60):
        cost = f"({cost})**2 + x*y"
    costs = {"a": (["x"], cost), "b": (["y"], "y**2")}
    return text_file(folder, costs, "[region]\nx = [-1, 1]\ny = [-1, 1]\n")


@trick
def a_name_that_is_like_many(folder: Path) -> list[str]:
    """30,000 parameters, and a name in a cost that is none of them."""
    many = "\n".join(f"parameter_number_{k:05d}_x = 1" for k in range(30_000))
    return game_file(
        folder,
        f'format = "sgn-game/1"\n[parameters]\n{many}\n[[players]]\nname = "a"\nvariables = ["x"]\n'
        'cost = "x**2 + parameter_number_012345678_yx"\n',
    )


@trick
def nested_tables(folder: Path) -> list[str]:
    """10⁵ tables inside each other's names."""
    tables = "\n".join(f"[a.b.c.d.e.f.g.h.i.j.k.l.m.n.o{k}]" for k in range(27_000))
    return game_file(folder, f'format = "sgn-game/1"\n{tables}\n')


@trick
def inline_tables(folder: Path) -> list[str]:
    """Lists and inline tables inside each other."""
    return game_file(folder, 'format = "sgn-game/1"\nname = ' + "[{a=" * 200_000)


@trick
def players_by_name(folder: Path) -> list[str]:
    """10⁵ players of one variable each, whose costs are text."""
    count = 100_000
    players = [{"name": f"{k}", "variables": [f"x{k}"], "cost": f"exp(x{k})"} for k in range(count)]
    game = {"format": "sgn-game/1", "kind": "symbolic", "name": "", "players": players}
    tokens = cover(np.array([count]))
    evidence = {"kind": "enclosed", "covers": {"domain": tokens, "block 0 0": tokens}}
    return packed(claimed(game, [1] * count, evidence), folder)


@trick
def a_cost_of_many_domains(folder: Path) -> list[str]:
    """Logarithms of sums whose sign takes 10 variables to tell."""
    names = [f"x{k}" for k in range(10)]
    inner = "+".join(f"{x}*{y}" for x in names for y in names)
    cost = "+".join(f"log(sin({inner}+{k})+1.0001)" for k in range(100))
    sides = "\n".join(f"{x} = [-1, 1]" for x in names)
    return text_file(folder, {"a": (names, cost)}, f"[region]\n{sides}\n")
