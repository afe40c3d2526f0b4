"""Logs: one line each on stderr, `key=value` after a fixed short phrase."""

import logging


def to_stderr(level: int = logging.INFO) -> None:
    """Send our own records to stderr; those of libraries from WARNING on."""
    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s"
    )
    logging.getLogger("digest").setLevel(level)
