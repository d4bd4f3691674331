"""What a certificate claims: the document read once, strictly, into exact numbers.

Used to check and to show.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from certificates.kernel.document.geometry import Geometry, read_geometry
from certificates.kernel.document.metric import Metric, Rung, read_ladder, read_metric
from certificates.kernel.document.player_sizes import counted_sizes
from certificates.kernel.document.promises import Promises, read_promises
from certificates.kernel.document.reading import (
    Document,
    decode_array,
    is_count,
    number,
    read_choice,
    read_list,
    require_keys,
    vector,
)
from certificates.kernel.document.regions import read_region
from certificates.kernel.document.steps import Steps, read_euler, read_rk4, read_rk4_equilibrium
from games.errors import InputError
from games.players import NumberedNames, check_count
from games.regions.region import Region

FORMAT, REFUSAL_FORMAT = "sgn-certificate/1", "sgn-refusal/1"
VERDICTS = {
    "exact": "proved",
    "enclosed": "proved",
    "sampled": "estimated",
    "assumed": "conditional",
}
EVIDENCE = {  # what each kind of evidence says of itself, and what it may say
    "exact": (set[str](), {"note"}),
    "enclosed": (set[str](), {"covers", "values", "note"}),  # one of the first two
    "sampled": ({"draws", "claims", "epsilon", "delta", "seed", "statement"}, {"note"}),
    "assumed": ({"symmetric"}, {"note"}),
}
MAX_BANDS = 10**4
Vector = NDArray[Any]  # Fractions (object) or binary64


@final
@dataclass(frozen=True)
class Coupling:
    """L by its nonzero entries, L[rows[k], cols[k]] = values[k]; each pair once, none diagonal."""

    rows: NDArray[np.int64]
    cols: NDArray[np.int64]
    values: Vector

    def entry(self, i: int, j: int) -> Any:
        """L_ij."""
        found = np.flatnonzero((self.rows == i) & (self.cols == j))
        return self.values[found[0]] if len(found) else Fraction(0)


@final
@dataclass(frozen=True)
class Band:
    """For every ratio w_j/w_i in [low, high] the margin is at least `margin` (T4)."""

    players: tuple[int, int]
    basis: str
    margin: Fraction
    low: Fraction
    high: Fraction | None  # None: no upper end
    witnesses: tuple[tuple[Vector, Vector], ...]  # weights and x of T2, for any number of players


@final
@dataclass(frozen=True)
class Claims:
    """A certificate's content."""

    names: Sequence[str]
    game: Document | None  # None: bounds were given by the user
    region: Region | None
    geometry: Geometry
    evidence: Document
    verdict: str
    curvature_lower: Vector
    curvature_upper: Vector
    coupling_upper: Coupling
    metric: Metric
    margin: Fraction
    margin_basis: str
    structural_margin: Fraction
    structural_weights: Vector
    euclidean_margin: Fraction | None
    lipschitz: Fraction
    cocoercivity: Fraction | None
    witnesses: dict[str, Vector]
    euler: Steps | None
    rk4: Steps | None  # between any two runs
    rk4_equilibrium: Steps | None  # towards the equilibrium, where that allows longer steps
    bands: tuple[Band, ...]
    promises: Promises
    ladder: tuple[Rung, ...]  # what each kind of metric gave: information

    @property
    def weights(self) -> Vector:
        """w of the metric M(w), one a player; empty for another kind of metric."""
        return self.metric.weights


_REQUIRED = {
    "format", "geometry", "evidence", "verdict", "curvature_lower", "curvature_upper",
    "coupling_upper", "metric", "margin", "margin_basis", "structural_margin",
    "structural_weights", "lipschitz", "witnesses", "steps", "bands", "produced_by", "digest",
}  # fmt: skip
_OPTIONAL = {
    "game", "players", "region", "weights", "ladder", "euclidean_margin", "cocoercivity",
    "equilibrium", "basin", "bregman",
}  # fmt: skip
_STEPS = {"euler", "rk4", "rk4_equilibrium", "extragradient", "optimistic"}


def check_format(document: Document, where: str, expected: str) -> None:
    """Raise InputError unless the document says it is of this format and major version."""
    given = document.get("format")
    family, _, version = expected.partition("/")
    if not isinstance(given, str) or given.partition("/")[0] != family:
        raise InputError(f"{where}: the format is {str(given)[:40]!r}; expected {expected!r}")
    if given != expected:
        raise InputError(
            f"{where}: the format {given[:40]!r} was made by a newer version; this one reads"
            f" version {version}"
        )


