"""Game files: what is saved comes back exactly, in files that are pleasant to read."""

import os
import re
import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st

from games import Box, Game, InputError, QuadraticGame, SymbolicGame, catalogue, load, save
from games.files.document import from_document
from tests.helpers.game_files import HARKER, QUADRATIC, load_text
from tests.helpers.scale import examples


def _same(one: Game, other: Game) -> None:
    """The two games are the same: names, region, hint, and F and J to the last bit."""
    assert one.players == other.players
    assert (one.name, one.source) == (other.name, other.source)
    assert (one.region, one.equilibrium) == (other.region, other.equilibrium)
    rng = np.random.default_rng(0)
    points = (one.region or Box.cube(one.dimension, 1)).sample(rng, 5)
    np.testing.assert_array_equal(one.pseudo_gradient(points), other.pseudo_gradient(points))
    np.testing.assert_array_equal(one.jacobian(points), other.jacobian(points))


# What is saved comes back.


def test_the_example_of_the_format(tmp_path: Path) -> None:
    game = load_text(HARKER, tmp_path)
    assert isinstance(game, SymbolicGame)
    assert (game.name, game.source) == ("Harker duopoly", "Harker 1991")
    assert game.parameters == {"a": Fraction(34)}
    assert game.region == Box([0, 0], [15, "31/2"])
    assert game.equilibrium == (Fraction(5), Fraction(9))
    np.testing.assert_array_equal(game.pseudo_gradient(np.array([5.0, 9.0])), [0, 0])


def test_a_saved_file_is_pleasant_to_read(tmp_path: Path) -> None:
    save(load_text(HARKER, tmp_path), tmp_path / "again.toml")
    expected = HARKER.replace("34.0", "34").replace('"31/2"', "15.5").replace("\n[", "\n\n[")
    assert (tmp_path / "again.toml").read_text(encoding="utf-8") == expected
    assert sorted(os.listdir(tmp_path)) == ["again.toml", "game.toml"]  # no temporary file stays


@pytest.mark.parametrize("name", catalogue.names())
def test_round_trip_of_the_catalogue(name: str, tmp_path: Path) -> None:
    game = catalogue.load(name)
    save(game, tmp_path / "a.toml")
    back = load(tmp_path / "a.toml")
    _same(game, back)
    (tmp_path / "again").mkdir()
    save(back, tmp_path / "again" / "a.toml")  # the same name, since it names its side file
    assert (tmp_path / "a.toml").read_bytes() == (tmp_path / "again" / "a.toml").read_bytes()
    _same(game, from_document(game.document(), "document") if game.region is None else back)


@settings(max_examples=examples(40))
@given(
    st.lists(st.integers(1, 3), min_size=1, max_size=4),
    st.integers(0, 2**32 - 1),
    st.booleans(),
    st.sampled_from(["", "linear", "field"]),
    st.sampled_from(["space", "cube", "box"]),
)
def test_round_trip_of_quadratic_games(
    sizes: list[int], seed: int, sparse: bool, extra: str, region: str
) -> None:
    rng = np.random.default_rng(seed)
    n = sum(sizes)
    J = np.triu(rng.standard_normal((n, n))) * 10.0 ** rng.integers(-300, 300)
    J = J if extra == "field" else J + np.triu(J, 1).T
    lower = rng.standard_normal(n)
    regions = {
        "space": None,
        "cube": Box.cube(n, "0.1"),
        "box": Box(lower.tolist(), (lower + 1).tolist()),
    }
    game = QuadraticGame(
        scipy.sparse.csr_array(J) if sparse else J,
        sizes,
        linear=rng.standard_normal(n) if extra == "linear" else None,
        field=extra == "field",
        region=regions[region],
        names=[f'"{i}"\n\\ ' for i in range(len(sizes))],
        source="é \u2028 \x1b \U0001f600",
    )
    with tempfile.TemporaryDirectory() as folder:
        save(game, Path(folder) / "game.toml")
        assert sorted(os.listdir(folder)) == ["game.npz", "game.toml"]
        back = load(Path(folder) / "game.toml")
    assert isinstance(back, QuadraticGame)
    assert back.field == game.field
    assert type(back.matrix) is type(game.matrix)
    _same(game, back)


@settings(max_examples=examples(60))
@given(st.text(max_size=30), st.fractions(), st.floats(allow_nan=False, allow_infinity=False))
def test_round_trip_of_any_text_and_number(text: str, parameter: Fraction, end: float) -> None:
    game = SymbolicGame.from_costs(
        {"a": ["x"]},
        {"a": "k*x**2"},
        {"k": parameter},
        name=text,
        source=text,
        region=Box([end], [end]),
    )
    with tempfile.TemporaryDirectory() as folder:
        save(game, Path(folder) / "game.toml")
        back = load(Path(folder) / "game.toml")
    assert isinstance(back, SymbolicGame)
    assert (back.name, back.source, back.region) == (text, text, game.region)
    assert back.parameters == {"k": parameter}


