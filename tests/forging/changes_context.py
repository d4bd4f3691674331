"""Changes that move claims into another context: game, metric, evidence, methods, refusals."""

import copy
import random
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import sympy

from certificates.kernel.document.reading import Document, decode_array, encode_array
from tests.forging.changes import Change, Pool, Skip, choose
from tests.forging.changes_region import REGION, box_of, fractions, texts

# ---- the game ------------------------------------------------------------------------------------


def zero_moved(document: Document, rng: random.Random, pool: Pool) -> str:
    """Another linear term, so that the zero is in the middle, on a face, or outside."""
    game = document.get("game", {})
    if game.get("kind") != "quadratic" or "zlib64" not in game["jacobian"]:
        raise Skip
    lower, upper = box_of(document)
    J = np.asarray(decode_array(game["jacobian"], "jacobian"), dtype=float)
    ends = [(a, b, (a + b) / 2, 2 * b - a) for a, b in zip(lower, upper, strict=True)]
    x = np.array([float(rng.choice(side)) for side in ends])
    game["linear"] = encode_array(-J @ x)
    if "equilibrium" in document and rng.random() < 0.7:
        inside = [
            min(max(Fraction(v), a), b) for v, a, b in zip(x.tolist(), lower, upper, strict=True)
        ]
        document["equilibrium"]["point"] = texts(inside)
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
            for a, b in pairwise(ends)
        ]}  # fmt: skip
    return _metric_everywhere(document, new, rng)


def _matrix(metric: Document, sizes: list[int]) -> Any:
    match metric.get("kind"):
        case "scalar":
            each = fractions(metric["weights"])
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
    if rng.random() < 0.8:
        document["metric"] = new
        document.pop("weights", None)
        if new["kind"] == "scalar":
            document["weights"] = new["weights"]
    for steps in document.get("steps", {}).values():
        if steps.get("metric") == old and rng.random() < 0.8:
            steps["metric"] = copy.deepcopy(new)
    return f"metric is now {new['kind']}"


def weights_changed(document: Document, rng: random.Random, pool: Pool) -> str:
    """Other weights, in all places or in some."""
    metric = document.get("metric", {})
    if metric.get("kind") != "scalar" or not isinstance(metric["weights"], list):
        raise Skip
    weights = fractions(metric["weights"])
    k = rng.randrange(len(weights))
    weights[k] *= rng.choice([Fraction(s) for s in ("1.01", "0.9", "2", "0.2")])
    written = texts(weights)
    if rng.random() < 0.5:
        document["structural_weights"] = list(written)
    said = _metric_everywhere(document, {"kind": "scalar", "weights": written}, rng)
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
        lower, upper = box_of(document)
        point = texts([rng.choice(side) for side in zip(lower, upper, strict=True)])
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
    *REGION, zero_moved, zero_moved, fields_instead, players_merged, game_of_another,
    entropy_changed, metric_of_another_kind, metric_of_another_kind, weights_changed,
    evidence_changed, rk4_elsewhere, steps_of_another, switches_set, *REFUSALS,
]  # fmt: skip
