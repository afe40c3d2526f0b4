"""Drive one target with atheris, which sees which lines an input reaches.

python -m tests.fuzz.by_atheris NAME SECONDS
"""

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(
    include=["digest.gather", "feedparser", "markdown_it", "yaml", "icalendar"]
):
    from tests.fuzz.targets import TARGETS, run

from tests.corpus import feedparser_data
from tests.fuzz.seeds import PIECES, SEEDS

# A second for each input, which with the instruments is several without.
_LONGEST_SECONDS = 5
_LONGEST_INPUT = 20_000


def main(name: str, seconds: str) -> None:
    """Fuzz until the time is up; atheris ends the process, with 77 for a find."""
    target = TARGETS[name]
    corpus = Path("var/fuzz/corpus") / name  # what reached new lines, for the next time
    corpus.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name_of_folder:
        folder = Path(name_of_folder)
        (folder / "seeds").mkdir()
        for number, seed in enumerate(SEEDS[name]):
            (folder / "seeds" / str(number)).write_bytes(seed)
        words = folder / "words"
        words.write_text("".join(f'"{_quoted(piece)}"\n' for piece in PIECES[name]))
        options = {
            "max_total_time": seconds,
            "timeout": _LONGEST_SECONDS,
            "max_len": _LONGEST_INPUT,
            "rss_limit_mb": 1024,
            "dict": words,
            "artifact_prefix": f"var/fuzz/{name}-",
            "verbosity": 0,
            "print_final_stats": 1,
        }
        arguments = [f"-{option}={value}" for option, value in options.items()]
        folders = [str(path) for path in (corpus, folder / "seeds", *_real(name))]
        atheris.Setup(
            [sys.argv[0], *arguments, *folders], lambda content: run(target, content)
        )
        atheris.Fuzz()


def _real(name: str) -> list[Path]:
    """Return a folder of feeds that others have met, where it is to be had."""
    try:
        return [feedparser_data() / "wellformed"] if name == "feed" else []
    except LookupError:
        return []


def _quoted(piece: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in piece)


if __name__ == "__main__":
    main(*sys.argv[1:])
