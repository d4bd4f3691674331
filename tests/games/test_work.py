"""Work is estimated before it is done: budgets, formulas, and what the documents say of them."""

import copy
import re
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import games
import sgn
from certificates.kernel.document.reading import Document, parse, read, require_arrays
from certificates.kernel.verify import verify
from games import MetricBall, work
from games.work import Limit, TooMuch
from sgn import certify
from sgn.cli import main
from tests.corpus.make import HERE
from tests.helpers.documents import numbers, signed
from tests.helpers.game_files import HARKER, load_text
from tests.helpers.scale import examples

FORMATS = Path(__file__).parents[2] / "docs" / "formats.md"


def limited(monkeypatch: pytest.MonkeyPatch, operations: int) -> None:
    monkeypatch.setattr(work, "OPERATIONS", Limit(operations, 0, "operations"))


def test_parts_share_a_budget_and_a_refusal_says_which_is_too_much() -> None:
    with work.budget(0):
        work.spend(work.OPERATIONS.base - 10, "bands: {} of them", 3)
        work.look(10, "steps")
        with work.trial():
            work.spend(10, "steps")
        with pytest.raises(TooMuch, match=r"^steps: 7 intervals, about 11 operations after 1.5e"):
            work.spend(11, "steps: {} intervals", 7)
    work.spend(10**99, "nobody counts outside")


def test_patience_and_large_files_allow_more() -> None:
    for size, patience, more in ((0, 2, 1), (10**7, 1, 1), (0, 1, -1)):
        with work.budget(size, patience):
            if more > 0:
                work.spend(work.OPERATIONS.base + 1, "steps")
            else:
                with pytest.raises(TooMuch):
                    work.spend(work.OPERATIONS.base + 1, "steps")


def test_numbers_of_any_length_are_told_in_short() -> None:
    with pytest.raises(TooMuch, match=r"over 1e\+300 bytes"):
        work.require(work.ARRAYS, 0, 10**5000, "they take")


