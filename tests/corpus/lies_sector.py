"""Lies about Euler steps from margin, Lipschitz constant and cocoercivity (T8)."""

from fractions import Fraction

from certificates.kernel.document.reading import Document
from tests.corpus.changes import EULER, LIPSCHITZ, Lie, both, drop, lowered, put, raised, times

MAX, AT_MAX = "steps.euler.step_max", "steps.euler.factor_at_max"
AT_BEST = "steps.euler.factor_at_best"


def _without_margin(document: Document) -> None:
    """α = 0, and nothing else that rests on it."""
    document["margin"] = "0"
    for method in ("rk4", "extragradient", "optimistic"):
        del document["steps"][method]


def _exchanged(document: Document) -> None:
    """The best step beyond the largest, each with its own factor."""
    euler = document["steps"]["euler"]
    for one, other in (("best_step", "step_max"), ("factor_at_best", "factor_at_max")):
        euler[one], euler[other] = euler[other], euler[one]


SECTOR_LIES = (
    Lie("sector-euler-without-a-margin", "by-sector-bounds", "margin is positive", _without_margin),
    Lie("sector-euler-in-another-metric", "by-sector", EULER, put(
        "steps.euler.metric.weights", ["1", "201"])),
    Lie("sector-euler-best-step-beyond-the-largest", "by-sector-bounds", EULER, _exchanged),
    Lie("sector-euler-factor-at-best-lowered", "by-sector", EULER, lowered(AT_BEST)),
    Lie("sector-euler-factor-at-best-lowered-conditional", "by-sector-bounds", EULER, lowered(
        AT_BEST)),
    Lie("sector-euler-step-longer", "by-sector", EULER, raised(MAX)),
    Lie("sector-euler-step-longer-conditional", "by-sector-bounds", EULER, raised(MAX)),
    Lie("sector-euler-factor-at-the-largest-step-lowered", "by-sector", EULER, both(
        times(MAX, Fraction(9, 10)), put(AT_MAX, "0.9"))),
    Lie("sector-euler-factor-negative", "by-sector-bounds", EULER, put(AT_BEST, "-1")),
    Lie("sector-euler-factor-one", "by-sector-bounds", EULER, both(
        times(MAX, 2), put(AT_MAX, "1"))),
    Lie("sector-euler-without-its-cocoercivity", "by-sector", EULER, drop("cocoercivity")),
    Lie("sector-euler-by-a-raised-cocoercivity", "by-sector", "cocoercivity", both(
        times("cocoercivity", Fraction(11, 10)), times(MAX, Fraction(11, 10)))),
    Lie("sector-euler-by-a-lower-lipschitz", "by-sector-bounds", LIPSCHITZ, both(
        times("lipschitz", Fraction(9, 10)), times(MAX, Fraction(6, 5)))),
    Lie("sector-euler-by-a-raised-margin", "by-sector-bounds", "margin", both(
        times("margin", Fraction(11, 10)), times(MAX, Fraction(11, 10)))),
)  # fmt: skip
