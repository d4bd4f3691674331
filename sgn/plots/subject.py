"""What a picture is drawn from: the game, its bounds and Jacobians, the metric of a certificate."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from certificates.certificate import Certificate, Refusal
from certificates.kernel.claims import Claims
from certificates.kernel.document.reading import decode_arrays
from games.files.document import from_document
from games.game import Game, Structure
from games.regions.shapes import Box, Region, as_shape
from sgn.bounds import Bounds, Sampled, estimate_bounds

Floats = NDArray[np.float64]
Subject = Certificate | Refusal | Game
LARGEST = 64  # variables of a game whose Jacobian is drawn
DRAWS = 256  # points at which a Jacobian that is not constant is taken
VERTICES = 6  # sides of a box of which all vertices are among them


def game_of(subject: Subject) -> Game:
    """The game; ValueError where only bounds were given or the file cannot hold it."""
    if isinstance(subject, Game):
        return subject
    if subject.claims.game is None:
        raise ValueError("the certificate holds bounds and no game; draw what needs bounds alone")
    return from_document(decode_arrays(subject.claims.game, "game"), "game")


def small_game(subject: Subject) -> Game:
    """The same; ValueError where its Jacobian is too large to draw or cannot be computed."""
    game = game_of(subject)
    if game.dimension > LARGEST:
        raise ValueError(f"the game has {game.dimension} variables; expected at most {LARGEST}")
    if game.document().get("kind") == "callable" and not isinstance(subject, Game):
        raise ValueError("the costs are Python functions, which no file holds; draw from the game")
    return game


def region_of(subject: Subject) -> Region | None:
    """Where it was certified, else the game's own region."""
    return subject.region if isinstance(subject, Game) else as_shape(subject.claims.region)


def bounds_of(subject: Subject) -> Bounds:
    """The bounds of a certificate, else those of the game: sampled unless J is constant."""
    if isinstance(subject, Certificate):
        return _stated(subject.claims)
    game = game_of(subject)
    if game.structure is Structure.CONSTANT:
        return estimate_bounds(game, region_of(subject))
    return estimate_bounds(game, region_of(subject), evidence=Sampled())


def jacobians(game: Game, region: Region | None) -> Floats:
    """J where it is constant, (1, n, n), else at random points and vertices: (V, n, n)."""
    if game.structure is Structure.CONSTANT:
        return game.jacobian(np.zeros((1, game.dimension)))
    box = region if isinstance(region, Box) else game.region
    if box is None:
        raise ValueError("the Jacobian is not constant and there is no box; give a region")
    points = [box.sample(np.random.default_rng(0), DRAWS)]
    if len(box.free) <= VERTICES:
        points.append(np.array([[float(v) for v in p] for p in box.vertices(box.free)]))
    return game.jacobian(np.concatenate(points))


def scaled(J: Floats, game: Game, scale: float) -> Floats:
    """J with every coupling between different players multiplied."""
    owner = np.repeat(np.arange(len(game.sizes)), game.sizes)
    return np.where(owner[:, None] == owner[None, :], J, scale * J)


def metric_matrix(certificate: Certificate, game: Game) -> Floats:
    """M of the margin, (n, n)."""
    return certificate.claims.metric.matrix(game.sizes)


def equilibrium_of(certificate: Certificate) -> Floats:
    """The certified zero of F; ValueError where there is none."""
    found = certificate.equilibrium
    if found is None or not found.is_zero:
        raise ValueError("no equilibrium inside the region is certified; nothing converges to one")
    return np.array([float(v) for v in found.point])


def _stated(claims: Claims) -> Bounds:
    n, bounds = len(claims.names), claims.bounds
    L = bounds.coupling_upper
    values = np.array([float(v) for v in L.values])
    table = sparse.csr_array((values, (L.rows, L.cols)), shape=(n, n))
    low = np.array([float(v) for v in bounds.curvature_lower])
    high = np.array([float(v) for v in bounds.curvature_upper])
    return Bounds.given(low, table, high, claims.names)
