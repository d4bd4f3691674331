"""What the command line reads: files, folders of certificates, and `-` for standard input."""

import os
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from certificates.kernel.document.reading import MAX_FILE
from games.errors import InputError
from games.files.writing import reason

STANDARD_INPUT = "-"
NAME = "standard input"
_GZIP = b"\x1f\x8b"
_CERTIFICATES = (".json", ".json.gz")
_HEAD = 4096  # bytes in which the first letter of a document stands


@contextmanager
def as_file(path: str) -> Iterator[str]:
    """The path of a file with what is to be read; errors call `-` standard input.

    Raises InputError where nothing comes from there, or too much.
    """
    if path != STANDARD_INPUT:
        yield path
        return
    stream = getattr(sys.stdin, "buffer", None)
    if stream is None or stream.isatty():
        raise InputError(f"{NAME}: nothing comes from there; pipe a file into it")
    try:
        data = stream.read(MAX_FILE + 1)
    except (OSError, ValueError) as error:
        raise InputError(f"{NAME}: it cannot be read ({reason(error)}); pipe a file") from error
    if len(data) > MAX_FILE:
        raise InputError(f"{NAME}: it exceeds {MAX_FILE} bytes; give a smaller file")
    with TemporaryDirectory(prefix="sgn-") as folder:
        file = Path(folder) / NAME
        file.write_bytes(data)
        try:
            yield str(file)
        except InputError as error:
            raise InputError(str(error).replace(str(file), NAME)) from error


def display(path: str) -> str:
    """How messages call it."""
    return NAME if path == STANDARD_INPUT else path


def certificates_in(paths: Sequence[str]) -> list[str]:
    """The files named, and in place of a folder the certificates in it, at any depth, by name.

    Raises InputError for a folder without any.
    """
    found: list[str] = []
    for path in paths:
        if not os.path.isdir(path):
            found.append(path)
            continue
        inside = sorted(
            os.path.join(folder, name)
            for folder, _, names in os.walk(path)
            for name in names
            if name.endswith(_CERTIFICATES)
        )
        if not inside:
            raise InputError(f"{path}: this folder holds no certificate (.json or .json.gz)")
        found += inside
    return found


def holds_game(path: str) -> bool:
    """Whether a file is a game's, by its name, else by its first letter (JSON begins with {)."""
    from games.files.load import READERS, ending  # not on import: a check rests on none of it

    known = ending(path)
    if known == ".toml" or known in READERS:
        return True
    if path.lower().endswith(_CERTIFICATES):
        return False
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError):
        return False  # the reader of certificates says what is wrong
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return False
        head = file.read(_HEAD).removeprefix(b"\xef\xbb\xbf").lstrip()
    return not head.startswith((b"{", _GZIP))
