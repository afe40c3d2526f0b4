"""The fields of a form, each a key of the campaign file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from digest.errors import FileFault
from digest.model.campaigns.editing.toml_text import TomlValue
from digest.model.colours import contrast_with_white, header_colour, in_figures
from digest.render.words.languages import staff_name
from digest.web.desk.campaigns.form import codecs
from digest.web.desk.campaigns.form.codecs import FieldCodec
from digest.web.parts.inputs import FormFields

_VERBS = ("is ", "are ", "must ", "holds ", "cannot ", "needs ", "names ", "ends ")


class FieldKind(StrEnum):
    """By which part of a form a field is shown."""

    LINE = "line"
    LINES = "lines"
    RADIOS = "radios"
    TICK = "tick"
    TICKS = "ticks"
    DAY = "day"
    PICTURE = "picture"


@dataclass(frozen=True, slots=True)
class FormField:
    """One field: the key that it is of, and how that is shown and typed.

    `default` is what the field shows where the key is not there. `options` are pairs of
    a value and words. One that `is_rare` stands under a fold. Of TICKS, one that
    `takes_others` has a line for what is not among its options.
    """

    name: str
    label: str
    hint: str = ""
    kind: FieldKind = FieldKind.LINE
    codec: FieldCodec = codecs.TEXT
    options: tuple[tuple[str, str], ...] = ()
    default: str = ""
    key: str = ""
    is_rare: bool = False
    takes_others: bool = False

    @property
    def of_key(self) -> str:
        """The key of the file, which is the field's own name unless said otherwise."""
        return self.key or self.name

    def text_of(self, table: Mapping[str, Any]) -> str:
        """Return what the field shows of a table of the file."""
        if self.of_key not in table:
            return self.default
        try:
            return self.codec.words(table[self.of_key])
        except ValueError:
            return str(table[self.of_key])

    def typed(self, form: FormFields) -> str:
        """Return what was typed in it, or ticked; "" of a picture taken away."""
        if self.kind is FieldKind.PICTURE and f"{self.name}-away" in form:
            return ""
        if self.kind is not FieldKind.TICKS:
            return form.get(self.name, "")
        ticked = [value for value, _ in self.options if self.box(value) in form]
        others = form.get(f"{self.name}-other", "") if self.takes_others else ""
        return ",".join([*ticked, *_words_of(others)])

    def is_alike(self, text: str, other: str) -> bool:
        """Whether two texts of it are the same but for space, and for boxes' order."""
        if self.kind is FieldKind.TICKS:
            return set(_words_of(text)) == set(_words_of(other))
        return _stripped(text) == _stripped(other)

    def box(self, value: str) -> str:
        """Return the name of the box of one option."""
        return f"{self.name}-{value}"

    def sent(self, typed: str) -> Iterator[tuple[str, str]]:
        """Yield the names and values by which a form sends what was typed."""
        if self.kind is not FieldKind.TICKS:
            yield self.name, typed
            return
        words = _words_of(typed)
        names = {value for value, _ in self.options}
        yield from ((self.box(word), codecs.YES) for word in words if word in names)
        yield f"{self.name}-other", ", ".join(w for w in words if w not in names)

    def value(self, typed: str) -> TomlValue | None:
        """Return the key's value; None takes it out. Raises ValueError in words."""
        return self.codec.value(typed) if typed.strip() else None

    def in_words(self, typed: str) -> str:
        """Return what is typed or ticked in words, "" where there is nothing."""
        words = dict(self.options)
        if self.kind is FieldKind.TICK:
            return "Yes" if typed else "No"
        if self.kind is FieldKind.TICKS:
            return ", ".join(words.get(word, word) for word in _words_of(typed))
        return words.get(typed, typed)

    def fault(self, words: str) -> str:
        """Return a fault of it as a sentence, in the words of the file's reader."""
        if words.startswith(_VERBS):
            return f"{self.label} {words}"
        return f"{self.label}: {words}"


@dataclass(frozen=True, slots=True)
class SenderField(FormField):
    """One half of `from`: the name, or the address in pointed brackets."""

    is_address: bool = False

    def text_of(self, table: Mapping[str, Any]) -> str:
        """Return that half of what is in the file."""
        name, bracket, rest = str(table.get("from", "")).strip().rpartition("<")
        if self.is_address:
            return rest.removesuffix(">")
        return name.strip().strip('"') if bracket else ""


@dataclass(frozen=True, slots=True)
class LanguageField(FormField):
    """A language, which its tag names in the file."""

    def in_words(self, typed: str) -> str:
        """Return what staff call it, and its tag."""
        name = staff_name(typed) if typed else ""
        return name if name == typed else f"{name} ({typed})"


@dataclass(frozen=True, slots=True)
class ColourField(FormField):
    """A colour that white words stand on."""

    def in_words(self, typed: str) -> str:
        """Return the colour, and how well white words can be read on it."""
        try:
            ratio = contrast_with_white(header_colour(typed)) if typed else None
        except ValueError:
            ratio = None
        if ratio is None:
            return typed
        return f"{typed}, on which white words stand out {in_figures(ratio)}"


def sender(name: str, address: str) -> str:
    """Return a name and an address as `from` has them."""
    name, address = name.replace("<", "").replace(">", "").strip(), address.strip()
    return f"{name} <{address}>" if name else address


def texts_of(fields: Sequence[FormField], table: Mapping[str, Any]) -> dict[str, str]:
    """Return what each field shows of a table, by its name."""
    return {field.name: field.text_of(table) for field in fields}


def changed_values(
    fields: Sequence[FormField], typed: Mapping[str, str], texts: Mapping[str, str]
) -> tuple[dict[str, TomlValue | None], dict[str, str]]:
    """Return the keys whose fields were changed, and what is no value, by field."""
    values: dict[str, TomlValue | None] = {}
    faults: dict[str, str] = {}
    for field in fields:
        if field.is_alike(typed[field.name], texts[field.name]):
            continue
        if isinstance(field, SenderField):
            values["from"] = sender(typed["sender_name"], typed["sender_address"])
            continue
        try:
            values[field.of_key] = field.value(typed[field.name])
        except ValueError as problem:
            faults[field.name] = field.fault(str(problem))
    return values, faults


def by_field(
    fields: Sequence[FormField], place: str, faults: Sequence[FileFault]
) -> dict[str, str]:
    """Return faults of a file as sentences by field; of other keys under ""."""
    of_key = {field.of_key: field for field in fields}
    words: dict[str, str] = {}
    for fault in faults:
        table, _, under = fault.place.partition(".")
        key = under or fault.key
        if table == place and key in of_key:
            field = of_key[key]
            words.setdefault(field.name, field.fault(fault.words))
        else:
            where = ".".join(filter(None, (fault.place, fault.key)))
            words.setdefault("", f"{where}: {fault.words}")
    return words


def _words_of(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _stripped(text: str) -> list[str]:
    return [line.strip() for line in text.strip().split("\n")]
