"""The corpus through the command line: truth is verified, lies are refused, damage is told."""

import json
import math
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from certificates.kernel.document.reading import digest, read
from certificates.kernel.verify import verify
from sgn.cli import main
from tests.corpus.changes import get
from tests.corpus.damage import DAMAGED
from tests.corpus.lies import LIES
from tests.corpus.make import HERE, broken_by, files

BROKEN = json.loads((HERE / "broken.json").read_text(encoding="utf-8"))
VALID = sorted((HERE / "valid").iterdir())
Captured = pytest.CaptureFixture[str]


@pytest.mark.parametrize("path", VALID, ids=lambda p: p.name)
def test_truth_is_verified(path: Path, capsys: Captured):
    assert main(["verify", str(path)]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("verified")
    assert err == ""


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.name)
def test_lies_are_refused_and_what_they_break_is_named(lie):
    document = read(HERE / "invalid" / f"{lie.name}.json")
    found = verify(document)
    assert not found
    title, _, hypothesis = lie.obligation.partition(": ")
    assert title in found.message.partition("does not hold: ")[2].split(", ")
    failing = [o.failing for o in found.obligations if o.name == title and not o.holds]
    assert not hypothesis or any(hypothesis in each for each in failing)
    assert broken_by(document) == BROKEN[lie.name], "run tests.corpus.make, and read what changed"


def test_a_lie_at_the_command_line(capsys: Captured):
    assert main(["verify", str(HERE / "invalid" / "margin-raised.json")]) == 1
    out, err = capsys.readouterr()
    head, *rows = out.splitlines()
    assert head == "NOT VERIFIED (proved): does not hold: margin"
    assert [row for row in rows if row.strip().startswith("FAILS")] == [
        "  FAILS  margin [T5]: not shown: sym(MJ) ⪰ αM on X"
    ]
    assert err == ""


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.name)
def test_only_the_digest_of_a_lie_about_digests_is_wrong(lie):
    document = read(HERE / "invalid" / f"{lie.name}.json")
    assert (document["digest"] == digest(document)) is not lie.keep_digest


@pytest.mark.parametrize("damage", DAMAGED, ids=lambda damage: damage.name)
def test_damage_is_told_in_one_sentence(damage, capsys: Captured):
    path = HERE / "malformed" / damage.name
    assert main(["verify", str(path)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.endswith("\n")
    assert err.count("\n") == 1
    assert err.startswith(f"sgn: {path}: ")  # the file is named
    assert damage.says in err
    assert len(err) < 400 + len(str(path))


def test_names_are_of_different_files():
    assert len({lie.name for lie in LIES}) == len(LIES) >= 40
    assert len({damage.name for damage in DAMAGED}) == len(DAMAGED) >= 40


def test_the_files_are_those_that_make_writes():
    made = dict(files())
    there = [p for folder in ("invalid", "malformed") for p in (HERE / folder).iterdir()]
    assert {p.relative_to(HERE).as_posix() for p in there} == made.keys()
    for path, content in made.items():
        if not path.endswith(".gz") and b"zlib64" not in content:  # zlib's bytes may differ
            assert (HERE / path).read_bytes() == content, f"{path}: run tests.corpus.make"


def test_the_files_are_small():
    for folder in ("valid", "invalid", "malformed"):
        for path in (HERE / folder).iterdir():
            assert path.stat().st_size < 28_000


# ---- what is no file -----------------------------------------------------------------------------


def refused(path: Path, capsys: Captured) -> str:
    assert main(["verify", str(path)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"sgn: {path}: ")
    assert err.count("\n") == 1
    return err


def test_a_file_that_is_not_there(tmp_path: Path, capsys: Captured):
    assert "No such file" in refused(tmp_path / "missing.json", capsys)


def test_a_folder(tmp_path: Path, capsys: Captured):
    assert "this folder holds no certificate" in refused(tmp_path, capsys)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_not_waited_for(tmp_path: Path, capsys: Captured):
    pipe = tmp_path / "pipe.json"
    os.mkfifo(pipe)
    assert "not a regular file" in refused(pipe, capsys)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no devices here")
def test_a_device_is_not_read(capsys: Captured):
    assert "not a regular file" in refused(Path("/dev/zero"), capsys)


def test_a_link_to_a_certificate_is_followed(tmp_path: Path):
    link = tmp_path / "link.json"
    link.symlink_to(HERE / "valid" / "toy.json")
    assert main(["verify", str(link)]) == 0


def test_a_file_full_of_keys_ends_soon(tmp_path: Path, capsys: Captured):
    """The last of 100,000 keys stands twice: looking for it takes no square of that."""
    path = tmp_path / "keys.json"
    keys = [f'"k{k}": 0' for k in range(100_000)]
    path.write_text("{" + ", ".join([*keys, '"k99999": 0']) + "}", encoding="utf-8")
    assert "'k99999' stands twice" in refused(path, capsys)


def test_the_corpus_in_a_fresh_process():
    """One of each, as a user runs it: statuses and streams of the real program."""
    found = {}
    for name in ("valid/toy.json", "invalid/coupling-lowered.json", "malformed/margin-twice.json"):
        run = subprocess.run(
            [sys.executable, "-m", "sgn.cli", "verify", str(HERE / name)],
            capture_output=True,
            text=True,
            check=False,
            cwd=HERE.parents[1],
        )
        found[name] = run.returncode
        assert "Traceback" not in run.stderr
    assert list(found.values()) == [0, 1, 2]


# ---- the lies are lies ---------------------------------------------------------------------------


def test_one_part_in_a_million_of_the_toy_is_false():
    """sgn-toy: margin 1 − 1/√2 at weights 1 : 200, so the lie lies above the truth."""
    document = json.loads((HERE / "invalid" / "margin-raised.json").read_text(encoding="utf-8"))
    assert document["digest"] == digest(document)
    toy = read(HERE / "invalid" / "structural-margin-raised.json")
    assert Fraction(get(toy, "structural margin: margin")) > Fraction(1 - math.sqrt(0.5)) * (
        1 + Fraction(1, 10**9)
    )
