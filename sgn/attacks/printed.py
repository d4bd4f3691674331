"""What the table says to a reader who sees one metric: steps and radii of which it names no other.

A certificate may state steps in a metric of their own. Where the row that shows them does not say
so, they are read in the metric that the table shows, and are measured in that as well.
"""

from collections.abc import Iterator

from certificates.claims import Claims
from certificates.table import certificate_rows
from sgn.attacks.attacked import Attacked
from sgn.attacks.claimed import between_runs, pair_promise
from sgn.attacks.objectives import Objective
from sgn.attacks.towards import start_set

NAMES_ONE = ("metric", "weight")  # words of a row that says in which metric it is
METHODS = {"Euler": ("Euler step", "euler"), "RK4": ("RK4 step", "rk4")}


def unnamed(claims: Claims) -> list[tuple[str, str]]:
    """(method, "steps" or "start set") shown without the metric of their own that they have."""
    found = []
    for method, (label, key) in METHODS.items():
        steps = claims.euler if method == "Euler" else claims.rk4
        if steps is None or steps.metric == claims.metric:
            continue
        basin = claims.promises.basin
        if not _names_metric(claims, label):
            found.append((method, "steps"))
        if basin is not None and basin.radii.get(key) and not _names_metric(claims, "start set"):
            found.append((method, "start set"))
    return found


def _names_metric(claims: Claims, label: str) -> bool:
    texts = [row.text for row in certificate_rows(claims)[1] if row.label.endswith(label)]
    return any(word in text for text in texts for word in NAMES_ONE)


def as_printed(of: Attacked) -> Iterator[Objective]:
    """The same claims in the metric that the table shows."""
    for method, what in unnamed(of.claims):
        if what == "steps":
            promise = pair_promise(of, method, printed=True)
            yield from between_runs(of, promise, ", as printed")
            continue
        key = METHODS[method][1]
        basin = of.claims.promises.basin
        radius = None if basin is None else basin.radii[key]
        yield from start_set(of, key, radius, printed=True)
