"""The command line: exit statuses, what is printed and written; the lists of public names."""

import gzip
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import games
import sgn
from certificates.kernel.document.reading import Document, encode_arrays
from games import catalogue
from sgn import cli
from tests.helpers.documents import claim, numbers

ROOT = Path(__file__).parents[2]
Capture = pytest.CaptureFixture[str]


def run(capsys: Capture, *arguments: str | Path) -> tuple[int, str, str]:
    """Exit status, standard output, standard error."""
    capsys.readouterr()
    status = cli.main([str(a) for a in arguments])
    out, err = capsys.readouterr()
    return status, out, err


def refused(result: tuple[int, str, str]) -> str:
    """The one line on standard error of unusable input."""
    status, out, err = result
    assert status == 2
    assert out == ""
    assert err.startswith("sgn: ")
    assert err.endswith("\n")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    return err


def saved(name: str, folder: Path) -> Path:
    """A game of the catalogue as a file."""
    path = folder / f"{name}.toml"
    games.save(catalogue.load(name), path)
    return path


def written(folder: Path) -> list[str]:
    """All files, so that a temporary one left behind shows."""
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    return saved("sgn-toy", tmp_path)


@pytest.fixture
def unstable(tmp_path: Path) -> Path:
    return saved("fk-a3", tmp_path)


# ---- certify ---------------------------------------------------------------------------------


def test_certify_a_game_that_is_proved(toy: Path, capsys: Capture) -> None:
    status, out, err = run(capsys, "certify", toy)
    assert (status, err) == (0, "")
    assert out.startswith("PROVED: gradient play contracts\n")
    assert "0.292893" in out
    assert written(toy.parent) == ["sgn-toy.toml"]


def test_certify_a_game_that_is_refuted(unstable: Path, capsys: Capture) -> None:
    status, out, err = run(capsys, "certify", unstable)
    assert (status, err) == (1, "")
    assert out.startswith("REFUTED (unstable): no constant metric certifies this region\n")


def test_certify_a_game_that_is_undecided(toy: Path, capsys: Capture) -> None:
    status, out, _ = run(capsys, "certify", toy, "--metric", "euclidean")
    assert status == 1
    head, said = out.split("\n", 1)
    assert head == "UNDECIDED: nothing is proved of this game, and nothing refuted"
    assert "\n  reason             small-gain\n" in said.partition("not checked:")[2]


def test_certify_by_samples_succeeds_when_that_was_asked_for(
    tmp_path: Path, capsys: Capture
) -> None:
    game = saved("harker", tmp_path)
    certificate = tmp_path / "c.json"
    status, out, _ = run(capsys, "certify", game, "--evidence", "sampled", "-o", certificate)
    assert status == 0
    assert out.startswith("ESTIMATED, not proved")
    status, out, _ = run(capsys, "verify", certificate)
    assert status == 1
    assert out.startswith("NOT VERIFIED (estimated): only estimated")


@pytest.mark.parametrize("name", ["c.json", "c.json.gz"])
def test_certify_writes_what_it_prints(toy: Path, capsys: Capture, name: str) -> None:
    path = toy.parent / name
    status, out, err = run(capsys, "certify", toy, "-o", path)
    assert (status, err) == (0, "")
    certificate = sgn.load(path)
    assert isinstance(certificate, sgn.Certificate)
    assert out == f"{certificate}\n"
    assert written(toy.parent) == [name, "sgn-toy.toml"]
    assert (path.read_bytes()[:2] == b"\x1f\x8b") is name.endswith(".gz")


def test_certify_writes_refusals_too(unstable: Path, capsys: Capture) -> None:
    path = unstable.parent / "r.json"
    path.write_text("an older file")
    status, out, _ = run(capsys, "certify", unstable, "-o", path)
    assert status == 1
    refusal = sgn.load(path)
    assert isinstance(refusal, sgn.Refusal)
    assert out == f"{refusal}\n"
    assert written(unstable.parent) == ["fk-a3.toml", "r.json"]
    status, out, _ = run(capsys, "verify", path)
    assert status == 0
    assert "witness [T6]" in out


