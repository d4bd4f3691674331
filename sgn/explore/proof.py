"""A proof in a process of its own, which can be ended at any moment."""

import signal
import threading
from collections.abc import Callable, Mapping
from fractions import Fraction
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, ClassVar, final

import numpy as np

from certificates.certificate import Certificate
from certificates.kernel.document.metric import Metric
from games.errors import InputError
from games.game import Game
from sgn.certify import certify
from sgn.pipeline.ladder import Strategy
from sgn.pipeline.objectives import Family

GRACE = 30.0  # seconds over the time limit, for what the limit does not count
Found = Mapping[str, Any]


@final
class GivenWeights(Strategy):
    """The weights of the sliders; the search may find better ones, and says which it states."""

    name: ClassVar[str] = "scalar"

    def __init__(self, weights: tuple[Fraction, ...]) -> None:
        self._weights = np.array([float(w) for w in weights])

    def proposals(self, target: np.ndarray[Any, Any], family: Family) -> list[Metric]:
        return [Metric.scalar(self._weights)]

    def adds_to_scalar(self, sizes: tuple[int, ...]) -> bool:
        return False


@final
class Proof:
    """One run of `certify`, checked as every other; `ended` is called once with what came of it.

    It is not called after :meth:`stop`. weights: None for the search's own metric.
    """

    def __init__(
        self,
        game: Game,
        weights: tuple[Fraction, ...] | None,
        seconds: float,
        ended: Callable[[Found], object],
    ) -> None:
        context = get_context("spawn")
        self._results, theirs = context.Pipe(duplex=False)
        self._process = context.Process(
            target=prove, args=(theirs, game, weights, seconds), daemon=True
        )
        self._seconds, self._ended = seconds, ended
        self._stopped = threading.Event()
        self._process.start()
        theirs.close()
        threading.Thread(target=self._wait, daemon=True).start()

    def stop(self) -> None:
        """End the process now; nothing more is heard of it."""
        self._stopped.set()
        self._process.kill()

    def join(self) -> None:
        """Wait until the process is gone."""
        self._process.join()

    def _wait(self) -> None:
        try:
            in_time = self._results.poll(self._seconds + GRACE)
            found = self._results.recv() if in_time else _nothing("it took too long")
        except (EOFError, OSError):
            found = _nothing("its process ended before it had a result")
        self._process.kill()
        self._process.join()
        if not self._stopped.is_set():
            self._ended(found)


def prove(
    results: Connection, game: Game, weights: tuple[Fraction, ...] | None, seconds: float
) -> None:
    """What the process does. Ctrl-C is the server's to hear."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    results.send(proved(game, weights, seconds))


def proved(game: Game, weights: tuple[Fraction, ...] | None, seconds: float) -> Found:
    """The verdict in words and numbers, and the document of the certificate or refusal.

    >>> from games import catalogue
    >>> found = proved(catalogue.load("sgn-toy"), (Fraction(1), Fraction(150)), 10)
    >>> found["verdict"], found["margin"], found["weights"]
    ('proved', '0.285565491688', ['1', '150'])
    """
    metric = "auto" if weights is None else GivenWeights(weights)
    try:
        result = certify(game, metric=metric, time_limit=seconds)
    except (InputError, ValueError, MemoryError) as error:
        return _nothing(str(error) or "it takes more memory than there is")
    stated = result.weights if isinstance(result, Certificate) else None
    return {
        "verdict": result.verdict,
        "margin": str(result.margin) if isinstance(result, Certificate) else "",
        "weights": None if stated is None else [f"{float(w):.6g}" for w in stated],
        "message": result.message,
        "words": str(result),
        "document": result.document,
    }


def _nothing(why: str) -> Found:
    return {
        "verdict": "undecided",
        "margin": "",
        "weights": None,
        "message": why,
        "words": "",
        "document": None,
    }
