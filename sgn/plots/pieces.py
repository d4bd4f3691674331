"""The cover of a region of two variables, and bars of how tight each claim is."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from certificates.certificate import Certificate
from certificates.kernel.jacobian.cover import BERNSTEIN, CORNERS, NATURAL, STAR, read_cover
from certificates.kernel.jacobian.enclosed import read_covers
from games.regions.shapes import Box
from sgn.plots.style import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    PURPLE,
    SMALL,
    SQUARE,
    VERMILLION,
    dress,
    named,
    new_axes,
)
from sgn.plots.subject import game_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sgn.attacks.report import Attack

MOST = 20_000  # leaves
_FORMS = {
    NATURAL: ("natural", ORANGE),
    CORNERS: ("corners", BLUE),
    STAR: ("star", GREEN),
    BERNSTEIN: ("Bernstein", PURPLE),
}
_WORDS = {"euler_max": "largest Euler step", "euler_best": "best Euler step"}
_PREFERRED = ("margin", "euclidean_margin", "lipschitz", "domain")


def cover(certificate: Certificate, purpose: str = "", ax: "Axes | None" = None) -> "Axes":
    """The boxes that an enclosed certificate's proof cuts a region of two variables into.

    purpose: which claim's cover, "margin" where there is one. Raises ValueError for evidence that
    is not enclosed, for another number of variables, and for more than 20,000 boxes.
    """
    claims = certificate.claims
    region = certificate.region
    if claims.evidence["kind"] != "enclosed" or not isinstance(region, Box):
        raise ValueError("only enclosed evidence has a cover")
    if "covers" not in claims.evidence:
        raise ValueError("the cover is one for all claims, by values; only those by text are drawn")
    if region.dimension != 2:
        raise ValueError(f"the region has {region.dimension} sides; expected 2")
    covers = read_covers(claims.evidence["covers"])
    chosen = purpose or next((name for name in _PREFERRED if name in covers), next(iter(covers)))
    if chosen not in covers:
        raise ValueError(f"purpose is {purpose!r}; expected one of {', '.join(covers)}")
    leaves = read_cover(covers[chosen], region)
    if len(leaves.form) > MOST:
        raise ValueError(f"the cover has {len(leaves.form)} boxes; expected at most {MOST}")
    ax = new_axes(ax, SQUARE)
    _draw(ax, leaves.low, leaves.high, leaves.form)
    low, high = region.floats()
    ax.set_xlim(low[0], high[0])
    ax.set_ylim(low[1], high[1])
    kinds = ", ".join(
        f"{int((leaves.form == form).sum())} {_FORMS[form][0]}"
        for form in np.unique(leaves.form).tolist()
    )
    names = [variable for player in game_of(certificate).players for variable in player.variables]
    title = f"cover for the {_WORDS.get(chosen, chosen.replace('_', ' '))}: {kinds}"
    return dress(ax, named(names[0]), named(names[1]), title)


def _draw(ax: "Axes", low: "np.typing.NDArray[np.float64]", high: object, form: object) -> None:
    from matplotlib.collections import PolyCollection

    top = np.asarray(high)
    corners = np.stack(
        [low, np.stack([top[:, 0], low[:, 1]], 1), top, np.stack([low[:, 0], top[:, 1]], 1)], axis=1
    )
    colours = [_FORMS[f][1] for f in np.asarray(form).tolist()]
    ax.add_collection(
        PolyCollection(
            list(corners), facecolors=colours, edgecolors=INK, alpha=0.45, linewidths=0.6
        )
    )


def tightness(values: "Mapping[str, float] | Attack", ax: "Axes | None" = None) -> "Axes":
    """Bars of how near an attack came to each claim: 1 is attained, above 1 would be broken.

    values: tightness by claim, or what `sgn.attack` returned. Raises ValueError for none.
    """
    shown = dict(values if isinstance(values, Mapping) else values.tightness)
    if not shown:
        raise ValueError("there are no claims to draw")
    names, lengths = list(shown)[::-1], np.array(list(shown.values()), dtype=float)[::-1]
    ax = new_axes(ax, (5.4, 0.8 + 0.3 * len(names)))
    ticks = range(len(names))
    colours = [VERMILLION if length > 1 + 1e-6 else BLUE for length in lengths]
    ax.barh(ticks, lengths, color=colours, height=0.62)
    for k, length in enumerate(lengths):
        inside = length > 0.2
        ax.text(
            length,
            k,
            f" {length:.4g} ",
            ha="right" if inside else "left",
            va="center",
            fontsize=SMALL,
            color="#ffffff" if inside else INK,
        )
    ax.set_yticks(ticks, [named(name, 28) for name in names])
    ax.axvline(1, color=INK, linewidth=0.8, linestyle="--")
    ax.set_xlim(0, 1.15 * max(1.0, float(lengths.max())))
    return dress(ax, "tightness (1: the claim is attained)", "")
