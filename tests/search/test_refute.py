"""Witnesses of T6, checked in rationals on matrices whose spectrum is known exactly."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sgn.refusals.constant_metrics import EigenWitness, NoWitness, dual_refutes, eigenvalue_witness
from tests.helpers.scale import examples

FloatArray = NDArray[np.float64]
seeds = st.integers(0, 2**32 - 1)
ROTATION = np.array([[0.0, 1.0], [-1.0, 0.0]])


def is_positive_definite(matrix: list[list[Fraction]]) -> bool:
    """Every pivot of Gaussian elimination is positive; exact."""
    rows = [list(row) for row in matrix]
    for k, pivot_row in enumerate(rows):
        if pivot_row[k] <= 0:
            return False
        for row in rows[k + 1 :]:
            ratio = row[k] / pivot_row[k]
            row[k:] = [a - ratio * b for a, b in zip(row[k:], pivot_row[k:], strict=True)]
    return True


def proves(J: FloatArray, witness: EigenWitness) -> bool:
    """T6's test in rationals."""
    n = len(J)
    H = [[Fraction(float(h)) for h in row] for row in witness.H]
    v = [Fraction(float(e)) for e in witness.v]
    s = Fraction(witness.shift)
    B = [[Fraction(float(J[i, j])) - (s if i == j else 0) for j in range(n)] for i in range(n)]
    HB = [
        [sum((H[i][k] * B[k][j] for k in range(n)), Fraction()) for j in range(n)] for i in range(n)
    ]
    twice = [[HB[i][j] + HB[j][i] for j in range(n)] for i in range(n)]
    form = sum(v[i] * H[i][j] * v[j] for i in range(n) for j in range(n))
    symmetric = all(H[i][j] == H[j][i] for i in range(n) for j in range(n))
    return symmetric and s <= 0 and form < 0 and is_positive_definite(twice)


def block_diagonal(*blocks: FloatArray | list[list[float]]) -> FloatArray:
    arrays = [np.asarray(block, dtype=float) for block in blocks]
    size = sum(len(block) for block in arrays)
    joined, at = np.zeros((size, size)), 0
    for block in arrays:
        joined[at : at + len(block), at : at + len(block)] = block
        at += len(block)
    return joined


def jordan(value: float, size: int) -> FloatArray:
    return value * np.eye(size) + np.diag(np.ones(size - 1), 1)


def disguised(J: FloatArray, rng: np.random.Generator) -> FloatArray:
    """P J P^{-1} for a unimodular integer P: the same spectrum, exactly."""
    n = len(J)
    lower = np.tril(rng.integers(-1, 2, (n, n)), -1) + np.eye(n)
    inverse = np.rint(np.linalg.inv(lower))
    assert np.array_equal(lower @ inverse, np.eye(n))  # small integers: no rounding
    return np.asarray(lower @ J @ inverse)


CASES = {
    "saddle": (np.diag([-1.0, 1.0]), -1.0),
    "jordan": (jordan(-1, 3), -1.0),
    "jordan pair": (block_diagonal(jordan(-1, 3), jordan(1, 3)), -1.0),
    "imaginary axis": (block_diagonal(ROTATION, [[-1.0]]), -1.0),
    "double imaginary axis": (
        block_diagonal(np.kron(np.eye(2), ROTATION) + np.eye(4, k=2), [[-1.0]]),
        -1.0,
    ),
    "zeros": (np.diag([-1.0, -1.0, 0.0, 0.0, 3.0]), -1.0),
    "spiral": (block_diagonal(ROTATION - 0.25 * np.eye(2), [[2.0]]), -0.25),
    "near the axis": (np.diag([-1e-6, 1.0]), -1e-6),
    "one number": (np.array([[-3.0]]), -3.0),
    "all negative": (jordan(-0.5, 2), -0.5),
}


@pytest.mark.parametrize("name", CASES)
def test_known_spectra_are_witnessed(name: str):
    J, least = CASES[name]
    for seed in range(examples(5)):
        same = disguised(J, np.random.default_rng(seed)) if seed else J
        witness = eigenvalue_witness(same)
        assert proves(same, witness)
        assert least < witness.shift


@pytest.mark.parametrize(
    "J",
    [np.eye(3), np.zeros((2, 2)), ROTATION, jordan(1, 4), block_diagonal(ROTATION, [[2.0]])],
    ids=["identity", "zero", "rotation", "jordan", "rotation and more"],
)
def test_no_negative_real_part_no_witness(J: FloatArray):
    with pytest.raises(NoWitness):
        eigenvalue_witness(J)