@pytest.mark.parametrize("name", ["bent", "leaning", "matrices", "mixed", "refuted", "ring"])
def test_a_check_counts_its_work(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each document needs some operations, and far fewer than are allowed."""
    document = read(HERE / "valid" / f"{name}.json")
    limited(monkeypatch, work.OPERATIONS.base // 10)
    assert verify(document)
    limited(monkeypatch, 1)
    with pytest.raises(TooMuch, match=f"^{name}: "):
        verify(document, name)
    assert verify(document, name, patience=10**10)


@pytest.mark.parametrize("patience", [0, -1, float("nan")])
def test_patience_is_positive(patience: float) -> None:
    with pytest.raises(ValueError, match="patience is"):
        sgn.verify(HERE / "valid" / "toy.json", patience=patience)
    assert main(["verify", str(HERE / "valid" / "toy.json"), "--patience", str(patience)]) == 2


def test_what_is_too_much_to_check_is_no_certificate(monkeypatch: pytest.MonkeyPatch) -> None:
    limited(monkeypatch, 10)
    refusal = certify(games.QuadraticGame([[1.0, 0.5], [0.5, 1.0]], sizes=[1, 1]))
    assert isinstance(refusal, sgn.Refusal)
    assert refusal.reason == "budget"
    assert "operations" in refusal.message


def test_intervals_and_bands_are_summed_before_any_is_begun() -> None:
    document = copy.deepcopy(read(HERE / "valid" / "ring.json"))
    rk4 = numbers(document, "runge_kutta/T11 (a)")
    top = Fraction(rk4["step_max"])
    rk4["cover"] = {
        "steps": [str(top * k / 9000) for k in range(9001)],
        "rates": rk4["cover"]["rates"][:1] * 9000,
    }
    with pytest.raises(TooMuch, match=r"claims: 9000 intervals of 33 × 33 matrices, about"):
        verify(signed(document))


def sized(*shape: int) -> Document:
    return {"game": {"jacobian": {"dtype": "<f8", "shape": list(shape), "zlib64": ""}}}


def test_arrays_are_counted_together_and_by_the_file() -> None:
    half = work.ARRAYS.base // 16
    assert require_arrays({"a": sized(half), "b": [sized(half), "text"]}, "c") == 10
    with pytest.raises(TooMuch, match=r"^c: its arrays, 'jacobian' above all, unpack to 1.3e\+08"):
        require_arrays({"a": sized(half), "b": [sized(half + 100)]}, "c")
    require_arrays(sized(2 * half + 100), "c", size=10**6)
    require_arrays(sized(-1, 2), "c")  # not an array: its reader will say so


def test_lists_and_objects_are_counted_before_they_are_made() -> None:
    text = '{"a": [' + ",".join(["[]"] * work.ENTRIES.base) + "]}"
    with pytest.raises(TooMuch, match="lists, objects, keys and entries"):
        parse(text, size=10)


def test_the_limits_are_those_that_are_written_down() -> None:
    rows = re.findall(r"^\| ([^|]*) \| ([^|]*) \| ([0-9]+) \|", FORMATS.read_text(), re.MULTILINE)
    stated = {(_value(base), int(each)) for _, base, each in rows}
    limits = (work.OPERATIONS, work.HELD, work.ARRAYS, work.TEXT, work.ENTRIES)
    assert stated == {(limit.base, limit.each) for limit in limits}
    assert f"with {work.PATIENCE} times as much" in FORMATS.read_text()


def _value(text: str) -> int:
    base, _, power = text.partition("^")
    return int(base) ** int(power) if power else int(float(text))


rationals = st.fractions(min_value=-4, max_value=4, max_denominator=9)


@st.composite
def matrices(draw: st.DrawFn) -> list[list[Fraction]]:
    """A Aᵀ + εI with ε ≥ 0: positive definite or not."""
    n = draw(st.integers(1, 5))
    A = [[draw(rationals) for _ in range(n)] for _ in range(n)]
    epsilon = draw(st.sampled_from([Fraction(0), Fraction(1, 7)]))
    return [
        [sum(map(_product, A[i], A[j]), epsilon * (i == j)) for j in range(n)] for i in range(n)
    ]


def _product(a: Fraction, b: Fraction) -> Fraction:
    return a * b


def _solution(M: list[list[Fraction]], k: int) -> Fraction | None:
    """(M⁻¹)_kk = det(M without row and column k)/det M, by Laplace; None where M is singular."""
    rest = [[v for j, v in enumerate(row) if j != k] for i, row in enumerate(M) if i != k]
    whole = _determinant(M)
    return _determinant(rest) / whole if whole else None


def _determinant(M: list[list[Fraction]]) -> Fraction:
    if not M:
        return Fraction(1)
    return sum(
        ((-1) ** j * v * _determinant([row[:j] + row[j + 1 :] for row in M[1:]])
         for j, v in enumerate(M[0])),
        Fraction(0),
    )  # fmt: skip


@given(M=matrices())
@settings(max_examples=examples(50))
def test_a_ball_knows_the_inverse_of_its_metric(M: list[list[Fraction]]) -> None:
    n = len(M)
    expected = [_solution(M, k) for k in range(n)]
    if None in expected:
        with pytest.raises(games.InputError, match="positive definite"):
            MetricBall([0] * n, 1, M)
        return
    box = MetricBall([0] * n, 1, M).box
    for half, square in zip(box.upper, expected, strict=True):
        assert square is not None
        assert square <= half**2 <= square * (1 + Fraction(1, 10**13))  # 15 digits, rounded up


@given(values=st.lists(rationals, max_size=6))
def test_common_bits_hold_every_sum(values: list[Fraction]) -> None:
    total = sum(values, Fraction(0))
    bits = max(part.bit_length() for part in total.as_integer_ratio())
    assert bits <= work.common_bits(values) + len(values).bit_length()


def test_common_bits_stop() -> None:
    assert work.common_bits(Fraction(1, 10**300 + k) for k in range(300)) == work.LONG


def test_reading_a_game_counts_its_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limited(monkeypatch, 10**6)
    assert load_text(HARKER, tmp_path).dimension == 2
    limited(monkeypatch, 10)
    for text, what in (
        (HARKER, "a derivative of a cost: 13"),
        (HARKER.replace("8*", "8*(1/3 + 1)*"), "a cost: a constant of"),
    ):
        with pytest.raises(games.InputError, match=f"^game.toml: {what} .* operations"):
            load_text(text, tmp_path)
