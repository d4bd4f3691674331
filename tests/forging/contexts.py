"""Base documents of the campaign, each with the context that it stands for."""

import functools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import scipy.sparse

import games
import sgn
from certificates.kernel.document.reading import Document, read
from games import Box, MetricBall, QuadraticGame, SymbolicGame
from games.catalogue.markov import matching_pennies, random_game

CORPUS = Path(__file__).parents[1] / "corpus" / "valid"
CATALOGUE = (  # those that are checked quickly
    "sgn-toy", "rosen", "harker", "fk-a3", "fk-a5", "river-basin", "fk-a17", "duopoly",
    "mss-oligopoly", "bertrand-logit", "tullock", "tullock-asymmetric", "dirac-gan-regularised",
    "rock-paper-scissors", "matching-pennies", "rps-logit", "jordan-pennies", "random-markov",
)  # fmt: skip


def bent() -> SymbolicGame:
    return SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y"]},
        {"a": "x**2 - x**4/40 - 2*x + x*y/2", "b": "y**2 + y + x*y/3"},
        name="bent",
    )


def pressed() -> SymbolicGame:
    """The solution is at x = 0, where F is not 0; RK4 stages turn round it."""
    return SymbolicGame.from_costs(
        {"p": ["x"], "q": ["y"]},
        {
            "p": "x**2 + x**4/40 - 1.19*x*y + 1.43*x",
            "q": "1.03*y**2 + cos(y)/10 + 1.19*x*y",
        },
        name="pressed",
        region=Box([0, -1], [1, 1]),
    )


def shear() -> SymbolicGame:
    """A field that weights never certify and a matrix does."""
    return SymbolicGame.from_field(
        {"p": ["x", "y"]}, {"p": ["x + 10*y", "y"]}, name="shear", region=Box([-1, -1], [1, 1])
    )


def leaning() -> SymbolicGame:
    return SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y"]},
        {"a": "x*y - x**2/10 + cos(x)/100", "b": "y**2/2 - x*y + x*sin(y)/50"},
        name="leaning",
    )


def matrix(linear: list[float] | None = None) -> QuadraticGame:
    """Two players of two variables, for whom one matrix each will do and weights will not."""
    J = np.diag([3.0, 1.0, 1.0, 2.0])
    J[:2, 2:], J[2:, :2] = [[-3, -2], [-3, 3]], [[2, 3], [-1, 0]]
    return QuadraticGame(J, sizes=[2, 2], linear=linear, name="matrices")


def drift(x: float = 1.0) -> QuadraticGame:
    J = [[2.0, 0.5, 0.3], [0.5, 3.0, -0.2], [-0.3, 0.1, 1.0]]
    return QuadraticGame(J, sizes=[2, 1], linear=[x, -1.0, 0.25], name="drift")


def many(players: int = 1000, couplings: int = 3) -> QuadraticGame:
    """A sparse game of so many players, each of whom feels a few others."""
    rng = np.random.default_rng(players)
    rows = np.repeat(np.arange(players), couplings)
    columns = (rows + rng.integers(1, players, rows.size)) % players
    values = rng.uniform(-0.4, 0.4, rows.size)
    J = scipy.sparse.csr_array((values, (rows, columns)), shape=(players, players))
    J = J + scipy.sparse.diags_array(rng.uniform(1.5, 2.5, players))
    return QuadraticGame(scipy.sparse.csr_array(J), sizes=[1] * players, name="many")


def switching() -> SymbolicGame:
    """A constant J from text, on all of R^n."""
    return SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y"]},
        {"a": "x**2 + x*y/2 - x", "b": "3*y**2/4 - 2*x*y/3 + y/5"},
        name="switching",
    )


def turning() -> SymbolicGame:
    return SymbolicGame.from_field(
        {"a": ["x", "y"], "b": ["z"]},
        {"a": ["x + y/2 + sin(z)/4 - 0.7", "y - x + cos(y)/4"], "b": ["z + z**3/6 - x/2"]},
        name="turning",
    )


def scales() -> QuadraticGame:
    """Entries over many decades: what rounds wrongly shows here."""
    J = [[1e6, 3e2, -1e-3], [-7e-4, 1e-5, 2e-9], [1e3, -1e-6, 3.0]]
    return QuadraticGame(J, sizes=[1, 1, 1], linear=[1e5, -1e-6, 0.1], name="scales")


def nearly_flat() -> QuadraticGame:
    """A margin that is small beside the entries, and that a third of a unit matters to."""
    J = [[1.0, 1 / 3, 0.2], [1 / 3, 1 / 3, 0.0], [-0.2, 0.1, 1e-3]]
    return QuadraticGame(J, sizes=[2, 1], name="nearly flat")


def functions() -> SymbolicGame:
    """Every function of the grammar, parameters, pi, and ends that are no floats."""
    return SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y", "z"]},
        {
            "a": "k*x**2 + log1p(x + 1)/5 + atan(x*y)/4 + logsumexp(x, y, z)/3 + sqrt(x + 2)",
            "b": "y**2 + 3*z**2/2 + softplus(y - x)/2 + cosh(z)/5 + logistic(z*x)/3 + y*z**3/7"
            " - sinh(y)/9 + tan(x*z/4)/6 + exp(-y)/pi + (x + 3)**-1.5*y",
        },
        {"k": "11/7"},
        name="functions",
        region=Box(["-1/3", "-2/7", "-1/3"], ["1/3", "3/7", "1/7"]),
    )


def refusing() -> SymbolicGame:
    return SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y"]},
        {"a": "x**2/2 + 3*x*y + x**3/9", "b": "y**2/2 + x*y"},
        name="saddle",
        region=Box([-1, -1], [1, 1]),
    )


