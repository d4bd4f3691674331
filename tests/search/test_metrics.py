"""Metrics beyond weights: proved in M, and refused where M is not what the proof needs (T5, T7)."""

import copy

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import games
import sgn
from certificates.kernel.document.metric import Metric
from certificates.kernel.document.reading import Document, encode_array
from certificates.kernel.verify import verify
from sgn.bounds import Margin
from tests.helpers.documents import signed
from tests.helpers.scale import examples

J = np.array([[1.0, 0.2, 4.0], [0.2, 2.0, 0.0], [0.0, 1.0, 1.5]])


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=examples(40), deadline=None)
def test_a_dense_margin_is_that_of_the_form(seed: int) -> None:
    """T5: ⟨Jx, x⟩_M ≥ α‖x‖²_M for any x."""
    rng = np.random.default_rng(seed)
    A, B, x = rng.normal(size=(3, 3)), rng.normal(size=(3, 3)), rng.normal(size=3)
    M = A @ A.T + 0.1 * np.eye(3)
    parts = (slice(0, 1), slice(1, 3))
    alpha = float(Margin(Metric.dense((M + M.T) / 2), parts).values(B[None])[0])
    # 1e-9: condition below 1e4 mostly, entries of order 1
    assert x @ M @ B @ x >= alpha * (x @ M @ x) - 1e-9 * np.linalg.cond(M)


def test_projection_in_a_dense_metric_solves_another_problem() -> None:
    """T7: F = x − (2, ½) on [0,1]² goes to (1, 1) under M, to (1, ½) with equal weights."""
    M, target = np.array([[1, 0.8], [0.8, 1]]), np.array([2, 0.5])
    corner, nash = np.array([1.0, 1.0]), np.array([1.0, 0.5])
    assert (-(M @ (corner - target)) >= 0).all()  # both bounds are active: VI(MF, X) holds
    assert (M @ (nash - target))[1] != 0  # inside the side, so no solution


def certificate() -> Document:
    return sgn.certify(games.QuadraticGame(J, sizes=[2, 1]), metric="dense").require().document


def changed(document: Document, M: np.ndarray) -> Document:
    lie = copy.deepcopy(document)
    lie["metric"] = {"kind": "dense", "matrix": encode_array(M)}
    return signed(lie)


def test_a_true_dense_certificate_holds() -> None:
    assert certificate()["metric"]["kind"] == "dense"
    assert verify(certificate())


@pytest.mark.parametrize("M", [-np.eye(3), np.diag([1.0, 1, -1]), np.zeros((3, 3)), np.eye(2)])
def test_a_metric_that_is_none_is_refused(M: np.ndarray) -> None:
    found = verify(changed(certificate(), M))
    assert "M ≻ 0, of the players' sizes" in {name for o in found.obligations for name in o.failing}
