"""The true certificates of the corpus: small games through the whole search.

`python -m tests.corpus.bases` writes valid/ anew. That is needed only when the format changes; the
numbers in them then move with the search, and `python -m tests.corpus.make` must follow.
"""

import copy
from fractions import Fraction
from pathlib import Path

import numpy as np
import scipy.sparse

import games
import sgn
from certificates.certificate import Certificate
from certificates.documents import certificate_document
from certificates.kernel.certificate import read_claims
from certificates.kernel.document.reading import Document, digest
from certificates.kernel.theorems.euler import EulerSteps
from certificates.kernel.theorems.lifted import LiftedSteps
from certificates.kernel.verify import verify
from certificates.writing import write
from games import Box, MarkovGame, NormalFormGame, QuadraticGame, SymbolicGame
from games.catalogue.markov import coordination, random_game
from games.catalogue.markov import matching_pennies as pennies
from sgn.methods import with_methods
from tests.corpus.changes import times

VALID = Path(__file__).parent / "valid"


def mixed() -> SymbolicGame:
    """A multi-affine Jacobian, a parameter, an irrational constant."""
    return SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y", "z"]},
        {
            "a": "k*x**2 + x*y*z/4 + x",
            "b": "y**2 + 2*z**2 + y*z/2 - x*y/3 + pi*y",
        },
        {"k": 2},
        name="mixed",
        region=Box([-1, -1, -1], [1, 1, "1.5"]),
    )


def capped() -> SymbolicGame:
    """A player on a line within a capacity, one in a disc, one on a simplex: all are pressed."""
    game = SymbolicGame.from_costs(
        {"a": ["q", "r"], "b": ["x", "y"], "c": ["s", "t"]},
        {
            "a": "q**2 + r**2 - 8*q - 6*r + q*x/2",
            "b": "x**2 + y**2 - 4*x - 3*y + x*s/4",
            "c": "s**2 + 2*t**2 - s + r*t/8",
        },
        name="capped",
    )
    constraints = ["q + 2*r <= 4", "q >= 0", "r >= 0", "x**2 + y**2 <= 1", "s + t = 1"]
    game.region = games.constrained(game.players, [*constraints, "s >= 0", "t >= 0"])
    return game


def roomy() -> SymbolicGame:
    """The same costs on sets that leave room round the zero."""
    game = capped()
    constraints = ["q + 2*r <= 10", "x**2 + y**2 <= 9", "s - t <= 1"]
    sides = Box([0, 0, 0, 0, -1, -1], [5, 5, 4, 4, 1, 1])
    game.region = games.constrained(game.players, constraints, sides)
    return game


def unstable() -> SymbolicGame:
    """Stable at 0 and unstable where y < −1; no constant metric for the whole box."""
    return SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y"]},
        {"a": "x**2/2 + x**2*y/2", "b": "y**2 + x*y"},
        name="unstable",
        region=Box([-1, -2], [1, 2]),
    )


def circling() -> SymbolicGame:
    """Curved everywhere but in one corner, where the eigenvalues lie on the imaginary axis."""
    return SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y"]},
        {"a": "x*y + x**3/3", "b": "y**3/3 - x*y"},
        name="circling",
        region=Box([0, 0], [1, 1]),
    )


def opposed() -> SymbolicGame:
    """Stable at both ends of the third player's side, in no metric that they share."""
    return SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y"], "c": ["s"]},
        {
            "a": "x**2/20 + (1 - 9*s/10)*x*y",
            "b": "y**2/20 - (1/10 + 9*s/10)*x*y",
            "c": "s**2",
        },
        name="opposed",
        region=Box(["-0.01", "-0.01", 0], ["0.01", "0.01", 1]),
    )


def shear() -> SymbolicGame:
    """One player whose gradient shears: a matrix will do, no weight."""
    return SymbolicGame.from_field(
        {"p": ["x", "y"]},
        {"p": ["x + 10*y", "y"]},
        name="shear",
        region=Box([-1, -1], [1, 1]),
    )


def ring(players: int = 33) -> QuadraticGame:
    """So many players that vectors are binary and couplings sparse."""
    n = players
    shift = np.eye(n, k=1) + np.eye(n, k=1 - n)
    J = 2 * np.eye(n) + 0.5 * shift - 0.25 * shift.T
    return QuadraticGame(scipy.sparse.csr_array(J), sizes=[1] * n, name="ring")


