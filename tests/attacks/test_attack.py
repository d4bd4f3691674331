"""Attacks break what is false, with a counterexample, and nothing that is proved."""

import copy
import math
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import games
import sgn
from certificates.certificate import Certificate, Refusal, from_document
from certificates.kernel.claims import Steps
from certificates.kernel.document.reading import Document, digest
from certificates.kernel.theorems.bands import BandByBounds
from certificates.kernel.theorems.extragradient import Extragradient, Optimistic
from certificates.kernel.theorems.start_sets import StartSet
from certificates.writing import write
from games import Box, CallableGame, QuadraticGame, SymbolicGame
from games.errors import InputError
from sgn.attacks.attack import attack
from sgn.attacks.subject.precise import column, entries, gradient, jacobian, precisely
from sgn.cli import main
from tests.corpus.changes import Change, both, get, put, times
from tests.helpers.hunting import Derive, broken, changed, derived, misderived
from tests.helpers.import_graph import inside, read_packages
from tests.helpers.planted import planted
from tests.helpers.rk4_counterexample import counterexample
from tests.helpers.scale import SCALE
from tests.search.test_planted import FEW, MANY

SECONDS = min(10.0, 0.1 * SCALE)  # of each attack; 10 under stress
MORE, LESS = Fraction(101, 100), Fraction(99, 100)
QUICK = [
    "sgn-toy", "rosen", "harker", "fk-a5", "river-basin", "electricity-market", "fk-a17",
    "duopoly", "hotelling",
]  # fmt: skip
OTHERS = [
    pytest.param(name, marks=pytest.mark.stress)
    for name in games.catalogue.names()
    if name not in QUICK and games.catalogue.entry(name).expected.verdict == "proved"
]
SADDLE = QuadraticGame([[1.0, 3.0], [2.0, 1.0]], sizes=[1, 1], name="saddle")  # refused


def curved() -> SymbolicGame:
    """A Jacobian that varies, with every kind of claim."""
    return SymbolicGame.from_costs(
        {"a": ["x", "u"], "b": ["y"]},
        {
            "a": "x**2 + u**2 + x*u/4 + x**2*y/8 + x*y - x/3",
            "b": "y**2 - x*y/2 + u*y/4 + x*y**2/8 + y/7",
        },
        region=Box([-1, -1, -1], [1, 1, "1.1"]),
    )


@pytest.fixture(scope="module")
def certificates() -> dict[str, Certificate]:
    given = sgn.Bounds.given([1, 2], [[0.0, 1.0], [0.5, 0.0]], curvature_upper=[2, 3])
    return {
        "curved": sgn.certify(curved(), metric="scalar").require(),
        "harker": sgn.certify(games.catalogue.load("harker")).require(),
        "given": sgn.certify_bounds(given).require(),
    }


def tampered(certificate: Certificate, change: Change) -> Certificate:
    """The same with one change, and a digest that fits."""
    document = copy.deepcopy(certificate.document)
    change(document)
    document["digest"] = digest(document)
    result = from_document(document)
    assert isinstance(result, Certificate)
    return result


@pytest.mark.parametrize("name", [*QUICK, *OTHERS])
def test_no_claim_of_the_catalogue_is_broken(name: str) -> None:
    certificate = sgn.certify(games.catalogue.load(name)).require()
    result = attack(certificate, seconds=SECONDS)
    assert result.broken == ()
    assert {f.status for f in result.findings} == {"holds"}
    if certificate.claims.evidence["kind"] == "exact":
        assert result.tightness["Lipschitz"] > 1 - 1e-6  # what rounding to 10 digits leaves
    else:
        assert result.tightness["Lipschitz"] > 0.98  # enclosures are asked for 1 %
    assert all(reach.seen >= float(reach.certified) * (1 - 1e-12) for reach in result.reaches)


# a cancellation, an oscillation, a margin that a dense metric alone shows; all of them under stress
SOME = (3, 5, 38)
SEEDS = [
    pytest.param(seed, marks=() if seed in SOME else pytest.mark.stress) for seed in (*FEW, *MANY)
]


@pytest.mark.parametrize("seed", SEEDS)
def test_no_claim_of_a_planted_game_is_broken(seed: int) -> None:
    subject = planted(seed)
    try:
        result = sgn.certify(subject.game, subject.region)
    except InputError:  # a cost that is undefined for certain
        result = None
    proved = isinstance(result, Certificate) and result.verdict == "proved"
    assert proved or not subject.provable
    if isinstance(result, Certificate) and proved:
        assert attack(result, seconds=SECONDS).broken == ()


