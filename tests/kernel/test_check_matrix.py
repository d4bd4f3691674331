"""Ball arithmetic encloses, and the positive-definiteness test never accepts what is not."""

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from certificates.kernel.numbers.matrices import Ball, block, diagonal, is_psd, symmetric_part
from tests.helpers.scale import examples

Floats = NDArray[np.float64]
Exact = list[list[Fraction]]

MANY = 100_000
FEW = 4_000  # of them in `make test`

whole_range = st.floats(allow_nan=False, allow_infinity=False)  # subnormal and huge ones too
moderate = st.floats(-1e3, 1e3)
extreme = st.builds(
    lambda m, e: float(np.ldexp(m, e)),
    st.floats(-1, 1, allow_subnormal=False),
    st.sampled_from([-1074, -1060, -1030, -1022, -980, -500, 0, 500, 980, 1020]),
)
centres = st.one_of(whole_range, moderate, extreme, st.just(0.0))
radii = st.one_of(st.just(0.0), centres.map(abs))
places = st.sampled_from([Fraction(-1), Fraction(0), Fraction(1, 3), Fraction(1)])


@st.composite
def balls(draw: st.DrawFn, *shape: int) -> tuple[Ball, list[Fraction]]:
    """A ball of this shape and one of its members, flat and exact."""
    count = int(np.prod(shape))
    mid = draw(st.lists(centres, min_size=count, max_size=count))
    rad = draw(st.lists(radii, min_size=count, max_size=count))
    where = draw(st.lists(places, min_size=count, max_size=count))
    member = [Fraction(m) + p * Fraction(r) for m, r, p in zip(mid, rad, where, strict=True)]
    return Ball(np.array(mid).reshape(shape), np.array(rad).reshape(shape)), member


def quietly(operation: Callable[[], Ball]) -> Ball:
    with np.errstate(all="ignore"):
        return operation()


def contains(ball: Ball, member: list[Fraction]) -> bool:
    """Entry by entry; an entry that overflowed claims nothing, and no test accepts it."""
    entries = zip(ball.mid.ravel(), ball.rad.ravel(), member, strict=True)
    return all(
        not (np.isfinite(m) and np.isfinite(r)) or abs(Fraction(m) - x) <= Fraction(r)
        for m, r, x in entries
    )


@settings(max_examples=examples(300))
@given(balls(3), balls(3))
def test_sums_differences_products_enclose(
    a: tuple[Ball, list[Fraction]], b: tuple[Ball, list[Fraction]]
):
    (A, x), (B, y) = a, b
    pairs = list(zip(x, y, strict=True))
    assert contains(quietly(lambda: A + B), [p + q for p, q in pairs])
    assert contains(quietly(lambda: A - B), [p - q for p, q in pairs])
    assert contains(quietly(lambda: A * B), [p * q for p, q in pairs])


@settings(max_examples=examples(300))
@given(balls(2, 3), balls(3, 2))
def test_matrix_products_enclose(a: tuple[Ball, list[Fraction]], b: tuple[Ball, list[Fraction]]):
    (A, x), (B, y) = a, b
    product = [
        sum((x[3 * i + k] * y[2 * k + j] for k in range(3)), Fraction(0))
        for i in range(2)
        for j in range(2)
    ]
    assert contains(quietly(lambda: A @ B), product)


def test_a_product_of_huge_and_tiny_keeps_its_rounding_error():
    """The error bound of a tiny column underflows; times a huge row it does not."""
    A = Ball.exact([[(1 + 2.0**-52) * 2.0**1023, 2.0**1023 / 3]])
    B = Ball.exact([[2.0**-1030 / 7], [2.0**-1030 / 11]])
    product = A @ B
    exact = sum(Fraction(a) * Fraction(b) for a, b in zip(A.mid[0], B.mid[:, 0], strict=True))
    assert contains(product, [Fraction(exact)])
    assert product.rad[0, 0] < 1e-6 * abs(product.mid[0, 0])  # and stays of use


@settings(max_examples=examples(300))
@given(st.lists(centres, min_size=4, max_size=4))
def test_large_products_enclose(values: list[float]):
    """k = 64 terms, so that the order of summation matters."""
    a, b = np.array(values[:2] * 32)[None, :], np.array(values[2:] * 32)[:, None]
    exact = sum((Fraction(x) * Fraction(y) for x, y in zip(a[0], b[:, 0], strict=True)), Fraction())
    assert contains(quietly(lambda: Ball.exact(a) @ Ball.exact(b)), [exact])


@settings(max_examples=examples(300))
@given(st.fractions() | st.builds(Fraction, whole_range) | st.integers(-(10**320), 10**320))
def test_rationals_are_enclosed_tightly(value: Fraction | int):
    ball = quietly(lambda: Ball.of(Fraction(value)))
    assert contains(ball, [Fraction(value)])
    mid, rad = float(ball.mid), float(ball.rad)
    if np.isfinite(mid) and abs(mid) > 1e-290:
        assert rad <= 2.0**-51 * abs(mid)  # one float apart, radius rounded up


