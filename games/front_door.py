"""Front doors: a package lists its public names once, in its stub, and imports them on first use.

The stub ``__init__.pyi`` has one line a name, ``from home import name as name``; so type checkers
see every name, and whoever imports one module of the package loads no other.
"""

import importlib
import sys
from types import ModuleType
from typing import Any, final


@final
class FrontDoor(ModuleType):
    """A package with the names of its stub; a module called like one of them does not replace it.

    >>> import games
    >>> isinstance(games, FrontDoor), games.Box(["0"], ["1/2"]).dimension
    (True, 1)
    """

    _homes: dict[str, str]  # of each name; the package itself for a module in it

    def __getattr__(self, name: str) -> Any:
        home = self._homes.get(name)
        if home is None:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        if home == self.__name__:
            return importlib.import_module(f"{home}.{name}")
        value = getattr(importlib.import_module(home), name)
        super().__setattr__(name, value)
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        if not isinstance(value, ModuleType) or self._homes.get(name) in (None, self.__name__):
            super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return list(self._homes)


def open_door(package: str) -> list[str]:
    """Make the package one with a front door, and return its public names."""
    module = sys.modules[package]
    with open(f"{module.__path__[0]}/__init__.pyi", encoding="utf-8") as stub:
        words = [line.split() for line in stub if line.startswith("from ")]
    vars(module)["_homes"] = {name: home for _, home, _, name, *_ in words}
    module.__class__ = FrontDoor
    return list(module._homes)
