"""docs/ tells the truth: its code runs and prints what is shown, its links lead somewhere, its
reference is whole, and its formulas survive. Sphinx is not needed; `make docs` builds the site.
"""

import importlib
import importlib.util
import itertools
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from markdown_it import MarkdownIt

import games
import sgn
import sgn.plots
from games import catalogue
from tests.helpers.gallery import PICTURES, draw
from tests.helpers.pages import DOCS, modules_of, run

HOWTO = sorted(page.stem for page in (DOCS / "howto").glob("*.md") if page.stem != "index")
PAGES = sorted(page for page in DOCS.rglob("*.md") if "notebooks" not in page.parts)
ROOT = DOCS.parent
LINK = re.compile(r"\]\(([^)#\s]*)(?:#([\w.-]*))?\)")
DOCUMENTED = re.compile(r"^\.\. auto(?:class|function|exception):: ([\w.]+)", re.MULTILINE)
CERTIFICATES = (  # the modules whose classes users meet; the package has no list of public names
    "certificate",
    "equilibrium",
    "kernel.claims",
    "kernel.document.coupling",
    "kernel.document.metric",
    "kernel.obligation",
    "kernel.refusal",
    "promises",
    "safe",
    "step_range",
    "trust",
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder to work in; what is imported from it is forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in modules_of(tmp_path):
        del sys.modules[name]


@pytest.mark.parametrize("name", HOWTO)
def test_page_runs_and_prints_what_is_shown(name: str, folder: Path) -> None:
    for each in run(DOCS / "howto" / f"{name}.md", folder):
        shown, printed = each.words
        assert printed == shown
        numbers, found = each.numbers
        # 1e-3: the search picks free numbers by comparing floats, which another BLAS may decide
        # otherwise; 1e-9 for numbers that are 0 but for rounding
        assert found == pytest.approx(numbers, rel=1e-3, abs=1e-9)
    for file in sorted(folder.glob("*.py")):
        run_tests(importlib.import_module(file.stem))


def run_tests(module: ModuleType) -> None:
    """What pytest would collect from a module without fixtures."""
    for name, value in list(vars(module).items()):
        if name.startswith("test_"):
            value()


def headings(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub and MyST make them, and of a theory's labels."""
    text = page.read_text(encoding="utf-8")
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
    return slugs | {f"t{n}" for n in re.findall(r"^\*\*T(\d+)", text, re.MULTILINE)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    for target, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" in target:
            continue
        file = (page.parent / target).resolve() if target else page
        assert file.exists(), target
        if anchor and file.suffix == ".md":
            assert anchor in headings(file), f"{target}#{anchor}"


def test_included_parts_of_other_files_are_there() -> None:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for target, options in re.findall(r"^```\{include\} (\S+)\n(.*?)^```", text, re.M | re.S):
            included = (page.parent / target).read_text(encoding="utf-8")
            for mark in re.findall(r'-(?:after|before): "(.*)"', options):
                assert included.count(mark) == 1, (page.name, mark)


def documented(page: str) -> set[str]:
    text = (DOCS / "reference" / f"{page}.md").read_text(encoding="utf-8")
    return set(DOCUMENTED.findall(text))


def test_every_public_name_is_in_the_reference() -> None:
    modules = {"games", "catalogue"}  # a module is not documented by a line of its own
    assert documented("games") >= {f"games.{name}" for name in set(games.__all__) - modules}
    assert documented("games") >= {f"games.catalogue.{name}" for name in catalogue.__all__}
    assert documented("sgn") == {f"sgn.{name}" for name in sgn.__all__}
    assert documented("plots") == {f"sgn.plots.{name}" for name in sgn.plots.__all__}


def test_every_class_of_certificates_is_in_the_reference() -> None:
    everything = documented("certificates") | documented("sgn")
    names = {name.rpartition(".")[2] for name in everything}
    for home in CERTIFICATES:
        module = importlib.import_module(f"certificates.{home}")
        own = {
            name
            for name, value in vars(module).items()
            if isinstance(value, type) and value.__module__ == module.__name__
            if not name.startswith("_")
        }
        assert own <= names, home


@pytest.mark.parametrize("page", ["games", "sgn", "plots", "certificates"])
def test_documented_names_exist(page: str) -> None:
    for path in documented(page):
        module, _, name = path.rpartition(".")
        assert getattr(importlib.import_module(module), name).__doc__, path


@pytest.fixture(scope="module")
def prose() -> ModuleType:
    """docs/_ext/prose.py, which the site's build uses."""
    spec = importlib.util.spec_from_file_location("prose", DOCS / "_ext" / "prose.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["theory", "formats"])
def test_formulas_survive_and_emphasis_is_words(prose: ModuleType, name: str) -> None:
    text = (DOCS / f"{name}.md").read_text(encoding="utf-8")
    tokens = MarkdownIt("commonmark").parse(prose.escape_all(text))
    content = [child for token in tokens for child in token.children or ()]
    emphasised = [
        after.content for before, after in itertools.pairwise(content) if before.type == "em_open"
    ]
    assert all(re.match(r"[A-Za-z]", words) for words in emphasised), emphasised
    shown = "".join(child.content for child in content if child.type in ("text", "code_inline"))
    outside = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    assert shown.count("_") == outside.count("_")


def test_helpers_of_the_site_do_what_they_say(prose: ModuleType) -> None:
    import doctest

    result = doctest.testmod(prose)
    assert result.attempted >= 7
    assert result.failed == 0


def test_the_gallery_shows_what_its_code_draws(tmp_path: Path) -> None:
    """Every picture on the page is drawn by it, and stored; the drawings themselves may differ."""
    draw(tmp_path)
    drawn = {file.name for file in tmp_path.glob("*.svg")}
    text = (DOCS / "howto" / "gallery.md").read_text(encoding="utf-8")
    assert set(re.findall(r"_static/gallery/([\w-]+\.svg)", text)) == drawn
    assert {file.name for file in PICTURES.iterdir()} == drawn
    assert sum(file.stat().st_size for file in PICTURES.iterdir()) < 400_000


def test_five_questions_are_answered_one_click_from_the_first_page() -> None:
    text = (DOCS / "index.md").read_text(encoding="utf-8")
    asked = re.findall(r"^- \*\*\[([^]]*\?)\]\((howto/[\w-]+\.md)\)\*\*", text, re.MULTILINE)
    assert [question for question, _ in asked] == [
        "Does my GDA converge?",
        "Which learning rate?",
        "How much entropy?",
        "Can I trust this file from a colleague?",
        "Why not proved?",
    ]
    assert all((DOCS / page).exists() for _, page in asked)


def test_every_reason_of_a_refusal_has_its_cure() -> None:
    from certificates.kernel.refusal import REASONS

    text = (DOCS / "howto" / "why-not-proved.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([a-z-]+)` \|", text, re.MULTILINE)) == set(REASONS)


def test_the_page_of_the_catalogue_has_every_game() -> None:
    """Made by `python -m benchmarks.published`; verdicts are those expected."""
    text = (DOCS / "catalogue.md").read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| `")]
    told = {row[0].strip("| `"): row[5] for row in rows}
    expected = {name: catalogue.entry(name).expected.verdict for name in catalogue.names()}
    assert told == expected
