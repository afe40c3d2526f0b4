"""The list beside the database of who was erased, by number and hash.

A backup of before has them still, and no database that was restored can know: so it is
a file of its own, to which lines are added and nothing else. It names nobody.
"""

import json
import os
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from digest.errors import StoreError

NAME = "erased-people"


@dataclass(frozen=True, slots=True)
class ErasedList:
    """Who was erased, as the data folder has it."""

    folder: Path

    def add(
        self, number: int, hashes: Collection[str], now: datetime, cause: str = "asked"
    ) -> None:
        """Have the list say so, on the disk, before this returns. Raises StoreError."""
        line = {
            "at": now.isoformat(),
            "person": number,
            "cause": cause,
            "hashes": sorted(hashes),
        }
        path = self.folder / NAME
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(json.dumps(line).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as problem:
            raise StoreError(
                f"{path} cannot be written ({problem.strerror}): nobody was erased; "
                "look at its owner, its mode and the disk"
            ) from problem

    def people(self, cause: str | None = None) -> dict[int, set[str]]:
        """Return the hashes of each person by number; a line that is broken is none.

        Of all, or of who was erased for that cause.
        """
        try:
            lines = (self.folder / NAME).read_bytes().splitlines()
        except FileNotFoundError:
            return {}
        except OSError as problem:
            raise StoreError(
                f"{self.folder / NAME} cannot be read ({problem.strerror}): look at "
                "its owner and its mode"
            ) from problem
        people: dict[int, set[str]] = {}
        for line in lines:
            try:
                entry = json.loads(line)
                if cause not in (None, entry.get("cause", "asked")):
                    continue
                hashes = {str(each) for each in entry["hashes"]}
                people.setdefault(int(entry["person"]), set()).update(hashes)
            except (ValueError, TypeError, LookupError, AttributeError):
                continue
        return people
