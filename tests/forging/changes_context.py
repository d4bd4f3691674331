"""Changes that move claims into another context: region, metric, game, evidence, equilibrium."""

import copy
import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import sympy

from certificates.document import Document, decode_array, encode_array
from games.number import to_text
from tests.forging.changes import Change, Pool, Skip, as_number, choose

STEPS = ("euler", "rk4", "rk4_equilibrium", "extragradient", "optimistic")
KINDS = ("nash", "restricted-nash", "quantal-response", "zero", "boundary", "variational")


def _fractions(values: Any) -> list[Fraction]:
    if isinstance(values, dict):
        return [Fraction(float(v)) for v in decode_array(values, "numbers")]
    found = [as_number(v) for v in values]
    if any(v is None for v in found):
        raise Skip
    return [v for v in found if v is not None]


def _texts(values: list[Fraction]) -> list[str]:
    return [to_text(v) for v in values]


def _box(document: Document) -> tuple[list[Fraction], list[Fraction]]:
    """The sides of the region, or some for R^n and for a ball."""
    region = document.get("region", {})
    match region.get("kind"):
        case "box":
            return _fractions(region["lower"]), _fractions(region["upper"])
        case "ball":
            center, r = _fractions(region["center"]), as_number(region["radius"])
            assert r is not None
            return [c - r for c in center], [c + r for c in center]
        case "space":
            n = region["dimension"]
            if n <= 40:
                return [Fraction(-1)] * n, [Fraction(1)] * n
    raise Skip


def _set_box(document: Document, lower: list[Fraction], upper: list[Fraction]) -> None:
    document["region"] = {"kind": "box", "lower": _texts(lower), "upper": _texts(upper)}


# ---- the region ----------------------------------------------------------------------------------


def box_moved(document: Document, rng: random.Random, pool: Pool) -> str:
    """Shifted along one axis by a share of its width, so that the solution may be outside."""
    lower, upper = _box(document)
    k = rng.randrange(len(lower))
    shift = (upper[k] - lower[k]) * rng.choice([Fraction(s) for s in ("0.3", "-0.3", "1", "-1")])
    lower[k], upper[k] = lower[k] + shift, upper[k] + shift
    _set_box(document, lower, upper)
    return f"box, side {k} moved by {float(shift):g}"


def box_cut(document: Document, rng: random.Random, pool: Pool) -> str:
    """One end of one side drawn in: the solution may be cut off."""
    lower, upper = _box(document)
    k = rng.randrange(len(lower))
    share = rng.choice([Fraction(s) for s in ("0.1", "0.5", "0.7", "0.95")])
    if rng.random() < 0.5:
        lower[k] += share * (upper[k] - lower[k])
    else:
        upper[k] -= share * (upper[k] - lower[k])
    _set_box(document, lower, upper)
    return f"box, side {k} cut by {float(share):g}"


def box_at_the_solution(document: Document, rng: random.Random, pool: Pool) -> str:
    """A face through the stated point, or just beside it: a zero becomes a boundary, and back."""
    lower, upper = _box(document)
    if "equilibrium" not in document:
        raise Skip
    point = _fractions(document["equilibrium"]["point"])
    k = rng.randrange(len(lower))
    beside = rng.choice([Fraction(0), Fraction(1, 10**6), Fraction(-1, 10**6), Fraction(1, 10)])
    if rng.random() < 0.5:
        lower[k] = point[k] + beside
        upper[k] = max(upper[k], lower[k] + Fraction(1, 10))
    else:
        upper[k] = point[k] - beside
        lower[k] = min(lower[k], upper[k] - Fraction(1, 10))
    _set_box(document, lower, upper)
    return f"box, a face of side {k} within {float(beside):g} of the solution"


def box_scaled(document: Document, rng: random.Random, pool: Pool) -> str:
    lower, upper = _box(document)
    factor = rng.choice([Fraction(s) for s in ("0.5", "0.9", "1.001", "1.1", "3")])
    middle = [(a + b) / 2 for a, b in zip(lower, upper, strict=True)]
    half = [(b - a) / 2 * factor for a, b in zip(lower, upper, strict=True)]
    _set_box(
        document,
        [m - h for m, h in zip(middle, half, strict=True)],
        [m + h for m, h in zip(middle, half, strict=True)],
    )
    return f"box times {float(factor):g}"


