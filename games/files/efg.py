"""Gambit's .efg files of extensive games with perfect recall, as games of policies.

Two forms are read: the agent form, in which each information set is a player with its owner's
payoffs and whose policies are behaviour strategies, and the reduced normal form, in which a
player's policy is a mixture of plans. Source: Gambit's manual, Game representation formats
(extensive games); McKelvey and Palfrey 1998 for the logit response of agents.
"""

from collections.abc import Sequence

from games.errors import InputError
from games.files.efg_forms import agent_form, normal_form
from games.files.efg_tree import read_tree
from games.files.strategic import Strategic
from games.files.toml import display_name, read_file
from games.files.writing import StrPath
from games.language.number import Number
from games.normal_form import NormalFormGame
from games.reading import at, near, short
from games.work import budget

FORMS = {"agent": agent_form, "normal": normal_form}


def read_efg(
    path: StrPath, entropy: Number | Sequence[Number] = 1, form: str = "agent"
) -> NormalFormGame:
    """The extensive game in a .efg file of Gambit, as a game of policies with entropy weights τ.

    path: the file; chance, information sets, outcomes at inner nodes and shared outcomes are read.
    form: "agent", behaviour strategies: each information set is a player (an agent) that has its
        owner's payoffs; or "normal", the reduced normal form: each player mixes its plans.
    entropy: one number, or one for each player of that form (an agent is a player).
    Payoffs are expected over chance moves exactly, then rounded to the nearest binary64 numbers.
    An equilibrium of the agent form is one of agents: each does best alone, and a player that has
    several might gain by changing more than one. Raises InputError, one sentence that begins with
    the file's name, for imperfect recall and for anything else that is not such a game.

    >>> import pathlib, tempfile
    >>> text = '''EFG 2 R "Matching pennies" { "a" "b" }
    ... p "" 1 1 "" { "H" "T" } 0
    ... p "" 2 1 "" { "H" "T" } 0
    ... t "" 1 "" { 1 -1 }
    ... t "" 2 "" { -1 1 }
    ... p "" 2 1 "" { "H" "T" } 0
    ... t "" 2
    ... t "" 1
    ... '''
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "pennies.efg")
    ...     _ = file.write_text(text)
    ...     read_efg(file).payoffs.tolist()
    [[[1.0, -1.0], [-1.0, 1.0]], [[-1.0, 1.0], [1.0, -1.0]]]
    """
    with at(display_name(path)), budget(0):
        return parse_efg(read_file(path), entropy, form)


def parse_efg(
    text: str, entropy: Number | Sequence[Number] = 1, form: str = "agent"
) -> NormalFormGame:
    """The same from the text itself; messages begin without a file's name."""
    return strategic_of(text, form).with_entropy(entropy)


def strategic_of(text: str, form: str = "agent") -> Strategic:
    """What a .efg file says, in one of its strategic forms."""
    if form not in FORMS:
        raise InputError(f"the form {short(form)} is unknown; {near(form, FORMS)}")
    return FORMS[form](read_tree(text))
