"""What a form changes of a campaign's file: one table of it, or one of its parts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from digest.errors import NotFound
from digest.model.campaigns.editing.file_edits import (
    FileEdit,
    PartEdit,
    TableEdit,
    parts_in,
    table_in,
)
from digest.model.campaigns.editing.toml_text import TomlValue
from digest.web.desk.campaigns.form.fields import FormField, texts_of
from digest.web.desk.campaigns.form.parts import SCHEDULE_FIELDS, source_fields
from digest.web.desk.campaigns.form.sections import SECTIONS, FormSection

PART_KINDS = {"schedules": "schedule", "sources": "source"}


@dataclass(frozen=True, slots=True)
class FormTarget:
    """One form: its fields, and what of the file they are.

    `kind` is of a part, "" of a table; `part` is the part's name, "" of a new one,
    which has what is `fixed` beside what is typed.
    """

    title: str
    address: str
    fields: tuple[FormField, ...]
    table: str = ""
    kind: str = ""
    part: str = ""
    fixed: Mapping[str, TomlValue] = field(default_factory=dict)

    @property
    def is_new(self) -> bool:
        """Whether it is of a part that is not there yet."""
        return bool(self.kind) and not self.part

    def texts(self, content: Mapping[str, Any]) -> dict[str, str]:
        """Return what its fields show of a file."""
        return texts_of(self.fields, self._keys(content))

    def edit(self, values: Mapping[str, TomlValue | None]) -> FileEdit:
        """Return the edit that gives its keys those values."""
        if not self.kind:
            return TableEdit(self.table, values)
        name = values.get("name")
        is_renamed = self.kind == "schedule" and self.part and name
        # It is the same one still: its readers and its editions stay with it.
        beside = {"renamed_from": self.part} if is_renamed else {}
        return PartEdit(self.kind, self.part, {**self.fixed, **values, **beside})

    def place(self, content: Mapping[str, Any]) -> str:
        """Return where its faults will be in that file: campaign, or schedule[2]."""
        if not self.kind:
            return self.table
        names = [part.get("name") for part in parts_in(content, self.kind)]
        place = names.index(self.part) if self.part in names else len(names)
        return f"{self.kind}[{place + 1}]"

    def hidden(self) -> Iterator[tuple[str, str]]:
        """Yield what its form sends beside what is typed."""
        for name, value in self.fixed.items():
            if isinstance(value, Mapping):
                yield from ((part, str(css)) for part, css in value.items())
            else:
                yield name, str(value)

    def _keys(self, content: Mapping[str, Any]) -> Mapping[str, Any]:
        if not self.kind:
            return table_in(content, self.table)
        parts = parts_in(content, self.kind)
        return next((part for part in parts if part.get("name") == self.part), {})


def of_section(section: FormSection, lists: tuple[str, ...]) -> FormTarget:
    """Return the form of one section; `lists` are the mailing lists there are."""
    fields = tuple(
        replace(row, options=tuple((name, name) for name in lists))
        if row.name == "lists"
        else row
        for row in section.fields
    )
    return FormTarget(section.title, section.name, fields, table=section.table)


def of_sections(lists: tuple[str, ...]) -> list[FormTarget]:
    """Return the forms of all sections."""
    return [of_section(section, lists) for section in SECTIONS]


def of_part(content: Mapping[str, Any], kinds: str, name: str) -> FormTarget:
    """Return the form of one schedule or source of a file; of none, of a new schedule.

    Raises NotFound in words.
    """
    kind = PART_KINDS[kinds]
    parts = [part for part in parts_in(content, kind) if part.get("name") == name]
    if name and not parts:
        raise NotFound(f'no {kind} of the campaign is called "{name}"')
    fields = SCHEDULE_FIELDS
    if kind == "source":
        keys = parts[0]
        fields = source_fields(str(keys.get("kind", "")), str(keys.get("first", "")))
    title = f"{kind.capitalize()} {name}" if name else f"Add a {kind}"
    return FormTarget(title, f"{kinds}/{name or 'new'}", fields, kind=kind, part=name)


def of_new_source(kind: str, selectors: Mapping[str, str]) -> FormTarget:
    """Return the form of a source that is to be added; of a page with selectors."""
    fixed: dict[str, TomlValue] = {"kind": kind}
    chosen = {part: css.strip() for part, css in selectors.items() if css.strip()}
    if chosen:
        fixed["select"] = chosen
    fields = tuple(row for row in source_fields(kind) if not row.is_rare)
    return FormTarget("Add a source", "sources/new", fields, kind="source", fixed=fixed)
