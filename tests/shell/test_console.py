"""Standard output that is closed, full or narrow, and Ctrl-C: one line, and a documented status."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import games
import sgn
from games import QuadraticGame, SymbolicGame, catalogue
from tests.helpers.documents import numbers
from tests.shell.test_cli import Capture, refused, run, saved

ROOT = Path(__file__).parents[2]


def shell(command: str, folder: Path, **environment: str) -> tuple[int, str, str]:
    """`sgn COMMAND` as a shell runs it, redirections included."""
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m sgn.cli {command}"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
        capture_output=True,
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.fixture
def forged(tmp_path: Path) -> Path:
    """A certificate that does not hold."""
    path = tmp_path / "forged.json"
    sgn.certify(catalogue.load("sgn-toy")).require().save(path)
    document = json.loads(path.read_text(encoding="utf-8"))
    numbers(document, "margin/T1")["margin"] = "0.4"
    path.write_text(json.dumps(document))
    return path


def test_a_closed_or_full_output_is_told(forged: Path) -> None:
    for end in (">&-", "> /dev/full", "--help > /dev/full"):
        message = refused(shell(f"verify forged.json {end}", forged.parent))
        assert "standard output" in message
    assert shell("verify forged.json > /dev/full 2> /dev/full", forged.parent)[0] == 2
    assert shell("verify nothing.json 2>&-", forged.parent) == (2, "", "")


def test_a_reader_that_has_seen_enough_does_not_change_the_status(forged: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as closed:
        command = [sys.executable, "-m", "sgn.cli", "verify", str(forged)]
        done = subprocess.run(command, cwd=ROOT, stdout=closed, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (1, b"")


def test_letters_that_an_encoding_lacks(tmp_path: Path) -> None:
    game = SymbolicGame.from_costs({"θ": ["x"], "б": ["y"]}, {"θ": "x**2 + x*y/4", "б": "y**2"})
    games.save(game, tmp_path / "θ.toml")
    narrow = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    status, out, err = shell("certify θ.toml --details -o θ.json", tmp_path, **narrow)
    assert (status, err) == (0, "")
    assert r"w(\u0431)/w(\u03b8) in [" in out
    assert shell("verify θ.json", tmp_path, **narrow)[0] == 0
    status, out, err = shell("catalogue markov-coordination > copy.toml", tmp_path, **narrow)
    assert (status, out, err) == (0, "", "")
    text = games.to_text(catalogue.load("markov-coordination"))
    assert (tmp_path / "copy.toml").read_text(encoding="utf-8") == text
    assert ".json: No such file" in refused(shell("verify ζ.json", tmp_path, **narrow))


@pytest.mark.parametrize("path", ["/proc/self/mem", "/proc/kmsg", "/dev/null", "/proc/self/fd/0"])
@pytest.mark.parametrize("command", ["certify", "verify", "report", "attack"])
def test_special_files(command: str, path: str, capsys: Capture) -> None:
    assert Path(path).name in refused(run(capsys, command, path))


def test_names_with_line_ends_make_no_second_line(tmp_path: Path, capsys: Capture) -> None:
    for command in ("certify", "verify", "report", "attack"):
        assert "a\\nb" in refused(run(capsys, command, tmp_path / "a\nb"))


def test_outputs_that_would_harm(tmp_path: Path, capsys: Capture) -> None:
    """An input, by its name or by a link; a device; a name under which nothing reads it again."""
    toy, certificate = tmp_path / "toy.toml", tmp_path / "c.json"
    games.save(QuadraticGame([[1.0, 10.0], [0.05, 1.0]], [1, 1]), toy)
    assert run(capsys, "certify", toy, "-o", certificate)[0] == 0
    (tmp_path / "link").symlink_to(toy)
    os.link(tmp_path / "toy.npz", tmp_path / "hard")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    for output in (toy, "link", "hard", "toy.npz", "new.toml", os.devnull):
        message = refused(run(capsys, "certify", toy, "-o", tmp_path / output))
        assert Path(output).name in message
    for output in (certificate, os.devnull, toy, tmp_path / "toy.npz", tmp_path / "other.json"):
        assert Path(output).name in refused(run(capsys, "report", certificate, "-o", output))
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert not Path(os.devnull).is_file()


# ---- Ctrl-C ----------------------------------------------------------------------------------


def press_ctrl_c(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.001)  # the handler runs before the next instruction


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    return saved("sgn-toy", tmp_path)


def test_ctrl_c_while_certifying(
    toy: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sgn.console._OURS", (str(ROOT),))  # this file's code may be left too
    monkeypatch.setattr(sys.modules["sgn.certify"], "certify", press_ctrl_c)
    found = run(capsys, "certify", toy, "-o", toy.parent / "c.json")
    assert found == (1, "", "sgn: interrupted; nothing was written\n")
    assert not (toy.parent / "c.json").exists()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_waits_for_an_import_to_end(
    toy: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sgn.console._OURS", (str(ROOT),))
    lines = ["import os, signal, time", "os.kill(os.getpid(), signal.SIGINT)", "time.sleep(0.05)"]
    (toy.parent / "slow_module.py").write_text("\n".join([*lines, "whole = True"]))
    monkeypatch.syspath_prepend(toy.parent)

    def imports(*_: Any, **__: Any) -> None:
        __import__("slow_module")
        for _attempt in range(1000):
            time.sleep(0.01)

    monkeypatch.setattr(sys.modules["sgn.certify"], "certify", imports)
    assert run(capsys, "certify", toy)[::2] == (1, "sgn: interrupted; nothing was written\n")
    assert sys.modules.pop("slow_module").whole


def test_ctrl_c_does_nothing_once_the_result_is_being_written(
    toy: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = sgn.Certificate.save

    def save(self: sgn.Certificate, path: str) -> None:
        press_ctrl_c()
        original(self, path)

    monkeypatch.setattr(sgn.Certificate, "save", save)
    status, _, err = run(capsys, "certify", toy, "-o", toy.parent / "c.json")
    assert (status, err) == (0, "")
    assert sgn.verify(toy.parent / "c.json")


def test_ctrl_c_in_a_process(toy: Path) -> None:
    """From the moment on at which the program itself runs."""
    script = "import sgn.cli, sys; print(1, flush=True); sys.exit(sgn.cli.main())"
    for delay in (0.0, 0.3):
        with subprocess.Popen(
            [sys.executable, "-c", script, "certify", str(toy)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(delay)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate()
        assert process.returncode in (0, 1)
        assert err in (b"", b"sgn: interrupted; nothing was written\n")
