"""Write invalid/ and malformed/ from valid/: `python -m tests.corpus.make`.

valid/      true certificates and refusals, from the search (tests/corpus/bases.py)
invalid/    lies, named after the lie: well formed, digest recomputed, refused with status 1
malformed/  files that are no certificate: status 2 and one sentence

The same files come out every time. What must be said of each stands in lies.py and damage.py.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from certificates.document import Document, digest, read
from tests.corpus.damage import DAMAGED, text_of
from tests.corpus.lies import LIES

HERE = Path(__file__).parent


def valid(name: str) -> Document:
    """A fresh copy of a true document."""
    return read(HERE / "valid" / f"{name}.json")


def files() -> Iterator[tuple[str, bytes]]:
    """Each file to be written: its path below this folder, its bytes."""
    for lie in LIES:
        document = valid(lie.base)
        lie.change(document)
        if json.dumps(document) == json.dumps(valid(lie.base)):
            raise ValueError(f"{lie.name} changes nothing")
        if not lie.keep_digest:
            document["digest"] = digest(document)
        yield f"invalid/{lie.name}.json", text_of(document) + b"\n"
    for damage in DAMAGED:
        yield f"malformed/{damage.name}", damage.content(valid)


def main() -> None:
    """Renew both folders."""
    made = dict(files())
    for folder in ("invalid", "malformed"):
        (HERE / folder).mkdir(exist_ok=True)
        for old in (HERE / folder).iterdir():
            if f"{folder}/{old.name}" not in made:
                old.unlink()
    for path, content in made.items():
        (HERE / path).write_bytes(content)


if __name__ == "__main__":
    main()
