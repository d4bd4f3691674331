"""The report in a real browser: it loads nothing, runs nothing, fits a phone, and can be read."""

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest

import games
import sgn
from games import catalogue
from sgn.report import report
from tests.browser.chromium import executable, screenshot, visit

pytestmark = pytest.mark.skipif(executable() is None, reason="NO BROWSER: nothing was tested here")

DARK = "--blink-settings=preferredColorScheme=0"
LIGHT = "--blink-settings=preferredColorScheme=1"
RUN = "document.documentElement.dataset.ran=1"
HOSTILE = (
    f"<script>{RUN}</script>",
    f"\"'><img src=x onerror={RUN}>",
    f"</td></table><svg onload={RUN}>",
    f"</style><body onload={RUN}>",
)
PAGES = ("proved", "estimated", "refuted", "hostile")
WIDTHS = (320, 360, 390, 1200)
# every text with its own colour against the page behind it, as WCAG 2 measures contrast
MEASURE = """
<!DOCTYPE html><meta charset="utf-8"><title>waiting</title>
<iframe style="border:0;width:WIDTHpx;height:900px" srcdoc="PAGE"></iframe>
<script>addEventListener("load", () => {
  const inner = document.querySelector("iframe").contentDocument, root = inner.documentElement;
  const look = e => inner.defaultView.getComputedStyle(e);
  const rgb = c => (c.match(/[0-9.]+/g) || []).slice(0, 3).map(Number);
  const light = c => rgb(c).map(v => v / 255)
    .map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((s, v, k) => s + v * [.2126, .7152, .0722][k], 0);
  const page = look(root).backgroundColor;
  const contrast = (a, b) => (Math.max(light(a), light(b)) + .05)
    / (Math.min(light(a), light(b)) + .05);
  let worst = 99, least = 99, small = "", off = [];
  for (const e of inner.querySelectorAll("body *")) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (own && e.closest(".skip, style, defs, title") === null) {
      const drawn = e.closest("svg") !== null;
      const ratio = contrast(drawn ? look(e).fill : look(e).color, page);
      worst = Math.min(worst, ratio);
      const box = e.getBoundingClientRect();  // a drawn text may be turned
      const size = drawn ? Math.max(box.width, box.height) : parseFloat(look(e).fontSize);
      if (size < least) { least = size; small = e.textContent; }
    }
    const box = e.getBoundingClientRect();
    if (!e.closest("svg, .skip, .scroll, thead") && box.right > root.clientWidth + 1)
      off.push(e.tagName);
  }
  document.title = JSON.stringify({page, worst, least, small, off, width: root.scrollWidth,
    ran: root.dataset.ran || "", scripts: inner.scripts.length});
});</script>
"""


def hostile_game() -> games.SymbolicGame:
    return games.SymbolicGame.from_costs(
        players={HOSTILE[0]: ["x"], HOSTILE[1]: ["y"]},
        costs={HOSTILE[0]: "x**2 + x*y/2", HOSTILE[1]: "y**2 - x*y/2"},
        name=HOSTILE[2],
        source=HOSTILE[3],
        region=games.Box.cube(2, 1),
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One page of each kind; `bare` is the hostile one without its content policy."""
    place = tmp_path_factory.mktemp("pages")
    results = {
        "proved": sgn.certify(catalogue.load("sgn-toy")),
        "estimated": sgn.certify(catalogue.load("sgn-toy"), evidence=sgn.Sampled(draws=64)),
        "refuted": sgn.certify(catalogue.load("fk-a3")),
        "hostile": sgn.certify(hostile_game()),
    }
    for name, result in results.items():
        (place / f"{name}.html").write_text(report(result), encoding="utf-8")
    text = (place / "hostile.html").read_text(encoding="utf-8")
    bare = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text)
    assert bare != text
    (place / "bare.html").write_text(bare, encoding="utf-8")
    return place


def measured(page: Path, width: int, scheme: str) -> dict[str, Any]:
    """The page in a frame of this width."""
    text = html.escape(page.read_text(encoding="utf-8"), quote=True)
    wrapper = page.with_name(f"{page.stem}-{width}.wrapped.html")
    wrapper.write_text(MEASURE.replace("WIDTH", str(width)).replace("PAGE", text), encoding="utf-8")
    dom = visit(wrapper, scheme, "--window-size=1300,1000").dom
    title = re.search(r"<title>(.*?)</title>", dom)
    assert title is not None
    found: dict[str, Any] = json.loads(html.unescape(title[1]))
    return found


@pytest.mark.parametrize("name", [*PAGES, "bare"])
def test_nothing_is_loaded_and_nothing_runs(folder: Path, name: str) -> None:
    seen = visit(folder / f"{name}.html")
    assert seen.requests == ()
    assert seen.console == ()
    assert "data-ran" not in seen.dom
    assert "<script" not in seen.dom
    assert "</footer>" in seen.dom


def test_what_nobody_checks_stands_apart(folder: Path) -> None:
    dom = visit(folder / "refuted.html").dom
    said = re.search(r'<section aria-labelledby="said">(.*?)</section>', dom, re.DOTALL)
    assert said is not None
    assert "Said by the search, not checked" in said[1]
    assert "blocking cycle" in said[1]
    assert "blocking cycle" not in dom.replace(said[1], "")


def test_the_probe_would_notice(tmp_path: Path) -> None:
    """A page that loads, runs and complains is seen to."""
    page = tmp_path / "bad.html"
    page.write_text(f"<img src=http://127.0.0.1:9/x.png><script>{RUN};console.error('no')</script>")
    seen = visit(page)
    assert any("127.0.0.1" in address for address in seen.requests)
    assert seen.console
    assert "data-ran" in seen.dom


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_it_fits_the_screen(folder: Path, name: str, width: int) -> None:
    found = measured(folder / f"{name}.html", width, LIGHT)
    assert found["width"] <= width
    assert found["off"] == []
    assert found["ran"] == ""
    assert found["scripts"] == 0


@pytest.mark.parametrize(
    ("scheme", "page"), [(LIGHT, "rgb(255, 255, 255)"), (DARK, "rgb(20, 22, 26)")]
)
@pytest.mark.parametrize("name", PAGES)
def test_texts_stand_out_in_light_and_dark(folder: Path, name: str, scheme: str, page: str) -> None:
    found = measured(folder / f"{name}.html", 390, scheme)
    assert found["page"] == page
    assert found["worst"] >= 4.5  # WCAG 2, level AA
    assert found["least"] >= 8, found["small"]  # pixels, texts of pictures included


def test_it_can_be_photographed_and_printed(folder: Path, tmp_path: Path) -> None:
    picture, paper = tmp_path / "page.png", tmp_path / "page.pdf"
    screenshot(folder / "proved.html", picture, 1200, 2000)
    visit(folder / "proved.html", f"--print-to-pdf={paper}")
    assert picture.stat().st_size > 20_000
    assert paper.read_bytes().startswith(b"%PDF")
