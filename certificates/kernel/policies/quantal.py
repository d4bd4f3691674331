"""Zeros in logits that are Nash equilibria over all policies, decided from the game's document."""

from certificates.kernel.document.reading import Document, number


def zero_is_nash(game: Document) -> bool:
    """Whether a zero of the field of softmax play is a Nash equilibrium among all policies (T13).

    At a zero V_i is constant over the actions of each state. With one round (one state, or discount
    0) f_i is convex in π_i, so nothing is better. Where a state's entropy counts as often as it is
    visited, and each state is the first with some probability, π_i solves the Bellman equation of
    the entropy-regularised problem that the others' policies leave to player i: nothing is better.
    """
    if game["kind"] == "normal-form":
        return True
    if game["kind"] != "markov":
        return False
    initial = [number(p, "game.initial") for p in game["initial"]]
    visited = game.get("occupancy_entropy") is True and min(initial) > 0
    return visited or number(game["discount"], "game.discount") == 0
