"""Faults of our own: told to whoever asked by an id, and in full in the log."""

import logging
import secrets

from fastapi import Request

_log = logging.getLogger(__name__)


def log_fault(request: Request) -> str:
    """Log the exception at hand, and return the id that the log calls it by.

    The address is not logged: that of a link to unsubscribe is a reader's own.
    """
    fault_id = secrets.token_hex(4)
    route = getattr(request.scope.get("route"), "path", "")
    _log.exception(
        "page failed id=%s method=%s route=%s", fault_id, request.method, route
    )
    return fault_id
