"""`sgn explore`: the server from its start to the end of the page, or Ctrl-C."""

import threading
import time
import webbrowser
from collections.abc import Callable

from games.errors import InputError
from games.files.writing import reason
from games.game import Game
from sgn.explore.server import Server
from sgn.explore.session import Session

TURN = 0.1  # seconds between looks at who is there


def explore(
    game: Game, *, seconds: float, port: int, browser: bool, tell: Callable[[str], object]
) -> None:
    """Serve the page of a game until it is closed; KeyboardInterrupt ends it as well.

    seconds: for each proof; port: 0 for a free one; browser: whether to open the page; tell: called
    with the address. Raises InputError for a game that cannot be shown, or a port that is taken.
    """
    session = Session(game, seconds)
    try:
        server = Server(session, port)
    except OSError as error:
        raise InputError(
            f"port {port} cannot be used ({reason(error)}); leave out --port for a free one"
        ) from error
    worker = threading.Thread(target=server.serve_forever, args=(TURN,), daemon=True)
    worker.start()
    try:
        tell(server.address)
        if browser:
            webbrowser.open(server.address)
        while not session.deserted:
            time.sleep(TURN)
    finally:
        session.end()
        server.shutdown()
        server.server_close()
        worker.join()
