"""Schema and reader on games of policies and on every claim that a certificate can make."""

import copy
from collections.abc import Callable
from dataclasses import MISSING
from functools import cache
from typing import Any

import jsonschema
import numpy as np
import pytest

import games
import sgn
from certificates.claim_tables import stated_claims
from certificates.kernel.certificate import read_claim
from certificates.kernel.claims import Claim
from certificates.kernel.document.fields import (
    ListOf,
    Matrix,
    MetricKind,
    Number,
    Numbers,
    OrNull,
    Pair,
    PairTable,
    PerPlayer,
    PerVariable,
    Record,
    Shape,
    Square,
    Text,
    declared,
)
from certificates.kernel.document.reading import Document
from certificates.schemas import claim_schema, schema
from games import InputError

SHAPE = Shape(players=2, dimension=2)
SCHEMA = schema("certificate-2")
WHOLE = jsonschema.Draft202012Validator(SCHEMA)
DAMAGE: list[Any] = [None, True, 0.5, "", "x", "1/0", "NaN", [], {}, ["1"], [None], {"shape": []}]
TABLE = {"dtype": "<f8", "shape": [2, 2], "zlib64": "eJxjYACBD/sZsIIP9gAtRgLf"}
GOOD: dict[type, Callable[[Any], Any]] = {
    Number: lambda kind: "1/2",
    Text: lambda kind: (kind.allowed or ("words",))[0],
    PerPlayer: lambda kind: ["1", 2],
    PerVariable: lambda kind: ["1", "-2"],
    Numbers: lambda kind: ["1", "2"],
    Pair: lambda kind: [1, 0],
    PairTable: lambda kind: [["0", "1"], ["2", "0"]],
    MetricKind: lambda kind: {"kind": "scalar", "weights": ["1", "2"]},
    Square: lambda kind: TABLE,
    Matrix: lambda kind: TABLE,
    ListOf: lambda kind: [good(kind.each)],
    OrNull: lambda kind: good(kind.kind),
    Record: lambda kind: good_fields(kind.record, witnesses=False),
}


def good(kind: object) -> Any:
    """A value of a kind of field, well formed."""
    return GOOD[type(kind)](kind)


def good_fields(record: type, *, witnesses: bool) -> Document:
    fields = declared(record, witnesses=witnesses)
    return {each.name: good(each.metadata["kind"]) for each in fields}


def good_claim(claim: type[Claim]) -> Document:
    """A claim with every field that it can have."""
    return {
        "theorem": claim.theorem,
        "numbers": good_fields(claim, witnesses=False),
        "witnesses": good_fields(claim, witnesses=True),
    }


def is_read(entry: Document) -> bool:
    try:
        read_claim(entry, "claim", SHAPE)
    except InputError:
        return False
    return True


@pytest.mark.parametrize("claim", stated_claims(), ids=lambda claim: claim.theorem)
def test_schema_and_reader_agree_on_every_claim(claim: type[Claim]) -> None:
    """A key more or less is an error to both; what the schema refuses is not read."""
    own = jsonschema.Draft202012Validator({"$defs": SCHEMA["$defs"], **claim_schema(claim)})
    whole = good_claim(claim)
    assert own.is_valid(whole)
    assert is_read(whole)
    for part in ("numbers", "witnesses"):
        assert not own.is_valid({**whole, part: {**whole[part], "surplus": "1"}})
        assert not is_read({**whole, part: {**whole[part], "surplus": "1"}})
        for each in declared(claim, witnesses=part == "witnesses"):
            less = copy.deepcopy(whole)
            del less[part][each.name]
            assert own.is_valid(less) == is_read(less) == (each.default is not MISSING)
            for value in DAMAGE:
                damaged = {**whole, part: {**whole[part], each.name: value}}
                assert own.is_valid(damaged) or not is_read(damaged), (each.name, value)
        lacking = {key: value for key, value in whole.items() if key != part}
        assert own.is_valid(lacking) == is_read(lacking)
    for bad in ({**whole, "surplus": {}}, {**whole, "theorem": "margin/T0"}, *DAMAGE):
        assert not own.is_valid(bad)
        assert not is_read(bad)


def test_every_claim_has_a_title_and_is_read_as_what_it_is() -> None:
    for claim in stated_claims():
        assert type(read_claim(good_claim(claim), "claim", SHAPE)) is claim


def markov() -> games.Game:
    P = np.full((2, 2, 2, 2), 0.5)
    rewards = [np.tile([[0.1, 0], [0, 0.1]], (2, 1, 1)), np.tile([[0, 0.1], [0.1, 0]], (2, 1, 1))]
    return games.MarkovGame(P, rewards, discount="0.5", initial=["1/2", "1/2"])


def stage() -> games.Game:
    return games.NormalFormGame([[[1, 0], [0, 1]], [[0, 1], [1, 0]]], entropy=[2, 2])


def turning() -> games.Game:
    return games.SymbolicGame.from_field(
        players={"one": ["x"], "two": ["y"]}, fields={"one": ["x + y"], "two": ["y - x"]}
    )


MADE: dict[str, Callable[[], games.Game]] = {"markov": markov, "stage": stage, "field": turning}


@cache
def document(name: str) -> Document:
    game = MADE[name]()
    return sgn.certify(game, games.Box.cube(sum(game.sizes), "1/4")).require().document


@pytest.mark.parametrize("name", MADE)
def test_games_of_policies_and_fields_fit(name: str) -> None:
    made = document(name)
    assert WHOLE.is_valid(made)
    assert not WHOLE.is_valid({**made, "game": {**made["game"], "kind": "other"}})
    for key in set(made["game"]) - {"source", "field", "kind"}:
        less = {k: v for k, v in made["game"].items() if k != key}
        assert not WHOLE.is_valid({**made, "game": less}), key


@pytest.mark.parametrize("theorem", ["bounds/Setting", "margin/T2", "margin/T5 (norm)"])
def test_what_every_certificate_claims_is_asked_for_once(theorem: str) -> None:
    made = document("stage")
    claims = made["claims"]
    [own] = [claim for claim in claims if claim["theorem"].startswith(theorem)]
    assert not WHOLE.is_valid({**made, "claims": [c for c in claims if c is not own]})
    assert not WHOLE.is_valid({**made, "claims": [*claims, own]})


def test_only_a_refusal_refutes() -> None:
    made = document("stage")
    [witness] = [c for c in stated_claims() if c.theorem == "refutation/T6"]
    assert not WHOLE.is_valid({**made, "claims": [*made["claims"], good_claim(witness)]})
