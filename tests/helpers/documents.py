"""Documents of certificates, looked into and changed: claims by their theorem, digests anew."""

from certificates.kernel.document.reading import Document, digest


def has_claim(document: Document, *theorems: str) -> bool:
    """Whether a claim cites one of these theorems, in the words of files: "euler/T10"."""
    return any(entry["theorem"] in theorems for entry in document["claims"])


def claim(document: Document, *theorems: str) -> Document:
    """The first entry that cites one of these theorems, itself: to be read or changed in place.

    theorems: in the words of files, such as "euler/T10". KeyError where no claim cites any.
    """
    for entry in document["claims"]:
        if entry["theorem"] in theorems:
            found: Document = entry
            return found
    cited = ", ".join(entry["theorem"] for entry in document["claims"])
    raise KeyError(f"no claim cites {' or '.join(theorems)}; there are {cited}")


def numbers(document: Document, *theorems: str) -> Document:
    """What that claim says."""
    found: Document = claim(document, *theorems)["numbers"]
    return found


def witnesses(document: Document, *theorems: str) -> Document:
    """What helps to check it."""
    found: Document = claim(document, *theorems)["witnesses"]
    return found


def signed(document: Document) -> Document:
    """The document itself, with the digest of what it says now."""
    document["digest"] = digest(document)
    return document
