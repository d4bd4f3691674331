"""The checker: re-establishes every number of a certificate from the game alone.

One function per obligation, each citing its theorem (docs/theory.md). An obligation holds only when
a comparison of exact rationals or of directed floating-point bounds came out true. Nothing of the
search is imported or believed.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Executor, Future
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import Any, final

import numpy as np

from certificates.check_band import witnessed_band_holds
from certificates.check_bregman import bregman_tests
from certificates.check_direct import (
    cocoercivity_holds,
    constant_rk4_holds,
    curvature_holds,
    direct_band_holds,
    direct_euler_holds,
    failing_couplings,
    lipschitz_holds,
    margin_holds,
)
from certificates.check_equilibrium import equilibrium_holds
from certificates.check_jacobian import Jacobian, Uncheckable, jacobian_of
from certificates.check_metric import is_metric
from certificates.check_near_linear import near_linear_holds
from certificates.check_slow_steps import towards_equilibrium
from certificates.check_start_set import start_sets_hold
from certificates.check_structural import (
    lipschitz_from_bounds_holds,
    sector_rk4_holds,
    structural_band_holds,
    structural_euler_holds,
    structural_margin_holds,
)
from certificates.claims import REFUSAL_FORMAT, Claims, read_claims
from certificates.costs import certificate_costs, refusal_costs, require_affordable
from certificates.document import Document, digest, require_arrays
from certificates.geometry import geometry_of
from certificates.metric import Metric
from certificates.part import WHOLE, Part
from certificates.refusal_claims import RefusalClaims, read_refusal
from games.errors import InputError
from games.work import TooMuch, budget

PARTS = 8  # into which the leaves of covers are dealt, where there are workers


@final
@dataclass(frozen=True)
class Obligation:
    """One thing that was checked: its name, its theorem, whether it holds, and a detail."""

    name: str
    theorem: str
    holds: bool
    detail: str = ""


@final
@dataclass(frozen=True)
class Verification:
    """What the checker found; true when something is proved and every obligation holds."""

    verdict: str
    obligations: tuple[Obligation, ...]
    message: str

    @property
    def success(self) -> bool:
        return bool(self.obligations) and all(o.holds for o in self.obligations)

    def __bool__(self) -> bool:
        return self.success

    def __repr__(self) -> str:
        return f"<Verification: {self.message}>"

    def _repr_html_(self) -> str:
        """A table for a notebook."""
        rows = "".join(
            f"<tr><td>{'holds' if o.holds else 'FAILS'}</td><td>{escape(o.name)}</td>"
            f"<td>{escape(o.theorem)}</td><td>{escape(o.detail)}</td></tr>"
            for o in self.obligations
        )
        head = f"{'verified' if self else 'NOT VERIFIED'}: {escape(self.message)}"
        return f"<div><strong>{head}</strong><table>{rows}</table></div>"


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


def _verify(document: Document, where: str, part: Part, size: int, patience: float) -> Verification:
    """The same on one part of the leaves of each cover, if that is not too much to do."""
    with budget(size, patience):
        try:
            return _checked(document, where, part)
        except TooMuch as error:
            raise TooMuch(f"{where}: {error}") from None


@np.errstate(all="ignore")  # what overflows is not finite, and never accepted
def _checked(document: Document, where: str, part: Part) -> Verification:
    require_ieee_arithmetic()
    if str(document.get("format")).partition("/")[0] == REFUSAL_FORMAT.partition("/")[0]:
        return _verify_refusal(read_refusal(document, where), document, where)
    claims = read_claims(document, where)
    require_affordable(certificate_costs(claims))
    if claims.verdict == "estimated":
        return Verification("estimated", (), "only estimated: sampling proves nothing to re-check")
    geometry = Obligation("geometry", "T18", claims.geometry == geometry_of(claims.game))
    obligations = [_digest(document), geometry]
    jacobian = None
    if claims.verdict == "proved":
        jacobian, rederived = _jacobian(claims, where, part)
        obligations.append(rederived)
        if jacobian is not None:
            obligations += _with_game(claims, jacobian)
    if jacobian is not None or claims.verdict == "conditional":
        obligations += _with_bounds(claims, jacobian)
    holds = "every obligation holds"
    if claims.verdict == "conditional":
        holds += ", if the given bounds hold"
    return _summary(claims.verdict, obligations, holds)


def _summary(verdict: str, obligations: list[Obligation], holds: str) -> Verification:
    failed = [o.name for o in obligations if not o.holds]
    message = f"does not hold: {', '.join(failed)}" if failed else holds
    return Verification(verdict, tuple(obligations), message)


def require_ieee_arithmetic() -> None:
    """Raise RuntimeError unless rounding is to nearest and subnormals survive.

    Native libraries can change both for a whole process.
    """
    one, half_unit, tiny = np.array([1.0]), np.array([2.0**-53]), np.array([2.0**-1074])
    nearest = (one + half_unit == one) & (one + 1.5 * half_unit > one) & (half_unit - one > -one)
    if not nearest[0] or (tiny * 1.0)[0] == 0 or (np.array([2.0**-1022]) / 2)[0] == 0:
        raise RuntimeError(
            "floating-point arithmetic was changed (rounding mode or flush-to-zero);"
            " nothing can be checked in this process, start a fresh one"
        )


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
    from certificates.check_enclosed import by_covers
    from certificates.check_values import by_values

    by_text = "covers" in claims.evidence
    jacobian, detail = (by_covers if by_text else by_values)(claims, game, part)
    return jacobian, Obligation("Jacobian", "evidence", jacobian is not None, detail)


def _obligation(name: str, theorem: str, test: Callable[[], bool]) -> Obligation:
    try:
        return Obligation(name, theorem, test())
    except TooMuch as error:
        raise TooMuch(f"{name}: {error}") from None
    except Uncheckable as error:
        return Obligation(name, theorem, False, str(error))


def _block_bounds(claims: Claims, J: Jacobian) -> list[Obligation]:
    """Setting: μ, Λ and L, block by block."""
    names = ("curvature from below", "curvature from above", "coupling")
    try:
        lower, upper = curvature_holds(J, claims.curvature_lower, claims.curvature_upper)
        failing = failing_couplings(J, claims.coupling_upper)
    except Uncheckable as error:
        return [Obligation(name, "setting", False, str(error)) for name in names]
    hold = (bool(lower.all()), bool(upper.all()), len(failing) == 0)
    return [Obligation(name, "setting", each) for name, each in zip(names, hold, strict=True)]


def _with_game(claims: Claims, J: Jacobian) -> list[Obligation]:
    """What needs the Jacobian."""
    result = _block_bounds(claims, J)
    metric, euler, rk4 = claims.metric, claims.euler, claims.rk4
    if metric.kind != "scalar":
        result.append(_obligation("metric", "T5", lambda: is_metric(metric, J.sizes)))
    if claims.margin_basis == "direct":
        result.append(_obligation("margin", "T5", lambda: margin_holds(J, metric, claims.margin)))
    if (euclidean := claims.euclidean_margin) is not None:
        equal = Metric.scalar(np.ones(len(J.sizes)))
        result.append(
            _obligation(
                "Euclidean margin",
                "T5",
                lambda: margin_holds(J, equal, euclidean, "euclidean_margin"),
            )
        )
    if "lipschitz" not in claims.witnesses:
        result.append(
            _obligation("Lipschitz", "T5", lambda: lipschitz_holds(J, metric, claims.lipschitz))
        )
    if (c := claims.cocoercivity) is not None:
        result.append(_obligation("cocoercivity", "T10", lambda: cocoercivity_holds(J, metric, c)))
    if euler is not None and euler.basis == "direct":
        result.append(_obligation("Euler steps", "T10", lambda: direct_euler_holds(J, euler)))
    if rk4 is not None and rk4.basis == "constant":
        result.append(_obligation("RK4 steps", "T11 (a)", lambda: constant_rk4_holds(J, rk4)))
    if rk4 is not None and rk4.basis == "near-linear":
        result.append(_obligation("RK4 near-linear", "T11 (c)", lambda: near_linear_holds(J, rk4)))
    for band in claims.bands:
        if band.basis == "direct":
            result.append(_obligation("band", "T5", partial(direct_band_holds, J, band)))
    if (found := claims.promises.equilibrium) is not None:
        result.append(
            _obligation("equilibrium", "T13", lambda: equilibrium_holds(claims, J, found))
        )
    if claims.promises.basin is not None:
        result.append(_obligation("start set", "T12", lambda: start_sets_hold(claims, J)))
    return result + [_obligation(*test) for test in bregman_tests(claims, J)]


def _with_bounds(claims: Claims, J: Jacobian | None) -> list[Obligation]:
    """What follows from the block bounds alone; without a game nothing else may be claimed."""
    symmetric = J.symmetric if J is not None else claims.evidence.get("symmetric") is True
    euler, rk4 = claims.euler, claims.rk4
    result = [
        Obligation(
            "structural margin",
            "T2",
            structural_margin_holds(
                claims.curvature_lower,
                claims.coupling_upper,
                claims.structural_weights,
                claims.witnesses["structural"],
                claims.structural_margin,
            ),
        ),
        Obligation("margin is positive", "T7", claims.margin > 0),
    ]
    if claims.margin_basis == "structural":
        same = claims.metric == Metric.scalar(claims.structural_weights)
        below = claims.margin <= claims.structural_margin
        result.append(Obligation("margin", "T1", same and below))
    if "lipschitz" in claims.witnesses:
        holds = symmetric and lipschitz_from_bounds_holds(claims)
        result.append(Obligation("Lipschitz", "T9 (norms)", holds))
    if euler is not None and euler.basis == "structural":
        holds = symmetric and structural_euler_holds(claims, euler)
        result.append(Obligation("Euler steps", "T9", holds))
    if rk4 is not None and rk4.basis == "sector":
        result.append(Obligation("RK4 steps", "T11 (b)", sector_rk4_holds(claims, rk4)))
    result += [Obligation(*found) for found in towards_equilibrium(claims)]
    for band in claims.bands:
        if band.basis == "structural":
            test = witnessed_band_holds if band.witnesses else structural_band_holds
            result.append(Obligation("band", "T4", test(claims, band)))
    if J is None:
        result.append(Obligation("claims need no game", "setting", not _needs_game(claims)))
    return result


def _needs_game(claims: Claims) -> bool:
    direct = [claims.margin_basis, *(band.basis for band in claims.bands)]
    steps = [s.basis for s in (claims.euler, claims.rk4) if s is not None]
    return (
        claims.metric.kind != "scalar"
        or any(basis in ("direct", "constant", "near-linear") for basis in direct + steps)
        or claims.euclidean_margin is not None
        or claims.cocoercivity is not None
        or "lipschitz" not in claims.witnesses
        or claims.promises.equilibrium is not None
        or claims.promises.basin is not None
    )


def _verify_refusal(claims: RefusalClaims, document: Document, where: str) -> Verification:
    from certificates.check_witness import witness_holds

    game, witness = claims.game, claims.witness
    if game is None or witness is None:
        return Verification(claims.verdict, (), "nothing is claimed that could be re-checked")
    require_affordable(refusal_costs(claims.region, witness))
    try:
        holds = _obligation("witness", "T6", lambda: witness_holds(game, claims.region, witness))
    except TooMuch:
        raise
    except InputError as error:
        raise InputError(f"{where}: {error}") from None
    return _summary(
        claims.verdict,
        [_digest(document), holds],
        "the witness holds (a refusal's other numbers are not checked)",
    )
