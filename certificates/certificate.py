"""Certificate and Refusal: what `certify` returns; frozen, saved as JSON, shown as a table."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import NoReturn, final

from certificates.decay import Decays, decays_of
from certificates.equilibrium import Basin, Equilibrium, basin_of, equilibrium_of
from certificates.kernel.certificate import read_claims
from certificates.kernel.claims import Band, Claims
from certificates.kernel.document.head import is_refusal
from certificates.kernel.document.reading import Document, digest, read
from certificates.kernel.refusal import RefusalClaims, read_refusal
from certificates.methods import METHODS
from certificates.plain import Plain, certificate_facts, refusal_facts
from certificates.promises import Promised
from certificates.report import table
from certificates.report.page import folded, fragment
from certificates.report.refusal import refusal_head, refusal_rows, sentence
from certificates.safe import Lower, Upper
from certificates.step_range import StepRange as StepRange
from certificates.step_range import range_of, weights_of
from certificates.writing import write
from games.errors import InputError
from games.regions.shapes import Region, as_shape
from games.work import budget


class NotCertified(Exception):
    """Raised by :meth:`Refusal.require`; carries the refusal."""

    def __init__(self, refusal: "Refusal") -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


@final
@dataclass(frozen=True)
class Certificate:
    """A certified game: the numbers, with the document that proves them.

    Numbers are :class:`Lower` or :class:`Upper` bounds: `.exact` is the rational, `float()` and
    `print` round to the safe side. What each attribute rests on: `ATTRIBUTES` in
    certificates/report/shown.py.
    Where the verdict is "estimated" all of them are estimates, the promises too.
    """

    document: Document

    @cached_property
    def claims(self) -> Claims:
        return read_claims(self.document)

    @property
    def success(self) -> bool:
        """True: the game is certified (see `verdict` for what that rests on)."""
        return True

    @property
    def verdict(self) -> str:
        """proved | estimated | conditional."""
        return self.claims.verdict

    @property
    def reason(self) -> str:
        return ""

    @property
    def message(self) -> str:
        """The statement in one sentence."""
        return table.statement(self.claims)

    @property
    def names(self) -> Sequence[str]:
        return self.claims.names

    @property
    def region(self) -> Region | None:
        """Where the numbers hold: a Box, all of R^n, or None when only bounds were given."""
        return as_shape(self.claims.region)

    @property
    def geometry(self) -> str | Document:
        """The gradient that is followed, as in the document: "euclidean" or a natural one (T18)."""
        return self.claims.geometry.document

    @property
    def margin(self) -> Lower:
        """α with ⟨F(x) − F(y), x − y⟩_M ≥ α‖x − y‖²_M on the region: the rate of the flow."""
        return Lower(self.claims.margin, verdict=self.verdict)

    @property
    def margin_basis(self) -> str:
        """structural (from the block bounds, T1) or direct (from the whole Jacobian, T5)."""
        return self.claims.margin_basis

    @property
    def weights(self) -> tuple[Fraction, ...]:
        """w of the metric M(w), one a player; ValueError where `metric` is of another kind."""
        return weights_of(self.claims.metric)

    @property
    def metric(self) -> Document:
        """The metric as it stands in the document; `claims.metric` is the same as a Metric."""
        return dict(self.document["metric"])

    @property
    def structural_margin(self) -> Lower:
        """The small-gain margin at its best weights (T2), whichever basis the certificate has."""
        return Lower(self.claims.small_gain.margin, verdict=self.verdict)

    @property
    def euclidean_margin(self) -> Lower | None:
        """The direct margin with equal weights; None when only bounds were given."""
        value = self.claims.euclidean_margin
        return None if value is None else Lower(value, verdict=self.verdict)

    @property
    def lipschitz(self) -> Upper:
        """β ≥ ‖J‖_M on the region."""
        return Upper(self.claims.lipschitz, verdict=self.verdict)

    @property
    def cocoercivity(self) -> Lower | None:
        """c with sym(MJ) ⪰ c JᵀMJ (T10)."""
        value = self.claims.cocoercivity
        return None if value is None else Lower(value, verdict=self.verdict)

    def method(self, name: str) -> StepRange | None:
        """The certified steps of a method; None where there are none, KeyError for no method.

        name: euler, rk4, rk4_equilibrium, …: a key of the table in certificates/methods.py.
        """
        return range_of(self.claims, name)

    @property
    def methods(self) -> dict[str, StepRange]:
        """All methods whose steps are certified, by name."""
        found = {name: self.method(name) for name in METHODS}
        return {name: steps for name, steps in found.items() if steps is not None}

    @property
    def euler(self) -> StepRange | None:
        return self.method("euler")

    @property
    def rk4(self) -> StepRange | None:
        return self.method("rk4")

    @property
    def rk4_equilibrium(self) -> StepRange | None:
        """RK4 steps that approach the equilibrium (not any two runs), where these are longer."""
        return self.method("rk4_equilibrium")

    @property
    def extragradient(self) -> StepRange | None:
        return self.method("extragradient")

    @property
    def optimistic(self) -> StepRange | None:
        return self.method("optimistic")

    @property
    def equilibrium(self) -> Equilibrium | None:
        """The equilibrium: `point`, `error` in the metric, and `kind` (T13)."""
        return equilibrium_of(self.claims)

    @property
    def basin(self) -> Basin | None:
        """Start sets: balls round the equilibrium, by method (T12)."""
        return basin_of(self.claims)

    @property
    def bregman(self) -> Decays | None:
        """How fast the weighted KL divergence falls along the flow of a game of policies (T19).

        `.region` and `.simplex`, each a Decay or None. No step size follows from it.
        """
        return decays_of(self.claims)

    @property
    def promises(self) -> Promised:
        """What this means in practice: steps to an accuracy, noise, stale reads, best responses."""
        return Promised(self.claims)

    @property
    def published_rules(self) -> dict[str, Fraction]:
        """For comparison only: Euler 2α/β² (T8) and RK4 2.5/β, which speaks of constant J alone."""
        margin, beta = self.claims.margin, self.claims.lipschitz
        return {"euler": 2 * margin / beta**2, "rk4": Fraction(5, 2) / beta}

    def band(self, first: str, second: str) -> tuple[Upper, Lower | None]:
        """The certified ends (low, high) of w_second / w_first (T4); high None means no upper end.

        For each ratio between them there are weights with the margin that the band states, at
        least 0 (`claims.bands`). The lower end is rounded up and the upper one down, so both lie
        inside. KeyError when the certificate holds no band for this pair.
        """
        for name in (first, second):
            if name not in self.names:
                raise KeyError(f"no player is called {name!r} in this certificate")
        i, j = self.names.index(first), self.names.index(second)
        for band in self.claims.each(Band):
            if band.players == (i, j):
                return self._ends(band.low, band.high)
            if band.players == (j, i) and band.high is not None:
                return self._ends(1 / band.high, None if band.low == 0 else 1 / band.low)
        raise KeyError(f"no band for {first!r} and {second!r} in this certificate")

    def _ends(self, low: Fraction, high: Fraction | None) -> tuple[Upper, Lower | None]:
        inner = None if high is None else Lower(high, verdict=self.verdict)
        return Upper(low, verdict=self.verdict), inner

    def require(self) -> "Certificate":
        """The certificate itself (a refusal raises)."""
        return self

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write JSON (compressed when the name ends in .gz), atomically."""
        write(self.document, path)

    def to_dict(self) -> Plain:
        """The numbers as plain JSON: floats, each rounded to its safe side (see plain.py)."""
        return certificate_facts(self.claims)

    def details(self) -> str:
        """All that is certified, in groups, as text; `print` gives what can be quoted."""
        return table.certificate_details(self.claims)

    def __str__(self) -> str:
        return table.certificate_table(self.claims)

    def __repr__(self) -> str:
        return f"<Certificate: {self.verdict}, margin {self.margin}>"

    def _repr_html_(self) -> str:
        """The same for a notebook, the details folded away."""
        quoted = fragment(*table.certificate_quotes(self.claims))
        return folded(quoted, fragment("", table.certificate_rows(self.claims)[1]))


