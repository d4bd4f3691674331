"""Debian's Chromium without a window, driven by its command line: no further dependency."""

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import final

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SECONDS = 90  # a cold start on a busy machine
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--enable-logging=stderr",
    "--v=0",
)
_CONSOLE = re.compile(r":CONSOLE[^\]]*\] (.*)")
_REQUEST = re.compile(r'"url":\s*"((?:https?|ftp|wss?)://[^"]*)"')
_OWN = re.compile(r"https?://[a-z0-9.-]*\.(google|googleapis|gvt1|gstatic)\.com/")  # the browser's


@final
@dataclass(frozen=True)
class Visit:
    """What came of opening a page: the text after loading, console messages, addresses asked."""

    dom: str
    console: tuple[str, ...]
    requests: tuple[str, ...]


def executable() -> str | None:
    """The browser, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def visit(page: Path, *flags: str) -> Visit:
    """Open a page; the network log is the browser's own."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "net.json"
        done = _run(
            folder, f"--log-net-log={log}", *flags, "--virtual-time-budget=2000", "--dump-dom", page
        )
        asked = set(_REQUEST.findall(log.read_text(errors="replace")))
        requests = sorted(address for address in asked if not _OWN.match(address))
    return Visit(done.stdout, tuple(_CONSOLE.findall(done.stderr)), tuple(requests))


def screenshot(page: Path, target: Path, width: int, height: int, *flags: str) -> None:
    """A picture of the page at a window of this size."""
    with tempfile.TemporaryDirectory() as folder:
        _run(folder, f"--window-size={width},{height}", *flags, f"--screenshot={target}", page)


def _run(folder: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    browser = executable()
    if browser is None:
        raise RuntimeError(f"no browser is installed; expected one of {', '.join(NAMES)}")
    *options, page = map(str, arguments)
    done = subprocess.run(
        [browser, *FLAGS, f"--user-data-dir={folder}/profile", *options, Path(page).as_uri()],
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
        env={**os.environ, "HOME": folder},
    )
    if done.returncode != 0:
        raise RuntimeError(f"the browser failed: {done.stderr[-500:]}")
    return done
