"""The published LQ studies: steps against their true thresholds, and the time for all couplings."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import games
import sgn
from sgn.steps.euler import euler_spectral_limit
from sgn.steps.runge_kutta import spectral_limit

FloatArray = NDArray[np.float64]
DATA = Path(__file__).parent.parent / "tests" / "data"


def flagship(coupling: float) -> games.QuadraticGame:
    """Two players of 32 dimensions: Q = I, J₁₂ = 10cR, J₂₁ = 0.05cRᵀ, R orthogonal (seed 12345)."""
    R, _ = np.linalg.qr(np.random.default_rng(12345).standard_normal((32, 32)))
    eye = np.eye(32)
    J = np.block([[eye, coupling * 10 * R], [coupling * 0.05 * R.T, eye]])
    return games.QuadraticGame(J, sizes=[32, 32], name=f"LQ flagship, coupling {coupling:.4g}")


def random_games() -> Iterator[tuple[int, float, games.QuadraticGame]]:
    """The six random LQ games of the published suite at seven couplings: (game, coupling, game)."""
    with np.load(DATA / "lq_random_games.npz") as data:
        arrays = dict(data)
    published = json.loads((DATA / "lq_random_published.json").read_text())
    for k in range(6):
        Q1, Q2, R = (arrays[f"{name}_{k}"] for name in ("Q1", "Q2", "R"))
        for c in published["couplings"]:
            J = np.block([[Q1, c * 10 * R], [c * 0.05 * R.T, Q2]])
            yield k, c, games.QuadraticGame(J, sizes=[32, 32], name=f"LQ random {k}, {c:.4g}")


def true_steps(game: games.QuadraticGame) -> tuple[float, float]:
    """The thresholds of Euler and RK4 from the eigenvalues; 0 where the game is unstable."""
    eigenvalues = np.linalg.eigvals(np.asarray(game.matrix))
    if eigenvalues.real.min() <= 0:
        return 0.0, 0.0
    return euler_spectral_limit(eigenvalues), spectral_limit(eigenvalues)


def print_flagship() -> None:
    """All 61 couplings: the table of the issue, and the time."""
    rows: list[dict[str, Any]] = json.loads((DATA / "lq_flagship.json").read_text())["rows"]
    print("LQ flagship: certified steps against the true thresholds (published: the rule's)")
    print("coupling  verdict   margin      Euler    /true  published/true   RK4     /true")
    ours, errors, started = [], [], time.perf_counter()
    for row in rows:
        result = sgn.certify(flagship(row["coupling"]))
        ours.append(result)
    spent = time.perf_counter() - started
    for row, result in zip(rows, ours, strict=True):
        if not isinstance(result, sgn.Certificate):
            continue
        assert result.euler is not None
        assert result.rk4 is not None
        euler, rk4 = float(result.euler.step_max), float(result.rk4.step_max)
        game = flagship(row["coupling"])
        true_euler, true_rk4 = true_steps(game)
        errors.append(abs(float(result.structural_margin) - row["sgn_margin"]))
        print(
            f"{row['coupling']:8.4f}  {result.verdict}  {float(result.margin):.8f}"
            f"  {euler:.5f}  {euler / true_euler:.5f}"
            f"  {row['euler_step_published'] / true_euler:8.5f}"
            f"  {rk4:12.5f}  {rk4 / true_rk4:.5f}"
        )
    refuted = sum(result.verdict == "refuted" for result in ours)
    print(f"largest difference of the structural margin from the table: {max(errors):.1e}")
    print(f"{len(ours)} couplings, {len(errors)} proved, {refuted} refuted, {spent:.2f} s\n")


def print_random() -> None:
    """Six games at seven couplings: verdict and steps over the true thresholds."""
    print("LQ random suite: certified/true step, least over six games")
    table: dict[float, list[tuple[str, float, float]]] = {}
    started = time.perf_counter()
    for _, coupling, game in random_games():
        result = sgn.certify(game)
        euler = rk4 = 0.0
        if isinstance(result, sgn.Certificate) and result.euler and result.rk4:
            true_euler, true_rk4 = true_steps(game)
            euler, rk4 = result.euler.step_max / true_euler, result.rk4.step_max / true_rk4
        table.setdefault(coupling, []).append((result.verdict, float(euler), float(rk4)))
    spent = time.perf_counter() - started
    print("coupling  proved  Euler    RK4")
    for coupling, cases in table.items():
        proved = sum(verdict == "proved" for verdict, _, _ in cases)
        euler, rk4 = min(row[1] for row in cases), min(row[2] for row in cases)
        print(f"{coupling:8.4f}  {proved}/{len(cases)}  {euler:.5f}  {rk4:.5f}")
    print(f"{sum(map(len, table.values()))} games in {spent:.2f} s\n")
