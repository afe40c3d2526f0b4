"""Doubts: how often a copy may have arrived without our knowing, in words."""

from digest.model.delivery.delivery import DeliveryState

# Where what was sent last counts as arrived, or may yet arrive.
_ARRIVES = (DeliveryState.ACCEPTED, DeliveryState.HANDING_OVER)


def doubt_in_words(state: str, doubts: int) -> str:
    """Return what is to be said of a copy with so many doubts; "" where it has none.

    Each doubt is an attempt whose end nobody knows. One that is taken for accepted,
    or is on the wire, comes on top of them.
    """
    if not doubts:
        return ""
    times = doubts + (state in _ARRIVES)
    often = {1: "", 2: " twice"}.get(times, f" {times} times")
    return f"may have arrived{often}"
