"""F and J of a game of policies at points: by its expressions where it is small, else by values."""

from collections.abc import Sequence
from fractions import Fraction

from certificates.kernel.claims import Point
from certificates.kernel.document.metric import Vector
from certificates.kernel.document.reading import Document
from certificates.kernel.jacobian.text_point import complete, text_force, text_jacobians
from certificates.kernel.numbers.matrices import Ball
from certificates.kernel.policies.logit import read_policies_game
from certificates.kernel.policies.values import FIELDS, field_at, jacobians_of
from games.markov.expressions import MAX_STATES

MAX_LOGITS = 10  # up to which a field at a point is read from its expressions


def policy_force(game: Document, point: Vector) -> Ball:
    """An enclosure (n,) of F at the point. Raises Uncheckable or InputError."""
    if _needs_values(game):
        return field_at(game, [Fraction(v) for v in point])
    return text_force(game, point)


def policy_jacobians(game: Document, points: Sequence[Point]) -> Ball:
    """Enclosures (K, n, n) of J at rational points. Raises Uncheckable or InputError."""
    if _needs_values(game):
        return jacobians_of(game, complete(points, _dimension(game)))
    return text_jacobians(game, points)


def _needs_values(game: Document) -> bool:
    """Whether the game is too large to be written as expressions."""
    _, tensors, field = read_policies_game(game)
    small = tensors.states <= MAX_STATES and sum(tensors.sizes) <= MAX_LOGITS
    return not small and field in FIELDS


def _dimension(game: Document) -> int:
    return sum(read_policies_game(game)[1].sizes)
