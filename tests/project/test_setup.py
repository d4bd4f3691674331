"""What setup.cfg promises: `all` is all, and each lower bound is the version that was tried."""

import configparser
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]


def _requirements(text: str) -> list[Requirement]:
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return [Requirement(line) for line in lines if line]


@pytest.fixture(scope="module")
def setup() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


def test_the_extra_all_names_every_extra_for_users(setup: configparser.ConfigParser) -> None:
    extras = setup["options.extras_require"]
    named = {extra for requirement in _requirements(extras["all"]) for extra in requirement.extras}
    assert named == set(extras) - {"all", "docs", "test"}


def test_every_lower_bound_is_pinned_by_the_floor(setup: configparser.ConfigParser) -> None:
    extras = setup["options.extras_require"]
    texts = [setup["options"]["install_requires"], *extras.values()]
    bounds = {
        requirement.name: bound.version
        for text in texts
        for requirement in _requirements(text)
        for bound in requirement.specifier
        if bound.operator == ">="
    }
    floor = _requirements((ROOT / "requirements-floor.txt").read_text(encoding="utf-8"))
    pins = {requirement.name: str(requirement.specifier) for requirement in floor}
    assert set(pins) == set(bounds)
    for name, version in bounds.items():
        assert pins[name] in (f"=={version}", f"=={version}.0")


def test_every_dependency_has_a_bound(setup: configparser.ConfigParser) -> None:
    extras = setup["options.extras_require"]
    texts = [setup["options"]["install_requires"], *extras.values()]
    unbounded = {
        requirement.name
        for text in texts
        for requirement in _requirements(text)
        if requirement.name != "small-gain-nash" and not requirement.specifier
    }
    assert unbounded == set()
