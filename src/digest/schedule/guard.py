"""Lets each of many campaigns and editions go on, whatever befalls another of them."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from digest.errors import DigestError

log = logging.getLogger(__name__)

# What befell whom when last tried here, so that the log says it once and not each time.
_logged: dict[str, str] = {}


class Fault:
    """What befell one of many, in words for staff; empty while all is well."""

    def __init__(self) -> None:
        self.words = ""

    def __bool__(self) -> bool:
        """Whether anything befell it."""
        return bool(self.words)


@contextmanager
def guarded(act: str, whom: str) -> Iterator[Fault]:
    """Do something to one of many: what it raises is logged and ends here.

    `act` and `whom` (edition=12) name it in the log, once for each new fault. The
    fault that is yielded says what befell it, also to those who look afterwards.
    """
    fault, name = Fault(), f"{act} {whom}"
    try:
        yield fault
    except Exception as problem:
        # Also a bug of ours: it costs whom it befalls, and is told.
        fault.words = _in_words(problem)
        if _logged.get(name) != fault.words:
            is_bug = not isinstance(problem, DigestError)
            log.error(  # noqa: TRY400 - a DigestError's words say it all
                "%s failed %s why=%s", act, whom, fault.words, exc_info=is_bug
            )
        _logged[name] = fault.words
    else:
        if _logged.pop(name, None):
            log.info("%s is well again %s", act, whom)


def _in_words(problem: Exception) -> str:
    if isinstance(problem, DigestError):
        return str(problem)
    return (
        f"a fault of the program ({type(problem).__name__}): the log says where; "
        "please report it"
    )