def box_flattened(document: Document, rng: random.Random, pool: Pool) -> str:
    lower, upper = _box(document)
    k = rng.randrange(len(lower))
    side = rng.choice([lower[k], upper[k], (lower[k] + upper[k]) / 2])
    lower[k] = upper[k] = side
    _set_box(document, lower, upper)
    return f"box, side {k} is one point"


def ball_instead(document: Document, rng: random.Random, pool: Pool) -> str:
    """A ball in the box or round it, in equal weights, those of the metric, or a matrix."""
    lower, upper = _box(document)
    n = len(lower)
    center = [(a + b) / 2 for a, b in zip(lower, upper, strict=True)]
    half = [(b - a) / 2 for a, b in zip(lower, upper, strict=True)]
    radius = rng.choice([min(half), max(half), min(half) / 4])
    metric: list[Any] = ["1"] * n
    which = rng.randrange(3)
    if which == 1:
        metric = [str(rng.choice([1, 2, 5])) for _ in range(n)]
    elif which == 2:
        metric = [["2" if i == j else "0.25" for j in range(n)] for i in range(n)]
    document["region"] = {
        "kind": "ball", "center": _texts(center), "radius": to_text(radius), "metric": metric,
    }  # fmt: skip
    return f"ball of radius {float(radius):g}, metric {which}"


def space_instead(document: Document, rng: random.Random, pool: Pool) -> str:
    lower, _ = _box(document)
    document["region"] = {"kind": "space", "dimension": len(lower)}
    return "R^n instead of the region"


def box_instead(document: Document, rng: random.Random, pool: Pool) -> str:
    lower, upper = _box(document)
    _set_box(document, lower, upper)
    if rng.random() < 0.5:  # away from 0
        shift = Fraction(rng.choice([2, -2]))
        _set_box(document, [v + shift for v in lower], [v + shift for v in upper])
    return "a box instead of the region"


# ---- the equilibrium -----------------------------------------------------------------------------


def kind_changed(document: Document, rng: random.Random, pool: Pool) -> str:
    if "equilibrium" not in document:
        raise Skip
    document["equilibrium"]["kind"] = kind = rng.choice(KINDS)
    if kind in ("boundary", "variational") and rng.random() < 0.8:
        document.pop("basin", None)
    return f"the equilibrium is called {kind}"


def equilibrium_removed(document: Document, rng: random.Random, pool: Pool) -> str:
    if "equilibrium" not in document:
        raise Skip
    for key in ("equilibrium", "basin", "bregman"):
        document.pop(key, None)
    return "no equilibrium"


def equilibrium_stated(document: Document, rng: random.Random, pool: Pool) -> str:
    """At a corner, in the middle, or where it is; with a generous error."""
    lower, upper = _box(document)
    middle = [(a + b) / 2 for a, b in zip(lower, upper, strict=True)]
    point = rng.choice([lower, upper, middle])
    if "equilibrium" in document and rng.random() < 0.6:
        point = [
            min(max(x, a), b)
            for x, a, b in zip(
                _fractions(document["equilibrium"]["point"]), lower, upper, strict=True
            )
        ]
    error = rng.choice(["0", "1e-9", "0.01", "1", "100"])
    kind = rng.choice(KINDS)
    document["equilibrium"] = {"point": _texts(point), "error": error, "kind": kind}
    if rng.random() < 0.7:
        document.pop("basin", None)
    return f"the equilibrium is {kind} within {error}"


def basin_stated(document: Document, rng: random.Random, pool: Pool) -> str:
    """Start sets of every method, all the same or none at all."""
    radius = rng.choice([None, "0", "1e-6", "0.01", "0.1", "1"])
    keys = ["radius", *(f"{m}_radius" for m in STEPS if m in document.get("steps", {}))]
    document["basin"] = dict.fromkeys(keys, radius)
    return f"start sets {radius}"


# ---- the game ------------------------------------------------------------------------------------


