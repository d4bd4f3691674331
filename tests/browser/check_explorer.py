"""The explorer in a real browser: keys alone, widths, light and dark, and what is hostile."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

import games
from games import catalogue
from games.game import Game
from sgn.explore.server import Server
from sgn.explore.session import PATIENCE, Session
from tests.browser.check_report import HOSTILE, hostile_game
from tests.browser.chromium import executable
from tests.browser.devtools import Page, page

pytestmark = pytest.mark.skipif(executable() is None, reason="NO BROWSER: nothing was tested here")

LIVE = "document.getElementById('numbers')?.children.length > 0"
ENDED = "/PROVED|REFUTED|ESTIMATED/.test(document.getElementById('proof').innerText)"
# every text with its own colour against what is behind it, as WCAG 2 measures contrast
CONTRAST = """(() => {
  const rgb = c => (c.match(/[0-9.]+/g) || []).map(Number);
  const light = c => rgb(c).slice(0, 3).map(v => v / 255)
    .map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((s, v, k) => s + v * [.2126, .7152, .0722][k], 0);
  const clear = c => rgb(c).length === 4 && rgb(c)[3] === 0;
  const behind = e => { while (e && clear(getComputedStyle(e).backgroundColor)) e = e.parentElement;
    return getComputedStyle(e || document.documentElement).backgroundColor; };
  let worst = 99, off = [];
  for (const e of document.querySelectorAll('body *')) {
    if (e.closest('.skip, defs, option, [hidden]') || !e.getClientRects().length) continue;
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    const look = getComputedStyle(e), color = e.closest('svg') ? look.fill : look.color;
    if (own) {
      const [a, b] = [light(color), light(behind(e.closest('svg')?.parentElement || e))];
      worst = Math.min(worst, (Math.max(a, b) + .05) / (Math.min(a, b) + .05));
    }
    const right = e.getBoundingClientRect().right;
    if (!e.closest('svg, pre') && right > innerWidth + 1) off.push(e.tagName);
  }
  return {worst, off, width: document.documentElement.scrollWidth,
    ran: document.documentElement.dataset.ran || ''};
})()"""


@pytest.fixture(scope="module")
def tab() -> Iterator[Page]:
    with page() as one:
        yield one


@contextmanager
def served(game: Game, seconds: float = 20) -> Iterator[tuple[Session, str]]:
    """A session and its address."""
    session = Session(game, seconds)
    server = Server(session)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield session, server.address
    finally:
        session.end()
        server.shutdown()
        server.server_close()
        thread.join()


def active(tab: Page) -> str:
    found: str = tab.value("document.activeElement.id || document.activeElement.ariaLabel || ''")
    return found


def tab_to(tab: Page, name: str) -> None:
    """Press Tab until the focus is there."""
    for _ in range(60):
        if active(tab) == name:
            return
        tab.press("Tab")
    raise AssertionError(f"no key leads to {name}")


def test_by_keys_alone(tab: Page) -> None:
    """From a refusal to a proof: the second player's weight is typed, then the slider moved."""
    with served(catalogue.load("sgn-toy")) as (session, address):
        tab.open(address)
        tab.wait(LIVE)
        assert "does not contract" in tab.value("document.getElementById('live').innerText")
        tab.wait(ENDED)
        assert "NOT PROVED" in tab.value("document.getElementById('proof').innerText")
        tab_to(tab, "player 2, exact value")
        tab.value("document.activeElement.select()")
        tab.write("200")
        tab.press("Enter")
        tab.wait("document.getElementById('live').innerText.startsWith('Play contracts')")
        tab.wait("document.getElementById('proof').innerText === 'PROVED: margin 0.292893218813'")
        assert tab.value("document.getElementById('save-proof').hidden") is False
        tab_to(tab, "slider-1")
        tab.press("ArrowLeft", 5)
        tab.wait("document.getElementById('proof').innerText.startsWith('PROVED: margin 0.27')")
        assert session.certificate() is not None
        tab_to(tab, "reset")
        tab.press("Enter")
        tab.wait("document.getElementById('live').innerText.includes('does not contract')")
        assert tab.value("document.getElementById('save-proof').hidden") is True
    tab.wait("document.getElementById('proof').innerText.startsWith('The server has ended')")


def test_better_weights_are_offered_and_taken(tab: Page) -> None:
    with served(catalogue.load("sgn-toy")) as (_, address):
        tab.open(address)
        tab.wait(LIVE)
        tab_to(tab, "choice-metric")
        tab.press("ArrowDown")
        tab.wait("!document.getElementById('take').hidden")
        tab_to(tab, "take")
        tab.press("Enter")
        tab.wait("document.getElementById('live').innerText.startsWith('Play contracts')")
        assert "200" in tab.value("document.querySelectorAll('.slider input')[2].value")


def test_nothing_comes_from_outside_and_nothing_hostile_runs(tab: Page) -> None:
    tab.console.clear()
    tab.requests.clear()
    with served(hostile_game()) as (_, address):
        tab.open(address)
        tab.wait(LIVE)
        tab.wait(ENDED)
        assert tab.value("document.getElementById('name').innerText") == HOSTILE[2]
        assert tab.value("document.documentElement.dataset.ran || ''") == ""
        assert tab.value("document.images.length") == 0
        assert tab.value("document.scripts.length") == 2
        assert tab.requests
        assert all(asked.startswith(address) for asked in tab.requests)
    assert tab.console == []


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [360, 390, 768, 1280])
@pytest.mark.parametrize("name", ["sgn-toy", "hotelling", "electricity-market"])
def test_it_fits_and_can_be_read(tab: Page, name: str, width: int, dark: bool) -> None:
    with served(catalogue.load(name)) as (_, address):
        tab.open(address, width, dark=dark)
        tab.wait(LIVE)
        tab.wait(ENDED)
        found = tab.value(CONTRAST)
    assert found["width"] <= width
    assert found["off"] == []
    assert found["worst"] >= 4.5  # WCAG 2, level AA


def test_the_server_notices_that_the_page_is_closed(tab: Page) -> None:
    game = games.QuadraticGame([[2.0, 1.0], [-1.0, 2.0]], sizes=[1, 1])
    with served(game) as (session, address):
        tab.open(address)
        tab.wait(LIVE)
        time.sleep(PATIENCE + 1)
        assert not session.deserted
        tab.open("about:blank")
        time.sleep(PATIENCE + 3)
        assert session.deserted