def read_claims(document: Document, where: str = "certificate") -> Claims:
    """The claims of a certificate document; InputError for anything that is not well formed."""
    check_format(document, where, FORMAT)
    require_keys(document, where, _REQUIRED, _OPTIONAL)

    def at(key: str) -> str:
        return f"{where}: {key}"

    def read(key: str) -> Fraction:
        return number(document[key], at(key))

    evidence = read_evidence(document["evidence"], at("evidence"), complete=True)
    if document["verdict"] != VERDICTS[evidence["kind"]]:
        raise InputError(
            f"{where}: verdict {str(document['verdict'])[:40]!r} does not go with evidence"
            f" {evidence['kind']!r}; make the certificate again"
        )
    names = read_names(document, where)
    if evidence["kind"] == "assumed" and ("game" in document or "region" in document):
        raise InputError(f"{where}: given bounds go with a list of players, no game and no region")
    n = len(names)
    metric = read_metric(document["metric"], at("metric"), n)
    _check_weights(document, where, metric)
    basis = read_choice(document["margin_basis"], at("margin_basis"), ("structural", "direct"))
    steps = require_keys(document["steps"], at("steps"), set(), _STEPS)
    region = read_region(document["region"], at("region")) if "region" in document else None

    def method(key: str, read_steps: Callable[[Any, str, int], Steps]) -> Steps | None:
        return read_steps(steps[key], at(f"steps.{key}"), n) if key in steps else None

    lipschitz = read("lipschitz")
    if lipschitz <= 0:
        raise InputError(f"{at('lipschitz')}: a Lipschitz constant is positive")
    return Claims(
        names=names,
        game=document.get("game"),
        region=region,
        geometry=read_geometry(document["geometry"], at("geometry")),
        evidence=evidence,
        verdict=document["verdict"],
        curvature_lower=vector(document["curvature_lower"], at("curvature_lower"), n),
        curvature_upper=vector(document["curvature_upper"], at("curvature_upper"), n),
        coupling_upper=_coupling(document["coupling_upper"], at("coupling_upper"), n),
        metric=metric,
        margin=read("margin"),
        margin_basis=basis,
        structural_margin=read("structural_margin"),
        structural_weights=_positive(document["structural_weights"], at("structural_weights"), n),
        euclidean_margin=read("euclidean_margin") if "euclidean_margin" in document else None,
        lipschitz=lipschitz,
        cocoercivity=read("cocoercivity") if "cocoercivity" in document else None,
        witnesses=_witnesses(document["witnesses"], at("witnesses"), n),
        euler=method("euler", read_euler),
        rk4=method("rk4", read_rk4),
        rk4_equilibrium=method("rk4_equilibrium", read_rk4_equilibrium),
        bands=_bands(document["bands"], at("bands"), n),
        promises=read_promises(document, region, n, where),
        ladder=read_ladder(document.get("ladder", []), at("ladder")),
    )


def read_names(document: Document, where: str) -> Sequence[str]:
    """The players' names: of the game, or listed (or counted) where only bounds are given."""
    if ("game" in document) == ("players" in document):
        raise InputError(f"{where}: give either a game or a list of players")
    if "game" in document:
        game = document["game"]
        if isinstance(game, dict) and "sizes" in game:
            return NumberedNames(len(counted_sizes(game["sizes"], f"{where}: game.sizes")))
        players = game.get("players") if isinstance(game, dict) else None
        entries = read_list(players, f"{where}: game.players")
        names = [p.get("name") if isinstance(p, dict) else None for p in entries]
    else:
        if is_count(document["players"]):
            return NumberedNames(check_count(document["players"], f"{where}: players"))
        names = read_list(document["players"], f"{where}: players")
    if not names or not all(isinstance(name, str) for name in names):
        raise InputError(f"{where}: every player needs a name")
    if len(set(names)) < len(names):
        raise InputError(f"{where}: two players have the same name")
    return tuple(map(str, names))


def read_evidence(value: Any, where: str, *, complete: bool) -> Document:
    """What the numbers rest on; a refusal may have less to say than a certificate."""
    kind = value.get("kind") if isinstance(value, dict) else None
    required, optional = EVIDENCE[read_choice(kind, f"{where}.kind", tuple(EVIDENCE))]
    if not complete:
        required, optional = set(), required | optional
    evidence = require_keys(value, where, {"kind"} | required, optional)
    if kind == "enclosed" and complete and ("covers" in evidence) == ("values" in evidence):
        raise InputError(f"{where}: expected either covers or values; make the certificate again")
    return evidence


def _check_weights(document: Document, where: str, metric: Metric) -> None:
    """Raise InputError unless `weights` repeats those of a scalar metric, and no other has it."""
    if (metric.kind == "scalar") != ("weights" in document):
        raise InputError(
            f"{where}: the key 'weights' goes with a metric of kind scalar, and with no other;"
            " make the certificate again"
        )
    if metric.kind == "scalar":
        weights = vector(document["weights"], f"{where}: weights", len(metric.weights))
        if not (metric.weights == weights).all():
            raise InputError(
                f"{where}: weights differ from metric.weights; make the certificate again"
            )


