"""Mutants of true certificates, digest recomputed: one that passes must still be true."""

import copy
import pathlib
import random
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from certificates.certificate import from_document
from certificates.kernel.document.reading import (
    Document,
    decode_array,
    digest,
    encode_array,
    number,
    read,
)
from certificates.kernel.verify import verify
from games.errors import InputError
from games.language.number import to_text
from tests.corpus.changes import (
    COCOERCIVITY,
    COUPLING,
    CURVATURE,
    EUCLIDEAN,
    EULER,
    LIPSCHITZ,
    MARGIN,
    POSITIVE,
    RK4,
    STRUCTURAL,
    WITNESS,
    put,
)
from tests.corpus.lies import LIES
from tests.corpus.make import HERE
from tests.helpers.scale import examples
from tests.helpers.truth import falsehoods

MUTANTS = 200
COVER_MUTANTS = 60
MANY_MUTANTS = 10_000

BASES = sorted((HERE / "valid").glob("*.json"))
SMALL = [p for p in BASES if p.name != "ring.json"]  # the large one takes longer to judge
CURVED = [p for p in BASES if p.name == "enclosed.json"]

Path = tuple[str | int, ...]


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every entry, containers too, but for what is signed by nobody."""
    if path and path[0] not in ("digest", "produced_by", "message", "suggestions"):
        yield path, value
    if isinstance(value, dict):
        for key, entry in value.items():
            yield from leaves(entry, (*path, key))
    elif isinstance(value, list):
        for k, entry in enumerate(value):
            yield from leaves(entry, (*path, k))


def holder(document: Document, path: Path) -> Any:
    here: Any = document
    for key in path[:-1]:
        here = here[key]
    return here


# Mutations: each changes the document in place, by a random choice.

Mutation = Callable[[Document, random.Random], None]
FACTORS = ["1.000001", "0.999999", "2", "0.5", "-1", "0", "1.000000000001", "10", "1e-3", "1.1"]


def _numbers(document: Document) -> list[Path]:
    result = []
    for path, value in leaves(document):
        if isinstance(value, str):
            try:
                number(value, "")
            except InputError:
                continue
            result.append(path)
    return result


def tweak(document: Document, rng: random.Random) -> None:
    """Multiply a number."""
    path = rng.choice(_numbers(document))
    here = holder(document, path)
    here[path[-1]] = to_text(number(here[path[-1]], "") * Fraction(rng.choice(FACTORS)))


def nudge(document: Document, rng: random.Random) -> None:
    """Change one digit of a number."""
    path = rng.choice(_numbers(document))
    here = holder(document, path)
    digits = list(here[path[-1]])
    places = [k for k, d in enumerate(digits) if d.isdigit()]
    digits[rng.choice(places)] = str(rng.randrange(10))
    here[path[-1]] = "".join(digits)


def copy_another(document: Document, rng: random.Random) -> None:
    """Replace a number by another number of the document."""
    source, target = rng.choice(_numbers(document)), rng.choice(_numbers(document))
    holder(document, target)[target[-1]] = holder(document, source)[source[-1]]


def retoken(document: Document, rng: random.Random) -> None:
    """Change, drop, add or move a token of a cover, or take the cover of another purpose."""
    covers = document["evidence"].get("covers")
    if not covers:
        return tweak(document, rng)
    purpose = rng.choice(sorted(covers))
    tokens = decode_array(covers[purpose], purpose).tolist()
    k = rng.randrange(len(tokens))
    edit = rng.randrange(6)
    if edit == 0:
        tokens[k] = rng.randrange(-1, 7)
    elif edit == 1:
        del tokens[k]
    elif edit == 2:
        tokens.insert(k, rng.randrange(6))
    elif edit == 3:
        tokens = tokens[k:] + tokens[:k]
    elif edit == 4:
        tokens[k : k + 3] = tokens[k : k + 1]  # a split with two leaves becomes one leaf
    else:
        tokens = decode_array(covers[rng.choice(sorted(covers))], purpose).tolist()
    covers[purpose] = encode_array(np.array(tokens, dtype=np.int32))
    return None


def swap(document: Document, rng: random.Random) -> None:
    """Exchange two entries of one list or object."""
    containers = [v for _, v in leaves(document) if isinstance(v, list | dict) and len(v) > 1]
    here = rng.choice(containers)
    keys = list(here) if isinstance(here, dict) else list(range(len(here)))
    i, j = rng.sample(keys, 2)
    here[i], here[j] = here[j], here[i]


def delete(document: Document, rng: random.Random) -> None:
    path, _ = rng.choice(list(leaves(document)))
    del holder(document, path)[path[-1]]


def repeat(document: Document, rng: random.Random) -> None:
    """An entry of a list twice."""
    here = rng.choice([v for _, v in leaves(document) if isinstance(v, list) and v])
    here.insert(rng.randrange(len(here) + 1), copy.deepcopy(rng.choice(here)))


def replace(document: Document, rng: random.Random) -> None:
    """Something of another kind."""
    path, _ = rng.choice(list(leaves(document)))
    odd = ["", "1", "-1", "1e400", 0, -1, 2**70, True, None, [], {}, ["1"], "margin/T1",
           "margin/T5", "euler/T9", "runge_kutta/T11 (a)", "refutation/T6", "space",
           "1e-400", "x"]  # fmt: skip
    holder(document, path)[path[-1]] = copy.deepcopy(rng.choice(odd))


def rewrite(document: Document, rng: random.Random) -> None:
    """Another cost: a digit, a sign or a variable."""
    costs = [(p, v) for p, v in leaves(document) if p[-1] == "cost"]
    if not costs:
        return tweak(document, rng)
    path, cost = rng.choice(costs)
    k = rng.randrange(len(cost))
    holder(document, path)[path[-1]] = cost[:k] + rng.choice("0123456789+-*/xy.") + cost[k + 1 :]
    return None


MUTATIONS: list[Mutation] = [
    tweak, tweak, tweak, nudge, nudge, copy_another, swap, delete, repeat, replace, rewrite,
    retoken,
]  # fmt: skip


def mutant(base: Document, rng: random.Random) -> Document:
    """One to three mutations of a true document, digest recomputed."""
    document = copy.deepcopy(base)
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        try:
            rng.choice(MUTATIONS)(document, rng)
        except (LookupError, ValueError, TypeError, AttributeError, InputError):
            continue  # an earlier mutation left nothing to change here, or of another kind
    document["digest"] = digest(document)
    return document


def attack(count: int, seed: int, paths: Sequence[pathlib.Path] = SMALL) -> tuple[int, int, int]:
    """How many mutants passed, were refused, were malformed; a false one that passes fails."""
    rng = random.Random(seed)
    bases = [(path, read(path)) for path in paths]
    passed = refused = malformed = 0
    for k in range(count):
        path, base = bases[k % len(bases)]
        document = mutant(base, rng)
        try:
            verified = bool(verify(document))
        except InputError:  # and nothing else
            malformed += 1
            continue
        if not verified:
            refused += 1
            continue
        passed += 1
        with np.errstate(all="ignore"):
            wrong = falsehoods(document, np.random.default_rng(seed))
        assert not wrong, f"mutant {k} of {path.name} with seed {seed} passed: {wrong}"
    return passed, refused, malformed


def test_mutants_that_pass_are_true():
    passed, refused, malformed = attack(MUTANTS, seed=0)
    assert min(passed, refused, malformed) > MUTANTS // 50  # each way is walked


def test_mutants_of_covers_that_pass_are_true():
    passed, refused, _ = attack(COVER_MUTANTS, seed=2, paths=CURVED)
    assert min(passed, refused) > COVER_MUTANTS // 50


EXTREME = ["0", "-1", "1", "1e-400", "1e400", "-1e400", "1e-900", "1e900", "1/3"]


def extreme(base: Document, rng: random.Random) -> Document:
    """Some numbers of the metric and the claims are nothing, huge or tiny; a claim may be gone."""
    document = copy.deepcopy(base)
    for _ in range(rng.choice([1, 1, 2, 3, 6])):
        paths = [p for p in _numbers(document) if p[0] in ("claims", "metric")]
        for path in rng.sample(paths, min(1, len(paths))):
            holder(document, path)[path[-1]] = rng.choice(EXTREME)
    claims = document["claims"]
    if len(claims) > 4 and rng.random() < 0.3:
        del claims[rng.randrange(len(claims))]
    document["digest"] = digest(document)
    return document


def shown(seed: int, count: int, alter: Callable[[Document, random.Random], Document]) -> int:
    """How many altered documents can be printed, unverified; the others are no documents."""
    rng, printed = random.Random(seed), 0
    bases = [read(path) for path in SMALL]
    for k in range(count):
        document = alter(bases[k % len(bases)], rng)
        try:
            result = from_document(document)
            assert str(result)
            assert repr(result)
            assert result._repr_html_()
        except InputError:  # and nothing else
            continue
        printed += 1
    return printed


@pytest.mark.parametrize("alter", [mutant, extreme])
def test_what_follows_from_false_numbers_is_shown_or_refused_in_a_sentence(
    alter: Callable[[Document, random.Random], Document],
) -> None:
    assert 0 < shown(4, 2 * MUTANTS, alter) < 2 * MUTANTS


def test_extreme_numbers_are_checked_or_refused_in_a_sentence() -> None:
    rng, bases = random.Random(5), [read(path) for path in SMALL]
    for k in range(MUTANTS):
        try:
            verify(extreme(bases[k % len(bases)], rng))
        except InputError:  # and nothing else
            continue


def test_a_band_of_no_width_does_not_follow() -> None:
    """μ = 0 and an effect one way: no ratio has the margin that the document claims."""
    document = read(HERE / "valid" / "toy.json")
    put("block bounds: curvature_lower", ["0", "0"])(document)
    put("block bounds: coupling_upper", [["0", "10"], ["0", "0"]])(document)
    document["digest"] = digest(document)
    assert "band" not in str(from_document(document))
    assert not verify(document)


@pytest.mark.stress
def test_10_000_mutants_that_pass_are_true():
    attack(max(MANY_MUTANTS, examples(100)), seed=1)
    attack(MANY_MUTANTS // 5, seed=3, paths=CURVED)


@pytest.mark.parametrize("path", BASES, ids=lambda p: p.name)
def test_the_oracle_grants_the_truth(path):
    assert falsehoods(read(path), np.random.default_rng(0)) == []


PLAIN = (MARGIN, STRUCTURAL, COUPLING, LIPSCHITZ, EULER, CURVATURE, EUCLIDEAN, COCOERCIVITY, RK4,
         POSITIVE, WITNESS)  # fmt: skip
NUMERIC = [lie for lie in LIES if lie.obligation in PLAIN]


def test_the_oracle_sees_through_most_lies():
    """Lies about proofs (a missing witness, say) may be true statements; most are plainly false."""
    seen = 0
    for lie in NUMERIC:
        document = read(HERE / "invalid" / f"{lie.name}.json")
        try:
            with np.errstate(all="ignore"):
                seen += bool(falsehoods(document, np.random.default_rng(0)))
        except (KeyError, TypeError, ValueError, np.linalg.LinAlgError):
            continue
    assert seen >= len(NUMERIC) // 2