def curved() -> SymbolicGame:
    """No polynomial, a logarithm and a pole near the region, whose ends are not all floats."""
    return SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y", "z"]},
        {
            "a": "k*exp(x) + x**2 + x*tanh(y)/2 + 1/(x + 3)",
            "b": "y**2 - log(y + 2)/2 + z**2 + y*sin(z)/4 + x*y/3",
        },
        {"k": "11/10"},
        name="curved",
        region=Box(["0", "-0.5", "0"], ["0.7", "1/3", "0.5"]),
    )


def bent() -> SymbolicGame:
    """Curvature that varies, so that RK4 goes further towards the equilibrium than for pairs."""
    return SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y"]},
        {"a": "x**2 - x**4/40 - 2*x + x*y/2", "b": "y**2 + y + x*y/3"},
        name="bent",
        region=Box([-1, -2], ["1.5", 1]),
    )


def valued() -> MarkovGame:
    """Three actions and two, whose values are bounded on a few leaves."""
    return random_game(2, (3, 2), seed=3, entropy=1)


def nearly_linear() -> SymbolicGame:
    """A rotation with little else, for RK4 near one matrix."""
    return SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y"]},
        {"a": "x**2/2 + 3*x*y + x**4/200", "b": "y**2/2 - 3*x*y + cos(y)/100"},
        name="nearly linear",
        region=Box(["-0.5", "-0.5"], ["0.5", "0.5"]),
    )


def turning() -> SymbolicGame:
    """A field that no costs have: the first player's own block is not symmetric."""
    return SymbolicGame.from_field(
        {"a": ["x", "y"], "b": ["z"]},
        {"a": ["x + y/2 + sin(z)/4", "y - x + cos(y)/4"], "b": ["z + z**3/6 - x/2"]},
        name="turning",
        region=Box(["-0.5", "-0.5", "-0.5"], ["0.5", "0.5", "0.5"]),
    )


def leaning() -> SymbolicGame:
    """The first player's costs are not convex: only one matrix for all variables will do."""
    return SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y"]},
        {"a": "x*y - x**2/10 + cos(x)/100", "b": "y**2/2 - x*y + x*sin(y)/50"},
        name="leaning",
        region=Box(["-0.5", "-0.5"], ["0.5", "0.5"]),
    )


def quartic() -> SymbolicGame:
    """Polynomials with an irrational coefficient, on a region far from 0."""
    return SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y", "z"]},
        {
            "a": "(x - 9)**4/6 + x**2/2 + (x - 9)**2*y*z/(3*pi) - x*y/5",
            "b": "y**2/2 + y**4/5 + z**2 + z**4/7 + (x - 9)*y**2*z/8 + y*z/2",
        },
        name="quartic",
        region=Box(["8.2", "-1", "-0.7"], ["9.7", "0.9", "1/3"]),
    )


def matrices() -> QuadraticGame:
    """Two players of two variables, for whom one matrix each will do and weights will not."""
    J = np.diag([3.0, 1.0, 1.0, 2.0])
    J[:2, 2:], J[2:, :2] = [[-3, -2], [-3, 3]], [[2, 3], [-1, 0]]
    return QuadraticGame(J, sizes=[2, 2], name="matrices")


def uneven() -> MarkovGame:
    """Two states, two players of whom the second gains more: divergences need unequal weights."""
    known = coordination()
    tensors = known.tensors
    game = MarkovGame(
        tensors.transition,
        [tensors.rewards[0], 3 * tensors.rewards[1]],
        tensors.discount,
        ["1.5", "2"],
        tensors.initial,
        name="uneven",
    )
    game.region = game.logit_box("0.05")
    return game


def shares() -> NormalFormGame:
    """Three players, one with three actions; equal weights would not do for every start."""
    rng = np.random.default_rng(19)
    payoffs = [rng.integers(-2, 3, (2, 3, 2)) * scale for scale in (0.25, 1.0, 0.5)]
    game = NormalFormGame(payoffs, ["1", "2", "1.5"], name="shares")
    game.region = game.logit_box("0.1")
    return game


def stage() -> MarkovGame:
    """One state that play never leaves: every field and every entropy of a state are the same."""
    match = 2 * np.eye(2) - 1
    game = MarkovGame(np.ones((1, 2, 2, 1)), [match[None], -match[None]], "0.5", 2, name="stage")
    game.region = game.logit_box("0.1")
    return game


