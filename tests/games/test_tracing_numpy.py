"""Costs written with NumPy: the traced game is the function, and what cannot be traced is named."""

import math
from typing import Any

import numpy as np
import pytest
import scipy.special

import games
import sgn
from certificates.kernel.jacobian.text import read_costs
from games.language.evaluate import compile
from games.tracing.places import Untraceable

A = np.array([[1.0, -0.5, 0.25], [0.1, 0.3, 2.0], [-1.0, 0.7, 0.2]])
B = np.array([0.3, -1.2, 0.7])
DATA = np.linspace(-1, 1, 4)


def _softmax(x: Any) -> Any:
    e = np.exp(x - np.max(x))
    return e / e.sum()


def _logsumexp(x: Any) -> Any:
    top = x.max()
    return top + np.log(np.sum(np.exp(x - top)))


def _stable_softplus(x: Any) -> Any:
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def _loop(x: Any) -> Any:
    y = x[0]
    for k in range(5):
        y = 0.9 * y - x[1] * y**2 / (k + 3)
    return y


def _filled(x: Any) -> Any:
    y = np.zeros_like(x)
    y[0], y[2] = x[1], 2 * x[0]
    return y @ B


COSTS: dict[str, Any] = {
    "polynomial": lambda x: x[0] ** 3 - 2 * x[1] * x[2] + 1,
    "quadratic form": lambda x: x @ A @ x / 2 + B @ x,
    "dot": lambda x: np.dot(A, x).sum(),
    "matmul of matrices": lambda x: ((A @ x.reshape(3, 1)).T @ A @ x)[0],
    "einsum": lambda x: np.einsum("i,ij,j->", x, A, x),
    "outer": lambda x: np.outer(x, B).sum() + np.multiply.outer(x, x).sum(),
    "exp, log": lambda x: np.exp(x[0]) * np.log(x[1] ** 2 + 1),
    "log1p, expm1": lambda x: np.log1p(np.exp(x[0])) + np.expm1(x[1]),
    "tanh net": lambda x: np.sum(np.tanh(np.outer(DATA, x[:2]) + x[2]) ** 2),
    "sin, cos, tan": lambda x: np.sin(x[0]) * np.cos(x[1]) + np.tan(x[2] / 9),
    "sinh, cosh": lambda x: np.sinh(x[0]) + np.cosh(x[1]),
    "arctan, arcsinh": lambda x: np.arctan(x[0]) + np.arcsinh(x[1]),
    "arcsin of less than 1": lambda x: np.arcsin(np.tanh(x[0]) / 2),
    "exp2, log2, log10": lambda x: (
        np.exp2(x[0]) + np.log2(3 + np.sin(x[1])) + np.log10(2
        + x[2] ** 2)
    ),
    "sqrt, hypot": lambda x: np.sqrt(1 + x[0] ** 2) + np.hypot(x[1], 2.0),
    "power": lambda x: (1 + x[0] ** 2) ** 1.5 + 2.0 ** x[1] + (2 + np.cos(x[2])) ** x[0],
    "negative power": lambda x: (2 + x[0] ** 2) ** -2 + 1 / (3 + np.sin(x[1])),
    "erf, expit": lambda x: scipy.special.erf(x[0]) + scipy.special.expit(x).sum(),
    "logaddexp": lambda x: np.logaddexp(x[0], x[1]) + np.logaddexp(0, x).sum(),
    "softmax": lambda x: _softmax(x) @ B,
    "logsumexp": _logsumexp,
    "stable softplus": lambda x: _stable_softplus(x).sum(),
    "stable softplus of a difference": lambda x: (
        np.maximum(x[0], x[1])
        + np.log1p(np.exp(-np.abs(x[0] - x[1])))
    ),
    "own sigmoid": lambda x: (1 / (1 + np.exp(-x))).sum(),
    "means": lambda x: x.mean() + np.mean(x**2) + np.average(x, weights=[1, 2, 3]),
    "variance": lambda x: np.var(x) + np.std(x + B) ** 2,
    "norm": lambda x: np.linalg.norm(x - 3 * B) ** 2,
    "product, cumsum": lambda x: np.prod(x) + np.cumsum(x)[1],
    "slices": lambda x: (x[1:] - x[:-1]) @ x[::2] + x[-1],
    "fancy indices": lambda x: x[[0, 2]].sum() * x[np.array([True, False, True])][0],
    "concatenate, stack": lambda x: (
        np.concatenate([x, B]) @ np.arange(6.0)
        + np.stack([x, x]).sum(0)[1]
    ),
    "roll, flip, diff": lambda x: np.roll(x, 1) @ B + np.flip(x) @ x + np.diff(x)[0],
    "reshape, transpose": lambda x: np.trace(np.tile(x, 3).reshape(3, 3).T @ A),
    "where": lambda x: np.where(B > 0, x, x**2).sum(),
    "keepdims": lambda x: (x / np.sum(np.exp(x), axis=0, keepdims=True)).sum(),
    "loop": _loop,
    "filled array": _filled,
    "python sum": lambda x: sum(c * v**2 for c, v in zip(B, x, strict=True)),
    "single precision data": lambda x: np.float32(0.1) * x[0] + x @ B.astype(np.float32),
    "constant": lambda x: 3.0,
}  # fmt: skip


