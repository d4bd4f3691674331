"""What a certificate says, read anew: each claim by its theorem, and what the product derives."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

from tests.forging.oracle_reading import (
    Array,
    Document,
    Unjudged,
    array,
    couplings,
    rational,
    rationals,
)
from tests.forging.oracle_steps import LIFTED, RUNGE_KUTTA

INTERVALS = 6  # of a Runge–Kutta cover that are tried
Squares = list[tuple[Fraction, Fraction]]  # step sizes with a bound of the squared factor
MARGIN = ("margin/T1", "margin/T5")
LIPSCHITZ = ("margin/T5 (norm)", "margin/T9 (norms)")
EULER = ("euler/T10", "euler/T9")
BETWEEN = ("runge_kutta/T11 (a)", "runge_kutta/T11 (b)", "runge_kutta/T11 (c)")
TOWARDS = "runge_kutta/T11 (b′)"
LIFTED_STEPS, LIFTED_RUN = "lifted/T28", 9  # steps over which their factor is judged
SOLUTION = {"equilibrium/T13": True, "equilibrium/T13 (boundary)": False}  # whether it is a zero
KIND = {
    "equilibrium/T13 (Nash)": "nash",
    "equilibrium/T13 (restricted Nash)": "restricted-nash",
    "equilibrium/T18 (Nash)": "quantal-response",
    "equilibrium/T19 (Nash)": "restricted-nash",
    "equilibrium/T13 (no zero)": "boundary",
}
REFUTED = (
    "refutation/T6",
    "refutation/T6 (exact)",
    "refutation/T6 (dual)",
    "refutation/T6 (dual, weights)",
)
KNOWN = {
    "bounds/Setting", "margin/T2", *MARGIN, *LIPSCHITZ, "margin/T5 (equal weights)", "margin/T10",
    *EULER, *BETWEEN, TOWARDS, "bands/T5", "bands/T4 (any pair)", *SOLUTION, *KIND, "kl/T19",
    "kl/T19 (corollary)", *REFUTED,
}  # fmt: skip
ByTheorem = dict[str, list[Document]]


def claims_by_theorem(document: Document) -> ByTheorem:
    """The numbers and witnesses of every claim; Unjudged for a theorem that nobody judges."""
    found: ByTheorem = {}
    for claim in document["claims"]:
        if claim["theorem"] not in KNOWN:
            raise Unjudged(f"nobody judges {claim['theorem']}")
        entries = claim.get("numbers", {}) | claim.get("witnesses", {})
        found.setdefault(claim["theorem"], []).append(entries)
    return found


@dataclass(frozen=True)
class Range:
    """Steps of one method. squares: what is claimed of single steps; sizes: those to start with.

    norm, near, deviation: what a method of stages says of J (‖J₀‖ ≤ norm, ‖J − J₀‖ ≤ deviation).
    """

    method: str
    metric: Document
    squares: Squares
    sizes: list[Fraction]
    projected: bool = False
    unprojected: bool = True
    norm: Fraction | None = None
    near: Array | None = None
    deviation: Fraction = Fraction(0)


@dataclass(frozen=True)
class Ratios:
    """A band: every w_j/w_i between the ends. alone: in these weights, not in some with them."""

    players: tuple[int, int]
    margin: Fraction
    low: Fraction
    high: Fraction | None
    alone: bool


@dataclass(frozen=True)
class Located:
    """The solution of VI(F, X); kind: what it is, in the words of the API."""

    point: list[Fraction]
    error: Fraction
    is_zero: bool
    kind: str


@dataclass(frozen=True)
class Falling:
    """A rate at which the weighted divergence falls."""

    rate: Fraction
    weights: list[Fraction]


@dataclass(frozen=True)
class Following:
    """What follows from a document in the product's eyes, as plain numbers.

    steps: of every method that the product reports, stated or not; radii: of start sets, by method,
    None for every start; geometry: the field that play follows; kind: of the equilibrium.
    """

    steps: Mapping[str, Range] = field(default_factory=dict)
    bands: tuple[Ratios, ...] = ()
    radii: Mapping[str, Fraction | None] = field(default_factory=dict)
    level: Fraction | None = None
    geometry: str | None = None
    kind: str | None = None


@dataclass(frozen=True)
class Said:
    """All that a certificate says."""

    metric: Document
    lower: list[Fraction]
    upper: list[Fraction]
    couplings: dict[tuple[int, int], Fraction]
    structural: tuple[list[Fraction], Fraction]  # weights and margin
    margin: Fraction
    by_bounds: bool  # whether the margin is of the bounds alone
    lipschitz: Fraction
    euclidean: Fraction | None
    cocoercivity: Fraction | None
    steps: dict[str, Range]
    bands: list[Ratios]
    kind: str | None  # of the equilibrium, as stated
    solution: Located | None
    in_region: Falling | None
    on_simplex: Falling | None
    following: Following


def said_by(document: Document, following: Following) -> Said:
    """Everything that a certificate states, and what follows from it."""
    found = claims_by_theorem(document)
    bounds, structural = _one(found, "bounds/Setting"), _one(found, "margin/T2")
    euclidean = _number(found, "margin/T5 (equal weights)", "margin")
    return Said(
        metric=document["metric"],
        lower=rationals(bounds["curvature_lower"]),
        upper=rationals(bounds["curvature_upper"]),
        couplings=couplings(bounds["coupling_upper"]),
        structural=(rationals(structural["weights"]), rational(structural["margin"])),
        margin=rational(_one(found, *MARGIN)["margin"]),
        by_bounds="margin/T1" in found,
        lipschitz=rational(_one(found, *LIPSCHITZ)["bound"]),
        euclidean=euclidean,
        cocoercivity=_number(found, "margin/T10", "constant"),
        steps=_all_steps(found, following),
        bands=[*_stated_bands(found), *following.bands],
        kind=next((name for theorem, name in KIND.items() if theorem in found), None),
        solution=_solution(found, following.kind),
        in_region=_falling(found, "kl/T19"),
        on_simplex=_falling(found, "kl/T19 (corollary)"),
        following=following,
    )


def _some(found: ByTheorem, *theorems: str) -> Iterator[Document]:
    return (entry for theorem in theorems for entry in found.get(theorem, []))


def _one(found: ByTheorem, *theorems: str) -> Document:
    entries = list(_some(found, *theorems))
    if len(entries) != 1:
        raise Unjudged(f"{len(entries)} claims of {', '.join(theorems)}")
    return entries[0]


def _number(found: ByTheorem, theorem: str, key: str) -> Fraction | None:
    return rational(_one(found, theorem)[key]) if theorem in found else None


def _stated_bands(found: ByTheorem) -> Iterator[Ratios]:
    for theorem in ("bands/T5", "bands/T4 (any pair)"):
        for band in found.get(theorem, []):
            i, j = band["players"]
            high = None if band["high"] is None else rational(band["high"])
            ends = rational(band["margin"]), rational(band["low"]), high
            yield Ratios((i, j), *ends, alone=theorem == "bands/T5")


def _solution(found: ByTheorem, kind: str | None) -> Located | None:
    """kind: the product's word, which has to be that of the theorem that is cited."""
    cited = [name for theorem, name in KIND.items() if theorem in found]
    for theorem, is_zero in SOLUTION.items():
        if theorem in found:
            stated = _one(found, theorem)
            plain = "zero" if is_zero else "variational"
            name = cited[0] if cited else plain
            if kind is not None and kind != name:
                raise Unjudged(f"the product says {kind}, and the file {name}")
            point = rationals(stated["point"])
            return Located(point, rational(stated["error"]), is_zero, name)
    return None


