"""Names of hypotheses that several theorems share; docs/theory.md lists them in these words."""

POSITIVE = "α > 0"
ZERO = "x* is a zero of F in X"  # certified, on R^n, or assumed with given bounds
CERTIFIED = "a zero of F in X is certified"
SYMMETRIC = "every J_ii is symmetric"
WEIGHTS = "M = M(w)"
METRIC = "M ≻ 0, of the players' sizes"
PRODUCT = "X is a product of the players' own sets"
COSTS = "F has costs"
CONVEX = "every μ_i ≥ 0, or α ≥ 0 and M = M(w)"
SAME_METRIC = "the metric is that of α, β and c"
ORDERED = "0 < best step ≤ largest step, factors in [0, 1)"
INTERVALS = "intervals lead from 0 to the largest step, rates > 0"
