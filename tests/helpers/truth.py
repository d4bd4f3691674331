"""A floating-point oracle: are the claims of a certificate true? Shares nothing with the checker.

It reads the JSON by itself, takes J from the game classes, and evaluates eigenvalues and norms at
many points. TOLERANCE: rounding of numpy's eigenvalues for the corpus (n ≤ 33, entries below 1e3)
is near 1e-12; a lie of one part in 10⁶ is far above it.
"""

import base64
import itertools
import zlib
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.reading import decode_arrays
from games.files.document import from_document
from tests.helpers.promise_truth import promise_falsehoods

Floats = NDArray[np.float64]
Document = dict[str, Any]
TOLERANCE = 1e-9


def number(value: Any) -> float:
    return float(Fraction(value))


def numbers(value: Any) -> Floats:
    """A list of numbers or an encoded array."""
    if isinstance(value, dict):
        data = zlib.decompress(base64.b64decode(value["zlib64"]))
        return np.frombuffer(data, dtype=value["dtype"]).reshape(value["shape"]).astype(float)
    return np.array([number(v) for v in value], dtype=float)


def matrix(value: Any, n: int) -> Floats:
    """Rows of numbers, an encoded array, or sparse rows."""
    if isinstance(value, dict) and "indptr" in value:
        indptr, indices, data = (numbers(value[k]) for k in ("indptr", "indices", "data"))
        dense = np.zeros((n, n))
        for i, (a, b) in enumerate(itertools.pairwise(indptr.astype(int))):
            dense[i, indices[a:b].astype(int)] = data[a:b]
        return dense
    if isinstance(value, list):
        return np.array([numbers(row) for row in value]).reshape(n, n)
    return numbers(value)


def said(document: Document, *theorems: str) -> Document:
    """The numbers of the claim by one of these theorems; empty where there is none."""
    found = (claim for claim in document["claims"] if claim["theorem"] in theorems)
    return next((claim.get("numbers", {}) for claim in found), {})


class Situation:
    """The Jacobians that a region allows (at its vertices and points inside), and block sizes."""

    def __init__(self, document: Document, rng: np.random.Generator) -> None:
        game = document["game"]
        if game["kind"] == "quadratic":
            self.sizes = [p["size"] for p in game["players"]]
            self.jacobians = matrix(game["jacobian"], sum(self.sizes))[None]
        else:
            model = from_document(decode_arrays(game, "game"), "game")
            self.sizes = list(model.sizes)
            self.model = model
            self.jacobians = model.jacobian(self._points(document, rng))
        self.owner = np.repeat(np.arange(len(self.sizes)), self.sizes)

    def _points(self, document: Document, rng: np.random.Generator) -> Floats:
        region = document["region"]
        if region["kind"] == "space":
            return rng.normal(size=(4, len(self.sizes) and sum(self.sizes))) * 100
        low, high = numbers(region["lower"]), numbers(region["upper"])
        corners = np.array(list(itertools.product(*zip(low, high, strict=True))))
        count = 20 if document["evidence"]["kind"] == "exact" else 100  # extremes may lie inside
        inside = low + (high - low) * rng.random((count, len(low)))
        return np.concatenate([corners, inside])

    def block(self, J: Floats, i: int, j: int) -> Floats:
        return J[(..., *np.ix_(self.owner == i, self.owner == j))]

    def in_metric(self, weights: Floats) -> Floats:
        """M^{1/2} J M^{-1/2}, all of them."""
        root = np.sqrt(weights)[self.owner]
        return np.asarray(self.jacobians * root[:, None] / root[None, :])

    def in_stated(self, metric: Document) -> Floats:
        """The same for a metric as a document states it; LinAlgError unless M ≻ 0."""
        if metric["kind"] == "scalar":
            return self.in_metric(numbers(metric["weights"]))
        parts = metric["blocks"] if metric["kind"] == "block" else [metric["matrix"]]
        n = len(self.owner)
        M, start = np.zeros((n, n)), 0
        for part in map(numbers, parts):
            M[start : start + len(part), start : start + len(part)] = part
            start += len(part)
        root = np.linalg.cholesky(M).T
        return np.asarray(root @ self.jacobians @ np.linalg.inv(root))


