"""Game files written by hand in every dialect, against an independent reader."""

import itertools
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import games
import sgn
from games import InputError, NormalFormGame
from games.files.efg import parse_efg
from games.files.efg import strategic_of as extensive
from games.files.gam import parse_gam
from games.files.gam import strategic_of as tracer
from games.files.nfg import strategic_of as strategic
from games.files.strategic import Strategic
from sgn.cli import main
from tests.helpers import gambit_oracle as oracle

FOLDER = Path(__file__).parents[1] / "data" / "games"
FILES = sorted(FOLDER.iterdir())
FLAT = [file for file in FILES if file.suffix in (".nfg", ".gam")]
TREES = [file for file in FILES if file.suffix == ".efg"]
PLAYED = {"pennies_hidden", "three_players", "three", "centipede", "poker", "dummy_middle"}


def _name(file: Path) -> str:
    return file.name


def _text(file: Path) -> str:
    return file.read_bytes().decode("utf-8-sig")


def test_there_are_enough_of_them() -> None:
    assert len(FILES) >= 50


@pytest.mark.parametrize("file", FLAT, ids=_name)
def test_strategic_files_have_the_payoffs_of_an_independent_reader(file: Path) -> None:
    text = _text(file)
    if file.suffix == ".nfg":
        found, (shape, payoffs) = strategic(text), oracle.strategic(text)
    else:
        found, (shape, payoffs) = tracer(text), oracle.tracer(text)
    assert found.payoffs[0].shape == shape
    for profile, row in payoffs.items():
        assert [float(v) for v in row] == [tensor[profile] for tensor in found.payoffs]


def _agents(tree: oracle.Extensive) -> list[tuple[int, int]]:
    return [each for each, count in tree.actions.items() if count > 1]


@pytest.mark.parametrize("file", TREES, ids=_name)
def test_agent_forms_have_the_payoffs_of_an_independent_reader(file: Path) -> None:
    found, tree = extensive(_text(file)), oracle.Extensive(_text(file))
    agents = _agents(tree)
    assert found.payoffs[0].shape == tuple(tree.actions[a] for a in agents)
    single = dict.fromkeys(tree.actions, 0)
    for profile in np.ndindex(*found.payoffs[0].shape):
        expected = tree.payoffs(single | dict(zip(agents, profile, strict=True)))
        for (owner, _), tensor in zip(agents, found.payoffs, strict=True):
            assert tensor[profile] == float(expected[owner - 1])


@pytest.mark.parametrize("file", TREES, ids=_name)
def test_normal_forms_hold_the_payoffs_of_all_plans(file: Path) -> None:
    """As sets of rows: what every behaviour gives is what some profile of plans gives."""
    found, tree = extensive(_text(file), "normal"), oracle.Extensive(_text(file))
    agents = _agents(tree)
    owners = sorted({owner for owner, _ in agents})
    single = dict.fromkeys(tree.actions, 0)
    behaviours = itertools.product(*(range(tree.actions[a]) for a in agents))
    expected = {
        tuple(
            float(tree.payoffs(single | dict(zip(agents, chosen, strict=True)))[owner - 1])
            for owner in owners
        )
        for chosen in behaviours
    }
    rows = np.stack([tensor.ravel() for tensor in found.payoffs], axis=1)
    assert {tuple(row) for row in rows.tolist()} == expected


def test_reduced_plans_leave_out_what_their_own_moves_rule_out() -> None:
    shape = extensive(_text(FOLDER / "centipede.efg"), "normal").payoffs[0].shape
    assert shape == (3, 3)  # take; pass, take; pass, pass
    assert extensive(_text(FOLDER / "recalled.efg"), "normal").payoffs[0].shape == (4, 2)


@pytest.mark.parametrize("file", FILES, ids=_name)
def test_every_file_is_a_game_with_a_region(file: Path) -> None:
    game = games.load(file)
    assert isinstance(game, NormalFormGame)
    assert game.region is not None
    response = np.array(game.find_equilibrium()) if file.stem in PLAYED else None
    if response is not None:
        assert game.region.contains(response.tolist())
    assert len({player.name for player in game.players}) == len(game.players)