def plain() -> NormalFormGame:
    """Plain gradients in logits, not natural ones."""
    match = 2 * np.eye(2) - 1
    game = NormalFormGame([match, -match], 2, field="euclidean", name="plain")
    game.region = game.logit_box("0.1")
    return game


SHARPENED = [  # which way each number is better; the blocks first, others rest on them
    *((f"block bounds: curvature_lower.{k}", 1) for k in (0, 1)),
    *((f"block bounds: curvature_upper.{k}", -1) for k in (0, 1)),
    *((f"block bounds: coupling_upper.{k}", -1) for k in ("0.1", "1.0")),
    ("Lipschitz: bound", -1),
    ("structural margin: margin", 1),
    ("margin: margin", 1),
    ("Euclidean margin: margin", 1),
    ("cocoercivity: constant", 1),
    *((f"Euler steps: {key}", -1) for key in ("factor_at_best", "factor_at_max")),
    ("Euler steps: step_max", 1),
]


def sharpened(document: Document) -> Document:
    """Every number as good as the evidence proves it, within one part in 10⁸."""
    for path, sign in SHARPENED:
        proved, refused = Fraction(0), Fraction(1, 2)
        while refused - proved > Fraction(1, 10**8):
            middle = (proved + refused) / 2
            if verify(_moved(document, path, 1 + sign * middle)):
                proved = middle
            else:
                refused = middle
        document = _moved(document, path, 1 + sign * proved)
    return document


def by_sector(result: sgn.Certificate | sgn.Refusal) -> Document:
    """The certificate without Euler steps, which then follow from α, β and c."""
    return certificate_document(read_claims(result.document).without(EulerSteps))


def heun_alone(result: sgn.Certificate | sgn.Refusal) -> Document:
    """The certificate with Heun's steps, without those of RK4."""
    document = copy.deepcopy(result.document)
    claims = document["claims"]
    document["claims"] = [c for c in claims if c.get("numbers", {}).get("scheme") != "rk4"]
    document["digest"] = digest(document)
    return document


def turned() -> SymbolicGame:
    """Cubic costs that turn: what optimistic gradient is for; its equilibrium is 0."""
    return SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y"]},
        {"a": "x**2/2 + 2*x*y + x**3/12", "b": "y**2/2 - 2*x*y"},
        name="turned",
        region=Box([-1, -1], [1, 1]),
    )


def lifted(method: str) -> Document:
    """The turned game with one method of a lifted state (T28)."""
    result = sgn.certify(turned()).require()
    return with_methods(
        Certificate(certificate_document(result.claims.without(LiftedSteps))), [method]
    ).document


def _moved(document: Document, path: str, factor: Fraction) -> Document:
    """One number times a factor (near it, of 12 digits), with a new digest."""
    moved = copy.deepcopy(document)
    times(path, factor, digits=12)(moved)
    moved["digest"] = digest(moved)
    return moved


def documents() -> dict[str, Document]:
    """File name to what is written."""
    found = {name: result.document for name, result in certificates().items()}
    found["by-sector.json"] = by_sector(sgn.certify(games.catalogue.load("sgn-toy")))
    found["by-sector-bounds.json"] = by_sector(sgn.certify_bounds(given()))
    found["heun.json"] = heun_alone(sgn.certify(games.catalogue.load("sgn-toy")))
    found["lifted.json"] = lifted("optimistic_equilibrium")
    found["lifted-reflected.json"] = lifted("forward_reflected")
    found["lifted-momentum.json"] = lifted("negative_momentum")
    found["enclosed.json"] = sharpened(sgn.certify(curved()).document)
    found["quartic.json"] = sharpened(sgn.certify(quartic()).document)
    return found


def given() -> sgn.Bounds:
    """The toy's bounds, but for one player's curvature from above."""
    return sgn.Bounds.given([1, 1], [[0.0, 10.0], [0.05, 0.0]], curvature_upper=[1, 2])


