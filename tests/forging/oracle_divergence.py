"""T19 against the flow itself: the weighted KL divergence, its derivative, where it is small."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from tests.forging.oracle_claims import Falling
from tests.forging.oracle_game import Game
from tests.forging.oracle_hunt import hunt
from tests.forging.oracle_reading import Array, mp, mpmath, mps
from tests.forging.oracle_region import Box
from tests.forging.oracle_subject import ZERO, Falsehood, Subject, shown

WIDE = 25  # logits from which play starts anywhere


def divergences(
    in_region: Falling | None,
    on_simplex: Falling | None,
    level: Fraction | None,
    subject: Subject,
    star: Array,
    zero: bool,
) -> Iterator[Falsehood]:
    """Both claims, as far as they are made; the level up to which the flow keeps to the region."""
    if subject.game.policies is None or subject.game.policies.field != "fisher":
        yield Falsehood("KL", "not a game of policies with the field of the theorem")
        return
    if in_region is not None:
        if not zero or not isinstance(subject.region, Box):
            yield Falsehood("KL rate", "no zero in a box of logits")
            return
        if level is not None:
            yield from _level(subject.game, subject.region, star, in_region.weights, level)
        yield from _rate("KL rate", subject, subject.region, star, in_region)
    if on_simplex is not None:
        wide = Box([Fraction(-WIDE)] * subject.game.n, [Fraction(WIDE)] * subject.game.n)
        yield from _rate("KL rate on the simplex", subject, wide, star, on_simplex)


def divergence(game: Game, z: Array, star: Array, w: list[Any]) -> Array:
    """K = Σ w_i D(π_i* ‖ π_i), summed over the states."""
    assert game.policies is not None
    log: Any = np.frompyfunc(mpmath.log, 1, 1) if z.dtype == object else np.log
    pi, known = game.policies.policies(z), game.policies.policies(star)
    total: Any = 0
    for weight, p, q in zip(w, pi, known, strict=True):
        total = total + (q * (log(q) - log(p))).sum(axis=(-1, -2)) * weight
    return np.asarray(total)


def change(game: Game, z: Array, star: Array, w: list[Any]) -> Array:
    """dK/dt = −Σ w_i⟨p_i − p_i*, G_i⟩ along z′ = −G."""
    assert game.policies is not None
    pi, known = game.policies.policies(z), game.policies.policies(star)
    G, total, start = game.F(z), 0, 0
    for weight, p, q, size in zip(w, pi, known, game.sizes, strict=True):
        gap = (p - q)[..., 1:].reshape(*z.shape[:-1], -1)
        total = total - (gap * G[..., start : start + size]).sum(axis=-1) * weight
        start += size
    return np.asarray(total)


def _rate(
    name: str, subject: Subject, box: Box, star: Array, claimed: Falling
) -> Iterator[Falsehood]:
    """K′ ≤ −rate·K everywhere in the box."""
    game, rate, w = subject.game, claimed.rate, claimed.weights
    floats, near = [float(v) for v in w], star.astype(float)

    def left(z: Array) -> Array:
        with np.errstate(all="ignore"):
            K = divergence(game, z, near, floats)
            found = (-change(game, z, near, floats) - float(rate) * K) / K
        return np.where(K < 1e-14, np.inf, found)

    spread = (box.high - box.low) * 10.0 ** subject.rng.uniform(-3, 0, (300, 1))
    around = box.clamp(near + subject.rng.normal(size=(300, game.n)) * spread)
    starts = np.vstack([box.sample(subject.rng, 100)[-400:], around])
    z, least = hunt(left, box, starts, subject.rng, 25)
    if least < 1e-7:
        exact, weights = box.project(mps(z), np.eye(0)), [mp(v) for v in w]
        K, slope = (f(game, exact, star, weights) for f in (divergence, change))
        if box.holds(exact) and slope > -mp(rate) * K + ZERO:
            text = f"K = {mpmath.nstr(K, 8)} falls at the rate {mpmath.nstr(-slope / K, 10)}"
            yield Falsehood(name, f"{text} at z = {shown(exact)}")


def _level(
    game: Game, box: Box, star: Array, w: list[Fraction], level: Fraction
) -> Iterator[Falsehood]:
    """A point beyond a face at which K is at most the level: the others keep their shares there."""
    weights = [mp(v) for v in w]
    assert game.policies is not None
    place = 0
    for i, size in enumerate(game.sizes):
        actions = game.policies.actions[i] - 1
        for state in range(size // actions):
            for k in range(actions):
                row = place + state * actions
                for face in (box.exact[0][row + k], box.exact[1][row + k]):
                    z = _cheapest(star, row, actions, k, face)
                    K = divergence(game, z, star, weights)
                    if mp(level) - ZERO > K:
                        text = f"K = {mpmath.nstr(K, 10)} on the face at z = {shown(z)}"
                        yield Falsehood("KL level", text)
                        return
        place += size


def _cheapest(star: Array, row: int, actions: int, k: int, face: Any) -> Array:
    """z_k = face with π_0 + π_k and all other probabilities as in the equilibrium."""
    z = star.copy()
    before = 1 + mpmath.exp(star[row + k])
    shift = mpmath.log(before / (1 + mpmath.exp(face)))  # of log π_0 against the others
    for m in range(actions):
        z[row + m] = face if m == k else star[row + m] - shift
    return z