def zero_moved(document: Document, rng: random.Random, pool: Pool) -> str:
    """Another linear term, so that the zero is in the middle, on a face, or outside."""
    game = document.get("game", {})
    if game.get("kind") != "quadratic" or "zlib64" not in game["jacobian"]:
        raise Skip
    lower, upper = _box(document)
    J = np.asarray(decode_array(game["jacobian"], "jacobian"), dtype=float)
    ends = [(a, b, (a + b) / 2, 2 * b - a) for a, b in zip(lower, upper, strict=True)]
    x = np.array([float(rng.choice(side)) for side in ends])
    game["linear"] = encode_array(-J @ x)
    if "equilibrium" in document and rng.random() < 0.7:
        inside = [
            min(max(Fraction(v), a), b) for v, a, b in zip(x.tolist(), lower, upper, strict=True)
        ]
        document["equilibrium"]["point"] = _texts(inside)
    return f"the zero is now {x.tolist()}"


def fields_instead(document: Document, rng: random.Random, pool: Pool) -> str:
    """Costs become the field of their gradients; a matrix game is called a field, or no more."""
    game = document.get("game", {})
    if game.get("kind") == "quadratic":
        game["field"] = not game.get("field", False)
        return f"field is now {game['field']}"
    players = game.get("players", [])
    if not players or not all("cost" in player for player in players):
        raise Skip
    names = {v: sympy.Symbol(v) for player in players for v in player["variables"]}
    names |= {v: sympy.Symbol(v) for v in game.get("parameters", {})}
    for player in players:
        try:
            cost = sympy.sympify(player.pop("cost"), locals=names, rational=True)
            parts = [sympy.diff(cost, names[v]) for v in player["variables"]]
        except (SyntaxError, TypeError, sympy.SympifyError):
            raise Skip from None
        player["field"] = [str(part) for part in parts]
    return "fields instead of costs"


def players_merged(document: Document, rng: random.Random, pool: Pool) -> str:
    """Sizes of players of a matrix game exchanged or joined."""
    game = document.get("game", {})
    players = game.get("players", [])
    if game.get("kind") != "quadratic" or len(players) < 2 or len(players) > 10:
        raise Skip
    i, j = rng.sample(range(len(players)), 2)
    players[i]["size"], players[j]["size"] = players[j]["size"], players[i]["size"]
    return "sizes of two players exchanged"


def game_of_another(document: Document, rng: random.Random, pool: Pool) -> str:
    """Another document's game, with or without its region."""
    if "game" not in document:
        raise Skip
    alike = [
        d for d in pool
        if d.get("game", {}).get("kind") == document["game"].get("kind") and d is not document
        and len(d["game"].get("players", [])) == len(document["game"].get("players", []))
    ]  # fmt: skip
    other = choose(rng, alike)
    document["game"] = copy.deepcopy(other["game"])
    if rng.random() < 0.5 and "region" in other:
        document["region"] = copy.deepcopy(other["region"])
    return "another game"


def entropy_changed(document: Document, rng: random.Random, pool: Pool) -> str:
    """Fields, entropies and what they count in games of policies."""
    game = document.get("game", {})
    if game.get("kind") not in ("markov", "normal-form"):
        raise Skip
    which = rng.randrange(4)
    if which == 0:
        game["field"] = field = rng.choice(["fisher", "kakade", "euclidean"])
        if field == "euclidean":
            document["geometry"] = "euclidean"
        else:
            document["geometry"] = {
                "kind": "entropic-dual", "field": field,
                "coordinates": "drop-one logits, action 0 dropped",
            }  # fmt: skip
    elif which == 1 and game["kind"] == "markov":
        game["occupancy_entropy"] = not game.get("occupancy_entropy", False)
    elif which == 2 and game["kind"] == "markov":
        game["discount"] = rng.choice(["0", "0.5", "0.95"])
    else:
        k = rng.randrange(len(game["entropy"]))
        game["entropy"][k] = rng.choice(["0.5", "1", "2", "10", "0"])
    return f"policies changed ({which})"


# ---- metric, evidence, steps ---------------------------------------------------------------------


def _sizes(document: Document) -> list[int]:
    game = document.get("game", {})
    players = game.get("players", [])
    match game.get("kind", "symbolic"):
        case "symbolic":
            return [len(player["variables"]) for player in players]
        case "quadratic":
            return [player["size"] for player in players]
        case "normal-form":
            return [player["actions"] - 1 for player in players]
        case _:
            states = decode_array(game["transition"], "transition").shape[-1]
            return [states * (player["actions"] - 1) for player in players]


