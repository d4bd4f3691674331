"""What stands first in a document: its format, the players, the evidence."""

from collections.abc import Sequence

from certificates.kernel.document.player_sizes import counted_sizes
from certificates.kernel.document.reading import (
    Document,
    is_count,
    read_choice,
    read_list,
    require_keys,
)
from games.errors import InputError
from games.players import NumberedNames, check_count

FORMAT, REFUSAL_FORMAT = "sgn-certificate/2", "sgn-refusal/2"
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


def is_refusal(document: Document) -> bool:
    """Whether the document says that it is a refusal, of whatever version."""
    return str(document.get("format")).partition("/")[0] == REFUSAL_FORMAT.partition("/")[0]


def check_format(document: Document, where: str, expected: str) -> None:
    """Raise InputError unless the document says it is of this format and major version."""
    given = document.get("format")
    family, _, version = expected.partition("/")
    if not isinstance(given, str) or given.partition("/")[0] != family:
        raise InputError(f"{where}: the format is {str(given)[:40]!r}; expected {expected!r}")
    if given != expected:
        raise InputError(
            f"{where}: the format {given[:40]!r} is of another version; this one reads version"
            f" {version}: make the file again"
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


def read_evidence(value: object, where: str, *, complete: bool) -> Document:
    """What the numbers rest on; a refusal may have less to say than a certificate."""
    kind = value.get("kind") if isinstance(value, dict) else None
    required, optional = EVIDENCE[read_choice(kind, f"{where}.kind", tuple(EVIDENCE))]
    if not complete:
        required, optional = set(), required | optional
    evidence = require_keys(value, where, {"kind"} | required, optional)
    if kind == "enclosed" and complete and ("covers" in evidence) == ("values" in evidence):
        raise InputError(f"{where}: expected either covers or values; make the certificate again")
    return evidence
