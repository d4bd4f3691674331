"""The tree of a .efg file: its information sets, its leaves, and perfect recall."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import final

from games import work
from games.errors import InputError
from games.files.gambit_text import Reader
from games.files.strategic import check_players

NEAR = Fraction(1, 10**6)  # how far a chance move's probabilities, as written, may sum from one
MAX_DEPTH = 1000
MAX_MOVES = 2**22  # on all paths together
Moves = tuple[tuple[int, int], ...]  # (information set, action), from the root


@final
@dataclass(frozen=True)
class InformationSet:
    """Where a player moves without knowing more: its owner (from 0), name and actions."""

    owner: int
    number: int
    name: str
    actions: Sequence[str]


@final
@dataclass(frozen=True)
class Leaf:
    """An end of play: the players' moves that lead there, chance's probability, the payoffs."""

    moves: Moves
    chance: Fraction
    payoffs: Sequence[Fraction]


@final
@dataclass(frozen=True)
class Tree:
    """An extensive game with perfect recall; before: a player's own moves before its set.

    note: what was done to the numbers of the file, "" if nothing.
    """

    title: str
    players: Sequence[str]
    sets: Sequence[InformationSet]
    before: Sequence[Moves]
    leaves: Sequence[Leaf]
    note: str = ""


@final
@dataclass
class _Open:
    """A node whose children are not all read."""

    owner: int  # −1: chance
    place: int  # of its information set among all, or of its chance move
    moves: Moves
    chance: Fraction
    payoffs: tuple[Fraction, ...]
    children: int
    read: int = 0


@final
@dataclass
class _Known:
    """What was defined so far, by the file's numbers."""

    sets: list[InformationSet] = field(default_factory=list)
    places: dict[tuple[int, int], int] = field(default_factory=dict)
    before: list[Moves] = field(default_factory=list)
    chances: dict[int, Sequence[Fraction]] = field(default_factory=dict)
    totals: dict[int, Fraction] = field(default_factory=dict)  # of them, as written
    outcomes: dict[int, tuple[Fraction, ...]] = field(default_factory=dict)
    leaves: list[Leaf] = field(default_factory=list)
    moves: int = 0
    held: int = 0

    def hold(self, values: Sequence[Fraction]) -> None:
        """Count numbers that are new: their making, and the bytes that they take."""
        for value in values:
            bits = abs(value.numerator).bit_length() + value.denominator.bit_length()
            work.spend(work.of_rational(bits), "the numbers of the tree")
            self.held += 150 + bits // 8
        work.hold(self.held, "the numbers of the tree")


def read_tree(text: str) -> Tree:
    """The tree that the text describes; InputError, with the line, for what it may not be."""
    reader = Reader(text)
    head = [reader.word("the head") for _ in range(3)]
    if head[:2] != ["EFG", "2"] or head[2] not in ("R", "D"):
        raise InputError('it does not begin with "EFG 2 R" or "EFG 2 D"; save it from Gambit')
    title = reader.label("the title")
    reader.brace("{", "the players")
    players = reader.labels("the players")
    check_players(len(players))
    reader.optional_label("the comment")
    known = _Known()
    _read_nodes(reader, players, known)
    reader.end("node of the tree")
    rounded = [str(number) for number, total in known.totals.items() if total != 1]
    note = f"probabilities of chance move {', '.join(rounded)} divided by their sum"
    return Tree(title, players, known.sets, known.before, known.leaves, note if rounded else "")


def _read_nodes(reader: Reader, players: Sequence[str], known: _Known) -> None:
    """All nodes, each before its children, as the file lists them."""
    nothing = (Fraction(0),) * len(players)
    path: list[_Open] = []
    while True:
        moves, chance, payoffs = _after(path[-1], known) if path else ((), Fraction(1), nothing)
        known.moves += len(path) + 1
        if len(path) > MAX_DEPTH or known.moves > MAX_MOVES:
            reader.fail(f"the tree is deeper than {MAX_DEPTH} or has more than {MAX_MOVES} moves")
        node = _node(reader, players, known, moves, chance, payoffs)
        if node is not None:
            path.append(node)
        while path and path[-1].read == path[-1].children:
            path.pop()
        if not path:
            return


def _after(node: _Open, known: _Known) -> tuple[Moves, Fraction, tuple[Fraction, ...]]:
    """How play came to the node's next child."""
    action = node.read
    node.read += 1
    if node.owner < 0:
        chance = node.chance * known.chances[node.place][action]
        known.hold([chance])
        return node.moves, chance, node.payoffs
    return (*node.moves, (node.place, action)), node.chance, node.payoffs


