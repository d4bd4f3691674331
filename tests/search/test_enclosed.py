"""Enclosed bounds: between the truth and the gap; budgets, time, interrupts, stepping down."""

import dataclasses
from fractions import Fraction

import numpy as np
import pytest

import sgn
from certificates.kernel.verify import verify
from games.callable import CallableGame
from games.regions.shapes import Box
from games.symbolic import SymbolicGame
from sgn.bounds import CannotBound, Enclosed, Margin, block_quantities
from sgn.bounds.sampled import Sampled
from sgn.enclosures.work import Work
from sgn.quantities.effort import Effort, Progress

GAP = 0.01


def small() -> SymbolicGame:
    """Two players, nonlinear, with a margin near 1."""
    return SymbolicGame.from_costs(
        {"a": ["x", "y"], "b": ["z"]},
        {"a": "exp(x)/2 + x**2 + y**2 + x*y*z/4 + cos(y)/8", "b": "z**2 + sin(x)*z/2 + y*z"},
        region=Box([-1, -1, -1], [1, 1, 1]),
    )


def hard() -> SymbolicGame:
    """Its margin is far below what interval evaluation sees at first."""
    return SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y"]},
        {"a": "x**2*(1 + sin(5*x*y)**2/8) + x*y", "b": "y**2 - x*y + cos(5*x*y)/90"},
        region=Box(["-0.5", "-0.5"], ["0.5", "0.5"]),
    )


class Clock:
    """Seconds that pass only when somebody looks."""

    def __init__(self, look: float = 1.0) -> None:
        self.seconds, self.look = 0.0, look

    def __call__(self) -> float:
        self.seconds += self.look
        return self.seconds


@pytest.mark.parametrize("game", [small(), hard()])
def test_bounds_lie_outside_the_sampled_ones_and_within_the_gap(game: SymbolicGame) -> None:
    assert game.region is not None
    quantities = block_quantities(game)
    proved = Enclosed().bound(game, game.region, quantities)
    sampled, _ = Sampled(seed=5).search(game, game.region, quantities)
    for quantity, bound, seen in zip(quantities, proved, sampled, strict=True):
        excess = bound - seen if quantity.upper else seen - bound
        # 1e-9: rounding where the bound is exact; 1.001: the two searches differ by their seeds
        assert -1e-9 * max(1, abs(seen)) <= excess <= 1.001 * GAP * abs(seen) + 1e-4


def test_the_same_twice_and_with_a_listener() -> None:
    first, second = sgn.certify(hard()), sgn.certify(hard(), progress=lambda state: None)
    assert first.document == second.document
    assert first.verdict == "proved"


def test_progress_tells_boxes_margin_and_gap() -> None:
    told: list[Progress] = []
    result = sgn.certify(hard(), progress=told.append).require()
    boxes = [state.boxes for state in told]
    assert boxes == sorted(boxes)
    assert boxes[-1] > 0
    margins = [state.margin for state in told]
    assert margins == sorted(margins)
    assert margins[0] == -np.inf
    assert told[-1].gap >= 0
    # the margin stated was told before; it is rounded down to 13 digits
    assert float(result.margin) <= margins[-1] * (1 + 1e-9)


def test_a_short_time_proves_less_than_a_long_one() -> None:
    game, equal = hard(), (1.0, 1.0)
    assert game.region is not None
    goal = [Margin(equal, game.slices)]
    best = Enclosed().bound(game, game.region, goal)[0]
    margins = []
    for limit in (30.0, 1e9):
        effort = Effort(time_limit=limit, clock=Clock())
        margins.append(float(Enclosed(effort=effort).bound(game, game.region, goal)[0]))
    assert margins[0] < margins[1] == best


def test_no_time_at_all_proves_something_crude_and_says_so() -> None:
    game = hard()
    assert game.region is not None
    bounder = Enclosed(effort=Effort(time_limit=0.1, clock=Clock(0.1)))
    crude = bounder.bound(game, game.region, block_quantities(game))
    fine = Enclosed().bound(game, game.region, block_quantities(game))
    for quantity, rough, near in zip(block_quantities(game), crude, fine, strict=True):
        assert rough >= near if quantity.upper else rough <= near


def test_auto_estimates_a_margin_that_could_not_be_proved() -> None:
    """As enclosing with next to no time: only the crude bounds are proved."""
    result = sgn.certify(hard(), time_limit=1e-6)
    assert result.verdict == "estimated"
    assert "not enclosed: no positive margin could be proved" in result.document["evidence"]["note"]


def test_a_time_limit_must_be_positive() -> None:
    for limit in (0.0, -1.0, float("nan")):
        with pytest.raises(ValueError, match="time_limit"):
            sgn.certify(hard(), time_limit=limit)


class Interrupting:
    """Presses Ctrl-C once: after so many margins were proved, or at once."""

    def __init__(self, margins: int) -> None:
        self.left = margins
        self.seen = -np.inf
        self.pressed = False

    def __call__(self, state: Progress) -> None:
        if state.margin > self.seen:
            self.seen = state.margin
            self.left -= 1
        elif self.left <= 0 and not self.pressed:
            self.pressed = True
            raise KeyboardInterrupt


