"""Certificates and refusals as short plain tables: the verdict first, the unchecked last."""

import textwrap
from collections.abc import Iterable, Sequence
from fractions import Fraction

from certificates.kernel.claims import Band, Claims
from certificates.kernel.document.assumption import assumption
from certificates.kernel.document.metric import Rung
from certificates.kernel.inequalities.equilibrium import is_product
from certificates.kernel.refusal import RefusalClaims
from certificates.kernel.verify import Verification
from certificates.report.promises import promise_rows
from certificates.report.refusal import (
    LOG_ODDS,
    geometry_rows,
    refusal_head,
    refusal_rows,
    subject_rows,
)
from certificates.report.shown import Kind, Row, estimated, line
from certificates.report.steps import step_rows
from certificates.report.texts import cut, down, near, up, weights_text

WIDTH = 110  # characters a line
UNCONSTRAINED = (
    "play without active constraints; projected play on a product needs one weight a player (T7)"
)
SHARED = (
    "each player's own (a product); with constraints that players share, unequal weights select"
    " another normalised equilibrium (Rosen)"
)
BALL = "play without active constraints; a ball is no product of the players' own sets (T7)"
_LONGEST = 5000  # characters of any text
_BANDS = 6  # bands shown
_METRIC_NAMES = {
    "scalar": "the metric of the weights",
    "block": "a metric of one matrix a player",
    "dense": "a metric of one matrix for all variables",
}
Table = tuple[str, list[Row]]  # a heading and what stands under it


def statement(claims: Claims) -> str:
    """What the certificate says, in one sentence."""
    geometry = claims.geometry
    text = (
        f"any two solutions of simultaneous {geometry.play} approach each other at least as fast as"
        f" exp(-{down(claims.margin)} t) while they stay in the region, in"
        f"{f' {LOG_ODDS} and' if geometry.field else ''} {_METRIC_NAMES[claims.metric.kind]}"
    )
    prefix = {
        "proved": "Proved: ",
        "estimated": "Estimated from samples, not proved: ",
        "conditional": f"If {assumption(claims.evidence)}, ",
    }[claims.verdict]
    return f"{prefix}{text}."


def certificate_table(claims: Claims) -> str:
    """The rows of a certificate as plain text."""
    return render(*certificate_rows(claims))


def certificate_details(claims: Claims) -> str:
    """All rows of a certificate as plain text."""
    return render(*certificate_rows(claims))


def certificate_rows(claims: Claims) -> Table:
    """Verdict, margin against the Euclidean margin, weights, steps, band, what was checked."""
    play = claims.geometry.play
    head = {
        "proved": f"PROVED: {play} contracts",
        "estimated": f"ESTIMATED, not proved: {play} contracts at every sampled point",
        "conditional": f"CONDITIONAL: if {assumption(claims.evidence)}, {play} contracts",
    }[claims.verdict]
    return head, shown_as(claims, _all_rows(claims))


def shown_as(claims: Claims, rows: list[Row]) -> list[Row]:
    """The rows as the verdict allows: of an estimated certificate each says that it is that."""
    return [estimated(row) for row in rows] if claims.verdict == "estimated" else rows


def _all_rows(claims: Claims) -> list[Row]:
    rows = subject_rows(claims) + geometry_rows(claims.geometry, claims.game)
    margin = f"{down(claims.margin)}  ({claims.margin_basis}), contraction rate"
    rows.append(line("margin", margin))
    if claims.euclidean_margin is not None:
        rows.append(line("Euclidean margin", down(claims.euclidean_margin)))
    if claims.margin_basis == "direct":
        rows.append(line("structural margin", down(claims.small_gain.margin)))
    rows += _metric_rows(claims)
    rows.append(line("Lipschitz", up(claims.lipschitz)))
    rows += [*step_rows(claims), *promise_rows(claims), *_band_rows(claims)]
    beta = claims.lipschitz
    published = f"Euler {near(2 * claims.margin / beta**2)}, RK4 {near(Fraction(5, 2) / beta)}"
    text = f"{published}  (2 margin/L^2, 2.5/L: for comparison, not a proof for this game)"
    rows.append(line("published rules", text))
    return [*rows, _evidence_row(claims), *_said_rows(claims)]


def refusal_table(claims: RefusalClaims) -> str:
    """The rows of a refusal as plain text."""
    return render(refusal_head(claims), refusal_rows(claims))


def verification_table(verification: Verification) -> str:
    """Each obligation with its theorem."""
    rows = [
        (
            "ok" if o.holds else "FAILS",
            f"{o.name} [{o.theorem}]" + (f": {o.detail}" if o.detail else ""),
        )
        for o in verification.obligations
    ]
    head = "verified" if verification else "NOT VERIFIED"
    lines = _head_lines(f"{head} ({verification.verdict}): {verification.message}")
    return "\n".join(lines + _aligned(rows, _width(rows)))


