"""Boxes sent to workers: the same certificate from any executor; dead workers lose nothing."""

import copy
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from fractions import Fraction
from functools import cache
from multiprocessing import get_context
from typing import Any

import pytest

import sgn
from certificates.certificate import Certificate
from certificates.kernel.document.reading import Document
from games.language.number import to_text
from games.regions.shapes import Box
from games.symbolic import SymbolicGame
from sgn.bounds import Enclosed, Margin
from sgn.quantities.effort import Effort
from tests.helpers.documents import numbers, signed

REGION = Box([-1, -1], [1, 1])


def game() -> SymbolicGame:
    return SymbolicGame.from_costs(
        {"a": ["x"], "b": ["y"]},
        {"a": "x**2 + exp(x*y)/8 + cos(2*x)/8", "b": "y**2 + sin(x*y)/4"},
        region=REGION,
    )


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two boxes a batch, so that a small game gives work to several workers."""
    monkeypatch.setattr("sgn.enclosures.prover.BATCH", 2)


@pytest.fixture
def alone(_small_batches: None) -> Document:
    return _certified_alone()


@cache
def _certified_alone() -> Document:
    """What one process finds, in small batches as everywhere here."""
    return sgn.certify(game()).document


@pytest.fixture(scope="module")
def processes() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        yield pool


def test_threads_and_processes_give_the_same_certificate(
    processes: Executor, alone: Document
) -> None:
    assert alone["verdict"] == "proved"
    with ThreadPoolExecutor(4) as threads:
        assert sgn.certify(game(), executor=threads).document == alone
    assert sgn.certify(game(), executor=processes).document == alone


def test_checking_by_parts_finds_what_checking_whole_finds(
    processes: Executor, alone: Document
) -> None:
    certificate = Certificate(alone)
    whole = sgn.verify(certificate)
    assert whole
    assert sgn.verify(certificate, processes) == whole
    with ThreadPoolExecutor(2) as closed:
        pass
    assert sgn.verify(certificate, closed) == whole


def test_a_lie_that_shows_on_one_leaf_only_is_found_by_some_part(
    processes: Executor, alone: Document
) -> None:
    document = copy.deepcopy(alone)
    stated = numbers(document, "margin/T5 (equal weights)")
    stated["margin"] = to_text(Fraction(stated["margin"]) + Fraction("0.2"))
    signed(document)
    whole = sgn.verify(Certificate(document))
    assert not whole
    assert sgn.verify(Certificate(document), processes) == whole


class Flaky(Executor):
    """Loses each batch so many times before it does it; a pool that shut down refuses at once."""

    def __init__(self, losses: int, *, closed: bool = False) -> None:
        self.losses, self.closed = losses, closed
        self.tried: dict[int, int] = {}
        self.done = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if self.closed:
            raise RuntimeError("cannot schedule new futures after shutdown")
        future: Future[Any] = Future()
        key = hash(args[-2].tobytes() + args[-1].tobytes() + repr(args[:3]).encode())
        self.tried[key] = self.tried.get(key, 0) + 1
        if self.tried[key] <= self.losses:
            future.set_exception(BrokenProcessPool("a worker died"))
        else:
            self.done += 1
            future.set_result(fn(*args, **kwargs))
        return future


@pytest.mark.parametrize(
    ("pool", "works"),
    [
        (Flaky(0), True),
        (Flaky(3), True),  # given up to three more times,
        (Flaky(10**9), False),  # then done in this process
        (Flaky(0, closed=True), False),
    ],
)
def test_batches_lost_with_their_worker_are_done_again(pool: Flaky, works: bool) -> None:
    goal = [Margin((1.0, 1.0), game().slices)]
    alone = Enclosed().bound(game(), REGION, goal)
    found = Enclosed(effort=Effort(executor=pool)).bound(game(), REGION, goal)
    assert found == alone
    assert bool(pool.done) is works


def test_a_worker_killed_mid_run_loses_no_leaf(alone: Document) -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        victims: list[int] = []

        def kill_one(state: object) -> None:
            # private, but the only way to the pids; an empty dict once the pool is broken
            running = list(getattr(pool, "_processes", None) or ())
            if running and not victims:
                victims.append(running[0])
                os.kill(running[0], signal.SIGKILL)

        found = sgn.certify(game(), executor=pool, progress=kill_one)
    assert len(victims) == 1
    assert found.document == alone


def test_a_dask_cluster_gives_the_same_certificate_though_a_worker_is_killed(
    alone: Document,
) -> None:
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        assert sgn.certify(game(), executor=client.get_executor()).document == alone
        victims: list[int] = []

        def kill_one(state: object) -> None:
            if not victims:
                victims.extend(client.run(os.getpid).values())
                os.kill(victims[0], signal.SIGKILL)

        executor = client.get_executor()
        assert sgn.certify(game(), executor=executor, progress=kill_one).document == alone
        assert len(victims) == 2
