"""The tables of growth: every family can be made, certified, saved, loaded and verified."""

import pytest

from benchmarks.growth import COLUMNS, FAMILIES, measured


@pytest.mark.parametrize("name", ["sparse, box", "Cournot (quadratic costs as text)"])
def test_a_row_has_every_figure(name: str) -> None:
    figures = measured(name, 5)
    assert figures["verdict"] == "proved"
    assert set(COLUMNS) < set(figures)


@pytest.mark.parametrize("name", FAMILIES)
def test_games_of_every_family_fit_their_regions(name: str) -> None:
    game, region = FAMILIES[name].make(FAMILIES[name].sizes[0])
    assert region is None or region.dimension == game.dimension
    assert list(FAMILIES[name].sizes) == sorted(FAMILIES[name].sizes)
