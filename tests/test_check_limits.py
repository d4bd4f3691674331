"""The checker's work is bounded: what would take too long is refused before it is begun."""

import copy
from typing import Any

import numpy as np
import pytest

from certificates import check_cover, check_derivative
from certificates.check import verify
from certificates.check_cover import read_cover
from certificates.check_enclosed import MAX_TOKENS, read_covers
from certificates.check_jacobian import Uncheckable
from certificates.document import Document, digest, encode_array, read
from games import Box
from games.errors import InputError
from tests.corpus.make import HERE


@pytest.fixture
def curved() -> Document:
    return read(HERE / "valid" / "enclosed.json")


@pytest.mark.parametrize(
    ("module", "limit", "says"),
    [
        (check_cover, "MAX_WORK", "too long to check"),
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
    monkeypatch.setattr(check_cover, "MAX_VALUES", 1)
    assert verify(curved)


def test_tokens_are_counted_before_they_are_unpacked() -> None:
    claimed = {"dtype": "<i4", "shape": [MAX_TOKENS + 1], "zlib64": "not even base64"}
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
    document["bands"] = [
        {"players": [0, 1], "ratio": "w_j/w_i", "basis": "direct", "margin": "1.5",
         "low": low, "high": high}
    ]  # fmt: skip
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
