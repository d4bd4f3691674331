"""`sgn sweep` and `sgn threshold` as a shell sees them."""

from pathlib import Path

import pytest

import sgn
from tests.shell.test_cli import Capture, refused, run

GAME = """
format = "sgn-game/1"
kind = "symbolic"
name = "line"
parameters = { k = 0.5 }
[[players]]
name = "a"
variables = ["x"]
cost = "x**2 + k*x*y"
[[players]]
name = "b"
variables = ["y"]
cost = "y**2 + k*x*y"
"""


@pytest.fixture
def game(tmp_path: Path) -> Path:
    path = tmp_path / "line.toml"
    path.write_text(GAME)
    return path


def test_a_table_is_printed_or_written(game: Path, capsys: Capture) -> None:
    status, out, err = run(capsys, "sweep", game, "--vary", "k=0:3:4")
    assert (status, err) == (0, "")
    assert [line.split()[:2] for line in out.splitlines()[1:]] == [
        ["0", "proved"], ["1", "proved"], ["2", "refuted"], ["3", "refuted"],
    ]  # fmt: skip
    table = game.with_name("t.csv")
    status, out, _ = run(capsys, "sweep", game, "--vary", "k=0,1", "-o", table)
    assert (status, out) == (0, f"2 points, 2 proved: written to {table}\n")
    assert table.read_text().startswith("k,verdict,margin,")


def test_a_picture_is_drawn(game: Path, capsys: Capture) -> None:
    pytest.importorskip("matplotlib").use("Agg")
    picture = game.with_name("t.svg")
    assert run(capsys, "sweep", game, "--vary", "k=0,1", "--plot", picture)[0] == 0
    assert "<svg" in picture.read_text()


def test_results_are_kept(game: Path, capsys: Capture) -> None:
    folder = game.with_name("runs")
    first = run(capsys, "sweep", game, "--vary", "k=0,1", "--save", folder)
    assert first == run(capsys, "sweep", game, "--vary", "k=0,1", "--save", folder)
    assert len(list(folder.glob("k=*.json"))) == 2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--vary", "q=0,1"], "line.toml: 'q' is no parameter"),
        (["--vary", "k=0:1"], "write k=FROM:TO:COUNT"),
        (["--vary", "k=0,1", "--vary", "k=2,3"], "varied twice"),
        (["--vary", "k=0,1", "--jobs", "0"], "--jobs"),
        (["--vary", "k=0,1", "-o", "t.txt"], "t.txt must end in .csv, .md, .tex"),
        (["--vary", "k=0,1", "--plot", "t.csv"], "t.csv must end in .png"),
        (["--vary", "k=0,1", "-o", "absent/t.csv"], "no such folder"),
        (["--vary", "k=0,1", "--plot", "t.svg", "--of", "speed"], "'speed' is not drawn"),
    ],
)
def test_what_is_not_usable(options: list[str], said: str, game: Path, capsys: Capture) -> None:
    before = sorted(game.parent.iterdir())
    assert said in refused(run(capsys, "sweep", game, *options))
    assert sorted(game.parent.iterdir()) == before


def test_a_threshold(game: Path, capsys: Capture) -> None:
    place = game.with_name("c.json")
    status, out, _ = run(
        capsys, "threshold", game, "--vary", "k=0:4", "--tolerance", "0.1", "-o", place
    )
    assert status == 0
    assert out.splitlines()[0].startswith("k = 1.75: proved, margin ")
    assert out.splitlines()[1] == "k = 2: refuted"
    assert bool(sgn.verify(place))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--vary", "k=0:1"], "proved at 0 and at 1"),
        (["--vary", "k=0"], "write NAME=FROM:TO"),
        (["--vary", "k=0:4", "--tolerance", "2"], "--tolerance"),
        (["--vary", "k=0:4", "-o", "line.toml"], "give it a name that ends in .json"),
    ],
)
def test_no_threshold(options: list[str], said: str, game: Path, capsys: Capture) -> None:
    assert said in refused(run(capsys, "threshold", game, *options))
    assert game.read_text() == GAME
