"""Regions as they stand in documents: a box, a ball in a metric, or all of R^n."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from certificates.kernel.document.reading import (
    is_count,
    number,
    read_choice,
    read_list,
    require_keys,
    vector,
)
from games.errors import InputError
from games.regions.ends import Ends
from games.regions.region import Box, MetricBall, Region, Space


def read_region(value: Any, where: str) -> Region:
    """A box or a ball with exact numbers, or all of R^n.

    >>> read_region({"kind": "space", "dimension": 2}, "region")
    Space(dimension=2)
    """
    kind = value.get("kind") if isinstance(value, dict) else None
    read = _READERS[read_choice(kind, f"{where}.kind", tuple(_READERS))]
    try:
        return read(value, where)
    except InputError as error:
        text = str(error)
        raise InputError(text if text.startswith(where) else f"{where}: {text}") from None


def _ball(value: Any, where: str) -> Box:
    fields = require_keys(value, where, {"kind", "center", "radius", "metric"})
    rows = [
        _numbers(row, f"{where}.metric") if isinstance(row, list) else number(row, where)
        for row in read_list(fields["metric"], f"{where}.metric")
    ]
    center = _numbers(fields["center"], f"{where}.center")
    ball = MetricBall(center, number(fields["radius"], where), rows)
    return Box(*ball.ends, ball=ball)


def _box(value: Any, where: str) -> Box:
    fields = require_keys(value, where, {"kind", "lower", "upper"})
    lower, upper = (vector(fields[key], f"{where}.{key}", None) for key in ("lower", "upper"))
    return Box(Ends.of(lower), Ends.of(upper))


def _space(value: Any, where: str) -> Space:
    dimension = require_keys(value, where, {"kind", "dimension"})["dimension"]
    if not is_count(dimension):
        raise InputError(f"{where}: the dimension must be a count")
    return Space(dimension)


_READERS: dict[str, Callable[[Any, str], Region]] = {"ball": _ball, "box": _box, "space": _space}


def _numbers(value: Any, where: str) -> list[Fraction]:
    return [number(v, where) for v in read_list(value, where)]
