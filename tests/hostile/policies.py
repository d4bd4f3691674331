"""Games of policies of many states, actions and players."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from certificates.kernel.document.reading import Document, encode_array
from tests.hostile.documents import (
    claim,
    claimed,
    claiming,
    cover,
    enclosed,
    halved,
    packed,
    trick,
    zeros,
)


def policies(states: int, actions: Sequence[int], **more: Any) -> Document:
    """A Markov game of equal chances and no rewards."""
    rows = states * int(np.prod(actions))
    return {
        "format": "sgn-game/1", "kind": "markov", "name": "",
        "players": [{"name": f"p{k}", "actions": a} for k, a in enumerate(actions)],
        "transition": encode_array(np.full((rows, states), 1 / states)),
        "rewards": encode_array(np.zeros((len(actions), rows))),
        "discount": "0.5", "initial": [f"1/{states}"] * states,
        "entropy": ["1"] * len(actions), **more,
    }  # fmt: skip


@trick
def values_of_many_leaves(folder: Path) -> list[str]:
    """A Markov game of 60 logits with a cover of 2000 leaves."""
    S, actions = 10, (4, 4)
    sizes = [S * (a - 1) for a in actions]
    n = sum(sizes)
    tokens = halved(n, 11, 0)
    evidence = {"kind": "enclosed", "values": {"cover": cover(tokens)}}
    return packed(claimed(policies(S, actions), sizes, evidence), folder)


@trick
def states_without_number(folder: Path) -> list[str]:
    """A Markov game of 5000 states: 10⁸ probabilities."""
    S, actions = 5000, (2, 2)
    game = policies(2, actions)
    game |= {
        "transition": zeros("<f8", S * 4, S),
        "rewards": zeros("<f8", 2, S * 4),
        "initial": [f"1/{S}"] * S,
    }
    evidence = {"kind": "enclosed", "values": {"cover": cover(np.array([2 * S]))}}
    return packed(claimed(game, [S, S], evidence), folder)


@trick
def policies_as_text(folder: Path) -> list[str]:
    """A normal-form game of seven players with four actions, of which covers are claimed."""
    actions = (4,) * 7
    game = {
        "format": "sgn-game/1", "kind": "normal-form", "name": "",
        "players": [{"name": f"p{k}", "actions": a} for k, a in enumerate(actions)],
        "payoffs": encode_array(np.random.default_rng(0).integers(0, 3, (7, 4**7)).astype(float)),
        "entropy": ["1"] * 7,
    }  # fmt: skip
    sizes = [3] * 7
    return packed(enclosed(game, sizes, np.array([21])), folder)


@trick
def differences_of_payoffs(folder: Path) -> list[str]:
    """T19 on the simplex for 14 players of two actions, with weights of 256 bits."""
    count = 14
    payoffs = np.random.default_rng(0).integers(0, 9, (count, 2**count))
    game = {
        "format": "sgn-game/1", "kind": "normal-form", "name": "",
        "players": [{"name": f"p{k}", "actions": 2} for k in range(count)],
        "payoffs": encode_array(payoffs * 2.0**-200),
        "entropy": ["1"] * count,
    }  # fmt: skip
    n = count
    weights = [f"{2**255 + k}/{2**254 + 2 * k + 1}" for k in range(count)]
    evidence = {"kind": "enclosed", "covers": {"domain": cover(np.array([n]))}}
    document = claimed(game, [1] * n, evidence)
    numbers = {"rate": "1e-9", "weights": weights}
    decay = claim("kl/T19 (corollary)", numbers, vector=["1"] * n)
    return packed(claiming(document, decay), folder)


@trick
def contingencies_without_number(folder: Path) -> list[str]:
    """A .nfg file of 19 players whose 2^19 contingencies are one digit each."""
    names = " ".join(f'"{k}"' for k in range(18))
    strategies = " ".join(["2"] * 18)
    payoffs = " ".join(["1"] * 18)
    text = f'NFG 1 R "" {{ {names} }} {{ {strategies} }} {{ {{ "" {payoffs} }} }} ' + "1 " * 2**18
    (folder / "game.nfg").write_text(text)
    return ["load", str(folder / "game.nfg")]


@trick
def actions_without_number(folder: Path) -> list[str]:
    """A normal-form game of one player with 16,384 actions, and its level of T19."""
    n = 2**14 - 1
    game = {
        "format": "sgn-game/1", "kind": "normal-form", "name": "",
        "players": [{"name": "a", "actions": n + 1}], "payoffs": zeros("<f8", 1, n + 1),
        "entropy": ["1"],
    }  # fmt: skip
    evidence = {"kind": "enclosed", "values": {"cover": cover(np.array([n]))}}
    document = claimed(game, [n], evidence)
    claims = (
        claim("equilibrium/T13", {"point": zeros("<f8", n), "error": "0"}),
        claim("equilibrium/T18 (Nash)"),
        claim("kl/T19", {"rate": "0.1", "weights": ["1"]}),
    )
    return packed(claiming(document, *claims), folder)