def least(B: Floats) -> float:
    """The least eigenvalue of the symmetric part, over a stack."""
    return float(np.linalg.eigvalsh((B + np.swapaxes(B, -1, -2)) / 2).min())


def norm(B: Floats) -> float:
    return float(np.linalg.norm(B, 2, axis=(-2, -1)).max())


def rk4(Js: list[Floats], h: float) -> Floats:
    """One step whose stages see four Jacobians (or four stacks of them)."""
    eye = np.eye(Js[0].shape[-1])
    K1 = -Js[0]
    K2 = -Js[1] @ (eye + h / 2 * K1)
    K3 = -Js[2] @ (eye + h / 2 * K2)
    K4 = -Js[3] @ (eye + h * K3)
    result: Floats = eye + h / 6 * (K1 + 2 * K2 + 2 * K3 + K4)
    return result


def heun(Js: list[Floats], h: float) -> Floats:
    """The same of Heun's method, by two Jacobians."""
    eye = np.eye(Js[0].shape[-1])
    result: Floats = eye - h / 2 * (Js[0] + Js[1] @ (eye - h * Js[0]))
    return result


STAGES = {"rk4": (4, rk4), "heun": (2, heun)}


def falsehoods(document: Document, rng: np.random.Generator) -> list[str]:
    """The claims of a document that are false; empty when all are true."""
    if document["format"].startswith("sgn-refusal"):
        return list(_refusal(document, rng))
    found = list(_structural(document))
    if document["verdict"] == "proved":
        found += _with_game(document, Situation(document, rng), rng)
    else:
        found += _conditional(document, rng)
    return found


def _above(name: str, value: float, bound: float, size: float = 1.0) -> Iterator[str]:
    if not value >= bound - TOLERANCE * (1 + abs(bound) + size):
        yield f"{name}: {value} < {bound}"


def _block_bounds(document: Document) -> tuple[Floats, Floats, Floats]:
    """μ, Λ and L."""
    bounds = said(document, "bounds/Setting")
    lower, upper = (numbers(bounds[f"curvature_{side}"]) for side in ("lower", "upper"))
    return lower, upper, matrix(bounds["coupling_upper"], len(lower))


def _structural(document: Document) -> Iterator[str]:
    """T1: λ_min of S(w)."""
    mu, _, L = _block_bounds(document)
    small_gain, by_bounds = said(document, "margin/T2"), said(document, "margin/T1")
    pairs = [(small_gain["weights"], small_gain["margin"], "structural margin")]
    if by_bounds:
        pairs.append((document["metric"]["weights"], by_bounds["margin"], "margin"))
    for weights, margin, name in pairs:
        yield from _above(name, least(_small_gain(mu, L, numbers(weights))), number(margin))
    for band in _bands(document, "bands/T4 (any pair)"):
        i, j = band["players"]
        M = _eliminated(np.diag(mu - number(band["margin"])) - L, [i, j])
        for ratio in _ratios(band):
            S = _small_gain(np.diag(M), np.diag(np.diag(M)) - M, np.array([1.0, ratio]))
            yield from _above("band", least(S), 0.0, np.abs(S).max())
    yield from _above("positive margin", _margin(document), 0.0, size=0)


def _margin(document: Document) -> float:
    return number(said(document, "margin/T1", "margin/T5")["margin"])


def _bands(document: Document, theorem: str) -> Iterator[Document]:
    return (claim["numbers"] for claim in document["claims"] if claim["theorem"] == theorem)


def _small_gain(mu: Floats, L: Floats, w: Floats) -> Floats:
    root = np.sqrt(w)
    return np.asarray(np.diag(mu) - L * root[:, None] / root[None, :])


def _eliminated(A: Floats, kept: list[int]) -> Floats:
    """The Schur complement of the rest; T4: the other weights are free to be the best ones."""
    rest = np.delete(np.arange(len(A)), kept)
    R = A[rest][:, rest]
    if rest.size and np.linalg.eigvals(R).real.min() <= 0:
        return -np.eye(len(kept))  # the rest alone has no margin
    others = np.linalg.solve(R, A[rest][:, kept])
    return np.asarray(A[kept][:, kept] - A[kept][:, rest] @ others)


def _ratios(band: Document) -> Floats:
    low = max(number(band["low"]), 1e-12)
    high = low * 1e6 if band["high"] is None else number(band["high"])
    return np.geomspace(low, max(high, low), 9)


