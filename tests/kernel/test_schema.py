"""The JSON Schemas say what the strict reader accepts: on real documents and on damaged ones."""

import copy
from collections.abc import Callable, Iterator
from functools import partial
from importlib import resources
from typing import Any

import jsonschema
import numpy as np
import pytest
import scipy.sparse

import games
import sgn
from certificates.claim_tables import FORMATS, kind_words, stated_claims, tables, with_tables
from certificates.kernel.document.head import EVIDENCE
from certificates.kernel.document.reading import Document, parse
from certificates.kernel.refusal import BEST, REASONS
from certificates.kernel.verify import verify
from certificates.schema_kinds import schema_of
from certificates.schemas import NAMES, as_text, generated, schema
from games.errors import InputError
from tests.helpers.catalogue_names import COST_GAMES
from tests.helpers.scale import SCALE

Path = tuple[str | int, ...]

VALIDATORS = {name: jsonschema.Draft202012Validator(schema(name)) for name in NAMES}
REMAKE = "run python -m certificates.schemas"
FREE = {"game", "produced_by", "digest", "parameters"}  # read, if at all, by the checker or nobody


class Strange:
    """A kind of field that has no schema."""


def validator(document: Document) -> jsonschema.Draft202012Validator:
    """By the keys alone, so that damaged documents have one too."""
    return VALIDATORS["refusal-2" if "reason" in document else "certificate-2"]


def fits(document: Document) -> bool:
    return bool(validator(document).is_valid(document))


def is_read(document: Document) -> bool:
    """Whether the checker finds the document well formed (true or not)."""
    try:
        verify(document)
    except InputError:
        return False
    return True


def quadratic() -> games.QuadraticGame:
    J = np.array([[2.0, 0.5, 1.0], [0.5, 2.0, 0.0], [-1.0, 0.0, 1.0]])
    return games.QuadraticGame(J, sizes=[2, 1], linear=[1.0, 0.0, 2.0], source="made up")


def sparse() -> games.QuadraticGame:
    """So many players that vectors are binary and couplings sparse."""
    n = 40
    J = 2 * np.eye(n) + 0.3 * np.eye(n, k=1) - 0.4 * np.eye(n, k=-1)
    return games.QuadraticGame(scipy.sparse.csr_array(J), sizes=[1] * n)


def conditional(*, coupling: float = 10.0) -> Document:
    given = sgn.Bounds.given([1, 1], [[0, coupling], [0.05, 0]], curvature_upper=[1, 1])
    return sgn.certify_bounds(given).document


def from_functions() -> Document:
    game = games.CallableGame(
        [lambda x: x[:1] + x[1:] ** 2, lambda x: x[1:]], [1, 1], region=games.Box.cube(2, 0.1)
    )
    return sgn.certify(game).document


QUICK = sgn.Sampled(draws=64, epsilon=0.05, budget=2**16)  # form matters here, not quality


def from_catalogue(name: str) -> Document:
    game = games.catalogue.load(name)
    exact = game.structure is not games.Structure.GENERAL
    return sgn.certify(game, evidence="exact" if exact else QUICK).document


MADE: dict[str, Callable[[], Document]] = {
    "quadratic": lambda: sgn.certify(quadratic()).document,
    "sparse": lambda: sgn.certify(sparse()).document,
    "conditional": conditional,
    "conditional refusal": lambda: conditional(coupling=30.0),
    "functions": from_functions,
    **{name: partial(from_catalogue, name) for name in COST_GAMES},
}
READ_WHOLLY = ("sgn-toy", "fk-a3", "quadratic", "conditional", "conditional refusal")


@pytest.fixture(scope="module")
def made() -> dict[str, Document]:
    return {name: make() for name, make in MADE.items()}


@pytest.mark.parametrize("name", NAMES)
def test_schema_is_a_schema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema(name))


def test_unknown_schema() -> None:
    with pytest.raises(ValueError, match="expected one of 'certificate-2', 'refusal-2'"):
        schema("certificate-1")


@pytest.mark.parametrize("name", NAMES)
def test_files_are_what_the_fields_say(name: str) -> None:
    file = resources.files("certificates") / "schema" / f"{name}.json"
    assert file.read_text(encoding="utf-8") == as_text(generated()[name]) + "\n", REMAKE


