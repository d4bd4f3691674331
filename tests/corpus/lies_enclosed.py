"""Lies about a nonlinear game: what is wrong is a number, a cover, the game or its region.

The numbers of the true certificate are the best that its covers prove (tests/corpus/bases.py), so
one part in a million more is more than the leaves prove.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from certificates.kernel.document.reading import Document, decode_array, encode_array
from tests.corpus.changes import (
    BAND,
    COCOERCIVITY,
    COUPLING,
    CURVATURE,
    EQUILIBRIUM,
    EUCLIDEAN,
    EULER,
    JACOBIAN,
    KIND,
    LIPSCHITZ,
    MARGIN,
    RK4,
    STRUCTURAL,
    Change,
    Lie,
    added,
    both,
    cites,
    claimed,
    drop,
    longer,
    lowered,
    put,
    raised,
    text,
    times,
    without,
)

NATURAL, CORNERS, STAR = 3, 4, 5  # the leaves of a game with three variables


def cover(purpose: str, *tokens: int) -> Change:
    """Another cover for a purpose."""
    return put(f"evidence.covers.{purpose}", encode_array(np.array(tokens, dtype=np.int32)))


def recut(purpose: str, edit: Callable[[list[int]], list[int]]) -> Change:
    """Change the tokens of a cover."""

    def change(document: Document) -> None:
        tokens = decode_array(document["evidence"]["covers"][purpose], purpose).tolist()
        cover(purpose, *edit(tokens))(document)

    return change


def taken(purpose: str, other: str) -> Change:
    """The cover of another purpose."""

    def change(document: Document) -> None:
        covers = document["evidence"]["covers"]
        covers[purpose] = covers[other]

    return change


def _merged(tokens: list[int]) -> list[int]:
    """The last split whose halves are leaves becomes one leaf."""
    k = next(k for k in reversed(range(len(tokens))) if tokens[k] < NATURAL)
    return [*tokens[:k], CORNERS, *tokens[k + 3 :]]


def _natural(tokens: list[int]) -> list[int]:
    return [NATURAL if t == CORNERS else t for t in tokens]


def _stars(tokens: list[int]) -> list[int]:
    return [STAR if t in (NATURAL, CORNERS) else t for t in tokens]


def _other_sides(tokens: list[int]) -> list[int]:
    """Splits of each side become splits of the next."""
    return [(t + 1) % NATURAL if t < NATURAL else t for t in tokens]


def _sliver(tokens: list[int]) -> list[int]:
    """One side is split until its halves are no floats of the unit interval."""
    return [0] * 60 + [CORNERS] * 61


def cost(old: str, new: str, player: int = 0) -> Change:
    return text(f"game.players.{player}.cost", old, new)


def extra(term: str, player: int = 0) -> Change:
    """A further term of a cost."""

    def change(document: Document) -> None:
        document["game"]["players"][player]["cost"] += f" + {term}"

    return change


_BAND = {"players": [0, 1], "margin": "0.5", "low": "0.00001", "high": "100"}


def enclosed(name: str, obligation: str, change: Change, base: str = "enclosed") -> Lie:
    return Lie(f"enclosed-{name}", base, obligation, change)


def _undefined(name: str, change: Change) -> Lie:
    """A cost that is not defined, or not smooth, on all of the region."""
    return enclosed(name, JACOBIAN, change)


LOGARITHM = "log(y + 2)"
_COVERS: Any = {"kind": "enclosed", "covers": {}}

ENCLOSED_LIES = [
    # numbers above what the leaves prove
    enclosed("margin-raised", MARGIN, raised("margin: margin")),
    enclosed("euclidean-margin-raised", EUCLIDEAN, raised("Euclidean margin: margin")),
    enclosed("structural-margin-raised", STRUCTURAL, raised("structural margin: margin")),
    enclosed("lipschitz-lowered", LIPSCHITZ, lowered("Lipschitz: bound")),
    enclosed("cocoercivity-raised", COCOERCIVITY, raised("cocoercivity: constant")),
    enclosed("curvature-raised", CURVATURE, raised("block bounds: curvature_lower.0")),
    enclosed("curvature-raised-two-variables", CURVATURE, raised(
        "block bounds: curvature_lower.1")),
    enclosed("upper-curvature-lowered", CURVATURE, lowered("block bounds: curvature_upper.0")),
    enclosed("upper-curvature-lowered-two-variables", CURVATURE, lowered(
        "block bounds: curvature_upper.1")),
    enclosed("coupling-lowered", COUPLING, lowered("block bounds: coupling_upper.0.1")),
    enclosed("coupling-lowered-back", COUPLING, lowered("block bounds: coupling_upper.1.0")),
    enclosed("coupling-left-out", COUPLING, put("block bounds: coupling_upper.1.0", "0")),
    enclosed("weights-of-no-proof", MARGIN, put("metric.weights", ["1", "9"])),
    enclosed("direct-called-structural", MARGIN, cites("margin", "margin/T1")),
    enclosed("euler-step-longer", EULER, raised("Euler steps: step_max")),
    enclosed("euler-factor-lowered", EULER, lowered("Euler steps: factor_at_best")),
    enclosed("euler-factor-at-the-largest-step-lowered", EULER,
             lowered("Euler steps: factor_at_max")),
    enclosed("euler-in-weights-of-no-proof", EULER, put(
        "Euler steps: metric.weights", ["1", "9"])),
    enclosed("euler-by-norms", EULER, both(
        cites("Euler steps", "euler/T9"), added("Euler steps: vector", ["1", "1"]))),
    enclosed("rk4-step-longer", RK4, longer("Runge-Kutta steps", Fraction(5, 4))),
    enclosed("rk4-called-constant", RK4, both(
        cites(RK4, "runge_kutta/T11 (a)", "multipliers"), put(f"{RK4}: norm", "1000"))),
    enclosed("band-too-wide", BAND, claimed("bands/T5", _BAND)),
    # covers that do not cover
    enclosed("cover-missing", MARGIN, drop("evidence.covers.margin")),
    enclosed("cover-of-the-domain-missing", JACOBIAN, drop("evidence.covers.domain")),
    enclosed("cover-of-a-block-missing", COUPLING, drop("evidence.covers.block 0 1")),
    enclosed("cover-of-a-diagonal-block-missing", CURVATURE, drop("evidence.covers.block 1 1")),
    enclosed("cover-of-the-best-step-missing", EULER, drop("evidence.covers.euler_best")),
    enclosed("cover-of-the-largest-step-missing", EULER, drop("evidence.covers.euler_max")),
    enclosed("covers-all-missing", JACOBIAN, put("evidence.covers", {})),
    enclosed("cover-empty", MARGIN, cover("margin")),
    enclosed("cover-of-the-domain-empty", JACOBIAN, cover("domain")),
    enclosed("cover-without-its-last-leaf", MARGIN, recut("margin", lambda t: t[:-1])),
    enclosed("cover-without-its-first-leaf", LIPSCHITZ, recut("lipschitz", lambda t: t[1:])),
    enclosed("cover-of-the-domain-without-a-leaf", JACOBIAN, cover("domain", 1, NATURAL)),
    enclosed("cover-with-a-further-leaf", MARGIN, recut("margin", lambda t: [*t, CORNERS])),
    enclosed("cover-twice", LIPSCHITZ, recut("lipschitz", lambda t: [*t, *t])),
    enclosed("cover-backwards", EULER, recut("euler_max", lambda t: t[::-1])),
    enclosed("cover-with-an-unknown-form", MARGIN, recut("margin", lambda t: [*t[:-1], 6])),
    enclosed("cover-with-a-negative-token", MARGIN, recut("margin", lambda t: [-1, *t[1:]])),
    enclosed("cover-of-slivers", MARGIN, recut("margin", _sliver)),
    # covers that prove less
    enclosed("leaves-merged", MARGIN, recut("margin", _merged)),
    enclosed("leaves-merged-cocoercivity", COCOERCIVITY, recut("cocoercivity", _merged)),
    enclosed("leaves-merged-curvature", CURVATURE, recut("block 0 0", _merged)),
    enclosed("one-leaf", LIPSCHITZ, cover("lipschitz", CORNERS)),
    enclosed("one-natural-leaf", EUCLIDEAN, cover("euclidean_margin", NATURAL)),
    enclosed("form-changed", MARGIN, recut("margin", _natural)),
    enclosed("form-changed-in-a-block", CURVATURE, recut("block 1 1", _natural)),
    enclosed("splits-of-another-side", LIPSCHITZ, recut("lipschitz", _other_sides)),
    enclosed("cover-for-another-purpose", COCOERCIVITY, taken("cocoercivity", "lipschitz")),
    enclosed("cover-for-another-step", EULER, taken("euler_best", "block 1 0")),
    enclosed("cover-for-another-block", CURVATURE, taken("block 1 1", "block 1 0")),
    enclosed("cover-of-another-game", MARGIN, cover("margin", 1, 0, 5, 5, 5)),  # of four variables
    # stars
    enclosed("one-star", LIPSCHITZ, cover("lipschitz", STAR)),
    enclosed("stars-of-a-block", CURVATURE, recut("block 1 1", _stars)),
    enclosed("stars-of-a-coupling", COUPLING, recut("block 0 1", _stars)),
    enclosed("one-star-for-a-step", EULER, cover("euler_max", STAR)),
    enclosed("margin-raised-above-its-stars", MARGIN, both(
        times("margin: margin", Fraction(11, 10)), recut("margin", _stars))),
    enclosed("stars-and-a-leaf-missing", EULER, recut("euler_max", lambda t: _stars(t)[:-1])),
    enclosed("stars-of-splits-of-another-side", MARGIN, recut(
        "margin", lambda t: _stars(_other_sides(t)))),
    enclosed("margin-doubled-and-stars", MARGIN, both(
        times("margin: margin", 2), recut("margin", _stars))),
    # another game
    enclosed("cost-changed", CURVATURE, cost("x**2", "0.999*x**2")),
    enclosed("cost-sign-changed", COUPLING, cost("+ x*y/3", "- x*y", 1)),
    enclosed("cost-slower", MARGIN, cost("y**2 -", "0.9*y**2 -", 1)),
    enclosed("parameter-changed", CURVATURE, put("game.parameters.k", "1.0999")),
    enclosed("region-widened", CURVATURE, raised("region.upper.0")),
    enclosed("region-moved", CURVATURE, put("region.upper.0", "0.8")),
    enclosed("region-made-all-of-space", JACOBIAN, put(
        "region", {"kind": "space", "dimension": 3})),
    enclosed("region-of-another-dimension", JACOBIAN, both(
        without(EQUILIBRIUM, KIND), put(
        "region", {"kind": "box", "lower": ["0", "-0.5"], "upper": ["0.7", "1/3"]}))),
    enclosed("region-missing", JACOBIAN, both(
        without(EQUILIBRIUM, KIND), drop("region"))),
    enclosed("called-exact", JACOBIAN, put("evidence", {"kind": "exact"})),
    enclosed("game-of-python-code", JACOBIAN, put("game.kind", "callable")),
    enclosed("matrix-without-covers", JACOBIAN, put("evidence", _COVERS), "blocks"),
    enclosed("polynomial-without-covers", JACOBIAN, put("evidence", _COVERS), "mixed"),
    # costs that are not smooth on all of the region
    _undefined("logarithm-of-0", put("region.lower.1", "-2")),
    _undefined("logarithm-of-0-between-floats", cost(LOGARITHM, "log(y + 1/2)", 1)),
    _undefined("logarithm-below-0", put("region.lower.1", "-3")),
    _undefined("logarithm-times-0", extra("0*log(y)")),
    _undefined("logarithm-to-the-power-0", extra("log(y)**0")),
    _undefined("logarithms-that-cancel", extra("log(y) - log(y)")),
    _undefined("log1p-below-its-domain", extra("log1p(3*y)", 1)),
    _undefined("pole-inside", cost("1/(x + 3)", "1/(x - 1/4)")),
    _undefined("pole-at-the-corner", cost("1/(x + 3)", "1/x")),
    _undefined("pole-that-cancels", extra("(y/y)*x")),
    _undefined("pole-of-a-power", extra("y**(-2)/1000000", 1)),
    _undefined("pole-of-the-tangent", extra("tan(4*x)/1000000")),
    _undefined("root-at-0", extra("sqrt(x)/1000000")),
    _undefined("root-of-a-square", extra("sqrt(y**2)/1000000", 1)),  # |y|
    _undefined("power-three-halves-at-0", extra("x**(3/2)/1000000")),
    _undefined("power-that-varies-at-0", extra("x**(y + 3)/1000000")),
    _undefined("division-by-0", extra("x/(z - z)")),
    _undefined("overflow", extra("exp(exp(99*x))/exp(exp(99*x))")),
    _undefined("parameter-moves-a-pole", both(
        put("game.parameters.p", "-0.2"), extra("1/(x + p)"))),
    enclosed("margin-doubled-and-one-leaf", MARGIN, both(
        times("margin: margin", 2), cover("margin", CORNERS))),
]  # fmt: skip
