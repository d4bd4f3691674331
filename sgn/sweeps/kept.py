"""Results of a sweep in a folder, so that one that was stopped goes on where it was."""

import json
import os
from pathlib import Path
from typing import final

from certificates.certificate import load
from certificates.writing import write_file
from games.errors import InputError
from games.language.number import to_text
from sgn.bounds import region_of
from sgn.certify import subject_of
from sgn.files import verify
from sgn.sweeps.points import Asked, Result, Values

NAME = "sweep.json"


@final
class Folder:
    """One file a point, and ``sweep.json``, which says what was asked.

    Raises InputError for a folder of another sweep.
    """

    def __init__(self, path: str | os.PathLike[str], asked: Asked) -> None:
        self.path, self._asked = Path(path), asked
        said = json.dumps({key: repr(value) for key, value in sorted(asked.options.items())})
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            place = self.path / NAME
            known = place.read_text(encoding="utf-8") if place.exists() else None
        except (OSError, ValueError) as error:
            raise InputError(f"{self.path}: it cannot be used ({error}); choose another") from None
        if known is None:
            write_file(place, lambda file: file.write(said.encode()))
        elif known != said:
            raise InputError(f"{self.path}: another sweep is kept there; choose another folder")

    def get(self, values: Values) -> Result | None:
        """The result at a point, if its file is about the same game and region, and verifies."""
        place = self._place(values)
        if not place.exists():
            return None
        try:
            found = load(place)
            game, region = self._asked.game(values), self._asked.region
            where = region_of(game, region(game) if callable(region) else region)
            subject = subject_of(game, where)
            same = all(found.document.get(key) == subject[key] for key in subject)
            return found if same and _stands(found) else None
        except InputError:
            return None

    def put(self, values: Values, result: Result) -> None:
        result.save(self._place(values))

    def _place(self, values: Values) -> Path:
        words = (f"{name}={to_text(value).replace('/', 'over')}" for name, value in values.items())
        return self.path / f"{','.join(words)[:200]}.json"


def _stands(found: Result) -> bool:
    """Whether what is proved or refuted verifies; nothing else is taken from a file."""
    return found.verdict in ("proved", "refuted") and bool(verify(found))
