"""Costs written with JAX: the traced game is the function, and what cannot be traced is named."""

from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pytest

import games
import sgn
from games.language.evaluate import compile
from games.tracing.places import Untraceable

jax = pytest.importorskip("jax")
jnp, nn, lax = jax.numpy, jax.nn, jax.lax
logsumexp = jax.scipy.special.logsumexp

A = np.array([[1.0, -0.5, 0.25], [0.1, 0.3, 2.0], [-1.0, 0.7, 0.2]])
B = np.array([0.3, -1.2, 0.7])
DATA = np.linspace(-1, 1, 4)
LABELS = np.array([0, 1, 1, 0])


@jax.jit
def _nested(x: Any, y: Any) -> Any:
    return nn.softplus(x) * jnp.tanh(y)


@jax.custom_jvp
def _square(x: Any) -> Any:
    return x**2


_square.defjvps(lambda t, ans, x: 2 * x * t)


@jax.custom_vjp
def _cube(x: Any) -> Any:
    return x**3


_cube.defvjp(lambda x: (x**3, x), lambda x, g: (3 * x**2 * g,))


def _scan(x: Any) -> Any:
    def step(carry: Any, row: Any) -> Any:
        carry = 0.5 * carry + jnp.tanh(row * x[0])
        return carry, carry * x[1]

    last, rows = lax.scan(step, x[2], jnp.asarray(B))
    return last + rows.sum()


def _while(x: Any) -> Any:
    def body(state: Any) -> Any:
        k, y = state
        return k + 1, 0.9 * y + x[k % 3] * y**2 / 9

    return lax.while_loop(lambda state: state[0] < 4, body, (0, x[0]))[1]


def _network(x: Any) -> Any:
    h = nn.tanh(jnp.outer(DATA, x[:2]) + x[2])
    h = nn.gelu(h @ jnp.asarray(A[:2])) + nn.silu(h.sum(1, keepdims=True))
    return jnp.mean(nn.sigmoid(h) ** 2)


def _cross_entropy(x: Any) -> Any:
    logits = DATA[:, None] * x + B
    return -jnp.mean(jnp.take_along_axis(nn.log_softmax(logits), LABELS[:, None], axis=1))


def _attention(x: Any) -> Any:
    q = jnp.outer(x, B)
    return (nn.softmax(q @ q.T / 2, axis=-1) @ q).sum()


