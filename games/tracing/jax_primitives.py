"""JAX's primitives by name: what each is on a tape, and what to do where it is nothing there."""

from collections.abc import Callable
from typing import Any

# Primitives of one number, and the function of the language.
UNARY = {
    "exp": "exp", "log": "log", "sqrt": "sqrt", "sin": "sin", "cos": "cos", "tan": "tan",
    "tanh": "tanh", "sinh": "sinh", "cosh": "cosh", "atan": "atan", "log1p": "log1p",
    "expm1": "expm1", "exp2": "exp2", "cbrt": "cbrt", "asin": "asin", "acos": "acos",
    "asinh": "asinh", "acosh": "acosh", "atanh": "atanh", "erf": "erf", "logistic": "logistic",
}  # fmt: skip
MOVES = {
    "reshape", "transpose", "broadcast_in_dim", "slice", "gather", "dynamic_slice", "concatenate",
    "rev", "squeeze", "expand_dims", "pad", "select_n", "scatter", "dynamic_update_slice", "copy",
    "split", "stack", "unstack", "tile",
}  # fmt: skip
SAME = {
    "device_put", "optimization_barrier", "reduce_precision", "real", "sharding_constraint",
    "convert_element_type", "copy", "pvary", "name", "conj",
}  # fmt: skip
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
}
RANDOM = "random numbers make another cost of every call; draw them once, outside of the cost"
MENDS = {
    "floor": "floor is not smooth; leave it out of the cost",
    "ceil": "ceil is not smooth; leave it out of the cost",
    "round": "rounding is not smooth; leave it out of the cost",
    "rem": "remainders are not smooth; use sin or cos for what is periodic",
    "argmax": "argmax is not smooth; use a smooth function, such as softmax",
    "argmin": "argmin is not smooth; use a smooth function, such as softmax",
    "sort": "sorting is not smooth; write the cost without it",
    "top_k": "top_k is not smooth; use a smooth function, such as softmax",
    "atan2": "atan2 is given by cases; write arctan(y/x) where x > 0",
    "pure_callback": "a callback runs code that JAX does not see; write it in jax.numpy",
    "io_callback": "a callback runs code that JAX does not see; leave it out of the cost",
    "debug_callback": "a callback runs code that JAX does not see; leave it out of the cost",
    "debug_print": "printing is no part of a cost; leave it out",
    "erf_inv": "erf_inv is not in the language of costs; write the cost without it",
    "lgamma": "lgamma is not in the language of costs; write the cost without it",
    "digamma": "digamma is not in the language of costs; write the cost without it",
    "cummax": "cummax is not smooth; use a smooth function, such as logsumexp",
    "cummin": "cummin is not smooth; use a smooth function, such as logsumexp",
    "lu": "linear solves are not traced; write the solution out, or make it variables of a player",
    "cholesky": "decompositions are not traced; write the cost without it",
    "eigh": "eigenvalues are not traced; write the cost without them",
    "custom_vjp": "custom_vjp changes which field is meant; take it away, or give the field itself"
    " by games.SymbolicGame.from_field",
    "svd": "decompositions are not traced; write the cost without it",
    "qr": "decompositions are not traced; write the cost without it",
}
