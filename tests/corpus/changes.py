"""Changes of documents: the pieces that lies and damage are made of.

A place is named by a dotted path ("metric.weights.0"), or by a claim's title and a path in what it
says ("Euler steps: step_max", "band[2]: points.0.weights"; the third band). A claim's numbers and
witnesses have different names, so it need not be said in which of the two a name stands.
"""

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, final

from certificates.kernel.certificate import MODULES, load_rules
from certificates.kernel.claims import STATED
from certificates.kernel.document.reading import Document, decode_array, encode_array
from games.language.number import parse_number, round_near, to_text

for _module in MODULES:
    load_rules(_module)

PPM = Fraction(1, 10**6)
PLACE = re.compile(r"^([^:\[\]]+?)(?:\[(\d+)\])?: (.+)$")
Change = Callable[[Document], object]


# obligations, or one hypothesis of an obligation
MARGIN, LIPSCHITZ, STRUCTURAL = "margin", "Lipschitz", "structural margin"
EUCLIDEAN, COCOERCIVITY = "Euclidean margin", "cocoercivity"
EULER, RK4, BAND, WITNESS = "Euler steps", "Runge-Kutta steps", "band", "witness"
TOWARDS = "Runge-Kutta towards the equilibrium"
EQUILIBRIUM, KIND = "equilibrium", "kind of equilibrium"
RATE, SIMPLEX = "KL rate", "KL rate on the simplex"
CURVATURE = "block bounds: μ_i I ⪯ sym J_ii ⪯ Λ_i I on X"
COUPLING = "block bounds: ‖J_ij‖ ≤ L_ij on X"
METRIC, POSITIVE = "margin: M ≻ 0, of the players' sizes", "margin: α > 0"
JACOBIAN = "Jacobian"


@final
@dataclass(frozen=True)
class Lie:
    """A file of invalid/: `base` of valid/ after `change`; at least `obligation` must fail.

    obligation: its title, or title and hypothesis with a colon between.
    """

    name: str
    base: str
    obligation: str
    change: Change
    keep_digest: bool = False


def title_of(claim: Document) -> str:
    """What people call a claim; empty where no theorem is cited."""
    kind = STATED.get(claim["theorem"])
    return "" if kind is None else kind.title.value


def at(document: Document, title: str, index: int = 0) -> Document:
    """A claim by its title: the only one, or the one at this place among several."""
    found = [claim for claim in document["claims"] if title_of(claim) == title]
    claim: Document = found[index]  # IndexError: there is none
    return claim


def follow(document: Document, path: str) -> tuple[Any, Any]:
    """The container of a place and its last key."""
    here: Any = document
    if place := PLACE.match(path):
        title, index, path = place.groups()
        claim = at(document, title, int(index or 0))
        within = "witnesses" if path.partition(".")[0] in claim.get("witnesses", {}) else "numbers"
        here = claim.setdefault(within, {})
    *parents, last = (int(k) if k.isdecimal() else k for k in path.split("."))
    for key in parents:
        here = here[key]
    return here, last


def get(document: Document, path: str) -> Any:
    """What stands at a place."""
    here, last = follow(document, path)
    return here[last]


def put(path: str, value: Any) -> Change:
    """Replace (or add) one entry."""

    def change(document: Document) -> None:
        here, last = follow(document, path)
        here[last] = value

    return change


def drop(path: str) -> Change:
    """Remove one entry."""

    def change(document: Document) -> None:
        here, last = follow(document, path)
        del here[last]

    return change


def claimed(
    theorem: str, numbers: Document | None = None, witnesses: Document | None = None
) -> Change:
    """A further claim."""
    parts = {"numbers": numbers or {}, "witnesses": witnesses or {}}
    claim = {"theorem": theorem, **{key: part for key, part in parts.items() if part}}

    def change(document: Document) -> None:
        document["claims"].append(copy.deepcopy(claim))

    return change


def without(*titles: str) -> Change:
    """No claims of these titles, as far as there are any."""

    def change(document: Document) -> None:
        kept = [claim for claim in document["claims"] if title_of(claim) not in titles]
        document["claims"] = kept

    return change


def added(path: str, value: Any) -> Change:
    """A further witness of a claim."""

    def change(document: Document) -> None:
        title, _, key = path.partition(": ")
        at(document, title).setdefault("witnesses", {})[key] = value

    return change


def cites(title: str, theorem: str, *dropped: str) -> Change:
    """A claim cites another theorem, which has no fields of the names dropped."""

    def change(document: Document) -> None:
        claim = at(document, title)
        claim["theorem"] = theorem
        for part in ("numbers", "witnesses"):
            kept = {k: v for k, v in claim.pop(part, {}).items() if k not in dropped}
            if kept:
                claim[part] = kept

    return change


def called(theorem: str) -> Change:
    """Another kind of equilibrium."""
    return both(without(KIND), claimed(f"equilibrium/{theorem}"))


def times(path: str, factor: Fraction | int, digits: int | None = None) -> Change:
    """Multiply one number written as text, and round it to so many digits."""

    def change(document: Document) -> None:
        here, last = follow(document, path)
        value = parse_number(here[last]) * factor
        here[last] = to_text(value if digits is None else round_near(value, digits))

    return change


def raised(path: str) -> Change:
    """One part in a million more (numbers above 0)."""
    return times(path, 1 + PPM)


def lowered(path: str) -> Change:
    return times(path, 1 - PPM)


def swapped(path: str, i: int = 0, j: int = 1) -> Change:
    """Exchange two entries of a list."""

    def change(document: Document) -> None:
        row = get(document, path)
        row[i], row[j] = row[j], row[i]

    return change


def edited(path: str, edit: Callable[[Any], None]) -> Change:
    """Change a binary array."""

    def change(document: Document) -> None:
        here, last = follow(document, path)
        array = decode_array(here[last], path).copy()
        edit(array)
        here[last] = encode_array(array)

    return change


def text(path: str, old: str, new: str) -> Change:
    """Replace inside a text that must contain it once."""

    def change(document: Document) -> None:
        here, last = follow(document, path)
        if here[last].count(old) != 1:
            raise ValueError(f"{here[last]!r} holds {old!r} not once")
        here[last] = here[last].replace(old, new)

    return change


def both(*changes: Change) -> Change:
    """One after the other."""

    def change(document: Document) -> None:
        for part in changes:
            part(document)

    return change


def entry(index: Any, factor: float) -> Callable[[Any], None]:
    """Multiply an entry of an array."""

    def edit(array: Any) -> None:
        array[index] *= factor

    return edit


def longer(title: str, factor: Fraction) -> Change:
    """The largest step of a Runge–Kutta method and the end of its cover, both."""

    def change(document: Document) -> None:
        times(f"{title}: step_max", factor)(document)
        get(document, f"{title}: cover.steps")[-1] = get(document, f"{title}: step_max")

    return change