COSTS: dict[str, Any] = {
    "polynomial": lambda x: x[0] ** 3 - 2 * x[1] * x[2] + 1,
    "quadratic form": lambda x: x @ A @ x / 2 + B @ x,
    "matmul": lambda x: ((A @ x.reshape(3, 1)).T @ A).sum(),
    "batched dot": lambda x: jnp.einsum("bij,bj->", jnp.stack([A, A.T]) * x, jnp.stack([x, x])),
    "einsum": lambda x: jnp.einsum("i,ij,j->", x, A, x),
    "outer": lambda x: jnp.outer(x, x).sum(),
    "exp, log": lambda x: jnp.exp(x[0]) * jnp.log(x[1] ** 2 + 1),
    "log1p, expm1": lambda x: jnp.log1p(jnp.exp(x[0])) + jnp.expm1(x[1]),
    "tanh": lambda x: jnp.sum(jnp.tanh(jnp.outer(DATA, x[:2]) + x[2]) ** 2),
    "logistic": lambda x: nn.sigmoid(x).sum(),
    "sin, cos, tan": lambda x: jnp.sin(x[0]) * jnp.cos(x[1]) + jnp.tan(x[2] / 9),
    "sinh, cosh": lambda x: jnp.sinh(x[0]) + jnp.cosh(x[1]),
    "arctan, arcsinh": lambda x: jnp.arctan(x[0]) + jnp.arcsinh(x[1]),
    "arcsin, arccos": lambda x: jnp.arcsin(jnp.tanh(x[0]) / 2) + jnp.arccos(jnp.sin(x[1]) / 3),
    "arctanh": lambda x: jnp.arctanh(jnp.sin(x[0]) / 2),
    "exp2, log2, log10": lambda x: (
        jnp.exp2(x[0]) + jnp.log2(3 + x[1] ** 2) + jnp.log10(2
        + x[2] ** 2)
    ),
    "sqrt": lambda x: jnp.sqrt(1 + x @ x),
    "rsqrt": lambda x: lax.rsqrt(1 + x @ x),
    "cbrt of positive": lambda x: jnp.cbrt(1 + x[0] ** 2),
    "erf, erfc": lambda x: jax.scipy.special.erf(x[0]) + jax.scipy.special.erfc(x[1]),
    "integer powers": lambda x: x[0] ** 5 + (2 + x[1] ** 2) ** -3,
    "real powers": lambda x: (1 + x[0] ** 2) ** 1.5 + 2.0 ** x[1] + (2 + jnp.cos(x[2])) ** x[0],
    "square, reciprocal": lambda x: jnp.square(x[0]) + jnp.reciprocal(2 + x[1] ** 2),
    "negation, division": lambda x: -x[0] / (2 + x[1] ** 2) - 3 / (1 + x[2] ** 2),
    "softplus": lambda x: nn.softplus(x).sum(),
    "softplus of sums": lambda x: nn.softplus(x[0] + 2 * x[1] - 1),
    "logaddexp": lambda x: jnp.logaddexp(x[0], x[1] - 1) + jnp.logaddexp(2.0, x[2]),
    "log_sigmoid": lambda x: nn.log_sigmoid(x).sum(),
    "softmax": lambda x: nn.softmax(x) @ B,
    "softmax over rows": lambda x: (nn.softmax(jnp.outer(DATA, x), axis=1) @ B).sum(),
    "log_softmax": lambda x: nn.log_softmax(x) @ B,
    "logsumexp": lambda x: logsumexp(x) + logsumexp(2 * x[:2]),
    "logsumexp with weights": lambda x: logsumexp(x, b=jnp.array([0.5, 1.5, 2.0])),
    "own shift": lambda x: jnp.log(jnp.sum(jnp.exp(x - x.max()))) + x.max(),
    "shift held fixed": lambda x: (
        jnp.log(jnp.exp(x - lax.stop_gradient(x[0])).sum())
        + lax.stop_gradient(x[0])
    ),
    "gelu, silu": lambda x: nn.gelu(x).sum() + nn.silu(x).sum() + nn.gelu(x, approximate=False)[0],
    "cross entropy": _cross_entropy,
    "attention": _attention,
    "network": _network,
    "means": lambda x: x.mean() + jnp.mean(x**2) + jnp.average(x, weights=jnp.array([1.0, 2, 3])),
    "variance": lambda x: jnp.var(x) + jnp.std(x + B) ** 2,
    "norm": lambda x: jnp.linalg.norm(x - 3 * B) ** 2,
    "reduce_prod": lambda x: jnp.prod(x),
    "cumsum, cumprod": lambda x: jnp.cumsum(x) @ B + jnp.cumprod(x)[1],
    "reversed cumsum": lambda x: lax.cumsum(x, reverse=True) @ B,
    "slices": lambda x: (x[1:] - x[:-1]) @ x[::2] + x[-1],
    "gather": lambda x: x[jnp.array([0, 2])].sum() * x[np.array([1])][0],
    "scatter": lambda x: x.at[1].set(3.0) @ B + x.at[jnp.array([0, 0])].add(x[1:]) @ B,
    "dynamic slices": lambda x: (
        lax.dynamic_slice(x, (1,), (2,)).sum()
        + lax.dynamic_update_slice(x, x[:1], (2,)) @ B
    ),
    "concatenate, stack": lambda x: (
        jnp.concatenate([x, B]) @ jnp.arange(6.0)
        + jnp.stack([x, x]).sum(0)[1]
    ),
    "pad, roll, flip": lambda x: (
        jnp.pad(x, 1, constant_values=2.0).prod() + jnp.roll(x, 1) @ B
        + jnp.flip(x) @ x
    ),
    "transpose, reshape": lambda x: jnp.trace(jnp.tile(x, 3).reshape(3, 3).T @ A),
    "where of constants": lambda x: jnp.where(B > 0, x, x**2).sum(),
    "masks": lambda x: (x * (jnp.arange(3) > 0) + jnp.tril(jnp.outer(x, x)).sum()).sum(),
    "one hot": lambda x: nn.one_hot(LABELS[:3], 3) @ x @ B,
    "maximum of constants": lambda x: jnp.max(jnp.asarray(B)) * x[0] + jnp.abs(jnp.asarray(B)) @ x,
    "nested jit": lambda x: _nested(x[0], x[1]) + jax.jit(_nested)(x[2], x[0]),
    "custom_jvp": lambda x: _square(x[0]) + _square(x[1] * x[2]),
    "checkpoint": lambda x: jax.checkpoint(lambda y: jnp.sin(y).sum())(x),
    "vmap": lambda x: jax.vmap(lambda z: jnp.tanh(z * x).sum())(jnp.asarray(DATA)).sum(),
    "grad inside": lambda x: jnp.sum(jax.grad(lambda y: jnp.sum(jnp.tanh(y) * y))(x) ** 2),
    "fori_loop": lambda x: lax.fori_loop(0, 3, lambda k, y: y * 0.9 + x[k], x[0]),
    "scan": _scan,
    "while": _while,
    "cond of a constant": lambda x: lax.cond(jnp.asarray(B)[0] > 0, jnp.sin, jnp.cos, x[0]),
    "numbers of a fixed key": lambda x: jax.random.normal(jax.random.PRNGKey(0), (3,)) @ x,
    "single precision data": lambda x: x @ jnp.asarray(B, dtype=jnp.float32),
    "constant": lambda x: jnp.asarray(3.0),
}  # fmt: skip