@pytest.mark.parametrize(("name", "status"), [("sgn-toy", 0), ("fk-a3", 1)])
def test_json_prints_only_json(tmp_path: Path, capsys: Capture, name: str, status: int) -> None:
    path = tmp_path / "out.json"
    found, out, err = run(capsys, "certify", saved(name, tmp_path), "--json", "-o", path)
    assert (found, err) == (status, "")
    document = json.loads(out)
    assert document == json.loads(path.read_text(encoding="utf-8"))
    assert document["format"] in ("sgn-certificate/2", "sgn-refusal/2")


def test_output_is_readable_by_others(toy: Path, capsys: Capture) -> None:
    path = toy.parent / "c.json"
    mask = os.umask(0o022)
    try:
        run(capsys, "certify", toy, "-o", path)
    finally:
        os.umask(mask)
    assert path.stat().st_mode & 0o777 == 0o644


def test_seed_is_passed_on(tmp_path: Path, capsys: Capture) -> None:
    game = saved("harker", tmp_path)
    sampled = ("certify", game, "--evidence", "sampled", "--json", "--seed")
    one, again, other = (run(capsys, *sampled, seed)[1] for seed in ("1", "1", "2"))
    assert one == again != other
    assert "--seed" in refused(run(capsys, "certify", game, "--seed", "-1"))


# ---- unusable input --------------------------------------------------------------------------


def missing(folder: Path) -> Path:
    return folder / "nowhere.file"


def garbage(folder: Path) -> Path:
    path = folder / "garbage.file"
    path.write_bytes(bytes(range(256)))
    return path


def empty(folder: Path) -> Path:
    path = folder / "empty.file"
    path.write_bytes(b"")
    return path


def text(folder: Path) -> Path:
    path = folder / "text.file"
    path.write_text("Dear Sir or Madam,\n")
    return path


def directory(folder: Path) -> Path:
    path = folder / "directory"
    path.mkdir()
    return path


def broken_gzip(folder: Path) -> Path:
    path = folder / "broken.json.gz"
    path.write_bytes(gzip.compress(b'{"format": "sgn-certificate/1"}')[:-9])
    return path


def pipe(folder: Path) -> Path:
    path = folder / "pipe"
    os.mkfifo(path)
    return path


def wrong_kind(folder: Path) -> Path:
    """JSON where TOML is expected, TOML's text where JSON is."""
    path = folder / "list.json"
    path.write_text("[1, 2]")
    return path


UNUSABLE = [missing, garbage, empty, text, directory, broken_gzip, pipe, wrong_kind]


@pytest.mark.parametrize("make", UNUSABLE, ids=lambda make: make.__name__)
@pytest.mark.parametrize("command", ["certify", "verify"])
def test_unusable_files(
    command: str, make: Callable[[Path], Path], tmp_path: Path, capsys: Capture
) -> None:
    path = make(tmp_path)
    output = tmp_path / "out" / "c.json"
    output.parent.mkdir()
    output.write_text("untouched")
    options = ["-o", str(output)] if command == "certify" else []
    assert path.name in refused(run(capsys, command, path, *options))
    assert written(output.parent) == ["c.json"]
    assert output.read_text() == "untouched"


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
@pytest.mark.parametrize("command", ["certify", "verify"])
def test_files_without_permission(command: str, toy: Path, capsys: Capture) -> None:
    toy.chmod(0)
    assert str(toy) in refused(run(capsys, command, toy))


def test_a_game_that_is_wrong_is_told_in_one_line(tmp_path: Path, capsys: Capture) -> None:
    path = saved("sgn-toy", tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace("10*x1*x2", "10*x1*x3"))
    message = refused(run(capsys, "certify", path, "-o", tmp_path / "c.json"))
    assert path.name in message
    assert "x3" in message
    assert written(tmp_path) == ["sgn-toy.toml"]


def test_a_game_without_its_region_is_told_in_one_line(tmp_path: Path, capsys: Capture) -> None:
    path = saved("dirac-gan", tmp_path)
    path.write_text(path.read_text(encoding="utf-8").partition("[region]")[0])
    assert "region" in refused(run(capsys, "certify", path))