def certificates() -> dict[str, sgn.Certificate | sgn.Refusal]:
    """File name to what stands in it."""
    blocks = [[2.0, 0.5, 0.3], [0.5, 3.0, -0.2], [-0.3, 0.1, 1.0]]
    field = [[2.0, 0.5, 0.3], [0.25, 3.0, -0.2], [-0.3, 0.1, 1.0]]
    one_way = sgn.Bounds.given([1, 1], [[0.0, 0.0], [0.5, 0.0]], curvature_upper=[1, 1])
    four = sgn.Bounds.given(
        [1, 1, 1, 2],  # a ring of three, and a fourth on whom the first acts
        [[0.0, 2.0, 0.0, 0.0], [0.0, 0.0, 0.5, 0.0], [0.5, 0.0, 0.0, 0.0], [3.0, 0.0, 0.0, 0.0]],
        curvature_upper=[1, 2, 1, 2],
    )
    flat = Box([-1, 0, 0], [1, 0, 1])
    drift = QuadraticGame(blocks, sizes=[2, 1], linear=[1.0, -1.0, 0.25], name="drift")
    away = QuadraticGame([[2.0, 0.5], [0.25, 2.0]], sizes=[1, 1], linear=[-2.0, 1.0], name="away")
    return {
        "toy.json": sgn.certify(games.catalogue.load("sgn-toy")),
        "mixed.json": sgn.certify(mixed()),
        "flat-region.json": sgn.certify(mixed(), flat),
        "blocks.json": sgn.certify(QuadraticGame(blocks, sizes=[2, 1], name="blocks")),
        "field.json": sgn.certify(QuadraticGame(field, sizes=[2, 1], name="field", field=True)),
        "zero-sum.json": sgn.certify(QuadraticGame([[1.0, 3.0], [-3.0, 1.0]], sizes=[1, 1])),
        "one-way.json": sgn.certify(QuadraticGame([[1.0, 4.0], [0.0, 1.0]], sizes=[1, 1])),
        "one-player.json": sgn.certify(QuadraticGame([[2.0, 1.0], [1.0, 3.0]], sizes=[2])),
        "ring.json": sgn.certify(ring()),
        "ring.json.gz": sgn.certify(ring()),
        "bounds.json": sgn.certify_bounds(given()),
        "bounds-one-way.json": sgn.certify_bounds(one_way),
        "four-bounds.json": sgn.certify_bounds(four),
        "settled.json": sgn.certify(drift, Box([-1, -1, -1], [1, 1, 2])),
        "settled-field.json": sgn.certify(
            QuadraticGame(field, sizes=[2, 1], name="settled field", field=True)
        ),
        "promised-bounds.json": sgn.certify_bounds(given()),
        "cornered.json": sgn.certify(away, Box([0, 0], ["0.5", 1])),
        "capped.json": sgn.certify(capped()),
        "roomy.json": sgn.certify(roomy()),
        "bent.json": sgn.certify(bent()),
        "near-linear.json": sgn.certify(nearly_linear()),
        "markov.json": sgn.certify(games.catalogue.load("markov-coordination")),
        "pennies-kakade.json": sgn.certify(
            pennies(), pennies().logit_box("0.125"), geometry=sgn.EntropicDual("kakade")
        ),
        "pennies-plain.json": sgn.certify(
            pennies(), pennies().logit_box("0.125"), geometry=sgn.Euclidean()
        ),
        "uneven.json": sgn.certify(uneven()),
        "shares.json": sgn.certify(shares()),
        "stage.json": sgn.certify(stage()),
        "plain.json": sgn.certify(plain()),
        "valued.json": sgn.certify(valued(), evidence=sgn.Enclosed(form="values")),
        "turning.json": sgn.certify(turning()),
        "dense.json": sgn.certify(
            QuadraticGame(
                [[1.0, 2.0, 0.0], [-2.0, 1.0, 3.0], [0.0, 0.5, 1.0]], sizes=[1] * 3, name="dense"
            )
        ),
        "leaning.json": sgn.certify(leaning()),
        "matrices.json": sgn.certify(matrices()),
        "refuted.json": sgn.certify(unstable()),
        "refuted-circling.json": sgn.certify(
            QuadraticGame([[0.0, 1.0], [-1.0, 0.0]], sizes=[1, 1], name="circling")
        ),
        "refuted-corner.json": sgn.certify(circling()),
        "refuted-dual.json": sgn.certify(opposed()),
        "refuted-weights.json": sgn.certify(shear(), metric="scalar"),
        "refuted-space.json": sgn.certify(
            QuadraticGame([[1.0, 3.0], [2.0, 1.0]], sizes=[1, 1], name="saddle")
        ),
    }


if __name__ == "__main__":
    VALID.mkdir(exist_ok=True)
    for name, document in documents().items():
        write(document, VALID / name)
