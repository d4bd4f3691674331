"""How many variables each player of a game's document has."""

from certificates.kernel.document.geometry import LOGIT_KINDS
from certificates.kernel.document.player_sizes import counted_sizes
from certificates.kernel.document.reading import Document, is_count, read_list
from games.errors import InputError


def sizes_of(game: Document) -> tuple[int, ...]:
    """d_1 … d_N. Raises InputError where they cannot be read.

    >>> sizes_of({"kind": "quadratic", "players": [{"name": "a", "size": 2}]})
    (2,)
    """
    if "sizes" in game:
        return counted_sizes(game["sizes"], "game.sizes")
    if game.get("kind") in LOGIT_KINDS:
        from certificates.kernel.policies.logit import read_policies_game

        return tuple(player.size for player in read_policies_game(game)[0])
    players = read_list(game.get("players"), "game.players")
    return tuple(_size(player, f"game.players[{k}]") for k, player in enumerate(players))


def _size(player: object, where: str) -> int:
    if isinstance(player, dict):
        size = player.get("size")
        if isinstance(size, int) and is_count(size):
            return size
        if isinstance(variables := player.get("variables"), list):
            return len(variables)
    raise InputError(f"{where}: expected a player with a size or with variables")
