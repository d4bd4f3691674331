"""Changes of one place in a document: numbers, arrays, switches, choices, keys.

A change works in place and says what it did; Skip where the document offers no such place.
"""

import copy
import random
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from certificates.kernel.document.reading import Document, decode_array, encode_array
from games.errors import InputError
from games.language.number import parse_number, to_text

Pool = Sequence[Document]  # all base documents
Change = Callable[[Document, random.Random, Pool], str]
Path = tuple[str | int, ...]

FACTORS = [
    Fraction(text)
    for text in (
        "1.000001", "0.999999", "1.000000000001", "0.999999999999", "1.01", "0.99", "1.1", "0.9",
        "2", "0.5", "10", "0.1", "-1", "0", "1000", "0.001",
    )
]  # fmt: skip
CHOICES = {
    "kind": ["nash", "restricted-nash", "quantal-response", "zero", "boundary", "variational",
             "exact", "enclosed", "assumed", "sampled", "scalar", "block", "dense", "pairs",
             "equilibrium", "eigenvalue", "dual", "box", "ball", "space"],
    "basis": ["direct", "structural", "constant", "sector", "near-linear"],
    "margin_basis": ["direct", "structural"],
    "verdict": ["proved", "conditional", "estimated", "refuted", "undecided"],
    "metrics": ["all", "scalar"],
    "geometry": ["euclidean"],
    "field": ["fisher", "kakade", "euclidean"],
    "reason": ["small-gain", "unstable", "domain", "budget"],
}  # fmt: skip
# which way a number of a certificate claims more
STRONGER = {
    ("curvature_lower",): 1, ("curvature_upper",): -1, ("coupling_upper",): -1, ("margin",): 1,
    ("structural_margin",): 1, ("euclidean_margin",): 1, ("lipschitz",): -1, ("cocoercivity",): 1,
    ("steps", "euler", "step_max"): 1, ("steps", "euler", "factor_at_best"): -1,
    ("steps", "euler", "factor_at_max"): -1, ("steps", "euler", "best_step"): 1,
    ("steps", "rk4", "factor_at_best"): -1, ("steps", "rk4", "cover"): 1,
    ("steps", "rk4", "linear"): -1, ("steps", "rk4_equilibrium", "factor_at_best"): -1,
    ("steps", "rk4_equilibrium", "cover"): 1, ("steps", "extragradient", "step_max"): 1,
    ("steps", "extragradient", "factor_at_best"): -1, ("steps", "optimistic", "step_max"): 1,
    ("steps", "optimistic", "factor_at_best"): -1, ("equilibrium", "error"): -1, ("basin",): 1,
    ("bregman",): 1, ("bands",): 1,
}  # fmt: skip


class Skip(Exception):
    """Nothing of that kind in this document."""


