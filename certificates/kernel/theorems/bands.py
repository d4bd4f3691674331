"""Bands of weight ratios (T4, T5): every ratio between two ends has the margin."""

from collections.abc import Callable
from fractions import Fraction

from certificates.kernel.document.claims import Band, Claims
from certificates.kernel.inequalities.band import acts_on, witnesses_hold
from certificates.kernel.inequalities.direct import ratio_margin_holds
from certificates.kernel.inequalities.structural import ratio_holds
from certificates.kernel.theorems.hypotheses import Hypothesis
from certificates.kernel.theorems.rule import Rule, Stated, rule

Case = Stated[Band]
TWO = "there are two players"
MARGIN = "a ≥ 0"
CLOSED = "both ends are closed, low > 0"


def _of(basis: str, witnessed: bool | None = None) -> Callable[[Claims], tuple[Band, ...]]:
    def each(claims: Claims) -> tuple[Band, ...]:
        return tuple(
            band
            for band in claims.bands
            if band.basis == basis and witnessed in (None, bool(band.witnesses))
        )

    return each


def _ordered(band: Band) -> bool:
    return band.low >= 0 and (band.high is None or 0 < band.high >= band.low)


def _low_holds(case: Case) -> bool:
    """T4 at the lower end; an open one (0) only where i does not feel j."""
    i, j = case.what.players
    low = case.what.low
    if low > 0:
        return ratio_holds(case.claims, case.what, low)
    return not case.claims.coupling_upper.entry(i, j)


def _high_holds(case: Case) -> bool:
    i, j = case.what.players
    high = case.what.high
    if high is not None:
        return ratio_holds(case.claims, case.what, high)
    return not case.claims.coupling_upper.entry(j, i)


def _curvatures_reach(case: Case) -> bool:
    return all(
        Fraction(case.claims.curvature_lower[k]) >= case.what.margin for k in case.what.players
    )


def _ratios(band: Band) -> list[Fraction]:
    i, j = band.players
    return [Fraction(w[j]) / Fraction(w[i]) for w, _ in band.witnesses]


def _low_is_reached(case: Case) -> bool:
    """By a witness; an open end where j does not act on i, even through others."""
    i, j = case.what.players
    if case.what.low > 0:
        return min(_ratios(case.what)) <= case.what.low
    return not acts_on(case.claims.coupling_upper, j, i)


def _high_is_reached(case: Case) -> bool:
    i, j = case.what.players
    if case.what.high is not None:
        return max(_ratios(case.what)) >= case.what.high
    return not acts_on(case.claims.coupling_upper, i, j)


_SHARED: tuple[Hypothesis[Case], ...] = (
    Hypothesis(MARGIN, lambda case: case.what.margin >= 0),
    Hypothesis("0 ≤ low ≤ high, high > 0", lambda case: _ordered(case.what)),
)
RULES: tuple[Rule[Band], ...] = (
    rule(
        "T5",
        "band",
        _of("direct"),
        Hypothesis(TWO, lambda case: len(case.claims.names) == 2),
        *_SHARED,
        Hypothesis(CLOSED, lambda case: case.what.low > 0 and case.what.high is not None),
        Hypothesis(
            "sym(MJ) ⪰ aM on X at the lower end",
            lambda case: ratio_margin_holds(case.J, case.what, case.what.low),
            given=(TWO, CLOSED),
        ),
        Hypothesis(
            "sym(MJ) ⪰ aM on X at the upper end",
            lambda case: ratio_margin_holds(case.J, case.what, case.what.high or Fraction(0)),
            given=(TWO, CLOSED),
        ),
    ),
    rule(
        "T4",
        "band",
        _of("structural", witnessed=False),
        Hypothesis(TWO, lambda case: len(case.claims.names) == 2),
        *_SHARED,
        Hypothesis("μ_i, μ_j ≥ a", _curvatures_reach),
        Hypothesis(
            "4(μ_i − a)(μ_j − a)t ≥ (L_ij + L_ji t)² at the lower end", _low_holds, given=(TWO,)
        ),
        Hypothesis(
            "4(μ_i − a)(μ_j − a)t ≥ (L_ij + L_ji t)² at the upper end", _high_holds, given=(TWO,)
        ),
    ),
    rule(
        "T4 (any pair)",
        "band",
        _of("structural", witnessed=True),
        *_SHARED,
        Hypothesis(
            "T2 at every witness, margin a",
            lambda case: witnesses_hold(case.claims, case.what),
        ),
        Hypothesis("a witness at or below low, or j does not act on i", _low_is_reached),
        Hypothesis("a witness at or above high, or i does not act on j", _high_is_reached),
    ),
)
