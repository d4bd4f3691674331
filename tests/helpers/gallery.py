"""The pictures of the gallery page, made by its code: `python -m tests.helpers.gallery`."""

import contextlib
import os
from pathlib import Path

from tests.helpers.pages import DOCS, run

PAGE = DOCS / "howto" / "gallery.md"
PICTURES = DOCS / "_static" / "gallery"


def draw(folder: Path) -> None:
    """Run the page in a folder; the same pictures each time, with texts as texts."""
    import matplotlib as mpl
    from matplotlib import pyplot as plt

    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = "0"
    try:
        with (
            mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "sgn"}),
            contextlib.chdir(folder),
        ):
            for _ in run(PAGE, folder):
                pass
    finally:
        plt.close("all")
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]
        else:
            os.environ["SOURCE_DATE_EPOCH"] = before


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    draw(PICTURES)
