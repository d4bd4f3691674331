"""False documents that no checker has seen: the oracle must call each of them false.

Each lie names the claim that it makes false. It is told in every base document (every context) that
makes such a claim; a base's own document must be true.
"""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from certificates.kernel.document.reading import Document, decode_array, encode_array
from games.language.number import parse_number, to_text
from tests.forging.changes import at, put

Told = Callable[[Document], object]


@dataclass(frozen=True)
class Planted:
    """claim: how the oracle's falsehood begins. needs: keys that make the claim."""

    claim: str
    tell: Told
    needs: tuple[str, ...]
    but: tuple[str, ...] = ()  # contexts in which it is no lie

    def told(self, document: Document) -> Document | None:
        """A false copy of the document; None where it makes no such claim."""
        for path in self.needs:
            try:
                at(document, tuple(int(k) if k.isdecimal() else k for k in path.split(".")))
            except (KeyError, IndexError):
                return None
        false = copy.deepcopy(document)
        self.tell(false)
        return false


def _path(text: str) -> tuple[str | int, ...]:
    return tuple(int(k) if k.isdecimal() else k for k in text.split("."))


def _value(document: Document, path: str) -> Fraction:
    return parse_number(str(at(document, _path(path))))


def times(path: str, factor: str) -> Told:
    def tell(document: Document) -> None:
        put(document, _path(path), to_text(_value(document, path) * Fraction(factor)))

    return tell


def plus(path: str, more: str) -> Told:
    def tell(document: Document) -> None:
        put(document, _path(path), to_text(_value(document, path) + Fraction(more)))

    return tell


def is_now(path: str, value: Any) -> Told:
    return lambda document: put(document, _path(path), value)


def all_of(*tellings: Told) -> Told:
    def tell(document: Document) -> None:
        for one in tellings:
            one(document)

    return tell


def _longer(key: str) -> Told:
    """RK4 steps five times as long in a last interval, with the rate of the last one."""

    def tell(document: Document) -> None:
        steps = document["steps"][key]
        longest = to_text(parse_number(steps["step_max"]) * 8)
        steps["step_max"] = longest
        steps["cover"]["steps"].append(longest)
        for part in ("rates", "multipliers"):
            if part in steps["cover"]:
                steps["cover"][part].append(copy.deepcopy(steps["cover"][part][-1]))

    return tell


def _point_moved(document: Document) -> None:
    point = document["equilibrium"]["point"]
    if isinstance(point, dict):
        moved = decode_array(point, "point").copy()
        moved[0] += 0.01
        document["equilibrium"]["point"] = encode_array(moved)
    else:
        point[0] = to_text(parse_number(point[0]) + Fraction(1, 100))


def _last_band(document: Document) -> None:
    band = document["bands"][0]
    band["low"] = to_text(parse_number(band["low"]) / 4)


def _another_field(document: Document) -> None:
    kakade = document["game"].get("field") == "kakade"
    field = "fisher" if kakade else "kakade"
    document["geometry"] = {"kind": "entropic-dual", "field": field}


def _indefinite(document: Document) -> None:
    metric = document["metric"]
    matrix = np.diag([1.0, -1.0, *([1.0] * (metric["matrix"]["shape"][0] - 2))])
    metric["matrix"] = encode_array(matrix)


LIES = [
    Planted("margin", times("margin", "1.6"), ("margin",)),
    Planted("structural margin", plus("structural_margin", "1"), ("structural_margin",)),
    Planted("Lipschitz", times("lipschitz", "0.7"), ("lipschitz",)),
    Planted("Euclidean margin", plus("euclidean_margin", "1"), ("euclidean_margin",)),
    Planted("cocoercivity", times("cocoercivity", "1.6"), ("cocoercivity",)),
    Planted("curvature from below", plus("curvature_lower.0", "0.3"),
            ("curvature_lower.0", "game")),
    Planted("curvature from above", plus("curvature_upper.0", "-0.3"),
            ("curvature_upper.0", "game")),
    Planted("coupling", times("coupling_upper.0.1", "0.5"), ("coupling_upper.0.1", "game"),
            ("one player",)),
    Planted("Euler steps", times("steps.euler.factor_at_best", "0.3"), ("steps.euler",)),
    Planted("Euler steps", all_of(times("steps.euler.step_max", "3")), ("steps.euler",)),
    Planted("RK4 steps", is_now("steps.rk4.factor_at_best", "0"), ("steps.rk4",),
            ("curved boundary",)),
    Planted("RK4 steps", _longer("rk4"), ("steps.rk4",), ("curved", "policies", "bounds")),
    Planted("RK4 towards", is_now("steps.rk4_equilibrium.factor_at_best", "0"),
            ("steps.rk4_equilibrium", "game")),
    Planted("extragradient", is_now("steps.extragradient.factor_at_best", "0"),
            ("steps.extragradient",)),
    Planted("extragradient", times("steps.extragradient.step_max", "9"), ("steps.extragradient",),
            ("policies",)),
    Planted("optimistic gradient", is_now("steps.optimistic.factor_at_best", "0"),
            ("steps.optimistic",)),
    Planted("equilibrium", all_of(_point_moved, is_now("equilibrium.error", "1e-3")),
            ("equilibrium",)),
    Planted("equilibrium", is_now("equilibrium.error", "1e6"), ("equilibrium", "region.lower"),
            ("boundary",)),
    Planted("equilibrium", is_now("equilibrium.kind", "boundary"), ("equilibrium",),
            ("boundary",)),
    Planted("equilibrium", is_now("equilibrium.kind", "zero"), ("equilibrium",),
            ("zero",)),
    Planted("start set of flow", times("basin.radius", "20"), ("basin.radius", "region.lower")),
    Planted("start set of euler", times("basin.euler_radius", "20"),
            ("basin.euler_radius", "region.lower")),
    Planted("start set of rk4", times("basin.rk4_radius", "20"),
            ("basin.rk4_radius", "region.lower")),
    Planted("start set of flow", is_now("basin.radius", None), ("basin", "region.lower")),
    Planted("band", _last_band, ("bands.0",)),
    Planted("Bregman rate", times("bregman.region.rate", "9"), ("bregman.region",)),
    Planted("Bregman level", times("bregman.region.level", "3"), ("bregman.region",)),
    Planted("Bregman simplex", times("bregman.simplex.rate", "9"), ("bregman.simplex",)),
    Planted("metric", _indefinite, ("metric.matrix",)),
    Planted("geometry", _another_field, ("game",)),
]  # fmt: skip


def planted(context: str, document: Document) -> Iterator[tuple[Planted, Document]]:
    """Every lie that can be told in a document; context: words that say what it is."""
    for lie in LIES:
        if not any(word in context for word in lie.but):
            false = lie.told(document)
            if false is not None:
                yield lie, false
