"""How Sphinx builds the pages of this folder: `make docs`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "SGN"
author = "The SGN authors"
html_title = "SGN"
html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_use_index = False
html_show_copyright = False

# myst_nb reads Markdown as the hosts of repositories do, and notebooks as they are stored;
# `sgn_site` is this folder's own: labels, docstrings, made parts, and nothing loaded from outside.
extensions = ["sphinx.ext.autodoc", "myst_nb", "sgn_site"]
exclude_patterns = ["notebooks/.*"]
nb_execution_mode = "off"
myst_heading_anchors = 3
default_role = "literal"
smartquotes = False  # a prime is no quotation mark
pygments_dark_style = "github-dark"
myst_enable_extensions = ["dollarmath"]  # as notebooks write formulas
html_math_renderer = "mathml"  # no script; browsers set it

autodoc_member_order = "bysource"
autodoc_default_options = {"members": True}
autodoc_class_signature = "mixed"
python_maximum_signature_line_length = 76
