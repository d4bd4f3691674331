"""The checker's work is bounded: what would take too long is refused before it is begun."""

import copy
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from certificates.kernel.certificate import MOST_CLAIMS, read_claims
from certificates.kernel.document.coupling import Coupling
from certificates.kernel.document.metric import read_metric
from certificates.kernel.document.reading import Document, digest, encode_array, read
from certificates.kernel.inequalities import structural as check_structural
from certificates.kernel.jacobian import cover as check_cover
from certificates.kernel.jacobian import derivative as check_derivative
from certificates.kernel.jacobian import model as check_model
from certificates.kernel.jacobian import quadratic as check_quadratic
from certificates.kernel.jacobian.cover import read_cover
from certificates.kernel.jacobian.enclosed import MAX_BYTES, read_covers
from certificates.kernel.jacobian.polynomial import Expansion, NotPolynomial
from certificates.kernel.theorems.runge_kutta import MAX_INTERVALS
from certificates.kernel.uncheckable import Uncheckable
from certificates.kernel.verify import verify
from games import Box, QuadraticGame, load
from games.errors import InputError
from games.language.expression import Graph, parse
from sgn import certify
from tests.corpus.changes import claimed, put, without
from tests.corpus.make import HERE


@pytest.fixture
def curved() -> Document:
    return read(HERE / "valid" / "enclosed.json")


@pytest.mark.parametrize(
    ("module", "limit", "says"),
    [
        (check_cover, "MAX_SIDES", "sides"),
        (check_derivative, "MAX_STEPS", "derivatives"),
    ],
)
def test_beyond_a_limit_nothing_is_proved(
    curved: Document, monkeypatch: pytest.MonkeyPatch, module: Any, limit: str, says: str
) -> None:
    assert verify(curved)
    monkeypatch.setattr(module, limit, 1)
    found = verify(curved)
    assert not found
    assert any(says in o.detail for o in found.obligations if not o.holds)


def test_leaves_are_taken_in_batches_that_fit(
    curved: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_model, "MAX_VALUES", 1)
    assert verify(curved)