def _falling(found: ByTheorem, theorem: str) -> Falling | None:
    if theorem not in found:
        return None
    entry = _one(found, theorem)
    return Falling(rational(entry["rate"]), rationals(entry["weights"]))


# ---- steps ---------------------------------------------------------------------------------------


def _all_steps(found: ByTheorem, following: Following) -> dict[str, Range]:
    """Those that are stated, with the ways that follow of them, and those that follow."""
    steps = dict(following.steps)
    for one in _stated_steps(found):
        known = following.steps.get(one.method)
        ways = (known.projected, known.unprojected) if known is not None else (False, True)
        squares = one.squares
        if known is not None and one.method == "euler":
            squares = [*squares, *(row for row in known.squares if row not in squares)]
        steps[one.method] = Range(
            one.method, one.metric, squares, one.sizes, *ways, one.norm, one.near, one.deviation
        )
    return steps


def _stated_steps(found: ByTheorem) -> Iterator[Range]:
    for entry in _some(found, *EULER):
        yield Range("euler", entry["metric"], euler_squares(entry), _sizes(entry))
    for entry in _some(found, *BETWEEN, TOWARDS):
        if entry["scheme"] not in RUNGE_KUTTA:
            raise Unjudged(f"nobody judges steps of {entry['scheme']}")
    for entry in _some(found, *BETWEEN):
        near = array(entry["matrix"]) if "matrix" in entry else None
        norm = rational(entry["norm"]) if "norm" in entry else None
        away = rational(entry.get("deviation", 0))
        more: dict[str, Any] = {"norm": norm, "near": near, "deviation": away}
        squares = cover_squares(entry)
        yield Range(entry["scheme"], entry["metric"], squares, _sizes(entry), **more)
    for entry in _some(found, TOWARDS):
        method, squares = f"{entry['scheme']}_equilibrium", cover_squares(entry)
        yield Range(method, entry["metric"], squares, _sizes(entry))
    for entry in _some(found, LIFTED_STEPS):
        if entry["scheme"] not in LIFTED:
            raise Unjudged(f"nobody judges steps of {entry['scheme']}")
        bounds = [
            rational(one["bound"]) for some in found.values() for one in some if "bound" in one
        ]
        yield Range(
            entry["scheme"], entry["metric"], lifted_squares(entry, bounds[0]), _sizes(entry)
        )


