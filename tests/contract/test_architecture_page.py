"""The map of the house: every file that it names is there, and no room is missing."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = ROOT / "src" / "digest"
NAMED = re.findall(r"`([\w./-]+)`", (ROOT / "docs" / "architecture.md").read_text())
PATHS = [name for name in NAMED if "/" in name]
# Invented, to show where one more would go.
EXAMPLES = {"gather/mastodon/", "render/braille/"}


def is_there(path: str) -> bool:
    """Return whether the path is of the program, or of the project around it."""
    return (PRODUCT / path).exists() or (ROOT / path).exists()


def test_every_path_on_the_map_is_there() -> None:
    missing = [path for path in PATHS if path not in EXAMPLES and not is_there(path)]

    assert missing == []


def test_every_room_is_on_the_map() -> None:
    rooms = {
        f"{init.parent.relative_to(PRODUCT)}/" for init in PRODUCT.rglob("__init__.py")
    }

    assert rooms - {"./", "sample/content/"} - set(PATHS) == set()
