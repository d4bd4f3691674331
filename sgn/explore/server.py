"""The page's server: for this machine alone, at a secret address.

Who lacks the token, or came by another name than the loopback's (a page elsewhere whose name was
bent to this machine), gets nothing. What is sent as JSON is read without trust.
"""

import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from functools import cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import Any, final

from certificates.report.style import CSS
from games.errors import InputError
from games.reading import one_line
from sgn.explore.session import Session

HOST = "127.0.0.1"
LARGEST = 1 << 16  # bytes of what the page sends
BEAT = 1.0  # seconds between signs of life, by which a closed page is noticed
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
JAVASCRIPT = "text/javascript; charset=utf-8"
Answer = tuple[str, bytes, str]  # type, body, name of the file if it is one to be kept


@final
class Server(ThreadingHTTPServer):
    """Serves one session under a random address; port 0 takes a free one."""

    daemon_threads = True
    allow_reuse_address = False

    def __init__(self, session: Session, port: int = 0) -> None:
        self.session, self.token = session, secrets.token_urlsafe(24)
        super().__init__((HOST, port), Handler)
        self.hosts = tuple(f"{name}:{self.server_port}" for name in (HOST, "localhost"))

    @property
    def address(self) -> str:
        """The page's address; who has it can use the server."""
        return f"http://{self.hosts[0]}/{self.token}/"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that broke is none of the user's concern."""


@final
class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Server
    timeout = 30  # seconds for a request to arrive
    server_version, sys_version = "sgn", ""

    def do_GET(self) -> None:
        place = self._place()
        if place == "events":
            self._events()
        elif place is not None:
            self._answer(place, READ, self.server.session)

    def do_POST(self) -> None:
        place = self._place()
        if place is None:
            return
        length = self.headers.get("Content-Length", "")
        json_type = self.headers.get("Content-Type", "") == "application/json"
        if not json_type or not (length.isascii() and length.isdigit() and len(length) < 9):
            self._refuse(HTTPStatus.BAD_REQUEST)
        elif int(length) > LARGEST:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        else:
            body = self.rfile.read(int(length))
            self._answer(place, WRITTEN, self.server.session, body)

    def _place(self) -> str | None:
        """What is asked for, once it may be asked at all."""
        origin = self.headers.get("Origin")
        own = [f"http://{host}" for host in self.server.hosts]
        if self.headers.get("Host") not in self.server.hosts or (origin or own[0]) not in own:
            self._refuse(HTTPStatus.FORBIDDEN)
            return None
        token, slash, place = self.path.removeprefix("/").partition("/")
        if not hmac.compare_digest(token.encode(), self.server.token.encode()) or not slash:
            self._refuse(HTTPStatus.NOT_FOUND)
            return None
        return place

    def _answer(self, place: str, known: Mapping[str, Callable[..., Answer]], *given: Any) -> None:
        if place not in known:
            self._refuse(HTTPStatus.NOT_FOUND)
            return
        try:
            kind, body, name = known[place](*given)
        except InputError as error:
            kind, body, name = _json({"problem": one_line(str(error))})
        headers = {"Content-Type": kind, "Content-Length": str(len(body))}
        if name:
            headers["Content-Disposition"] = f'attachment; filename="{name}"'
        self._head(HTTPStatus.OK, headers)
        self.wfile.write(body)

    def _events(self) -> None:
        """How the proof stands, as it changes; open as long as the page is."""
        session, seen = self.server.session, -1
        self._head(HTTPStatus.OK, {"Content-Type": "text/event-stream"})
        session.enter()
        try:
            while not session.ended:
                news = session.news(seen, BEAT)
                if news is None:
                    self.wfile.write(b": here\n\n")
                else:
                    seen, told = news
                    self.wfile.write(b"data: " + json.dumps(told).encode() + b"\n\n")
                self.wfile.flush()
            self.wfile.write(b"event: over\ndata: {}\n\n")
        except OSError:
            pass  # the page is closed
        finally:
            session.leave()

    def _refuse(self, status: HTTPStatus) -> None:
        self._head(status, {"Content-Length": "0"})

    def _head(self, status: HTTPStatus, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {**HEADERS, **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing is logged: addresses hold the token."""


def _json(value: Any) -> Answer:
    return "application/json", json.dumps(value, allow_nan=False).encode(), ""


@cache
def _asset(name: str) -> bytes:
    return files("sgn.explore").joinpath(name).read_bytes()


def _certificate(session: Session) -> Answer:
    text = session.certificate()
    if text is None:
        raise InputError("there is no certificate at these sliders yet; wait for the proof")
    return "application/json", text.encode(), "certificate.json"


def _document(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InputError("the settings are no JSON; reload the page") from error


READ: Mapping[str, Callable[[Session], Answer]] = {
    "": lambda _: ("text/html; charset=utf-8", _asset("page.html"), ""),
    "page.draw.js": lambda _: (JAVASCRIPT, _asset("page.draw.js"), ""),
    "page.js": lambda _: (JAVASCRIPT, _asset("page.js"), ""),
    "page.svg": lambda _: ("image/svg+xml", _asset("page.svg"), ""),
    "page.css": lambda _: ("text/css; charset=utf-8", CSS.encode() + _asset("page.css"), ""),
    "game.json": lambda session: _json(session.describe()),
    "game.toml": lambda session: (
        "text/plain; charset=utf-8",
        session.game_text().encode(),
        "game.toml",
    ),
    "certificate.json": _certificate,
}
WRITTEN: Mapping[str, Callable[[Session, bytes], Answer]] = {
    "look": lambda session, body: _json(session.look(_document(body))),
    "prove": lambda session, body: _json(session.prove(_document(body))),
}
