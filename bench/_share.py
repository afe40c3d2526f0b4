"""Processes held to a share of a processor, by the kernel or, if need be, by us."""

import os
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

_PERIOD_US = 20_000
_GROUPS = Path("/sys/fs/cgroup")


class _Group(NamedTuple):
    """A kind of control group: what it is called, where it is, and how it is told."""

    name: str
    root: Path
    limits: tuple[tuple[str, str], ...]


@contextmanager
def share_of_a_processor(processes: Sequence[int], share: float) -> Iterator[str]:
    """Let each of these work for that share of the time at most; yield by what means.

    Control groups where we may make them (cgroup v2, then v1); else each is stopped and
    let go on in turns, which is a share of the time that passes, worked or waited.
    """
    quota = str(round(_PERIOD_US * share))
    period = str(_PERIOD_US)
    kinds = (
        _Group("cpu.max", _GROUPS, (("cpu.max", f"{quota} {period}"),)),
        _Group(
            "cpu.cfs_quota_us",
            _GROUPS / "cpu",
            (("cpu.cfs_period_us", period), ("cpu.cfs_quota_us", quota)),
        ),
    )
    for kind in kinds:
        with ExitStack() as ending:
            try:
                for process in processes:
                    ending.enter_context(_in_group(process, kind))
            except OSError:
                continue
            yield kind.name
            return
    with ExitStack() as ending:
        for process in processes:
            ending.enter_context(_in_turns(process, share))
        yield "SIGSTOP"


@contextmanager
def _in_group(process: int, kind: _Group) -> Iterator[None]:
    folder = kind.root / f"digest-bench-{process}"
    folder.mkdir()
    try:
        for name, limit in kind.limits:
            _tell(folder / name, limit)
        _tell(folder / "cgroup.procs", str(process))
        yield
    finally:
        with suppress(OSError):  # it has ended, or was never there
            _tell(kind.root / "cgroup.procs", str(process))
        folder.rmdir()


def _tell(file: Path, words: str) -> None:
    # Not opened for making: one that is not there is none of the kernel's.
    with file.open("r+") as limits:
        limits.write(words)


@contextmanager
def _in_turns(process: int, share: float) -> Iterator[None]:
    is_over = threading.Event()
    period = _PERIOD_US / 1e6

    def take_turns() -> None:
        with suppress(ProcessLookupError):
            while not is_over.wait(period * share):
                os.kill(process, signal.SIGSTOP)
                is_over.wait(period * (1 - share))
                os.kill(process, signal.SIGCONT)

    thread = threading.Thread(target=take_turns)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