def test_tokens_are_counted_before_they_are_unpacked() -> None:
    claimed = {"dtype": "<i4", "shape": [MAX_BYTES // 4 + 1], "zlib64": "not even base64"}
    with pytest.raises(InputError, match="can be checked"):
        read_covers({"margin": claimed})


def test_many_sides_of_few_boxes_are_refused() -> None:
    tokens = np.zeros(2000, dtype=np.int64)
    with pytest.raises(Uncheckable, match="sides"):
        read_cover(tokens, Box.cube(50_001, 1))


@pytest.mark.parametrize("band", [("0.9", "1.1"), ("1", "1"), ("1", "100"), ("0.00001", "100")])
def test_a_direct_band_stands_on_the_cover_of_the_margin(
    curved: Document, band: tuple[str, str]
) -> None:
    """That cover encloses all of J, so it serves every weight; only how tightly differs."""
    document = copy.deepcopy(curved)
    low, high = band
    without("band")(document)
    claimed("bands/T5", {"players": [0, 1], "margin": "1.5", "low": low, "high": high})(document)
    document["digest"] = digest(document)
    assert bool(verify(document)) is (band[1] in ("1", "1.1"))
    del document["evidence"]["covers"]["margin"]
    document["digest"] = digest(document)
    assert "band" in verify(document).message


@pytest.mark.parametrize("dtype", [np.int32, np.int64])
def test_tokens_of_either_width_are_read(curved: Document, dtype: Any) -> None:
    document = copy.deepcopy(curved)
    covers = read_covers(document["evidence"]["covers"])
    document["evidence"]["covers"] = {
        name: encode_array(tokens.astype(dtype)) for name, tokens in covers.items()
    }
    document["digest"] = digest(document)
    assert verify(document)


@pytest.fixture
def linear() -> Document:
    return copy.deepcopy(
        dict(certify(QuadraticGame([[1.0, 0.5], [0.5, 1.0]], sizes=[1, 1])).document)
    )


def signed(document: Document) -> Document:
    document["digest"] = digest(document)
    return document


@pytest.mark.parametrize("shape", [[2001, 2001], [2001, 1], [10**9, 10**9], [4], ["x", "y"]])
def test_a_large_metric_is_refused_before_it_is_unpacked(shape: list[Any]) -> None:
    matrix = {"dtype": "<f8", "shape": shape, "zlib64": "not even base64"}
    for metric in ({"kind": "dense", "matrix": matrix}, {"kind": "block", "blocks": [matrix]}):
        with pytest.raises(InputError, match="at most 2000 rows"):
            read_metric(metric, "metric", 1)


def test_all_matrices_of_a_metric_are_counted_together() -> None:
    matrix = {"dtype": "<f8", "shape": [2000, 2000], "zlib64": "not even base64"}
    with pytest.raises(InputError, match="entries"):
        read_metric({"kind": "block", "blocks": [matrix, matrix]}, "metric", 2)


def test_one_band_a_pair(linear: Document) -> None:
    band = {"players": [0, 1], "margin": "0", "low": "1", "high": "1"}
    without("band")(linear)
    claimed("bands/T5", band)(linear)
    assert verify(signed(linear))
    claimed("bands/T5", band | {"players": [1, 0]})(linear)
    with pytest.raises(InputError, match="the band is claimed twice"):
        verify(signed(linear))


def test_many_claims_are_refused_unread(linear: Document) -> None:
    linear["claims"] = [None] * (MOST_CLAIMS + 1)
    with pytest.raises(InputError, match="claims; they take too long to check"):
        verify(signed(linear))


def test_many_intervals_of_steps_are_refused(linear: Document) -> None:
    for key, most in (("rates", MAX_INTERVALS), ("steps", MAX_INTERVALS + 1)):
        document = copy.deepcopy(linear)
        put(f"Runge-Kutta steps: cover.{key}", ["1"] * (most + 1))(document)
        with pytest.raises(InputError, match=f"more than {most}; they take too long"):
            read_claims(document)


def test_long_rationals_are_taken_as_balls(monkeypatch: pytest.MonkeyPatch) -> None:
    none = np.zeros(0, dtype=np.int64)
    one = np.array([Fraction(1), Fraction(10**99 + 1, 10**99)], dtype=object)
    coupling = Coupling(none, none, np.zeros(0), len(one))

    def holds(margin: Fraction) -> bool:
        return check_structural.structural_margin_holds(one, coupling, one, one, margin)

    assert holds(Fraction(1))
    monkeypatch.setattr(check_structural, "EXACT_BITS", 100)
    assert not holds(Fraction(1))  # exact equality is beyond balls
    assert holds(Fraction(1, 2))


def test_costs_share_a_bound_of_the_work() -> None:
    graph = Graph()
    names = {name: graph.variable(name) for name in ("x", "y")}
    roots = [parse(f"({k} + x + y)**4", graph, names, "cost") for k in range(1, 5)]
    expansion = Expansion(graph, ["x", "y"], 100)
    with pytest.raises(NotPolynomial, match="products of terms"):
        [expansion.of([root]) for root in roots]


def test_a_dense_matrix_that_is_too_large_is_not_tested(
    linear: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_quadratic, "MAX_DENSE", 1)
    failed = [o.detail for o in verify(linear).obligations if not o.holds]
    assert any("the Jacobian is too large to be dense" in detail for detail in failed)


def test_a_star_leaf_of_a_constant_jacobian(tmp_path: Path) -> None:
    file = tmp_path / "game.toml"
    file.write_text(
        """format = "sgn-game/1"
[[players]]
name = "a"
variables = ["x"]
field = ["2*x + y/10"]
[[players]]
name = "b"
variables = ["y"]
field = ["2*y + x/10"]
[region]
x = [-1, 1]
y = [-1, 1]
"""
    )
    document = copy.deepcopy(dict(certify(load(file)).document))
    document["evidence"]["covers"]["margin"] = encode_array(np.array([4]))
    assert verify(signed(document))
