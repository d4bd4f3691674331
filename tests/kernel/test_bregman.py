"""T19: the weighted KL divergence along the flow, its level, the whole simplex, and the checker."""

import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sgn
from benchmarks.kl import falls
from certificates.certificate import Certificate, from_document
from certificates.decay import Decay, falling_exp
from certificates.documents import signed
from certificates.kernel.certificate import read_claims
from certificates.kernel.document.reading import decode_arrays, encode_arrays, read
from certificates.kernel.jacobian.enclosed import read_covers
from certificates.kernel.policies.divergence import largest_level, simplex_coupling
from certificates.kernel.policies.enclosed import EnclosedPolicies
from certificates.kernel.policies.policies import Policies
from certificates.kernel.shares import WHOLE, Part
from certificates.kernel.theorems.kl import DecayInRegion, DecayLevel, DecayOnSimplex
from certificates.kernel.uncheckable import Uncheckable
from certificates.kernel.verify import verify
from certificates.report.page import page
from certificates.safe import Lower
from games import Box, NormalFormGame, kl_divergence
from games.catalogue.markov import random_game
from games.files.document import from_document as game_from_document
from games.game import Floats
from games.markov.logit_game import LogitGame
from games.regions.region import Box as ExactBox
from sgn.promises.divergence import in_whitened_logits, on_simplex
from tests.corpus.changes import put
from tests.helpers.markov_games import random_markov
from tests.helpers.scale import examples

CORPUS = Path(__file__).parents[1] / "corpus" / "valid"
SHAPES = ((2, 2), (3, 2), (3, 3), (2, 2, 2), (2, 3, 2))  # of three actions and of three players
PENNIES = [[[1.0, -1.0], [-1.0, 1.0]], [[-1.0, 1.0], [1.0, -1.0]]]
seeds = st.integers(0, 2**32 - 1)


def random_normal_form(rng: np.random.Generator, actions: tuple[int, ...]) -> NormalFormGame:
    payoffs = [rng.normal(size=actions) for _ in actions]
    return NormalFormGame(payoffs, list(rng.uniform(0.5, 3, len(actions))))


def random_entropic(rng: np.random.Generator) -> LogitGame:
    """A matrix game, or a Markov game of two states, of up to three players and actions."""
    actions = SHAPES[rng.integers(len(SHAPES))]
    if rng.random() < 0.5:
        return random_normal_form(rng, actions)
    return random_markov(rng, 2, actions)


def divergences(game: LogitGame, center: Floats, points: Floats, weights: Floats) -> Floats:
    """K = Σ w_i D(π_i(center) ‖ π_i(points)), of each point."""
    return np.asarray(kl_divergence(game.policies(center), game.policies(points)) @ weights)


def on_players(game: LogitGame, weights: Floats) -> Floats:
    return np.repeat(weights, game.sizes)


def probabilities(game: LogitGame, z: Floats) -> Floats:
    """p of all actions but 0, in the order of z."""
    return np.concatenate(
        [p[..., 1:].reshape(*z.shape[:-1], -1) for p in game.policies(z)], axis=-1
    )


def rates_at(game: LogitGame, weights: Floats, z: Floats) -> Floats:
    """The largest α with sym(WF̃J) ⪰ αWF̃ at each point."""
    root = np.sqrt(on_players(game, weights))
    B = in_whitened_logits(game, z) * (root[:, None] / root)
    return np.asarray(np.linalg.eigvalsh((B + np.swapaxes(B, -1, -2)) / 2)[:, 0])


# ---- the theorem ---------------------------------------------------------------------------------


@given(seeds)
@settings(max_examples=examples(25), deadline=None)
def test_the_divergence_falls_as_the_inequality_says(seed: int) -> None:
    """dK/dt ≤ −α(K + K') with α the least rate on the segment of policies from π* to π."""
    rng = np.random.default_rng(seed)
    game = random_entropic(rng)
    weights = rng.uniform(0.3, 3, len(game.players))
    zero = game.find_equilibrium()
    z = zero + rng.normal(size=game.dimension)
    segment = [
        game.logits(
            [(1 - u) * a + u * b for a, b in zip(*map(game.policies, (zero, z)), strict=True)]
        )
        for u in np.linspace(0, 1, 41)
    ]
    alpha = rates_at(game, weights, np.array(segment)).min()
    K = divergences(game, zero, z, weights)
    back = divergences(game, z, zero, weights)
    h, G = 1e-5, game.pseudo_gradient(z)
    ahead, behind = (divergences(game, zero, z - s * h * G, weights) for s in (1, -1))
    slope = (ahead - behind) / (2 * h)
    # central differences err by h²|G|³ and rounding/h; 41 points miss the least rate by a little
    assert slope <= -alpha * (K + back) + 1e-6 + 0.01 * abs(alpha) * (K + back)
    exact = -(probabilities(game, z) - probabilities(game, zero)) @ (on_players(game, weights) * G)
    assert slope == pytest.approx(exact, rel=1e-5, abs=1e-6)


