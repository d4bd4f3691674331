"""Certificates and refusals as short plain tables: the verdict first."""

import textwrap
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import islice
from typing import Any

from numpy.typing import NDArray

from certificates.check import Verification
from certificates.claims import Claims
from certificates.geometry import FIELDS, LOGIT_KINDS
from certificates.metric import Rung
from certificates.promise_table import promise_rows
from certificates.refusal_claims import RefusalClaims
from certificates.safe import Lower, Upper, decimal_text
from certificates.step_claims import Steps
from games.number import round_near
from games.region import Region, Space

DIGITS = 6
WIDTH = 110  # characters a line
UNCONSTRAINED = (
    "play without active constraints; projected play on a product needs one weight a player (T7)"
)
SHARED = (
    "each player's own (a product); with constraints that players share, unequal weights select"
    " another normalised equilibrium (Rosen)"
)
LOG_ODDS = "log-odds against action 0"
_NAME = 24  # characters of a player's name in a label
_LONGEST = 5000  # characters of any text
_SHOWN = 8  # players listed before an ellipsis
_BANDS = 6  # bands shown

_METRIC_NAMES = {
    "scalar": "the metric of the weights",
    "block": "a metric of one matrix a player",
    "dense": "a metric of one matrix for all variables",
}
Row = tuple[str, str]
Table = tuple[str, list[Row]]  # a heading and what stands under it


def statement(claims: Claims) -> str:
    """What the certificate says, in one sentence."""
    margin = Lower(claims.margin).text(DIGITS)
    geometry = claims.geometry
    text = (
        f"any two solutions of simultaneous {geometry.play} approach each other at least as fast as"
        f" exp(-{margin} t) while they stay in the region, in"
        f"{f' {LOG_ODDS} and' if geometry.field else ''} {_METRIC_NAMES[claims.metric.kind]}"
    )
    prefix = {
        "proved": "Proved: ",
        "estimated": "Estimated from samples, not proved: ",
        "conditional": "If the given bounds hold, ",
    }[claims.verdict]
    return f"{prefix}{text}."


def certificate_table(claims: Claims) -> str:
    """The rows of a certificate as plain text."""
    return render(*certificate_rows(claims))


def certificate_rows(claims: Claims) -> Table:
    """Verdict, margin against the Euclidean margin, weights, steps, band, what was checked."""
    rows, geometry = _subject(claims), claims.geometry
    if geometry.field:
        rows.append(("geometry", f"entropic dual: natural gradient for {FIELDS[geometry.field]}"))
    if (claims.game or {}).get("kind") in LOGIT_KINDS:
        rows.append(("coordinates", f"{LOG_ODDS}, of each player in each state"))
    rows.append(("margin", f"{_down(claims.margin)}  ({claims.margin_basis}), contraction rate"))
    if claims.euclidean_margin is not None:
        rows.append(("Euclidean margin", _down(claims.euclidean_margin)))
    if claims.margin_basis == "direct":
        rows.append(("structural margin", _down(claims.structural_margin)))
    rows += _metric_rows(claims)
    if len(claims.ladder) > 2:  # beyond weights
        rows += [("rungs" if k == 0 else "", _rung_text(r)) for k, r in enumerate(claims.ladder)]
    rows.append(("Lipschitz", _up(claims.lipschitz)))
    for label, steps in (("Euler step", claims.euler), ("RK4 step", claims.rk4)):
        shown = _steps_text(steps) if steps else "none certified"
        rows.append((f"{geometry.prefix}{label}", shown))
    rows += promise_rows(claims)
    for band in claims.bands[:_BANDS]:
        i, j = (_cut(claims.names[k]) for k in band.players)
        high = "inf" if band.high is None else _down(band.high)
        rows.append((f"band w({j})/w({i})", f"[{_up(band.low)}, {high}]"))
    if len(claims.bands) > _BANDS:
        rows.append(("bands", f"{len(claims.bands) - _BANDS} more, by certificate.band(i, j)"))
    beta = claims.lipschitz
    published = f"Euler {_near(2 * claims.margin / beta**2)}, RK4 {_near(Fraction(5, 2) / beta)}"
    rows.append(("published rules", f"{published}  (2 margin/L^2, 2.5/L; for comparison)"))
    rows.append(("evidence", evidence_text(claims)))
    if "note" in claims.evidence:
        rows.append(("note", str(claims.evidence["note"])))
    if (claims.game or {}).get("derivatives") == "finite differences":
        rows.append(("derivatives", "finite differences of the given gradients"))
    head = {
        "proved": f"PROVED: {geometry.play} contracts",
        "estimated": f"ESTIMATED, not proved: {geometry.play} contracts at every sampled point",
        "conditional": f"CONDITIONAL: if the given bounds hold, {geometry.play} contracts",
    }[claims.verdict]
    return head, rows


def refusal_table(claims: RefusalClaims) -> str:
    """The rows of a refusal as plain text."""
    return render(*refusal_rows(claims))


