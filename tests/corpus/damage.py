"""The malformed files of the corpus: bytes that are no certificate, and the words that say so."""

import base64
import gzip
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from certificates.kernel.document.reading import Document, digest, encode_array
from tests.corpus.changes import RK4, Change, added, at, both, claimed, drop, put, without


@final
@dataclass(frozen=True)
class Damage:
    """A file of malformed/: its name, its bytes, and a piece of the one sentence about it."""

    name: str
    says: str
    content: Callable[[Callable[[str], Document]], bytes]


Valid = Callable[[str], Document]


def text_of(document: Document) -> bytes:
    return json.dumps(document, indent=1, ensure_ascii=False).encode()


def changed(name: str, says: str, base: str, change: Change) -> Damage:
    """A true document after a change, digest recomputed."""

    def content(valid: Valid) -> bytes:
        document = valid(base)
        change(document)
        document["digest"] = digest(document)
        return text_of(document)

    return Damage(f"{name}.json", says, content)


def replaced(name: str, says: str, old: bytes, new: bytes, base: str = "toy") -> Damage:
    """The text of a true document with its first `old` replaced."""

    def content(valid: Valid) -> bytes:
        raw = text_of(valid(base))
        if old not in raw:
            raise ValueError(f"{base} does not hold {old!r}")
        return raw.replace(old, new, 1)

    return Damage(f"{name}.json", says, content)


def raw(name: str, says: str, data: bytes) -> Damage:
    return Damage(name, says, lambda _: data)


def array(**fields: Any) -> Document:
    """An encoded array of two numbers, changed."""
    return encode_array(np.array([1.0, 200.0])) | fields


def packed(data: bytes) -> str:
    return base64.b64encode(zlib.compress(data, 9)).decode()


def cover(tokens: Any) -> Document:
    """An encoded row of tokens."""
    array = np.array(tokens)
    return encode_array(array if array.dtype.kind == "f" else array.astype(np.int32))


def weights(value: Any) -> Change:
    """Other weights of the metric."""
    return put("metric.weights", value)


def claim(index: int, value: Any) -> Change:
    """Something else in place of a claim."""
    return put(f"claims.{index}", value)


def twice(title: str) -> Change:
    """A claim stands twice."""
    return lambda document: document["claims"].append(at(document, title))


def old(document: Document) -> None:
    """A certificate as it was written before claims cited theorems."""
    claims = document.pop("claims")
    document |= {"format": "sgn-certificate/1", "margin": claims[2]["numbers"]["margin"]}


_MARGIN = b'"margin": "0.2928932188132"'
_NOT_JSON = "not JSON"