def lifted_squares(entry: Document, beta: Fraction) -> Squares:
    """(Cq^k)² for k = LIFTED_RUN: of every interval at its middle and its end."""
    found, low = [], Fraction(0)
    for piece in entry["pieces"]:
        high, rate = rational(piece["end"]), rational(piece["rate"])
        side = {1: 1, 3: 2, 6: 3}[len(piece["form"])]
        P = np.zeros((side, side))
        P[np.triu_indices(len(P))] = [float(rational(v)) for v in piece["form"]]
        P = P + np.triu(P, 1).T
        stored = float(high * beta) * P[2, 2] ** 0.5 if side == 3 else 0.0
        start = P[:2, :2].sum() ** 0.5 + stored
        C = Fraction(start * np.linalg.inv(P)[0, 0] ** 0.5 * (1 + 1e-9))
        found += [(h, C**2 * (1 - rate * h) ** LIFTED_RUN) for h in ((low + high) / 2, high)]
        low = high
    return found


def _sizes(entry: Document) -> list[Fraction]:
    return [rational(entry[key]) for key in ("step_max", "best_step")]


def euler_squares(entry: Document) -> Squares:
    """The stated ones, and the chords between (convexity in h)."""
    longest, best = _sizes(entry)
    q, p = rational(entry["factor_at_best"]), rational(entry["factor_at_max"])
    found = [(s * best, 1 - s * (1 - q)) for s in (Fraction(1, 1000), Fraction(1, 2), Fraction(1))]
    if longest > best:
        found += [((best + longest) / 2, (q + p) / 2), (longest, p)]
    return [(h, factor**2) for h, factor in found]


def cover_squares(entry: Document) -> Squares:
    """Ends of intervals, on both sides, the best step, and that the largest is no growth."""
    ends = [rational(v) for v in entry["cover"]["steps"]]
    rates = [rational(v) for v in entry["cover"]["rates"]]
    found = [
        (h, 1 - rate * h) for pair, rate in zip(pairwise(ends), rates, strict=True) for h in pair
    ]
    chosen = {round(k) for k in np.linspace(1, len(found) - 1, 2 * INTERVALS)}
    found = [found[k] for k in sorted(chosen) if found[k][0] > 0]
    longest, best = _sizes(entry)
    return [*found, (best, rational(entry["factor_at_best"]) ** 2), (longest, Fraction(1))]
