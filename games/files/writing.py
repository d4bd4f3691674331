"""Files that are written whole: filled without a name, or with a spare one, then put in place.

A process that is killed leaves at worst a spare file, and whoever next writes the same file removes
it. Who fills a spare file holds its lock, and a lock ends with its process.
"""

import hashlib
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from games.errors import InputError

StrPath = str | os.PathLike[str]
Fill = Callable[[BinaryIO], object]
_UNNAMED = getattr(os, "O_TMPFILE", None)  # not on every system, nor in every file system
_RIGHTS = 0o666  # less the umask


def write_files(*files: tuple[StrPath, Fill]) -> None:
    """Fill every file, then put each in place at once, in the order given. Links are followed.

    Raises InputError, without the file's name, where one cannot be written; those not yet in place
    are then as they were.
    """
    try:
        with ExitStack() as drafts:
            places = [drafts.enter_context(_draft(_target(path), fill)) for path, fill in files]
            for put_in_place in places:
                put_in_place()
    except OSError as error:
        raise _unwritable(reason(error)) from error


def check_target(path: StrPath) -> None:
    """Raise InputError, without the file's name, where :func:`write_files` is sure to fail."""
    folder = _target(path).parent
    if not folder.is_dir():
        raise _unwritable("there is no such folder")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise _unwritable("permission denied")


def reason(error: OSError | ValueError) -> str:
    """What the system says, in lower case."""
    return (getattr(error, "strerror", None) or str(error)).lower()


def _unwritable(why: str) -> InputError:
    return InputError(f"it cannot be written ({why}); choose another place")


def _target(path: StrPath) -> Path:
    """The file itself. A folder, pipe or device is refused: it would be replaced."""
    try:
        regular = not os.path.exists(path) or stat.S_ISREG(os.stat(path).st_mode)
        target = Path(os.path.realpath(path))
    except (OSError, ValueError) as error:
        raise _unwritable(reason(error)) from error
    if not regular:
        raise _unwritable("not a regular file")
    return target


@contextmanager
def _draft(target: Path, fill: Fill) -> Iterator[Callable[[], None]]:
    """A filled file that is not there yet, as the function that puts it in place."""
    prefix = f".sgn-{hashlib.sha256(os.fsencode(target.name)).hexdigest()[:16]}-"
    _remove_abandoned(target.parent, prefix)
    spare = target.with_name(f"{prefix}{secrets.token_hex(4)}.tmp")
    descriptor, named = _opened(spare)
    with os.fdopen(descriptor, "wb") as file:

        def put_in_place() -> None:
            if not named:  # the descriptor in src_dir_fd counts for nothing but to follow the link
                os.link(f"/proc/self/fd/{descriptor}", spare, src_dir_fd=descriptor)
            os.replace(spare, target)

        try:
            fill(file)
            file.flush()
            os.fsync(descriptor)
            yield put_in_place
        finally:
            with suppress(OSError):
                spare.unlink(missing_ok=True)


def _opened(spare: Path) -> tuple[int, bool]:
    """A new file to write, locked, and whether it has its name already."""
    if _UNNAMED is not None and os.path.exists("/proc/self/fd"):
        with suppress(OSError):
            return _locked(os.open(spare.parent, _UNNAMED | os.O_WRONLY, _RIGHTS)), False
    while True:
        descriptor = _locked(os.open(spare, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _RIGHTS))
        if os.fstat(descriptor).st_nlink:
            return descriptor, True
        os.close(descriptor)  # taken for abandoned before it was locked


def _locked(descriptor: int) -> int:
    with suppress(OSError, ImportError):  # without locks what is abandoned stays
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


def _remove_abandoned(folder: Path, prefix: str) -> None:
    """Remove the spare files of this target whose writer is no more."""
    with suppress(OSError):
        for name in os.listdir(folder):
            if name.startswith(prefix) and name.endswith(".tmp"):
                _remove_unlocked(folder / name)


def _remove_unlocked(spare: Path) -> None:
    with suppress(OSError, ImportError):  # somebody holds the lock, or has removed it
        import fcntl

        descriptor = os.open(spare, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            spare.unlink()
        finally:
            os.close(descriptor)