@pytest.mark.parametrize("output", ["missing/c.json", "directory", "c.toml/c.json"])
def test_output_that_cannot_be_written(output: str, toy: Path, capsys: Capture) -> None:
    (toy.parent / "directory").mkdir()
    (toy.parent / "c.toml").write_text("a file, no folder")
    before = written(toy.parent)
    path = toy.parent / output
    assert path.name in refused(run(capsys, "certify", toy, "-o", path))
    assert path.name in refused(run(capsys, "catalogue", "harker", "-o", path))
    assert written(toy.parent) == before


MARGIN = "margin/T1"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda document: document.update(surprise="1"), "unknown key 'surprise'"),
        (lambda document: document.update(format="sgn-certificate/9"), "another version"),
        (lambda document: numbers(document, MARGIN).update(margin=0.25), "float"),
        (lambda document: numbers(document, MARGIN).update(margin="nan"), "margin"),
        (lambda document: claim(document, MARGIN).update(theorem="margin/T0"), "'margin/T0'"),
    ],
)
def test_malformed_certificates(
    change: Callable[[Document], None], said: str, toy: Path, capsys: Capture
) -> None:
    path = toy.parent / "c.json"
    run(capsys, "certify", toy, "-o", path)
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document)
    path.write_text(json.dumps(document))
    message = refused(run(capsys, "verify", path))
    assert str(path) in message
    assert said in message


# ---- interruption ----------------------------------------------------------------------------


def test_ctrl_c_leaves_nothing(toy: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sys.modules["sgn.certify"], "certify", interrupt)
    status, out, err = run(capsys, "certify", toy, "-o", toy.parent / "c.json")
    assert (status, out) == (1, "")
    assert err == "sgn: interrupted; nothing was written\n"
    assert written(toy.parent) == ["sgn-toy.toml"]