@settings(max_examples=examples(300))
@given(centres, centres, places)
def test_an_interval_is_enclosed(a: float, b: float, place: Fraction):
    low, high = np.array([min(a, b)]), np.array([max(a, b)])
    member = Fraction(low[0]) + abs(place) * (Fraction(high[0]) - Fraction(low[0]))
    ball = quietly(lambda: Ball.between(low, high))
    assert contains(ball, [member])
    assert contains(ball, [Fraction(low[0])])
    assert contains(ball, [Fraction(high[0])])


@settings(max_examples=examples(200))
@given(balls(2, 2))
def test_the_symmetric_part_encloses(a: tuple[Ball, list[Fraction]]):
    A, (p, q, r, s) = a
    part = quietly(lambda: symmetric_part(A))
    assert contains(part, [p, (q + r) / 2, (q + r) / 2, s])
    assert contains(-A, [-p, -q, -r, -s])
    assert contains(A.T, [p, r, q, s])


def test_blocks_and_diagonals_stand_where_they_should():
    D = diagonal(Ball(np.array([1.0, 2.0]), np.array([0.5, 0.25])))
    both = block([[D, Ball.exact(np.zeros((2, 1)))], [Ball.exact(np.ones((1, 2))), D[:1, :1]]])
    assert both.mid.tolist() == [[1, 0, 0], [0, 2, 0], [1, 1, 1]]
    assert both.rad.tolist() == [[0.5, 0, 0], [0, 0.25, 0], [0, 0, 0.5]]


# ---- positive semidefinite? ----------------------------------------------------------------------


def is_psd_exactly(matrix: Exact) -> bool:
    """Elimination in rationals: no pivot is negative, and a row with pivot 0 is 0."""
    rows = [list(row) for row in matrix]
    for k, pivot_row in enumerate(rows):
        if pivot_row[k] < 0 or (pivot_row[k] == 0 and any(pivot_row[k:])):
            return False
        for row in rows[k + 1 :]:
            factor = row[k] / pivot_row[k] if pivot_row[k] else Fraction(0)
            for j in range(k, len(row)):
                row[j] -= factor * pivot_row[j]
    return True


def exact_symmetric(matrix: Floats) -> Exact:
    n = len(matrix)
    F = [[Fraction(v) for v in row] for row in matrix]
    return [[(F[i][j] + F[j][i]) / 2 for j in range(n)] for i in range(n)]


def test_the_oracle_itself():
    one, zero, two = Fraction(1), Fraction(0), Fraction(2)
    assert is_psd_exactly([[one, one], [one, one]])
    assert not is_psd_exactly([[one, two], [two, one]])
    assert not is_psd_exactly([[zero, one], [one, zero]])
    assert is_psd_exactly([[zero, zero], [zero, one]])


@settings(max_examples=examples(300))
@given(st.integers(1, 5), st.data())
def test_never_accepts_what_rationals_refuse(n: int, data: st.DataObject):
    flat = data.draw(st.lists(st.one_of(moderate, centres), min_size=n * n, max_size=n * n))
    A = np.array(flat).reshape(n, n)
    with np.errstate(all="ignore"):
        gram = A @ A.T
        candidates = [A, np.abs(np.diag(np.diag(A))) + A / (8 * n), gram, gram - 1e-14 * np.eye(n)]
        for B in candidates:
            if np.isfinite(B).all() and is_psd(Ball.exact(B)):
                assert is_psd_exactly(exact_symmetric(B))


@settings(max_examples=examples(100))
@given(st.integers(2, 4), st.integers(0, 10**9), st.integers(-14, 0))
def test_every_member_counts(n: int, seed: int, size: int):
    """A ball is accepted only if its worst member S − diag(rad signs) is positive semidefinite."""
    rng = np.random.default_rng(seed)
    B = rng.normal(size=(n, n))
    S = B @ B.T + 10.0**size * np.eye(n)
    S = (S + S.T) / 2
    rad = rng.random((n, n)) * 10.0**size
    rad = (rad + rad.T) / 2
    if not is_psd(Ball(S, rad)):
        return
    for signs in rng.choice([-1.0, 1.0], size=(6, n)):
        outer = np.outer(signs, signs)
        worst = [
            [Fraction(S[i, j]) - Fraction(outer[i, j] * rad[i, j]) for j in range(n)]
            for i in range(n)
        ]
        assert is_psd_exactly(worst)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_refused(bad: float):
    for i in range(3):
        for j in range(3):
            S, R = np.eye(3), np.zeros((3, 3))
            S[i, j] = bad
            R[i, j] = abs(bad)
            assert not is_psd(Ball.exact(S))
            assert not is_psd(Ball(np.eye(3), R))