@given(seeds)
@settings(max_examples=examples(25), deadline=None)
def test_a_box_of_logits_is_a_convex_set_of_policies(seed: int) -> None:
    rng = np.random.default_rng(seed)
    game = random_normal_form(rng, SHAPES[rng.integers(len(SHAPES))])
    low = rng.normal(size=game.dimension)
    high = low + rng.exponential(size=game.dimension)
    first, second = rng.uniform(low, high, (2, game.dimension))
    u = rng.random()
    mixed = [
        (1 - u) * a + u * b
        for a, b in zip(game.policies(first), game.policies(second), strict=True)
    ]
    z = game.logits(mixed)
    assert (z >= low - 1e-12).all()  # rounding of logarithms of moderate numbers
    assert (z <= high + 1e-12).all()


# ---- what the checker encloses -------------------------------------------------------------------


@given(seeds)
@settings(max_examples=examples(15), deadline=None)
def test_policies_are_enclosed_over_boxes(seed: int) -> None:
    """H is the inverse of F̃, and (T − J)H = ∂R/∂p with J as the game computes it."""
    rng = np.random.default_rng(seed)
    game = random_entropic(rng)
    policies = Policies(encode_arrays(game.document()))
    low = rng.normal(size=game.dimension)
    high = low + rng.exponential(0.3, size=game.dimension)
    z = rng.uniform(low, high, (4, game.dimension))
    H = np.linalg.inv(game.fisher(z))
    tau = np.array([float(game.tensors.entropy[i]) for i in policies.owners])
    rewards = (np.diag(tau) - game.jacobian(z)) @ H
    for ball, truth in (
        (policies.hessian(low[None], high[None]), H),
        (policies.rewards(low[None], high[None]), rewards),
    ):
        size = 1e-9 * (1 + np.abs(truth).max())  # of inverting F̃ in floating point
        assert (np.abs(truth - ball.mid) <= ball.rad + size).all()
    point = policies.rewards(z[:1], z[:1])
    assert point.rad.max() < 1e-9 * (1 + np.abs(rewards[0]).max())


@given(seeds)
@settings(max_examples=examples(15), deadline=None)
def test_what_the_checker_keeps_holds_at_sampled_policies(seed: int) -> None:
    """A box that passes has the rate at its points; one whose points have not is refused."""
    rng = np.random.default_rng(seed)
    game = random_entropic(rng)
    policies = Policies(encode_arrays(game.document()))
    weights = np.round(rng.uniform(0.3, 3, len(game.players)), 3)
    middle = rng.normal(size=game.dimension)
    z = middle + 0.02 * rng.uniform(-1, 1, (16, game.dimension))
    least = rates_at(game, weights, z).min()
    low, high = middle[None] - 0.02, middle[None] + 0.02
    rewards = policies.rewards(low, high)
    exact = [Fraction(w) for w in weights]
    for shift in (-0.5, -0.05, 1e-6, 0.05):
        rate = Fraction(float(least + shift * (1 + abs(least))))
        kept = policies.keep(rate, np.array(exact, dtype=object), low, high, rewards).all()
        assert not (kept and shift > 0)
        assert kept or shift > -0.5


@pytest.mark.parametrize(
    "change",
    [
        {"field": "kakade"},
        {"field": "euclidean"},
        {"occupancy_entropy": True},
        {"kind": "symbolic"},
    ],
)
def test_other_games_have_no_such_claim(change: dict[str, object]) -> None:
    document = read(CORPUS / "stage.json")["game"] | change
    with pytest.raises(Uncheckable):
        Policies(document)


def test_certificates_make_the_claim_by_themselves() -> None:
    game = NormalFormGame(PENNIES, 2)
    game.region = game.logit_box("0.05")
    certificate = sgn.certify(game)
    assert isinstance(certificate, Certificate)
    assert verify(certificate.document)
    found = certificate.bregman
    assert found is not None
    assert found.region is not None
    assert found.simplex is not None
    assert float(found.region.rate) > 1.99  # 2 is the truth of a zero-sum game
    assert found.simplex.rate == 2
    assert found.simplex.level is None


