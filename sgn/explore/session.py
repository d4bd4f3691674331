"""What one explorer holds: the game as the sliders have it, what was sampled, what is proved."""

import json
import threading
import time
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, final

import numpy as np

import games.files.toml as toml
from games.errors import InputError
from games.game import Game
from sgn.bounds.estimate import region_of
from sgn.explore.live import Samples, numbers, sampled
from sgn.explore.picture import picture
from sgn.explore.proof import Found, Proof
from sgn.explore.settings import (
    Settings,
    check_small,
    described,
    first_settings,
    game_at,
    read_settings,
)

PATIENCE = 3.0  # seconds without a page until the server ends; a page that is reloaded is back


@final
class Session:
    """One game and its page. Methods may be called from several threads.

    Raises InputError for a game that is too large, or has no region where it needs one.
    """

    def __init__(self, game: Game, seconds: float) -> None:
        check_small(game)
        try:
            region_of(game)
        except ValueError as error:
            raise InputError(str(error)) from error
        self._game, self._seconds = game, seconds
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._pages = 0
        self._left: float | None = None
        self._proof: Proof | None = None
        self._proofs, self._ended = 0, False
        self._told: dict[str, Any] = {"state": "idle"}
        self._news = 0  # how many times anything was said of a proof
        self._document: Any = None
        self._cache: tuple[Any, Game, Samples] | None = None
        self._settings = first_settings(game, Fraction(1, 10))
        self._settings = first_settings(game, self._first_step())

    def _first_step(self) -> Fraction:
        """About the best Euler step by the samples, to two digits."""
        found = numbers(self._samples(self._settings)[1], self._settings)
        scale = max(found["lipschitz"], 1e-5)
        return Fraction(f"{max(abs(found['margin']), scale / 10) / scale**2:.1e}")

    # ---- what the page asks ----------------------------------------------------------------------

    def describe(self) -> Mapping[str, Any]:
        """The game and its sliders, as they were at first."""
        with self._lock:
            first = first_settings(self._game, self._settings.step)
            return {**described(self._game, first), "seconds": self._seconds}

    def look(self, document: Any) -> Mapping[str, Any]:
        """Sampled numbers and the picture at these settings; a proof at others is ended."""
        settings = read_settings(self._game, document)
        with self._lock:
            if _subject(settings) != _subject(self._settings):
                self._drop()
            self._settings = settings
            game, samples = self._samples(settings)
            found = numbers(samples, settings)
            drawn = picture(samples, settings, region_of(game), found["growth"])
            return {**found, "picture": drawn}

    def prove(self, document: Any) -> Mapping[str, Any]:
        """Begin a proof at these settings; :meth:`news` says what comes of it."""
        settings = read_settings(self._game, document)
        with self._lock:
            begun = self._proof is not None or self._document is not None
            if begun and _subject(settings) == _subject(self._settings):
                return {"state": "begun before"}
            self._drop()
            self._settings = settings
            game = game_at(self._game, settings)
            weights = settings.weights if settings.metric == "sliders" else None
            number = self._proofs
            self._proof = Proof(
                game, weights, self._seconds, lambda found: self._end(number, found)
            )
            self._tell({"state": "proving"})
            return {"state": "proving"}

    def game_text(self) -> str:
        """The game at the sliders as a game file."""
        with self._lock:
            return toml.to_text(game_at(self._game, self._settings))

    def certificate(self) -> str | None:
        """The certificate or refusal at the sliders as a file; None before there is one."""
        with self._lock:
            if self._document is None:
                return None
            return json.dumps(self._document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    # ---- who is there ----------------------------------------------------------------------------

    def enter(self) -> None:
        """A page is open."""
        with self._lock:
            self._pages += 1

    def leave(self) -> None:
        """A page is closed, or its connection is lost."""
        with self._lock:
            self._pages -= 1
            self._left = time.monotonic()

    @property
    def deserted(self) -> bool:
        """Whether there was a page and there is none any more."""
        with self._lock:
            gone = self._pages == 0 and self._left is not None
            return gone and time.monotonic() - (self._left or 0.0) > PATIENCE

    def news(self, seen: int, seconds: float) -> tuple[int, Mapping[str, Any]] | None:
        """How the proof stands, once that is newer than what was seen; None after so long."""
        with self._changed:
            self._changed.wait_for(lambda: self._ended or self._news > seen, seconds)
            if self._ended or self._news <= seen:
                return None
            return self._news, dict(self._told)

    def end(self) -> None:
        """End the proof that runs, and let go of whoever waits for news."""
        with self._changed:
            self._ended = True
            proof = self._proof
            self._drop()
            self._changed.notify_all()
        if proof is not None:
            proof.join()

    @property
    def ended(self) -> bool:
        """Whether :meth:`end` was called."""
        return self._ended

    # ---- inside ----------------------------------------------------------------------------------

    def _tell(self, told: dict[str, Any]) -> None:
        self._told, self._news = told, self._news + 1
        self._changed.notify_all()

    def _drop(self) -> None:
        self._proofs += 1
        if self._proof is not None:
            self._proof.stop()
        if self._document is not None or self._proof is not None:
            self._tell({"state": "idle"})
        self._proof, self._document = None, None

    def _end(self, number: int, found: Found) -> None:
        with self._changed:
            if number != self._proofs or self._ended:
                return
            self._proof, self._document = None, found["document"]
            said = {key: value for key, value in found.items() if key != "document"}
            self._tell({"state": "ended", "file": found["document"] is not None, **said})

    def _samples(self, settings: Settings) -> tuple[Game, Samples]:
        """The game at the settings and its samples; kept while only weights and steps move."""
        key = (settings.parameters, settings.scale)
        if self._cache is None or self._cache[0] != key:
            game = game_at(self._game, settings)
            try:
                found = sampled(game, region_of(game))
            except (ArithmeticError, ValueError, np.linalg.LinAlgError) as error:
                raise InputError(str(error)) from error
            self._cache = (key, game, found)
        return self._cache[1], self._cache[2]


def _subject(settings: Settings) -> Any:
    """What a proof speaks of: the picture's axes, method and step are no part of it."""
    weights = settings.weights if settings.metric == "sliders" else None
    return settings.parameters, settings.scale, weights, settings.metric
