"""Schema and reader on games of policies and on what is claimed of their KL divergence."""

from pathlib import Path

import jsonschema
import pytest

from certificates.claims import read_claims
from certificates.document import Document, read
from certificates.schemas import schema
from games import InputError

CORPUS = Path(__file__).parent / "corpus" / "valid"
VALIDATOR = jsonschema.Draft202012Validator(schema("certificate-1"))
DAMAGE: list[object] = [
    None,
    True,
    0.5,
    "",
    "x",
    "1/0",
    "NaN",
    [],
    {},
    ["1"],
    [None],
    {"dtype": "<f8"},
]


def test_schema_and_reader_agree_on_the_claim() -> None:
    """A key more or less is an error to both; what the schema refuses is not read."""
    document = read(CORPUS / "shares.json")
    assert fits(document)
    for scope in ("region", "simplex"):
        claim = document["bregman"][scope]
        for key in (*claim, "surplus"):
            changed = {k: v for k, v in claim.items() if k != key}
            if key == "surplus":
                changed[key] = "1"
            both = {**document["bregman"], scope: changed}
            assert not is_read({**document, "bregman": both})
            assert not fits({**document, "bregman": both})
            for value in DAMAGE if key != "surplus" else ():
                both = {**document["bregman"], scope: {**claim, key: value}}
                damaged = {**document, "bregman": both}
                assert fits(damaged) or not is_read(damaged), (scope, key, value)
    for value in (*DAMAGE, {"everywhere": {}}):
        assert not is_read({**document, "bregman": value})
        assert not fits({**document, "bregman": value})
    without_other = {**document, "bregman": {"simplex": document["bregman"]["simplex"]}}
    assert fits(without_other)
    assert is_read(without_other)


def fits(document: Document) -> bool:
    return bool(VALIDATOR.is_valid(document))


def is_read(document: Document) -> bool:
    try:
        read_claims(document)
    except InputError:
        return False
    return True


@pytest.mark.parametrize("name", ["markov", "uneven", "shares", "stage", "plain", "turning"])
def test_games_of_policies_and_fields_fit(name: str) -> None:
    document = read(CORPUS / f"{name}.json")
    assert fits(document)
    assert not fits({**document, "game": {**document["game"], "kind": "other"}})
    for key in set(document["game"]) - {"source", "field", "kind"}:
        less = {k: v for k, v in document["game"].items() if k != key}
        assert not fits({**document, "game": less})