@final
@dataclass(frozen=True)
class Refusal:
    """A game that was not certified: why, with the evidence, and what to try.

    Of a refuted game verdict, reason and message are computed from the witness, which the checker
    confirms (T6). All else is what the search says: not checked.
    """

    document: Document

    @cached_property
    def claims(self) -> RefusalClaims:
        return read_refusal(self.document)

    @property
    def success(self) -> bool:
        return False

    def __bool__(self) -> bool:
        """False: `if certify(…)` asks whether the game is certified."""
        return False

    @property
    def verdict(self) -> str:
        """undecided: nothing is shown; or refuted: a witness shows what `message` says, no more."""
        return self.claims.verdict

    @property
    def reason(self) -> str:
        """small-gain | unstable | domain | budget | too-large | unsupported | numerical.

        Of a refuted game that of its witness: unstable (an eigenvalue) or small-gain (dual).
        """
        return self.claims.reason

    @property
    def message(self) -> str:
        """Why, in a sentence: of a refuted game computed from its witness, else the search's.

        "no constant metric certifies this region" follows from an eigenvalue, or from a dual
        witness against all metrics; from one against weights follows that no weights per player do.
        """
        return sentence(self.claims)

    @property
    def suggestions(self) -> tuple[str, ...]:
        """What to try: said by the search, not checked."""
        return self.claims.suggestions

    @property
    def worst_point(self) -> tuple[Fraction, ...]:
        """Where in the region most speaks against it; empty where no point does, or every one.

        Said by the search, not checked.
        """
        return self.claims.worst_point or ()

    def require(self) -> NoReturn:
        """Raise NotCertified."""
        raise NotCertified(self)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write JSON, atomically."""
        write(self.document, path)

    def to_dict(self) -> Plain:
        """Verdict, reason, message, suggestions and worst point, as plain JSON."""
        return refusal_facts(self.claims)

    def details(self) -> str:
        """All that the refusal says, as text: the same as `print`."""
        return table.refusal_table(self.claims)

    def __str__(self) -> str:
        return table.refusal_table(self.claims)

    def __repr__(self) -> str:
        return f"<Refusal: {self.verdict}, {self.reason}>"

    def _repr_html_(self) -> str:
        """The same table for a notebook."""
        return fragment(refusal_head(self.claims), refusal_rows(self.claims))


def from_document(document: Document, where: str = "certificate") -> Certificate | Refusal:
    """The value a document describes; InputError when it is not well formed."""
    with budget(0):
        return _read(document, where)


def _read(document: Document, where: str) -> Certificate | Refusal:
    if is_refusal(document):
        read_refusal(document, where)
        return Refusal(document)
    read_claims(document, where)
    return Certificate(document)


def load(path: str | os.PathLike[str]) -> Certificate | Refusal:
    """The certificate or refusal in a file; InputError, one sentence that starts with its name."""
    name = os.fspath(path)
    document = read(name)
    result = from_document(document, name)
    if document["digest"] != digest(document):
        raise InputError(f"{name}: the file was changed after it was made; make it again")
    return result
