"""CallableGame: against the symbolic game of the same costs, and misuse."""

import builtins
from typing import Any

import numpy as np
import pytest

from games import CallableGame, InputError, Structure, SymbolicGame, save
from games.files.document import from_document

PLAYERS = {"player 1": ["x1_1", "x1_2"], "player 2": ["x2"]}
ORACLE = SymbolicGame.from_costs(
    PLAYERS,
    {
        "player 1": "x1_1**4/4 + x1_1*x1_2*x2 + exp(x1_2)",
        "player 2": "x2**2 + sin(x1_1)*x2",
    },
)


def _first(x: Any) -> list[Any]:
    return [x[0] ** 3 + x[1] * x[2], x[0] * x[2] + np.exp(x[1])]


def _second(x: Any) -> list[Any]:
    return [2 * x[2] + np.sin(x[0])]


def _jacobian(x: Any) -> list[list[Any]]:
    return [
        [3 * x[0] ** 2, x[2], x[1]],
        [x[2], np.exp(x[1]), x[0]],
        [np.cos(x[0]), 0, 2],
    ]


GRADIENTS = [_first, _second]
# Central differences with h = 6e-6: truncation h²/6·|F'''| and rounding 2^-53·|F|/h are both
# below 1e-9 for derivatives of size ≤ 10 on [-1, 1]^3. The given Jacobian: rounding alone.
ATOL = {"finite differences": 1e-8, "given": 1e-14}


@pytest.mark.parametrize("jacobian", [None, _jacobian])
def test_agrees_with_the_symbolic_game(jacobian: Any, rng: np.random.Generator) -> None:
    game = CallableGame(GRADIENTS, [2, 1], jacobian=jacobian)
    points = rng.uniform(-1, 1, (20, 3))
    np.testing.assert_allclose(
        game.pseudo_gradient(points), ORACLE.pseudo_gradient(points), atol=1e-14
    )
    _compare_jacobians(game, points, ATOL[game.derivatives])


def _compare_jacobians(game: CallableGame, points: Any, atol: float) -> None:
    np.testing.assert_allclose(game.jacobian(points), ORACLE.jacobian(points), atol=atol)
    np.testing.assert_allclose(game.jacobian(points[0]), ORACLE.jacobian(points[0]), atol=atol)
    for i in range(2):
        for j in range(2):
            np.testing.assert_allclose(
                game.jacobian(points, (i, j)), ORACLE.jacobian(points, (i, j)), atol=atol
            )
    assert game.pseudo_gradient(points[0]).shape == (3,)
    assert game.jacobian(points[:0]).shape == (0, 3, 3)
    assert game.pseudo_gradient(points[:0]).shape == (0, 3)


def test_a_block_by_finite_differences_calls_only_its_player() -> None:
    def never(x: Any) -> list[Any]:
        raise AssertionError("the gradient of player 1 is not needed")

    game = CallableGame([never, _second], [2, 1])
    assert game.jacobian(np.zeros(3), (1, 1)) == pytest.approx(2, abs=1e-8)


def test_what_the_game_says_of_itself() -> None:
    game = CallableGame(GRADIENTS, [2, 1], names=["a", "b"], name="n", source="s")
    assert game.structure is Structure.GENERAL
    assert not game.provable
    assert not game.symmetric
    assert game.block_variables(0, 1) == (0, 1, 2)
    assert game.document() == {
        "format": "sgn-game/1",
        "kind": "callable",
        "name": "n",
        "source": "s",
        "players": [{"name": "a", "size": 2}, {"name": "b", "size": 1}],
        "derivatives": "finite differences",
    }


def test_it_is_neither_saved_nor_rebuilt(tmp_path: Any) -> None:
    game = CallableGame(GRADIENTS, [2, 1])
    with pytest.raises(InputError, match=r"^a\.toml: a game of Python functions cannot be saved"):
        save(game, tmp_path / "a.toml")
    assert not list(tmp_path.iterdir())
    with pytest.raises(InputError, match=r"^c\.json: a game of Python functions cannot be rebuilt"):
        from_document(game.document(), "c.json")


def test_a_function_cannot_change_the_point() -> None:
    def greedy(x: Any) -> Any:
        x[:] = 0
        return [x[0]]

    point = np.ones(1)
    CallableGame([greedy], [1]).pseudo_gradient(point)
    assert point[0] == 1


def test_shape_errors_name_the_player() -> None:
    game = CallableGame([_first, lambda x: x[2]], [2, 1])
    with pytest.raises(ValueError, match=r"player 2 returns shape \(\); expected \(1,\)"):
        game.pseudo_gradient(np.zeros(3))
    game = CallableGame(GRADIENTS, [2, 1], jacobian=lambda x: np.eye(2))
    with pytest.raises(ValueError, match=r"returns shape \(2, 2\); expected \(3, 3\)"):
        game.jacobian(np.zeros(3))
    with pytest.raises(ValueError, match="gradients has 1 entries; expected 2, one per player"):
        CallableGame([_first], [2, 1])
    not_functions: Any = [_first, 3]
    with pytest.raises(ValueError, match=r"gradients\[1\] \(player 2\) is int; expected a func"):
        CallableGame(not_functions, [2, 1])


def test_jax_agrees_with_the_symbolic_game(rng: np.random.Generator) -> None:
    pytest.importorskip("jax")
    import jax.numpy as jnp

    game = CallableGame.from_jax(
        [
            lambda x: x[0] ** 4 / 4 + x[0] * x[1] * x[2] + jnp.exp(x[1]),
            lambda x: x[2] ** 2 + jnp.sin(x[0]) * x[2],
        ],
        sizes=[2, 1],
    )
    assert game.derivatives == "automatic (JAX)"
    assert game.symmetric
    points = rng.uniform(-1, 1, (20, 3))
    # Double precision, a handful of operations: single precision would miss by 1e-7.
    np.testing.assert_allclose(
        game.pseudo_gradient(points), ORACLE.pseudo_gradient(points), atol=1e-14
    )
    _compare_jacobians(game, points, 1e-14)
    J = game.jacobian(points)
    np.testing.assert_array_equal(J[:, :2, :2], J[:, :2, :2].swapaxes(1, 2))
    assert jnp.zeros(1).dtype == np.float32  # the user's own precision is untouched


def test_a_jax_cost_that_is_not_scalar() -> None:
    pytest.importorskip("jax")
    with pytest.raises(ValueError, match=r"cost of player 2 returns shape \(2,\); expected \(\)"):
        CallableGame.from_jax([lambda x: x[0] ** 2, lambda x: x], sizes=[1, 1])
    with pytest.raises(ValueError, match="costs has 1 entries; expected 2"):
        CallableGame.from_jax([lambda x: x[0]], sizes=[1, 1])


def test_without_jax_the_error_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real_import = builtins.__import__

    def no_jax(name: str, *arguments: Any, **options: Any) -> Any:
        if name.split(".")[0] == "jax":
            raise ImportError("no jax here")
        return real_import(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", no_jax)
    with pytest.raises(ImportError, match=r"pip install 'small-gain-nash\[jax\]'"):
        CallableGame.from_jax([lambda x: x[0]], sizes=[1])
