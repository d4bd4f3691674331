"""The explorer without a browser: who may ask, what is refused, when proofs and the server end."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import games
import sgn
from games import catalogue
from games.errors import InputError
from games.language.number import exact
from sgn import cli
from sgn.explore import session as sessions
from sgn.explore.server import HEADERS, LARGEST, Server
from sgn.explore.session import Session
from sgn.explore.settings import game_at, read_settings, scaled

ROOT = Path(__file__).parents[2]
SECONDS = 60  # for what takes a moment


def settings(session: Session, **changed: Any) -> dict[str, Any]:
    """What the page sends at first, with changes."""
    told = session.describe()
    sent = {
        "parameters": dict(told["parameters"]),
        "weights": ["1"] * len(told["players"]),
        "scale": "1",
        "step": told["step"],
        "axes": told["axes"],
        "method": "flow",
        "metric": "sliders",
    }
    return sent | changed


def news(session: Session, state: str) -> dict[str, Any]:
    """The first news of that state."""
    seen, end = -1, time.monotonic() + SECONDS
    while time.monotonic() < end:
        if found := session.news(seen, 0.2):
            seen, told = found
            if told["state"] == state:
                return dict(told)
    raise TimeoutError(state)


@pytest.fixture
def toy() -> Iterator[Session]:
    session = Session(catalogue.load("sgn-toy"), 10)
    yield session
    session.end()


@pytest.fixture
def server(toy: Session) -> Iterator[Server]:
    running = Server(toy)
    thread = threading.Thread(target=running.serve_forever, args=(0.05,))
    thread.start()
    yield running
    toy.end()
    running.shutdown()
    running.server_close()
    thread.join()


def ask(
    server: Server, method: str, place: str, body: Any = None, **headers: str
) -> tuple[int, http.client.HTTPMessage, bytes]:
    """Status, headers and body; place is below the token unless it begins with /."""
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=SECONDS)
    path = place if place.startswith("/") else f"/{server.token}/{place}"
    sent = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    if sent is not None and "Content-Type" not in headers:
        headers["Content-Type"] = "application/json"
    try:
        connection.request(method, path, sent, headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


# ---- who may ask ---------------------------------------------------------------------------------


def test_it_listens_on_the_loopback_alone(server: Server) -> None:
    assert server.server_address[0] == "127.0.0.1"
    assert server.socket.getsockname()[0] == "127.0.0.1"


@pytest.mark.parametrize("place", ["/", "/page.js", "/wrong/", "/wrong/game.json", "//", "/é/"])
def test_without_the_token_there_is_nothing(server: Server, place: str) -> None:
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=SECONDS) as raw:
        raw.sendall(f"GET {place} HTTP/1.0\r\nHost: {server.hosts[0]}\r\n\r\n".encode())
        answer = b""
        while part := raw.recv(4096):
            answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.0 404")
    assert body == b""


@pytest.mark.parametrize("host", ["example.com", "127.0.0.1", "evil.test:80", "127.0.0.1:1", ""])
def test_another_host_is_refused(server: Server, host: str) -> None:
    assert ask(server, "GET", "game.json", Host=host)[::2] == (403, b"")


def test_another_origin_is_refused(server: Server, toy: Session) -> None:
    for origin in ("http://example.com", "null", "http://127.0.0.1:1"):
        assert ask(server, "POST", "look", settings(toy), Origin=origin)[0] == 403
    own = f"http://{server.hosts[0]}"
    assert ask(server, "POST", "look", settings(toy), Origin=own)[0] == 200


def test_what_a_form_elsewhere_could_send_is_refused(server: Server, toy: Session) -> None:
    """Text without a question to the server beforehand: no JSON."""
    sent = settings(toy)
    assert ask(server, "POST", "look", sent, **{"Content-Type": "text/plain"})[0] == 400
    assert ask(server, "POST", "look", b"x" * (LARGEST + 1))[0] == 413
    assert ask(server, "POST", "game.json", sent)[0] == 404
    assert ask(server, "GET", "look")[0] == 404
    assert ask(server, "PUT", "look", sent)[0] == 501
    assert ask(server, "GET", "../../etc/passwd")[0] == 404


def test_every_answer_says_what_a_page_may_do(server: Server) -> None:
    for place in ("", "page.js", "page.draw.js", "page.css", "page.svg", "game.json", "/nothing"):
        headers = ask(server, "GET", place)[1]
        for name, value in HEADERS.items():
            assert headers[name] == value
    assert "script-src 'self'" in HEADERS["Content-Security-Policy"]
    assert "unsafe" not in HEADERS["Content-Security-Policy"]


def test_the_page_never_reads_text_as_html(server: Server) -> None:
    """All that the game says goes through one door, which takes it as text."""
    scripts = ask(server, "GET", "page.js")[2] + ask(server, "GET", "page.draw.js")[2]
    for word in (
        b"innerHTML",
        b"outerHTML",
        b"insertAdjacent",
        b"document.write",
        b"eval(",
        b"new F",
    ):
        assert word not in scripts
    page = ask(server, "GET", "")[2]
    assert b"http:" not in page
    assert b"https:" not in page
    assert b" on" not in page.replace(b" on this", b"").replace(b" once", b"")


# ---- what it says --------------------------------------------------------------------------------


def test_a_look_says_sampled_numbers(server: Server, toy: Session) -> None:
    found = json.loads(ask(server, "POST", "look", settings(toy))[2])
    assert found["margin"] == pytest.approx(-4.025)
    better = json.loads(ask(server, "POST", "look", settings(toy, weights=["1", "200"]))[2])
    assert better["margin"] == pytest.approx(0.292893218813)
    assert better["growth"] == pytest.approx(better["margin"])
    assert [any(row) for row in better["band"]] == [True, True]
    assert len(better["picture"]["runs"]) == len(better["picture"]["distances"])
    # runs end nearer to the zero than they began, in the metric in which play contracts
    assert all(run[-1] < run[0] for run in better["picture"]["distances"])


@pytest.mark.parametrize("name", ["bertrand-logit", "markov-coordination", "hotelling", "fk-a3"])
def test_sampled_margins_are_those_of_the_jacobian(name: str) -> None:
    """At the worst point, by a formula of its own."""
    import numpy as np

    game = catalogue.load(name)
    session = Session(game, 10)
    weights = [str(k + 1) for k in range(len(game.sizes))]
    found = session.look(settings(session, weights=weights))
    J = game.jacobian(np.array(found["worst"]))
    M = np.diag(np.repeat([float(w) for w in weights], game.sizes))
    values = np.linalg.eigvals(np.linalg.solve(M, (M @ J + J.T @ M) / 2)).real
    assert found["margin"] == pytest.approx(values.min(), rel=1e-9)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"weights": ["1"]}, "weights has 1 entries; expected 2"),
        ({"weights": ["1", "0"]}, "between 1e-6 and 1e6"),
        ({"weights": ["1", "nan"]}, "'nan' is not a number"),
        ({"weights": ["1", 2]}, "a weight is an integer"),
        ({"step": "1e9"}, "between 1e-6 and 1e6"),
        ({"scale": "1/0"}, "divides by zero"),
        ({"axes": [0, 2]}, "axes names no two variables"),
        ({"axes": [0, True]}, "axes names no two variables"),
        ({"method": "rm -rf"}, "method is none of flow, euler"),
        ({"metric": []}, "metric is none of"),
        ({"parameters": {"x": "1"}}, "unknown key 'x'"),
        ({"more": 1}, "unknown key 'more'"),
    ],
)
def test_bad_settings_are_told_in_a_sentence(
    server: Server, toy: Session, changed: dict[str, Any], said: str
) -> None:
    status, _, body = ask(server, "POST", "look", settings(toy, **changed))
    assert status == 200
    assert said in json.loads(body)["problem"]
    assert said in json.loads(ask(server, "POST", "prove", settings(toy, **changed))[2])["problem"]


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 50_000, b"\xff", b"1", b"null"])
def test_what_is_no_settings_is_told(server: Server, body: bytes) -> None:
    status, _, said = ask(server, "POST", "look", body)
    assert status == 200
    assert "problem" in json.loads(said)


def test_parameters_and_region_change_the_game_exactly() -> None:
    game = catalogue.load("kelly-auction")
    session = Session(game, 10)
    sent = settings(session, parameters={"v": "1/3", "w": "0.1"}, scale="1/2")
    made = game_at(game, read_settings(game, sent))
    assert isinstance(made, games.SymbolicGame)
    assert made.parameters == {"v": Fraction(1, 3), "w": Fraction(1, 10)}
    assert made.equilibrium is None
    assert made.region == scaled(game.region, Fraction(1, 2))
    assert game.region is not None
    assert game.parameters["v"] == 1


def test_where_the_costs_are_not_smooth_it_is_told() -> None:
    game = games.SymbolicGame.from_costs(
        {"one": ["x"], "two": ["y"]},
        {"one": "log(x + c) + x*y", "two": "y**2 + x*y"},
        {"c": 2},
        region=games.Box.cube(2, 1),
    )
    session = Session(game, 10)
    with pytest.raises(InputError, match="not smooth at a sampled point"):
        session.look(settings(session, parameters={"c": "0"}))


# ---- proofs --------------------------------------------------------------------------------------


def test_a_proof_is_what_certify_says_and_can_be_saved(
    server: Server, toy: Session, tmp_path: Path
) -> None:
    assert b"there is no certificate" in ask(server, "GET", "certificate.json")[2]
    sent = settings(toy, weights=["1", "200"])
    assert json.loads(ask(server, "POST", "prove", sent)[2]) == {"state": "proving"}
    told = news(toy, "ended")
    assert (told["verdict"], told["margin"]) == ("proved", "0.292893218813")
    assert told["weights"] == ["1", "200"]
    file = tmp_path / "certificate.json"
    file.write_bytes(ask(server, "GET", "certificate.json")[2])
    assert sgn.verify(file)


def test_moved_sliders_end_the_proof_and_take_the_certificate_away(toy: Session) -> None:
    toy.prove(settings(toy, weights=["1", "200"]))
    news(toy, "ended")
    assert toy.certificate() is not None
    toy.look(settings(toy, weights=["1", "200"], method="euler"))  # no part of what is proved
    assert toy.certificate() is not None
    toy.look(settings(toy, weights=["1", "100"]))
    assert toy.certificate() is None
    assert news(toy, "idle")


def test_a_proof_that_runs_is_killed() -> None:
    session = Session(catalogue.load("stochastic-congestion"), 60)
    session.prove(settings(session))
    proof = session._proof
    assert proof is not None
    session.end()
    assert not proof._process.is_alive()


def test_the_game_is_saved_as_the_sliders_have_it(tmp_path: Path) -> None:
    session = Session(catalogue.load("rotation"), 10)
    session.look(settings(session, parameters={"s": "1/3"}, scale="2"))
    file = tmp_path / "game.toml"
    file.write_text(session.game_text(), encoding="utf-8")
    game = games.load(file)
    assert game.parameters == {"s": Fraction(1, 3)}
    assert game.region == games.Box.cube(2, 2)


# ---- the command ---------------------------------------------------------------------------------


def started(*arguments: str) -> tuple[subprocess.Popen[str], str]:
    """`sgn explore` in a process of its own, and its address."""
    run = subprocess.Popen(
        [sys.executable, "-m", "sgn", "explore", *arguments, "--no-browser"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert run.stdout is not None
    address = run.stdout.readline().strip()
    assert address.startswith("http://127.0.0.1:")
    return run, address


def test_ctrl_c_ends_it_cleanly() -> None:
    run, _ = started("sgn-toy")
    run.send_signal(signal.SIGINT)
    out, err = run.communicate(timeout=SECONDS)
    assert (run.returncode, err) == (0, "")
    assert out.endswith("ended\n")


def test_it_ends_with_its_page() -> None:
    run, address = started("sgn-toy")
    _, _, place, token, _ = address.split("/")
    host, port = place.split(":")
    with socket.create_connection((host, int(port)), timeout=SECONDS) as page:
        page.sendall(f"GET /{token}/events HTTP/1.0\r\nHost: {place}\r\n\r\n".encode())
        assert b"200" in page.recv(64)
        time.sleep(sessions.PATIENCE + 0.5)
        assert run.poll() is None  # as long as the page is there
    out, err = run.communicate(timeout=SECONDS)
    assert (run.returncode, err) == (0, "")
    assert "the page was closed" in out


def test_what_cannot_be_explored_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    large = tmp_path / "large.toml"
    names = [f"p{k}" for k in range(13)]
    games.save(
        games.SymbolicGame.from_costs({n: [n] for n in names}, {n: f"{n}**2" for n in names}), large
    )
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        for arguments, said in (
            ([str(large)], "up to 12 players and 60 variables; this one has 13 and 13"),
            (["sgn-toy", "--port", port, "--no-browser"], f"port {port} cannot be used"),
            (["sgn-toy", "--port", "70000"], "--port must be between 0 and 65535"),
            (["sgn-toy", "--time-limit", "nan"], "--time-limit must be more than 0 seconds"),
            (["nowhere"], "nowhere: there is no such file"),
        ):
            assert cli.main(["explore", *arguments]) == 2
            err = capsys.readouterr().err
            assert err.count("\n") == 1
            assert said in err


def test_numbers_of_the_page_are_read_exactly() -> None:
    game = catalogue.load("hotelling")
    session = Session(game, 10)
    read = read_settings(game, settings(session, weights=["0.1", "1/3"]))
    assert read.weights == (exact("0.1"), Fraction(1, 3))
