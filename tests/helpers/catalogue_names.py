"""The catalogue's games given by costs: those whose certificates take seconds to make."""

from games import SymbolicGame, catalogue

COST_GAMES = tuple(
    name for name in catalogue.names() if isinstance(catalogue.load(name), SymbolicGame)
)