def test_batches_of_any_shape():
    S = np.stack([np.eye(2), -np.eye(2), np.array([[1.0, 2], [2, 1]])])[:, None]
    assert is_psd(Ball.exact(S)).tolist() == [[True], [False], [False]]
    assert is_psd(Ball.exact(np.zeros((0, 3, 2, 2)))).shape == (0, 3)


def test_an_asymmetric_matrix_counts_by_its_symmetric_part():
    assert is_psd(Ball.exact([[1.0, 100.0], [-100.0, 1.0]]))
    assert not is_psd(Ball.exact([[1.0, 100.0], [-90.0, 1.0]]))


@pytest.mark.parametrize("n", [1, 2, 5, 12, 30, 100])
@pytest.mark.parametrize("condition", [1e2, 1e6, 1e10])
def test_accepts_what_is_comfortably_definite(
    n: int, condition: float, rng: np.random.Generator, scale: int
):
    """λ_min/λ_max down to 1e-10, some 1e4 roundings at n = 100; in any scaling by D S D."""
    count = 5 * scale if n < 100 else 2
    Q = np.linalg.qr(rng.normal(size=(count, n, n)))[0]
    eigenvalues = condition ** -np.sort(rng.random((count, n)), axis=1)
    eigenvalues[:, 0] = 1
    S = (Q * eigenvalues[:, None, :]) @ np.swapaxes(Q, 1, 2)
    S = (S + np.swapaxes(S, 1, 2)) / 2
    D = 10 ** rng.uniform(-100, 100, (count, n))
    assert is_psd(Ball.exact(S)).all()
    assert is_psd(Ball.exact(S * D[:, :, None] * D[:, None, :])).all()
    wide = np.full_like(S, 0.1 / (n * condition))
    assert is_psd(Ball(S, wide)).all()


def just_singular(rng: np.random.Generator, count: int, n: int) -> Floats:
    """Exactly singular, positive semidefinite, with a kernel vector without zeros.

    S = Σ_k u_k u_kᵀ with integers u_k orthogonal to an integer vector v, then D S D with powers
    of two D: no rounding anywhere (entries below 2^53 before the scaling).
    """
    v = rng.integers(1, 200, (count, n)) * rng.choice([-1, 1], (count, n))
    S = np.zeros((count, n, n), dtype=np.int64)
    every = np.arange(count)
    for k in range(2 * n):
        i = np.full(count, k % n)
        j = (i + rng.integers(1, n, count)) % n
        size = rng.integers(1, 1 + 10 ** int(rng.integers(1, 4)), count)
        u = np.zeros((count, n), dtype=np.int64)
        u[every, i], u[every, j] = size * v[every, j], -size * v[every, i]
        S += u[:, :, None] * u[:, None, :]
    assert S.max() < 2**53
    assert not (S @ v[:, :, None]).any()
    power = rng.integers(-20, 21, (count, n))
    return np.asarray(np.ldexp(S.astype(float), power[:, :, None] + power[:, None, :]))


def no_false_accept(rng: np.random.Generator, total: int) -> int:
    """Matrices just not semidefinite: none accepted. Returns how many plain Cholesky accepts."""
    fooled = 0
    for n, share in ((2, 0.4), (3, 0.3), (5, 0.2), (8, 0.1)):
        S = just_singular(rng, int(total * share), n)
        i = np.arange(len(S)) % n
        every = np.arange(len(S))
        # vᵀSv = 0 and v_i ≠ 0: any smaller S_ii makes vᵀSv < 0
        below = S.copy()
        below[every, i, i] = np.nextafter(S[every, i, i], 0)
        assert not is_psd(Ball.exact(below)).any()
        # a ball round the singular matrix has such members
        rad = np.zeros_like(S)
        rad[every, i, i] = S[every, i, i] * 2.0 ** -rng.integers(20, 200, len(S))
        assert not is_psd(Ball(S, rad)).any()
        fooled += sum(cholesky_succeeds(m) for m in below[:500])
    return fooled


def cholesky_succeeds(matrix: Floats) -> bool:
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        return False
    return True


def test_matrices_just_singular_or_just_not(rng: np.random.Generator):
    assert no_false_accept(rng, FEW) > 100  # the matrices do fool an unverified factorisation


@pytest.mark.stress
def test_100_000_matrices_just_singular_or_just_not(rng: np.random.Generator):
    no_false_accept(rng, MANY)


def test_a_little_more_than_singular_is_accepted(rng: np.random.Generator):
    """Not by refusing everything near the border: 1e-11 of the diagonal more is enough."""
    for n in (2, 3, 5, 8):
        S = just_singular(rng, 200, n)
        centre = np.diagonal(S, axis1=1, axis2=2)
        assert is_psd(Ball.exact(S + 1e-11 * centre[:, :, None] * np.eye(n))).all()
