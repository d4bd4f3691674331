"""What a certificate goes without: a part that could not be had or confirmed, named with why."""

from collections.abc import Mapping

from certificates.kernel.document.reading import Document
from certificates.kernel.obligation import Title
from certificates.kernel.uncheckable import Uncheckable
from sgn.bounds import CannotBound

FAILURES = (Uncheckable, CannotBound, ArithmeticError, ValueError)  # of a part, not of the rest


def noted(evidence: Document, left_out: Mapping[Title, str]) -> Document:
    """The evidence with a word on each claim that was left out."""
    if not left_out:
        return evidence
    named = ", ".join(f"{title.value} ({why})" for title, why in left_out.items())
    note = "; ".join(filter(None, (evidence.get("note"), f"left out: {named}")))
    return {**evidence, "note": note}