@given(seeds)
@settings(max_examples=examples(100))
def test_random_matrices_are_witnessed_exactly_when_unstable(seed: int):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 8))
    J = rng.normal(size=(n, n)) * 10 ** rng.uniform(-1, 1, (n, n)) + rng.uniform(0, 3) * np.eye(n)
    least = np.linalg.eigvals(J).real.min()
    if least >= 0:
        with pytest.raises(NoWitness):
            eigenvalue_witness(J)
    elif least < -1e-6:  # nearer to the axis the test may say that it cannot tell
        assert proves(J, eigenvalue_witness(J))


@given(seeds)
@settings(max_examples=examples(40))
def test_T6_a_witness_leaves_no_metric_a_positive_margin(seed: int):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 6))
    J = rng.normal(size=(n, n)) - 0.5 * np.eye(n)
    if np.linalg.eigvals(J).real.min() > -1e-6:
        return
    eigenvalue_witness(J)
    for _ in range(20):
        R = rng.normal(size=(n, n)) * 10 ** rng.uniform(-1, 1, n)
        M = R @ R.T
        MJ = M @ J
        # rounding of M and of an eigenvalue of a matrix of this norm
        assert np.linalg.eigvalsh(MJ + MJ.T)[0] <= 1e-12 * np.linalg.norm(MJ)


@pytest.mark.parametrize("factor", [2.0**-40, 2.0**40])
def test_scaling_the_costs_changes_no_verdict(factor: float):
    for J, _ in CASES.values():
        assert proves(J * factor, eigenvalue_witness(J * factor))


def test_sixty_four_coordinates():
    rng = np.random.default_rng(2)
    J = rng.normal(size=(64, 64)) / 8 + 0.5 * np.eye(64)
    witness = eigenvalue_witness(J)
    B = witness.H @ (J - witness.shift * np.eye(64))
    assert np.linalg.eigvalsh(B + B.T)[0] > 1e-10  # the promise, far above rounding at n = 64
    assert witness.v @ witness.H @ witness.v < 0


@pytest.mark.parametrize("J", [np.ones((2, 3)), np.ones(3), np.array([[np.nan]])])
def test_a_matrix_that_is_none_is_refused(J: FloatArray):
    with pytest.raises(ValueError, match="expected a finite square matrix"):
        eigenvalue_witness(J)


EXAMPLE_J = np.array([[[0.1, 1], [-0.1, 0.1]], [[0.1, 0.1], [-1, 0.1]]])
EXAMPLE_Z = np.array([[[1, -1], [-1, 1]], [[1, 1], [1, 1]]])


def test_dual_refutes_the_example_of_the_theory_where_eigenvalues_do_not():
    assert dual_refutes(EXAMPLE_J, EXAMPLE_Z)
    for J in EXAMPLE_J:
        with pytest.raises(NoWitness):
            eigenvalue_witness(J)
    rng = np.random.default_rng(0)
    for R in rng.normal(size=(300, 2, 2)) * 10 ** rng.uniform(-1, 1, (300, 1, 2)):
        M = R @ R.T
        least = min(np.linalg.eigvalsh(M @ J + (M @ J).T)[0] for J in EXAMPLE_J)
        assert least <= 1e-12 * np.linalg.norm(M)  # rounding


def test_dual_on_the_boundary_and_beyond():
    assert dual_refutes([ROTATION], [np.eye(2)])  # no metric makes a rotation strictly monotone
    assert not dual_refutes([np.eye(2)], [np.eye(2)])
    assert not dual_refutes(EXAMPLE_J, np.zeros((2, 2, 2)))
    assert not dual_refutes(EXAMPLE_J, -EXAMPLE_Z)
    assert not dual_refutes(EXAMPLE_J[:1], EXAMPLE_Z[:1])
    assert not dual_refutes([np.eye(2)], [[[-1, 0], [0, -1]]])
    assert not dual_refutes([-np.eye(2)], [[[1, 1], [0, 1]]])  # not symmetric


def test_dual_names_shapes_that_differ():
    with pytest.raises(ValueError, match=r"shape \(2, 2, 2\) and weights \(1, 2, 2\)"):
        dual_refutes(EXAMPLE_J, EXAMPLE_Z[:1])