def test_a_game_of_plain_gradients_makes_no_claim() -> None:
    certificate = from_document(read(CORPUS / "plain.json"))
    assert isinstance(certificate, Certificate)
    assert certificate.bregman is None


# ---- the level -----------------------------------------------------------------------------------


def held(name: str) -> tuple[Certificate, LogitGame, Floats]:
    """A certificate of the corpus, its game, and the equilibrium."""
    document = read(CORPUS / f"{name}.json")
    certificate = from_document(document)
    game = certificate.claims.game
    assert isinstance(certificate, Certificate)
    assert game is not None
    loaded = game_from_document(decode_arrays(game, "game"), "game")
    assert isinstance(loaded, LogitGame)
    return certificate, loaded, loaded.find_equilibrium()


@pytest.mark.parametrize("name", ["uneven", "shares", "stage"])
def test_nothing_outside_the_box_is_below_the_level(name: str) -> None:
    """By points beyond each face; the cheapest of them attains the level (its bound is sharp)."""
    certificate, game, zero = held(name)
    assert certificate.bregman is not None
    decay, region = certificate.bregman.region, certificate.region
    assert decay is not None
    assert decay.level is not None
    assert isinstance(region, Box)
    weights, least = np.array([float(w) for w in decay.weights]), np.inf
    rng = np.random.default_rng(7)
    for k, ends in enumerate(zip(*region.floats(), strict=True)):
        for face in ends:
            points = zero + 0.3 * rng.normal(size=(200, len(zero)))
            points[0] = zero
            points[:, k] = face + (face - zero[k]) * rng.exponential(0.1, 200)
            for j in range(len(zero)):  # the other probabilities as those of π*: all else is free
                points[0, j] = face if j == k else _proportional(game, zero, k, face, j)
            K = divergences(game, zero, points, weights)
            assert (float(decay.level) <= K).all()
            least = min(least, K.min())
    assert least == pytest.approx(float(decay.level), rel=1e-5)  # rounded down to six digits


def _proportional(game: LogitGame, zero: Floats, k: int, face: float, j: int) -> float:
    """z_j of the cheapest policy with z_k = face: π_0 + π_k and the other actions are kept."""
    policies = Policies(encode_arrays(game.document()))
    if not policies.mates[k, j]:
        return float(zero[j])
    # π_0' = (π_0 + π_k)/(1 + e^face), π_j' = π_j
    grown = (1 + math.exp(face)) / (1 + math.exp(zero[k]))
    return float(zero[j] + math.log(grown))


@pytest.mark.parametrize("error", ["0.2", "5"])
def test_no_level_at_an_equilibrium_that_may_be_outside(error: str) -> None:
    document = read(CORPUS / "uneven.json")
    put("equilibrium: error", error)(document)
    claims = read_claims(document)
    decay, zero = claims.find(DecayInRegion), claims.solution
    assert decay is not None
    assert zero is not None
    assert claims.game is not None
    assert isinstance(claims.region, ExactBox)
    level = largest_level(claims.game, claims.region, zero, claims.metric, [2, 2], decay.weights)
    assert level == 0
    assert claims.find(DecayLevel) is None


# ---- the flow ------------------------------------------------------------------------------------


def falls_as_promised(game: LogitGame, zero: Floats, starts: Floats, decay: Decay) -> None:
    """Between any two rows of the simulated flow, and from the start as `after` says."""
    weights = np.array([float(w) for w in decay.weights])
    step, rate = 0.1, float(decay.rate)
    play = sgn.simulate(game, starts, method="flow", step=step, steps=4)
    K = np.array([divergences(game, zero, row, weights) for row in play.trajectories])
    seen = K[:-1] > 1e-20  # below, rounding of the equilibrium is what is seen
    # the flow is followed to 1e-10 a row
    assert (K[1:][seen] <= (math.exp(-rate * step) * (1 + 1e-7) * K[:-1])[seen]).all()
    for first, last in zip(K[0], K[-1], strict=True):
        assert last <= float(decay.after(float(first), "0.4")) * (1 + 1e-6) + 1e-25
    assert decay.level is None or (float(decay.level) >= K).all()