def _bounds() -> sgn.Bounds:
    return sgn.Bounds.given(
        [1, 2, 1.5], [[0, 0.4, 0.2], [0.3, 0, 0.5], [0.25, 0.6, 0]], curvature_upper=[2, 3, 2]
    )


def _ball(metric: object = None, radius: str = "0.4", center: tuple[str, ...] = ("1.2", "-0.6")):
    return MetricBall(center, radius, metric)  # type: ignore[arg-type]


Certified = Callable[[], sgn.Certificate | sgn.Refusal]
MADE: dict[str, Certified] = {
    "pressed": lambda: sgn.certify(pressed()),
    "pressed in a dense metric": lambda: sgn.certify(pressed(), metric="dense"),
    "ball": lambda: sgn.certify(bent(), _ball()),
    "ball of weights": lambda: sgn.certify(bent(), _ball([1, "2.5"])),
    "ball of a matrix": lambda: sgn.certify(bent(), _ball([[2, "0.5"], ["0.5", 1]])),
    "ball without the zero": lambda: sgn.certify(bent(), _ball(center=("0", "0"))),
    "ball, constant J": lambda: sgn.certify(drift(), MetricBall([0, 0, 0], 1)),
    "ball, dense metric": lambda: sgn.certify(leaning(), MetricBall([0, 0], "0.5")),
    "ball, block metric": lambda: sgn.certify(matrix(), MetricBall([0, 0, 0, 0], 2)),
    "ball, a field": lambda: sgn.certify(turning(), MetricBall([0, 0, 0], "0.5")),
    "space, text": lambda: sgn.certify(switching()),
    "space, block metric": lambda: sgn.certify(matrix([1.0, 0.0, -1.0, 2.0])),
    "box, block metric": lambda: sgn.certify(matrix(), Box([-1] * 4, [1] * 4)),
    "boundary, block metric": lambda: sgn.certify(
        matrix([9.0, 0.0, 0.0, 0.0]), Box([-1] * 4, [1] * 4)
    ),
    "boundary, dense metric": lambda: sgn.certify(leaning(), Box(["0.1", "-0.5"], ["0.5", "0.5"])),
    "boundary, a field": lambda: sgn.certify(turning(), Box(["-0.5"] * 3, ["0.25"] * 3)),
    "boundary, constant J": lambda: sgn.certify(drift(5.0), Box([-1, -1, -1], [1, 1, 2])),
    "corner": lambda: sgn.certify(bent(), Box(["-1", "-0.5"], ["1", "1"])),
    "zero on the face": lambda: sgn.certify(drift(0.0), Box([0, 0, -1], [1, 1, 1])),
    "flat, curved": lambda: sgn.certify(bent(), Box(["-1", "-0.5"], ["1.5", "-0.5"])),
    "flat, constant J": lambda: sgn.certify(drift(), Box([-1, 0, -1], [1, 0, 1])),
    "scales": lambda: sgn.certify(scales(), Box([-1, -1, -1], [1, 1, 1])),
    "scales, dense metric": lambda: sgn.certify(scales(), metric="dense"),
    "nearly flat": lambda: sgn.certify(nearly_flat(), Box(["-1/3"] * 3, ["1/7"] * 3)),
    "nearly flat, dense metric": lambda: sgn.certify(nearly_flat(), metric="dense"),
    "functions": lambda: sgn.certify(functions()),
    "functions, ball": lambda: sgn.certify(
        functions(), MetricBall([0, 0, 0], "1/4", [1, "1.7", 1])
    ),
    "many, space": lambda: sgn.certify(many()),
    "many, box": lambda: sgn.certify(many(), Box([-1] * 1000, [1] * 1000)),
    "values, three actions": lambda: sgn.certify(
        random_game(2, (2, 3), seed=5, entropy=1), evidence=sgn.Enclosed(form="values")
    ),
    "values, three states": lambda: sgn.certify(
        random_game(3, (2, 2), seed=1, entropy="0.5"), evidence=sgn.Enclosed(form="values")
    ),
    "policies, kakade": lambda: sgn.certify(
        random_game(2, (2, 2), seed=2, entropy=1), geometry=sgn.EntropicDual("kakade")
    ),
    "policies, plain": lambda: sgn.certify(
        matching_pennies(2), matching_pennies().logit_box("0.1"), geometry=sgn.Euclidean()
    ),
    "bounds of three": lambda: sgn.certify_bounds(_bounds()),
    "refused, weights alone": lambda: sgn.certify(shear(), metric="scalar"),
    "refused, any metric": lambda: sgn.certify(refusing()),
    "refused, space": lambda: sgn.certify(
        QuadraticGame([[1.0, 3.0], [2.0, 1.0]], sizes=[1, 1], name="saddle")
    ),
    "refused, ball": lambda: sgn.certify(refusing(), MetricBall([0, 0], 1)),
    **{
        f"catalogue, {name}": functools.partial(
            lambda name: sgn.certify(games.catalogue.load(name)), name
        )
        for name in CATALOGUE
    },
}


def corpus() -> dict[str, Document]:
    """The valid files of the corpus."""
    return {f"corpus, {p.stem}": read(p) for p in sorted(CORPUS.glob("*.json"))}


def made(only: list[str] | None = None, keep: Path | None = None) -> dict[str, Document]:
    """Certificates made now, by the search as it is; those whose name begins so.

    keep: a folder in which they are stored, and from which a second run takes them.
    """
    names = [name for name in MADE if only is None or name.startswith(tuple(only))]
    if keep is None:
        return {name: MADE[name]().document for name in names}
    keep.mkdir(exist_ok=True)
    for name in names:
        if not (keep / f"{name}.json").exists():
            MADE[name]().save(keep / f"{name}.json")
    return {name: read(keep / f"{name}.json") for name in names}