def tighter(kind: type[Steps], factor: Fraction) -> Derive:
    """A method's steps as they follow, the factor at the best step times another one."""
    return misderived(kind, lambda it: replace(it, factor_at_best=it.factor_at_best * factor))


def wider(method: str, factor: Fraction | int) -> Derive:
    """A start set so many times as large."""
    return misderived(
        StartSet,
        lambda it: (
            replace(it, radius=it.radius * factor)
            if it.method == method and it.radius is not None
            else it
        ),
    )


def band_to(low: Fraction, high: Fraction) -> Derive:
    """The ends of the band that follows, times factors."""
    return misderived(
        BandByBounds,
        lambda it: replace(it, low=it.low * low, high=None if it.high is None else it.high * high),
    )


NINE_TENTHS, HALF = Fraction(9, 10), Fraction(1, 2)
BEST, LARGEST = "factor_at_best", "step_max"
SABOTAGE: list[tuple[str, str, Change]] = [
    ("harker", "margin", times("margin: margin", MORE)),
    ("harker", "structural margin", times("structural margin: margin", MORE)),
    ("harker", "Euclidean margin", times("Euclidean margin: margin", MORE)),
    ("harker", "Lipschitz", times("Lipschitz: bound", LESS)),
    ("harker", "cocoercivity", times("cocoercivity: constant", MORE)),
    ("harker", "curvature from below", times("block bounds: curvature_lower.0", MORE)),
    ("harker", "curvature from above", times("block bounds: curvature_upper.1", LESS)),
    ("harker", "coupling", times("block bounds: coupling_upper.0.1", LESS)),
    ("harker", "coupling", put("block bounds: coupling_upper.1.0", "0")),
    ("harker", "Euler, best step", times(f"Euler steps: {BEST}", LESS)),
    ("harker", "Euler, largest step", times(f"Euler steps: {LARGEST}", 2)),
    ("harker", "RK4, best step", times(f"Runge-Kutta steps: {BEST}", LESS)),
    ("harker", "RK4, norm", times("Runge-Kutta steps: norm", LESS)),
    ("curved", "margin", times("margin: margin", MORE)),
    ("curved", "flow, pairs", times("margin: margin", Fraction(3, 2))),
    ("curved", "Euclidean margin", times("Euclidean margin: margin", MORE)),
    ("curved", "Lipschitz", times("Lipschitz: bound", LESS)),
    ("curved", "cocoercivity", times("cocoercivity: constant", MORE)),
    ("curved", "curvature from below", times("block bounds: curvature_lower.0", MORE)),
    ("curved", "coupling", times("block bounds: coupling_upper.1.0", LESS)),
    ("curved", "Euler, best step", times(f"Euler steps: {BEST}", NINE_TENTHS)),
    ("curved", "Euler, pairs", times(f"Euler steps: {BEST}", Fraction(4, 5))),
    ("curved", "Euler, largest step", times(f"Euler steps: {LARGEST}", 2)),
    ("curved", "RK4, best step", times(f"Runge-Kutta steps: {BEST}", HALF)),
    ("curved", "RK4, pairs", times(f"Runge-Kutta steps: {BEST}", HALF)),
    ("curved", "equilibrium", put("equilibrium: error", "0")),
    ("given", "margin", times("margin: margin", MORE)),
    ("given", "structural margin", times("structural margin: margin", MORE)),
    ("given", "Lipschitz", times("Lipschitz: bound", Fraction(3, 4))),
    ("given", "Euler, largest step", times(f"Euler steps: {LARGEST}", 2)),
]
MISDERIVED: list[tuple[str, str, Derive]] = [
    ("harker", "band end", band_to(LESS, Fraction(1))),
    ("harker", "band end", band_to(Fraction(1), MORE)),
    ("curved", "extragradient, best step", tighter(Extragradient, LESS / 2)),
    ("curved", "optimistic, best step", tighter(Optimistic, LESS / 2)),
    ("curved", "start set of optimistic", wider("optimistic", 2)),
    ("curved", "start set of flow", wider("flow", Fraction(21, 20))),
    ("curved", "start set of euler", wider("euler", Fraction(21, 20))),
    ("curved", "start set of rk4", wider("rk4", 8)),
    ("curved", "start set of extragradient", wider("extragradient", 2)),
]


KIND = {  # of a claim, by the first words of its name
    "flow": "margin", "curvature": "blocks", "coupling": "blocks", "band": "bands",
    "start": "start sets", "extragradient": "extragradient, unprojected",
    "optimistic": "optimistic, unprojected", "RK4, norm": "RK4, norm",
}  # fmt: skip


