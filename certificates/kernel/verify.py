"""The checker: re-establishes every number of a certificate from the game alone.

The Jacobian is derived from the game; then each claim cites a theorem (certificates/theorems/), and
holds only if every hypothesis of that theorem does: comparisons of exact rationals or of directed
floating-point bounds. Nothing of the search is imported or believed.
"""

from collections.abc import Sequence
from concurrent.futures import CancelledError, Executor, Future
from typing import Any

import numpy as np

from certificates.kernel.costs import certificate_costs, refusal_costs, require_affordable
from certificates.kernel.document.assumption import assumption
from certificates.kernel.document.claims import REFUSAL_FORMAT, Claims, read_claims
from certificates.kernel.document.reading import Document, digest, require_arrays
from certificates.kernel.document.refusal import RefusalClaims, read_refusal
from certificates.kernel.jacobian.base import Jacobian, Uncheckable, jacobian_of
from certificates.kernel.numbers.ieee import ieee_arithmetic
from certificates.kernel.obligation import Obligation as Obligation
from certificates.kernel.obligation import Verification as Verification
from certificates.kernel.shares import WHOLE, Part
from certificates.kernel.theorems import obligations, refutation, setting
from certificates.kernel.theorems.rule import Stated, obligation
from games.errors import InputError
from games.work import TooMuch, budget

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
    tasks = [(document, where, Part(k, PARTS), size, patience) for k in range(PARTS)]
    futures = [_submit(executor, *task) for task in tasks]
    return _merged(
        [
            future.result() if _arrived(future) else _verify(*task)
            for task, future in zip(tasks, futures, strict=True)
        ]
    )


def _submit(executor: Executor, *task: Any) -> Future[Verification]:
    try:
        return executor.submit(_verify, *task)
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
        unlike = Obligation("parts", "evidence", False, "the workers checked different things")
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
    if str(document.get("format")).partition("/")[0] == REFUSAL_FORMAT.partition("/")[0]:
        return _verify_refusal(read_refusal(document, where), document, where)
    claims = read_claims(document, where)
    require_affordable(certificate_costs(claims))
    if claims.verdict == "estimated":
        return Verification("estimated", (), "only estimated: sampling proves nothing to re-check")
    found = [_digest(document), obligation(setting.GEOMETRY.theorem, Stated(claims, None, None))]
    jacobian = None
    if claims.verdict == "proved":
        jacobian, derived = _jacobian(claims, where, part)
        found.append(derived)
    if jacobian is not None or claims.verdict == "conditional":
        found += obligations(claims, jacobian)
    holds = "every obligation holds"
    if claims.verdict == "conditional":
        holds += f", if {assumption(claims.evidence)}"
    return _summary(claims.verdict, found, holds)


def _summary(verdict: str, obligations: list[Obligation], holds: str) -> Verification:
    failed = dict.fromkeys(o.name for o in obligations if not o.holds)
    message = f"does not hold: {', '.join(failed)}" if failed else holds
    return Verification(verdict, tuple(obligations), message)


def _digest(document: Document) -> Obligation:
    return Obligation("digest", "integrity", document["digest"] == digest(document))


def _jacobian(claims: Claims, where: str, part: Part) -> tuple[Jacobian | None, Obligation]:
    """J is re-derived from the game: constant, multi-affine, or enclosed over covers."""
    if claims.game is None or claims.region is None:
        return None, Obligation("Jacobian", "evidence", False, "needs a game and a region")
    try:
        if claims.evidence["kind"] == "enclosed":
            return _enclosed(claims, claims.game, part)
        jacobian = jacobian_of(claims.game, claims.region)
    except Uncheckable as error:
        return None, Obligation("Jacobian", "evidence", False, str(error))
    except TooMuch:
        raise
    except InputError as error:
        raise InputError(f"{where}: {error}") from None
    if claims.region.dimension != sum(jacobian.sizes):
        return None, Obligation("Jacobian", "evidence", False, "the region has another dimension")
    detail = "constant" if jacobian.constant else "multi-affine, taken at the vertices"
    return jacobian, Obligation("Jacobian", "evidence", True, detail)


def _enclosed(claims: Claims, game: Document, part: Part) -> tuple[Jacobian | None, Obligation]:
    """J over covers of the region, by the game's text or by the values of its policies."""
    from certificates.kernel.jacobian.enclosed import by_covers
    from certificates.kernel.policies.values import by_values

    by_text = "covers" in claims.evidence
    jacobian, detail = (by_covers if by_text else by_values)(claims, game, part)
    return jacobian, Obligation("Jacobian", "evidence", jacobian is not None, detail)


def _verify_refusal(claims: RefusalClaims, document: Document, where: str) -> Verification:
    if claims.game is None or claims.witness is None:
        return Verification(claims.verdict, (), "nothing is claimed that could be re-checked")
    require_affordable(refusal_costs(claims.region, claims.witness))
    try:
        witness = refutation.witnessed(claims.game, claims.region, claims.witness)
    except TooMuch:
        raise
    except InputError as error:
        raise InputError(f"{where}: {error}") from None
    return _summary(
        claims.verdict,
        [_digest(document), witness],
        f"{claims.witness.refutes} (nothing else of a refusal is checked)",
    )
