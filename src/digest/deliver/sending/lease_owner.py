"""Who holds a lease, and whether that sender has certainly ended.

An owner's name says machine, process namespace, process number and two nonces. Only
of a process of this machine and namespace, or of a sender of this process, can
that be certain; of any other the lease has to run out.
"""

import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

_PROCESS_NONCE = secrets.token_hex(4)
# The senders of this process that have not come to their end.
_running = set[str]()


@contextmanager
def owning() -> Iterator[str]:
    """Yield a name for a sender, which has certainly ended once the block does."""
    owner = f"{_here()}/{os.getpid()}/{_PROCESS_NONCE}/{secrets.token_hex(4)}"
    _running.add(owner)
    try:
        yield owner
    finally:
        _running.discard(owner)


def has_ended(owner: str) -> bool:
    """Whether the sender of that name has certainly ended."""
    here, _, rest = owner.partition("/")
    pid, _, rest = rest.partition("/")
    if here != _here() or not pid.isdecimal():
        return False
    if int(pid) == os.getpid():
        # One of ours that has ended; or of a process of the same number before us.
        return owner not in _running
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


@lru_cache(maxsize=1)
def _here() -> str:
    namespace = Path("/proc/self/ns/pid")
    try:
        inside = str(namespace.readlink())
    except OSError:
        inside = "-"
    return f"{socket.gethostname()}:{inside}".replace("/", "_")
