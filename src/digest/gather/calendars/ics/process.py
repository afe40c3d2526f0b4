"""The parent's side: a child for each calendar, with an end to what it may cost."""

import logging
import os
import signal
import subprocess
import sys

from digest.gather import limits
from digest.gather.calendars.ics.answer import CalendarAnswer, CalendarQuestion

logger = logging.getLogger(__name__)

_COMMAND = (sys.executable, "-P", "-m", "digest.gather.calendars.ics")
# No more of our surroundings than Python needs: what the child reads is
# untrusted, and our surroundings hold secrets.
_SURROUNDINGS = ("PATH", "LANG", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "TZDIR")


def ask(
    content: bytes,
    question: CalendarQuestion,
    seconds: float = limits.CALENDAR_CLOCK_SECONDS,
) -> CalendarAnswer:
    """Return the answer of a calendar; in `refused`, why there is none.

    It computes for 5 seconds at most, takes 256 MB, and ends after `seconds` by
    the clock, whatever else the machine does meanwhile.
    """
    with subprocess.Popen(  # noqa: S603 - our own program, and no words from outside
        _COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={name: os.environ[name] for name in _SURROUNDINGS if name in os.environ},
    ) as child:
        try:
            answer, complaint = child.communicate(
                question.to_json().encode() + b"\n" + content, timeout=seconds
            )
        except subprocess.TimeoutExpired:
            child.kill()
            return CalendarAnswer(refused=_TOO_LONG)
    if -child.returncode in _TIMED_OUT:
        return CalendarAnswer(refused=_TOO_LONG)
    if child.returncode != 0:
        last = complaint.decode(errors="replace").strip().rpartition("\n")[2]
        kind = last.partition(":")[0][:80]
        logger.error("calendar child failed status=%d %s", child.returncode, kind)
        return CalendarAnswer(refused=_WHY.get(kind, _BROKE))
    return CalendarAnswer.from_json(answer)


_TOO_LONG = (
    f"takes longer than {limits.CALENDAR_SECONDS} seconds to work out: shorten it"
)
_TIMED_OUT = (signal.SIGXCPU, signal.SIGKILL)
_BROKE = "made its reader fail, which is a fault of this program; its log says more"
_WHY = {"MemoryError": "takes more than 256 MB to work out: shorten it"}