def test_there_are_sixty() -> None:
    assert len(COSTS) >= 60


@pytest.mark.parametrize("name", COSTS)
def test_traced_is_evaluated(name: str) -> None:
    cost = COSTS[name]
    game = games.from_jax([cost, lambda x: x[2] ** 2], [2, 1], strict=True)
    assert isinstance(game, games.SymbolicGame)
    points = np.random.default_rng(1).normal(size=(1000, 3))
    values = compile(game.graph, [game.stated[0][1]], ["x1_1", "x1_2", "x2"])(points)[:, 0]
    with jax.enable_x64(True):
        own = np.asarray(jax.jit(jax.vmap(cost))(points))
    # each rounds its own operations, XLA's elementary functions to a few units in 2^-53
    np.testing.assert_allclose(values, own, rtol=1e-12, atol=1e-12 * max(1, np.abs(own).max()))


def _branch(x: Any) -> Any:
    if x[0] > 0:
        return x[0]
    return x[1]


def _loop(x: Any) -> Any:
    return lax.while_loop(lambda y: y < 3, lambda y: y + x[1] ** 2 + 1, x[0])


def _callback(x: Any) -> Any:
    shape = jax.ShapeDtypeStruct((), np.float64)
    return jax.pure_callback(lambda v: np.asarray(v) ** 2, shape, x[0])


def _key(x: Any) -> Any:
    return x[0] * jax.random.normal(jax.random.PRNGKey(x[1].astype(int)))


def _print(x: Any) -> Any:
    jax.debug.print("{}", x[0])
    return x[0] ** 2


def _cancelled(a: Any) -> Any:
    held = lax.stop_gradient(jnp.log(a + 5))
    return a**2 + held - held


