"""The JSON Schemas (draft 2020-12) of certificates and refusals, for other programs to read by.

The checker does not use them: `certificates.kernel.document.claims` reads documents on its own,
as strictly.
"""

import json
from importlib import resources
from typing import Any

NAMES = ("certificate-1", "refusal-1")


def schema(name: str) -> dict[str, Any]:
    """The schema of a document: "certificate-1" or "refusal-1".

    Raises ValueError for another name. Source: docs/formats.md.

    >>> schema("certificate-1")["title"]
    'sgn-certificate/1'
    """
    if name not in NAMES:
        raise ValueError(f"schema is {name!r}; expected one of {', '.join(map(repr, NAMES))}")
    file = resources.files("certificates") / "schema" / f"{name}.json"
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return content