def kind_of(claim: str) -> str:
    name = claim.partition(",")[0]
    return KIND.get(claim) or KIND.get(name.split()[0], name)


@pytest.mark.parametrize(("base", "claim", "change"), SABOTAGE)
def test_sabotage_is_broken(
    certificates: dict[str, Certificate], base: str, claim: str, change: Change
) -> None:
    assert claim in broken(changed(certificates[base].document, change), kind_of(claim))


@pytest.mark.parametrize(("base", "claim", "derive"), MISDERIVED)
def test_what_follows_wrongly_is_broken(
    certificates: dict[str, Certificate], base: str, claim: str, derive: Derive
) -> None:
    assert claim in broken(certificates[base].document, kind_of(claim), derive=derive)


@pytest.mark.parametrize(("base", "claim", "change"), SABOTAGE[::13])
def test_sabotage_is_told(
    certificates: dict[str, Certificate], base: str, claim: str, change: Change
) -> None:
    is_told(tampered(certificates[base], change), claim)


@pytest.mark.parametrize(("base", "claim", "derive"), MISDERIVED[::4])
def test_what_follows_wrongly_is_told(
    certificates: dict[str, Certificate], base: str, claim: str, derive: Derive
) -> None:
    is_told(derived(certificates[base].document, derive), claim)


def is_told(certificate: Certificate, claim: str) -> None:
    result = attack(certificate, seconds=0)
    found = {f.claim: f for f in result.broken}
    assert found[claim].tightness > 1
    assert found[claim].status == "BROKEN"
    text = str(result)
    assert text.startswith("BROKEN: ")
    assert f"counterexample: {claim}" in text


@pytest.mark.parametrize("base", ["curved", "harker", "given"])
def test_what_is_proved_stands(certificates: dict[str, Certificate], base: str) -> None:
    result = attack(certificates[base], seconds=0.3)
    assert result.broken == ()
    assert str(result).startswith("NOT BROKEN: ")
    assert "counterexample" not in str(result)


def test_a_claim_that_is_exactly_attained_is_not_broken() -> None:
    """Margin 1, norm 3 and their kin stand as numbers: rounding must not decide."""
    game = QuadraticGame([[2.0, 1.0], [1.0, 2.0]], sizes=[1, 1])
    exact = both(
        put("margin: margin", "1"), put("structural margin: margin", "1"),
        put("Euclidean margin: margin", "1"), put("Lipschitz: bound", "3"),
        put("cocoercivity: constant", "1/3"),
    )  # fmt: skip
    certificate = tampered(sgn.certify(game).require(), exact)
    assert attack(certificate, seconds=0).broken == ()
    beyond = put(
        "margin: margin", "1.00000000000000000001"
    )  # far below what a float can tell from 1
    found = {f.claim for f in attack(tampered(certificate, beyond), seconds=0).broken}
    assert found == {"margin", "margin, structural"}


@pytest.mark.parametrize("metric", ["block", "dense"])
def test_metrics_of_matrices_are_attacked(metric: str) -> None:
    game = QuadraticGame([[2.0, 0.5, 3.0], [0.5, 1.0, 1.0], [0.2, -0.5, 1.0]], sizes=[2, 1])
    certificate = sgn.certify(game, metric=metric).require()
    assert certificate.claims.metric.kind == metric
    result = attack(certificate, seconds=0)
    assert result.broken == ()
    assert result.tightness["margin"] > 1 - 1e-6  # what rounding to 10 digits leaves
    forged = tampered(certificate, times("margin: margin", MORE))
    assert "margin" in {f.claim for f in attack(forged, seconds=0).broken}


def test_the_published_runge_kutta_rule_is_broken() -> None:
    """A certificate that claimed h = 2.5/β for the turning game would be broken at once."""
    certificate = sgn.certify(counterexample("0.05")).require()
    rule = math.floor(certificate.published_rules["rk4"])
    forged = put("Runge-Kutta steps: step_max", str(rule))

    def last_step(document: Document) -> None:
        get(document, "Runge-Kutta steps: cover.steps")[-1] = str(rule)

    result = attack(tampered(certificate, both(forged, last_step)), seconds=1)
    assert "RK4, largest step" in {f.claim for f in result.broken}


def test_numbers_beyond_all_floats_are_attacked(certificates: dict[str, Certificate]) -> None:
    beyond = put("structural margin: margin", "-1e400")
    assert attack(tampered(certificates["harker"], beyond), seconds=0).broken == ()
    found = attack(tampered(certificates["harker"], put("margin: margin", "1e400")), seconds=0)
    assert "margin" in {finding.claim for finding in found.broken}


