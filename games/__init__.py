"""Games: players, costs and regions; what is certified.

>>> import games
>>> games.catalogue.load("harker").sizes
(1, 1)
"""

from games.front_door import open_door

__all__ = open_door(__name__)