def test_all_logit_responses_lie_in_the_response_box(rng: np.random.Generator) -> None:
    game = games.read_nfg(FOLDER / "three_players.nfg", entropy="1/2")
    box = game.response_box(slack=0)
    for x in rng.normal(scale=3, size=(200, game.dimension)):
        answer = x - game.pseudo_gradient(x) / 0.5  # F = τ z − gain
        assert box.contains(np.clip(answer, *np.array(box.floats())).tolist())
        low, high = box.floats()
        assert (answer >= low - 1e-12).all()  # sums of 4 products of numbers below 10
        assert (answer <= high + 1e-12).all()
    with pytest.raises(InputError, match="player 1 has no entropy"):
        NormalFormGame([[[1, 0], [0, 1]]] * 2, 0).response_box()


def test_names_and_what_is_left_out_are_told() -> None:
    def names(file: str) -> list[str]:
        return [player.name for player in games.read_nfg(FOLDER / file).players]

    assert names("named_like_numbers.nfg") == ["player 3", "player 1", "player 3 (unnamed)"]
    assert names("twins.nfg") == ["player 1", "player 2"]
    assert names("dummy_middle.nfg") == ["row", "column"]
    game = games.read_nfg(FOLDER / "dummy_middle.nfg")
    assert game.name == "the second has no choice (without player 2, who choose nothing)"
    agents = games.read_efg(FOLDER / "poker.efg")
    assert [p.name for p in agents.players] == ["Alice at King", "Bob", "Alice at Queen"]
    assert agents.name == "A one-card poker (agent form)"
    same = games.read_efg(FOLDER / "sets_of_one_name.efg")
    assert [p.name for p in same.players] == ["a at same (1.1)", "a at same (1.2)"]


def test_entropy_is_one_number_or_one_a_player_of_the_file() -> None:
    game = games.read_nfg(FOLDER / "dummy_middle.nfg", entropy=["1/3", 5, 2])
    assert game.tensors.entropy == (Fraction(1, 3), Fraction(2))
    with pytest.raises(InputError, match="entropy has 2 weights; expected 3"):
        games.read_nfg(FOLDER / "dummy_middle.nfg", entropy=[1, 2])
    assert games.read_nfg(FOLDER / "pennies.nfg", entropy=0).region is None


