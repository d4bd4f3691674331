"""Certificates as they were issued: those of older versions state less, and are read as they said.

They are not verified, only read. Steps of extragradient and of optimistic gradient once did not say
whether they need projection: they were shown as holding with it and without.
"""

import copy
import os

from certificates.certificate import Certificate, Refusal, from_document
from certificates.document import Document, digest, read
from games.errors import InputError

WITHOUT_WAY = ("extragradient", "optimistic")


def load_as_issued(path: str | os.PathLike[str]) -> Certificate | Refusal:
    """The certificate or refusal in a file; InputError, one sentence that starts with its name."""
    name = os.fspath(path)
    document = read(name)
    result = as_issued(document, name)
    if document["digest"] != digest(document):
        raise InputError(f"{name}: the file was changed after it was made; make it again")
    return result


def as_issued(document: Document, where: str = "certificate") -> Certificate | Refusal:
    """The value a document described when it was made; InputError when it is not well formed."""
    try:
        return from_document(document, where)
    except InputError:
        newer = completed(document)
        if newer is document:
            raise
    return from_document(newer, where)


def completed(document: Document) -> Document:
    """The document with what its version left unsaid, and a digest that fits."""
    steps = document.get("steps")
    stated = steps if isinstance(steps, dict) else {}
    unsaid = [
        key
        for key in WITHOUT_WAY
        if isinstance(stated.get(key), dict) and "unprojected" not in stated[key]
    ]
    if not unsaid:
        return document
    result = copy.deepcopy(document)
    for key in unsaid:
        result["steps"][key]["unprojected"] = True
    result["digest"] = digest(result)
    return result
