"""Refutations under attack: a metric that their witness does not exclude breaks them."""

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sgn
from certificates.certificate import Refusal, from_document
from certificates.kernel.document.reading import Document, digest, read
from games import QuadraticGame
from sgn.attacks.attack import attack
from sgn.attacks.claims.refusals import best_metric
from tests.corpus.changes import Change, put
from tests.corpus.make import HERE

SHEAR = (
    Path(__file__).parents[1] / "data" / "issued" / "shear.json"
)  # x' = -(x + 10y, y), as a field
EVERY_METRIC = "the Jacobians at 3 points show it: no constant metric certifies this region"


def refused(name: str) -> Document:
    return read(HERE / "valid" / f"{name}.json")


def broken(document: Document, *changes: Change) -> set[str]:
    result = copy.deepcopy(document)
    for change in changes:
        change(result)
    result["digest"] = digest(result)
    refusal = from_document(result)
    assert isinstance(refusal, Refusal)
    return {finding.claim for finding in attack(refusal, seconds=0).broken}


@pytest.mark.parametrize("name", ["refuted", "refuted-space"])
def test_a_true_refutation_stands(name: str) -> None:
    assert broken(refused(name)) == set()


def test_what_is_shown_of_weights_is_not_shown_of_every_metric() -> None:
    """The game is certified in a metric of one matrix."""
    by_weights = read(SHEAR)
    assert by_weights["claims"][0]["theorem"] == "refutation/T6 (dual, weights)"
    assert broken(by_weights) == set()
    every = put("claims.0.theorem", "refutation/T6 (dual)")
    assert broken(by_weights, every) == {"no constant metric"}


def test_a_witness_of_another_game_is_broken() -> None:
    stable = QuadraticGame([[1.0, 3.0], [-2.0, 1.0]], sizes=[1, 1], name="no saddle")
    saddle = sgn.certify(QuadraticGame([[1.0, 3.0], [2.0, 1.0]], sizes=[1, 1])).document
    claimed: Any = sgn.certify(stable).document["game"]
    assert broken(saddle, put("game", claimed)) == {"no constant metric"}


def test_a_witness_outside_the_region_is_broken() -> None:
    away = put("witness: point", ["0", "-3"])
    assert "the witness's points" in broken(refused("refuted"), away)


def test_a_region_without_interior_may_have_a_margin() -> None:
    """Play keeps to the side that is not degenerate, where the margin is 1."""
    flat = put("region.lower.0", "1")
    assert broken(refused("refuted"), flat) == {"no constant metric"}


def test_metrics_are_found_where_there_are_any() -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        turn = rng.standard_normal((3, 3)) + 3 * np.eye(3)
        root = np.linalg.cholesky(turn @ turn.T)
        J = (
            np.linalg.inv(root.T)
            @ (np.eye(3) + np.triu(rng.standard_normal((4, 3, 3)), 1))
            @ root.T
        )
        skew = (J - np.swapaxes(J, 1, 2)) / 2
        margin, M = best_metric(np.eye(3) / 4 + skew, None)
        assert margin > 0
        assert np.array_equal(M, M.T)
    assert best_metric(np.array([[[1.0, 3.0], [2.0, 1.0]]]), None)[0] <= 0
