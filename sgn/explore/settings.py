"""What the page's sliders say, read without trust, and the game that they make of the one given."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, final

from games.errors import InputError
from games.game import Game
from games.language.number import parse_number, to_text
from games.reading import check_keys, read_list, read_table, read_text, short
from games.regions.shapes import Box

MAX_VARIABLES = 60
MAX_PLAYERS = 12
METHODS = ("flow", "euler")
METRICS = ("sliders", "auto")
KEYS = ("parameters", "weights", "scale", "step", "axes", "method", "metric")
MOST = Fraction(10) ** 6  # of weights, scales and steps, and of one over them


@final
@dataclass(frozen=True)
class Settings:
    """Exact values of the sliders.

    parameters: by name; weights: one a player; scale: of the region round its centre; step: h of
    Euler's method; axes: the two variables in the picture; method: what is simulated; metric:
    "sliders", or "auto" for the search's own.
    """

    parameters: tuple[tuple[str, Fraction], ...]
    weights: tuple[Fraction, ...]
    scale: Fraction
    step: Fraction
    axes: tuple[int, int]
    method: str
    metric: str


def first_settings(game: Game, step: Fraction) -> Settings:
    """The game as it was given, with equal weights."""
    parameters = tuple(game.parameters.items())
    second = min(1, game.dimension - 1)
    ones = (Fraction(1),) * len(game.sizes)
    return Settings(parameters, ones, Fraction(1), step, (0, second), "flow", "sliders")


def read_settings(game: Game, document: Any) -> Settings:
    """Settings as the page sends them: numbers are text. Raises InputError for anything else.

    >>> from games import catalogue
    >>> sent = {"parameters": {"s": "3/2"}, "weights": ["1", "2"], "scale": "1", "step": "0.1",
    ...         "axes": [0, 1], "method": "flow", "metric": "sliders"}
    >>> read_settings(catalogue.load("rotation"), sent).weights
    (Fraction(1, 1), Fraction(2, 1))
    """
    table = read_table(document, "the settings")
    check_keys(table, KEYS, (), "the settings")
    known = game.parameters
    given = read_table(table["parameters"], "parameters")
    check_keys(given, tuple(known), (), "parameters")
    weights = [_positive(w, "a weight") for w in read_list(table["weights"], "weights")]
    if len(weights) != len(game.sizes):
        raise InputError(f"weights has {len(weights)} entries; expected {len(game.sizes)}")
    return Settings(
        tuple((name, _number(given[name], f"parameter {name}")) for name in known),
        tuple(weights),
        _positive(table["scale"], "the size of the region"),
        _positive(table["step"], "the step"),
        _axes(table["axes"], game.dimension),
        _word(table["method"], METHODS, "method"),
        _word(table["metric"], METRICS, "metric"),
    )


def game_at(game: Game, settings: Settings) -> Game:
    """The game with these parameters, on the region of this size.

    Raises InputError where a cost cannot be read with them. An equilibrium that is known of the
    game is not known of a game with other parameters.
    """
    told = dict(settings.parameters)
    made = copy(game) if told == game.parameters else game.with_parameters(told)
    made.region = scaled(game.region, settings.scale)
    return made


def scaled(region: Box | None, scale: Fraction) -> Box | None:
    """A box made larger or smaller round its centre; balls and constrained sets as they are.

    >>> scaled(Box.cube(2, 1), Fraction(1, 2))
    Box(['-0.5', '-0.5'], ['0.5', '0.5'])
    """
    if region is None or not region.plain or scale == 1:
        return region
    ends = list(zip(region.lower, region.upper, strict=True))
    half = [(high - low) / 2 * scale for low, high in ends]
    middle = [(low + high) / 2 for low, high in ends]
    pairs = list(zip(middle, half, strict=True))
    return Box([m - h for m, h in pairs], [m + h for m, h in pairs])


def check_small(game: Game) -> None:
    """Raise InputError for a game that is too large for sliders and samples at once."""
    if game.dimension > MAX_VARIABLES or len(game.sizes) > MAX_PLAYERS:
        raise InputError(
            f"the explorer shows games of up to {MAX_PLAYERS} players and {MAX_VARIABLES}"
            f" variables; this one has {len(game.sizes)} and {game.dimension}; use sgn certify"
        )


def _number(value: Any, place: str) -> Fraction:
    text = read_text(value, place).strip()
    try:
        return parse_number(text)
    except InputError as error:
        raise InputError(f"{place}: {error}") from error


def _positive(value: Any, place: str) -> Fraction:
    number = _number(value, place)
    if not 1 / MOST <= number <= MOST:
        raise InputError(f"{place} is {short(value)}; give a number between 1e-6 and 1e6")
    return number


def _axes(value: Any, dimension: int) -> tuple[int, int]:
    axes = read_list(value, "axes")
    if len(axes) != 2 or any(type(k) is not int or not 0 <= k < dimension for k in axes):
        raise InputError("axes names no two variables of the game; choose others")
    return axes[0], axes[1]


def _word(value: Any, known: Sequence[str], place: str) -> str:
    if value not in known:
        raise InputError(f"{place} is none of {', '.join(known)}; choose one")
    return str(value)


def described(game: Game, settings: Settings) -> Mapping[str, Any]:
    """The game in plain JSON for the page, which reads no text of it as HTML."""
    costs = getattr(game, "costs", ()) or ()
    return {
        "name": game.name or "A game without a name",
        "source": game.source,
        "players": [
            {
                "name": player.name,
                "variables": list(player.variables),
                "cost": str(costs[i]) if i < len(costs) else "",
            }
            for i, player in enumerate(game.players)
        ],
        "parameters": {name: to_text(value) for name, value in settings.parameters},
        "scales": game.region is not None and game.region.plain,
        "region": repr(game.region),
        "step": to_text(settings.step),
        "axes": list(settings.axes),
    }
