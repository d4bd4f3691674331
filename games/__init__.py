"""Games: players, costs and regions; what is certified.

>>> import games
>>> games.catalogue.load("harker").sizes
(1, 1)
"""

from games import catalogue
from games.callable import CallableGame
from games.errors import InputError
from games.files.nfg import read_nfg
from games.files.toml import load, save, to_text
from games.game import Game, Structure
from games.markov.game import MarkovGame
from games.markov.logits import kl_divergence
from games.normal_form import NormalFormGame
from games.players import Player
from games.quadratic import QuadraticGame
from games.rates import with_rates
from games.regions.region import Space
from games.regions.shapes import Box, MetricBall
from games.symbolic import SymbolicGame

__all__ = [
    "Box",
    "CallableGame",
    "Game",
    "InputError",
    "MarkovGame",
    "MetricBall",
    "NormalFormGame",
    "Player",
    "QuadraticGame",
    "Space",
    "Structure",
    "SymbolicGame",
    "catalogue",
    "kl_divergence",
    "load",
    "read_nfg",
    "save",
    "to_text",
    "with_rates",
]
