"""Completion: what the parser takes is offered, by the shells that are here."""

import shutil
import subprocess

import pytest

from games import catalogue
from sgn import arguments, cli
from sgn.completion import SHELLS, commands_of, script

COMMANDS = commands_of(arguments.parser(), catalogue.names())


def completed(*words: str) -> list[str]:
    """What bash offers for the last word."""
    typed = " ".join(f"'{word}'" for word in words)
    code = f"{script('bash', COMMANDS)}\nCOMP_WORDS=({typed}); COMP_CWORD={len(words) - 1}; _sgn\n"
    shell = shutil.which("bash")
    assert shell is not None
    run = subprocess.run(
        [shell, "--norc", "-c", f'{code}printf "%s\\n" "${{COMPREPLY[@]}}"'],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert run.stderr == ""
    return run.stdout.split()


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (("sgn", "cert"), ["certify"]),
        (("sgn", "certify", "--met"), ["--metric"]),
        (("sgn", "certify", "--metric", "d"), ["dense"]),
        (("sgn", "certify", "hark"), ["harker"]),
        (("sgn", "explore", "forsa"), ["forsaken"]),
        (("sgn", "certify", "harker", "-o", ""), []),
        (("sgn", "completion", "f"), ["fish"]),
        (("sgn", "--ver"), ["--version"]),
    ],
)
def test_bash_offers(typed: tuple[str, ...], offered: list[str]) -> None:
    assert completed(*typed) == offered


@pytest.mark.parametrize("shell", SHELLS)
def test_every_option_is_there(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["completion", shell]) == 0
    text = capsys.readouterr().out
    for command in COMMANDS:
        assert command.name in text
        for option in command.options:
            assert all(name.lstrip("-") in text for name in option.names)
    assert "harker" in text


@pytest.mark.parametrize("shell", SHELLS)
def test_the_shell_reads_it(shell: str) -> None:
    path = shutil.which(shell)
    if path is None:
        pytest.skip(f"there is no {shell} here")
    subprocess.run([path, "-n"], input=script(shell, COMMANDS), text=True, check=True, timeout=60)
