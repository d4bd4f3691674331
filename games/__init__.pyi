"""The public names of `games`, each with its home."""

from games import catalogue as catalogue
from games.callable import CallableGame as CallableGame
from games.errors import InputError as InputError
from games.files.efg import read_efg as read_efg
from games.files.gam import read_gam as read_gam
from games.files.load import load as load
from games.files.nfg import read_nfg as read_nfg
from games.files.toml import save as save
from games.files.toml import to_text as to_text
from games.game import Game as Game
from games.game import Structure as Structure
from games.linear import linear_game as linear_game
from games.markov.game import MarkovGame as MarkovGame
from games.markov.logits import kl_divergence as kl_divergence
from games.normal_form import NormalFormGame as NormalFormGame
from games.players import Player as Player
from games.quadratic import QuadraticGame as QuadraticGame
from games.rates import with_rates as with_rates
from games.regions.constraint import Constraint as Constraint
from games.regions.own_sets import constrained as constrained
from games.regions.own_sets import disc as disc
from games.regions.own_sets import polyhedron as polyhedron
from games.regions.own_sets import product as product
from games.regions.own_sets import simplex as simplex
from games.regions.region import Space as Space
from games.regions.shapes import Box as Box
from games.regions.shapes import MetricBall as MetricBall
from games.symbolic import SymbolicGame as SymbolicGame
from games.tracing.functions import from_functions as from_functions
from games.tracing.jax_functions import from_jax as from_jax

__all__: list[str]
