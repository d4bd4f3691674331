"""The sentences of a report: what is promised by which theorem, and what is not."""

import re

from certificates.kernel.claims import Band, Claims, Steps
from certificates.methods import all_steps
from certificates.report.promises import PROJECTED, promise_rows
from certificates.report.shown import ESTIMATED, LINES, NOTHING, Row, checked
from certificates.report.steps import in_metric, shrinking, towards_what
from certificates.report.table import shown_as, statement
from certificates.report.texts import down, factor_text, step_text, up

THEOREMS = {
    "T1": "small gain: weak coupling gives strong monotonicity",
    "T2": "the best weights, in closed form",
    "T4": "the band of weights that work",
    "T5": "the margin from the whole Jacobian",
    "T6": "a witness that rules out metrics, or weights",
    "T7": "contraction of the flow",
    "T8": "Euler steps from margin, Lipschitz constant and cocoercivity",
    "T9": "Euler steps from the block bounds",
    "T10": "Euler steps from cocoercivity",
    "T11": "Runge-Kutta steps",
    "T12": "the ball that play does not leave",
    "T13": "existence and uniqueness of the equilibrium",
    "T16": "asynchronous play",
    "T18": "which gradient is followed, in which coordinates",
    "T19": "decay of the KL divergence along the flow",
    "T20": "extragradient and optimistic steps",
    "evidence": "re-derived from the text of the game",
    "integrity": "the file was not changed after it was made",
    "Setting": "bounds on the region, block by block",
}
_LABEL = re.compile(r"T[0-9]+|[A-Za-z]+")
CAVEATS = {  # by verdict, before what is promised
    "estimated": "All of this was found by sampling. None of it is proved.",
    "conditional": "All of this holds if what was given holds: the bounds, on a convex region, and"
    " that every J_ii is symmetric where steps rest on it. Nobody checked that.",
}
_PROMISES = {  # rows of a certificate by their theorem
    "equilibrium": "T13",
    "start set": "T12",
    PROJECTED: "T7, T20",
    "KL in the region": "T19",
    "KL everywhere": "T19 (corollary)",
}
LIMITS = (
    "The numbers hold while play stays in the region, and with it every point where a method takes"
    " gradients: the stages of Runge-Kutta, the midpoints of extragradient and optimistic gradient."
    " That it stays there is promised only where a start set, or a level of the KL divergence, is"
    " listed."
)
NO_DIVERGENCE = "A refusal does not say that play diverges."
DRAWN = (
    "Drawn from the file by the program that made the search: an illustration, which nobody checks."
)
DRAWN_ESTIMATES = 'Where a picture says "certified", read "estimated".'


def theorem_name(label: str) -> str:
    """The name of a theorem in words; "" for a label that has none.

    >>> theorem_name("T11 (a)")
    'Runge-Kutta steps'
    """
    match = _LABEL.match(label)
    return THEOREMS.get(match[0], "") if match else ""


def promises(claims: Claims) -> list[Row]:
    """A sentence, labelled with its theorem, for the flow, each method, bands and the equilibrium.

    What the verdict allows: of an estimated certificate each says that it is estimated.
    """
    margin = "T1" if claims.margin_basis == "structural" else "T5"
    found: list[Row] = []
    for method, steps in all_steps(claims):
        named = f"{claims.geometry.prefix}{method.name}"
        text = f"{named[:1].upper()}{named[1:]} play with {_steps(claims, steps)}"
        found.append(Row(steps.label, text, checked(steps.title)))
    found += [_band(claims, band) for band in claims.each(Band)]
    for row in promise_rows(claims):
        if row.label in _PROMISES and row.basis != NOTHING:
            text = f"{row.label[:1].upper()}{row.label[1:]}: {row.text}."
            found.append(Row(_PROMISES[row.label], text, row.basis))
    basis = ESTIMATED if claims.verdict == "estimated" else LINES["margin"]
    flow = Row(f"T7, {margin}", statement(claims), basis)  # it says itself what it rests on
    return [flow, *shown_as(claims, found)]


def _band(claims: Claims, band: Band) -> Row:
    first, second = (claims.names[k] for k in band.players)
    high = "up" if band.high is None else f"to {down(band.high)}"
    text = (
        f"For every ratio of the weights of {second} and {first} from {up(band.low)} {high} there"
        f" are weights in which the margin is at least {down(band.margin)}."
    )
    return Row("T4" if band.basis == "structural" else "T5", text, LINES["band"])


def _steps(claims: Claims, steps: Steps) -> str:
    """Every step up to the largest, and the best, in their metric; towards what."""
    best, factor = step_text(steps.best_step), factor_text(steps.factor_at_best)
    other = in_metric(claims, steps.metric)
    if steps.towards:
        what = towards_what(claims, steps)
        if found := shrinking(claims, steps):
            return (
                f"any step up to {down(steps.step_max)}, the same all the time, approaches a"
                f" solution ({what}); k steps of {best} multiply the distance by at most {found}."
            )
        return (
            f"any step up to {down(steps.step_max)} approaches a solution ({what}); with step"
            f" {best} the factor is at most {factor}."
        )
    return (
        f"any step up to {down(steps.step_max)} contracts; with step {best} each step multiplies"
        f" distances{f' {other}' if other else ''} by at most {factor}."
    )