def walk(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every entry below the top, but for what nobody signs."""
    if path and path[0] in ("digest", "produced_by"):
        return
    if path:
        yield path, value
    if isinstance(value, dict):
        for key, entry in value.items():
            yield from walk(entry, (*path, key))
    elif isinstance(value, list):
        for k, entry in enumerate(value):
            yield from walk(entry, (*path, k))


def at(document: Document, path: Path) -> Any:
    here: Any = document
    for key in path:
        here = here[key]
    return here


def put(document: Document, path: Path, value: Any) -> None:
    at(document, path[:-1])[path[-1]] = value


def as_number(value: Any) -> Fraction | None:
    """The rational of a number text or an integer."""
    if isinstance(value, int) and not isinstance(value, bool):
        return Fraction(value)
    if not isinstance(value, str):
        return None
    try:
        return parse_number(value)
    except InputError:
        return None


def numbers(document: Document) -> list[Path]:
    return [path for path, value in walk(document) if as_number(value) is not None]


def arrays(document: Document) -> list[Path]:
    return [path for path, v in walk(document) if isinstance(v, dict) and "zlib64" in v]


def choose(rng: random.Random, options: Sequence[Any]) -> Any:
    if not options:
        raise Skip
    return rng.choice(options)


def named(path: Path) -> str:
    return ".".join(map(str, path))


# ---- numbers -------------------------------------------------------------------------------------


def scaled(document: Document, rng: random.Random, pool: Pool) -> str:
    """Any number times a factor."""
    path = choose(rng, numbers(document))
    factor = rng.choice(FACTORS)
    value = as_number(at(document, path))
    assert value is not None
    put(document, path, to_text(value * factor))
    return f"{named(path)} times {factor}"


def claims(document: Document) -> list[tuple[Path, int]]:
    """Numbers of which it is known which way they claim more."""
    found = []
    for path in numbers(document):
        for start, sign in STRONGER.items():
            if path[: len(start)] == start and "players" not in path:
                sign = -sign if path[-1] == "low" else sign
                found.append((path, sign))
    return found


def moved(document: Document, path: Path, sign: int, share: Fraction) -> None:
    """A number moved by a share of itself, up or down."""
    value = as_number(at(document, path))
    assert value is not None
    step = abs(value) * share if value else share
    put(document, path, to_text(value + sign * step))


def strengthened(document: Document, rng: random.Random, pool: Pool) -> str:
    path, sign = choose(rng, claims(document))
    share = Fraction(1, 10 ** rng.randrange(1, 13))
    moved(document, path, sign, share)
    return f"{named(path)} stronger by {float(share):g}"


def weakened(document: Document, rng: random.Random, pool: Pool) -> str:
    path, sign = choose(rng, claims(document))
    share = Fraction(1, 10 ** rng.randrange(1, 13))
    moved(document, path, -sign, share)
    return f"{named(path)} weaker by {float(share):g}"


def copied(document: Document, rng: random.Random, pool: Pool) -> str:
    """A number in the place of another."""
    source, target = choose(rng, numbers(document)), choose(rng, numbers(document))
    put(document, target, at(document, source))
    return f"{named(target)} from {named(source)}"


# ---- arrays --------------------------------------------------------------------------------------


def array_edited(document: Document, rng: random.Random, pool: Pool) -> str:
    """Entries of a binary array scaled, moved, exchanged, zeroed or transposed."""
    path = choose(rng, arrays(document))
    array = decode_array(at(document, path), "array").copy()
    if not array.size:
        raise Skip
    k, m = rng.randrange(array.size), rng.randrange(array.size)
    flat, edit = array.reshape(-1), rng.randrange(7)
    if edit == 0:
        flat[k] = flat[k] * float(rng.choice(FACTORS))
    elif edit == 1:
        flat[k], flat[m] = flat[m], flat[k]
    elif edit == 2:
        flat[k] = 0
    elif edit == 3:
        flat[:] = flat * float(rng.choice(FACTORS))
    elif edit == 4 and array.ndim == 2:
        array = np.ascontiguousarray(array.T)
    elif edit == 5 and array.ndim == 2 and array.shape[0] == array.shape[1]:
        change = float(rng.choice(FACTORS))
        i, j = k % len(array), m % len(array)
        array[i, j] = array[j, i] = array[i, j] * change
    else:
        flat[k] = flat[m]
    put(document, path, encode_array(array))
    return f"{named(path)} edited ({edit})"


def cover_changed(document: Document, rng: random.Random, pool: Pool) -> str:
    """A cover as one leaf of some form, with a form exchanged, or that of another purpose."""
    covers = document.get("evidence", {}).get("covers", {})
    purpose = choose(rng, sorted(covers))
    tokens = decode_array(covers[purpose], purpose).astype(np.int64).copy()
    n, edit = int(tokens.max()) - rng.randrange(5), rng.randrange(4)
    if edit == 0:
        tokens = np.array([max(n, 0)])
    elif edit == 1:
        tokens[tokens == rng.choice(tokens.tolist())] = max(n, 0)
    elif edit == 2:
        other = rng.choice(sorted(covers))
        tokens = decode_array(covers[other], other)
    else:
        k = rng.randrange(tokens.size)
        tokens = np.concatenate([tokens[:k], tokens[k + 2 :]])
    covers[purpose] = encode_array(tokens.astype(np.int32))
    return f"cover of {purpose} changed ({edit})"


# ---- structure -----------------------------------------------------------------------------------


def deleted(document: Document, rng: random.Random, pool: Pool) -> str:
    path = choose(rng, [path for path, _ in walk(document)])
    here = at(document, path[:-1])
    del here[path[-1]]
    return f"{named(path)} deleted"


def swapped(document: Document, rng: random.Random, pool: Pool) -> str:
    """Two entries of one list or object."""
    holders = [path for path, v in walk(document) if isinstance(v, list | dict) and len(v) > 1]
    path = choose(rng, holders)
    here = at(document, path)
    keys = list(here) if isinstance(here, dict) else list(range(len(here)))
    i, j = rng.sample(keys, 2)
    here[i], here[j] = here[j], here[i]
    return f"{named(path)}: {i} and {j} swapped"


def flipped(document: Document, rng: random.Random, pool: Pool) -> str:
    """A switch turned; `projected` and `unprojected` may be added."""
    switches = [path for path, v in walk(document) if isinstance(v, bool)]
    steps = document.get("steps", {})
    for method in ("euler", "extragradient", "optimistic"):
        if method in steps:
            switches += [("steps", method, key) for key in ("projected", "unprojected")]
    path = choose(rng, switches)
    here = at(document, path[:-1])
    here[path[-1]] = not here.get(path[-1], False)
    return f"{named(path)} is now {here[path[-1]]}"


def chosen(document: Document, rng: random.Random, pool: Pool) -> str:
    """Another kind, basis, verdict …"""
    places = [path for path, v in walk(document) if path[-1] in CHOICES and isinstance(v, str)]
    path = choose(rng, places)
    value = rng.choice(CHOICES[str(path[-1])])
    put(document, path, value)
    return f"{named(path)} is now {value}"


def transplanted(document: Document, rng: random.Random, pool: Pool) -> str:
    """The same place of another document."""
    paths = [path for path, _ in walk(document) if len(path) <= 3]
    other = rng.choice(pool)
    path = choose(rng, paths)
    try:
        put(document, path, copy.deepcopy(at(other, path)))
    except (KeyError, IndexError, TypeError):
        raise Skip from None
    return f"{named(path)} of another document"


def added(document: Document, rng: random.Random, pool: Pool) -> str:
    """A part that the document lacks, from another one."""
    other = rng.choice(pool)
    places: list[Path] = [(key,) for key in other if key not in document]
    if "steps" in document and "steps" in other:
        mine = document["steps"]
        places += [("steps", key) for key in other["steps"] if key not in mine]
    path = choose(rng, places)
    put(document, path, copy.deepcopy(at(other, path)))
    return f"{named(path)} added from another document"


def retold(document: Document, rng: random.Random, pool: Pool) -> str:
    """A digit, a sign or an operator of a cost or a field."""
    places = [
        path
        for path, v in walk(document)
        if isinstance(v, str) and ("cost" in path or (len(path) > 3 and path[-2] == "field"))
    ]
    path = choose(rng, places)
    text = list(at(document, path))
    places_in = [k for k, c in enumerate(text) if c.isdigit() or c in "+-*"]
    k = choose(rng, places_in)
    text[k] = str(rng.randrange(10)) if text[k].isdigit() else rng.choice("+-*")
    put(document, path, "".join(text))
    return f"{named(path)}: {''.join(text)}"


SIMPLE: list[Change] = [
    scaled, strengthened, strengthened, strengthened, weakened, weakened, copied, array_edited,
    array_edited, cover_changed, deleted, swapped, flipped, chosen, chosen, transplanted, added,
    retold,
]  # fmt: skip
