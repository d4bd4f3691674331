"""A game with each function of the language: certified by the search, and verified."""

import pytest

import sgn
from certificates.kernel.verify import verify
from games import Box
from games.language.functions import FUNCTIONS
from games.symbolic import SymbolicGame


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_game_with_each_function_is_certified_and_verified(name: str) -> None:
    """On [1/2, 1]² every argument is in the domain, and f'' is small beside 20·2."""
    costs = {"a": f"x**2 + {name}(x*y/2)/20", "b": f"y**2 - y*{name}(x/2)/20"}
    game = SymbolicGame.from_costs({"a": ["x"], "b": ["y"]}, costs)
    certificate = sgn.certify(game, region=Box(["0.5", "0.5"], [1, 1]))
    assert isinstance(certificate, sgn.Certificate)
    assert certificate.margin > 0
    assert verify(certificate.document).success
