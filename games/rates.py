"""Games played at learning rates: player i moves along −η_i F_i (T17)."""

from collections.abc import Sequence
from fractions import Fraction
from functools import singledispatch
from typing import TYPE_CHECKING, final

import numpy as np

from games.callable import CallableGame
from games.game import Document, Floats, Game, Structure
from games.language.number import Number, exact, to_text
from games.markov.logit_game import LogitGame
from games.numbered import NumberedPlayers
from games.quadratic import QuadraticGame
from games.symbolic import SymbolicGame

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    Sparse = csr_array[np.float64]

SHOWN = 6  # players up to which the rates stand in the name
TEXT_LOGITS = 4  # of a game of policies whose field is rated as text, and so can be proved
PLAYED = {
    "fisher": "natural gradient in log-odds",
    "kakade": "Kakade's natural gradient in log-odds",
    "euclidean": "plain gradient in log-odds",
}


def with_rates(game: Game, rates: Sequence[Number]) -> Game:
    """The game whose simultaneous gradient play is that of `game` at learning rates: η_iF_i (T17).

    game: any. rates: one positive number a player (int, float at its binary value, Fraction, text).
    Text games get each cost multiplied by η_i, exactly, and so do games of policies with up to four
    log-odds, by the text of their field. A matrix game gets its rows multiplied, each entry rounded
    to binary64 (exact for powers of two): what is then certified is the rounded matrix. Any other
    game is wrapped, as one that is known by its functions alone, and like those never proved.
    Raises ValueError unless there is one positive rate a player. Source: theory, T17.

    >>> slow = with_rates(QuadraticGame([[1, 10], [0.05, 1]], sizes=[1, 1]), [1, "1/2"])
    >>> slow.pseudo_gradient([1.0, 1.0]), slow.name
    (array([11.   ,  0.525]), 'at rates 1, 0.5')
    """
    eta = tuple(exact(rate) for rate in rates)
    if len(eta) != len(game.players):
        raise ValueError(
            f"rates has {len(eta)} entries; expected {len(game.players)}, one per player"
        )
    for i, rate in enumerate(eta):
        if rate <= 0:
            raise ValueError(f"rates[{i}] is {to_text(rate)}; expected a positive number")
    return _rated(game, eta)


@singledispatch
def _rated(game: Game, eta: tuple[Fraction, ...]) -> Game:
    return RatedGame(game, eta)


@_rated.register
def _(game: QuadraticGame, eta: tuple[Fraction, ...]) -> Game:
    rows = _per_variable(game, eta)
    matrix = game.matrix
    numbered = isinstance(game.players, NumberedPlayers)
    return QuadraticGame(
        rows[:, None] * matrix if isinstance(matrix, np.ndarray) else _scaled(matrix, rows),
        game.sizes,
        linear=rows * game.linear,
        names=None if numbered else [player.name for player in game.players],
        name=_name(game.name, eta),
        source=game.source,
        region=game.region,
        field=game.field,
    )


@_rated.register
def _(game: SymbolicGame, eta: tuple[Fraction, ...]) -> Game:
    return SymbolicGame(
        tuple(game.players),
        tuple(f"({to_text(rate)})*({cost})" for rate, cost in zip(eta, game.costs, strict=False)),
        game.parameters,
        name=_name(game.name, eta),
        source=game.source,
        region=game.region,
        equilibrium=game.equilibrium,
        fields=tuple(
            tuple(f"({to_text(rate)})*({part})" for part in parts)
            for rate, parts in zip(eta, game.fields, strict=False)  # costs or fields are empty
        ),
        definitions=game.definitions,
    )


@_rated.register
def _(game: LogitGame, eta: tuple[Fraction, ...]) -> Game:
    played = ", ".join(filter(None, (game.name, PLAYED[game.field])))
    if game.dimension > TEXT_LOGITS:
        rated = RatedGame(game, eta)
        rated.name = _name(played, eta)
        return rated
    text = game.symbolic()
    text.name = played
    return _rated(text, eta)


@final
class RatedGame(Game):
    """Any game at learning rates, its functions scaled where they are called."""

    def __init__(self, game: Game, eta: tuple[Fraction, ...]) -> None:
        self.name, self.source = _name(game.name, eta), game.source
        self.players, self.region, self.equilibrium = game.players, game.region, game.equilibrium
        self._game, self._rows = game, _per_variable(game, eta)

    @property
    def structure(self) -> Structure:
        return self._game.structure

    @property
    def symmetric(self) -> bool:
        return self._game.symmetric

    @property
    def provable(self) -> bool:
        return False

    def pseudo_gradient(self, points: Floats) -> Floats:
        return self._rows * self._game.pseudo_gradient(points)

    def jacobian(self, points: Floats, block: tuple[int, int] | None = None) -> Floats:
        rows = self._rows if block is None else self._rows[self.slices[block[0]]]
        return rows[:, None] * self._game.jacobian(points, block)

    def block_variables(self, i: int, j: int) -> tuple[int, ...]:
        return self._game.block_variables(i, j)

    def document(self) -> Document:
        """That of functions that cannot be written down: that of the game is of play without rates.

        It is what a certificate speaks of.
        """
        document: Document = {"format": "sgn-game/1", "kind": "callable", "name": self.name}
        if self.source:
            document["source"] = self.source
        document["players"] = [{"name": p.name, "size": p.size} for p in self.players]
        known = self._game.derivatives if isinstance(self._game, CallableGame) else "given"
        return {**document, "derivatives": known}


def _scaled(matrix: "Sparse", rows: Floats) -> "Sparse":
    from scipy.sparse import csr_array

    data = np.repeat(rows, np.diff(matrix.indptr)) * matrix.data
    return csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)


def _per_variable(game: Game, eta: tuple[Fraction, ...]) -> Floats:
    return np.repeat(np.array([float(rate) for rate in eta]), game.sizes)


def _name(name: str, eta: tuple[Fraction, ...]) -> str:
    rates = ", ".join(map(_as_given, eta)) if len(eta) <= SHOWN else "of its own"
    return f"{name} at rates {rates}".strip()


def _as_given(rate: Fraction) -> str:
    """A float as it was written, not its binary value; any other number exactly.

    >>> _as_given(Fraction(0.1)), _as_given(Fraction(1, 3))
    ('0.1', '1/3')
    """
    near = float(rate)
    return repr(near) if Fraction(near) == rate and rate.denominator > 1 else to_text(rate)