TREE = 'EFG 2 R "t" { "a" "b" }\n'
ROOT = TREE + 'p "" 1 1 "" { "l" "r" } 0\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "it ends within the head"),
        ('NFG 1 R "x" { }', "does not begin with"),
        (TREE, "it ends within a node"),
        (TREE + 'x "" 1', "line 2: a node begins with 'x'; expected c, p or t"),
        (ROOT + 't "" 1 "" { 1 2 }', "it ends within a node"),
        (ROOT + 't "" 1 "" { 1 2 }\nt "" 1\nt "" 1', "line 5: 't' follows the last node"),
        (ROOT + 't "" 1 "" { 1 2 3 }', "line 3: outcome 1: found '3'"),
        (ROOT + 't "" 1', "outcome 1 comes without payoffs"),
        (ROOT + 't "" 1 "" { 1 x }', "line 3: outcome 1: 'x' is not a number"),
        (ROOT + 't "" 0 "" { 1 2 }', "outcome 0 has payoffs"),
        (ROOT + 't "" 1 "" { 1 2 }\nt "" 1 "" { 1 3 }', "line 4: outcome 1 has other payoffs"),
        (TREE + 'p "" 3 1 "" { "l" "r" } 0', "belongs to player 3; there are 2"),
        (TREE + 'p "" 0 1 "" { "l" "r" } 0', "belongs to player 0; there are 2"),
        (TREE + 'p "" 1 1 0', "information set 1 of player 1 comes without its actions"),
        (TREE + 'p "" 1 1 "" { } 0', "comes without its actions"),
        (TREE + 'c "" 1 0', "chance move 1 comes without its actions"),
        (TREE + 'c "" 1 "" { "x" 1/2 "y" 1/3 } 0', "probabilities that do not sum to 1"),
        (TREE + 'c "" 1 "" { "x" 2 "y" -1 } 0', "probabilities that do not sum to 1"),
        (ROOT + 'p "" 1 1 0', "information set 1 of player 1 is reached by other moves"),
        (
            ROOT + 'p "" 1 2 "" { "l" "r" } 0\nt "" 0\nt "" 0\np "" 1 2 0',
            "forgets what it did; only games of perfect recall are read",
        ),
        (
            ROOT + 'p "" 2 1 "" { "l" "r" } 0\nt "" 0\nt "" 0\np "" 2 1 "" { "l" } 0',
            "other actions",
        ),
        (TREE + 't "" 0', "no player has two strategies"),
        (ROOT + 't "" 1 "" { 1e999 0 }\nt "" 0', "larger than any float"),
    ],
)
def test_bad_trees_are_told_in_one_sentence(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as found:
        parse_efg(text)
    assert "\n" not in str(found.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "it ends within the numbers of strategies"),
        ("2\n2", "it ends within the numbers of strategies"),
        ("x", "line 1: 'x' is no count"),
        ("0", "it has 0 players"),
        ("999999999", "it has 999999999 players"),
        ("2\n2 2\n1 2 3", "it has 3 payoffs; 2 players and 4 contingencies ask for 8"),
        ("2\n2 2\n1 2 3 4\n5 6 7 x", "line 4: 'x' is not a number"),
        ("2\n99999999 99999999", "contingencies; a smaller game is read"),
    ],
)
def test_bad_gam_files_are_told_in_one_sentence(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse_gam(text)


def test_an_unknown_form_is_told() -> None:
    with pytest.raises(InputError, match="the form 'agents' is unknown; did you mean 'agent'"):
        games.read_efg(FOLDER / "poker.efg", form="agents")
    with pytest.raises(InputError, match="try form='normal'"):
        parse_efg(_chain(25))
    with pytest.raises(InputError, match="try form='agent'"):
        extensive(_broad(16), "normal")


def _chain(length: int) -> str:
    """A centipede so long."""
    lines = [f'p "" 1 {k} "" {{ "l" "r" }} 0\nt "" 0' for k in range(length)]
    return TREE + "\n".join(lines) + '\nt "" 0\n'


def _broad(types: int) -> str:
    """A player that knows which of so many types it is of."""
    odds = " ".join(f'"{k}" 1/{types}' for k in range(types))
    nodes = [f'p "" 1 {k} "" {{ "l" "r" }} 0\nt "" 0\nt "" 1 "" {{ 1 2 }}' for k in range(types)]
    return f'{TREE}c "" 1 "" {{ {odds} }} 0\n' + "\n".join(nodes)


def test_a_long_centipede_is_read_in_its_normal_form() -> None:
    assert extensive(_chain(25), "normal").payoffs[0].shape == (26,)


def test_a_strategic_game_needs_a_choice() -> None:
    with pytest.raises(InputError, match="nothing to choose"):
        Strategic("", ["a"], [np.zeros(1)]).with_entropy()


def test_the_command_line_certifies_files_as_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "c.json")
    pennies = str(FOLDER / "pennies.nfg")
    assert main(["certify", pennies, "--entropy", "2", "-o", out]) == 0
    assert main(["verify", out]) == 0
    assert main(["certify", str(FOLDER / "entry.efg"), "--form", "normal", "-o", out]) == 0
    (tmp_path / "J.csv").write_text("1,10\n0.05,1\n")
    table = str(tmp_path / "J.csv")
    assert main(["certify", table, "--sizes", "1,1", "-o", out]) == 0
    capsys.readouterr()
    for arguments, message in (
        ([table], "J.csv: it is a 2 × 2 Jacobian"),
        ([table, "--sizes", "1,x"], "--sizes: 'x' is no size"),
        ([table, "--sizes", "1*999999999"], "--sizes: it lists too many players"),
        ([table, "--sizes", "1,1", "-o", table], "this is what is read"),
        ([pennies, "--sizes", "1,1"], "pennies.nfg: sizes says nothing about such a file"),
        ([pennies, "--entropy", "x"], "'x' is not a number"),
        ([pennies, "--entropy", "0"], "the game has no region"),
    ):
        assert main(["certify", *arguments]) == 2
        assert message in capsys.readouterr().err


def test_a_missing_region_names_the_boxes_there_are() -> None:
    game = NormalFormGame([[[1, 0], [0, 1]]] * 2, 1)
    with pytest.raises(ValueError, match=r"give a Box as the region, such as game.logit_box\(1\)"):
        sgn.certify(game)


def test_rounded_probabilities_are_divided_by_their_sum_and_it_is_said() -> None:
    text = """EFG 2 R "Three cards" { "Alice" "Bob" }
c "" 1 "" { "a" 0.333333 "b" 0.333333 "c" 0.333333 } 0
p "" 1 1 "" { "x" "y" } 0
t "" 1 "" { 3 0 }
t "" 2 "" { 0 0 }
p "" 1 1 0
t "" 1
t "" 2
p "" 1 1 0
t "" 1
t "" 2
"""
    game = parse_efg(text)
    assert game.payoffs[0].tolist() == [3, 0]
    assert "probabilities of chance move 1 divided by their sum" in game.name
    assert "divided" not in parse_efg(text.replace("0.333333", "1/3")).name
