"""Where in the user's own file something stands, and what cannot be traced there."""

import linecache
import sys
import sysconfig
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, final

from games.errors import InputError

_OWN = str(Path(__file__).resolve().parent)
_LIBRARY = tuple(
    {sysconfig.get_path("stdlib"), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
)
_INTERNAL = ("<frozen", "<__array_function__", "<decorator")

Line = tuple[str, int]  # a file and a line of it


@final
class Untraceable(InputError):
    """Part of a cost that the language of costs does not have; the sentence names the line."""


def untraceable(place: str, what: str) -> Untraceable:
    """The error at a place."""
    return Untraceable(f"{place}: {what}" if place else what)


def is_users(file: str) -> bool:
    """Whether a file is neither of the library that traces nor installed beside it."""
    if file.startswith(_INTERNAL) or "site-packages" in file:
        return False
    return not file.startswith((_OWN, *_LIBRARY))


def spoken(lines: Iterable[Line]) -> str:
    """The first line that is the user's, with its text; empty where there is none."""
    for file, number in lines:
        if is_users(file):
            text = linecache.getline(file, number).strip()
            said = f" ({text[:80]})" if text else ""
            return f"{Path(file).name}, line {number}{said}"
    return ""


def here() -> str:
    """The line of the user's code that is being run, innermost first."""
    return spoken(_frames(sys._getframe(1)))


def of_error(error: BaseException) -> str:
    """The innermost line of the user's code that an error came through."""
    return spoken(reversed(list(_tracebacks(error.__traceback__))))


def of_function(function: Callable[..., Any]) -> str:
    """The line where a function begins."""
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    code = getattr(function, "__code__", None)
    return "" if code is None else spoken([(code.co_filename, code.co_firstlineno)])


def _frames(frame: FrameType | None) -> Iterable[Line]:
    while frame is not None:
        yield frame.f_code.co_filename, frame.f_lineno
        frame = frame.f_back


def _tracebacks(traceback: TracebackType | None) -> Iterable[Line]:
    while traceback is not None:
        yield traceback.tb_frame.f_code.co_filename, traceback.tb_lineno
        traceback = traceback.tb_next