def _node(
    reader: Reader,
    players: Sequence[str],
    known: _Known,
    moves: Moves,
    chance: Fraction,
    payoffs: tuple[Fraction, ...],
) -> _Open | None:
    """One node, and None for a leaf, which is then among those known."""
    kind = reader.word("a node")
    if kind not in ("c", "p", "t"):
        reader.fail(f"a node begins with {kind[:20]!r}; expected c, p or t")
    reader.label("the name of a node")
    owner, place, children = -1, 0, 0
    if kind == "p":
        owner, place = _personal(reader, players, known, moves)
        children = len(known.sets[place].actions)
    elif kind == "c":
        place = _chance(reader, known)
        children = len(known.chances[place])
    gained = _outcome(reader, len(players), known)
    total = _added(known, payoffs, gained)
    if kind == "t":
        known.leaves.append(Leaf(moves, chance, total))
        return None
    return _Open(owner, place, moves, chance, total, children)


def _added(
    known: _Known, payoffs: tuple[Fraction, ...], gained: tuple[Fraction, ...]
) -> tuple[Fraction, ...]:
    """The payoffs so far and those of a node; nothing is made where one of them is nothing."""
    if not any(gained):
        return payoffs
    if not any(payoffs):
        return gained
    total = tuple(a + b for a, b in zip(payoffs, gained, strict=True))
    known.hold(total)
    return total


def _personal(
    reader: Reader, players: Sequence[str], known: _Known, moves: Moves
) -> tuple[int, int]:
    """The owner and the place of a player's information set, which comes whole the first time."""
    player = reader.count("the player of a node")
    if not 1 <= player <= len(players):
        reader.fail(f"a node belongs to player {player}; there are {len(players)}")
    number = reader.count("an information set")
    where = f"information set {number} of player {player}"
    name = reader.optional_label(where)
    actions: list[str] | None = None
    if reader.next_is("{"):
        reader.brace("{", where)
        actions = reader.labels(where)
    own = tuple(move for move in moves if known.sets[move[0]].owner == player - 1)
    if (player, number) not in known.places:
        if not actions:
            reader.fail(f"{where} comes without its actions; list them the first time")
        known.places[player, number] = len(known.sets)
        known.sets.append(InformationSet(player - 1, number, name, actions))
        known.before.append(own)
    place = known.places[player, number]
    if actions is not None and len(actions) != len(known.sets[place].actions):
        reader.fail(f"{where} has other actions than before; give it one list")
    if known.before[place] != own:
        reader.fail(
            f"{where} is reached by other moves of its own player than before, so the player"
            " forgets what it did; only games of perfect recall are read"
        )
    return player - 1, place


def _chance(reader: Reader, known: _Known) -> int:
    """The number of a chance move, whose probabilities come the first time."""
    number = reader.count("a chance move")
    where = f"chance move {number}"
    reader.optional_label(where)
    if reader.next_is("{"):
        probabilities, total = _probabilities(reader, where)
        known.totals.setdefault(number, total)
        if known.chances.setdefault(number, probabilities) != probabilities:
            reader.fail(f"{where} has other probabilities than before; give it one list")
    if number not in known.chances:
        reader.fail(f"{where} comes without its actions; list them the first time")
    return number


def _probabilities(reader: Reader, where: str) -> tuple[list[Fraction], Fraction]:
    """Probabilities that sum to one exactly, and the sum of those in the file."""
    reader.brace("{", where)
    values = []
    while not reader.next_is("}"):
        reader.label(where)
        values.append(reader.number(where))
    reader.brace("}", where)
    total = sum(values, Fraction(0))
    if not values or min(values) < 0 or abs(total - 1) > NEAR:
        reader.fail(f"{where} has probabilities that do not sum to 1; make them do so")
    return [value / total for value in values], total


def _outcome(reader: Reader, players: int, known: _Known) -> tuple[Fraction, ...]:
    """What a node's outcome gives; payoffs come the first time, outcome 0 gives nothing."""
    number = reader.count("an outcome")
    where = f"outcome {number}"
    reader.optional_label(where)
    if reader.next_is("{"):
        reader.brace("{", where)
        payoffs = tuple(reader.number(where) for _ in range(players))
        reader.brace("}", where)
        if number == 0 and any(payoffs):
            reader.fail("outcome 0 has payoffs; give it a number from 1 on")
        if known.outcomes.setdefault(number, payoffs) != payoffs:
            reader.fail(f"{where} has other payoffs than before; give it another number")
    if number and number not in known.outcomes:
        reader.fail(f"{where} comes without payoffs; give them the first time")
    return known.outcomes.get(number, (Fraction(0),) * players)


def names_of_sets(tree: Tree) -> list[str]:
    """A name for each information set: its owner's, and its own or its number.

    A player with one set is called by its name alone.
    """
    owners = Counter(each.owner for each in tree.sets)
    names = []
    for each in tree.sets:
        player = tree.players[each.owner] or f"player {each.owner + 1}"
        alone = owners[each.owner] == 1
        names.append(player if alone else f"{player} at {each.name or each.number}")
    twice = {name for name, count in Counter(names).items() if count > 1}
    return [
        f"{name} ({each.owner + 1}.{each.number})" if name in twice else name
        for name, each in zip(names, tree.sets, strict=True)
    ]
