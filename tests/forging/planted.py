"""False documents and false derivations: the oracle must call each of them false.

Each lie names the claim that it makes false. It is told in every base document (every context) that
makes such a claim; a base's own document must be true.
"""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from certificates.kernel.document.reading import Document, decode_array, encode_array
from games.language.number import parse_number, to_text
from tests.forging.changes import Path, at, drop, put
from tests.forging.changes_region import BOUNDARY, KINDS, ZERO
from tests.forging.oracle_claims import Following

Told = Callable[[Document], object]
SCHEMES = ("rk4", "heun")
NAMES: dict[str, tuple[str, ...]] = {  # of a claim in a path: how its theorem begins
    "bounds": ("bounds/Setting",),
    "structural": ("margin/T2",),
    "margin": ("margin/T1", "margin/T5"),
    "euclidean": ("margin/T5 (equal weights)",),
    "lipschitz": ("margin/T5 (norm)", "margin/T9 (norms)"),
    "cocoercivity": ("margin/T10",),
    "euler": ("euler/T10", "euler/T9"),
    **dict.fromkeys(SCHEMES, (
        "runge_kutta/T11 (a)", "runge_kutta/T11 (b)", "runge_kutta/T11 (c)")),
    **{f"{scheme}_equilibrium": ("runge_kutta/T11 (b′)",) for scheme in SCHEMES},
    "solution": (ZERO, BOUNDARY),
    "band": ("bands/T5", "bands/T4 (any pair)"),
    "kl": ("kl/T19",),
    "simplex": ("kl/T19 (corollary)",),
}  # fmt: skip


@dataclass(frozen=True)
class Planted:
    """claim: how the oracle's falsehood begins. needs: what makes the claim, by paths."""

    claim: str
    tell: Told
    needs: tuple[str, ...]
    but: tuple[str, ...] = ()  # contexts in which it is no lie

    def told(self, document: Document) -> Document | None:
        """A false copy of the document; None where it makes no such claim."""
        if not _has(document, self.needs):
            return None
        false = copy.deepcopy(document)
        self.tell(false)
        return false


@dataclass(frozen=True)
class Derived:
    """The same of what follows: how what the product derives is made false; None: nothing there."""

    claim: str
    tell: Callable[[Following], Following | None]
    needs: tuple[str, ...] = ()  # keys of the document
    but: tuple[str, ...] = ()  # contexts in which it is no lie


def placed(document: Document, text: str) -> Path:
    """A dotted path, of which the first part may name a claim; KeyError where there is none."""
    head, *rest = (int(k) if k.isdecimal() else k for k in text.split("."))
    if head not in NAMES:
        return (head, *rest)
    for k, claim in enumerate(document["claims"]):
        theorems, scheme = NAMES[str(head)], claim.get("numbers", {}).get("scheme")
        if claim["theorem"] in theorems and (not scheme or str(head).startswith(scheme)):
            part = "numbers" if not rest or rest[0] in claim["numbers"] else "witnesses"
            return ("claims", k, part, *rest)
    raise KeyError(text)


def _has(document: Document, paths: tuple[str, ...]) -> bool:
    try:
        for path in paths:
            at(document, placed(document, path))
    except (KeyError, IndexError):
        return False
    return True


def _value(document: Document, path: str) -> Fraction:
    return parse_number(str(at(document, placed(document, path))))


def times(path: str, factor: str) -> Told:
    def tell(document: Document) -> None:
        put(document, placed(document, path), to_text(_value(document, path) * Fraction(factor)))

    return tell


def plus(path: str, more: str) -> Told:
    def tell(document: Document) -> None:
        put(document, placed(document, path), to_text(_value(document, path) + Fraction(more)))

    return tell


def is_now(path: str, value: Any) -> Told:
    return lambda document: put(document, placed(document, path), value)


def all_of(*tellings: Told) -> Told:
    def tell(document: Document) -> None:
        for one in tellings:
            one(document)

    return tell


def cites(name: str, theorem: str) -> Told:
    """The claim by another theorem."""

    def tell(document: Document) -> None:
        document["claims"][placed(document, name)[1]]["theorem"] = theorem

    return tell


def called(kind: str) -> Told:
    """What the solution is."""

    def tell(document: Document) -> None:
        drop(document, *KINDS)
        document["claims"].append({"theorem": kind})

    return tell


def _longer(scheme: str) -> Told:
    """Runge–Kutta steps eight times as long in a last interval, with the rate of the last one."""

    def tell(document: Document) -> None:
        steps = at(document, placed(document, scheme))
        longest = to_text(parse_number(steps["step_max"]) * 8)
        steps["step_max"] = longest
        steps["cover"]["steps"].append(longest)
        steps["cover"]["rates"].append(steps["cover"]["rates"][-1])

    return tell


def _of_stages(scheme: str) -> list[Planted]:
    """Lies about the steps of a Runge–Kutta method."""
    norm, away, towards = f"{scheme}.norm", f"{scheme}.deviation", f"{scheme}_equilibrium"
    return [
        Planted(f"{scheme} steps", is_now(f"{scheme}.factor_at_best", "0"), (scheme,),
                ("curved boundary",)),
        Planted(f"{scheme} steps", _longer(scheme), (scheme,), ("curved", "policies", "bounds")),
        Planted(f"{scheme} norm", times(norm, "0.01"), (norm,), ("curved", "policies")),
        Planted(f"{scheme} near-linear norm", times(norm, "0.7"), (norm, f"{scheme}.matrix")),
        Planted(f"{scheme} near-linear deviation", times(away, "0.7"), (away,)),
        Planted(f"{scheme} equilibrium", is_now(f"{towards}.factor_at_best", "0"),
                (towards, "game")),
    ]  # fmt: skip


