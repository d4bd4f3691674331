"""The report of a certificate or refusal as one HTML page, with the pictures that apply."""

import importlib.util
import os

import numpy as np

from certificates.certificate import Certificate, Refusal, load
from certificates.kernel.verify import Verification, verify
from certificates.report.page import page
from certificates.writing import write_file
from games.files.writing import check_target
from games.reading import at

NO_PICTURES = (
    "For the pictures, install matplotlib (pip install 'small-gain-nash[plot]') and make it again."
)

NONE_APPLIES = "No picture can be drawn of this game: it is too large, or the file says too little."


def report(result: Certificate | Refusal) -> str:
    """The page as text: self-contained, without scripts, every text escaped.

    The checker is run, and what it says stands in the page. Without matplotlib there are no
    pictures, and the page says how to get them. Raises InputError for what is not well formed.

    >>> import sgn
    >>> bounds = sgn.Bounds.given([1, 1], [[0, 10], [0.05, 0]], [1, 1])
    >>> report(sgn.certify_bounds(bounds))[:15]
    '<!DOCTYPE html>'
    """
    return _page(result, verify(result.document))


def save_report(source: str | os.PathLike[str], target: str | os.PathLike[str]) -> Verification:
    """Write the report of a file atomically; returns what the checker said.

    Raises InputError, one sentence, for unusable input and a target that cannot be written.
    """
    with at(os.fspath(target)):
        check_target(target)
    result = load(source)
    verification = verify(result.document, os.fspath(source), size=os.path.getsize(source))
    text = _page(result, verification)
    write_file(target, lambda file: file.write(text.encode()))
    return verification


def _page(result: Certificate | Refusal, verification: Verification) -> str:
    if importlib.util.find_spec("matplotlib") is None:
        return page(result.document, result.claims, verification, (), NO_PICTURES)
    from sgn.plots.pictures import pictures

    with np.errstate(all="ignore"):  # what overflows is left out of pictures
        drawn = pictures(result)
    note = "" if drawn else NONE_APPLIES
    return page(result.document, result.claims, verification, drawn, note)