def test_a_closed_pipe_is_no_error(toy: Path) -> None:
    """`sgn catalogue | head -0`."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "sgn.cli", "catalogue"]
    with os.fdopen(writer, "wb") as closed:
        done = subprocess.run(
            command, cwd=ROOT, stdout=closed, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.stderr == ""
    assert done.returncode == 0


# ---- verify ----------------------------------------------------------------------------------


def test_verify_lists_every_obligation_with_its_theorem(toy: Path, capsys: Capture) -> None:
    path = toy.parent / "c.json"
    run(capsys, "certify", toy, "-o", path)
    status, out, err = run(capsys, "verify", path)
    assert (status, err) == (0, "")
    head, *lines, last = out.splitlines()
    assert head == "verified (proved): every obligation holds"
    assert re.fullmatch(r"rests on \d+ lines of code in \d+ files \(--trust lists them\)", last)
    assert all(re.fullmatch(r"  ok  [\w ()-]+ \[[\w ()]+\](: .*)?", line) for line in lines)
    theorems = set(re.findall(r"\[(.*?)\]", out))
    assert {"integrity", "T2", "T1", "T4", "T5 (norm)", "T7", "T10", "T11 (a)", "T20"} <= theorems
    assert len(lines) == len(sgn.verify(path).obligations)


def test_verify_lists_what_is_trusted(toy: Path, capsys: Capture) -> None:
    path = toy.parent / "c.json"
    run(capsys, "certify", toy, "-o", path)
    status, out, err = run(capsys, "verify", path, "--trust")
    assert (status, err) == (0, "")
    _, _, listed = out.partition("rests on ")
    head, *files = listed.splitlines()
    lines, count = map(int, re.findall(r"\d+", head))
    assert count == len(files)
    assert lines == sum(int(file.split()[0]) for file in files)
    assert any(file.endswith(" certificates/kernel/verify.py") for file in files)
    assert "(--trust lists them)" not in out


@pytest.mark.parametrize(
    ("theorem", "key", "value", "name"),
    [
        (MARGIN, "margin", "0.4", "margin"),
        ("margin/T5 (norm)", "bound", "1.5", "Lipschitz"),
        ("margin/T2", "margin", "0.4", "structural margin"),
    ],
)
def test_verify_says_what_does_not_hold(
    theorem: str, key: str, value: str, name: str, toy: Path, capsys: Capture
) -> None:
    path = toy.parent / "c.json"
    run(capsys, "certify", toy, "-o", path)
    document = json.loads(path.read_text(encoding="utf-8"))
    numbers(document, theorem)[key] = value
    path.write_text(json.dumps(document))
    status, out, err = run(capsys, "verify", path)
    assert (status, err) == (1, "")
    assert out.startswith("NOT VERIFIED (proved): does not hold: digest, ")
    assert re.search(rf"FAILS  {name} \[", out)


def test_verify_a_game_says_what_to_do_first(capsys: Capture, tmp_path: Path) -> None:
    message = refused(run(capsys, "verify", tmp_path / "game.toml"))
    assert "not a certificate; certify it first" in message


def test_verify_an_undecided_refusal(toy: Path, capsys: Capture) -> None:
    path = toy.parent / "r.json"
    run(capsys, "certify", toy, "--metric", "euclidean", "-o", path)
    status, out, _ = run(capsys, "verify", path)
    assert status == 1
    assert out.startswith("NOT VERIFIED (undecided): nothing is claimed")


# ---- several files, standard input, plain JSON --------------------------------------------------


def fed(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    """Put the data on standard input."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_verify_several_files_and_folders(toy: Path, capsys: Capture) -> None:
    runs = toy.parent / "runs" / "deep"
    runs.mkdir(parents=True)
    good, bad, garbage = runs / "a.json.gz", runs / "b.json", runs / "c.json"
    run(capsys, "certify", toy, "-o", good)
    run(capsys, "certify", toy, "-o", bad)
    status, out, err = run(capsys, "verify", toy.parent / "runs")
    assert (status, err) == (0, "")
    assert out.splitlines()[-1] == "2 files: 2 verified"
    document = json.loads(bad.read_text(encoding="utf-8"))
    numbers(document, MARGIN)["margin"] = "0.4"
    bad.write_text(json.dumps(document))
    status, out, _ = run(capsys, "verify", good, bad)
    assert status == 1
    assert f"{bad}: NOT VERIFIED (proved): does not hold: digest" in out
    assert out.splitlines()[-1] == "2 files: 1 verified, 1 not verified"
    garbage.write_text("Dear Sir or Madam")
    status, out, err = run(capsys, "verify", runs, "--trust")
    assert status == 2
    assert err.startswith(f"sgn: {garbage}: not JSON")
    assert "3 files: 1 verified, 1 not verified, 1 unusable" in out
    assert "certificates/kernel/verify.py" in out
    status, out, _ = run(capsys, "verify", runs, "--json")
    found = json.loads(out)
    assert (status, found["verified"]) == (2, False)
    assert [each["verified"] for each in found["files"]] == [True, False, False]


def test_verify_json(toy: Path, capsys: Capture) -> None:
    path = toy.parent / "c.json"
    run(capsys, "certify", toy, "-o", path)
    status, out, _ = run(capsys, "verify", path, "--json", "--trust")
    found = json.loads(out)
    assert (status, found["verified"], found["verdict"]) == (0, True, "proved")
    assert {"name": "margin", "theorem": "T1", "holds": True, "detail": ""} in found["obligations"]
    assert found["trusted"]