def test_other_ways_to_write_the_same(tmp_path: Path) -> None:
    plain = load_text(HARKER, tmp_path)
    windows = b"\xef\xbb\xbf" + HARKER.replace("\n", "\r\n").encode()
    _same(plain, load_text(windows, tmp_path))
    _same(plain, load_text(HARKER.replace("[0, 15]", '["0", 1.5e1]'), tmp_path))
    arrays: dict[str, Any] = {"jacobian": np.asfortranarray([[1, 2], [3, 4]])}
    cube = load_text(QUADRATIC, tmp_path, **arrays)
    assert cube.jacobian(np.zeros(2)).tolist() == [[1, 2], [3, 4]]
    box = QUADRATIC.replace("radius = 1", "lower = [-1, -1]\nupper = [1, 1.0]")
    _same(cube, load_text(box, tmp_path, **arrays))
    np.savez_compressed(tmp_path / "game.npz", **arrays)
    _same(cube, load(tmp_path / "game.toml"))
    hint = load_text(QUADRATIC + "[equilibrium]\npoint = [0.5, 0]\n", tmp_path, **arrays)
    assert hint.equilibrium == (Fraction(1, 2), Fraction(0))
    save(hint, tmp_path / "hint.toml")
    _same(hint, load(tmp_path / "hint.toml"))


def test_saving_replaces_whole_files_with_the_usual_rights(tmp_path: Path) -> None:
    path = tmp_path / "game.toml"
    path.write_text("old")
    save(catalogue.load("rosen"), path)
    assert load(path).name == "Rosen's game"
    (tmp_path / "other").write_text("")
    assert path.stat().st_mode == (tmp_path / "other").stat().st_mode


def test_saving_where_it_cannot_be(tmp_path: Path) -> None:
    game, quadratic = catalogue.load("rosen"), QuadraticGame(np.eye(1), [1])
    for path in (tmp_path / "no" / "game.toml", tmp_path):
        with pytest.raises(InputError, match=rf"^{path.name}: it cannot be written \("):
            save(game, path)
    with pytest.raises(InputError, match=r"^g\.npz: a game file is text"):
        save(quadratic, tmp_path / "g.npz")
    with pytest.raises(InputError, match=r"^a:b\.toml: its arrays need a plain file name"):
        save(quadratic, tmp_path / "a:b.toml")
    game.source = "\ud800"
    with pytest.raises(InputError, match="lone surrogate"):
        save(game, tmp_path / "g.toml")
    long_name = QuadraticGame(np.eye(1), [1], names=["a" * 201])
    with pytest.raises(InputError, match="the name of player 1 has 201 characters"):
        save(long_name, tmp_path / "g.toml")
    assert not list(tmp_path.iterdir())


def test_a_text_is_never_read_with_the_arrays_of_another(tmp_path: Path) -> None:
    """As when a process is killed between the two files, or one of them is copied alone."""
    path, arrays = tmp_path / "game.toml", tmp_path / "game.npz"
    save(QuadraticGame(np.eye(2), [1, 1]), path)
    old = arrays.read_bytes()
    save(QuadraticGame(2 * np.eye(2), [1, 1]), path)
    text = path.read_text(encoding="utf-8")
    arrays.write_bytes(old)
    with pytest.raises(InputError, match="not those of the text, which has another data_digest"):
        load(path)
    path.write_text(re.sub("data_digest.*\n", "", text), encoding="utf-8")
    with pytest.raises(InputError, match="has no data_digest") as refusal:
        load(path)
    line = str(refusal.value).rpartition("write ")[2]
    path.write_text(text.replace("\ndata =", f"\n{line}\ndata =").replace(*_stated(text)))
    game = load(path)
    assert isinstance(game, QuadraticGame)
    np.testing.assert_array_equal(game.jacobian(np.zeros(2)), np.eye(2))


def _stated(text: str) -> tuple[str, str]:
    """The line with the digest, to be replaced by nothing."""
    [line] = [line for line in text.splitlines() if line.startswith("data_digest")]
    return f"{line}\n", ""


def test_arrays_of_somebody_else_are_not_written_over(tmp_path: Path) -> None:
    path, arrays = tmp_path / "game.toml", tmp_path / "game.npz"
    np.savez(arrays, measured=np.eye(2))
    game = QuadraticGame(np.eye(2), [1, 1])
    for text in (None, "old", HARKER):
        if text is not None:
            path.write_text(text)
        with pytest.raises(InputError, match=r"game\.npz is there and belongs to no game\.toml"):
            save(game, path)
    with np.load(arrays) as kept:
        assert kept.files == ["measured"]
    arrays.unlink()
    save(game, path)
    save(game, path)
    _same(game, load(path))


def test_importing_games_stays_light() -> None:
    script = "import games, sys; print(*sys.modules)"
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert not loaded & {"scipy", "sympy", "jax", "cvxpy", "networkx", "matplotlib"}
