"""Certificates and refusals as short plain tables: the verdict first, the unchecked last."""

import textwrap
from collections.abc import Iterable, Sequence
from fractions import Fraction

from certificates.kernel.claims import Band, Claims
from certificates.kernel.document.assumption import assumption
from certificates.kernel.document.metric import Rung
from certificates.kernel.refusal import RefusalClaims
from certificates.kernel.theorems.shared import own_sets
from certificates.kernel.verify import Verification
from certificates.report.promises import promise_rows
from certificates.report.quoted import quoted_rows
from certificates.report.refusal import (
    LOG_ODDS,
    geometry_rows,
    refusal_head,
    refusal_rows,
    subject_rows,
)
from certificates.report.shown import Kind, Row, estimated, line
from certificates.report.steps import PROVED_BY, step_rows
from certificates.report.texts import (
    cut,
    down,
    lower_text,
    near,
    up,
    upper_text,
    weights_text,
)

WIDTH = 80  # characters a line
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
    """What can be quoted of a certificate, as plain text."""
    return render(*certificate_quotes(claims))


def certificate_quotes(claims: Claims) -> Table:
    """The verdict; does play converge, how fast, with which steps, from where."""
    *rows, more = quoted_rows(claims)
    if claims.verdict != "proved":
        rows.append(_evidence_row(claims))
    return _head(claims), shown_as(claims, [*rows, more])


def certificate_details(claims: Claims) -> str:
    """The same, then all rows, in groups, as plain text."""
    head, quotes = certificate_quotes(claims)
    groups = [(heading, shown_as(claims, rows)) for heading, rows in _groups(claims) if rows]
    parts = [render(head, quotes[:-1]), *(_group(heading, rows) for heading, rows in groups)]
    return "\n".join(parts)


def _group(heading: str, rows: Sequence[Row]) -> str:
    texts = [(row.label, row.text) for row in rows]
    return "\n".join([f"  {heading}:", *_aligned(texts, _width(texts), "    ")])


def certificate_rows(claims: Claims) -> Table:
    """Verdict, then margin, metric, steps, start sets, bands, evidence; last what is only said."""
    rows = [row for _, group in _groups(claims) for row in group]
    return _head(claims), shown_as(claims, subject_rows(claims) + rows)


def _head(claims: Claims) -> str:
    play = claims.geometry.play
    return {
        "proved": f"PROVED: {play} contracts",
        "estimated": f"ESTIMATED, not proved: {play} contracts at every sampled point",
        "conditional": f"CONDITIONAL: if {assumption(claims.evidence)}, {play} contracts",
    }[claims.verdict]


def shown_as(claims: Claims, rows: list[Row]) -> list[Row]:
    """The rows as the verdict allows: of an estimated certificate each says that it is that."""
    return [estimated(row) for row in rows] if claims.verdict == "estimated" else rows


def _groups(claims: Claims) -> list[Table]:
    """All rows but those of the game, under their headings."""
    return [
        ("rates", _rate_rows(claims)),
        ("distance", geometry_rows(claims.geometry, claims.game) + _metric_rows(claims)),
        ("steps", step_rows(claims)),
        ("where play ends, and from which starts", promise_rows(claims)),
        ("how far the weights may move", _band_rows(claims)),
        ("for comparison", [_published_row(claims)]),
        ("what it rests on", [_evidence_row(claims)]),
        (Kind.SAID.value, _said_rows(claims)),
    ]


def _rate_rows(claims: Claims) -> list[Row]:
    margin = f"{lower_text(claims.margin)}: rate of contraction, {PROVED_BY[claims.margin_basis]}"
    rows = [line("margin", margin)]
    if claims.euclidean_margin is not None:
        text = f"{lower_text(claims.euclidean_margin)}: the same, all players' weights being equal"
        rows.append(line("Euclidean margin", text))
    if claims.margin_basis == "direct":
        text = f"{lower_text(claims.small_gain.margin)}: the same, {PROVED_BY['structural']} alone"
        rows.append(line("structural margin", text))
    text = f"{upper_text(claims.lipschitz)}: how fast the gradients change"
    return [*rows, line("Lipschitz", text)]


def _published_row(claims: Claims) -> Row:
    """T8's rule follows from the numbers above; RK4's speaks of constant J alone (theory: T11)."""
    beta = claims.lipschitz
    euler = near(2 * claims.margin / beta**2)
    rk4 = near(Fraction(5, 2) / beta)
    text = (
        f"Euler {euler} (2 margin/L^2, which follows from both by T8); RK4 {rk4} (2.5/L, not a"
        " proof for this game)"
    )
    return line("published rules", text)


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


def _aligned(rows: Sequence[tuple[str, str]], width: int, indent: str = "  ") -> list[str]:
    """Labels of this width, each value broken into lines that fit."""
    start = len(indent) + width + 2
    lines, room = [], max(WIDTH - start, WIDTH // 3)
    for label, value in rows:
        first, *others = textwrap.wrap(plain(value), room, break_on_hyphens=False) or [""]
        lines.append(f"{indent}{plain(label):<{width}}  {first}".rstrip())
        lines += [" " * start + line for line in others]
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
        if claims.region is not None and not own_sets(claims):
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
        how = f"margin at least {down(band.margin)}, {PROVED_BY[band.basis]}"
        rows.append(line("band", f"w({j})/w({i}) in [{up(band.low)}, {high}]  ({how})"))
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
