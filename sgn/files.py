"""One loader for games, certificates and refusals, and the checker on values and files alike."""

import os
from concurrent.futures import Executor

import games
from certificates import certificate
from certificates.certificate import Certificate, Refusal
from certificates.kernel import verify as check
from certificates.kernel.document.reading import read
from games.files.load import READERS, ending
from games.game import Game


def load(path: str | os.PathLike[str]) -> Game | Certificate | Refusal:
    """A game (every file that :func:`games.load` reads), or a certificate or refusal (.json, .gz).

    Raises InputError in one sentence that starts with the file's name.
    """
    if ending(path) in (".toml", *READERS):
        return games.load(path)
    return certificate.load(path)


def verify(
    subject: Certificate | Refusal | str | os.PathLike[str],
    executor: Executor | None = None,
    *,
    patience: float = 1,
) -> check.Verification:
    """Check a certificate, a refusal, or the file of one; true when everything claimed is proved.

    executor: any concurrent.futures.Executor, to deal the leaves of covers out to its workers.
    patience: how many times the work of about fifteen seconds may be done.
    The result lists each obligation with its theorem. Raises InputError for a document that is not
    well formed, or that asks for more work; ValueError for a patience that is not positive.
    """
    if not patience > 0:
        raise ValueError(f"patience is {patience}; expected more than 0")
    if isinstance(subject, Certificate | Refusal):
        return check.verify(subject.document, executor=executor, patience=patience)
    document, name = read(subject), os.fspath(subject)
    size = os.path.getsize(name)
    return check.verify(document, name, executor, size=size, patience=patience)
