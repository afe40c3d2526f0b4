"""Who holds a lease, and whether they are known to be gone.

A name says machine, process namespace, process number and a nonce. Only a
process of this machine and namespace can be known to be gone, or a sender of
this process to have come to its end; of any other the lease has to run out.
"""

import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

# The senders of this process that have not come to their end.
_at_work = set[str]()


def new_owner() -> str:
    """Return a name for a sender in this process that no other will have."""
    return f"{_here()}/{os.getpid()}/{_nonce()}/{secrets.token_hex(4)}"


@contextmanager
def owning() -> Iterator[str]:
    """Yield a name for a sender, who is known to be gone once the block ends."""
    owner = new_owner()
    _at_work.add(owner)
    try:
        yield owner
    finally:
        _at_work.discard(owner)


def is_gone(owner: str) -> bool:
    """Whether who chose that name has certainly ended."""
    here, _, rest = owner.partition("/")
    pid, _, rest = rest.partition("/")
    if here != _here() or not pid.isdecimal():
        return False
    if int(pid) == os.getpid():
        # One of ours that has ended; or of a process of the same number before us.
        return owner not in _at_work
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


@lru_cache(maxsize=1)
def _nonce() -> str:
    return secrets.token_hex(4)


@lru_cache(maxsize=1)
def _here() -> str:
    namespace = Path("/proc/self/ns/pid")
    try:
        inside = str(namespace.readlink())
    except OSError:
        inside = "-"
    return f"{socket.gethostname()}:{inside}".replace("/", "_")
