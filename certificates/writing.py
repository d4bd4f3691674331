"""Certificate files, written: JSON part by part, compressed if so named, put in place whole."""

import gzip
import json
import os
from pathlib import Path
from typing import BinaryIO, cast

from certificates.kernel.document.reading import Document
from games.errors import InputError
from games.files.writing import Fill, StrPath, check_target, write_files
from games.reading import at

GZIP_LEVEL = 6
_OTHERS = (".toml", ".npz", ".nfg")  # what is read as something else


def write(document: Document, path: StrPath) -> None:
    """Write the document, compressed when the name ends in .gz; it is there whole or not at all.

    Raises InputError, one sentence, for a file that cannot be written, or not be read again.
    """

    def fill(file: BinaryIO) -> None:
        if Path(path).suffix == ".gz":
            with gzip.GzipFile("", "wb", GZIP_LEVEL, file, mtime=0) as stream:
                _write_json(document, cast(BinaryIO, stream))
        else:
            _write_json(document, file)

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


def _write_json(document: Document, file: BinaryIO) -> None:
    """Part by part: a large document is never one text."""
    for part in json.JSONEncoder(indent=1, ensure_ascii=False).iterencode(document):
        file.write(part.encode())
    file.write(b"\n")
