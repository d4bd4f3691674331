"""The checker: re-establishes every number of a certificate from the game alone.

The Jacobian is derived from the game; then each claim cites a theorem (certificates/theorems/), and
holds only if every hypothesis of that theorem does: comparisons of exact rationals or of directed
floating-point bounds. Nothing of the search is imported or believed.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, Executor, Future
from functools import partial

import numpy as np

from certificates.kernel.certificate import read_claims
from certificates.kernel.claims import Bounds, Claim, Claims, Cost
from certificates.kernel.document.assumption import assumption
from certificates.kernel.document.geometry import LOGIT_KINDS
from certificates.kernel.document.head import is_refusal
from certificates.kernel.document.reading import Document, digest, require_arrays
from certificates.kernel.jacobian.base import Jacobian
from certificates.kernel.jacobian.exact import jacobian_of
from certificates.kernel.numbers.ieee import ieee_arithmetic
from certificates.kernel.obligation import Obligation as Obligation
from certificates.kernel.obligation import Title
from certificates.kernel.obligation import Verification as Verification
from certificates.kernel.shares import WHOLE, Part
from certificates.kernel.theorems.rule import REGISTERED, Case, obligation
from certificates.kernel.uncheckable import Uncheckable
from games.errors import InputError
from games.work import TooMuch, budget, spend, trial

PARTS = 8  # into which the leaves of covers are dealt, where there are workers


def verify(
    document: Document,
    where: str = "certificate",
    executor: Executor | None = None,
    *,
    size: int | None = None,
    patience: float = 1,
) -> Verification:
    """Check a certificate or refusal document; InputError when it is not well formed.

    An estimated certificate and a refusal without a witness claim nothing that could be proved.
    executor: workers, each of which checks some leaves of every cover; what one loses is done here.
    size: bytes of the file, without it of the texts in the document: how much is done for it.
    patience: how many times as much.
    """
    size = require_arrays(document, where, size)
    evidence = document.get("evidence")
    if executor is None or not (isinstance(evidence, dict) and evidence.get("kind") == "enclosed"):
        return _verify(document, where, WHOLE, size, patience)
    tasks = [
        partial(_verify, document, where, Part(k, PARTS), size, patience) for k in range(PARTS)
    ]
    futures = [_submit(executor, task) for task in tasks]
    return _merged(
        [
            future.result() if _arrived(future) else task()
            for task, future in zip(tasks, futures, strict=True)
        ]
    )


def _submit(executor: Executor, task: Callable[[], Verification]) -> Future[Verification]:
    try:
        return executor.submit(task)
    except RuntimeError as error:  # a pool that is broken or shut down
        failed: Future[Verification] = Future()
        failed.set_exception(error)
        return failed


def _arrived(future: Future[Verification]) -> bool:
    try:
        return future.exception() is None
    except CancelledError:
        return False


def _merged(found: Sequence[Verification]) -> Verification:
    """What holds on every part; parts that did not check the same things prove nothing."""
    if len({tuple(o.name for o in verification.obligations) for verification in found}) > 1:
        unlike = Obligation(Title.PARTS, "evidence", False, "the workers checked different things")
        return next((v for v in found if not v), _summary(found[0].verdict, [unlike], ""))
    rows = zip(*(verification.obligations for verification in found), strict=True)
    merged = [next((o for o in row if not o.holds), row[0]) for row in rows]
    return _summary(found[0].verdict, merged, found[0].message)


@ieee_arithmetic()
def _verify(document: Document, where: str, part: Part, size: int, patience: float) -> Verification:
    """The same on one part of the leaves of each cover, if that is not too much to do."""
    with budget(size, patience):
        try:
            return _checked(document, where, part)
        except TooMuch as error:
            raise TooMuch(f"{where}: {error}") from None


@np.errstate(all="ignore")  # what overflows is not finite, and never accepted
def _checked(document: Document, where: str, part: Part) -> Verification:
    if is_refusal(document):
        return _verify_refusal(document, where)
    claims = read_claims(document, where)
    if claims.verdict == "estimated":
        return Verification("estimated", (), "only estimated: sampling proves nothing to re-check")
    require_affordable(f"{where}: claims", (claim.cost(claims) for claim in claims.stated))
    found = [_digest(document)]
    J = None
    if claims.verdict == "proved":
        J, derived = _jacobian(claims, where, part)
        found.append(derived)
    if J is not None or claims.verdict == "conditional":
        found += obligations(claims, J)
    holds = "every obligation holds"
    if claims.verdict == "conditional":
        holds += f", if {assumption(claims.evidence)}"
    return _summary(claims.verdict, found, holds)


def obligations(claims: Claims, J: Jacobian | None) -> Iterator[Obligation]:
    """Every claim with whether all hypotheses of its theorem hold; given bounds are no claim.

    J: None where only bounds are given. Raises InputError for a game that is not well formed.
    """
    for claim in claims.each(Claim):
        if J is not None or not isinstance(claim, Bounds):
            theorem = REGISTERED[type(claim)].theorem
            yield obligation(claim.title, theorem, Case(claims, J, claim), claim.detail)


def require_affordable(where: str, costs: Iterable[Cost | None]) -> None:
    """Raise TooMuch where all these together are more than what is left of the budget."""
    with trial():
        for operations, what, sizes in filter(None, costs):
            spend(operations, f"{where}: {what}", *sizes)


def _summary(verdict: str, obligations: list[Obligation], holds: str) -> Verification:
    failed = dict.fromkeys(o.name for o in obligations if not o.holds)
    message = f"does not hold: {', '.join(failed)}" if failed else holds
    return Verification(verdict, tuple(obligations), message)


def _digest(document: Document) -> Obligation:
    return Obligation(Title.DIGEST, "integrity", document["digest"] == digest(document))


def _jacobian(claims: Claims, where: str, part: Part) -> tuple[Jacobian | None, Obligation]:
    """J is re-derived from the game: constant, multi-affine, or enclosed over covers."""

    def found(detail: str, holds: bool) -> Obligation:
        return Obligation(Title.JACOBIAN, "evidence", holds, detail)

    if claims.game is None or claims.region is None:
        return None, found("needs a game and a region", False)
    try:
        if claims.evidence["kind"] == "enclosed":
            J, detail = _enclosed(claims, claims.game, part)
            return J, found(detail, J is not None)
        jacobian = jacobian_of(claims.game, claims.region)
    except Uncheckable as error:
        return None, found(str(error), False)
    except TooMuch:
        raise
    except InputError as error:
        raise InputError(f"{where}: {error}") from None
    if claims.region.dimension != sum(jacobian.sizes):
        return None, found("the region has another dimension", False)
    return jacobian, found(
        "constant" if jacobian.constant else "multi-affine, taken at the vertices", True
    )


def _enclosed(claims: Claims, game: Document, part: Part) -> tuple[Jacobian | None, str]:
    """J over covers of the region, by the game's text or by the values of its policies."""
    if "covers" in claims.evidence:
        from certificates.kernel.jacobian.enclosed import by_covers

        if game.get("kind") not in LOGIT_KINDS:
            return by_covers(claims, game, part)
        from certificates.kernel.policies.enclosed import EnclosedPolicies

        return by_covers(claims, game, part, EnclosedPolicies)
    from certificates.kernel.policies.values import by_values

    return by_values(claims, game, part)


def _verify_refusal(document: Document, where: str) -> Verification:
    from certificates.kernel.refusal import read_refusal
    from certificates.kernel.theorems.refutation import witnessed

    claims = read_refusal(document, where)
    if claims.game is None or claims.witness is None:
        return Verification(claims.verdict, (), "nothing is claimed that could be re-checked")
    dimension = 0 if claims.region is None else claims.region.dimension
    require_affordable(f"{where}: claims", [claims.witness.cost_in(dimension)])
    try:
        witness = witnessed(claims.game, claims.region, claims.witness)
    except TooMuch:
        raise
    except InputError as error:
        raise InputError(f"{where}: {error}") from None
    return _summary(
        claims.verdict,
        [_digest(document), witness],
        f"{claims.witness.refutes} (nothing else of a refusal is checked)",
    )
