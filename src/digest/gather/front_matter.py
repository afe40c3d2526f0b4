"""The head of a Markdown file: YAML values, each read as what it should be."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import frontmatter
import yaml

from digest.gather.words import cleaned, one_line

_ZONE = "Europe/London"


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """A file's head by key, and the Markdown below it."""

    values: Mapping[str, Any]
    body: str
    zone: str

    @classmethod
    def read(cls, path: Path) -> "FrontMatter":
        """Return the parts of the file. Raises ValueError in plain words."""
        try:
            parsed = frontmatter.loads(cleaned(path.read_text(encoding="utf-8-sig")))
        except UnicodeDecodeError as problem:
            raise ValueError("is not UTF-8 text: save it as UTF-8") from problem
        except (yaml.YAMLError, RecursionError) as problem:
            raise ValueError(
                f"has a head that is not YAML: {_where(problem)}"
            ) from problem
        values = {str(key).lower(): value for key, value in parsed.metadata.items()}
        zone = one_line(str(values.get("zone") or _ZONE))
        try:
            ZoneInfo(zone)
        except (OSError, ValueError, LookupError) as problem:
            raise ValueError(f'names the zone "{zone}": use e.g. {_ZONE}') from problem
        return cls(values, parsed.content, zone)

    def text(self, key: str) -> str:
        """Return the value at `key` as one line of words, empty where there is none."""
        value = self.values.get(key)
        return "" if value is None else one_line(str(value))

    def words(self, key: str) -> tuple[str, ...]:
        """Return the list at `key`, or the words between commas."""
        value = self.values.get(key) or ()
        parts = value.split(",") if isinstance(value, str) else value
        if not isinstance(parts, list | tuple):
            return ()
        return tuple(filter(None, (one_line(str(part)) for part in parts)))

    def is_day(self, key: str) -> bool:
        """Whether the value at `key` is a date without a time."""
        value = self.values.get(key)
        return isinstance(value, date) and not isinstance(value, datetime)

    def instant(self, key: str) -> datetime | None:
        """Return the instant at `key`; a time without an offset is the zone's own."""
        value = self.values.get(key)
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value.strip())
            except ValueError:
                return None
        if isinstance(value, datetime):
            local = value if value.tzinfo else value.replace(tzinfo=ZoneInfo(self.zone))
            return local.astimezone(UTC)
        if isinstance(value, date):
            midnight = datetime.combine(value, time(0), ZoneInfo(self.zone))
            return midnight.astimezone(UTC)
        return None


def _where(problem: Exception) -> str:
    mark = getattr(problem, "problem_mark", None)
    return f"look at line {mark.line + 2}" if mark else "look at its first lines"
