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
THEOREMS = (
    "bounds/Setting", "margin/T2", "margin/T1", "margin/T5", "margin/T5 (equal weights)",
    "margin/T5 (norm)", "margin/T9 (norms)", "margin/T10", "euler/T10", "euler/T9",
    "runge_kutta/T11 (a)", "runge_kutta/T11 (b)", "runge_kutta/T11 (b′)", "runge_kutta/T11 (c)",
    "bands/T5", "bands/T4 (any pair)", "equilibrium/T13", "equilibrium/T13 (boundary)",
    "equilibrium/T13 (Nash)", "equilibrium/T13 (restricted Nash)", "equilibrium/T18 (Nash)",
    "equilibrium/T19 (Nash)", "equilibrium/T13 (no zero)", "kl/T19", "kl/T19 (corollary)",
    "refutation/T6", "refutation/T6 (exact)", "refutation/T6 (dual)",
    "refutation/T6 (dual, weights)",
)  # fmt: skip
CHOICES = {
    "theorem": [*THEOREMS],
    "kind": ["exact", "enclosed", "assumed", "sampled", "scalar", "block", "dense", "box", "ball",
             "space"],
    "verdict": ["proved", "conditional", "estimated", "refuted", "undecided"],
    "field": ["fisher", "kakade", "euclidean"],
    "scheme": ["rk4", "heun", "euler"],
    "reason": ["small-gain", "unstable", "domain", "budget"],
}  # fmt: skip
# which way a number of a claim says more, by its field
STRONGER = {
    "curvature_lower": 1, "curvature_upper": -1, "coupling_upper": -1, "margin": 1, "bound": -1,
    "constant": 1, "step_max": 1, "best_step": 1, "factor_at_best": -1, "factor_at_max": -1,
    "cover": 1, "norm": -1, "deviation": -1, "error": -1, "rate": 1, "low": -1, "high": 1,
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


def stated(document: Document, start: str) -> list[Document]:
    """The claims by a theorem, or by all whose name begins so."""
    return [claim for claim in document["claims"] if claim["theorem"].startswith(start)]


def drop(document: Document, *starts: str) -> list[str]:
    """Takes these claims out, and says which they were."""
    gone = [claim for start in starts for claim in stated(document, start)]
    document["claims"] = [claim for claim in document["claims"] if claim not in gone]
    return [claim["theorem"] for claim in gone]


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


def strengths(document: Document) -> list[tuple[Path, int]]:
    """Numbers of claims of which it is known which way they say more."""
    found = []
    for path in numbers(document):
        match path:
            case ("claims", int(), "numbers", str(name), *_) if name in STRONGER:
                found.append((path, STRONGER[name]))
    return found


def moved(document: Document, path: Path, sign: int, share: Fraction) -> None:
    """A number moved by a share of itself, up or down."""
    value = as_number(at(document, path))
    assert value is not None
    step = abs(value) * share if value else share
    put(document, path, to_text(value + sign * step))


def strengthened(document: Document, rng: random.Random, pool: Pool) -> str:
    path, sign = choose(rng, strengths(document))
    share = Fraction(1, 10 ** rng.randrange(1, 13))
    moved(document, path, sign, share)
    return f"{named(path)} stronger by {float(share):g}"


def weakened(document: Document, rng: random.Random, pool: Pool) -> str:
    path, sign = choose(rng, strengths(document))
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
    """A switch turned."""
    path = choose(rng, [path for path, v in walk(document) if isinstance(v, bool)])
    put(document, path, not at(document, path))
    return f"{named(path)} is now {at(document, path)}"


def chosen(document: Document, rng: random.Random, pool: Pool) -> str:
    """Another theorem, kind, verdict …"""
    places = [path for path, v in walk(document) if path[-1] in CHOICES and isinstance(v, str)]
    path = choose(rng, places)
    value = rng.choice(CHOICES[str(path[-1])])
    put(document, path, value)
    return f"{named(path)} is now {value}"


def transplanted(document: Document, rng: random.Random, pool: Pool) -> str:
    """The same place of another document, or its claim by the same theorem."""
    other = rng.choice(pool)
    if rng.random() < 0.5:
        claim = choose(rng, document["claims"])
        claim.update(copy.deepcopy(choose(rng, stated(other, claim["theorem"]))))
        return f"{claim['theorem']} of another document"
    paths = [path for path, _ in walk(document) if len(path) <= 3 and path[0] != "claims"]
    path = choose(rng, paths)
    try:
        put(document, path, copy.deepcopy(at(other, path)))
    except (KeyError, IndexError, TypeError):
        raise Skip from None
    return f"{named(path)} of another document"


def added(document: Document, rng: random.Random, pool: Pool) -> str:
    """A part or a claim that the document lacks, from another one."""
    other, mine = rng.choice(pool), {claim["theorem"] for claim in document["claims"]}
    places: list[Path] = [(key,) for key in other if key not in document]
    foreign = [claim for claim in other["claims"] if claim["theorem"] not in mine]
    if foreign and (not places or rng.random() < 0.8):
        claim = copy.deepcopy(rng.choice(foreign))
        document["claims"].append(claim)
        return f"{claim['theorem']} added from another document"
    path = choose(rng, places)
    put(document, path, copy.deepcopy(at(other, path)))
    return f"{named(path)} added from another document"


def cited(document: Document, rng: random.Random, pool: Pool) -> str:
    """Another theorem of the same module for a claim, which then has the fields that it needs."""
    claim = choose(rng, document["claims"])
    old = claim["theorem"]
    module = old.partition("/")[0]
    alike = [name for name in THEOREMS if name.startswith(f"{module}/") and name != old]
    cite(document, claim, choose(rng, alike), rng, pool)
    return f"{claim['theorem']} in place of {old}"


def cite(document: Document, claim: Document, theorem: str, rng: random.Random, pool: Pool) -> None:
    """A claim by another theorem: with its own numbers where they fit, else with those of others.

    Skip where no document has a claim by that theorem.
    """
    model = choose(rng, [entry for other in pool for entry in stated(other, theorem)])
    claim["theorem"] = theorem
    for part in ("numbers", "witnesses"):
        own = claim.pop(part, {})
        fields = {
            key: own[key] if key in own else copy.deepcopy(value)
            for key, value in model.get(part, {}).items()
        }
        if fields:
            claim[part] = fields


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
    array_edited, cover_changed, deleted, swapped, flipped, chosen, cited, cited, transplanted,
    added, retold,
]  # fmt: skip