def _with_game(document: Document, game: Situation, rng: np.random.Generator) -> Iterator[str]:
    lower, upper, L = _block_bounds(document)
    N = len(lower)
    for i in range(N):
        own = game.block(game.jacobians, i, i)
        yield from _above("curvature from below", least(own), lower[i])
        yield from _above("curvature from above", least(-own), -upper[i])
        for j in range(N):
            other = game.block(game.jacobians, i, j)
            if i != j and (L[i, j] or other.any()):
                yield from _above("coupling", L[i, j], norm(other))
    B = game.in_stated(document["metric"])
    beta = number(said(document, "margin/T5 (norm)", "margin/T9 (norms)")["bound"])
    yield from _above("margin", least(B), _margin(document))
    yield from _above("Lipschitz", beta, norm(B))
    if euclidean := said(document, "margin/T5 (equal weights)"):
        yield from _above("Euclidean margin", least(game.jacobians), number(euclidean["margin"]))
    if cocoercivity := said(document, "margin/T10"):
        c = number(cocoercivity["constant"])
        yield from _above("cocoercivity", least(B - c * np.swapaxes(B, 1, 2) @ B), 0.0, norm(B))
        yield from _above("positive cocoercivity", c, 0.0, size=0)
    for theorem in ("bands/T5", "bands/T4 (any pair)") if N == 2 else ():
        for band in _bands(document, theorem):  # of more, the other weights are not stated
            for ratio in _ratios(band):
                w = np.ones(N)
                w[band["players"][1]] = ratio
                at = game.in_metric(w)
                yield from _above("band", least(at), number(band["margin"]), norm(at))
    if euler := said(document, "euler/T10", "euler/T9"):
        own = game.in_stated(euler["metric"])
        eye = np.eye(own.shape[-1])
        for h, bound in _euler_claims(euler):
            yield from _above(f"Euler at {h}", bound, norm(eye - h * own))
    yield from promise_falsehoods(document, game.jacobians, B, game.owner)
    for claim in document["claims"]:
        theorem, _, case = claim["theorem"].partition(" ")
        if theorem == "runge_kutta/T11" and case in ("(a)", "(b)", "(c)"):
            yield from _runge_kutta(claim["numbers"], game, rng, constant=case == "(a)")


def _runge_kutta(
    steps: Document, game: Situation, rng: np.random.Generator, *, constant: bool
) -> Iterator[str]:
    """One J at every stage, and others at each where J is not constant."""
    B, (count, step) = game.in_stated(steps["metric"]), STAGES[steps["scheme"]]
    if constant:
        yield from _above("Runge-Kutta norm", number(steps["norm"]), norm(B))
    for h, bound in _cover_claims(steps):
        value = norm(step([B] * count, h))
        if not constant:
            stages = B[rng.integers(0, len(B), (count, 30))]
            value = max(value, norm(step(list(stages), h)))
        yield from _above(f"{steps['scheme']} at {h}", bound**2, value**2)


def _euler_claims(euler: Document) -> Iterator[tuple[float, float]]:
    """Steps and bounds, by the chords through h = 0, the best and the largest step."""
    best, largest = number(euler["best_step"]), number(euler["step_max"])
    at_best, at_max = number(euler["factor_at_best"]), number(euler["factor_at_max"])
    for s in (1e-3, 0.3, 0.7, 1.0):
        yield s * best, 1 - s * (1 - at_best)
        yield best + s * (largest - best), at_best + s * (at_max - at_best)
    yield from _within(best, largest, [at_best, at_max])


def _cover_claims(steps: Document) -> Iterator[tuple[float, float]]:
    ends = numbers(steps["cover"]["steps"])
    for (low, high), rate in zip(itertools.pairwise(ends), steps["cover"]["rates"], strict=True):
        for h in np.linspace(low, high, 6)[1:]:
            yield h, np.sqrt(max(1 - number(rate) * h, 0.0))
    best, largest = number(steps["best_step"]), number(steps["step_max"])
    yield best, number(steps["factor_at_best"])
    yield from _within(best, largest, [number(steps["factor_at_best"])])
    covered = ends[0] == 0 and ends[-1] == largest and (np.diff(ends) > 0).all()
    yield 0.0, 1.0 if covered else -1.0  # at h = 0 the factor is 1