def test_standard_input(
    toy: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fed(monkeypatch, toy.read_bytes())
    path = tmp_path / "c.json"
    assert run(capsys, "certify", "-", "-o", path)[0] == 0
    commands = ("verify", "show", "attack --seconds 0", f"report -o {tmp_path / 'r.html'}")
    for command in commands:
        fed(monkeypatch, path.read_bytes())
        name, *options = command.split()
        status, _, err = run(capsys, name, "-", *options)
        assert (status, err) == (0, ""), command
    fed(monkeypatch, toy.read_bytes())
    assert "players" in run(capsys, "show", "-")[1]
    for command in ("certify", "verify", "show", "attack", "report"):
        fed(monkeypatch, b"\xff{")
        assert refused(run(capsys, command, "-")).startswith("sgn: standard input: ")
    monkeypatch.setattr("sys.stdin", None)
    assert "nothing comes from there" in refused(run(capsys, "verify", "-"))


def test_certify_takes_names_of_the_catalogue(capsys: Capture, tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    assert run(capsys, "certify", "harker", "-o", path)[0] == 0
    assert sgn.verify(path)
    assert "did you mean 'harker'?" in refused(run(capsys, "certify", "harkr"))


def test_show_json_gives_numbers_to_the_safe_side(toy: Path, capsys: Capture) -> None:
    path = toy.parent / "c.json"
    run(capsys, "certify", toy, "-o", path)
    status, out, _ = run(capsys, "show", path, "--json")
    assert status == 0
    facts = json.loads(out)
    certificate = sgn.load(path)
    assert isinstance(certificate, sgn.Certificate)
    assert facts == certificate.to_dict()
    assert set(facts) == {
        "verdict", "margin", "margin_basis", "structural_margin", "lipschitz", "weights", "metric",
        "methods", "equilibrium",
    }  # fmt: skip
    assert Fraction(facts["margin"]) <= certificate.margin.exact
    assert Fraction(facts["lipschitz"]) >= certificate.lipschitz.exact
    for name, steps in facts["methods"].items():
        found = certificate.methods[name]
        assert Fraction(steps["step_max"]) <= found.step_max.exact
        assert Fraction(steps["factor"]) >= found.factor_at_best.exact
    assert facts["weights"] == [1, 200]
    assert facts["equilibrium"] == {"point": [0, 0], "error": 0, "kind": "nash"}


def test_show_games_and_refusals(unstable: Path, capsys: Capture) -> None:
    status, out, _ = run(capsys, "show", unstable)
    assert status == 0
    assert "3 players" in out
    facts = json.loads(run(capsys, "show", unstable, "--json")[1])
    assert [player["variables"] for player in facts["players"]] == [3, 2, 2]
    path = unstable.parent / "r.json"
    run(capsys, "certify", unstable, "-o", path)
    assert run(capsys, "show", path)[1].startswith("REFUTED")
    facts = json.loads(run(capsys, "show", path, "--json")[1])
    assert (facts["verdict"], facts["reason"]) == ("refuted", "unstable")


def test_attack_json(toy: Path, capsys: Capture) -> None:
    path = toy.parent / "c.json"
    run(capsys, "certify", toy, "-o", path)
    status, out, _ = run(capsys, "attack", path, "--seconds", "0", "--json")
    found = json.loads(out)
    assert (status, found["broken"]) == (0, [])
    assert {"margin", "Lipschitz"} <= {each["claim"] for each in found["findings"]}


def test_version_and_citation(capsys: Capture) -> None:
    assert run(capsys, "--version")[1] == f"sgn {sgn.__version__} (small-gain-nash)\n"
    assert run(capsys, "cite")[1].startswith("@software{small_gain_nash,")
    cff = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"version: {sgn.__version__}\n" in cff
    command = [sys.executable, "-m", "sgn", "--version"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("sgn ")


def test_every_option_has_choices_and_an_example(capsys: Capture) -> None:
    for command in ("certify", "verify", "show", "attack", "report", "catalogue"):
        out = run(capsys, command, "--help")[1]
        options = re.findall(r"^  (-\S|[a-zA-Z.]+\b)", out, re.MULTILINE)
        shown = " ".join(out.split())
        assert shown.count("e.g. ") >= len(options) - 1, command  # all but -h


@pytest.mark.parametrize("name", ["games", "certificates"])
def test_a_module_of_the_users_that_hides_ours_is_told(name: str, tmp_path: Path) -> None:
    (tmp_path / f"{name}.py").write_text("x = 1")
    command = [sys.executable, "-c", "import sgn"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    last = done.stderr.splitlines()[-1]
    assert last.startswith(f"ImportError: {tmp_path / name}.py hides the package '{name}'")
    assert "rename" in last


# ---- catalogue and demo ----------------------------------------------------------------------


def test_catalogue_lists_every_game(capsys: Capture) -> None:
    status, out, err = run(capsys, "catalogue")
    assert (status, err) == (0, "")
    assert tuple(line.split()[0] for line in out.splitlines()) == catalogue.names()


@pytest.mark.parametrize("name", catalogue.names())
def test_catalogue_writes_games_that_load(name: str, tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "game.toml"
    status, out, err = run(capsys, "catalogue", name, "-o", path)
    assert (status, err) == (0, "")
    assert f"sgn certify {path}" in out
    game = games.load(path)
    assert encode_arrays(game.document()) == encode_arrays(catalogue.load(name).document())
    assert game.region == catalogue.load(name).region
    assert run(capsys, "catalogue", name) == (0, path.read_text(encoding="utf-8"), "")


def test_catalogue_does_not_know_the_name(tmp_path: Path, capsys: Capture) -> None:
    assert "harker" in refused(run(capsys, "catalogue", "harkr"))
    assert "name" in refused(run(capsys, "catalogue", "-o", tmp_path / "game.toml"))
    assert written(tmp_path) == []


def test_demo_ends_with_the_published_numbers(capsys: Capture) -> None:
    status, out, err = run(capsys, "demo")
    assert (status, err) == (0, "")
    values = dict(re.findall(r"^ +(\S.*?)  +(\S.*)$", out, re.MULTILINE))
    assert values["margin"].startswith("≥ 0.2928")
    assert values["weights"] == "1 : 200"
    assert values["Euclidean margin"].startswith("≥ -4.025")
    assert re.match(r"w\(player 2\)/w\(player 1\) in \[34\.31\d*, 1165\.6\d*\]", values["band"])
    assert "up to 1.171" in values["Euler step"]
    assert "up to 1.631" in values["RK4 step"]
    assert "\nverified (proved): every obligation holds\n" in out
    assert max(map(len, out.splitlines())) <= 80


# ---- argparse --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["prove"],
        ["certify"],
        ["certify", "game.toml", "--loudly"],
        ["certify", "game.toml", "--evidence", "hope"],
        ["certify", "game.toml", "--metric", "l2"],
        ["certify", "game.toml", "--seed", "x"],
        ["verify"],
        ["demo", "twice"],
    ],
    ids=" ".join,
)
def test_unknown_options_exit_2(arguments: list[str], capsys: Capture) -> None:
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert err.startswith("usage: sgn")


def test_help_names_every_command(capsys: Capture) -> None:
    status, out, _ = run(capsys, "--help")
    assert status == 0
    assert all(command in out for command in ("certify", "verify", "catalogue", "demo"))


# ---- public names ----------------------------------------------------------------------------

SGN = """
Bounder Bounds CannotBound Certificate Enclosed Exact NotCertified Progress Refusal Sampled
Verification Attack Simulation Sweep Table Threshold
BlockScalar Dense EntropicDual Euclidean FullBlock
BestRates CouplingReport Fix Ratios TimeVaryingRates
band band_matrix band_slice best_rates certify_rates coupling_report suggest time_varying_rates
rates_in_metric
attack certify certify_bounds estimate_bounds largest_region load optimal_weights simulate sweep
table threshold verify with_methods
"""
GAMES = """
Box CallableGame Constraint Game InputError MarkovGame MetricBall NormalFormGame Player
QuadraticGame Space Structure SymbolicGame
catalogue constrained disc from_functions from_jax kl_divergence linear_game load polyhedron product
read_efg read_gam read_nfg save simplex to_text with_rates
"""


def test_public_names_are_these_and_documented() -> None:
    assert sorted(sgn.__all__) == sorted(SGN.split())
    assert sorted(games.__all__) == sorted(GAMES.split())
    for package in (sgn, games):
        for name in package.__all__:
            assert getattr(package, name).__doc__, name
        assert set(package.__all__) <= set(dir(package))

    assert not hasattr(sgn, "prove")


def test_certify_stays_a_function_when_its_module_is_imported() -> None:
    code = (
        "import sgn.cli, sgn.certify; from sgn.certify import certify as function;"
        " assert sgn.certify is function"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
