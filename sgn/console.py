"""The surroundings of the command line: standard output and error as they were left, and Ctrl-C."""

import io
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import TextIO, final

DELAY = 0.02  # seconds until an interruption that had to wait is tried again
PATIENCE = 10.0  # seconds that it waits for the code of others
_HOME = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_OURS = tuple(os.path.join(_HOME, package, "") for package in ("games", "certificates", "sgn"))


def open_streams() -> bool:
    """Make the standard streams usable; false where standard output is closed.

    A letter that an encoding lacks is written as an escape. Closed descriptors are opened on
    nothing, so that no file takes their place and gets what a library writes there.
    """
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(descriptor, True)
    os.close(descriptor)
    is_open = sys.stdout is not None
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        _set(getattr(sys, name), errors="backslashreplace")
    return is_open


def write_in_utf8() -> None:
    """What follows on standard output is a file's text, in the encoding of files."""
    _set(sys.stdout, encoding="utf-8")


def _set(stream: TextIO, *, encoding: str | None = None, errors: str | None = None) -> None:
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(encoding=encoding, errors=errors)


def tell(text: str) -> str:
    """Print the text, if any; returns what is wrong with standard output, "" where all went out.

    A reader that has seen enough (`| head`) is nothing wrong.
    """
    try:
        print(text, end="\n" if text else "", flush=True)
    except BrokenPipeError:
        _drop(sys.stdout)
    except OSError as error:
        _drop(sys.stdout)
        return (error.strerror or str(error)).lower()
    return ""


def complain(sentence: str) -> None:
    """One line on standard error, if anybody can hear it."""
    try:
        print(f"sgn: {sentence}", file=sys.stderr, flush=True)
    except OSError:
        _drop(sys.stderr)


def _drop(stream: TextIO) -> None:
    """What is left in the stream's buffer goes nowhere, and not at exit either."""
    with suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


@contextmanager
def interruptible(*, last: bool) -> Iterator[None]:
    """Ctrl-C raises KeyboardInterrupt inside, but never in the middle of an import.

    A module that is imported by half stays so for the rest of the process, and code of others may
    swallow what is raised in it: there too Ctrl-C waits a little.
    last: the process ends after this, and Ctrl-C does nothing any more.
    """
    here = threading.current_thread() is threading.main_thread()
    before = signal.getsignal(signal.SIGINT)
    if not here or before is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, _Interruption())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN if last else before)


def end_interruptions() -> None:
    """From now on Ctrl-C does nothing: what was asked for is done, and only has to be written."""
    if isinstance(signal.getsignal(signal.SIGINT), _Interruption):
        signal.signal(signal.SIGINT, signal.SIG_IGN)


@final
class _Interruption:
    """What Ctrl-C calls: tries again until the code that runs may be left."""

    def __init__(self) -> None:
        self._first: float | None = None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        self._first = self._first or now
        patient = now < self._first + PATIENCE
        if _imports(frame) or (patient and not _is_ours(frame)):
            later = threading.Timer(DELAY, os.kill, (os.getpid(), number))
            later.daemon = True
            later.start()
        else:
            self._first = None
            raise KeyboardInterrupt


def _imports(frame: FrameType | None) -> bool:
    """Whether the frame was called, however indirectly, by an import."""
    while frame is not None and frame.f_code.co_filename != "<frozen importlib._bootstrap>":
        frame = frame.f_back
    return frame is not None


def _is_ours(frame: FrameType | None) -> bool:
    return frame is not None and frame.f_code.co_filename.startswith(_OURS)