def render(head: str, rows: Iterable[Row]) -> str:
    """A heading and aligned rows; last, under a heading of their own, those that nobody checked."""
    checked, said = apart(rows)
    width = _width([(row.label, row.text) for row in checked + said])
    lines = _head_lines(head) + _aligned([(row.label, row.text) for row in checked], width)
    if said:
        lines.append(f"  {Kind.SAID.value}:")
        lines += _aligned([(row.label, row.text) for row in said], width)
    return "\n".join(lines)


def apart(rows: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    """The rows that something covers, and those that the search alone says."""
    listed = list(rows)
    return [row for row in listed if not row.is_said], [row for row in listed if row.is_said]


def _head_lines(head: str) -> list[str]:
    return textwrap.wrap(plain(head), WIDTH, subsequent_indent="  ")


def _width(rows: Sequence[tuple[str, str]]) -> int:
    return max((len(plain(label)) for label, _ in rows), default=0)


def _aligned(rows: Sequence[tuple[str, str]], width: int) -> list[str]:
    """Labels of this width, each value broken into lines that fit."""
    lines, room = [], max(WIDTH - width - 4, WIDTH // 3)
    for label, value in rows:
        first, *others = textwrap.wrap(plain(value), room, break_on_hyphens=False) or [""]
        lines.append(f"  {plain(label):<{width}}  {first}".rstrip())
        lines += [" " * (width + 4) + line for line in others]
    return lines


def plain(text: str) -> str:
    """Text that cannot steer a terminal or break a table, and has an end, whatever a name holds."""
    text = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _metric_rows(claims: Claims) -> list[Row]:
    """The weights, or what another metric is and what it does not cover (T7)."""
    metric = claims.metric
    if metric.kind == "scalar":
        rows = [line("weights", weights_text(metric.weights))]
        if claims.region is not None and not is_product(claims.region):
            return [*rows, line("constraints", BALL)]
        unequal = len(metric.weights) > 1 and (metric.weights != metric.weights[0]).any()
        return [*rows, line("constraints", SHARED)] if unequal else rows
    kind = {"block": "one matrix a player", "dense": "one matrix for all variables"}[metric.kind]
    return [line("metric", f"{metric.kind}: {kind}"), line("constraints", UNCONSTRAINED)]


def _band_rows(claims: Claims) -> list[Row]:
    """How far the ratio of two weights may move, and the margin that is left within that."""
    rows, bands = [], list(claims.each(Band))
    for band in bands[:_BANDS]:
        i, j = (cut(claims.names[k]) for k in band.players)
        high = "inf" if band.high is None else down(band.high)
        text = f"[{up(band.low)}, {high}]  (margin at least {down(band.margin)}, {band.basis})"
        rows.append(line("band", text, f"band w({j})/w({i})"))
    if len(bands) > _BANDS:
        text = f"{len(bands) - _BANDS} more, by certificate.band(i, j)"
        rows.append(line("more bands", text, "bands"))
    return rows


def _evidence_row(claims: Claims) -> Row:
    """What the numbers rest on."""
    if claims.verdict == "conditional":
        text = f"none: it is assumed that {assumption(claims.evidence)}"
        return line("given bounds", text, "evidence")
    if claims.verdict == "estimated":
        return line("statement", str(claims.evidence.get("statement", "samples")), "evidence")
    if "values" in claims.evidence:
        text = "the values of all policies over a cover of the region"
    elif claims.evidence["kind"] == "enclosed":
        text = "interval arithmetic over covers of the region"
    else:
        text = "exact arithmetic on the Jacobian at every vertex that matters"
    return line("evidence", text)


def _said_rows(claims: Claims) -> list[Row]:
    """What no theorem covers: how the search went, and numbers of LAPACK."""
    rows = []
    if claims.metric.kind != "scalar":
        rows.append(line("condition number", f"about {claims.metric.condition:.3g}, of the metric"))
    if len(claims.rungs) > 2:  # beyond weights
        texts = [_rung_text(rung) for rung in claims.rungs]
        rows += [line("rungs", text, "rungs" if k == 0 else "") for k, text in enumerate(texts)]
    if "note" in claims.evidence:
        rows.append(line("note", str(claims.evidence["note"])))
    if (claims.game or {}).get("derivatives") == "finite differences":
        rows.append(line("derivatives", "finite differences of the given gradients"))
    return rows


def _rung_text(rung: Rung) -> str:
    margin = "" if rung.margin is None else f" {down(rung.margin)}"
    return f"{rung.metric}{margin}: {rung.outcome}"
