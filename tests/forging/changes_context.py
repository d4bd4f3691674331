"""Changes that move claims into another context: game, metric, evidence, methods, refusals."""

import copy
import random
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import sympy

from certificates.kernel.document.reading import Document, decode_array, encode_array
from games.language.number import to_text
from tests.forging.changes import (
    THEOREMS,
    Change,
    Pool,
    Skip,
    as_number,
    choose,
    cite,
    drop,
    stated,
)
from tests.forging.changes_region import REGION, box_of, fractions, solution_of, texts

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
    if (solution := solution_of(document)) is not None and rng.random() < 0.7:
        inside = [
            min(max(Fraction(v), a), b) for v, a, b in zip(x.tolist(), lower, upper, strict=True)
        ]
        solution["numbers"]["point"] = texts(inside)
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
        game["field"] = rng.choice(["fisher", "kakade", "euclidean"])
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
    for claim in document["claims"]:
        numbers = claim.get("numbers", {})
        if numbers.get("metric") == old and rng.random() < 0.8:
            numbers["metric"] = copy.deepcopy(new)
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
        stated(document, "margin/T2")[0]["numbers"]["weights"] = list(written)
    said = _metric_everywhere(document, {"kind": "scalar", "weights": written}, rng)
    return f"{said}, weight {k} changed"


def evidence_changed(document: Document, rng: random.Random, pool: Pool) -> str:
    """Given bounds instead of a game, a game instead of given bounds, exact instead of covers."""
    if document["evidence"].get("kind") == "assumed":
        other = choose(rng, [d for d in pool if "game" in d and stated(d, "margin/")])
        document.pop("players", None)
        for key in ("game", "region", "evidence"):
            document[key] = copy.deepcopy(other[key])
        document["verdict"] = "proved"
        return "a game instead of given bounds"
    if rng.random() < 0.5 and stated(document, "margin/"):
        names = [player["name"] for player in document["game"].get("players", [])]
        for key in ("game", "region"):
            document.pop(key, None)
        document["players"] = names
        document["evidence"] = {"kind": "assumed", "symmetric": rng.random() < 0.7}
        document["verdict"] = "conditional"
        if rng.random() < 0.7:
            drop(document, "margin/T5 (equal weights)", "margin/T10", "equilibrium/", "kl/")
        return "given bounds instead of the game"
    document["evidence"] = {"kind": "exact"}
    return "called exact"


def stages_elsewhere(document: Document, rng: random.Random, pool: Pool) -> str:
    """Runge–Kutta steps by another of its theorems, beside or in place of what is claimed."""
    claim = choose(rng, stated(document, "runge_kutta/"))
    moved, old = copy.deepcopy(claim), claim["theorem"]
    target = rng.choice([f"runge_kutta/T11 ({case})" for case in ("a", "b", "b′", "c")])
    cite(document, moved, target, rng, pool)
    if target.endswith(("(b)", "(b′)")):
        given = claim.get("witnesses", {}).get("multipliers", [])
        stages = {"rk4": 4, "heun": 2}[claim["numbers"]["scheme"]]
        width = 3 * (stages * (stages + 1) // 2 if target.endswith("(b′)") else stages)
        moved["witnesses"]["multipliers"] = [_resized(row, width) for row in given]
    drop(document, target)
    if rng.random() < 0.5:
        drop(document, old)
    document["claims"].append(moved)
    return f"{target} is {old}"


def _resized(row: Any, width: int) -> Any:
    given = decode_array(row, "row").tolist() if isinstance(row, dict) else list(row)
    zero: Any = 0.0 if isinstance(row, dict) else "0"
    full = (given + [zero] * width)[:width]
    return encode_array(np.array(full, dtype=float)) if isinstance(row, dict) else full


def steps_of_another(document: Document, rng: random.Random, pool: Pool) -> str:
    """A method's steps of another document; their metric with or without."""
    steps = ("euler/", "runge_kutta/")
    other = choose(rng, [d for d in pool if any(stated(d, start) for start in steps)])
    new = copy.deepcopy(choose(rng, [claim for start in steps for claim in stated(other, start)]))
    if rng.random() < 0.8:
        new["numbers"]["metric"] = copy.deepcopy(document["metric"])
    drop(document, new["theorem"] if "′" in new["theorem"] else new["theorem"].partition("/")[0])
    document["claims"].append(new)
    return f"{new['theorem']} of another document"


def no_steps(document: Document, rng: random.Random, pool: Pool) -> str:
    """Without stated Euler steps or bands, so that those which follow take their place."""
    gone = drop(document, *rng.choice([("euler/",), ("bands/",), ("euler/", "bands/")]))
    if not gone:
        raise Skip
    return f"without {', '.join(gone)}"


def constants_set(document: Document, rng: random.Random, pool: Pool) -> str:
    """Weaker α, β or c, or none, on which so much rests that follows."""
    which = rng.randrange(4)
    if which == 0:
        drop(document, "margin/T10")
    else:
        start, key, factor = (
            ("margin/T10", "constant", rng.choice(["0.9", "0.01", "1e-9"])),
            ("margin/T5 (norm)", "bound", rng.choice(["1.1", "100", "1e9"])),
            ("margin/T5", "margin", rng.choice(["0.9", "0.01", "1e-9", "1e-200"])),
        )[which - 1]
        numbers = choose(rng, stated(document, start))["numbers"]
        value = as_number(numbers[key])
        assert value is not None
        numbers[key] = to_text(value * Fraction(factor))
    return f"constants changed ({which})"


# ---- refusals ------------------------------------------------------------------------------------


def witness_changed(document: Document, rng: random.Random, pool: Pool) -> str:
    """Another point, shift, scope or sentence."""
    witness = choose(rng, stated(document, "refutation/"))
    numbers, which = witness["numbers"], rng.randrange(5)
    if which == 0:
        cite(
            document, witness, rng.choice([t for t in THEOREMS if t.startswith("refu")]), rng, pool
        )
    elif which == 1 and "shift" in numbers:
        numbers["shift"] = rng.choice(["0", "-0.1", "-1", "0.1", "-3"])
    elif which == 2:
        lower, upper = box_of(document)
        point = texts([rng.choice(side) for side in zip(lower, upper, strict=True)])
        if "point" in numbers:
            numbers["point"] = rng.choice([point, None])
        else:
            numbers["places"][rng.randrange(len(numbers["places"]))] = point
    elif which == 3:
        document["message"] = "no constant metric certifies this region"
    else:
        other = choose(rng, [d for d in pool if stated(d, "refutation/")])
        document["claims"] = copy.deepcopy(other["claims"])
    return f"witness changed ({which})"


def refused_elsewhere(document: Document, rng: random.Random, pool: Pool) -> str:
    """A refusal's game replaced by one of a certificate."""
    if not stated(document, "refutation/"):
        raise Skip
    other = choose(rng, [d for d in pool if stated(d, "margin/") and "game" in d])
    document["game"], document["region"] = (copy.deepcopy(other[k]) for k in ("game", "region"))
    return "the refusal of a certified game"


REFUSALS: list[Change] = [witness_changed, witness_changed, refused_elsewhere]
CONTEXT: list[Change] = [
    *REGION, zero_moved, zero_moved, fields_instead, players_merged, game_of_another,
    entropy_changed, metric_of_another_kind, metric_of_another_kind, weights_changed,
    evidence_changed, stages_elsewhere, steps_of_another, no_steps, constants_set, *REFUSALS,
]  # fmt: skip
