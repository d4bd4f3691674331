"""Changes of the region, and of what is said of the equilibrium."""

import random
from fractions import Fraction
from typing import Any

from certificates.kernel.document.reading import Document, decode_array
from games.language.number import to_text
from tests.forging.changes import Change, Pool, Skip, as_number, drop

ZERO, BOUNDARY = "equilibrium/T13", "equilibrium/T13 (boundary)"
KINDS = ("equilibrium/T13 (Nash)", "equilibrium/T13 (restricted Nash)", "equilibrium/T18 (Nash)",
         "equilibrium/T19 (Nash)", "equilibrium/T13 (no zero)")  # fmt: skip
OF_SOLUTION = ("equilibrium/", "kl/T19", "runge_kutta/T11 (b′)")


def fractions(values: Any) -> list[Fraction]:
    if isinstance(values, dict):
        return [Fraction(float(v)) for v in decode_array(values, "numbers")]
    found = [as_number(v) for v in values]
    if any(v is None for v in found):
        raise Skip
    return [v for v in found if v is not None]


def texts(values: list[Fraction]) -> list[str]:
    return [to_text(v) for v in values]


def box_of(document: Document) -> tuple[list[Fraction], list[Fraction]]:
    """The sides of the region, or some for R^n and for a ball."""
    region = document.get("region", {})
    match region.get("kind"):
        case "box":
            return fractions(region["lower"]), fractions(region["upper"])
        case "ball":
            center, r = fractions(region["center"]), as_number(region["radius"])
            assert r is not None
            return [c - r for c in center], [c + r for c in center]
        case "space":
            n = region["dimension"]
            if n <= 40:
                return [Fraction(-1)] * n, [Fraction(1)] * n
    raise Skip


def solution_of(document: Document) -> Document | None:
    """The claim of the solution."""
    return next((c for c in document["claims"] if c["theorem"] in (ZERO, BOUNDARY)), None)


def _set_box(document: Document, lower: list[Fraction], upper: list[Fraction]) -> None:
    document["region"] = {"kind": "box", "lower": texts(lower), "upper": texts(upper)}


# ---- the region ----------------------------------------------------------------------------------


def box_moved(document: Document, rng: random.Random, pool: Pool) -> str:
    """Shifted along one axis by a share of its width, so that the solution may be outside."""
    lower, upper = box_of(document)
    k = rng.randrange(len(lower))
    shift = (upper[k] - lower[k]) * rng.choice([Fraction(s) for s in ("0.3", "-0.3", "1", "-1")])
    lower[k], upper[k] = lower[k] + shift, upper[k] + shift
    _set_box(document, lower, upper)
    return f"box, side {k} moved by {float(shift):g}"


def box_cut(document: Document, rng: random.Random, pool: Pool) -> str:
    """One end of one side drawn in: the solution may be cut off."""
    lower, upper = box_of(document)
    k = rng.randrange(len(lower))
    share = rng.choice([Fraction(s) for s in ("0.1", "0.5", "0.7", "0.95")])
    if rng.random() < 0.5:
        lower[k] += share * (upper[k] - lower[k])
    else:
        upper[k] -= share * (upper[k] - lower[k])
    _set_box(document, lower, upper)
    return f"box, side {k} cut by {float(share):g}"


def box_at_the_solution(document: Document, rng: random.Random, pool: Pool) -> str:
    """A face through the stated point, or just beside it: a zero becomes a boundary, and back."""
    lower, upper = box_of(document)
    if (solution := solution_of(document)) is None:
        raise Skip
    point = fractions(solution["numbers"]["point"])
    k = rng.randrange(len(lower))
    beside = rng.choice([Fraction(0), Fraction(1, 10**6), Fraction(-1, 10**6), Fraction(1, 10)])
    if rng.random() < 0.5:
        lower[k] = point[k] + beside
        upper[k] = max(upper[k], lower[k] + Fraction(1, 10))
    else:
        upper[k] = point[k] - beside
        lower[k] = min(lower[k], upper[k] - Fraction(1, 10))
    _set_box(document, lower, upper)
    return f"box, a face of side {k} within {float(beside):g} of the solution"


def box_scaled(document: Document, rng: random.Random, pool: Pool) -> str:
    lower, upper = box_of(document)
    factor = rng.choice([Fraction(s) for s in ("0.5", "0.9", "1.001", "1.1", "3")])
    middle = [(a + b) / 2 for a, b in zip(lower, upper, strict=True)]
    half = [(b - a) / 2 * factor for a, b in zip(lower, upper, strict=True)]
    _set_box(
        document,
        [m - h for m, h in zip(middle, half, strict=True)],
        [m + h for m, h in zip(middle, half, strict=True)],
    )
    return f"box times {float(factor):g}"


