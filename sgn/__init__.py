"""Convergence certificates for differentiable games: the front door.

>>> import games, sgn
>>> result = sgn.certify(games.catalogue.load("sgn-toy"))
>>> result.verdict, bool(sgn.verify(result))
('proved', True)
"""

from games.front_door import open_door

__all__ = open_door(__name__)