DAMAGED = [
    # no JSON, or not this JSON
    raw("empty.json", _NOT_JSON, b""),
    raw("only-spaces.json", _NOT_JSON, b" \n"),
    raw("list.json", "no JSON object", b"[]"),
    raw("number.json", "no JSON object", b"1"),
    raw("null.json", "no JSON object", b"null"),
    raw("empty-object.json", "the format is", b"{}"),
    raw("binary.json", "not UTF-8", bytes(range(128, 256))),
    raw("utf-16.json", "not UTF-8", "{}".encode("utf-16")),
    raw("byte-order-mark.json", _NOT_JSON, b"\xef\xbb\xbf{}"),
    raw("python-pickle.json", "not UTF-8", b"\x80\x04\x95\x10\x00\x00\x00."),
    raw("nested-lists.json", "nested too deeply", b'{"a":' + b"[" * 9000 + b"]" * 9000 + b"}"),
    raw("nested-objects.json", "nested too deeply", b'{"a":' * 200 + b"1" + b"}" * 200),
    raw("long-integer.json", "too many digits", b'{"a": ' + b"1" * 5000 + b"}"),
    Damage("truncated.json", _NOT_JSON, lambda valid: text_of(valid("toy"))[:-200]),
    Damage("twice.json", _NOT_JSON, lambda valid: 2 * text_of(valid("toy"))),
    raw("damaged.json.gz", "gzip data is damaged", b"\x1f\x8b" + b"nonsense"),
    Damage("truncated.json.gz", "gzip data is damaged",
           lambda valid: gzip.compress(text_of(valid("toy")), mtime=0)[:-20]),
    Damage("gzip-in-gzip.json.gz", "not UTF-8",
           lambda valid: gzip.compress(gzip.compress(text_of(valid("toy")), mtime=0), mtime=0)),
    # keys and numbers of JSON
    replaced("margin-twice", "'margin' stands twice", _MARGIN, b'"margin": "1", ' + _MARGIN),
    replaced("name-twice-deep-inside", "'kind' stands twice", b'"kind": "scalar"',
             b'"kind": "scalar", "kind": "dense"'),
    replaced("margin-a-float", "JSON float", _MARGIN, b'"margin": 0.29'),
    replaced("margin-a-float-with-exponent", "JSON float", _MARGIN, b'"margin": 1e-1'),
    replaced("margin-not-a-number", "JSON float", _MARGIN, b'"margin": NaN'),
    replaced("margin-infinite", "JSON float", _MARGIN, b'"margin": Infinity'),
    replaced("margin-minus-infinite", "JSON float", _MARGIN, b'"margin": -Infinity'),
    replaced("half-a-character", "half a character", b"Small-gain toy game", b"\\ud800"),
    changed("margin-true", "margin: expected an integer or", "toy", put("margin: margin", True)),
    changed("margin-null", "margin: expected an integer or", "toy", put("margin: margin", None)),
    changed("margin-a-list", "margin: expected an integer or", "toy", put("margin: margin", ["1"])),
    changed("margin-nan-as-text", "is not a number", "toy", put("margin: margin", "nan")),
    changed("margin-infinity-as-text", "is not a number", "toy", put("margin: margin", "inf")),
    changed("margin-hexadecimal", "is not a number", "toy", put("margin: margin", "0x1p-3")),
    changed("margin-with-underscores", "is not a number", "toy", put("margin: margin", "1_000")),
    changed("margin-in-arabic-digits", "is not a number", "toy", put("margin: margin", "٣")),
    changed("margin-with-spaces", "is not a number", "toy", put("margin: margin", " 1")),
    changed("margin-with-a-plus", "is not a number", "toy", put("margin: margin", "+1")),
    changed("margin-empty", "is not a number", "toy", put("margin: margin", "")),
    changed("margin-over-zero", "divides by zero", "toy", put("margin: margin", "1/0")),
    changed("margin-exponent-huge", "exponents within", "toy", put("margin: margin", "1e99999")),
    changed("margin-exponent-enormous", "is not a number", "toy", put(
        "margin: margin", "1e999999999")),
    changed("margin-too-many-digits", "is too long", "toy", put(
        "margin: margin", "0." + "1" * 1500)),
    changed("margin-an-enormous-integer", "too many digits", "toy", put(
        "margin: margin", 10**1500)),
    # the frame
    changed("newer-version", "of another version", "toy", put("format", "sgn-certificate/3")),
    changed("older-version", "of another version", "toy", put("format", "sgn-certificate/1")),
    changed("older-version-as-it-was", "of another version", "toy", old),
    changed("format-of-a-game", "the format is", "toy", put("format", "sgn-game/1")),
    changed("format-a-list", "the format is", "toy", put("format", ["sgn-certificate/2"])),
    changed("format-missing", "the format is", "toy", drop("format")),
    changed("unknown-key", "unknown key 'proof'", "toy", put("proof", "trust me")),
    changed("unknown-key-in-the-metric", "unknown key", "toy", put("metric.matrix", [])),
    changed("unknown-key-in-the-game", "unknown key", "toy", put("game.linear", "0")),
    changed("key-missing", "'margin' is missing", "toy", drop("margin: margin")),
    changed("witness-vector-missing", "'vector' is missing", "refuted", drop("witness: vector")),
    changed("kakade-with-a-state-never-reached", "state 1 is never reached", "markov",
            both(put("game.field", "kakade"), put("game.discount", "0"))),
    changed("evidence-a-text", "evidence", "toy", put("evidence", "exact")),
    changed("evidence-kind-a-list", "evidence", "toy", put("evidence.kind", [])),
    changed("evidence-unknown", "evidence", "toy", put("evidence.kind", "trusted")),
    changed("evidence-says-more", "unknown key", "toy", put("evidence.symmetric", True)),
    changed("proved-with-evidence-assumed", "does not go with", "bounds", put("verdict", "proved")),
    changed("conditional-with-evidence-exact", "does not go with", "toy",
            put("verdict", "conditional")),
    changed("game-and-players", "either a game or", "toy", put("players", ["a", "b"])),
    changed("neither-game-nor-players", "either a game or", "toy", drop("game")),
    changed("no-players", "needs a name", "toy", put("game.players", [])),
    changed("player-without-a-name", "needs a name", "toy", drop("game.players.0.name")),
    changed("player-called-1", "needs a name", "toy", put("game.players.0.name", 1)),
    changed("players-of-one-name", "same name", "toy", put("game.players.0.name", "player 2")),
    changed("game-a-list", "game.players", "toy", put("game", [])),
    # vectors, tables, arrays
    changed("one-weight-too-few", "numbers; expected 2", "toy", weights(["1"])),
    changed("one-weight-too-many", "numbers; expected 2", "toy", weights(["1", "2", "3"])),
    changed("weight-zero", "must be positive", "toy", weights(["1", "0"])),
    changed("weight-negative", "must be positive", "toy", weights(["1", "-200"])),
    changed("weights-a-text", "expected a list", "toy", weights("1 : 200")),
    changed("structural-weight-zero", "must be positive", "toy", put(
        "structural margin: weights.0", "0")),
    changed("witness-entry-zero", "must be positive", "toy", put(
        "structural margin: vector.1", "0")),
    changed("witness-missing", "'vector' is missing", "toy", drop("structural margin: vector")),
    changed("lipschitz-zero", "above 0", "toy", put("Lipschitz: bound", "0")),
    changed("lipschitz-negative", "above 0", "bounds", put("Lipschitz: bound", "-1")),
    changed("metric-dense", "unknown key", "toy", put("metric.kind", "dense")),
    changed("coupling-negative", "at least 0", "toy", put(
        "block bounds: coupling_upper.0.1", "-10")),
    changed("coupling-on-the-diagonal", "0 on the diagonal", "toy", put(
        "block bounds: coupling_upper.0.0", "1")),
    changed("coupling-of-three-rows", "rows; expected 2", "toy", put(
        "block bounds: coupling_upper", [["0", "1"]] * 3)),
    changed("coupling-ragged", "numbers; expected 2", "toy", put(
        "block bounds: coupling_upper.1", ["0"])),
    changed("array-dtype-unknown", "the dtype", "toy", weights(array(dtype="<f4"))),
    changed("array-dtype-object", "the dtype", "toy", weights(array(dtype="O"))),
    changed("array-of-integers", "binary64", "toy", weights(
        encode_array(np.array([1, 200])))),
    changed("array-shape-wrong", "does not fill", "toy", weights(array(shape=[3]))),
    changed("array-shape-negative", "the shape", "toy", weights(array(shape=[-2]))),
    changed("array-shape-true", "the shape", "toy", weights(array(shape=[True]))),
    changed("array-shape-empty", "the shape", "toy", weights(array(shape=[]))),
    changed("array-two-dimensional", "one row", "toy", weights(array(shape=[1, 2]))),
    changed("array-empty", "numbers; expected 2", "toy", weights(
        array(shape=[0], zlib64=packed(b"")))),
    changed("array-shape-enormous", "at most", "toy", weights(array(shape=[2**40]))),
    changed("array-shape-overflows", "at most", "toy", weights(array(shape=[2**62, 4, 4]))),
    changed("array-zip-bomb", "does not fill", "toy", weights(
        array(zlib64=packed(bytes(2**22))))),
    changed("array-with-a-tail", "does not fill", "toy", weights(array(
        zlib64=base64.b64encode(zlib.compress(np.array([1.0, 200.0]).tobytes()) + b"x").decode()))),
    changed("array-of-nan", "not finite", "toy", weights(encode_array(
        np.array([1.0, np.nan])))),
    changed("array-of-infinity", "not finite", "toy", weights(encode_array(
        np.array([1.0, np.inf])))),
    changed("array-not-base64", "damaged", "toy", weights(array(zlib64="***"))),
    changed("array-base64-not-ascii", "damaged", "toy", weights(array(zlib64="é"))),
    changed("array-not-zlib", "damaged", "toy", weights(array(zlib64="AAAA"))),
    changed("array-data-a-number", "base64", "toy", weights(array(zlib64=1))),
    changed("sparse-columns-repeated", "must increase", "ring", put(
        "block bounds: coupling_upper.indices", encode_array(np.zeros(66, dtype=np.int32)))),
    changed("sparse-column-out-of-range", "out of range", "ring", put(
        "block bounds: coupling_upper.indices", encode_array(np.full(66, 33, dtype=np.int32)))),
    changed("sparse-rows-wrap-round", "out of range", "ring", put(
        "block bounds: coupling_upper.indptr", encode_array(
            np.array([0, 2**63 - 1, -2, *[66] * 31], dtype=np.int64)))),
    changed("sparse-rows-short", "does not fit", "ring", put(
        "block bounds: coupling_upper.indptr", encode_array(np.arange(10, dtype=np.int32)))),
    # claims
    changed("claims-an-object", "expected a list", "toy", put("claims", {})),
    changed("claims-missing", "'claims' is missing", "toy", drop("claims")),
    changed("claims-empty", "block bounds is missing", "toy", put("claims", [])),
    changed("claims-without-a-margin", "that of the margin is missing", "toy", without("margin")),
    changed("claims-without-a-lipschitz-constant", "Lipschitz is missing", "toy", without(
        "Lipschitz")),
    changed("claims-without-a-structural-margin", "structural margin is missing", "toy", without(
        "structural margin")),
    changed("claim-a-text", "expected an object", "toy", claim(2, "margin/T1")),
    changed("claim-null", "expected an object", "toy", claim(2, None)),
    changed("claim-without-a-theorem", "'theorem' is missing", "toy", drop("claims.2.theorem")),
    changed("claim-with-more", "unknown key 'trust'", "toy", put("claims.2.trust", "me")),
    changed("claim-of-a-theorem-that-is-a-list", "theorem: expected text", "toy", put(
        "claims.2.theorem", ["margin/T1"])),
    changed("claim-of-a-theorem-that-is-a-number", "theorem: expected text", "toy", put(
        "claims.2.theorem", 1)),
    changed("claim-of-no-theorem", "no theorem is called ''", "toy", put("claims.2.theorem", "")),
    changed("claim-of-an-unknown-theorem", "no theorem is called", "toy", put(
        "claims.2.theorem", "margin/T99")),
    changed("claim-of-another-module", "no theorem is called", "toy", put(
        "claims.2.theorem", "euler/T1")),
    changed("claim-of-no-module-of-theorems", "no theorem is called", "toy", put(
        "claims.2.theorem", "shared/T1")),
    changed("claim-of-a-path", "no theorem is called", "toy", put(
        "claims.2.theorem", "../../games/T1")),
    changed("claim-of-a-python-module", "no theorem is called", "toy", put(
        "claims.2.theorem", "os.path/T1")),
    changed("claim-of-what-is-computed", "no theorem is called", "toy", put(
        "claims.2.theorem", "extragradient/T20")),
    changed("claim-of-a-label-alone", "no theorem is called", "toy", put(
        "claims.2.theorem", "T1")),
    changed("claim-with-numbers-that-are-a-list", "numbers: expected an object", "toy", put(
        "claims.2.numbers", ["1"])),
    changed("claim-with-numbers-missing", "'margin' is missing", "toy", drop("claims.2.numbers")),
    changed("claim-with-an-unknown-number", "unknown key 'basis'", "toy", put(
        "margin: basis", "direct")),
    changed("claim-with-a-number-of-the-class", "unknown key 'title'", "toy", put(
        "margin: title", "margin")),
    changed("claim-with-an-unknown-witness", "unknown key", "toy", added("margin: vector", ["1"])),
    changed("claim-with-a-witness-as-a-number", "unknown key 'vector'", "toy", put(
        "claims.1.numbers.vector", ["1", "1"])),
    changed("claim-with-a-number-as-a-witness", "unknown key 'margin'", "toy", added(
        "margin: margin", "1")),
    changed("claim-of-a-solution-with-a-force", "unknown key '_force'", "settled", put(
        "equilibrium: _force", [])),
    changed("margin-claimed-twice", "margin is claimed twice", "toy", twice("margin")),
    changed("margin-claimed-by-two-theorems", "margin is claimed twice", "toy", claimed(
        "margin/T5", {"margin": "1"})),
    changed("equilibrium-claimed-twice", "equilibrium is claimed twice", "settled", twice(
        "equilibrium")),
    changed("kind-claimed-twice", "kind of equilibrium is claimed twice", "settled", claimed(
        "equilibrium/T18 (Nash)")),
    changed("steps-claimed-twice", "Runge-Kutta steps is claimed twice", "toy", twice(RK4)),
    changed("band-claimed-twice", "band is claimed twice", "zero-sum", twice("band")),
    changed("band-claimed-backwards-too", "band is claimed twice", "zero-sum", claimed(
        "bands/T5", {"players": [1, 0], "margin": "0", "low": "1", "high": "1"})),
    changed("refutation-in-a-certificate", "does not claim what refutes it", "toy", claimed(
        "refutation/T6", {"point": ["0", "0"], "shift": "0"},
        {"matrix": encode_array(np.eye(2)), "vector": ["1", "1"]})),
    changed("dual-refutation-in-a-certificate", "does not claim what refutes it", "toy", claimed(
        "refutation/T6 (dual)", {"places": []}, {"factors": []})),
    changed("equilibrium-without-a-region", "a point goes with a region", "settled", drop(
        "region")),
    # covers
    changed("covers-missing", "either covers or values", "enclosed", drop("evidence.covers")),
    changed("covers-a-list", "one array of tokens", "enclosed", put("evidence.covers", [])),
    changed("covers-with-evidence-exact", "unknown key", "enclosed", put("evidence.kind", "exact")),
    changed("enclosed-called-estimated", "does not go with", "enclosed", put(
        "verdict", "estimated")),
    changed("enclosed-called-conditional", "does not go with", "enclosed", both(
        put("evidence", {"kind": "assumed", "symmetric": True}), put("verdict", "proved"))),
    changed("cover-for-no-purpose", "no claim has the purpose 'trust'", "enclosed", put(
        "evidence.covers.trust", cover([4]))),
    changed("cover-of-a-block-of-no-player", "no claim has the purpose", "enclosed", put(
        "evidence.covers.block 0 -1", cover([4]))),
    changed("cover-of-a-block-in-arabic-digits", "no claim has the purpose", "enclosed", put(
        "evidence.covers.block 0 ١", cover([4]))),
    changed("cover-a-list", "expected an object", "enclosed", put(
        "evidence.covers.margin", [1, 4, 4])),
    changed("cover-a-text", "expected an object", "enclosed", put("evidence.covers.margin", "4")),
    changed("cover-null", "expected an object", "enclosed", put("evidence.covers.margin", None)),
    changed("cover-of-floats", "row of integers", "enclosed", put(
        "evidence.covers.margin", cover([1.0, 4.0, 4.0]))),
    changed("cover-of-nan", "not finite", "enclosed", put(
        "evidence.covers.margin", cover([np.nan]))),
    changed("cover-of-two-rows", "row of integers", "enclosed", put(
        "evidence.covers.margin", cover([[1, 4, 4]]))),
    changed("cover-without-a-shape", "'shape' is missing", "enclosed", drop(
        "evidence.covers.margin.shape")),
    changed("cover-of-bytes", "the dtype", "enclosed", put(
        "evidence.covers.margin.dtype", "|i1")),
    changed("cover-in-another-byte-order", "the dtype", "enclosed", put(
        "evidence.covers.margin.dtype", ">i4")),
    changed("cover-of-half-tokens", "does not fill", "enclosed", put(
        "evidence.covers.margin", cover([1, 4, 4]) | {"dtype": "<i8"})),
    changed("cover-shorter-than-its-data", "does not fill", "enclosed", put(
        "evidence.covers.margin.shape", [1])),
    changed("cover-of-2e9-tokens", "unpack to", "enclosed", put(
        "evidence.covers.margin", cover([0]) | {"shape": [2 * 10**9]})),
    changed("covers-of-too-many-tokens-together", "unpack to", "enclosed", both(
        put("evidence.covers.margin.shape", [2 * 10**7]),
        put("evidence.covers.lipschitz.shape", [2 * 10**7]))),
    # values
    changed("values-beside-covers", "either covers or values", "enclosed", put(
        "evidence.values", {"cover": cover([4])})),
    changed("values-without-a-cover", "'cover' is missing", "valued", drop(
        "evidence.values.cover")),
    changed("values-in-two-dimensions", "expected a row of integers", "valued", put(
        "evidence.values.cover", cover([[6]]))),
    changed("values-cover-of-floats", "expected a row of integers", "valued", put(
        "evidence.values.cover", cover([6.0]))),
    changed("values-of-too-many-leaves", "unpack to", "valued", put(
        "evidence.values.cover.shape", [2**40])),
    changed("values-with-vectors", "unknown key", "valued", put(
        "evidence.values.vectors", cover([[[1.0]]]))),
    changed("values-with-more", "unknown key", "valued", put("evidence.values.trust", "me")),
    changed("cover-zip-bomb", "does not fill", "enclosed", put(
        "evidence.covers.margin", cover([1, 4, 4]) | {"zlib64": packed(bytes(2**22))})),
    changed("game-unknown-key-enclosed", "unknown key", "enclosed", put("game.jacobian", [])),
    changed("game-cost-not-smooth", "abs", "enclosed", put("game.players.0.cost", "abs(x)")),
    # region, steps, bands
    changed("region-upside-down", "upside down", "toy", put("region.lower.0", "3")),
    changed("region-side-missing", "upper", "toy", drop("region.upper.1")),
    changed("region-without-sides", "no sides", "toy", both(
        put("region.lower", []), put("region.upper", []))),
    changed("region-a-ball", "unknown key", "toy", put("region.radius", "1")),
    changed("region-kind-unknown", "expected one of ball, box, constrained, space", "toy", put(
        "region.kind", "disc")),
    changed("space-dimension-true", "count", "toy", put(
        "region", {"kind": "space", "dimension": True})),
    changed("rk4-cover-with-more", "unknown key", "toy", put(f"{RK4}: cover.trust", "me")),
    changed("rk4-cover-a-list", "expected an object", "toy", put("Runge-Kutta steps: cover", [])),
    changed("rk4-of-an-unknown-scheme", "expected one of rk4", "toy", put(
        "Runge-Kutta steps: scheme", "rk5")),
    changed("rk4-without-a-scheme", "'scheme' is missing", "toy", drop(f"{RK4}: scheme")),
    changed("band-of-one-player", "two different players", "zero-sum", put(
        "band: players", [0, 0])),
    changed("band-of-a-third-player", "two different players", "zero-sum", put(
        "band: players", [0, 2])),
    changed("band-player-true", "two player numbers", "zero-sum", put("band: players", [0, True])),
    # the game
    changed("game-of-a-newer-version", "game.format", "toy", put("game.format", "sgn-game/2")),
    changed("game-name-a-number", "game.name", "toy", put("game.name", 7)),
    changed("game-parameter-called-pi", "is no name", "mixed", put("game.parameters.pi", "3")),
    changed("game-parameter-hides-a-variable", "also a variable", "mixed", put(
        "game.parameters.x", "0")),
    changed("game-variable-called-exp", "is no name", "toy", put(
        "game.players.0.variables", ["exp"])),
    changed("game-variable-of-two-players", "belongs to both", "toy", put(
        "game.players.0.variables", ["x2"])),
    changed("game-player-without-variables", "no variables", "toy", put(
        "game.players.0.variables", [])),
    changed("game-cost-runs-python", "unknown name", "toy", put(
        "game.players.0.cost", "__import__('os').system('true')")),
    changed("game-cost-unfinished", "a value is missing", "toy", put(
        "game.players.0.cost", "x1**2 +")),
    changed("game-cost-too-deep", "nested deeper", "toy", put(
        "game.players.0.cost", "(" * 300 + "x1" + ")" * 300)),
    changed("game-cost-divides-by-zero", "divides by zero", "toy", put(
        "game.players.0.cost", "x1/0")),
    changed("game-cost-a-number", "field must be text", "toy", put("game.players.0.cost", 1)),
    changed("game-matrix-of-text", "expected an object", "blocks", put(
        "game.jacobian", [["1", "0"], ["0", "1"]])),
    changed("game-size-zero", "a count from 1 to", "blocks", put("game.players.0.size", 0)),
    changed("game-matrix-of-another-size", "expected 4 × 4", "blocks", put(
        "game.players.0.size", 3)),
    changed("game-field-a-text", "true or false", "field", put("game.field", "no")),
    # refusals
    changed("refuted-without-witness", "needs a witness", "refuted", put("claims", [])),
    changed("refusal-with-two-witnesses", "claimed twice", "refuted", twice("witness")),
    changed("refusal-with-a-margin", "a refutation", "refuted", both(
        put("claims", []), claimed("margin/T5", {"margin": "1"}))),
    changed("refusal-with-a-margin-too", "a refutation", "refuted", claimed(
        "margin/T5", {"margin": "1"})),
    changed("undecided-with-a-witness", "needs a witness", "refuted", put("verdict", "undecided")),
    changed("refusal-called-proved", "expected one of", "refuted", put("verdict", "proved")),
    changed("refusal-reason-unknown", "expected one of", "refuted", put("reason", "bad luck")),
    changed("refusal-of-weights-called-unstable", "does not follow", "refuted-weights", put(
        "reason", "unstable")),
    changed("refusal-of-an-eigenvalue-called-small-gain", "does not follow", "refuted", put(
        "reason", "small-gain")),
    changed("refusal-of-an-eigenvalue-out-of-budget", "does not follow", "refuted", put(
        "reason", "budget")),
    changed("refusal-of-a-newer-version", "of another version", "refuted", put(
        "format", "sgn-refusal/9")),
    changed("witness-matrix-one-row", "square", "refuted", put(
        "witness: matrix", encode_array(np.ones(2)))),
    changed("witness-point-of-another-dimension", "expected 2", "refuted", put(
        "witness: point", ["0", "-2", "0"])),
    changed("witness-without-a-region", "goes with a region", "refuted", drop("region")),
    changed("witness-vector-too-long", "expected 2", "refuted", put(
        "witness: vector", ["1", "1", "1"])),
    changed("cycle-of-a-player-who-is-not-there", "player numbers", "refuted", put(
        "cycle.players", [2])),
    # metrics of matrices
    changed("metric-asymmetric", "expected a symmetric matrix", "dense", put(
        "metric.matrix", encode_array(np.array([[1.0, 0, 0], [0.1, 1, 0], [0, 0, 1]])))),
    changed("metric-not-a-number", "not finite", "dense", put(
        "metric.matrix", encode_array(np.full((3, 3), np.nan)))),
    changed("metric-of-integers", "binary64", "dense", put(
        "metric.matrix", encode_array(np.eye(3, dtype=np.int64)))),
    changed("metric-of-one-row", "expected a square matrix", "dense", put(
        "metric.matrix", encode_array(np.ones(3)))),
    changed("metric-kind-unknown", "expected one of scalar, block, dense", "dense", put(
        "metric.kind", "diagonal")),
    changed("metric-one-block-too-few", "one a player", "matrices", lambda document: document[
        "metric"]["blocks"].pop()),
    # divergences
    changed("kl-weight-zero", "must be positive", "uneven", put(
        "KL rate: weights.0", "0")),
    changed("kl-vector-too-short", "expected 3", "shares", put(
        "KL rate on the simplex: vector", ["1", "1"])),
    changed("kl-rate-not-a-number", "expected an integer", "uneven", put(
        "KL rate: rate", None)),
]  # fmt: skip
