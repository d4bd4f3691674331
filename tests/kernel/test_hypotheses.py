"""Hypotheses: docs/theory.md lists what the code tests, and each one is broken alone.

Of what a file can state, by a lie of the corpus; of what is computed from the rest of a file, by a
claim made by hand (below), since no file can lie about it.
"""

import importlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest

from certificates import promise_theorems
from certificates.kernel.certificate import MODULES, load_rules, read_claims
from certificates.kernel.claims import Claim, Claims, Margin, Solution
from certificates.kernel.document.metric import Metric
from certificates.kernel.theorems import refutation
from certificates.kernel.theorems.bands import BandByBounds
from certificates.kernel.theorems.euler import EulerByMargin, ProjectedEuler
from certificates.kernel.theorems.extragradient import Extragradient, Optimistic, TowardsSteps
from certificates.kernel.theorems.hypotheses import Theorem
from certificates.kernel.theorems.kl import DecayLevel
from certificates.kernel.theorems.rule import REGISTERED, Case
from certificates.kernel.theorems.start_sets import StartSet
from games.errors import InputError
from games.regions.region import Box
from games.regions.shapes import MetricBall
from sgn import bound_theorems
from tests.corpus.make import HERE, valid

C = TypeVar("C", bound=Claim)
for _module in MODULES:
    load_rules(_module)

REFUTATIONS: tuple[Theorem[Any], ...] = (
    refutation.EIGENVALUE,
    refutation.EXACT,
    refutation.DUAL,
    refutation.DUAL_WEIGHTS,
)
CHECKED: tuple[Theorem[Any], ...] = (*(rule.theorem for rule in REGISTERED.values()), *REFUTATIONS)
STATED: tuple[Theorem[Any], ...] = (
    *(r.theorem for c, r in REGISTERED.items() if c.theorem),
    *REFUTATIONS,
)
COMPUTED = [c for c in REGISTERED if not c.theorem]
THEOREMS: tuple[Theorem[Any], ...] = (
    *CHECKED,
    *promise_theorems.THEOREMS,
    *bound_theorems.THEOREMS,
)
ROOT = Path(__file__).parents[2]
THEORY = ROOT / "docs" / "theory.md"
LIST = re.compile(r"^\*Hypotheses \((.+?)\)\.\* (.+?)\.$(?=\n\n)", re.MULTILINE | re.DOTALL)
BROKEN = json.loads((HERE / "broken.json").read_text(encoding="utf-8"))


def in_the_theory() -> list[tuple[str, list[str]]]:
    """Each theorem's key with its list, as docs/theory.md has them."""
    found = LIST.findall(THEORY.read_text(encoding="utf-8"))
    return [(key, " ".join(names.split()).split(" · ")) for key, names in found]


def test_the_theory_states_the_hypotheses_that_are_tested() -> None:
    tested = {each.key: [one.name for one in each.hypotheses] for each in THEOREMS}
    assert dict(in_the_theory()) == tested


def test_every_theorem_is_stated_once() -> None:
    keys = [key for key, _ in in_the_theory()]
    assert len(set(keys)) == len(keys)
    assert len({theorem.key for theorem in THEOREMS}) == len(THEOREMS)
    assert THEORY.read_text(encoding="utf-8").count("*Hypotheses (") == len(keys)


def test_no_theorem_is_left_out() -> None:
    known = {theorem.key for theorem in THEOREMS}
    for folder in ("certificates", "games", "sgn"):
        for path in (ROOT / folder).rglob("*.py"):
            if "Theorem(" in path.read_text(encoding="utf-8") and path.stem != "hypotheses":
                name = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
                found = vars(importlib.import_module(name)).values()
                assert {value.key for value in found if isinstance(value, Theorem)} <= known, name


def test_no_module_of_theorems_is_left_out() -> None:
    """A module that registers rules and is not in the list would be found by no certificate."""
    folder = ROOT / "certificates" / "kernel" / "theorems"
    ruled = {p.stem for p in folder.glob("*.py") if "\nrule(" in p.read_text(encoding="utf-8")}
    assert ruled | {"refutation"} == set(MODULES)