def refusal_rows(claims: RefusalClaims) -> Table:
    """Verdict, reason, evidence, what to try."""
    rows = _subject(claims)
    rows.append(("why", claims.message))
    for key, value in claims.best.items():
        rows.append((key.replace("_", " ").replace("euclidean", "Euclidean"), _down(value)))
    players, gain = claims.cycle
    if players:
        ring = " <- ".join(claims.names[k] for k in (*players, players[0]))
        rows.append(("blocking cycle", ring if len(players) > 1 else claims.names[players[0]]))
        if gain is not None:
            rows.append(("gain of the cycle", _near(gain)))
    if claims.worst_point is not None:
        rows.append(("worst point", ", ".join(_near(v) for v in claims.worst_point[:_SHOWN])))
    for k, suggestion in enumerate(claims.suggestions):
        rows.append(("try" if k == 0 else "", suggestion))
    return f"{claims.verdict.upper()} ({claims.reason})", rows


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
    return render(f"{head} ({verification.verdict}): {verification.message}", rows)


def render(head: str, rows: Iterable[Row]) -> str:
    """A heading and aligned rows, each value broken into lines that fit."""
    listed = [(plain(label), plain(value)) for label, value in rows]
    width = max((len(label) for label, _ in listed), default=0)
    lines = textwrap.wrap(plain(head), WIDTH, subsequent_indent="  ")
    for label, value in listed:
        room = max(WIDTH - width - 4, WIDTH // 3)
        first, *others = textwrap.wrap(value, room, break_on_hyphens=False) or [""]
        lines.append(f"  {label:<{width}}  {first}".rstrip())
        lines += [" " * (width + 4) + line for line in others]
    return "\n".join(lines)


def plain(text: str) -> str:
    """Text that cannot steer a terminal or break a table, and has an end, whatever a name holds."""
    text = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _subject(claims: Claims | RefusalClaims) -> list[Row]:
    """Which game, on which region."""
    name = (claims.game or {}).get("name")
    players = _count(len(claims.names), "player")
    rows = [("game", f"{name}, {players}" if name else players)]
    if claims.region is not None:
        rows.append(("region", region_text(claims.region)))
    return rows


def _rung_text(rung: Rung) -> str:
    margin = "" if rung.margin is None else f" {_down(rung.margin)}"
    return f"{rung.metric}{margin}: {rung.outcome}"


def _metric_rows(claims: Claims) -> list[Row]:
    """The weights, or what another metric is and what it does not cover (T7)."""
    metric = claims.metric
    if metric.kind == "scalar":
        rows = [("weights", weights_text(metric.weights))]
        unequal = len(metric.weights) > 1 and (metric.weights != metric.weights[0]).any()
        return [*rows, ("constraints", SHARED)] if unequal else rows
    kind = {"block": "one matrix a player", "dense": "one matrix for all variables"}[metric.kind]
    return [
        ("metric", f"{metric.kind}: {kind}, condition number {metric.condition:.3g}"),
        ("constraints", UNCONSTRAINED),
    ]


def weights_text(weights: Sequence[Any] | NDArray[Any]) -> str:
    """1 : 200, shortened for many players."""
    shown = " : ".join(_near(Fraction(w)) for w in islice(weights, _SHOWN))
    if len(weights) > _SHOWN:
        shown += f" : … ({len(weights)} weights)"
    return shown


def region_text(region: Region) -> str:
    """The box, side by side; a cube in short."""
    if isinstance(region, Space):
        return f"all of R^{region.dimension}"
    if (ball := region.ball) is not None:
        center = ", ".join(map(_near, ball.center[:_SHOWN]))
        more = ", …" if len(ball.center) > _SHOWN else ""
        metric = f"weights {weights_text(ball.weights)}" if ball.weights else "a metric of its own"
        return f"the ball of radius {_near(ball.radius)} round ({center}{more}) in {metric}"
    sides = list(zip(region.lower, region.upper, strict=True))
    if len(set(sides)) == 1:
        return f"{_side_text(*sides[0])}^{len(sides)}"
    shown = " x ".join(_side_text(low, high) for low, high in sides[:_SHOWN])
    return shown + (" x …" if len(sides) > _SHOWN else "")


def _side_text(low: Fraction, high: Fraction) -> str:
    """[low, high] with as many digits as tell them apart."""
    for digits in (DIGITS, 2 * DIGITS, 4 * DIGITS):
        ends = [decimal_text(round_near(end, digits)) for end in (low, high)]
        if low == high or ends[0] != ends[1]:
            break
    return f"[{ends[0]}, {ends[1]}]"


def evidence_text(claims: Claims) -> str:
    """What the numbers rest on."""
    if "values" in claims.evidence:
        return "super- and sub-solutions of the values over a cover of the region"
    if claims.evidence["kind"] == "enclosed":
        return "interval arithmetic over covers of the region"
    if claims.verdict == "proved":
        return "exact arithmetic on the Jacobian at every vertex that matters"
    if claims.verdict == "estimated":
        return str(claims.evidence.get("statement", "samples"))
    return "bounds given by the user"


def _steps_text(steps: Steps) -> str:
    best = f"best {_near(steps.best_step)} with factor {_up(steps.factor_at_best)}"
    return f"every h up to {_down(steps.step_max)}; {best}  ({steps.basis})"


def _down(value: Fraction) -> str:
    return Lower(value).text(DIGITS)


def _up(value: Fraction) -> str:
    return Upper(value).text(DIGITS)


def _near(value: Fraction) -> str:
    return decimal_text(round_near(value, DIGITS))


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")


def _cut(name: str) -> str:
    return name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"
