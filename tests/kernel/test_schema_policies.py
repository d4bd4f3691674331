"""Schema and reader on games of policies and on what is claimed of their KL divergence."""

from pathlib import Path
from typing import Any

import jsonschema
import pytest

from certificates.kernel.document.kl import read_bregman
from certificates.kernel.document.reading import read
from certificates.schemas import schema
from games import InputError

CORPUS = Path(__file__).parents[1] / "corpus" / "valid"
SCHEMA = schema("certificate-1")
WHOLE = jsonschema.Draft202012Validator(SCHEMA)
CLAIM = jsonschema.Draft202012Validator(
    {"$defs": SCHEMA["$defs"], **SCHEMA["properties"]["bregman"]}
)
DAMAGE: list[Any] = [None, True, 0.5, "", "x", "1/0", "NaN", [], {}, ["1"], [None], {"shape": []}]


def is_read(claim: Any) -> bool:
    """By the reader, of three players."""
    try:
        read_bregman({"verdict": "proved", "bregman": claim}, 3, "certificate")
    except InputError:
        return False
    return True


@pytest.mark.parametrize("scope", ["region", "simplex"])
def test_schema_and_reader_agree_on_the_claim(scope: str) -> None:
    """A key more or less is an error to both; what the schema refuses is not read."""
    whole = read(CORPUS / "shares.json")["bregman"]
    for good in (whole, {scope: whole[scope]}):
        assert is_read(good)
        assert CLAIM.is_valid(good)
    more = {**whole, scope: {**whole[scope], "surplus": "1"}}
    fewer = [
        {**whole, scope: {k: v for k, v in whole[scope].items() if k != key}}
        for key in whole[scope]
    ]
    for bad in (more, *fewer, {**whole, "everywhere": whole[scope]}, *DAMAGE):
        assert not is_read(bad)
        assert not CLAIM.is_valid(bad)
    for key in whole[scope]:
        for value in DAMAGE:
            damaged = {**whole, scope: {**whole[scope], key: value}}
            assert CLAIM.is_valid(damaged) or not is_read(damaged), (key, value)


@pytest.mark.parametrize("name", ["markov", "uneven", "shares", "stage", "plain", "turning"])
def test_games_of_policies_and_fields_fit(name: str) -> None:
    document = read(CORPUS / f"{name}.json")
    assert WHOLE.is_valid(document)
    assert not WHOLE.is_valid({**document, "game": {**document["game"], "kind": "other"}})
    for key in set(document["game"]) - {"source", "field", "kind"}:
        less = {k: v for k, v in document["game"].items() if k != key}
        assert not WHOLE.is_valid({**document, "game": less})


def test_only_what_is_proved_makes_the_claim() -> None:
    document = read(CORPUS / "shares.json")
    assert not WHOLE.is_valid({**document, "verdict": "estimated"})
    with pytest.raises(InputError, match="'proved' alone"):
        read_bregman({**document, "verdict": "estimated"}, 3, "certificate")