def test_tables_of_formats_are_what_the_fields_say() -> None:
    text = FORMATS.read_text(encoding="utf-8")
    assert text == with_tables(text), REMAKE


def test_every_claim_has_its_entry_and_its_row() -> None:
    theorems = [claim.theorem for claim in stated_claims()]
    entries = [
        claim["properties"]["theorem"]["const"]
        for name in NAMES
        for claim in schema(name)["$defs"]["claim"]["oneOf"]
    ]
    assert sorted(entries) == sorted(theorems)
    rows = tables().splitlines()
    assert all(any(row.startswith(f"| `{theorem}` |") for row in rows) for theorem in theorems)


def test_a_kind_of_field_that_nobody_taught_is_told_by_name() -> None:
    with pytest.raises(TypeError, match="kind Strange"):
        schema_of(Strange())
    with pytest.raises(TypeError, match="kind Strange"):
        kind_words(Strange())


def test_shared_definitions_agree() -> None:
    first, second = (schema(name)["$defs"] for name in NAMES)
    for key in first.keys() & second.keys() - {"evidence", "claim"}:
        assert first[key] == second[key], key


def test_words_are_those_of_the_reader() -> None:
    properties = schema("refusal-2")["properties"]
    assert set(properties["reason"]["enum"]) == set(REASONS)
    assert set(properties["best"]["properties"]) == set(BEST)
    for name in NAMES:
        kinds = schema(name)["$defs"]["evidence"]["oneOf"]
        assert {kind["properties"]["kind"]["const"] for kind in kinds} == set(EVIDENCE)


def test_every_document_fits(made: dict[str, Document]) -> None:
    for name, document in made.items():
        errors = [
            f"{name}: {e.json_path}: {e.message}" for e in validator(document).iter_errors(document)
        ]
        assert errors == []


def objects(value: Any, path: Path = ()) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every object in a document, with the path to it."""
    if isinstance(value, dict):
        yield path, value
        for key, entry in value.items():
            yield from objects(entry, (*path, key))
    elif isinstance(value, list):
        for k, entry in enumerate(value):
            yield from objects(entry, (*path, k))


def at(document: Document, path: Path) -> Any:
    found: Any = document
    for key in path:
        found = found[key]
    return found


@pytest.mark.parametrize("name", READ_WHOLLY)
def test_keys_are_those_of_the_reader(made: dict[str, Document], name: str) -> None:
    """In every object: a key more, and each key less, is an error to both or to neither."""
    document = made[name]
    for path, entry in objects(document):
        if path and path[-1] in FREE - {"game"}:
            continue
        more = copy.deepcopy(document)
        at(more, path)["surplus"] = 1
        assert not fits(more), path
        assert not is_read(more), path
        for key in entry:
            less = copy.deepcopy(document)
            del at(less, path)[key]
            known = (path, key) != (("game",), "kind")  # an unknown kind is read, never proved
            assert fits(less) == (is_read(less) and known), (path, key)


DAMAGE: list[Any] = [
    None,
    True,
    0.5,
    "",
    "x",
    "1 ",
    "1\n",
    "1/0",
    "NaN",
    [],
    {},
    [[]],
    [None],
    {"kind": []},
]


@pytest.mark.parametrize("name", READ_WHOLLY)
def test_what_the_schema_refuses_is_not_read(made: dict[str, Document], name: str) -> None:
    """Every entry in turn replaced by one of another kind (a third of all at first).

    The reader may know more, never less.
    """
    document, count = made[name], 0
    for path, entry in objects(document):
        for key in entry:
            if key in FREE or FREE & set(path) or path == ("evidence",):
                continue
            count += 1
            for value in DAMAGE if SCALE > 1 else DAMAGE[count % 3 :: 3]:
                damaged = copy.deepcopy(document)
                at(damaged, path)[key] = value
                if not fits(damaged):
                    assert not is_read(damaged), (path, key, value)


def test_floats_are_refused_by_both() -> None:
    document = conditional()
    place = next(path for path, entry in objects(document) if "margin" in entry)
    assert fits(document)
    at(document, place)["margin"] = 0.25
    assert not fits(document)
    with pytest.raises(InputError, match=r"0\.25 is a JSON float"):
        parse('{"margin": 0.25}')
