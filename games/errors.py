"""The one error that bad input raises."""


class InputError(ValueError):
    """Unusable input, told in one sentence that names the place and the mend.

    The command line prints it as one line and exits with status 2.
    """