def _point_moved(document: Document) -> None:
    numbers = at(document, placed(document, "solution"))
    point = numbers["point"]
    if isinstance(point, dict):
        moved = decode_array(point, "point").copy()
        moved[0] += 0.01
        numbers["point"] = encode_array(moved)
    else:
        point[0] = to_text(parse_number(point[0]) + Fraction(1, 100))


def _indefinite(document: Document) -> None:
    metric = document["metric"]
    matrix = np.diag([1.0, -1.0, *([1.0] * (metric["matrix"]["shape"][0] - 2))])
    metric["matrix"] = encode_array(matrix)


LIES = [
    Planted("margin", times("margin.margin", "1.6"), ("margin",)),
    Planted("structural margin", plus("structural.margin", "1"), ("structural",)),
    Planted("Lipschitz", times("lipschitz.bound", "0.7"), ("lipschitz",)),
    Planted("Euclidean margin", plus("euclidean.margin", "1"), ("euclidean",)),
    Planted("cocoercivity", times("cocoercivity.constant", "1.6"), ("cocoercivity",)),
    Planted("curvature from below", plus("bounds.curvature_lower.0", "0.3"),
            ("bounds.curvature_lower.0", "game")),
    Planted("curvature from above", plus("bounds.curvature_upper.0", "-0.3"),
            ("bounds.curvature_upper.0", "game")),
    Planted("coupling", times("bounds.coupling_upper.0.1", "0.5"),
            ("bounds.coupling_upper.0.1", "game"), ("one player",)),
    Planted("Euler steps", times("euler.factor_at_best", "0.3"), ("euler",)),
    Planted("Euler steps", times("euler.step_max", "3"), ("euler",)),
    *(lie for scheme in SCHEMES for lie in _of_stages(scheme)),
    Planted("equilibrium", all_of(_point_moved, is_now("solution.error", "1e-3")), ("solution",)),
    Planted("equilibrium", is_now("solution.error", "1e6"), ("solution", "region.lower"),
            ("boundary",)),
    Planted("equilibrium", called("equilibrium/T13 (no zero)"), ("solution",), ("boundary",)),
    Planted("equilibrium", cites("solution", ZERO), ("solution",), ("zero",)),
    Planted("band", times("band.low", "0.25"), ("band",)),
    Planted("KL rate", times("kl.rate", "9"), ("kl",)),
    Planted("KL rate on the simplex", times("simplex.rate", "9"), ("simplex",)),
    Planted("metric", _indefinite, ("metric.matrix",)),
]  # fmt: skip

# ---- of what follows -----------------------------------------------------------------------------


def _squares(method: str, factor: str) -> Callable[[Following], Following | None]:
    """All squared factors of a method that follows are times a factor."""

    def tell(said: Following) -> Following | None:
        if (steps := said.steps.get(method)) is None:
            return None
        squares = [(h, square * Fraction(factor)) for h, square in steps.squares]
        return replace(said, steps={**said.steps, method: replace(steps, squares=squares)})

    return tell


def _steps_longer(method: str, factor: int) -> Callable[[Following], Following | None]:
    """The factor of the largest step holds for one so many times as long."""

    def tell(said: Following) -> Following | None:
        if (steps := said.steps.get(method)) is None:
            return None
        h, square = steps.squares[-1]
        longer = replace(steps, squares=[(h * factor, square)])
        return replace(said, steps={**said.steps, method: longer})

    return tell


def _radius(method: str, factor: int | None) -> Callable[[Following], Following | None]:
    """A start set so many times as large, or of every start."""

    def tell(said: Following) -> Following | None:
        if (radius := said.radii.get(method)) is None:
            return None
        wider = None if factor is None else radius * factor
        return replace(said, radii={**said.radii, method: wider})

    return tell


def _wider_band(said: Following) -> Following | None:
    if not said.bands:
        return None
    [band, *rest] = said.bands
    return replace(said, bands=(replace(band, low=band.low / 4), *rest)) if band.low else None


DERIVED = [
    *(Derived(f"start set of {method}", _radius(method, 20), ("region.lower",))
      for method in ("flow", "euler", *SCHEMES)),
    Derived("start set of flow", _radius("flow", None), ("region.lower",)),
    Derived("extragradient", _squares("extragradient", "0")),
    Derived("extragradient", _steps_longer("extragradient", 9), (),
            ("policies", "constant boundary")),
    Derived("optimistic", _squares("optimistic", "0")),
    Derived("band", _wider_band),
    Derived("KL level", lambda said: replace(said, level=3 * said.level) if said.level else None),
    Derived("geometry", lambda said: replace(
        said, geometry="kakade" if said.geometry == "fisher" else "fisher"), ("game",)),
]  # fmt: skip


def misderived(
    context: str, document: Document, following: Following
) -> Iterator[tuple[Derived, Following]]:
    """Every false derivation from a document."""
    for lie in DERIVED:
        if not any(word in context for word in lie.but) and _has(document, lie.needs):
            false = lie.tell(following)
            if false is not None:
                yield lie, false


def planted(context: str, document: Document) -> Iterator[tuple[Planted, Document]]:
    """Every lie that can be told in a document; context: words that say what it is."""
    for lie in LIES:
        if not any(word in context for word in lie.but):
            false = lie.told(document)
            if false is not None:
                yield lie, false
