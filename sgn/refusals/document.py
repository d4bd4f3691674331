"""Refusal documents, from what the search found."""

from certificates.documents import claim_document, signed
from certificates.kernel.claims import Claim
from certificates.kernel.document.head import REFUSAL_FORMAT
from certificates.kernel.document.reading import Document


def refusal_document(
    subject: Document,
    evidence: Document,
    verdict: str,
    reason: str,
    message: str,
    suggestions: list[str],
    details: Document,
    witness: Claim | None = None,
) -> Document:
    """The document of a refusal; details: best, cycle, worst_point as far as known."""
    document = {
        "format": REFUSAL_FORMAT,
        **subject,
        "evidence": evidence,
        "verdict": verdict,
        "reason": reason,
        "message": message,
        "suggestions": suggestions,
        "best": {},
        **details,
        "claims": [] if witness is None else [claim_document(witness)],
    }
    return signed(document)
