"""Covers: the leaves tile the region, the Jacobian lies in every leaf's balls, lies are refused."""

import gzip
import json
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from certificates.kernel.document.reading import encode_array
from certificates.kernel.jacobian.cover import BERNSTEIN, FORMS, MAX_DEPTH, read_cover
from certificates.kernel.jacobian.enclosed import read_covers
from certificates.kernel.uncheckable import Uncheckable
from games.errors import InputError
from games.regions.shapes import Box
from tests.helpers.arb_oracle import LEAST
from tests.helpers.scale import examples

Floats = NDArray[np.float64]
Tokens = NDArray[Any]
Tree = list[int]
Exact = tuple[tuple[Fraction, ...], tuple[Fraction, ...]]

sides = st.tuples(st.fractions(-9, 9), st.fractions(0, 5)).map(lambda s: (s[0], s[0] + s[1]))


def tree(n: int, forms: tuple[int, ...] = FORMS, most: int = 12) -> Any:
    """Random covers in n dimensions as tokens."""
    leaf = st.sampled_from([[n + form] for form in forms])

    def inner(children: Any) -> Any:
        return st.tuples(st.integers(0, n - 1), children, children).map(
            lambda t: [t[0], *t[1], *t[2]]
        )

    return st.recursive(leaf, inner, max_leaves=most)


def tokens_of(cover: Tree) -> Tokens:
    return np.array(cover, dtype=np.int64)


def exact_leaves(cover: Tree, box: Box) -> Iterator[Box]:
    """The leaves by bisection in exact rationals, by recursion."""
    rest = iter(cover)

    def below(part: Box) -> Iterator[Box]:
        token = next(rest)
        if token >= part.dimension:
            yield part
            return
        for half in part.split(token):
            yield from below(half)

    yield from below(box)


covers = st.integers(1, 3).flatmap(
    lambda n: st.tuples(tree(n), st.lists(sides, min_size=n, max_size=n))
)


# Reading.


def is_cover(row: Tokens, box: Box) -> bool:
    try:
        read_cover(row, box)
    except Uncheckable:
        return False
    return True


@settings(max_examples=examples(150))
@given(covers)
def test_leaves_hold_the_exact_boxes_in_order(drawn: tuple[Tree, list[Any]]) -> None:
    cover, ends = drawn
    box = Box([a for a, _ in ends], [b for _, b in ends])
    leaves, exact = read_cover(tokens_of(cover), box), list(exact_leaves(cover, box))
    assert leaves.form.tolist() == [t - box.dimension for t in cover if t >= box.dimension]
    assert len(exact) == len(leaves.form)
    bottom, top = box.floats()
    for part, low, high in zip(exact, leaves.low, leaves.high, strict=True):
        columns = (part.lower, part.upper, low.tolist(), high.tolist(), box.lower, box.upper)
        for a, b, found_a, found_b, first, last in zip(*columns, strict=True):
            assert found_a <= a
            assert b <= found_b
            # outward by a few roundings at the size of the region, no more
            slack = Fraction(1, 2**49) * max(abs(first), abs(last)) + Fraction(LEAST) * 4
            assert a - found_a <= slack
            assert found_b - b <= slack
    assert (leaves.low >= bottom).all()
    assert (leaves.high <= top).all()


@settings(max_examples=examples(150))
@given(covers, st.randoms(use_true_random=False))
def test_leaves_tile_the_region(drawn: tuple[Tree, list[Any]], random: Any) -> None:
    cover, ends = drawn
    box = Box([a for a, _ in ends], [b for _, b in ends])
    leaves = read_cover(tokens_of(cover), box)
    for _ in range(10):
        shares = [
            Fraction(random.randint(0, m), m) for m in random.choices([64, 10**9], k=len(ends))
        ]
        point = [a + (b - a) * t for (a, b), t in zip(ends, shares, strict=True)]
        assert any(
            all(a <= v <= b for a, v, b in zip(low, point, high, strict=True))
            for low, high in zip(leaves.low.tolist(), leaves.high.tolist(), strict=True)
        )


@settings(max_examples=examples(100))
@given(covers, st.data())
def test_damaged_rows_are_refused(drawn: tuple[Tree, list[Any]], data: Any) -> None:
    cover, ends = drawn
    n = len(ends)
    box = Box([a for a, _ in ends], [b for _, b in ends])
    place = data.draw(st.integers(0, len(cover) - 1))
    damaged = {
        "truncated": cover[:place],
        "trailing": [*cover, data.draw(st.sampled_from(cover))],
        "unknown": [
            *cover[:place],
            n + BERNSTEIN + data.draw(st.integers(1, 9)),
            *cover[place + 1 :],
        ],
        "negative": [*cover[:place], -1 - data.draw(st.integers(0, 9)), *cover[place + 1 :]],
        "one removed": cover[:place] + cover[place + 1 :],
        "one doubled": [*cover[: place + 1], *cover[place:]],
    }
    for name, row in damaged.items():
        # removing or doubling one token changes what is open by one: never whole again
        assert not is_cover(tokens_of(row), box), name


@pytest.mark.parametrize("row", [[], [0], [0, 1], [0, 1, 1, 1], [4], [-1], [2**40], [-(2**40)]])
def test_rows_that_are_no_cover(row: Tree) -> None:
    with pytest.raises(Uncheckable):
        read_cover(tokens_of(row), Box([0], [1]))


def ladder(depth: int) -> Tokens:
    """One side halved again and again at its lower end."""
    return np.array([0] * depth + [1] * (depth + 1), dtype=np.int64)


def test_depth_is_limited() -> None:
    box = Box([0], ["1/3"])
    deep = read_cover(ladder(MAX_DEPTH), box)
    assert deep.high[0] >= Fraction(1, 3 * 2**MAX_DEPTH)
    assert len(deep.form) == MAX_DEPTH + 1
    with pytest.raises(Uncheckable, match="more than"):
        read_cover(ladder(MAX_DEPTH + 1), box)


@pytest.mark.parametrize("value", [[], {"margin": 3}, {"margin": np.array([1.5])}, {"margin": []}])
def test_covers_that_are_no_rows_are_refused(value: Any) -> None:
    with pytest.raises(InputError):
        read_covers(value)


def test_a_cover_takes_at_most_two_bytes_a_leaf() -> None:
    """Even where nothing repeats; 50,000 leaves are then some 80 kB of a certificate."""
    rng, leaves = np.random.default_rng(0), 5000
    row, sizes = [], [leaves]
    while sizes:
        size = sizes.pop()
        if size == 1:
            row.append(6 + int(rng.choice(FORMS)))
        else:
            row.append(int(rng.integers(6)))
            first = int(rng.integers(1, size))
            sizes += [size - first, first]
    text = json.dumps(encode_array(tokens_of(row)))
    assert len(read_cover(tokens_of(row), Box.cube(6, 1)).form) == leaves
    assert len(text) <= 2 * leaves
    assert len(gzip.compress(text.encode())) <= 1.5 * leaves
