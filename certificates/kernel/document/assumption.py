"""What a conditional certificate assumes, in words: whoever prints its numbers prints this."""

from certificates.kernel.document.reading import Document


def assumption(evidence: Document) -> str:
    """After "if": the bounds, on a set that averages do not leave (Setting), and what T9 asks for.

    >>> assumption({"kind": "assumed", "symmetric": True})
    'the given bounds hold on a convex region and every J_ii is symmetric, as it is for costs'
    """
    symmetric = evidence.get("symmetric") is True
    more = " and every J_ii is symmetric, as it is for costs" if symmetric else ""
    return f"the given bounds hold on a convex region{more}"
