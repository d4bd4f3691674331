"""Write invalid/ and malformed/ from valid/: `python -m tests.corpus.make`.

valid/      true certificates and refusals, from the search (tests/corpus/bases.py)
invalid/    lies, named after the lie: well formed, digest recomputed, refused with status 1
malformed/  files that are no certificate: status 2 and one sentence
broken.json for each lie every hypothesis that it breaks: theorem and hypothesis, by name

The same files come out every time. What must be said of each stands in lies.py and damage.py.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from certificates.kernel.document.reading import Document, digest, read
from certificates.kernel.verify import verify
from tests.corpus.damage import DAMAGED, text_of
from tests.corpus.lies import LIES

HERE = Path(__file__).parent


def valid(name: str) -> Document:
    """A fresh copy of a true document."""
    return read(HERE / "valid" / f"{name}.json")


def broken_by(document: Document) -> list[list[str]]:
    """Each hypothesis of a theorem (or obligation without such) that does not hold, sorted."""
    found = {
        (f"{o.theorem}, {o.name}", name)
        for o in verify(document).obligations
        if not o.holds
        for name in (o.failing or (o.detail,))
    }
    return [list(pair) for pair in sorted(found)]


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
    broken = {lie.name: broken_by(read(HERE / f"invalid/{lie.name}.json")) for lie in LIES}
    text = json.dumps(broken, indent=1, ensure_ascii=False, sort_keys=True)
    (HERE / "broken.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