def test_every_seed_gives_its_own_attack(certificates: dict[str, Certificate]) -> None:
    first, again, other = (
        attack(certificates["curved"], seconds=0, seed=seed).tightness for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


EVERYTHING = (
    "exp(x/4) + log(x + 3) + sqrt(x + 3) + sin(x*y) + cos(x)/2 + tan(x/2) + tanh(x*y) + sinh(x)"
    " + cosh(x) + atan(x) + logistic(x*y) + log1p(x/2 + 1) + softplus(x) + logsumexp(x, y, 0)"
    " + x**3 + (x + 3)**-2 + (x + 3)**1.5 + (x + 3)**y + pi*x/(y + 4) - (-x)"
)


@pytest.mark.parametrize(
    "game",
    [
        SymbolicGame.from_costs({"a": ["x"], "b": ["y"]}, {"a": EVERYTHING, "b": EVERYTHING}),
        QuadraticGame([[1.0, 2.0], [3.0, 4.0]], sizes=[1, 1], linear=[0.5, -0.25]),
        games.catalogue.load("bertrand-logit"),
    ],
)
def test_ball_arithmetic_agrees_with_floats(game: games.Game) -> None:
    points = np.random.default_rng(0).uniform(0.1, 1, (20, game.dimension))
    for x in points:
        with precisely():
            F, J = gradient(game, column(x)), jacobian(game, column(x))
            widths = [float(v.rad()) for v in entries(F)]
            found = [float(v.mid()) for v in entries(F)]
            table = [[float(J[i, j].mid()) for j in range(len(x))] for i in range(len(x))]
        assert max(widths) < 1e-60
        # a float evaluation of some 100 operations, no cancellation at these points
        assert np.allclose(found, game.pseudo_gradient(x), rtol=1e-11, atol=1e-12)
        assert np.allclose(table, game.jacobian(x), rtol=1e-11, atol=1e-12)


def test_what_cannot_be_attacked_is_told(certificates: dict[str, Certificate]) -> None:
    refusal = sgn.certify(SADDLE)
    bare = refusal.document | {"claims": [], "verdict": "undecided"}
    with pytest.raises(InputError, match="a refusal without a witness claims no bounds"):
        attack(Refusal(bare | {"digest": digest(bare)}))
    with pytest.raises(ValueError, match="seconds is -1; expected at least 0"):
        attack(certificates["harker"], seconds=-1)
    functions = CallableGame([lambda x: 2 * x[:1], lambda x: 3 * x[1:]], sizes=[1, 1])
    with pytest.raises(InputError, match="cannot be rebuilt from a document"):
        attack(tampered(certificates["harker"], put("game", functions.document())))
    changed = Certificate(certificates["harker"].document | {"verdict": "estimated"})
    with pytest.raises(InputError, match="was changed after it was made"):
        attack(changed)


def test_command(
    certificates: dict[str, Certificate], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad, refusal = (str(tmp_path / f"{name}.json") for name in ("good", "bad", "refusal"))
    certificates["harker"].save(good)
    write(tampered(certificates["harker"], times("margin: margin", MORE)).document, bad)
    sgn.certify(SADDLE).save(refusal)
    assert main(["attack", good, "--seconds", "0"]) == 0
    assert capsys.readouterr().out.startswith("NOT BROKEN: ")
    assert main(["attack", bad, "--seconds", "0"]) == 1
    assert "counterexample: margin is claimed to be at least 0.176" in capsys.readouterr().out
    assert main(["attack", refusal]) == 0
    assert capsys.readouterr().out.startswith("NOT BROKEN: ")
    for arguments in (
        [str(tmp_path / "nowhere.json")], [good, "--seconds", "nan"], [good, "--seed", "-1"],
    ):  # fmt: skip
        assert main(["attack", *arguments]) == 2
        out, err = capsys.readouterr()
        assert (out, err.count("\n")) == ("", 1)


# what play itself does, and a first guess of a solution, which interval Newton then encloses
SHARED = {"sgn.projection.Projection", "sgn.promises.constrained.solution_held"}


def test_attack_shares_nothing_with_search_and_checker() -> None:
    wrong = [
        f"{module} imports {found.target}"
        for module, imports in read_packages().items()
        if module == "sgn.attack" or inside(module, "sgn.attacks")
        for found in imports
        if found.target.startswith(("certificates.kernel.verify", "sgn."))
        and not found.target.startswith(("sgn.attacks", "sgn.simulation"))
        and found.target not in SHARED
    ]
    assert wrong == []


def test_what_is_no_certificate_is_named() -> None:
    path: Any = "certificate.json"
    with pytest.raises(ValueError, match="the certificate is str; expected a Certificate"):
        attack(path)
