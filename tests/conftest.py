"""Settings of every run: how many examples, from which seeds, and whether stress tests run."""

import argparse
import os

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

SCALE_VARIABLE = "SGN_TEST_SCALE"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--scale",
        type=_positive,
        default=os.environ.get(SCALE_VARIABLE, "1"),
        metavar="N",
        help=f"try N times as many examples; above 1 also run stress tests (or {SCALE_VARIABLE}=N)",
    )


def pytest_configure(config: pytest.Config) -> None:
    scale: int = config.getoption("--scale")
    # Before any test module is imported: tests.helpers.scale reads it then.
    os.environ[SCALE_VARIABLE] = str(scale)
    config.addinivalue_line("markers", "stress: long; runs only when --scale is above 1")
    _load_hypothesis_profile(explore=scale > 1)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--scale") > 1:
        return
    stress = [item for item in items if item.get_closest_marker("stress")]
    if stress:
        config.hook.pytest_deselected(items=stress)
        items[:] = [item for item in items if not item.get_closest_marker("stress")]


@pytest.fixture
def scale(request: pytest.FixtureRequest) -> int:
    """By how much this run multiplies its counts."""
    value: int = request.config.getoption("--scale")
    return value


@pytest.fixture
def rng() -> np.random.Generator:
    """A generator that starts from the same seed in every test, so that a failure repeats alone."""
    return np.random.default_rng(0)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no count; give 1 or more")
    return int(text)


def _load_hypothesis_profile(*, explore: bool) -> None:
    """The same examples every time in `make test`, so that a change turns red only by what it does.

    `make stress` explores: new examples every time, and a failure prints the line that repeats it.
    Time limits are off in both: a slow machine is no fault of the code.
    """
    settings.register_profile(
        "sgn",
        deadline=None,
        derandomize=not explore,
        print_blob=explore,
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.load_profile("sgn")
