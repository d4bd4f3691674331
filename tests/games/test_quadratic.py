"""QuadraticGame: F and J against plain matrix algebra, dense against sparse, and misuse."""

from typing import Any

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st

from games import Box, InputError, QuadraticGame, Structure
from tests.helpers.scale import examples


def _matrix(rng: np.random.Generator, sizes: list[int]) -> np.ndarray[Any, Any]:
    """A random Jacobian with about half of its entries zero and symmetric diagonal blocks."""
    n = sum(sizes)
    J = rng.standard_normal((n, n)) * (rng.random((n, n)) < 0.5)
    start = 0
    for size in sizes:
        own = slice(start, start + size)
        J[own, own] = np.triu(J[own, own]) + np.triu(J[own, own], 1).T
        start += size
    return J


SIZES = st.lists(st.integers(1, 4), min_size=1, max_size=5)
SEEDS = st.integers(0, 2**32 - 1)


@settings(max_examples=examples(60))
@given(SIZES, SEEDS)
def test_field_and_blocks_are_those_of_the_matrix(sizes: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    J, b = _matrix(rng, sizes), rng.standard_normal(sum(sizes))
    points = rng.standard_normal((3, sum(sizes)))
    expected = np.array([[row @ x + c for row, c in zip(J, b, strict=True)] for x in points])
    matrices: list[Any] = [J, scipy.sparse.csr_array(J), scipy.sparse.coo_matrix(J)]
    for matrix in matrices:
        game = QuadraticGame(matrix, sizes, linear=b)
        # At most 20 products per entry in another order: a few ulps of sums of size ≤ 100.
        np.testing.assert_allclose(game.pseudo_gradient(points), expected, atol=1e-12)
        np.testing.assert_array_equal(game.pseudo_gradient(points)[1].shape, (sum(sizes),))
        np.testing.assert_array_equal(game.jacobian(points), np.broadcast_to(J, (3, *J.shape)))
        np.testing.assert_array_equal(game.jacobian(points[0]), J)
        for i, rows in enumerate(game.slices):
            for j, columns in enumerate(game.slices):
                block = game.jacobian(points, (i, j))
                assert block.shape == (3, sizes[i], sizes[j])
                np.testing.assert_array_equal(block[2], J[rows, columns])
                assert game.block_variables(i, j) == ()


def test_what_the_game_says_of_itself() -> None:
    game = QuadraticGame(np.eye(3), [2, 1], names=["a", "b"], region=Box.cube(3, 1))
    assert game.structure is Structure.CONSTANT
    assert game.symmetric
    assert game.provable
    assert [p.variables for p in game.players] == [("x1_1", "x1_2"), ("x2",)]
    assert set(game.document()) == {"format", "kind", "name", "players", "jacobian"}
    assert "linear" in QuadraticGame(np.eye(2), [2], linear=[0, 1]).document()


def test_the_matrix_is_a_read_only_copy() -> None:
    J = np.eye(2)
    game = QuadraticGame(J, [1, 1])
    J[0, 0] = 5
    assert isinstance(game.matrix, np.ndarray)
    assert game.matrix[0, 0] == 1
    with pytest.raises(ValueError, match="read-only"):
        game.matrix[0, 0] = 2


def test_the_sparse_matrix_is_a_canonical_copy() -> None:
    given_matrix = scipy.sparse.coo_array(
        ([1.0, 2.0, 3.0, -3.0, 4.0], ([0, 0, 1, 1, 2], [1, 1, 2, 2, 2])), shape=(3, 3)
    )
    game = QuadraticGame(given_matrix, [1, 1, 1])
    parts = game.document()["jacobian"]
    assert parts["data"].tolist() == [3.0, 4.0]  # summed, and a sum of zero dropped
    assert parts["indices"].tolist() == [1, 2]
    assert parts["indptr"].tolist() == [0, 1, 1, 2]
    assert parts["shape"] == [3, 3]
    assert not parts["data"].flags.writeable


@pytest.mark.parametrize("sparse", [False, True])
def test_an_asymmetric_block_needs_field(sparse: bool) -> None:
    J: Any = np.array([[1.0, 0, 0], [0, 1, 2], [0, 3, 1]])
    if sparse:
        J = scipy.sparse.csr_array(J)
    with pytest.raises(ValueError, match=r"block \(1, 1\) of the jacobian \('player 2'\)"):
        QuadraticGame(J, [1, 2])
    game = QuadraticGame(J, [1, 2], field=True)
    assert not game.symmetric
    assert game.document()["field"] is True
    assert QuadraticGame(np.eye(3), [1, 2], field=True).symmetric


def test_a_large_sparse_jacobian_is_given_by_blocks_alone() -> None:
    n = 3000
    game = QuadraticGame(scipy.sparse.eye_array(n, format="csr"), [1] * n)
    with pytest.raises(ValueError, match=r"beyond 2000; ask for one block with block="):
        game.jacobian(np.zeros(n))
    assert game.jacobian(np.zeros(n), (7, 7)).tolist() == [[1.0]]
    np.testing.assert_array_equal(game.pseudo_gradient(np.ones(n)), np.ones(n))


E = np.eye(2)
MISUSE: dict[str, tuple[dict[str, Any], str]] = {
    "matrix shape": ({"J": np.eye(3)}, r"jacobian has shape \(3, 3\); expected \(2, 2\)"),
    "sparse shape": ({"J": scipy.sparse.eye_array(3)}, r"shape \(3, 3\); expected \(2, 2\)"),
    "not a matrix": ({"J": [1, 2]}, r"jacobian has shape \(2,\); expected \(2, 2\)"),
    "complex": ({"J": E * 1j}, "complex128; expected real numbers"),
    "sparse complex": ({"J": scipy.sparse.csr_array(E * 1j)}, "complex128; expected real"),
    "text": ({"J": [["1", "x"], ["3", "4"]]}, r"jacobian\[0, 1\] is no number"),
    "no float": ({"J": [["1", "1/3"], ["3", "4"]]}, "is 1/3, which is no binary64 number; games.l"),
    "masked": ({"J": np.ma.array(E, mask=E > 0)}, "jacobian is a masked array"),
    "boolean": ({"J": E > 0}, "bool; expected real numbers"),
    "nan": ({"J": [[1, np.nan], [0, 1]]}, r"jacobian\[0, 1\] is not finite"),
    "inf": ({"J": [[1, 0], [np.inf, 1]]}, r"jacobian\[1, 0\] is not finite"),
    "sparse nan": ({"J": scipy.sparse.csr_array([[np.nan, 0], [0, 1]])}, "is not finite"),
    "linear shape": ({"linear": [1]}, r"linear has shape \(1,\); expected \(2,\)"),
    "linear nan": ({"linear": [0, np.nan]}, r"linear\[1\] is not finite"),
    "no sizes": ({"sizes": []}, "sizes is empty"),
    "zero size": ({"sizes": [2, 0]}, r"sizes\[1\] is 0; expected an integer of at least 1"),
    "float size": ({"sizes": [2.0]}, r"sizes\[0\] is 2.0; expected an integer"),
    "boolean size": ({"sizes": [True, True]}, r"sizes\[0\] is True; expected an integer"),
    "names": ({"names": ["a"]}, "names has 1 entries; expected 2, one per player"),
    "same names": ({"names": ["a", "a"]}, "two players are called 'a'"),
    "region": ({"region": Box.cube(3, 1)}, "region has 3 sides; expected 2"),
}


@pytest.mark.parametrize("case", MISUSE)
def test_misuse_names_expected_and_got(case: str) -> None:
    arguments, message = MISUSE[case]
    with pytest.raises(ValueError, match=message):
        QuadraticGame(**{"J": E, "sizes": [1, 1], **arguments})


def test_points_of_a_wrong_shape() -> None:
    game = QuadraticGame(E, [1, 1])
    with pytest.raises(ValueError, match=r"shape \(3,\); expected \(2,\) or \(k, 2\)"):
        game.pseudo_gradient(np.zeros(3))
    with pytest.raises(ValueError, match=r"shape \(1, 1, 2\); expected \(2,\) or \(k, 2\)"):
        game.jacobian(np.zeros((1, 1, 2)))


def test_an_input_error_is_a_value_error() -> None:
    assert issubclass(InputError, ValueError)
