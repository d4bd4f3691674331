"""Arithmetic changed as native libraries change it: another rounding mode, or flush-to-zero."""

import ctypes
import ctypes.util
import platform
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_X86 = platform.machine() in ("x86_64", "AMD64", "i686")
_MATH = ctypes.CDLL(ctypes.util.find_library("m"))
_UP, _DOWN, _ZERO = (0x800, 0x400, 0xC00) if _X86 else (0x400000, 0x800000, 0xC00000)
# where fenv_t keeps the control register; its bits that flush results, and subnormal arguments too
_WORD, _FLUSH, _ARGUMENTS = (28, 0x8000, 0x40) if _X86 else (0, 1 << 24, 1 << 24)


def round_to(mode: int) -> None:
    """A rounding mode of <fenv.h>; 0 is to nearest."""
    _MATH.fesetround(mode)


def flush(bits: int) -> None:
    """Flush what the bits say to zero; 0 ends it."""
    environment = ctypes.create_string_buffer(64)
    _MATH.fegetenv(environment)
    [word] = struct.unpack_from("I", environment, _WORD)
    word = word & ~(_FLUSH | _ARGUMENTS) | bits
    struct.pack_into("I", environment, _WORD, word)
    _MATH.fesetenv(environment)


CHANGES: dict[str, Callable[[], None]] = {
    "up": lambda: round_to(_UP),
    "down": lambda: round_to(_DOWN),
    "towards zero": lambda: round_to(_ZERO),
    "results flushed": lambda: flush(_FLUSH),
    "arguments flushed": lambda: flush(_ARGUMENTS),
}


def restore() -> None:
    """Arithmetic as it should be, in this thread."""
    round_to(0)
    flush(0)


@contextmanager
def changed(name: str) -> Iterator[None]:
    """Inside, arithmetic is changed; something inside may have restored it."""
    CHANGES[name]()
    try:
        yield
    finally:
        restore()