@pytest.mark.parametrize("name", COSTS)
def test_traced_is_evaluated(name: str) -> None:
    cost = COSTS[name]
    game = games.from_functions([cost, lambda x: x[2] ** 2], [2, 1], strict=True)
    assert isinstance(game, games.SymbolicGame)
    points = np.random.default_rng(1).normal(size=(200, 3))
    node = game.stated[0][1]
    values = compile(game.graph, [node], ["x1_1", "x1_2", "x2"])(points)[:, 0]
    own = np.array([float(np.asarray(cost(x))) for x in points])
    # both round each operation: 1e-12 of the largest intermediate, a few units here
    np.testing.assert_allclose(values, own, rtol=1e-12, atol=1e-12 * max(1, np.abs(own).max()))
    assert read_costs(game.document()).costs == tuple(node for _, node in game.stated)


def _branch(x: Any) -> Any:
    if x[0] > 0:
        return x[0]
    return x[1]


def _random(x: Any) -> Any:
    return x[0] * np.random.default_rng().normal()


def _counter(x: Any, calls: list[int] = []) -> Any:  # noqa: B006 - the state is the point
    calls.append(1)
    return x[0] * len(calls)


def _caught(x: Any) -> Any:
    try:
        if x[0] > 0.995:
            return -50 * x[0] ** 2
    except Exception:
        pass
    return x[0] ** 2


def _caught_float(x: Any) -> Any:
    try:
        return math.exp(-2000 * (1 - x[0]))
    except (TypeError, ValueError):
        return x[0] ** 2


