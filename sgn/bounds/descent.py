"""Local descent of many functions at once on the unit cube, for expensive batched evaluation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
# objective(candidates (I, c, f), items (I,)) -> (I, c): values of each item's function, minimised
Objective = Callable[[FloatArray, NDArray[np.int64]], FloatArray]


@final
@dataclass(frozen=True)
class Schedule:
    """How long to descend: first and last step (cube sides of 1), rounds, coordinates per round."""

    first: float = 0.125
    last: float = 1e-8
    rounds: int = 100
    width: int = 64


def descend(
    objective: Objective,
    starts: FloatArray,
    values: FloatArray,
    axes: Sequence[NDArray[np.int64]],
    schedule: Schedule,
    rng: np.random.Generator,
    late: Callable[[], bool] = lambda: False,
) -> tuple[FloatArray, FloatArray]:
    """Points and values that are nowhere worse than the starts, soon after it is late.

    starts: (I, f) in the unit cube; values: (I,); axes: for each item the coordinates it depends
    on (at least one). Each round polls both directions of the coordinates (a random choice of
    `width` of them), then tries joint moves built from the differences, among them quasi-Newton
    (BFGS) ones. After a gain the step follows the length of the move, else it is quartered.
    """
    points, values = starts.copy(), values.copy()
    count, f = points.shape
    step = np.full(count, schedule.first)
    H = np.zeros((count, f, f)) if schedule.width >= f else np.zeros((count, 0, 0))
    anchor, slope = points.copy(), np.zeros((count, f))
    for _ in range(schedule.rounds):
        active = np.flatnonzero((step > schedule.last) & np.isfinite(values))
        if not len(active) or late():
            break
        chosen = _choose([axes[int(k)] for k in active], schedule.width, rng)
        u, h, f0 = points[active], step[active], values[active]
        polls = _polls(u, h, chosen)
        polled = objective(polls, active)
        moves, g = _joint_moves(u, h, f0, polls, polled, chosen)
        last_move = u - anchor[active]
        if H.size:
            with np.errstate(all="ignore"):
                H[active] = _bfgs(H[active], last_move, g - slope[active])
                newton = np.nan_to_num(_projected(H[active], u, g))
            moves += [newton, newton / 4]
        anchor[active], slope[active] = u, g
        joint = np.clip(u[:, None, :] + np.stack([*moves, 2 * last_move], axis=1), 0.0, 1.0)
        candidates = np.concatenate([polls, joint], axis=1)
        reached = np.concatenate([polled, objective(joint, active)], axis=1)
        item, best = np.arange(len(active)), np.argmin(reached, axis=1)
        gained = reached[item, best] < f0
        length = np.abs(candidates[item, best] - u).max(axis=1)
        points[active[gained]] = candidates[item, best][gained]
        values[active[gained]] = reached[item, best][gained]
        step[active] = np.where(gained, np.clip(length, h / 4, np.minimum(2 * h, 0.5)), h / 4)
    return points, values


def _bfgs(H: FloatArray, s: FloatArray, y: FloatArray) -> FloatArray:
    """The BFGS update of inverse Hessians (I, f, f); none where sᵀy is not clearly positive."""
    sy, yy = (s * y).sum(axis=1), (y * y).sum(axis=1)
    good = sy > 1e-10 * np.sqrt((s * s).sum(axis=1) * yy)
    s, y, sy, yy = s[good], y[good], sy[good], yy[good]
    old = H[good]
    fresh = ~old.any(axis=(1, 2))
    old[fresh] = (sy / yy)[fresh, None, None] * np.eye(H.shape[1])
    Hy = np.einsum("kij,kj->ki", old, y)
    gain = (sy + (y * Hy).sum(axis=1)) / np.square(sy)
    cross = (Hy[:, :, None] * s[:, None, :]) / sy[:, None, None]
    result = H.copy()
    result[good] = (
        old + gain[:, None, None] * s[:, :, None] * s[:, None, :] - cross - np.swapaxes(cross, 1, 2)
    )
    return result


def _projected(H: FloatArray, u: FloatArray, g: FloatArray) -> FloatArray:
    """−H g over the coordinates that a descent step does not push out of the cube."""
    inside = ~(((u <= 0) & (g > 0)) | ((u >= 1) & (g < 0)))
    return np.asarray(-np.einsum("kij,kj->ki", H, g * inside) * inside)


def _choose(
    axes: Sequence[NDArray[np.int64]], width: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """(I, w): the coordinates polled this round; short rows repeat their coordinates."""
    w = min(width, max(len(own) for own in axes))
    return np.stack([own if len(own) == w else np.resize(rng.permutation(own), w) for own in axes])


def _polls(u: FloatArray, h: FloatArray, chosen: NDArray[np.int64]) -> FloatArray:
    """(I, 2w, f): up along each chosen coordinate, then down, clipped to the cube."""
    count, w = chosen.shape
    polls = np.repeat(u[:, None, :], 2 * w, axis=1)
    item, slot = np.arange(count)[:, None], np.arange(w)[None, :]
    polls[item, slot, chosen] = np.minimum(polls[item, slot, chosen] + h[:, None], 1.0)
    polls[item, w + slot, chosen] = np.maximum(polls[item, w + slot, chosen] - h[:, None], 0.0)
    return polls


def _joint_moves(
    u: FloatArray,
    h: FloatArray,
    f0: FloatArray,
    polls: FloatArray,
    f: FloatArray,
    chosen: NDArray[np.int64],
) -> tuple[list[FloatArray], FloatArray]:
    """Moves (I, f): all improving polls at once, diagonal Newton, steepest; and the gradient."""
    count, w = chosen.shape
    item, slot = np.arange(count)[:, None], np.arange(w)[None, :]
    here = u[item, chosen]
    up, down = polls[item, slot, chosen] - here, here - polls[item, w + slot, chosen]
    with np.errstate(all="ignore"):
        rise, fall = f[:, :w] - f0[:, None], f[:, w:] - f0[:, None]
        slope = (rise - fall) / (up + down)
        bend = 2 * (rise / up + fall / down) / (up + down)
        newton = np.where(bend > 0, (up * bend / 2 - rise / up) / bend, 0.0)
        steepest = -slope / np.abs(slope).max(axis=1, keepdims=True) * h[:, None]
    together = np.where(rise < np.minimum(fall, 0), up, np.where(fall < 0, -down, 0.0))

    def spread(values: FloatArray) -> FloatArray:
        full = np.zeros_like(u)
        full[item, chosen] = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
        return full

    tried = (together, newton, newton / 2, steepest, 8 * steepest)
    return [spread(move) for move in tried], spread(slope)
