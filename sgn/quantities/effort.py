"""What a proof may cost (time, workers), who hears how far it is, and what was asked to stop."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Executor, Future
from dataclasses import dataclass
from typing import Any, TypeVar, final

Result = TypeVar("Result")
LEAST = 0.1  # seconds that a part of a run is given
# shares of a time limit after which nothing more is improved, and after which even what a
# certificate cannot do without is given up; the rest is for its check
IMPROVED, NEEDED = 0.8, 0.95
MOMENT = 5.0  # seconds that even the shortest limit leaves for that
TRIES = 4  # of a batch whose worker dies: one and three more, then in this process


@final
@dataclass(frozen=True)
class Progress:
    """How far a search is.

    boxes: looked at so far; margin: the best one proved (−inf before the first);
    gap: what a better proof could add to it at most, by what sampling found (inf before).
    """

    boxes: int
    margin: float
    gap: float


@final
class Effort:
    """One run's means: a time limit in seconds, workers, a listener, and whether to stop.

    Of a limit T, 0.8 T go into better numbers, and up to 0.95 T and a moment into what is needed
    for any certificate at all; the check has the rest.

    progress is called after each batch of boxes; clock: seconds that only grow.
    Raises ValueError unless the time limit is positive.
    """

    def __init__(
        self,
        time_limit: float | None = None,
        executor: Executor | None = None,
        progress: Callable[[Progress], object] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if time_limit is not None and not time_limit > 0:
            raise ValueError(f"time_limit is {time_limit}; expected a positive number of seconds")
        self._executor, self._progress, self._clock = executor, progress, clock
        self._end = self._last = math.inf
        if time_limit is not None:
            now = clock()
            self._end, self._last = now + IMPROVED * time_limit, now + NEEDED * time_limit + MOMENT
        self._limited = time_limit is not None
        self._interrupted = False
        self._whole: Effort | None = None
        self._state = Progress(0, -math.inf, math.inf)

    @property
    def given(self) -> bool:
        """Whether anything is asked for."""
        return self._limited or self._executor is not None or self._progress is not None

    @property
    def stopped(self) -> bool:
        """Whether nothing more is to be improved: the time is up, or somebody asked to stop."""
        return self._interrupted or self.late(self._end)

    @property
    def interrupted(self) -> bool:
        """Whether somebody asked to stop."""
        return self._interrupted

    @property
    def end(self) -> float:
        """When nothing more is improved; inf without a limit."""
        return self._end

    @property
    def last(self) -> float:
        """When even what is needed for any certificate is given up; inf without a limit."""
        return self._last

    @property
    def left(self) -> float:
        """Seconds until :attr:`end` at most; 0 when it is past."""
        return max(0.0, self._end - self._clock()) if self._limited else math.inf

    def late(self, end: float) -> bool:
        """Whether a time has come; without a time limit the clock decides nothing."""
        return self._limited and self._clock() >= end

    def share(self, parts: float) -> float:
        """The end of one of so many equal parts of the time that is left."""
        return self._clock() + (self._end - self._clock()) / parts if self._limited else math.inf

    def half(self) -> "Effort":
        """The same means with half of the time that is left, at least a moment."""
        part = Effort(None, self._executor, self._progress, self._clock)
        part._whole, part._limited, part._last = self, self._limited, self._last
        if self._limited:
            part._end = self._clock() + max(self._end - self._clock(), LEAST) / 2
        return part

    def interrupt(self) -> None:
        """From now on only what is needed at all is proved, here and in the run it is part of."""
        self._interrupted = True
        if self._whole is not None:
            self._whole.interrupt()

    def count(self, boxes: int) -> None:
        """So many boxes more were looked at."""
        self._tell(Progress(self._state.boxes + boxes, self._state.margin, self._state.gap))

    def proved(self, margin: float, gap: float) -> None:
        """A margin was proved."""
        if margin > self._state.margin:
            self._tell(Progress(self._state.boxes, margin, gap))

    def _tell(self, state: Progress) -> None:
        self._state = state
        if self._progress is not None:
            self._progress(state)

    def each(
        self, here: Callable[..., Result], there: Callable[..., Result], tasks: Sequence[Any]
    ) -> Iterator[Result]:
        """Results in the order of the tasks: by `here`, or by `there` on the workers."""
        if self._executor is None or len(tasks) < 2:
            return (here(*task) for task in tasks)
        return _submitted(self._executor, here, there, tasks)


def _submitted(
    executor: Executor,
    here: Callable[..., Result],
    there: Callable[..., Result],
    tasks: Sequence[Any],
) -> Iterator[Result]:
    """In order; a batch whose worker died is submitted again, at last done here."""
    futures = [_submit(executor, there, task) for task in tasks]
    try:
        for k, task in enumerate(tasks):
            for _ in range(TRIES - 1):
                if _arrived(futures[k]):
                    break
                futures[k] = _submit(executor, there, task)
            yield futures[k].result() if _arrived(futures[k]) else here(*task)
    finally:
        for future in futures:
            future.cancel()


def _submit(
    executor: Executor, function: Callable[..., Result], task: Sequence[Any]
) -> Future[Result]:
    try:
        return executor.submit(function, *task)
    except RuntimeError as error:  # a pool that is broken (BrokenExecutor) or shut down
        failed: Future[Result] = Future()
        failed.set_exception(error)
        return failed


def _arrived(future: Future[Result]) -> bool:
    """Whether there is a result, once it is settled. A fault of the task itself shows up here."""
    try:
        return future.exception() is None
    except CancelledError:
        return False
