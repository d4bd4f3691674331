"""Strategic forms of an extensive game: that of agents, and the reduced normal form."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from games import work
from games.errors import InputError
from games.files.efg_tree import Leaf, Moves, Tree, names_of_sets
from games.files.strategic import MAX_PAYOFFS, Strategic
from games.game import Floats
from games.markov.reading import MAX_ACTIONS

MAX_PLANS = 2**14  # of one player
MAX_EXACT = 2**20  # entries of all tensors together, kept as exact sums
ENTRY = 500  # operations that adding to an exact entry takes
CHECK = 300  # operations of asking whether a plan makes the moves that lead somewhere
Plan = frozenset[tuple[int, int]]  # the action of each information set that the plan reaches
Index = tuple[slice | NDArray[np.intp], ...]


def agent_form(tree: Tree) -> Strategic:
    """Each information set a player, with its owner's payoffs; behaviour strategies are policies.

    Raises InputError where that makes more than 2^20 contingencies.
    """
    sets = [k for k, each in enumerate(tree.sets) if len(each.actions) > 1]
    if not sets:
        raise InputError("no player has two strategies; there is nothing to choose")
    shape = [len(tree.sets[k].actions) for k in sets]
    owners = sorted({tree.sets[k].owner for k in sets})
    _check_size("agent", shape, len(owners))
    axis = {k: a for a, k in enumerate(sets)}
    places: list[Index] = []
    for leaf in tree.leaves:
        place: list[slice | NDArray[np.intp]] = [slice(None)] * len(sets)
        for k, action in leaf.moves:
            if k in axis:
                place[axis[k]] = slice(action, action + 1)
        places.append(tuple(place))
    by_owner = dict(zip(owners, _expected(tree.leaves, places, shape, owners), strict=True))
    names = names_of_sets(tree)
    return Strategic(
        tree.title,
        [names[k] for k in sets],
        [by_owner[tree.sets[k].owner] for k in sets],
        _note("agent form", tree),
    )


def normal_form(tree: Tree) -> Strategic:
    """Each player mixes plans: an action at each set that its own earlier actions let it reach.

    Raises InputError where that makes more than 2^20 contingencies.
    """
    plans = [_plans(tree, i) for i in range(len(tree.players))]
    kept = [i for i, own in enumerate(plans) if len(own) > 1]
    if not kept:
        raise InputError("no player has two strategies; there is nothing to choose")
    shape = [len(plans[i]) for i in kept]
    _check_size("normal", shape, len(kept))
    agreeing: dict[tuple[int, Plan], NDArray[np.intp]] = {}
    places: list[Index] = []
    for leaf in tree.leaves:
        place = []
        for i in kept:
            own = _choices(tree, leaf.moves, i)
            if (i, own) not in agreeing:
                work.spend(len(plans[i]) * CHECK, "the plans of player {0}", i + 1)
                rows = [p for p, plan in enumerate(plans[i]) if own <= plan]
                agreeing[i, own] = np.array(rows, dtype=np.intp)
            place.append(agreeing[i, own])
        places.append(np.ix_(*place))
    return Strategic(
        tree.title,
        [tree.players[i] for i in kept],
        _expected(tree.leaves, places, shape, kept),
        _note("reduced normal form", tree),
    )


def _note(form: str, tree: Tree) -> str:
    return f"{form}; {tree.note}" if tree.note else form


def _check_size(form: str, shape: Sequence[int], tensors: int) -> None:
    """Raise InputError for a form that is too large to be kept."""
    size = math.prod(shape)
    if size > MAX_ACTIONS or size * len(shape) > MAX_PAYOFFS or size * tensors > MAX_EXACT:
        other = "agent" if form == "normal" else "normal"
        raise InputError(
            f"its {form} form has {size} contingencies, more than are read; try form='{other}'"
        )


def _plans(tree: Tree, owner: int) -> list[Plan]:
    """All plans of a player: sets in the order of the tree, so that what leads to one comes first.

    Perfect recall says which own moves lead to a set.
    """
    plans: list[Plan] = [frozenset()]
    for k, each in enumerate(tree.sets):
        if each.owner != owner or len(each.actions) < 2:
            continue
        work.spend(len(plans) * CHECK, "the plans of player {0}", owner + 1)
        needed = _choices(tree, tree.before[k], owner)
        grown: list[Plan] = []
        for plan in plans:
            if needed <= plan:
                grown += [plan | {(k, action)} for action in range(len(each.actions))]
            else:
                grown.append(plan)
            if len(grown) > MAX_PLANS:
                raise InputError(
                    f"its normal form has more than {MAX_PLANS} plans of one player; try"
                    " form='agent'"
                )
        plans = grown
    return plans


def _choices(tree: Tree, moves: Moves, owner: int) -> Plan:
    """The owner's moves among these, where it had a choice."""
    sets = tree.sets
    return frozenset(
        move for move in moves if sets[move[0]].owner == owner and len(sets[move[0]].actions) > 1
    )


def _expected(
    leaves: Sequence[Leaf], places: Sequence[Index], shape: Sequence[int], owners: Sequence[int]
) -> list[Floats]:
    """Σ over the leaves that a contingency reaches of chance times payoff, summed exactly.

    One tensor an owner.
    """
    gains = [[leaf.chance * leaf.payoffs[i] for i in owners] for leaf in leaves]
    unit, longest = 1, 0
    for row in gains:
        unit = math.lcm(unit, *(gain.denominator for gain in row))
        longest = max(longest, *(abs(gain.numerator).bit_length() for gain in row))
        if unit.bit_length() > work.LONG // 8:
            raise InputError("its payoffs have no common denominator of 16,384 bits; round them")
    bits = unit.bit_length() + longest
    what = "the payoffs of its contingencies"
    work.hold(math.prod(shape) * len(owners) * (64 + bits / 8), what)
    tensors = [np.zeros(tuple(shape), dtype=object) for _ in owners]
    for row, place in zip(gains, places, strict=True):
        for tensor, gain in zip(tensors, row, strict=True):
            if gain:
                part = tensor[place]
                work.spend(
                    part.size * (ENTRY + bits) + work.CALL, "the payoffs of its contingencies"
                )
                tensor[place] = part + gain.numerator * (unit // gain.denominator)
    return [_rounded(tensor, unit) for tensor in tensors]


def _rounded(tensor: NDArray[np.object_], unit: int) -> Floats:
    """Integers over one unit as the nearest floats: Python's quotient of integers is that."""
    try:
        values = [value / unit for value in tensor.ravel().tolist()]
    except OverflowError:
        raise InputError("a payoff is larger than any float; scale the payoffs") from None
    return np.array(values, dtype=np.float64).reshape(tensor.shape)
