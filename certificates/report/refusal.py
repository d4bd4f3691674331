"""Rows of a refusal: what its witness shows, and apart from it what the search says."""

from fractions import Fraction

from certificates.equilibrium import constraint_texts
from certificates.kernel.claims import Claims, Point
from certificates.kernel.document.geometry import FIELDS, LOGIT_KINDS, Geometry, geometry_of
from certificates.kernel.document.reading import Document
from certificates.kernel.refusal import RefusalClaims
from certificates.kernel.theorems.refutation import (
    NO_WEIGHTS,
    EigenvalueWitness,
    ExactWitness,
    Witness,
)
from certificates.report.shown import Row, line
from certificates.report.steps import PROVED_BY
from certificates.report.texts import (
    DIGITS,
    SHOWN,
    count_text,
    down,
    exact_text,
    near,
    region_text,
)
from certificates.safe import Upper

LOG_ODDS = "log-odds against action 0"
FOUND_FROM = {  # by the name of a margin
    "structural_margin": PROVED_BY["structural"],
    "direct_margin": PROVED_BY["direct"],
    "euclidean_margin": "all players' weights being equal",
}
UNDECIDED = "UNDECIDED: nothing is proved of this game, and nothing refuted"
MATRICES = "; a metric of matrices is not excluded"
NOISE = Fraction(1, 10**9)  # of a margin that may be 0
CIRCLES = (
    "; it is the same everywhere, so play near an equilibrium in the region's interior does not"
    " always approach it"
)
EVERYWHERE = "; it is the same everywhere, so an equilibrium in the region's interior is unstable"


def subject_rows(claims: Claims | RefusalClaims) -> list[Row]:
    """Which game, on which region."""
    name = (claims.game or {}).get("name")
    players = count_text(len(claims.names), "player")
    rows = [line("game", f"{name}, {players}" if name else players)]
    if claims.region is not None:
        texts = constraint_texts(claims.game, claims.region)
        rows.append(line("region", region_text(claims.region, texts)))
    return rows


def geometry_rows(geometry: Geometry, game: Document | None, name: str = "geometry") -> list[Row]:
    """Which gradient is followed, and in which coordinates, where that is not plain."""
    rows = []
    if geometry.field:
        text = f"entropic dual: natural gradient for {FIELDS[geometry.field]}"
        rows.append(line(name, text, "geometry"))
    if (game or {}).get("kind") in LOGIT_KINDS:
        rows.append(line("coordinates", f"{LOG_ODDS}, of each player in each state"))
        rows.append(line("entropy", entropy_text(game or {})))
    return rows


def entropy_text(game: Document) -> str:
    """The players' entropies as the file has them, and in games of states how they count.

    >>> entropy_text({"kind": "markov", "entropy": ["0.1", "0.2"], "players": [
    ...     {"name": "row"}, {"name": "column"}]})
    'row 0.1, column 0.2; of each state once, however often it is visited'
    """
    values = [str(value) for value in game.get("entropy", ())]
    names = [str(player["name"]) for player in game.get("players", ())]
    if len(set(values)) == 1:
        text = f"{values[0]} of every player"
    else:
        each = [f"{name} {value}" for name, value in zip(names, values, strict=False)]
        text = ", ".join(each[:SHOWN]) + (", …" if len(each) > SHOWN else "")
    if game.get("kind") != "markov":
        return text
    if game.get("occupancy_entropy") is True:
        return f"{text}; of each state as often as it is visited"
    return f"{text}; of each state once, however often it is visited"


def refusal_head(claims: RefusalClaims) -> str:
    """The verdict, and what it means: of a refuted game, by the kind of its witness."""
    if claims.witness is None:
        return UNDECIDED
    return f"REFUTED ({claims.witness.reason}): {claims.witness.refutes}"


def sentence(claims: RefusalClaims) -> str:
    """Why: computed from the witness, so that it says what that shows; else what the search says.

    No other text of the document is read where there is a witness.
    """
    if claims.witness is None:
        return claims.message
    return refuted_sentence(claims.witness, claims.game)


def refuted_sentence(witness: Witness, game: Document | None) -> str:
    """What a witness shows, by T6: of every constant metric, or of one weight a player."""
    constant = None in witness.points or (game or {}).get("kind") == "quadratic"
    if isinstance(witness, EigenvalueWitness):
        return (
            f"{'' if constant else 'at a point of the region '}the Jacobian has an eigenvalue of"
            f" real part below {Upper(witness.shift).text(DIGITS)}, so {witness.refutes}"
            f"{EVERYWHERE if constant else ''}"
        )
    if isinstance(witness, ExactWitness):
        return (
            f"{'' if constant else 'at a point of the region '}the Jacobian has an eigenvalue of"
            f" real part at most 0, found exactly, so {witness.refutes}"
            f"{CIRCLES if constant else ''}"
        )
    count = len(witness.points)
    if constant:
        shown = "the Jacobian, the same everywhere, shows"
    elif count == 1:
        shown = "the Jacobian at one point of the region shows"
    else:
        shown = f"the Jacobians at {count} points of the region show together"
    more = MATRICES if witness.refutes == NO_WEIGHTS else ""
    return f"{shown} that {witness.refutes}{more}"


def refusal_rows(claims: RefusalClaims) -> list[Row]:
    """What is checked: the witness. Then what the search says, and what to try."""
    rows = subject_rows(claims)
    rows += geometry_rows(geometry_of(claims.game), claims.game, "field of the game")
    if claims.witness is None:
        rows += [line("reason", claims.reason), line("why", claims.message)]
    else:
        rows.append(line("refuted", sentence(claims), "why"))
        if where := _places(claims.witness.points):
            rows.append(line("where", where))
    return rows + _said_rows(claims)


def _said_rows(claims: RefusalClaims) -> list[Row]:
    """The search's own findings: margins reached, the blocking cycle, the worst point, the tips."""
    rows = [
        line(
            "best", _best_text(key, value), key.replace("_", " ").replace("euclidean", "Euclidean")
        )
        for key, value in claims.best.items()
    ]
    players, gain = claims.cycle
    if players:
        ring = " <- ".join(claims.names[k] for k in (*players, players[0]))
        text = ring if len(players) > 1 else claims.names[players[0]]
        rows.append(line("blocking cycle", text))
        if gain is not None:
            rows.append(line("gain of the cycle", near(gain)))
    if claims.worst_point is not None and claims.witness is None:
        rows.append(line("worst point", _point_text(claims.worst_point)))
    tips = enumerate(claims.suggestions)
    return rows + [line("try", text, "try" if k == 0 else "") for k, text in tips]


def _best_label(key: str) -> str:
    return key.replace("_", " ").replace("euclidean", "Euclidean")


def _best_text(key: str, value: Fraction) -> str:
    """A margin, with what it was found from where that is known by its name."""
    found = FOUND_FROM.get(key)
    text = "about 0" if 0 > value > -NOISE else down(value)
    return f"{text}, {found}" if found else text


def _places(points: tuple[Point, ...]) -> str:
    """The one point of a witness; how many there are, where there are more; "" for any point."""
    if len(points) > 1 and None not in points:
        return f"at {len(points)} points, which the file holds"
    return "" if points[0] is None else _point_text(points[0])


def _point_text(point: tuple[Fraction, ...]) -> str:
    """The coordinates, exactly or said to be rounded."""
    texts = [exact_text(v) for v in point[:SHOWN]]
    about = "" if None not in texts else "about "
    shown = [text or near(v) for text, v in zip(texts, point, strict=False)]
    return f"{about}({', '.join(shown)}{', …' if len(point) > SHOWN else ''})"
