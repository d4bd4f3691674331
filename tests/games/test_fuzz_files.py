"""Fuzzing the loader: an InputError of one line or a game, nothing else."""

import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from games import InputError
from games.files.document import from_document
from tests.helpers.game_files import (
    CSR,
    EYE,
    GOOD,
    HARKER,
    HEADER,
    QUADRATIC,
    load_text,
    npy_bytes,
    npz_bytes,
    tied,
)
from tests.helpers.scale import examples


def _refusal(attempt: Callable[[], object], where: str) -> str:
    """The message of the attempt's InputError; where alone if it succeeds."""
    try:
        attempt()
    except InputError as error:
        return str(error)
    return where


def _only_input_errors(text: bytes, npz: bytes | None = None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        if npz is not None:
            (Path(folder) / "game.npz").write_bytes(npz)
        content = text if npz is None else tied(text, npz)
        message = _refusal(lambda: load_text(content, Path(folder)), "game.toml: ")
    assert message.startswith("game.toml: ")
    assert message.isprintable()


def _mutated(draw: st.DrawFn, original: bytes) -> bytes:
    """The bytes with one to three pieces deleted, repeated or overwritten."""
    content = original
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.integers(0, 20)))
        piece = draw(
            st.sampled_from([b"", content[start:end] * 2, b'"', b"[", b"-", b"nan", b"1e9", b"\\"])
            | st.binary(max_size=8)
        )
        content = content[:start] + piece + content[end:]
    return content


@st.composite
def mutants(draw: st.DrawFn, originals: tuple[bytes, ...]) -> bytes:
    return _mutated(draw, draw(st.sampled_from(originals)))


@settings(max_examples=examples(150))
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda t: t.encode("utf-8", "replace")))
@example(b"a = 0x" + b"f" * 9000)
def test_random_bytes(content: bytes) -> None:
    _only_input_errors(content)


@settings(max_examples=examples(300))
@given(mutants((HARKER.encode(), QUADRATIC.encode())))
def test_mutated_game_files(content: bytes) -> None:
    _only_input_errors(content, npz_bytes(GOOD))


def _archive(arrays: dict[str, Any]) -> bytes:
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


@settings(max_examples=examples(300))
@given(mutants((_archive({"jacobian": EYE, "linear": EYE[0]}), _archive(CSR))))
def test_mutated_side_files(content: bytes) -> None:
    _only_input_errors(QUADRATIC.encode(), content)


@settings(max_examples=examples(200))
@given(mutants((HEADER,)), st.binary(max_size=40))
def test_mutated_array_headers(header: bytes, data: bytes) -> None:
    _only_input_errors(QUADRATIC.encode(), npz_bytes(npy_bytes(header[:4000], data)))


JSON_LIKE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
KEYS = ("format", "kind", "name", "source", "parameters", "players", "jacobian", "linear", "field")


@settings(max_examples=examples(200))
@given(
    st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), JSON_LIKE, max_size=5),
    st.sampled_from(["symbolic", "quadratic", "callable"]),
)
def test_random_documents(entries: dict[str, Any], kind: str) -> None:
    document = {
        "format": "sgn-game/1",
        "kind": kind,
        "players": [{"name": "a", "variables": ["x"], "cost": "x**2"}],
    } | entries
    message = _refusal(lambda: from_document(document, "document"), "document: ")
    assert message.startswith("document: ")