def box_flattened(document: Document, rng: random.Random, pool: Pool) -> str:
    lower, upper = box_of(document)
    k = rng.randrange(len(lower))
    side = rng.choice([lower[k], upper[k], (lower[k] + upper[k]) / 2])
    lower[k] = upper[k] = side
    _set_box(document, lower, upper)
    return f"box, side {k} is one point"


def ball_instead(document: Document, rng: random.Random, pool: Pool) -> str:
    """A ball in the box or round it, in equal weights, those of the metric, or a matrix."""
    lower, upper = box_of(document)
    n = len(lower)
    center = [(a + b) / 2 for a, b in zip(lower, upper, strict=True)]
    half = [(b - a) / 2 for a, b in zip(lower, upper, strict=True)]
    radius = rng.choice([min(half), max(half), min(half) / 4])
    metric: list[Any] = ["1"] * n
    which = rng.randrange(3)
    if which == 1:
        metric = [str(rng.choice([1, 2, 5])) for _ in range(n)]
    elif which == 2:
        metric = [["2" if i == j else "0.25" for j in range(n)] for i in range(n)]
    document["region"] = {
        "kind": "ball", "center": texts(center), "radius": to_text(radius), "metric": metric,
    }  # fmt: skip
    return f"ball of radius {float(radius):g}, metric {which}"


def space_instead(document: Document, rng: random.Random, pool: Pool) -> str:
    lower, _ = box_of(document)
    document["region"] = {"kind": "space", "dimension": len(lower)}
    return "R^n instead of the region"


def box_instead(document: Document, rng: random.Random, pool: Pool) -> str:
    lower, upper = box_of(document)
    _set_box(document, lower, upper)
    if rng.random() < 0.5:  # away from 0
        shift = Fraction(rng.choice([2, -2]))
        _set_box(document, [v + shift for v in lower], [v + shift for v in upper])
    return "a box instead of the region"


# ---- the equilibrium -----------------------------------------------------------------------------


def kind_changed(document: Document, rng: random.Random, pool: Pool) -> str:
    """What the solution is called; whether it is said to be a zero."""
    if (solution := solution_of(document)) is None:
        raise Skip
    solution["theorem"] = rng.choice([ZERO, BOUNDARY, solution["theorem"]])
    kind = _called(document, rng)
    return f"the solution is now by {solution['theorem']}, and {kind or 'no more'}"


def _called(document: Document, rng: random.Random) -> str | None:
    """Another kind of equilibrium, or none."""
    drop(document, *KINDS)
    kind = rng.choice([None, *KINDS])
    if kind is not None:
        document["claims"].append({"theorem": kind})
    return kind


def equilibrium_removed(document: Document, rng: random.Random, pool: Pool) -> str:
    """Nothing is said of it; steps towards it may stay."""
    if solution_of(document) is None:
        raise Skip
    drop(document, *(OF_SOLUTION if rng.random() < 0.5 else OF_SOLUTION[:1]))
    return "no equilibrium"


def equilibrium_stated(document: Document, rng: random.Random, pool: Pool) -> str:
    """At a corner, in the middle, or where it is; with a generous error."""
    lower, upper = box_of(document)
    middle = [(a + b) / 2 for a, b in zip(lower, upper, strict=True)]
    point, solution = rng.choice([lower, upper, middle]), solution_of(document)
    if solution is not None and rng.random() < 0.6:
        there = fractions(solution["numbers"]["point"])
        point = [min(max(x, a), b) for x, a, b in zip(there, lower, upper, strict=True)]
    error, theorem = rng.choice(["0", "1e-9", "0.01", "1", "100"]), rng.choice([ZERO, BOUNDARY])
    if solution is not None:
        document["claims"].remove(solution)
    numbers = {"point": texts(point), "error": error}
    document["claims"].append({"theorem": theorem, "numbers": numbers})
    kind = _called(document, rng)
    return f"the solution by {theorem} is {kind or 'no more'} within {error}"


REGION: list[Change] = [
    box_moved, box_cut, box_at_the_solution, box_scaled, box_flattened, ball_instead,
    ball_instead, space_instead, box_instead, kind_changed, equilibrium_removed,
    equilibrium_stated, equilibrium_stated,
]  # fmt: skip