UNTRACEABLE: dict[str, tuple[Any, str]] = {
    "branch": (_branch, "if x[0] > 0"),
    "abs": (lambda x: jnp.abs(x[0]), "abs is not smooth"),
    "relu": (lambda x: nn.relu(x).sum(), "is not smooth"),
    "max": (lambda x: jnp.max(x), "max is not smooth"),
    "max of squares": (lambda x: jnp.max(x) ** 2, "max is not smooth"),
    "minimum": (lambda x: jnp.minimum(x[0], x[1]), "min is not smooth"),
    "clip": (lambda x: jnp.clip(x, -1, 1).sum(), "is not smooth"),
    "argmax": (lambda x: x[jnp.argmax(x)], "argmax is not smooth"),
    "sort": (lambda x: jnp.sort(x)[0], "sorting is not smooth"),
    "median": (lambda x: jnp.median(x), "line"),
    "top_k": (lambda x: lax.top_k(x, 1)[0][0], "top_k is not smooth"),
    "sign": (lambda x: jnp.sign(x[0]), "sign is not smooth"),
    "floor": (lambda x: jnp.floor(x[0]), "floor is not smooth"),
    "round": (lambda x: jnp.round(x[0]), "rounding is not smooth"),
    "remainder": (lambda x: x[0] % 2, "line"),
    "where": (lambda x: jnp.where(x > 0, x, 0.0).sum(), "compares a value"),
    "cond": (lambda x: lax.cond(x[0] > 0, jnp.sin, jnp.cos, x[1]), "line"),
    "loop of unknown length": (_loop, "line"),
    "integers": (lambda x: x[0].astype(int) * x[1], "integers"),
    "index": (lambda x: x[(x[0] > 0).astype(int)], "compares a value"),
    "random key": (_key, "integers"),
    "numpy's random": (lambda x: x[0] * np.random.default_rng().normal(), "a second call"),
    "callback": (_callback, "callback"),
    "print": (_print, "line"),
    "stop_gradient": (lambda x: lax.stop_gradient(x[0]) * x[1], "stop_gradient changes"),
    "shift that stays": (lambda x: x[0] - lax.stop_gradient(x.mean()), "stop_gradient changes"),
    "half a shift": (lambda x: jnp.log(jnp.exp(x - x.max()).sum()), "max is not smooth"),
    "domain of a held logarithm": (
        lambda x: _cancelled(x[0]), "forget where it is defined",
    ),
    "domain of a maximum": (
        lambda x: x[0]**2 + jnp.log(jnp.exp(x - jnp.sqrt(x + 5).max()).sum())
        + jnp.sqrt(x + 5).max(), "'sqrt') is used here",
    ),
    "domain asked by isnan": (
        lambda x: jnp.where(jnp.isnan(jnp.log(x[0] + 5)), 1.0, x[0]), "'log') is used here",
    ),
    "domain asked by isfinite": (
        lambda x: jnp.where(jnp.isfinite(1 / (x[0] + 5)), x[0], 1.0), "'/') is used here",
    ),
    "domain asked by infinity": (
        lambda x: jnp.where(jnp.log(x[0] + 5) < jnp.inf, x[0], 1.0), "'log') is used here",
    ),
    "domain of a sign": (
        lambda x: jnp.sign(jnp.exp(jnp.log(x[0] + 5))) * x[0], "'log') is used here",
    ),
    "solve": (lambda x: jnp.linalg.solve(jnp.eye(2) * x, x)[0], "line"),
    "eigenvalues": (lambda x: jnp.linalg.eigvalsh(jnp.outer(x, x))[0], "line"),
    "custom_vjp": (lambda x: _cube(x[0]), "custom_vjp changes which field"),
    "gamma": (lambda x: jax.scipy.special.gammaln(x[0]), "lgamma"),
    "numpy's function": (lambda x: np.tanh(x[0]) + float(x[1]), "float(x[1])"),
    "atan2": (lambda x: jnp.arctan2(x[0], x[1]), "atan2"),
    "abs of a difference": (lambda x: nn.softplus(x[0]) + jnp.abs(x[0] - x[1]), "abs is not"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNTRACEABLE)
def test_what_cannot_be_traced_is_named_with_its_line(name: str) -> None:
    cost, said = UNTRACEABLE[name]
    with pytest.raises(Untraceable) as refusal:
        games.from_jax([cost, lambda x: x[1] ** 2], [1, 1], strict=True)
    sentence = str(refusal.value)
    assert sentence.startswith("test_tracing_jax.py, line ")
    assert said in sentence


def test_what_jax_itself_cannot_trace_is_estimated_all_the_same() -> None:
    with pytest.warns(UserWarning, match=r"test_tracing_jax.py, line .*estimated, not proved"):
        game = games.from_jax([_branch, lambda x: x[1] ** 2], [1, 1])
    assert isinstance(game, games.CallableGame)
    np.testing.assert_allclose(
        game.pseudo_gradient(np.array([1.0, 2.0])), np.array([1.0, 4.0]), rtol=1e-9
    )


def test_a_derivative_of_the_users_own_is_refused() -> None:
    reversed_ = jax.custom_jvp(lambda x: x**2)
    reversed_.defjvps(lambda t, ans, x: -2 * x * t)
    with pytest.raises(
        games.InputError, match="derivative by x1 of player 1 was traced as another"
    ):
        games.from_jax([lambda x: reversed_(x[0])], [1])


def test_costs_used_before_in_single_precision_are_traced_in_double() -> None:
    @jax.jit
    def inner(a: Any, b: Any) -> Any:
        return nn.softplus(jnp.dot(a, b)) * 1.5 + lax.fori_loop(0, 3, lambda k, y: y + a[k], 0.0)

    def cost(x: Any) -> Any:
        return jax.jit(inner)(x, x) * x[0] + partial(inner, x)(x * 0.1)

    single = jnp.ones(3, dtype=jnp.float32)
    cost(single), jax.grad(cost)(single), jax.jit(jax.hessian(cost))(single)
    game = games.from_jax([cost], [3], strict=True)
    assert isinstance(game, games.SymbolicGame)
    assert cost(single).dtype == jnp.float32  # the user's own settings stay
    points = np.random.default_rng(0).normal(size=(5, 3))
    with jax.enable_x64(True):
        slopes = np.stack([np.asarray(jax.grad(cost)(x)) for x in points])
    np.testing.assert_allclose(game.pseudo_gradient(points), slopes, rtol=1e-10)


class Pair(NamedTuple):
    w: Any
    b: Any


def test_players_take_pytrees() -> None:
    game = games.from_jax(
        {
            "gen": lambda g, d: jnp.sum(g.w**2) + g.b @ d["v"] + g.b @ g.b,
            "disc": lambda g, d: d["v"] @ d["v"] + jnp.tanh(g.w[0, 1]) * d["s"][0] + d["s"][0] ** 2,
        },
        players={"gen": Pair((2, 2), jnp.ones(2)), "disc": {"v": jnp.zeros(2), "s": [0.5]}},
    )
    assert [player.variables for player in game.players] == [
        ("gen_w_0_0", "gen_w_0_1", "gen_w_1_0", "gen_w_1_1", "gen_b_0", "gen_b_1"),
        ("disc_s_0", "disc_v_0", "disc_v_1"),
    ]
    assert sgn.certify(game, games.Box([-1] * 9, [1] * 9)).verdict == "proved"


def test_a_cost_that_is_no_scalar() -> None:
    with pytest.raises(ValueError, match="returns shape"):
        games.from_jax([lambda x: x], [2])


def test_a_cost_that_rounds_in_single_precision_is_refused() -> None:
    with pytest.raises(games.InputError, match="single precision"):
        games.from_jax([lambda x: jnp.sum(jnp.tanh(x.astype(jnp.float32)) ** 2)], [2])
