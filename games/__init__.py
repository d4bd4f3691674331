"""Games: players, costs and regions; what is certified.

>>> import games
>>> games.catalogue.load("harker").sizes
(1, 1)
"""

from games import catalogue
from games.callable import CallableGame
from games.errors import InputError
from games.file import load, save, to_text
from games.game import Game, Player, Structure
from games.quadratic import QuadraticGame
from games.region import Box, Space
from games.symbolic import SymbolicGame

__all__ = [
    "Box",
    "CallableGame",
    "Game",
    "InputError",
    "Player",
    "QuadraticGame",
    "Space",
    "Structure",
    "SymbolicGame",
    "catalogue",
    "load",
    "save",
    "to_text",
]