def test_an_interrupt_while_improving_keeps_what_is_proved() -> None:
    best = sgn.certify(hard()).require()
    key = Interrupting(margins=2)
    result = sgn.certify(hard(), progress=key).require()
    assert key.pressed
    assert 0 < result.margin <= best.margin
    assert result.verdict == "proved"
    assert verify(result.document)


def test_an_interrupt_before_anything_is_proved_passes() -> None:
    with pytest.raises(KeyboardInterrupt):
        sgn.certify(hard(), progress=Interrupting(margins=0))


def give_up(*arguments: object) -> None:
    raise CannotBound("budget", "Margin could not be proved with 5 boxes")


def test_nothing_proved_refuses_with_reason_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sgn.enclosures.goal.Goal.begin", give_up)
    result = sgn.certify(hard(), evidence="enclosed")
    assert (result.verdict, result.reason) == ("undecided", "budget")


def test_few_boxes_prove_less_but_nothing_false() -> None:
    game = hard()
    assert game.region is not None
    goal = [Margin((1.0, 1.0), game.slices)]
    few = Enclosed(max_boxes=10).bound(game, game.region, goal)[0]
    many = Enclosed().bound(game, game.region, goal)[0]
    assert few < many


def test_auto_steps_down_and_says_why() -> None:
    game = CallableGame([lambda x: 2 * x[0:1] + x[1:2], lambda x: 2 * x[1:2]], sizes=[1, 1])
    result = sgn.certify(game, Box([-1, -1], [1, 1]))
    assert result.verdict == "estimated"
    assert "not enclosed: only games given by the text" in result.document["evidence"]["note"]


def test_auto_names_the_budget_where_nothing_can_be_proved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sgn.enclosures.goal.Goal.begin", give_up)
    result = sgn.certify(hard())
    assert result.verdict == "estimated"
    assert "not enclosed: Margin could not be proved" in result.document["evidence"]["note"]


def test_what_was_proved_is_not_proved_again(monkeypatch: pytest.MonkeyPatch) -> None:
    game = small()
    assert game.region is not None
    bounder = Enclosed()
    quantities = block_quantities(game)
    bounds = bounder.bound(game, game.region, quantities)
    claims = [sgn.bounds.Claim(q, float(v)) for q, v in zip(quantities, bounds, strict=True)]
    monkeypatch.setattr("sgn.enclosures.work.prove", None)  # calling it would fail
    covers = bounder.confirm(game, game.region, claims).evidence["covers"]
    assert set(covers) == {"domain", "block 0 0", "block 0 1", "block 1 0", "block 1 1"}


def test_a_bounder_needs_a_box_budget() -> None:
    with pytest.raises(ValueError, match="max_boxes is 0"):
        Enclosed(max_boxes=0)
    assert dataclasses.replace(Enclosed(), max_boxes=7).max_boxes == 7


@pytest.mark.parametrize("scale", ["1e-8", "1", "1e8"])
def test_every_bound_is_as_close_in_any_unit(scale: str) -> None:
    """Cocoercivity is in the inverse unit of the others: neither decides what the others need."""
    costs = {"a": f"{scale}*(x**2/2 + x**4/24 + x*y)", "b": f"{scale}*(y**2 - x*y + y**4/12)"}
    game = SymbolicGame.from_costs({"a": ["x"], "b": ["y"]}, costs, region=Box.cube(2, 1))
    result = sgn.certify(game, metric="euclidean").require()
    assert result.lipschitz.exact <= Fraction(scale) * Fraction("3.27")  # √(6 + √20) and 1 %
    assert result.margin.exact >= Fraction(scale) * Fraction("0.98")  # of 1
    assert result.euler is not None
    assert float(result.euler.factor_at_best) <= 0.9


@pytest.mark.parametrize("fields", [False, True])
def test_pairs_that_do_not_meet_are_zero_without_derivatives(fields: bool) -> None:
    """Of a ring of six, and of one pair that meets in a constant alone."""
    n = 6
    players = {f"p{i}": [f"x{i}", f"y{i}"] for i in range(n)}
    cost = {f"p{i}": f"x{i}**4 + y{i}**2 + x{i}*tanh(y{(i + 1) % n}) + x3" for i in range(n)}
    field = {f"p{i}": [f"x{i} + tanh(y{(i + 1) % n})", f"y{i}"] for i in range(n)}
    game = (
        SymbolicGame.from_field(players, field)
        if fields
        else SymbolicGame.from_costs(players, cost)
    )
    work = Work(game, Box.cube(2 * n, 1), 64, Effort(60.0), 0)
    for i in range(n):
        for j in range(n):
            assert work.is_zero((i, j)) == work.forms((i, j)).is_zero == (j not in (i, (i + 1) % n))
