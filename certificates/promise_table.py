"""Rows of a certificate's table about its equilibrium, start sets and further methods."""

from fractions import Fraction

from certificates.check_equilibrium import is_product
from certificates.check_jacobian import Uncheckable
from certificates.claims import Claims
from certificates.decay import decays_of
from certificates.promise_claims import METHODS
from certificates.promise_theorems import own_symmetric
from certificates.safe import Lower, Upper, decimal_text
from games.errors import InputError
from games.number import round_near

DIGITS = 6
_SHOWN = 8  # coordinates before an ellipsis
_LABELS = {
    "flow": "flow",
    "euler": "Euler",
    "rk4": "RK4",
    "rk4_equilibrium": "RK4 towards the equilibrium",
    "extragradient": "extragradient",
    "optimistic": "optimistic",
}


def promise_rows(claims: Claims) -> list[tuple[str, str]]:
    """Further steps, the equilibrium with its kind in words, and the start sets."""
    promises, rows = claims.promises, []
    if (rk4 := claims.rk4_equilibrium) is not None:
        best = f"best {_near(rk4.best_step)} with factor {_up(rk4.factor_at_best)}"
        rows.append(("RK4 to equilibrium", f"every h up to {_down(rk4.step_max)}; {best}"))
    for label, steps in (
        ("extragradient step", promises.extragradient),
        ("optimistic step", promises.optimistic),
    ):
        if steps is not None:
            text = f"every h up to {_down(steps.step_max)}; factor {_up(steps.factor_at_best)}"
            rows.append((label, f"{text}  (to the equilibrium)"))
    methods = {
        "Euler": claims.euler,
        "extragradient": promises.extragradient,
        "optimistic": promises.optimistic,
    }
    projected = [name for name, steps in methods.items() if steps is not None and steps.projected]
    if projected:
        rows.append(("with projection", f"the same steps hold for projected {_joined(projected)}"))
    rows.append(("equilibrium", _equilibrium_text(claims)))
    rows.append(("start set", _start_text(claims)))
    return rows + _bregman_rows(claims)


def _bregman_rows(claims: Claims) -> list[tuple[str, str]]:
    """The weighted KL divergence, labelled for what it is: of the flow alone."""
    decays = decays_of(claims.promises.bregman)
    if decays is None:
        return []
    rows = []
    for label, found in (("KL in the region", decays.region), ("KL everywhere", decays.simplex)):
        if found is not None:
            where, to = "from every interior start", "the one quantal response equilibrium"
            if found.level is not None:
                where = f"from starts where that is at most {found.level.text(DIGITS)}"
                to = "the equilibrium"
            weights = " : ".join(map(_near, found.weights[:_SHOWN]))
            more = " : …" if len(found.weights) > _SHOWN else ""
            rows.append(
                (
                    label,
                    f"along the flow the KL divergence to {to}, weighted"
                    f" {weights}{more}, falls at least like exp(-{found.rate.text(DIGITS)} t)"
                    f" {where}; no step size follows",
                )
            )
    return rows


def _equilibrium_text(claims: Claims) -> str:
    found = claims.promises.equilibrium
    if found is None:
        return "none certified"
    shown = ", ".join(_near(Fraction(v)) for v in found.point[:_SHOWN])
    more = ", …" if len(found.point) > _SHOWN else ""
    where = f"({shown}{more}) within {_up(found.error)}"
    nash = not found.is_zero and _solves_game(claims)
    restricted = ", the Nash equilibrium of the game restricted to it" if nash else ""
    return {
        "nash": f"{where}: the Nash equilibrium of the game",
        "restricted-nash": f"{where}: the Nash equilibrium of the game restricted to the region",
        "quantal-response": f"{where}: a quantal response equilibrium, that is a Nash equilibrium"
        " of the entropy-regularised game over all policies; the only one in the region",
        "zero": f"{where}: a zero of F, not shown to be a Nash equilibrium",
        "boundary": "none inside the region; on its boundary the variational solution is"
        f" {where}{restricted}",
        "variational": f"{where}: the variational solution{restricted}; perhaps not a zero of F",
    }[found.kind]


def _solves_game(claims: Claims) -> bool:
    """Whether the solution of VI(F, X) is the Nash equilibrium on X = ΠX_i: of convex costs."""
    game = claims.game
    if game is None or game.get("field") is True or not is_product(claims.region):
        return False
    if any(Fraction(mu) < 0 for mu in claims.curvature_lower):
        return False
    try:
        return own_symmetric(game)
    except (InputError, Uncheckable):
        return False


def _start_text(claims: Claims) -> str:
    basin, found = claims.promises.basin, claims.promises.equilibrium
    if found is not None and not found.is_zero:
        return "projected methods: all of the region; nothing is promised without projection"
    if basin is None or not basin.radii:
        return "none certified: nothing is promised for any start"
    if all(radius is None for radius in basin.radii.values()):
        return "everywhere"
    listed = [
        f"{_LABELS[method]} {_down(basin.radii[method] or Fraction(0))}"
        for method in METHODS
        if method in basin.radii
    ]
    return f"balls round the equilibrium of radius {', '.join(listed)}; nothing beyond is promised"


def _joined(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _down(value: Fraction) -> str:
    return Lower(value).text(DIGITS)


def _up(value: Fraction) -> str:
    return Upper(value).text(DIGITS)


def _near(value: Fraction) -> str:
    return decimal_text(round_near(value, DIGITS))