def metric_of_another_kind(document: Document, rng: random.Random, pool: Pool) -> str:
    """The same metric as matrices, or a matrix bent a little; everywhere or here alone."""
    sizes = _sizes(document)
    metric = document.get("metric", {})
    if not sizes or sum(sizes) > 40:
        raise Skip
    M = _matrix(metric, sizes)
    bend = rng.choice([0.0, 0.0, 1e-3, 0.2])
    noise = np.array([[rng.uniform(-1, 1) for _ in M] for _ in M])
    M = M * (1 + bend * (noise + noise.T) / 2)
    new: Document
    if rng.random() < 0.5:
        new = {"kind": "dense", "matrix": encode_array(M)}
    else:
        ends = np.cumsum([0, *sizes])
        new = {"kind": "block", "blocks": [
            encode_array(np.ascontiguousarray(M[a:b, a:b]))
            for a, b in zip(ends, ends[1:], strict=False)
        ]}  # fmt: skip
    return _metric_everywhere(document, new, rng)


def _matrix(metric: Document, sizes: list[int]) -> Any:
    match metric.get("kind"):
        case "scalar":
            each = _fractions(metric["weights"])
            return np.diag(np.repeat([float(w) for w in each], sizes))
        case "dense":
            return np.array(decode_array(metric["matrix"], "metric"))
        case "block":
            M = np.zeros((sum(sizes), sum(sizes)))
            start = 0
            for block in metric["blocks"]:
                part = decode_array(block, "block")
                M[start : start + len(part), start : start + len(part)] = part
                start += len(part)
            return M
    raise Skip


def _metric_everywhere(document: Document, new: Document, rng: random.Random) -> str:
    old = document["metric"]
    places: list[Callable[[], None]] = []
    if rng.random() < 0.8:
        document["metric"] = new
        document.pop("weights", None)
        if new["kind"] == "scalar":
            document["weights"] = new["weights"]
    for steps in document.get("steps", {}).values():
        if steps.get("metric") == old and rng.random() < 0.8:
            steps["metric"] = copy.deepcopy(new)
    del places
    return f"metric is now {new['kind']}"


def weights_changed(document: Document, rng: random.Random, pool: Pool) -> str:
    """Other weights, in all places or in some."""
    metric = document.get("metric", {})
    if metric.get("kind") != "scalar" or not isinstance(metric["weights"], list):
        raise Skip
    weights = _fractions(metric["weights"])
    k = rng.randrange(len(weights))
    weights[k] *= rng.choice([Fraction(s) for s in ("1.01", "0.9", "2", "0.2")])
    texts = _texts(weights)
    if rng.random() < 0.5:
        document["structural_weights"] = list(texts)
    said = _metric_everywhere(document, {"kind": "scalar", "weights": texts}, rng)
    if document["metric"]["kind"] == "scalar":
        document["weights"] = list(document["metric"]["weights"])
    return f"{said}, weight {k} changed"


def evidence_changed(document: Document, rng: random.Random, pool: Pool) -> str:
    """Given bounds instead of a game, a game instead of given bounds, exact instead of covers."""
    if document["evidence"].get("kind") == "assumed":
        other = choose(rng, [d for d in pool if "game" in d and "margin" in d])
        document.pop("players", None)
        for key in ("game", "region", "evidence"):
            document[key] = copy.deepcopy(other[key])
        document["verdict"] = "proved"
        return "a game instead of given bounds"
    if rng.random() < 0.5 and "margin" in document:
        names = [player["name"] for player in document["game"].get("players", [])]
        for key in ("game", "region"):
            document.pop(key, None)
        document["players"] = names
        document["evidence"] = {"kind": "assumed", "symmetric": rng.random() < 0.7}
        document["verdict"], document["geometry"] = "conditional", "euclidean"
        for key in ("euclidean_margin", "cocoercivity", "equilibrium", "basin", "bregman"):
            document.pop(key, None)
        return "given bounds instead of the game"
    document["evidence"] = {"kind": "exact"}
    return "called exact"