@pytest.mark.parametrize("name", ["uneven", "shares", "stage"])
def test_the_flow_keeps_what_is_promised_in_the_region(name: str) -> None:
    certificate, game, zero = held(name)
    assert certificate.bregman is not None
    decay = certificate.bregman.region
    assert decay is not None
    assert decay.level is not None
    weights = np.array([float(w) for w in decay.weights])
    starts = within_level(game, zero, weights, float(decay.level), np.random.default_rng(3))
    falls_as_promised(game, zero, starts, decay)


def test_a_hundred_flows_of_the_benchmark_fall_as_promised() -> None:
    certificate, game, _ = held("stage")
    found = falls(game, certificate)
    assert [fall.starts for fall in found] == [100] * len(found)
    for fall in found:
        assert fall.slowest >= fall.rate
        assert fall.kept <= 1


def within_level(
    game: LogitGame, zero: Floats, weights: Floats, level: float, rng: np.random.Generator
) -> Floats:
    """Starts in random directions, most of them where the divergence is nearly the level."""
    directions = rng.normal(size=(20, len(zero)))
    low, high = np.zeros(20), np.ones(20)
    for _ in range(60):  # K grows along rays
        middle = (low + high) / 2
        inside = divergences(game, zero, zero + middle[:, None] * directions, weights) < level
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    return np.asarray(zero + (low * (1 - 1e-9))[:, None] * directions)


@given(seeds)
@settings(max_examples=examples(3), deadline=None)
def test_the_whole_simplex_falls_as_promised(seed: int) -> None:
    """With entropy enough for the payoffs, which the certificate says."""
    rng = np.random.default_rng(seed)
    actions = SHAPES[rng.integers(len(SHAPES))]
    game = random_normal_form(rng, actions)
    strong = NormalFormGame(list(game.payoffs), list(rng.uniform(2, 8, len(actions))))
    found = on_simplex(strong, [np.ones(len(actions))])
    if found is None:
        return
    decay = Decay("simplex", Lower(found.rate), (Fraction(1),) * len(actions), None)
    starts = rng.normal(scale=2, size=(6, strong.dimension))
    falls_as_promised(strong, strong.find_equilibrium(), starts, decay)


@given(seeds)
@settings(max_examples=examples(25), deadline=None)
def test_couplings_bound_the_blocks_at_every_policy(seed: int) -> None:
    """‖H_i^{-1/2}(w_iDV_ij + w_jDV_jiᵀ)H_j^{-1/2}‖ ≤ K_ij on tangents, at random policies."""
    rng = np.random.default_rng(seed)
    game = random_normal_form(rng, SHAPES[rng.integers(len(SHAPES))])
    exact = [Fraction(float(w)) for w in rng.uniform(0.3, 3, len(game.players))]
    L = simplex_coupling(game.tensors, exact)
    z = rng.normal(scale=3, size=(20, game.dimension))
    B = on_players(game, np.array([float(w) for w in exact]))[:, None] * in_whitened_logits(game, z)
    for i, j in zip(L.rows, L.cols, strict=True):
        own, other = game.slices[i], game.slices[j]
        pair = B[:, own, other] + np.swapaxes(B[:, other, own], -1, -2)
        largest = np.linalg.norm(pair, 2, axis=(1, 2)).max()
        assert largest <= float(exact[i] * L.entry(i, j) + exact[j] * L.entry(j, i)) + 1e-9
        plain = max(_half_range(game, i, j), _half_range(game, j, i)) * float(exact[i] + exact[j])
        assert float(2 * exact[i] * L.entry(i, j)) <= plain * (1 + 1e-12)


def _half_range(game: NormalFormGame, i: int, j: int) -> float:
    """ℓ_ij: half the largest range of what i gets, over the actions of j or of i itself."""
    payoffs = game.payoffs[i]
    return float(min((payoffs.max(axis=k) - payoffs.min(axis=k)).max() for k in (i, j)) / 2)


def test_zero_sum_needs_no_more_than_entropy() -> None:
    game = NormalFormGame(PENNIES, ["0.01", "0.03"])
    found = on_simplex(game, [np.ones(2)])
    assert isinstance(found, DecayOnSimplex)
    assert found.rate == Fraction(1, 100)
    assert list(found.weights) == list(found.vector) == [1, 1]


