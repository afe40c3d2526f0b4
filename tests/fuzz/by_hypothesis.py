"""Drive one target with hypothesis, where atheris cannot run.

python -m tests.fuzz.by_hypothesis NAME SECONDS
"""

import sys
import time
from pathlib import Path

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from tests.fuzz.seeds import PIECES, SEEDS
from tests.fuzz.targets import TARGETS, run

_LONGEST_SECONDS = 5
_AT_ONCE = 200


def inputs(name: str) -> st.SearchStrategy[bytes]:
    """Return bytes, pieces in any order, and seeds cut and joined with pieces."""
    piece = st.one_of(st.sampled_from([*PIECES[name]]), st.binary(max_size=20))
    pieces = st.lists(piece, max_size=40).map(b"".join)
    begun = st.sampled_from([*SEEDS[name]])
    spliced = st.builds(
        lambda content, other, at, to: content[:at] + other + content[to:],
        begun,
        pieces,
        st.integers(0, 800),
        st.integers(0, 800),
    )
    return st.one_of(st.binary(), pieces, spliced, spliced)


def main(name: str, seconds: str) -> None:
    """Fuzz until the time is up. Raises what the target does worse than refuse."""
    target, until, count = TARGETS[name], time.monotonic() + float(seconds), 0

    def broken(content: bytes) -> None:
        Path(f"var/fuzz/{name}-latest").write_bytes(content)
        began = time.monotonic()
        run(target, content)
        assert time.monotonic() - began < _LONGEST_SECONDS, "took too long"

    while time.monotonic() < until:
        count += 1
        tried = settings(
            max_examples=_AT_ONCE,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )(given(inputs(name))(broken))
        seed(count)(tried)()
    sys.stderr.write(f"{name}: {count * _AT_ONCE} inputs\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