def _within(best: float, largest: float, factors: list[float]) -> Iterator[tuple[float, float]]:
    ordered = 0 < best <= largest and all(0 <= f < 1 for f in factors)
    yield 0.0, 1.0 if ordered else -1.0


def _conditional(document: Document, rng: np.random.Generator) -> Iterator[str]:
    """Random block games with d_i = 1 … 3 that attain the given bounds: the steps must hold."""
    lower, upper, L = _block_bounds(document)
    if (lower > upper).any():
        return  # no game has such bounds
    N = len(lower)
    for _ in range(4):
        sizes = rng.integers(1, 4, N)
        stages = [_attaining(lower, upper, L, sizes, rng) for _ in range(4)]
        game = object.__new__(Situation)
        game.sizes, game.owner = list(sizes), np.repeat(np.arange(N), sizes)
        game.jacobians = np.array(stages)
        yield from _with_game(document, game, rng)


def _attaining(
    lower: Floats, upper: Floats, L: Floats, sizes: NDArray[np.int64], rng: np.random.Generator
) -> Floats:
    ends, N = np.cumsum(sizes), len(lower)
    part = [slice(e - d, e) for e, d in zip(ends, sizes, strict=True)]
    J = np.zeros((ends[-1], ends[-1]))
    for i in range(N):
        Q = np.linalg.qr(rng.normal(size=(sizes[i], sizes[i])))[0]
        J[part[i], part[i]] = (Q * rng.choice([lower[i], upper[i]], sizes[i])) @ Q.T
        for j in range(N):
            if i != j:
                u, v = rng.normal(size=sizes[i]), rng.normal(size=sizes[j])
                size = -L[i, j] * rng.choice([1.0, 1.0, -1.0])
                J[part[i], part[j]] = size * np.outer(u, v) / np.linalg.norm(u) / np.linalg.norm(v)
    return J


def _refusal(document: Document, rng: np.random.Generator) -> Iterator[str]:
    """T6: at points of a region with interior J refutes every metric, or the weights alone."""
    if document["verdict"] != "refuted":
        return
    [claim], region = document["claims"], document["region"]
    witness, game = claim["numbers"], Situation(document, rng)
    n, is_dual = sum(game.sizes), "places" in witness
    points = witness["places"] if is_dual else [witness["point"]]
    if region["kind"] == "box":
        low, high = numbers(region["lower"]), numbers(region["upper"])
        for point in map(numbers, points):
            if len(point) != n or not ((low <= point) & (point <= high) & (low < high)).all():
                yield "point"
                return
    elif region["dimension"] != n:
        yield "dimension"
    if document["game"]["kind"] == "symbolic" and None not in points:
        J = np.array([game.model.jacobian(numbers(point)) for point in points])
    else:
        J = game.jacobians[:1]
    if is_dual:
        weights = claim["theorem"].endswith("weights)")
        for root in (_some_weights if weights else _some_metrics)(game, J, rng):
            yield from _above(claim["theorem"], 0.0, least(root @ J @ np.linalg.inv(root)))
        return
    shift = number(witness.get("shift", "0"))  # of an exact witness 0
    if not shift <= 0:
        yield "shift"
    yield from _above("eigenvalue", shift, float(np.linalg.eigvals(J[0]).real.min()))


def _some_weights(game: Situation, J: Floats, rng: np.random.Generator) -> Iterator[Floats]:
    """Roots of diag(w_i I) over twelve decades."""
    for logs in rng.uniform(-3, 3, (300, len(game.sizes))):
        yield np.diag(10.0 ** logs[game.owner])


def _some_metrics(game: Situation, J: Floats, rng: np.random.Generator) -> Iterator[Floats]:
    """Roots of any metrics, and of those in which one of the matrices is nearly normal."""
    n = len(game.owner)
    yield from rng.normal(size=(300, n, n))
    for one in [*J, J.mean(axis=0)]:
        vectors = np.linalg.eig(one)[1]
        inverse = np.linalg.inv(vectors + 1e-3 * np.eye(n))
        root = np.linalg.cholesky((inverse.conj().T @ inverse).real + 1e-12 * np.eye(n))
        yield np.asarray(root.T, dtype=float)
