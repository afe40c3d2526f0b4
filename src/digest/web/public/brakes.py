"""The brakes on signing up: a person never meets them, a flood meets nothing else.

How often somebody signed up from one place is counted in this process and not kept; how
many did lately, by all processes, is in the database.
"""

import ipaddress
from datetime import timedelta
from enum import Enum

from fastapi import Request

from digest.web import limits
from digest.web.doors.origins import host_of
from digest.web.doors.throttle import Throttle


class BrakeState(Enum):
    """What is asked of who signs up."""

    FREE = "nothing"
    SLOW = "a proof of work, or a wait"
    STOPPED = "to come back later, or to ring"


class JoiningBrakes:
    """Counts who signs up, by caller and by network; good for many threads."""

    def __init__(self) -> None:
        within = limits.JOINING_WITHIN
        self._of_caller = Throttle(limits.JOINING_OF_A_CALLER, within)
        self._of_network = Throttle(limits.JOINING_OF_A_NETWORK, within)
        self._most_of_caller = Throttle(limits.JOINING_OF_A_CALLER_AT_MOST, within)
        self._answered = Throttle(1, timedelta(hours=1))

    def state(self, request: Request, *, is_flood: bool) -> BrakeState:
        """Count one more from there; return what is asked of whoever it is."""
        caller = host_of(request)
        if self._most_of_caller.too_often(caller):
            return BrakeState.STOPPED
        is_often = self._of_caller.too_often(caller)
        is_often |= self._of_network.too_often(network_of(caller))
        return BrakeState.SLOW if is_often or is_flood else BrakeState.FREE

    def is_used(self, question: str) -> bool:
        """Whether a question was answered before; from now on it was."""
        return self._answered.too_often(question)


def network_of(host: str) -> str:
    """Return the network of an address: what one customer of a provider has."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    length = 24 if address.version == 4 else 48
    return str(ipaddress.ip_network((address, length), strict=False))
