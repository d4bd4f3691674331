"""How every game's document begins: its format, its name and its source."""

from certificates.kernel.document.reading import Document
from games.errors import InputError

WHERE, FORMAT = "game", "sgn-game/1"


def check_head(game: Document) -> None:
    """Raise InputError unless the format is known, and name and source are text."""
    if game["format"] != FORMAT:
        raise InputError(f"{WHERE}.format: expected {FORMAT!r}")
    for key in ("name", "source"):
        if not isinstance(game.get(key, ""), str):
            raise InputError(f"{WHERE}.{key}: expected text")
