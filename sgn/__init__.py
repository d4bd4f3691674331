"""Convergence certificates for differentiable games: the front door.

>>> import games, sgn
>>> result = sgn.certify(games.catalogue.load("sgn-toy"))
>>> result.verdict, bool(sgn.verify(result))
('proved', True)
"""

from sgn.neighbours import require_neighbours

require_neighbours()

from certificates.version import VERSION  # noqa: E402
from games.front_door import open_door  # noqa: E402

__version__ = VERSION
__all__ = open_door(__name__)
