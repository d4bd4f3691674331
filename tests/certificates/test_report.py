"""The HTML report: complete, self-contained, escaped, valid, and written whole or not at all."""

import copy
import json
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import games
import sgn
from certificates.kernel.document.reading import Document
from certificates.kernel.verify import Verification
from certificates.report.page import fragment
from certificates.report.shown import SAID, Row
from certificates.report.words import CAVEATS
from games import catalogue
from sgn import cli
from sgn.report import NO_PICTURES, report
from tests.helpers.documents import numbers, signed

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)> $x_{ \u202e&amp;"
VOID = {"meta", "br", "img", "link", "input", "hr"}


class Reader(HTMLParser):
    """Elements, attributes, identifiers and visible text; fails on tags that do not match."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, key, value or "") for key, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, key, value or "") for key, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.text += data


def false_margin(certificate: sgn.Certificate) -> Document:
    document = copy.deepcopy(certificate.document)
    numbers(document, "margin/T1")["margin"] = "0.9"
    return signed(document)


def hostile_game() -> games.SymbolicGame:
    """A toy game with markup and control characters wherever a text is allowed."""
    return games.SymbolicGame.from_costs(
        players={HOSTILE: ["x"], "b" * 300 + "</td>": ["y"]},
        costs={HOSTILE: "x**2 + x*y/2", "b" * 300 + "</td>": "y**2 - x*y/2"},
        name=HOSTILE,
        source="<iframe src=//example.org></iframe>",
        region=games.Box.cube(2, 1),
    )


@pytest.fixture(scope="module")
def toy() -> sgn.Certificate:
    result: sgn.Certificate = sgn.certify(catalogue.load("sgn-toy")).require()
    return result


@pytest.fixture(scope="module")
def toy_page(toy: sgn.Certificate) -> str:
    return report(toy)


@pytest.fixture(scope="module")
def refusal() -> Any:
    return sgn.certify(catalogue.load("fk-a3"))


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pictures: they take seconds, and matter to few of these tests."""
    monkeypatch.setattr("sgn.report.importlib.util.find_spec", lambda name: None)


def assert_inert(read: Reader) -> None:
    """Nothing runs, nothing is loaded, no identifier stands twice."""
    assert not {"script", "img", "iframe", "link", "object", "embed", "form"} & set(read.tags)
    assert not [a for a in read.attributes if a[1].startswith("on") or a[1] == "src"]
    links = [value for _, key, value in read.attributes if key in ("href", "xlink:href")]
    assert all(link.startswith("#") for link in links)
    names = [value for _, key, value in read.attributes if key == "id"]
    assert len(names) == len(set(names))
    assert {link[1:] for link in links} <= set(names)


def test_a_certificate_is_shown_whole(toy: sgn.Certificate, toy_page: str) -> None:
    read = Reader(toy_page)
    assert_inert(read)
    for text in ("PROVED", "0.292893", "1.17157", "34.3146", "x1**2/2", toy.document["digest"]):
        assert text in read.text
    for obligation in sgn.verify(toy).obligations:
        assert obligation.name in read.text
        assert obligation.theorem in read.text
    assert "sgn verify" in read.text
    assert "url(http" not in toy_page
    assert "@import" not in toy_page


def test_the_page_can_be_used_without_a_mouse_and_by_ear(toy_page: str) -> None:
    read = Reader(toy_page)
    assert read.tags["main"] == read.tags["header"] == read.tags["footer"] == read.tags["h1"] == 1
    assert ("html", "lang", "en") in read.attributes
    assert ("a", "href", "#main") in read.attributes
    labels = [value for tag, key, value in read.attributes if (tag, key) == ("svg", "aria-label")]
    assert len(labels) == read.tags["svg"] == read.tags["figure"] >= 7
    for rule in (
        "prefers-color-scheme: dark",
        "@media print",
        ":focus-visible",
        "max-width: 36rem",
    ):
        assert rule in toy_page


def test_hostile_texts_stay_texts() -> None:
    result = sgn.certify(hostile_game()).require()
    page = report(result)
    read = Reader(page)
    assert_inert(read)
    assert "<script>alert(1)</script>" in read.text
    assert "\u202e" not in page
    assert "<script" not in result._repr_html_()


@pytest.mark.usefixtures("plain")
def test_hostile_texts_of_a_refusal_stay_texts(refusal: Any) -> None:
    document = {**refusal.document, "message": "refuted", "suggestions": [HOSTILE, "\x1b[31m"]}
    read = Reader(report(sgn.Refusal(signed(document))))
    assert_inert(read)
    assert "<img src=x onerror=alert(2)>" in read.text
    assert "\x1b" not in read.text


@pytest.mark.usefixtures("plain")
def test_a_refusal_says_why_and_what_to_try(refusal: Any) -> None:
    read = Reader(report(refusal))
    assert_inert(read)
    for text in ("REFUTED", refusal.message[1:], "does not say that play diverges"):
        assert text in read.text
    said = read.text.partition("Said by the search, not checked")[2].rpartition("What was")[0]
    for text in ("blocking cycle", "direct margin", *refusal.suggestions):
        assert text in said


@pytest.mark.usefixtures("plain")
def test_estimates_and_assumptions_are_not_called_proved() -> None:
    estimated = sgn.certify(catalogue.load("sgn-toy"), evidence=sgn.Sampled(draws=64, epsilon=0.05))
    conditional = sgn.certify_bounds(
        sgn.Bounds.given([1.0, 1.0], [[0.0, 10.0], [0.05, 0.0]], [1.0, 1.0])
    )
    for result, word in ((estimated, "ESTIMATED"), (conditional, "CONDITIONAL")):
        read = Reader(report(result))
        assert_inert(read)
        assert word in read.text
        assert CAVEATS[result.verdict] in read.text
        assert "PROVED" not in read.text


@pytest.mark.usefixtures("plain")
def test_a_certificate_that_does_not_check_is_called_so(toy: sgn.Certificate) -> None:
    read = Reader(report(sgn.Certificate(false_margin(toy))))
    assert "NOT VERIFIED" in read.text
    assert "Believe none of its numbers" in read.text
    assert "Gradient play contracts" not in read.text
    assert "PROVED" not in read.text


@pytest.mark.usefixtures("plain")
def test_report_command(toy: sgn.Certificate, tmp_path: Path, capsys: Any) -> None:
    source, target = tmp_path / "c.json", tmp_path / "r.html"
    toy.save(source)
    assert cli.main(["report", str(source), "-o", str(target)]) == 0
    assert target.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    source.write_text(json.dumps(false_margin(toy)), encoding="utf-8")
    assert cli.main(["report", str(source), "-o", str(target)]) == 1
    assert "NOT VERIFIED" in target.read_text(encoding="utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.json", "r.html"]


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"format": "sgn-certificate/2"}'])
def test_unusable_input_is_refused_in_a_sentence(content: str, tmp_path: Path, capsys: Any) -> None:
    source, target = tmp_path / "c.json", tmp_path / "r.html"
    source.write_text(content, encoding="utf-8")
    assert cli.main(["report", str(source), "-o", str(target)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"sgn: {source}")
    assert err.count("\n") == 1
    assert not target.exists()


@pytest.mark.usefixtures("plain")
def test_a_page_that_cannot_be_written(toy: sgn.Certificate, tmp_path: Path, capsys: Any) -> None:
    source = tmp_path / "c.json"
    toy.save(source)
    assert cli.main(["report", str(source), "-o", str(tmp_path / "no" / "r.html")]) == 2
    assert "choose" in capsys.readouterr().err


@pytest.mark.usefixtures("plain")
def test_without_matplotlib_the_page_says_how_to_get_pictures(toy: sgn.Certificate) -> None:
    read = Reader(report(toy))
    assert read.tags["svg"] == 0
    assert NO_PICTURES in read.text


def test_notebook_fragments(toy: sgn.Certificate, refusal: Any) -> None:
    for value in (toy, refusal, sgn.verify(toy)):
        html = value._repr_html_()
        read = Reader(html)
        assert read.tags["table"] == 1 + read.tags["details"]
        assert_inert(read)
    assert "0.292893" in toy._repr_html_()
    assert "PROVED" in str(toy)
    assert "<" not in str(toy)
    empty = replace(sgn.verify(toy), obligations=())
    assert isinstance(empty, Verification)
    assert "NOT VERIFIED" in empty._repr_html_()
    assert fragment("<b>", [Row("\x00", "&", SAID)]).count("<b>") == 0


def test_certifying_loads_no_matplotlib() -> None:
    code = (
        "import sys, games, sgn, sgn.cli; r = sgn.certify(games.catalogue.load('sgn-toy'));"
        "r._repr_html_(); print('matplotlib' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "False"