def test_couplings_of_huge_and_tiny_payoffs_are_exact() -> None:
    """Integers of thousands of bits, which no machine word holds."""
    game = NormalFormGame([[[1e300, 0.0], [0.0, 1e-300]], np.zeros((2, 2))], 1)
    L = simplex_coupling(game.tensors, [Fraction(1, 3), Fraction(7)])
    assert L.entry(0, 1) == (Fraction(1e300) + Fraction(1e-300)) / 8
    assert L.entry(1, 0) == L.entry(0, 1) / 21


def test_too_many_payoffs_are_not_looked_at() -> None:
    game = NormalFormGame(list(np.zeros((2, 300, 300))), 1)
    with pytest.raises(Uncheckable, match="differences of payoffs"):
        simplex_coupling(game.tensors, [Fraction(1), Fraction(1)])
    with pytest.raises(Uncheckable, match="more than 256 bits"):
        simplex_coupling(NormalFormGame(PENNIES).tensors, [Fraction(1), Fraction(10) ** 90])


# ---- what users see ------------------------------------------------------------------------------


@given(st.floats(0, 10**4))
@settings(max_examples=examples(40), deadline=None)
def test_a_falling_exponential_is_bounded_from_above(value: float) -> None:
    x = Fraction(value)
    if x < 700:
        # both within a few units of the last place of binary64, magnified by the exponent
        assert math.exp(-float(x)) * (1 - 1e-13) <= falling_exp(x)
        assert falling_exp(x) <= Fraction(math.exp(-float(x))) * (1 + Fraction(1, 10**12))
    assert 0 < falling_exp(x + 10**5) <= falling_exp(x) <= 1 + Fraction(1, 10**20)


def test_a_start_that_is_not_covered_is_refused() -> None:
    decay = Decay("region", Lower(1), (Fraction(1),), Lower(Fraction(1, 10)))
    assert 0 < decay.after("0.1", 1) < Fraction(37, 1000)
    assert decay.after("0.05", 0) >= Fraction(1, 20)
    with pytest.raises(ValueError, match="nothing is promised for a start of divergence"):
        decay.after("0.2", 1)
    for divergence, time in ((-1, 1), ("0.05", -1)):
        with pytest.raises(ValueError, match="negative"):
            decay.after(divergence, time)


def test_the_claim_is_shown_for_what_it_is() -> None:
    certificate, _, _ = held("shares")
    text, html = certificate.details(), certificate._repr_html_()
    whole = page(certificate.document, certificate.claims, verify(certificate.document))
    for shown in (text, html, whole):
        assert "KL in the region" in shown
        assert "KL everywhere" in shown
        assert "no step size follows" in " ".join(shown.split())
    assert "decay of the KL divergence along the flow" in whole


def test_pieces_of_the_cover_are_checked_apart() -> None:
    claims = read_claims(read(CORPUS / "uneven.json"))
    decay = claims.find(DecayInRegion)
    assert claims.game is not None
    assert decay is not None
    covers, policies = read_covers(claims.evidence["covers"]), Policies(claims.game)
    counts = []
    for part in (WHOLE, *(Part(k, 3) for k in range(3))):
        J = EnclosedPolicies(claims.game, claims.region, covers, part)
        leaves = list(J.each_reward("bregman", policies))
        assert all(policies.keep(decay.rate, decay.weights, *leaf).all() for leaf in leaves)
        counts.append(sum(len(low) for low, _, _ in leaves))
    assert counts[0] == sum(counts[1:]) > 100


def test_the_rate_of_a_game_that_is_enclosed_by_its_values() -> None:
    """∂R/∂p = (T − J)H from the enclosed J: proved, below the sampled rate, and not by luck."""
    game = random_game(3, (2, 2), entropy="1")
    found: sgn.Certificate = sgn.certify(game, evidence=sgn.Enclosed(form="values")).require()
    assert found.bregman is not None
    claim = found.bregman.region
    assert claim is not None
    assert isinstance(game.region, Box)
    points = game.region.sample(np.random.default_rng(0), 500)
    weights = np.repeat([float(w) for w in claim.weights], game.sizes)
    whitened = in_whitened_logits(game, points) * weights[:, None]
    root = np.sqrt(weights)
    scaled = whitened / root[:, None] / root
    least = np.linalg.eigvalsh((scaled + np.swapaxes(scaled, 1, 2)) / 2)[:, 0].min()
    assert 0.5 * least < float(claim.rate) <= least
    assert sgn.verify(found)
    document = encode_arrays(found.document)
    put("KL rate: rate", "1.1")(document)
    failed = [o.name for o in verify(signed(document)).obligations if not o.holds]
    assert failed == ["KL rate"]