def rk4_elsewhere(document: Document, rng: random.Random, pool: Pool) -> str:
    """The steps of RK4 between two runs as steps towards the equilibrium, or the other way."""
    steps = document.get("steps", {})
    source, target = rng.choice([("rk4", "rk4_equilibrium"), ("rk4_equilibrium", "rk4")])
    if source not in steps:
        raise Skip
    moved = copy.deepcopy(steps[source])
    moved["kind"] = "equilibrium" if target == "rk4_equilibrium" else "pairs"
    moved["basis"] = rng.choice([moved["basis"], "sector"])
    moved.pop("linear", None)
    multipliers = moved["cover"].get("multipliers", [])
    width = 30 if target == "rk4_equilibrium" else 12
    moved["cover"]["multipliers"] = [_resized(row, width) for row in multipliers]
    steps[target] = moved
    return f"{target} is {source}"


def _resized(row: Any, width: int) -> Any:
    given = decode_array(row, "row").tolist() if isinstance(row, dict) else list(row)
    zero: Any = 0.0 if isinstance(row, dict) else "0"
    full = (given + [zero] * width)[:width]
    return encode_array(np.array(full, dtype=float)) if isinstance(row, dict) else full


def steps_of_another(document: Document, rng: random.Random, pool: Pool) -> str:
    """A method's steps of a document of the same size; their metric with or without."""
    if "steps" not in document:
        raise Skip
    other = choose(rng, [d for d in pool if d.get("steps")])
    key = choose(rng, list(other["steps"]))
    new = copy.deepcopy(other["steps"][key])
    if "metric" in new and rng.random() < 0.8:
        new["metric"] = copy.deepcopy(document["metric"])
    document["steps"][key] = new
    return f"steps.{key} of another document"


def switches_set(document: Document, rng: random.Random, pool: Pool) -> str:
    """Projected and unprojected, of all methods alike."""
    projected, unprojected = rng.random() < 0.6, rng.random() < 0.6
    for key in ("euler", "extragradient", "optimistic"):
        if key in document.get("steps", {}):
            steps = document["steps"][key]
            steps["projected"] = projected
            if "unprojected" in steps:
                steps["unprojected"] = unprojected
    return f"projected {projected}, unprojected {unprojected}"


# ---- refusals ------------------------------------------------------------------------------------


def witness_changed(document: Document, rng: random.Random, pool: Pool) -> str:
    """Another point, shift, scope or sentence."""
    witness = document.get("witness")
    if witness is None:
        raise Skip
    which = rng.randrange(5)
    if which == 0 and "metrics" in witness:
        witness["metrics"] = "all" if witness["metrics"] == "scalar" else "scalar"
    elif which == 1 and "shift" in witness:
        witness["shift"] = rng.choice(["0", "-0.1", "-1", "0.1", "-3"])
    elif which == 2:
        lower, upper = _box(document)
        point = _texts([rng.choice(side) for side in zip(lower, upper, strict=True)])
        if "point" in witness:
            witness["point"] = rng.choice([point, None])
        else:
            witness["points"][rng.randrange(len(witness["points"]))] = point
    elif which == 3:
        document["message"] = "no constant metric certifies this region"
    else:
        other = choose(rng, [d for d in pool if "witness" in d])
        document["witness"] = copy.deepcopy(other["witness"])
    return f"witness changed ({which})"


def refused_elsewhere(document: Document, rng: random.Random, pool: Pool) -> str:
    """A refusal's game replaced by one of a certificate."""
    if "witness" not in document:
        raise Skip
    other = choose(rng, [d for d in pool if "margin" in d and "game" in d])
    document["game"], document["region"] = (copy.deepcopy(other[k]) for k in ("game", "region"))
    return "the refusal of a certified game"


REFUSALS: list[Change] = [witness_changed, witness_changed, refused_elsewhere]
CONTEXT: list[Change] = [
    box_moved, box_cut, box_at_the_solution, box_scaled, box_flattened, ball_instead,
    ball_instead, space_instead, box_instead, kind_changed, equilibrium_removed,
    equilibrium_stated, basin_stated, zero_moved, zero_moved, fields_instead, players_merged,
    game_of_another, entropy_changed, metric_of_another_kind, metric_of_another_kind,
    weights_changed, evidence_changed, rk4_elsewhere, steps_of_another, switches_set,
    *REFUSALS,
]  # fmt: skip