UNTRACEABLE: dict[str, tuple[Any, str]] = {
    "a refusal that is caught": (_caught, "compares a value"),
    "a float that is caught": (_caught_float, "use NumPy's functions instead of math's"),
    "initial value of a maximum": (lambda x: (np.max(x[:1], initial=-0.99) + 2) ** 2, "max is"),
    "initial value of a minimum": (lambda x: x[:1].min(initial=0.99) ** 2, "min is not smooth"),
    "integers on the way": (lambda x: np.sum(x, dtype=int) ** 2, "has dtype="),
    "domain of a maximum": (
        lambda x: np.log(np.exp(x - np.log(x + 5).max()).sum()) + np.log(x + 5).max(),
        "'log') is used here",
    ),
    "domain asked by isfinite": (
        lambda x: np.where(np.isfinite(np.sqrt(x[0] + 5)), x[0], 1.0), "'sqrt') is used here",
    ),
    "domain asked by isnan": (
        lambda x: np.where(np.isnan(np.log(x[0] + 5)), 1.0, x[0]), "'log') is used here",
    ),
    "branch": (_branch, "if x[0] > 0"),
    "abs": (lambda x: abs(x[0]), "abs is not smooth"),
    "np.abs": (lambda x: np.abs(x).sum(), "abs is not smooth"),
    "max": (lambda x: np.max(x), "max is not smooth"),
    "maximum": (lambda x: np.maximum(x[0], 0.0) ** 2, "max is not smooth"),
    "minimum": (lambda x: np.minimum(x[0], x[1]), "min is not smooth"),
    "clip": (lambda x: np.clip(x, -1, 1).sum(), "is not smooth"),
    "python max": (lambda x: max(x[0], x[1]), "compares a value"),
    "argmax": (lambda x: x[np.argmax(x)], "compares a value"),
    "sort": (lambda x: np.sort(x)[0], "compares a value"),
    "sign": (lambda x: np.sign(x[0]), "sign is not smooth"),
    "floor": (lambda x: np.floor(x[0]), "floor is not smooth"),
    "round": (lambda x: round(x[0]), "rounding is not smooth"),
    "where": (lambda x: np.where(x > 0, x, 0).sum(), "compares a value"),
    "remainder": (lambda x: x[0] % 2, "remainders"),
    "math": (lambda x: math.exp(x[0]), "use NumPy's functions instead of math's"),
    "float": (lambda x: float(x[0]), "use NumPy's functions"),
    "index": (lambda x: x[int(x[0])], "int"),
    "random": (_random, "a second call computes something else"),
    "state": (_counter, "a second call computes something else"),
    "solve": (lambda x: np.linalg.solve(A, x)[0], "not in the language"),
    "gamma": (lambda x: scipy.special.gammaln(x[0] ** 2 + 1), "not in the language"),
    "isclose": (lambda x: x[0] if np.isclose(x[0], 0) else x[1], "line"),
    "float array": (lambda x: np.array([x[0], x[1]], dtype=float).sum(), "needs a float"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNTRACEABLE)
def test_what_cannot_be_traced_is_named_with_its_line(name: str) -> None:
    cost, said = UNTRACEABLE[name]
    with pytest.raises(Untraceable) as refusal:
        games.from_functions(
            [cost, lambda x: x[1] ** 2], [1, 1] if name != "solve" else [2, 1], strict=True
        )
    sentence = str(refusal.value)
    assert sentence.startswith("test_tracing_numpy.py, line ")
    assert said in sentence


def test_then_and_only_then_the_game_is_estimated() -> None:
    with pytest.warns(UserWarning, match="estimated, not proved"):
        game = games.from_functions([lambda x: x[0] ** 2 + abs(x[1]), lambda x: x[1] ** 2], [1, 1])
    assert isinstance(game, games.CallableGame)
    assert not game.provable
    np.testing.assert_allclose(
        game.pseudo_gradient(np.array([1.0, 2.0])), np.array([2.0, 4.0]), rtol=1e-8
    )
    np.testing.assert_allclose(game.jacobian(np.ones(2)), 2 * np.eye(2), atol=1e-6)


def test_constants_are_their_binary_values() -> None:
    game = games.from_functions([lambda x: 0.1 * x[0] ** 2], [1])
    assert isinstance(game, games.SymbolicGame)
    assert game.graph.number(game.jacobian_nodes[0][0]) == 2 * games.language.number.exact(0.1)


def test_players_take_lists_and_dictionaries() -> None:
    game = games.from_functions(
        {
            "gen": lambda g, d: np.sum(g["w"] ** 2) + g["b"] * (d[0] + g["b"]),
            "firm 2": lambda g, d: d @ d + np.tanh(g["w"][0, 1]),
        },
        players={"gen": {"w": (2, 2), "b": ()}, "firm 2": 2},
    )
    assert [player.variables for player in game.players] == [
        ("gen_b", "gen_w_0_0", "gen_w_0_1", "gen_w_1_0", "gen_w_1_1"),
        ("firm_2_0", "firm_2_1"),
    ]
    assert game.sizes == (5, 2)
    assert sgn.certify(game, games.Box([-1] * 7, [1] * 7)).verdict == "proved"


def test_reserved_names_get_an_underscore() -> None:
    game = games.from_functions([lambda exp: exp**2], players={"exp": ()})
    assert game.players[0].variables == ("exp_",)


@pytest.mark.parametrize(
    ("costs", "options", "error", "said"),
    [
        ([lambda x: x], {"sizes": [2]}, ValueError, "returns shape"),
        ([lambda x: x[0]], {}, games.InputError, "give sizes or players"),
        ([lambda a, b, c: a], {"sizes": [1, 1]}, ValueError, "costs has 1 entries"),
        ([lambda a, b, c: a, lambda x: x[0]], {"sizes": [1, 1]}, games.InputError, "3 arguments"),
        ({"b": lambda x: x}, {"players": {"a": ()}}, games.InputError, "costs are given for"),
        ([lambda x: x[0] / undefined], {"sizes": [1]}, NameError, "undefined"),  # type: ignore[name-defined]  # noqa: F821
        ([lambda x: x[7]], {"sizes": [1]}, IndexError, "index"),
        ([lambda x: np.inf * x[0]], {"sizes": [1]}, games.InputError, "not a finite"),
    ],
)  # fmt: skip
def test_other_mistakes(costs: Any, options: Any, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        games.from_functions(costs, strict=True, **options)


def test_a_trace_that_is_another_function_is_refused() -> None:
    def cost(x: Any) -> Any:
        return x[0] ** 2 * (2 if isinstance(x[0], float) else 3)

    with pytest.raises(games.InputError, match="traced as another function"):
        games.from_functions([cost], [1])


def test_a_network_of_ten_thousand_nodes_is_a_short_document() -> None:
    weights = np.random.default_rng(3).normal(size=(6, 40, 40)) / 8

    def network(a: Any, b: Any) -> Any:
        h = weights[0][:, :2] @ a + weights[0][:, 2:4] @ b
        for layer in weights[1:]:
            h = np.tanh(layer @ h)
        return h @ h / 40

    game = games.from_functions([network, lambda a, b: b @ b], players={"a": 2, "b": 2})
    assert isinstance(game, games.SymbolicGame)
    nodes = len(game.graph.needed([game.stated[0][1]]))
    assert nodes > 10_000
    assert len(str(game.document())) < 100 * nodes
