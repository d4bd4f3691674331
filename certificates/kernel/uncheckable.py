"""Why the checker cannot ask."""


class Uncheckable(Exception):
    """The checker cannot re-derive what evidence "exact" needs; the message says why."""
