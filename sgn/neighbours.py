"""Whether `games` and `certificates` are ours: a module of the user's may be called like one."""

import os
from importlib.util import find_spec

HOME = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NEIGHBOURS = ("games", "certificates")


def require_neighbours() -> None:
    """Raise ImportError, which names the file and the mend, where another is found first."""
    for name in NEIGHBOURS:
        found = _origin(name)
        if found is not None and not _is_ours(name, found):
            raise ImportError(
                f"{found} hides the package {name!r} that sgn needs; rename that"
                f" {'folder' if os.path.isdir(found) else 'file'} (and remove its __pycache__), or"
                " start Python in another folder",
                name=name,
                path=found,
            )


def _origin(name: str) -> str | None:
    """The file or folder that `import name` finds; None where that cannot be told."""
    try:
        spec = find_spec(name)
    except (ImportError, ValueError):  # half imported, or not by a loader
        return None
    if spec is None or spec.origin in (None, "namespace"):
        places = [] if spec is None else list(spec.submodule_search_locations or ())
        return places[0] if places else None
    is_package = os.path.basename(spec.origin or "").startswith("__init__.")
    return os.path.dirname(spec.origin or "") if is_package else spec.origin


def _is_ours(name: str, found: str) -> bool:
    ours = os.path.join(HOME, name)
    return os.path.realpath(found) == os.path.realpath(ours) or not os.path.isdir(ours)
