"""Forged documents, and the oracle that judges those which the checker accepts."""

import ast
from pathlib import Path

import pytest

from certificates.certificate import Certificate, from_document
from certificates.kernel.document.reading import Document, read
from tests.forging import contexts
from tests.forging.campaign import Campaign, line
from tests.forging.changes import put
from tests.forging.following import following_of
from tests.forging.oracle import Falsehood, falsehoods
from tests.forging.planted import misderived, placed, planted

FOLDER = Path(__file__).parents[1] / "forging"
CHEAP = ["toy", "heun", "cornered", "dense", "matrices", "settled", "settled-field", "ring",
         "zero-sum", "field", "one-player", "blocks", "bounds", "refuted",
         "refuted-space"]  # fmt: skip
FORGED, FORGED_WELL = 150, 20_000
PLANTED = {  # base, and words for what it is
    "heun": "constant zero",
    "settled": "constant zero",
    "cornered": "constant boundary",
    "dense": "constant zero, dense metric, space",
    "matrices": "constant zero, block metric, space",
    "settled-field": "constant zero, field, space",
    "ring": "large zero",
}
PLANTED_WELL = {
    "bent": "curved zero",
    "leaning": "curved zero, dense metric",
    "turning": "curved zero, field",
    "quartic": "curved boundary",
    "near-linear": "curved zero",
    "stage": "policies zero",
    "uneven": "policies zero",
    "shares": "policies zero",
    "valued": "policies zero, values",
    "promised-bounds": "bounds",
}

PLANTED_MADE = {
    "ball": "curved zero",
    "ball of a matrix": "curved zero",
    "ball without the zero": "curved boundary",
    "ball, constant J": "constant zero",
    "ball, dense metric": "curved zero",
    "ball, block metric": "constant zero",
    "ball, a field": "curved boundary",
    "space, text": "constant zero",
    "space, block metric": "constant zero",
    "box, block metric": "constant zero",
    "boundary, block metric": "constant boundary",
    "boundary, dense metric": "curved boundary",
    "boundary, a field": "curved boundary",
    "corner": "curved boundary",
    "flat, curved": "curved boundary",
    "flat, constant J": "constant boundary",
    "many, space": "large zero",
    "many, box": "large zero",
    "values, three actions": "policies zero",
    "policies, kakade": "policies zero",
    "bounds of three": "bounds",
    "catalogue, bertrand-logit": "curved zero",
}


def base(name: str) -> Document:
    return read(contexts.CORPUS / f"{name}.json")


def test_the_oracle_shares_nothing_with_the_product():
    for path in FOLDER.glob("oracle*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                head, _, rest = name.partition(".")
                assert head not in ("games", "certificates", "sgn"), f"{path.name}: {name}"
                assert head != "tests" or rest.startswith("forging.oracle"), f"{path.name}: {name}"


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_planted_is_recognised(name):
    recognised(base(name), PLANTED[name])


@pytest.mark.stress
@pytest.mark.parametrize("name", PLANTED_WELL)
def test_what_is_planted_in_curved_games_is_recognised(name):
    recognised(base(name), PLANTED_WELL[name])


@pytest.mark.stress
@pytest.mark.parametrize("name", PLANTED_MADE)
def test_what_is_planted_in_further_contexts_is_recognised(name):
    recognised(contexts.MADE[name]().document, PLANTED_MADE[name])


def recognised(document: Document, context: str) -> None:
    """The document itself is true, and each lie that it can tell is called what it is.

    So is what follows from it in the product's eyes, and each lie about that.
    """
    certificate = from_document(document)
    assert isinstance(certificate, Certificate)
    following = following_of(certificate)
    assert falsehoods(document, "", following) == []
    missed = [
        lie.claim
        for lie, false in planted(context, document)
        if not told(lie.claim, falsehoods(false))
    ]
    missed += [
        f"derived {lie.claim}"
        for lie, false in misderived(context, document, following)
        if not told(lie.claim, falsehoods(document, "", false))
    ]
    assert missed == []


def told(claim: str, found: list[Falsehood]) -> bool:
    return any(falsehood.claim.startswith(claim) for falsehood in found)


def test_a_lie_of_a_billionth_is_recognised():
    document = base("dense")  # constant, so that the margin is known to the last digit
    put(document, placed(document, "margin.margin"), "1.000000001")
    assert "margin" in {found.claim for found in falsehoods(document)}


def test_what_is_forged_and_accepted_is_true():
    campaign = Campaign({name: base(name) for name in CHEAP}, seed=0)
    campaign.run(FORGED)
    assert campaign.found == []
    total = campaign.total
    assert (total.true, total.unjudged) == (total.accepted, 0), line(campaign)
    assert total.accepted > FORGED / 15


@pytest.mark.stress
def test_much_that_is_forged_and_accepted_is_true():
    campaign = Campaign(contexts.corpus() | contexts.made(), seed=0)
    campaign.run(FORGED_WELL)
    assert campaign.found == []
    assert campaign.total.true == campaign.total.accepted, line(campaign)