def test_every_hypothesis_that_a_file_can_break_has_a_lie_that_breaks_nothing_else():
    """Where theorems share a hypothesis they may all miss it; no second one may be broken."""
    alone = {
        (theorem, name)
        for pairs in BROKEN.values()
        for theorem, name in pairs
        if len({other for _, other in pairs}) == 1
    }
    asked = {(theorem.key, h.name) for theorem in STATED for h in theorem.hypotheses}
    assert asked - alone == set()


def test_names_of_hypotheses_are_short_and_listed_once():
    for theorem in THEOREMS:
        names = [h.name for h in theorem.hypotheses]
        assert len(set(names)) == len(names), theorem.key
        assert all(len(name) <= 70 for name in names), theorem.key
        known = set[str]()
        for h in theorem.hypotheses:
            assert set(h.given) <= known, f"{theorem.key}: {h.name} presupposes what follows it"
            known.add(h.name)


# ---- what is computed ----------------------------------------------------------------------------

F = Fraction
ONE_WEIGHT_OTHER = Metric.scalar(np.array([F(1), F(7)], dtype=object))
MATRIX = Metric.dense(np.eye(3))


@cache
def true(name: str) -> Claims:
    """What a valid certificate of the corpus claims."""
    return read_claims(valid(name))


def computed(kind: type[C], name: str) -> C:
    """The first such claim that follows from it."""
    found = true(name).find(kind)
    assert found is not None
    return found


def steps(method: type[C]) -> C:
    """Of the game with a zero in a box of three variables."""
    return computed(method, "settled")


def elsewhere(name: str, **changes: Any) -> Claims:
    """The same claims of another region, game, metric or players."""
    return replace(true(name), **changes)


def stating(name: str, kind: type[Claim], **changes: Any) -> Claims:
    """The same certificate with another number in one of the claims that it states."""
    claims = true(name)
    return claims.with_claims(replace(claims.require(kind), **changes))


def ball(dimension: int) -> Box:
    return MetricBall([0] * dimension, "0.1", [1] * dimension).region


Broken = tuple[str, Claims, Claim]  # what does not hold, of which certificate, of which claim


def broken_euler() -> Iterator[Broken]:
    name = "by-sector-bounds"
    claims, euler = true(name), computed(EulerByMargin, name)
    yield "α > 0", stating(name, Margin, margin=F(0)), euler
    yield "the metric is that of α, β and c", claims, replace(euler, metric=ONE_WEIGHT_OTHER)
    exchanged = replace(
        euler,
        best_step=euler.step_max,
        step_max=euler.best_step,
        factor_at_best=euler.factor_at_max,
        factor_at_max=euler.factor_at_best,
    )
    yield "0 < best step ≤ largest step, factors in [0, 1)", claims, exchanged
    square = "q² ≥ 1 − h(2 − h/c)α at the {} step"
    lower = replace(euler, factor_at_best=euler.factor_at_best * F(99, 100))
    yield square.format("best"), claims, lower
    yield square.format("largest"), claims, replace(euler, factor_at_max=euler.factor_at_best)


def broken_projection() -> Iterator[Broken]:
    projected = computed(ProjectedEuler, "settled")
    yield "X is a product of the players' own sets", elsewhere("settled", region=ball(3)), projected
    in_matrix = ProjectedEuler(replace(projected.steps, metric=MATRIX))
    yield "M = M(w)", true("settled"), in_matrix


SLIGHTLY = 1 + F(1, 10**7)  # longer, and still not where nothing contracts


def broken_towards(method: type[TowardsSteps], longest: str, rho: str) -> Iterator[Broken]:
    claims, towards = true("settled"), steps(method)
    yield "α > 0", stating("settled", Margin, margin=F(0)), towards
    yield "the metric is that of α, β and c", claims, replace(towards, metric=ONE_WEIGHT_OTHER)
    yield "x* is a zero of F in X, or every point is projected", claims.without(Solution), towards
    yield (
        "X is a product of the players' own sets, or none is projected",
        elsewhere("settled", region=ball(3)),
        towards,
    )
    yield (
        "M = M(w), or none is projected",
        elsewhere("settled", metric=MATRIX),
        replace(towards, metric=MATRIX),
    )
    yield (
        "0 < best step ≤ largest step, the factor in [0, 1)",
        claims,
        replace(towards, best_step=towards.step_max * SLIGHTLY, factor_at_best=1 - F(1, 10**8)),
    )
    lower = replace(towards, factor_at_best=towards.factor_at_best * F(999, 1000))
    yield f"q² ≥ 1 − 2aρ/(2a + ρ) at the best step, ρ = {rho}", claims, lower
    yield longest, claims, replace(towards, step_max=towards.step_max * F(1_00001, 100_000))


