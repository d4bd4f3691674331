"""Whether every cost of a game is defined, and smooth, at every point of a box.

Some operations are defined on a part of the line only. What they need of their argument is proved
over the box by interval bisection, in the order in which the costs are computed, so that an
argument is known to be continuous when its turn comes. The costs alone are walked: derivatives need
nothing more, since a root is asked for an argument > 0 (≥ 0 where the argument is a constant).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice
from typing import final

import numpy as np
from numpy.typing import NDArray

from games.errors import InputError
from games.language.expression import to_text
from games.language.graph import Graph
from games.language.number import float_enclosure
from games.regions.shapes import Box
from games.symbolic import SymbolicGame
from sgn.enclosures.intervals import Kernel, compile_intervals
from sgn.refusals.domain_needs import NOT_ZERO, Need, needs

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

_SHORT = 60  # characters of an expression in a message
_FINEST = 2.0**-40  # of the region: no side of a box is split below that
_VERTICES = 1024  # of the region are tried, at most
# Where a segment on which a denominator changes its sign is cut. Not always in the middle: rounding
# may hide the sign there.
_SHARES = (Fraction(1, 2), Fraction(3, 7)) * 20


@final
@dataclass(frozen=True)
class Defined:
    """Proved: every operation of the costs is defined, and smooth, all over the box."""

    boxes: int  # evaluated


@final
@dataclass(frozen=True)
class Outside:
    """Proved: a cost is not defined (or not smooth) somewhere in the box.

    box: what is needed fails all over it; or, where a value must not be 0, at some point of it.
    """

    message: str
    box: Box
    boxes: int


@final
@dataclass(frozen=True)
class Undecided:
    """Neither is proved; box: the smallest one that is left."""

    message: str
    box: Box
    boxes: int


DomainReport = Defined | Outside | Undecided


def check_domains(game: SymbolicGame, box: Box, max_boxes: int = 10_000) -> DomainReport:
    """Prove, or refute, that the costs are defined and smooth on the box.

    Needed are: a denominator ≠ 0, the argument of a function inside its domain (of log > 0, of
    log1p > −1, of tan away from its poles; of sqrt > 0 where it is differentiated), and the base of
    a power > 0, or ≠ 0 if its exponent is a negative whole number.
    box: n sides in the order of the variables. max_boxes: how many boxes may be evaluated in all.
    Returns Defined, Outside or Undecided. Raises ValueError for a box of another dimension.

    >>> game = SymbolicGame.from_costs({"a": ["x"]}, {"a": "x/(x - 1)"})
    >>> check_domains(game, Box([0], [2])).message
    'cost of a: the denominator x - 1 must not be 0, and is for x = 1'
    """
    if box.dimension != game.dimension:
        raise ValueError(f"the box has {box.dimension} sides; expected {game.dimension}")
    names = [variable for player in game.players for variable in player.variables]
    wanted = needs(game.graph, [node for _, node in game.stated])
    if not wanted:
        return Defined(0)
    kernel = compile_intervals(game.graph, [need.argument for need in wanted], names)
    low, high = kernel(*(ends[None, :] for ends in box.floats()))
    boxes = 1
    for k, need in enumerate(wanted):
        if need.kind.holds(*need.measured(low[:, k], high[:, k])).all():
            continue
        report = _bisect(_task(game, box, need, names), max_boxes - boxes)
        boxes += report.boxes
        if not isinstance(report, Defined):
            return replace(report, boxes=boxes)
    return Defined(boxes)


# The bisection for one need, over the variables of its argument alone.

_Sides = list[tuple[Fraction, Fraction]]  # exact, one for each of those variables
_Point = list[Fraction]


@final
@dataclass(frozen=True)
class _Task:
    """One need on one region, with the kernel of its argument."""

    game: SymbolicGame
    box: Box
    need: Need
    axes: list[int]  # of the variables that the argument depends on
    kernel: Kernel

    @property
    def sides(self) -> _Sides:
        return [(self.box.lower[k], self.box.upper[k]) for k in self.axes]

    def values(self, low: Floats, high: Floats) -> tuple[Floats, Floats]:
        """The ends of the measure over boxes with ends of shape (k, number of axes)."""
        ends = self.kernel(low, high)
        return self.need.measured(ends[0][:, 0], ends[1][:, 0])

    def exact(self, low: Floats, high: Floats, where: Mask) -> Iterator[_Sides]:
        """Of the boxes where the condition holds, those that meet the region: the common part."""
        for below, above in zip(low[where].tolist(), high[where].tolist(), strict=True):
            part = [
                (max(a, Fraction(u)), min(b, Fraction(v)))
                for (a, b), u, v in zip(self.sides, below, above, strict=True)
            ]
            if all(a <= b for a, b in part):
                yield part

    def failing(self, low: Floats, high: Floats, least: Floats, most: Floats) -> Iterator[_Sides]:
        """Boxes with a point of the region, where the need fails for certain; with its measures."""
        parts = self.exact(low, high, self.need.kind.fails(least, most))
        return (part for part in parts if self.reaches(part))

    def reaches(self, part: _Sides) -> bool:
        """Whether the region has a point there, for certain if it is a ball."""
        ball = self.box.ball
        return ball is None or ball.contains(ball.near(_whole(self, part)))

    def outside(self, low: Floats, high: Floats) -> Mask:
        """Whether boxes of the axes are clear of the ball that is the region."""
        if self.box.ball is None:
            return np.zeros(len(low), dtype=bool)
        bottom, top = (np.tile(ends, (len(low), 1)) for ends in self.box.floats())
        bottom[:, self.axes], top[:, self.axes] = low, high
        return self.box.ball.outside(bottom, top)


def _task(game: SymbolicGame, box: Box, need: Need, names: Sequence[str]) -> _Task:
    graph = game.graph
    used = {graph.values[node] for node in graph.needed([need.argument])}
    axes = [k for k, name in enumerate(names) if name in used]
    kernel = compile_intervals(graph, [need.argument], [names[k] for k in axes])
    return _Task(game, box, need, axes, kernel)


def _bisect(task: _Task, budget: int) -> DomainReport:
    """Breadth first: all boxes of one size, then their midpoints, then their halves."""
    low, high = (ends[task.axes][None, :] for ends in task.box.floats())
    width = high[0] - low[0]
    free = np.array([a < b for a, b in task.sides], dtype=bool)
    signs: dict[bool, _Point] = {}
    stuck: list[tuple[Floats, Floats]] = []
    boxes = 0
    bad = list(islice(_bad_points(task, *_vertices(task), signs), 1))
    while not bad and len(low) and boxes < budget:
        tried = budget - boxes
        ends = task.values(low[:tried], high[:tried])
        boxes += len(ends[0])
        bad = list(islice(task.failing(low[:tried], high[:tried], *ends), 1))
        open_ = np.ones(len(low), dtype=bool)
        open_[:tried] = ~task.need.kind.holds(*ends)
        open_ &= ~task.outside(low, high)
        low, high = low[open_], high[open_]
        middle = low + (high - low) / 2
        points = np.where(free, middle, low), np.where(free, middle, high)
        bad = bad or list(islice(_bad_points(task, *points, signs), 1))
        if boxes < budget:
            low, high = _halves(low, high, np.where(free, width, np.inf), stuck)
    if bad:
        return Outside(_message(task, bad[0], "for"), _whole(task, bad[0]), boxes)
    left = [*stuck, *zip(low, high, strict=True)]
    return _undecided(task, left, boxes) if left else Defined(boxes)


def _undecided(task: _Task, left: list[tuple[Floats, Floats]], boxes: int) -> Undecided:
    """The smallest of the boxes left, told."""
    parts = [
        part
        for low, high in left
        for part in task.exact(low[None, :], high[None, :], np.ones(1, dtype=bool))
    ]
    widths = [b - a or Fraction(1) for a, b in task.sides]

    def size(part: _Sides) -> Fraction:
        scaled = ((b - a) / width for (a, b), width in zip(part, widths, strict=True))
        return max(scaled, default=Fraction(0))

    smallest = min(parts, key=size)
    message = _message(task, smallest, "perhaps (not decided) for")
    return Undecided(message, _whole(task, smallest), boxes)


def _halves(
    low: Floats, high: Floats, width: Floats, stuck: list[tuple[Floats, Floats]]
) -> tuple[Floats, Floats]:
    """The boxes cut at the middle of their relatively widest side; too fine ones go to stuck."""
    sizes = (high - low) / width
    fine = sizes.max(axis=1, initial=0.0) <= _FINEST
    stuck.extend(zip(low[fine], high[fine], strict=True))
    low, high, sizes = low[~fine], high[~fine], sizes[~fine]
    if not len(low):
        return low, high
    row, axis = np.arange(len(low)), sizes.argmax(axis=1)
    middle = low[row, axis] + (high[row, axis] - low[row, axis]) / 2
    left_high, right_low = high.copy(), low.copy()
    left_high[row, axis] = right_low[row, axis] = middle
    return np.concatenate([low, right_low]), np.concatenate([left_high, high])


def _vertices(task: _Task) -> tuple[Floats, Floats]:
    """The vertices of the region (at most 1,024) as the narrowest boxes round them."""
    if not task.axes:
        return np.empty((0, 0)), np.empty((0, 0))
    region = Box(*zip(*task.sides, strict=True))
    vertices = islice(region.vertices(region.free), _VERTICES)
    ends = np.array([[float_enclosure(v) for v in vertex] for vertex in vertices])
    return ends[..., 0], ends[..., 1]


def _bad_points(
    task: _Task, low: Floats, high: Floats, signs: dict[bool, _Point]
) -> Iterator[_Sides]:
    """Points, given as thin boxes, where the need fails; or a segment between opposite signs.

    signs: the first exact points found where the measure is above 0 (True) and below (False).
    """
    ends = task.values(low, high)
    yield from task.failing(low, high, *ends)
    if task.need.kind is NOT_ZERO:
        for sign, where in ((True, ends[0] > 0), (False, ends[1] < 0)):
            for part in islice(task.exact(low, high, where), 0 if sign in signs else 1):
                if task.reaches([(a, a) for a, _ in part]):
                    signs[sign] = [a for a, _ in part]
        if len(signs) == 2:
            yield _crossing(task, signs[True], signs[False])


def _crossing(task: _Task, above: _Point, below: _Point) -> _Sides:
    """The hull of a short segment on which a continuous measure changes its sign."""
    for share in _SHARES:
        between = [a + (b - a) * share for a, b in zip(above, below, strict=True)]
        ends = np.array([[float_enclosure(v) for v in between]])
        low, high = task.values(ends[..., 0], ends[..., 1])
        if low[0] > 0:
            above = between
        elif high[0] < 0:
            below = between
        elif task.need.kind.fails(low, high)[0]:
            return [(v, v) for v in between]
    return [(min(a, b), max(a, b)) for a, b in zip(above, below, strict=True)]


# What is told.


def _whole(task: _Task, sides: _Sides) -> Box:
    """The box in all variables; those that do not matter keep their sides of the region."""
    low, high = list(task.box.lower), list(task.box.upper)
    for k, (a, b) in zip(task.axes, sides, strict=True):
        low[k], high[k] = a, b
    return Box(low, high)


def _message(task: _Task, sides: _Sides, link: str) -> str:
    game, need = task.game, task.need
    place = next(place for place, node in game.stated if need.node in game.graph.needed([node]))
    names = [variable for player in game.players for variable in player.variables]
    where = [
        f"{names[k]} = {float(a):.6g}"
        if a == b
        else f"{names[k]} in [{float(a):.6g}, {float(b):.6g}]"
        for k, (a, b) in zip(task.axes, sides, strict=True)
    ]
    text = need.text.format(_short_text(game.graph, need.argument))
    return f"{place}: {text}" + (f" {link} {', '.join(where)}" if where else "")


def _short_text(graph: Graph, node: int) -> str:
    try:
        text = to_text(graph, node)
    except InputError:  # longer than any text that could be read again
        return "(long)"
    return text if len(text) <= _SHORT else text[: _SHORT - 1] + "…"