def _positive(value: Any, where: str, n: int) -> Vector:
    entries = vector(value, where, n)
    if not (entries > 0).all():
        raise InputError(f"{where}: every entry must be positive")
    return entries


def _witnesses(value: Any, where: str, n: int) -> dict[str, Vector]:
    allowed = {"structural", "euler", "lipschitz", "lipschitz_image"}
    fields = require_keys(value, where, {"structural"}, allowed)
    return {key: _positive(entry, f"{where}.{key}", n) for key, entry in fields.items()}


def _coupling(value: Any, where: str, n: int) -> Coupling:
    if isinstance(value, list):
        table = [vector(row, f"{where}[{i}]", n) for i, row in enumerate(value)]
        if len(table) != n:
            raise InputError(f"{where}: {len(table)} rows; expected {n}")
        pairs = [(i, j) for i in range(n) for j in range(n) if table[i][j] != 0]
        rows = np.array([i for i, _ in pairs], dtype=np.int64)
        cols = np.array([j for _, j in pairs], dtype=np.int64)
        values = np.empty(len(pairs), dtype=object)
        values[:] = [Fraction(table[i][j]) for i, j in pairs]
    else:
        rows, cols, values = read_sparse(value, where, n)
    if (rows == cols).any() or not (values >= 0).all():
        raise InputError(f"{where}: couplings must be at least 0, and 0 on the diagonal")
    return Coupling(rows, cols, values)


def read_sparse(
    value: Any, where: str, n: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Rows, columns and values of an n × n matrix in CSR with sorted columns, no pair twice."""
    fields = require_keys(value, where, {"indptr", "indices", "data", "shape"})
    if fields["shape"] != [n, n]:
        raise InputError(f"{where}: the shape must be [{n}, {n}]")
    indptr, indices = (decode_array(fields[key], f"{where}.{key}") for key in ("indptr", "indices"))
    data = vector(fields["data"], f"{where}.data", indices.size)
    if indptr.dtype.kind != "i" or indices.dtype.kind != "i" or data.dtype.kind != "f":
        raise InputError(f"{where}: indices must be integers and data binary64")
    indptr, cols = indptr.astype(np.int64), indices.astype(np.int64)
    counts = np.diff(indptr)
    if indptr.shape != (n + 1,) or cols.ndim != 1 or indptr[0] != 0 or indptr[-1] != cols.size:
        raise InputError(f"{where}: indptr does not fit {n} rows")
    # the ends first: differences of huge ones would wrap round
    if (
        (indptr < 0).any()
        or (indptr > cols.size).any()
        or (counts < 0).any()
        or (cols < 0).any()
        or (cols >= n).any()
    ):
        raise InputError(f"{where}: an index is out of range")
    rows = np.repeat(np.arange(n, dtype=np.int64), counts)
    if (np.diff(rows * n + cols) <= 0).any():
        raise InputError(f"{where}: the columns of a row must increase")
    return rows, cols, data


def _bands(value: Any, where: str, n: int) -> tuple[Band, ...]:
    """At most one band without witnesses a pair of players."""
    entries = read_list(value, where)
    if len(entries) > MAX_BANDS:
        raise InputError(f"{where}: more than {MAX_BANDS} bands; they take too long to check")
    bands = tuple(_band(entry, f"{where}[{k}]", n) for k, entry in enumerate(entries))
    plain = [frozenset(band.players) for band in bands if not band.witnesses]
    if len(set(plain)) < len(plain):
        raise InputError(f"{where}: two bands for the same two players; keep one")
    return bands


def _band(value: Any, where: str, n: int) -> Band:
    required = {"players", "ratio", "basis", "margin", "low", "high"}
    fields = require_keys(value, where, required, {"witnesses"})
    players = fields["players"]
    if not isinstance(players, list) or len(players) != 2 or not all(map(is_count, players)):
        raise InputError(f"{where}.players: expected two player numbers")
    if players[0] == players[1] or max(players) >= n:
        raise InputError(f"{where}.players: expected two different players of this game")
    read_choice(fields["ratio"], f"{where}.ratio", ("w_j/w_i",))
    high = fields["high"]
    return Band(
        players=(players[0], players[1]),
        basis=read_choice(fields["basis"], f"{where}.basis", ("direct", "structural")),
        margin=number(fields["margin"], where),
        low=number(fields["low"], where),
        high=None if high is None else number(high, where),
        witnesses=tuple(
            _band_witness(entry, f"{where}.witnesses[{k}]", n)
            for k, entry in enumerate(read_list(fields.get("witnesses", []), f"{where}.witnesses"))
        ),
    )


def _band_witness(value: Any, where: str, n: int) -> tuple[Vector, Vector]:
    fields = require_keys(value, where, {"weights", "vector"})
    return (
        _positive(fields["weights"], f"{where}.weights", n),
        _positive(fields["vector"], f"{where}.vector", n),
    )
