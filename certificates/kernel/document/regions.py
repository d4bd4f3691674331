"""Regions as they stand in documents: a box, a ball in a metric, or all of R^n."""

from fractions import Fraction
from typing import Any

from certificates.kernel.document.reading import (
    is_count,
    number,
    read_choice,
    read_list,
    require_keys,
)
from games.errors import InputError
from games.regions.ball import MetricBall
from games.regions.region import Box, Region, Space


def read_region(value: Any, where: str) -> Region:
    """A box or a ball with exact numbers, or all of R^n.

    >>> read_region({"kind": "space", "dimension": 2}, "region")
    Space(dimension=2)
    """
    kind = value.get("kind") if isinstance(value, dict) else None
    read_choice(kind, f"{where}.kind", ("ball", "box", "space"))
    if kind == "space":
        fields = require_keys(value, where, {"kind", "dimension"})
        if not is_count(fields["dimension"]):
            raise InputError(f"{where}: the dimension must be a count")
        return Space(fields["dimension"])
    try:
        if kind == "ball":
            fields = require_keys(value, where, {"kind", "center", "radius", "metric"})
            rows = read_list(fields["metric"], f"{where}.metric")
            metric = [
                _numbers(row, f"{where}.metric") if isinstance(row, list) else number(row, where)
                for row in rows
            ]
            center = _numbers(fields["center"], f"{where}.center")
            return MetricBall(center, number(fields["radius"], where), metric).region
        fields = require_keys(value, where, {"kind", "lower", "upper"})
        return Box(*(_numbers(fields[key], f"{where}.{key}") for key in ("lower", "upper")))
    except InputError as error:
        text = str(error)
        raise InputError(text if text.startswith(where) else f"{where}: {text}") from None


def _numbers(value: Any, where: str) -> list[Fraction]:
    return [number(v, where) for v in read_list(value, where)]
