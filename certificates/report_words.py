"""The sentences of a report: what is promised by which theorem, and what is not."""

import re

from certificates.claims import Claims
from certificates.promise_table import promise_rows
from certificates.safe import Lower, Upper
from certificates.step_claims import Steps
from certificates.table import DIGITS, statement

THEOREMS = {
    "T1": "small gain: weak coupling gives strong monotonicity",
    "T2": "the best weights, in closed form",
    "T4": "the band of weights that work",
    "T5": "the margin from the whole Jacobian",
    "T6": "a witness against every metric",
    "T7": "contraction of the flow",
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
    "setting": "bounds on the region, block by block",
}
_LABEL = re.compile(r"T[0-9]+|[a-z]+")
_STEPS_BY = {
    "structural": "T9",
    "direct": "T10",
    "constant": "T11 (a)",
    "sector": "T11 (b)",
    "near-linear": "T11 (c)",
}
CAVEATS = {  # by verdict, before what is promised
    "estimated": "All of this was found by sampling. None of it is proved.",
    "conditional": "All of this holds if what was given holds: the bounds, and that every J_ii is"
    " symmetric where steps rest on it. Nobody checked that.",
}
_PROMISES = {  # rows of a certificate by their theorem
    "RK4 to equilibrium": "T11 (b)",
    "extragradient step": "T20",
    "optimistic step": "T20",
    "equilibrium": "T13",
    "start set": "T12",
    "KL in the region": "T19",
    "KL everywhere": "T19 (corollary)",
}
LIMITS = (
    "The numbers hold while play stays in the region. That it stays there is promised only where a"
    " start set, or a level of the KL divergence, is listed."
)


def theorem_name(label: str) -> str:
    """The name of a theorem in words; "" for a label that has none.

    >>> theorem_name("T11 (a)")
    'Runge-Kutta steps'
    """
    match = _LABEL.match(label)
    return THEOREMS.get(match[0], "") if match else ""


def promises(claims: Claims) -> list[tuple[str, str]]:
    """(theorem, sentence) for the flow, each method with certified steps, and the equilibrium."""
    margin = "T1" if claims.margin_basis == "structural" else "T5"
    found = [(f"T7, {margin}", statement(claims))]
    for method, steps in (("Euler", claims.euler), ("Runge-Kutta 4", claims.rk4)):
        if steps is not None:
            named = f"{claims.geometry.prefix.capitalize()}{method}"
            found.append((_STEPS_BY.get(steps.basis, steps.basis), _steps(named, steps)))
    for band in claims.bands:
        first, second = (claims.names[k] for k in band.players)
        low = Upper(band.low).text(DIGITS)
        high = "and more" if band.high is None else f"to {Lower(band.high).text(DIGITS)}"
        found.append(
            (
                "T4" if band.basis == "structural" else "T5",
                f"Some metric works for every ratio of the weights of {second} and {first} from"
                f" {low} {high}.",
            )
        )
    for label, text in promise_rows(claims):
        if label in _PROMISES and not text.startswith("none"):
            found.append((_PROMISES[label], f"{label[:1].upper()}{label[1:]}: {text}."))
    return found


def _steps(method: str, steps: Steps) -> str:
    """Every step up to the largest, and the best."""
    return (
        f"{method} play with any step up to {Lower(steps.step_max).text(DIGITS)} contracts; with"
        f" step {Lower(steps.best_step).text(DIGITS)} each step multiplies distances by at most"
        f" {Upper(steps.factor_at_best).text(DIGITS)}."
    )