def broken_start() -> Iterator[Broken]:
    claims, start = true("settled"), computed(StartSet, "settled")
    assert start.radius is not None
    yield "a zero of F in X is certified", claims.without(Solution), start
    projected = replace(steps(Extragradient), to_zero=False)
    small = StartSet(projected, F(1, 1000))
    yield "unprojected steps of the method are claimed", claims, small
    yield "every start only where X = R^n", claims, StartSet(None, None)
    wider = StartSet(None, start.radius * F(101, 100))
    yield "what the method visits from B(x*, r) lies in X", claims, wider


def broken_band() -> Iterator[Broken]:
    claims, band = true("toy"), computed(BandByBounds, "toy")
    assert band.high is not None
    yield "there are two players", elsewhere("toy", names=("a", "b", "c")), band
    yield "a ≥ 0", claims, replace(band, margin=F(-1, 1000))
    yield "0 ≤ low ≤ high, high > 0", claims, replace(band, low=band.high, high=band.low)
    above = replace(band, low=F(200), high=F(200), margin=F(9, 5))
    yield "μ_i, μ_j ≥ a", claims, above
    at = "4(μ_i − a)(μ_j − a)t ≥ (L_ij + L_ji t)² at the {} end"
    yield at.format("lower"), claims, replace(band, low=band.low * (1 - F(1, 10**6)))
    yield at.format("upper"), claims, replace(band, high=band.high * (1 + F(1, 10**6)))


def broken_level() -> Iterator[Broken]:
    claims, decay = true("uneven"), computed(DecayLevel, "uneven")
    field = "−G is the natural gradient, entropy not by occupancy"
    assert claims.game is not None
    yield field, elsewhere("uneven", game={**claims.game, "field": "kakade"}), decay
    yield "a zero of F in X is certified", claims.without(Solution), decay
    yield "X is a box of logits", elsewhere("uneven", region=ball(4)), decay
    yield "the level is above 0", claims, replace(decay, level=F(0))
    higher = replace(decay, level=decay.level * (1 + F(1, 10**4)))
    yield "c ≤ w_i m d(q* ‖ logistic b) at every face", claims, higher


def each_broken() -> Iterator[Broken]:
    yield from broken_euler()
    yield from broken_projection()
    yield from broken_towards(Extragradient, "hβ < 1 at the largest step", "1 − (hβ)²")
    yield from broken_towards(Optimistic, "2hβ < 1 at the largest step", "1 − 4(hβ)²")
    yield from broken_start()
    yield from broken_band()
    yield from broken_level()


def failing(claims: Claims, claim: Claim) -> set[str]:
    return set(REGISTERED[type(claim)].theorem.failing(Case(claims, None, claim)))


def test_every_hypothesis_of_what_is_computed_fails_alone_where_it_should() -> None:
    tested = set[tuple[type[Claim], str]]()
    for name, claims, claim in each_broken():
        assert failing(claims, claim) == {name}, (type(claim).__name__, name)
        tested.add((type(claim), name))
    asked = {(c, h.name) for c in COMPUTED for h in REGISTERED[c].theorem.hypotheses}
    assert tested == asked


@pytest.mark.parametrize("path", sorted((HERE / "valid").glob("[!r]*.json")), ids=lambda p: p.stem)
def test_what_is_computed_of_a_true_certificate_holds(path: Path) -> None:
    claims = true(path.stem)
    following = [claim for claim in claims.each(Claim) if type(claim) in COMPUTED]
    assert following
    assert {name for claim in following for name in failing(claims, claim)} == set()


@pytest.mark.parametrize("kind", COMPUTED, ids=lambda c: c.__name__)
def test_what_is_computed_cannot_be_stated(kind: type[Claim]) -> None:
    document = valid("settled")
    rule = REGISTERED[kind]
    module = kind.__module__.rpartition(".")[2]
    document["claims"].append({"theorem": f"{module}/{rule.theorem.label}"})
    with pytest.raises(InputError, match="no theorem is called"):
        read_claims(document)
