"""Who holds a lease, and whether that process is known to be gone.

A name says machine, process namespace, process number and a nonce. Only a
process of this machine and namespace can be known to be gone; of any other the
lease has to run out.
"""

import os
import secrets
import socket
from functools import lru_cache
from pathlib import Path


def new_owner() -> str:
    """Return a name for a sender in this process that no other will have."""
    return f"{_here()}/{os.getpid()}/{_nonce()}/{secrets.token_hex(4)}"


def is_gone(owner: str) -> bool:
    """Whether the process that chose that name has certainly ended."""
    here, _, rest = owner.partition("/")
    pid, _, rest = rest.partition("/")
    if here != _here() or not pid.isdecimal():
        return False
    if int(pid) == os.getpid():
        # A process of the same number, but not this one, came before it.
        return rest.partition("/")[0] != _nonce()
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
