"""What an import did, for people and for programs."""

from dataclasses import asdict, dataclass, field
from typing import Any

from digest.audience.lists.list_file import ListProblem


@dataclass(slots=True)
class ImportReport:
    """How the rows of a list fared; `rows` is the sum of the five counts.

    A refused row may have several problems. `not_brought_back` are people who
    left or whose address is suppressed. A dry run reports what would be done.
    """

    file: str
    list_name: str
    dry_run: bool = False
    ignored_columns: tuple[str, ...] = ()
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    problems: list[ListProblem] = field(default_factory=list)
    not_brought_back: list[ListProblem] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many rows were read, blank ones not counted."""
        taken = self.added + self.updated + self.unchanged
        return taken + self.refused + len(self.not_brought_back)

    def refuse(self, *problems: ListProblem) -> None:
        """Count a row as refused, for these reasons."""
        self.refused += 1
        self.problems.extend(problems)

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"rows": self.rows} | asdict(self)
