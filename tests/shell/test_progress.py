"""The progress line: on terminals only, after a while only, on standard error only."""

import io

import pytest

import games
from sgn import progress
from sgn.cli import main
from sgn.quantities.effort import Progress
from tests.search.test_enclosed import hard


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_nothing_is_shown_where_there_is_no_terminal() -> None:
    stream = io.StringIO()
    with progress.progress_line(stream) as listener:
        assert listener is None
    assert stream.getvalue() == ""


def test_nothing_is_shown_for_a_short_run() -> None:
    stream = Terminal()
    with progress.progress_line(stream) as listener:
        assert listener is not None
        listener(Progress(10, 0.5, 0.1))
    assert stream.getvalue() == ""


def test_a_longer_run_shows_boxes_margin_and_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", -1.0)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "200")
    stream = Terminal()
    with progress.progress_line(stream) as listener:
        assert listener is not None
        listener(Progress(1234, 0.5, 0.125))
    shown = stream.getvalue()
    assert "1,234 boxes" in shown
    assert "margin 0.5" in shown
    assert "0.125" in shown


@pytest.mark.parametrize("limit", ["0", "-3", "nan"])
def test_a_time_limit_that_is_none_is_unusable_input(
    limit: str, tmp_path: object, capsys: pytest.CaptureFixture[str]
) -> None:
    path = f"{tmp_path}/game.toml"
    games.save(hard(), path)
    assert main(["certify", path, f"--time-limit={limit}"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "sgn: --time-limit must be more than 0 seconds\n"


def test_a_time_limit_that_suffices_changes_nothing(
    tmp_path: object, capsys: pytest.CaptureFixture[str]
) -> None:
    path = f"{tmp_path}/game.toml"
    games.save(hard(), path)
    assert main(["certify", path, "--time-limit", "500", "--json"]) == 0
    assert '"proved"' in capsys.readouterr().out
