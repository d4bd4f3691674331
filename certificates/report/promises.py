"""Rows of a certificate's table about its equilibrium, its start sets and the KL divergence."""

from dataclasses import replace
from fractions import Fraction

from certificates.decay import decays_of
from certificates.equilibrium import Equilibrium, basin_of, equilibrium_of
from certificates.kernel.claims import Claims
from certificates.methods import METHODS, steps_of
from certificates.promise_theorems import NASH_SOLUTION, ONLY_NASH, Asked
from certificates.report.shown import LINES, Row, line
from certificates.report.steps import in_metric, projected_methods, projection_basis
from certificates.report.texts import DIGITS, SHOWN, down, joined, near, point_text, weights_text
from games.regions.region import Space

PROJECTED = "projected start"
_FLOW = "flow"
_RESTRICTED = "the Nash equilibrium of the game restricted to"


def promise_rows(claims: Claims) -> list[Row]:
    """The equilibrium with its kind in words, the start sets, the decay of the divergence."""
    return [
        equilibrium_row(claims),
        *_multiplier_rows(claims),
        *start_rows(claims),
        *_bregman_rows(claims),
    ]


def _none(label: str, text: str) -> Row:
    return line("none certified", text, label)


# ---- the equilibrium -----------------------------------------------------------------------------


def equilibrium_row(claims: Claims) -> Row:
    """Where it is and what it is; or why none is certified."""
    found = equilibrium_of(claims)
    if found is None:
        return _none("equilibrium", f"none certified: {_why_none(claims)}")
    where = point_text(found.point, found.error, claims.metric)
    row = _kind_row(claims, found, where)
    if found.is_zero or NASH_SOLUTION.failing(Asked(claims)):
        return row
    basis = row.basis & LINES["Nash, of convex costs"]
    return Row(row.label, f"{row.text}; it is {_RESTRICTED} the region", basis)


def _why_none(claims: Claims) -> str:
    if claims.game is None:
        return "only bounds were given, and no game"
    if claims.verdict == "estimated":
        return "the game is known by samples alone"
    return "no point of the region was confirmed as one"


def _kind_row(claims: Claims, found: Equilibrium, where: str) -> Row:
    """What it is; restricted to the region there is one Nash equilibrium if VI(F, X) has but one.

    That needs M(w), or T19 (T13); in a matrix metric only the zero of F is known to be one.
    """
    row = line("equilibrium", f"{_kind_text(found, where)}{_cure(claims, found.kind)}")
    if found.kind == "restricted-nash" and ONLY_NASH.failing(Asked(claims)):
        text = f"{where}: a Nash equilibrium of the game restricted to the region, where F has no"
        row = replace(row, text=f"{text} other zero")
    if found.kind in ("zero", "variational"):
        return row
    return replace(row, basis=row.basis & LINES["kind of equilibrium"])


def _cure(claims: Claims, kind: str) -> str:
    """What a Markov game lacks for its zero to be shown to be a Nash equilibrium."""
    game = claims.game or {}
    if kind != "zero" or game.get("kind") != "markov":
        return ""
    first = "every state is the first with some probability"
    if game.get("occupancy_entropy") is True:
        return f" (a zero is one where {first})"
    return (
        " (a zero is one in the game that counts a state's entropy as often as it is visited,"
        f" occupancy_entropy = true, where {first})"
    )


def _kind_text(found: Equilibrium, where: str) -> str:
    return {
        "nash": f"{where}: the Nash equilibrium of the game",
        "restricted-nash": f"{where}: {_RESTRICTED} the region",
        "quantal-response": f"{where}: a quantal response equilibrium, that is a Nash equilibrium"
        " of the entropy-regularised game over all policies; the only one in the region",
        "zero": f"{where}: a zero of F, not shown to be a Nash equilibrium",
        "boundary": f"none inside the region; on its boundary the variational solution is {where}",
        "variational": f"{where}: the variational solution, perhaps not a zero of F",
    }[found.kind]


def _multiplier_rows(claims: Claims) -> list[Row]:
    """With which multipliers the solution was proved: a witness, and no bound of the true ones."""
    found = equilibrium_of(claims)
    forces = {} if found is None else {t: v for t, v in found.multipliers.items() if v}
    if not forces:
        return []
    shown = [f"{text}: {near(value)}" for text, value in list(forces.items())[:SHOWN]]
    more = f", … ({len(forces)} in all)" if len(forces) > SHOWN else ""
    text = f"{', '.join(shown)}{more}: with these the point was proved; they are no bounds"
    return [line("multipliers", text)]


# ---- start sets ----------------------------------------------------------------------------------


def start_rows(claims: Claims) -> list[Row]:
    """Every start in the region where points are projected to it; else the balls of T12."""
    if isinstance(claims.region, Space):
        return [line("start anywhere", "everywhere: no play leaves R^n", "start set")]
    rows, basin, names = [], basin_of(claims), projected_methods(claims)
    if names:
        text = f"every start in the region, for projected {joined(names)}"
        rows.append(Row(PROJECTED, text, projection_basis(claims)))
    if basin is not None and basin.radii:
        return [*rows, line("start set", _radii_text(claims, basin.radii))]
    text = f"{'without projection ' if names else ''}none certified: {_why_nowhere(claims)}"
    return [*rows, _none("start set", text)]


def _why_nowhere(claims: Claims) -> str:
    found = claims.solution
    if claims.region is None:
        return "no region was given"
    if found is None:
        return "without an equilibrium no ball is known that play stays in"
    if not found.is_zero:
        return "no zero of F is certified in the region, and play may leave it"
    return "no ball round the equilibrium was confirmed to lie in the region"


def _radii_text(claims: Claims, radii: dict[str, Fraction | None]) -> str:
    """Balls, each with its metric where that is not the certificate's; or everywhere."""
    listed = [(key, radii[key]) for key in (_FLOW, *METHODS) if key in radii]
    if all(radius is None for _, radius in listed):
        return f"everywhere, for {', '.join(_name(method) for method, _ in listed)}"
    texts = [
        f"{_name(method)} {'any' if radius is None else down(radius)}{_named(claims, method)}"
        for method, radius in listed
    ]
    return (
        f"not projected: balls round the equilibrium of radius {', '.join(texts)}; nothing beyond"
        " is promised"
    )


def _name(method: str) -> str:
    return _FLOW if method == _FLOW else METHODS[method].name


def _named(claims: Claims, method: str) -> str:
    steps = None if method == _FLOW else steps_of(claims, method)
    other = in_metric(claims, steps.metric) if steps is not None else ""
    return f" ({other})" if other else ""


# ---- the divergence ------------------------------------------------------------------------------


def _bregman_rows(claims: Claims) -> list[Row]:
    """The weighted KL divergence, labelled for what it is: of the flow alone."""
    decays = decays_of(claims)
    if decays is None:
        return []
    rows = []
    for name, found in (("KL in the region", decays.region), ("KL everywhere", decays.simplex)):
        if found is not None:
            where, to = "from every interior start", "the one quantal response equilibrium"
            if found.level is not None:
                where = f"from starts where that is at most {found.level.text(DIGITS)}"
                to = "the equilibrium"
            text = (
                f"along the flow the KL divergence to {to}, weighted"
                f" {weights_text(found.weights)}, falls at least like"
                f" exp(-{found.rate.text(DIGITS)} t) {where}; no step size follows"
            )
            rows.append(line(name, text))
    return rows
