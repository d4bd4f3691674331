"""No verdict where arithmetic is not IEEE's, whenever and in whichever thread it was changed."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import games
import sgn
from certificates.certificate import Certificate
from certificates.kernel.numbers.ieee import ArithmeticChangedError, require_ieee_arithmetic
from certificates.kernel.verify import verify
from games import QuadraticGame
from sgn.cli import main
from tests.helpers.arithmetic import CHANGES, changed, restore

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def certificate() -> Certificate:
    return sgn.certify(QuadraticGame([[1.0, 10.0], [0.05, 1.0]], [1, 1])).require()


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_is_noticed(change: str, certificate: Certificate) -> None:
    with changed(change), pytest.raises(ArithmeticChangedError, match="start a fresh one"):
        sgn.verify(certificate)
    assert sgn.verify(certificate)


class Meddling(dict[str, Any]):
    """A document that changes arithmetic once it is read, after the first test of it."""

    def __getitem__(self, key: str) -> Any:
        if key == "digest":
            CHANGES[self.change]()
        return super().__getitem__(key)

    change = ""


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_in_the_middle_of_a_verification_voids_it(
    change: str, certificate: Certificate
) -> None:
    document = Meddling(certificate.document)
    document.change = change
    try:
        with pytest.raises(ArithmeticChangedError):
            verify(document)
    finally:
        restore()


def test_what_a_changed_worker_finds_does_not_count() -> None:
    enclosed = sgn.load(ROOT / "tests" / "corpus" / "valid" / "enclosed.json")
    assert isinstance(enclosed, Certificate)
    with ThreadPoolExecutor(2, initializer=CHANGES["up"]) as pool:
        assert pool.submit(_is_refused).result()
        assert sgn.verify(enclosed, pool) == sgn.verify(enclosed)


def _is_refused() -> bool:
    try:
        require_ieee_arithmetic()
    except ArithmeticChangedError:
        return True
    return False


THREADS = """
from tests.helpers import arithmetic
with arithmetic.changed({change!r}):
    import numpy
from certificates.kernel.numbers.ieee import ArithmeticChangedError, require_ieee_arithmetic
product = numpy.full((256, 256), {number!r}) @ numpy.diag(numpy.full(256, {factor!r}))
print((product == {exact!r}).all(), end=" ")
try:
    require_ieee_arithmetic()
    print(True)
except ArithmeticChangedError:
    print(False)
"""


@pytest.mark.parametrize(
    ("change", "number", "factor", "exact"),
    [
        ("up", 1 + 2.0**-52, 1 + 2.0**-52, 1 + 2.0**-51),
        ("arguments flushed", 2.0**-1074, 1.0, 2.0**-1074),
    ],
)
def test_threads_of_matrix_products_are_asked_too(
    change: str, number: float, factor: float, exact: float
) -> None:
    """They keep what was set when numpy was loaded; this thread's arithmetic is as it should be."""
    script = THREADS.format(change=change, number=number, factor=factor, exact=exact)
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "2"},
        capture_output=True,
        text=True,
        check=True,
    )
    right, accepted = done.stdout.split()
    assert right == accepted  # both True where one thread does it all


@pytest.mark.parametrize("command", ["certify", "verify", "report"])
def test_the_command_line_says_it_in_one_line(
    command: str, certificate: Certificate, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "c.json"
    certificate.save(path)
    games.save(QuadraticGame([[1.0, 0.0], [0.0, 1.0]], [1, 1]), tmp_path / "g.toml")
    file = tmp_path / "g.toml" if command == "certify" else path
    written = tmp_path / ("out.html" if command == "report" else "out.json")
    output = ["-o", str(written)] if command != "verify" else []
    with changed("up"):
        assert main([command, str(file), *output]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("sgn: floating-point arithmetic was changed")
    assert err.count("\n") == 1
    assert not written.exists()
