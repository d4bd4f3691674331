"""Certificate files, written: JSON part by part, compressed if so named, put in place whole."""

import json
import os
import zlib
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

from certificates.kernel.document.reading import Document
from games.errors import InputError
from games.files.writing import Fill, StrPath, check_target, write_files
from games.reading import at

GZIP_LEVEL = 6
GZIP = 16 + zlib.MAX_WBITS  # zlib's word for gzip's header, in which no time stands
LONG = 2**18  # bytes of one part, from which it is an array's text
_OTHERS = (".toml", ".npz", ".nfg")  # what is read as something else


def write(document: Document, path: StrPath) -> None:
    """Write the document, compressed when the name ends in .gz; it is there whole or not at all.

    Raises InputError, one sentence, for a file that cannot be written, or not be read again.
    """

    def fill(file: BinaryIO) -> None:
        parts = _parts(document)
        for part in _packed(parts) if Path(path).suffix == ".gz" else parts:
            file.write(part)

    check_name(path)
    write_file(path, fill)


def write_file(path: StrPath, fill: Fill) -> None:
    """A file filled elsewhere and put in place at once; InputError where it cannot be written."""
    with at(os.fspath(path)):
        write_files((path, fill))


def check_name(path: StrPath) -> None:
    """Raise InputError where :func:`write` is sure to fail, before the work is done."""
    with at(os.fspath(path)):
        if Path(path).suffix.lower() in _OTHERS:
            raise InputError("this names no certificate; give it a name that ends in .json")
        check_target(path)


def _parts(document: Document) -> Iterator[bytes]:
    """Part by part: a large document is never one text."""
    for part in json.JSONEncoder(indent=1, ensure_ascii=False).iterencode(document):
        yield part.encode()
    yield b"\n"


def _packed(parts: Iterator[bytes]) -> Iterator[bytes]:
    """As gzip, in members: the texts of long arrays, in which nothing repeats, apart.

    Their letters are shortened and no more: as small as with a search for repeats, in a quarter of
    the time.
    """
    for long, group in groupby(parts, lambda part: len(part) > LONG):
        strategy = zlib.Z_HUFFMAN_ONLY if long else zlib.Z_DEFAULT_STRATEGY
        packer = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, GZIP, zlib.DEF_MEM_LEVEL, strategy)
        for part in group:
            yield packer.compress(part)
        yield packer.flush()
