"""Lies about leaves of Bernstein form (T24): what they are of, and what they do not prove."""

from fractions import Fraction

from tests.corpus.changes import (
    COCOERCIVITY,
    COUPLING,
    CURVATURE,
    EUCLIDEAN,
    EULER,
    LIPSCHITZ,
    MARGIN,
    Change,
    Lie,
    both,
    lowered,
    put,
    raised,
    times,
)
from tests.corpus.lies_enclosed import CORNERS, cost, cover, extra, recut

BERNSTEIN = 7  # the leaves of a game with three variables


def _all_bernstein(tokens: list[int]) -> list[int]:
    return [BERNSTEIN if t >= 3 else t for t in tokens]


def _merged(tokens: list[int]) -> list[int]:
    """The last split whose halves are leaves becomes one leaf."""
    k = next(k for k in reversed(range(len(tokens))) if tokens[k] < 3)
    return [*tokens[:k], BERNSTEIN, *tokens[k + 3 :]]


def _other_form(form: int) -> Change:
    return recut("margin", lambda tokens: [form if t == BERNSTEIN else t for t in tokens])


def bernstein(name: str, obligation: str, change: Change, base: str = "quartic") -> Lie:
    return Lie(f"bernstein-{name}", base, obligation, change)


BERNSTEIN_LIES = [
    # numbers above what the leaves prove
    bernstein("margin-raised", MARGIN, raised("margin: margin")),
    bernstein("euclidean-margin-raised", EUCLIDEAN, raised("Euclidean margin: margin")),
    bernstein("lipschitz-lowered", LIPSCHITZ, lowered("Lipschitz: bound")),
    bernstein("cocoercivity-raised", COCOERCIVITY, raised("cocoercivity: constant")),
    bernstein("curvature-raised", CURVATURE, raised("block bounds: curvature_lower.0")),
    bernstein("upper-curvature-lowered", CURVATURE, lowered("block bounds: curvature_upper.1")),
    bernstein("coupling-lowered", COUPLING, lowered("block bounds: coupling_upper.0.1")),
    bernstein("coupling-lowered-back", COUPLING, lowered("block bounds: coupling_upper.1.0")),
    bernstein("euler-step-longer", EULER, raised("Euler steps: step_max")),
    bernstein("margin-a-tenth-higher", MARGIN, both(
        times("margin: margin", Fraction(11, 10)), recut("margin", _all_bernstein))),
    # games of which there is none
    bernstein("leaves-of-an-exponential", MARGIN, recut("margin", _all_bernstein), "enclosed"),
    bernstein("leaves-of-an-exponential-block", CURVATURE,
              recut("block 0 0", _all_bernstein), "enclosed"),
    bernstein("leaf-of-a-sine-coupling", COUPLING, cover("block 0 1", BERNSTEIN), "enclosed"),
    bernstein("leaves-of-a-tiny-sine", MARGIN, extra("sin(x)/1000000000000")),
    bernstein("leaves-of-a-quotient", MARGIN, extra("x/(x + 100000000)")),
    bernstein("leaves-of-a-high-power", MARGIN, extra("((x - 9)/10)**40")),
    bernstein("leaves-of-many-matrices", MARGIN, extra("(x*y*z)**18/10**30")),
    # other games
    bernstein("cost-changed", MARGIN, cost("**4/6", "**4/7")),
    bernstein("cost-sign-changed", COUPLING, cost("- x*y/5", "+ x*y/2")),
    bernstein("constant-changed", COUPLING, cost("(3*pi)", "3")),
    bernstein("region-widened", COUPLING, raised("region.upper.0")),
    bernstein("region-moved", CURVATURE, put("region.lower.1", "-1.1")),
    # covers
    bernstein("unknown-form", MARGIN, recut("margin", lambda t: [*t[:-1], BERNSTEIN + 1])),
    bernstein("form-outside", MARGIN, _other_form(BERNSTEIN - 1)),
    bernstein("form-natural", MARGIN, _other_form(CORNERS - 1)),
    bernstein("form-taylor", MARGIN, _other_form(CORNERS)),
    bernstein("cover-cut-short", MARGIN, recut("margin", lambda t: t[:-1])),
    bernstein("cover-with-a-further-leaf", LIPSCHITZ, recut(
        "lipschitz", lambda t: [*t, BERNSTEIN])),
    bernstein("leaves-merged", MARGIN, recut("margin", _merged)),
    bernstein("leaves-merged-for-a-step", EULER, recut("euler_max", _merged)),
    bernstein("one-leaf", EUCLIDEAN, cover("euclidean_margin", BERNSTEIN)),
    bernstein("splits-of-another-side", MARGIN, recut(
        "margin", lambda t: [2 if k == 0 else k for k in t])),
]  # fmt: skip
