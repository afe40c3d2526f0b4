"""Items as JSON values and back, exactly.

Every dataclass is an object whose "k" names its kind; instants are ISO 8601
with an offset; default values are left out, so that a row holds what was said.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from datetime import datetime
from typing import Any

from digest.model.posts import blocks, items

_KINDS: Mapping[str, type[Any]] = {
    "run": blocks.TextSpan,
    "heading": blocks.Heading,
    "paragraph": blocks.Paragraph,
    "list": blocks.ListBlock,
    "quote": blocks.Quote,
    "picture": blocks.Picture,
    "table": blocks.Table,
    "call-to-action": blocks.CallToAction,
    "easy-read": blocks.EasyRead,
    "byline": items.Byline,
    "link": items.Link,
    "post": items.Post,
    "event": items.Event,
    "span": items.TimeSpan,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}
# Fields that rows, and whoever reads our JSON, know by another name.
_STORED_NAMES = {"spans": "runs", "copy_name": "kept", "announced": "told"}
_FIELDS = {stored: field for field, stored in _STORED_NAMES.items()}


def stored_name(field: str) -> str:
    """Return the name by which rows and programs know a field of ours."""
    return _STORED_NAMES.get(field, field)


def to_json(value: object) -> Any:
    """Return `value` as JSON values: dicts, lists, strings, numbers, booleans."""
    if isinstance(value, tuple):
        return [to_json(part) for part in value]
    if isinstance(value, datetime):
        return {"k": "instant", "at": value.isoformat()}
    if type(value) in _NAMES:
        values = {
            stored_name(field.name): to_json(getattr(value, field.name))
            for field in fields(value)  # type: ignore[arg-type]  # a kind of ours
            if field.default is MISSING or getattr(value, field.name) != field.default
        }
        return {"k": _NAMES[type(value)], **values}
    return value


def from_json(value: Any) -> Any:
    """Return what `to_json` was given. Raises KeyError on an unknown kind."""
    if isinstance(value, list):
        return tuple(from_json(part) for part in value)
    if not isinstance(value, dict):
        return value
    if value["k"] == "instant":
        return datetime.fromisoformat(value["at"])
    stored: dict[str, Any] = value
    kind = _KINDS[stored["k"]]
    values = {
        _FIELDS.get(name, name): from_json(part)
        for name, part in stored.items()
        if name != "k"
    }
    if kind is items.Link:
        values["kind"] = items.LinkKind(values["kind"])
    if kind is items.Event and "state" in values:
        values["state"] = items.EventState(values["state"])
    return kind(**values)


def item_from_json(value: Any) -> items.Item:
    """Return the post or event that a row of the log holds."""
    item = from_json(value)
    if not isinstance(item, items.Post | items.Event):
        raise TypeError("a row of the log holds a post or an event")
    return item


def pictures_from_json(value: Any) -> Iterator[blocks.Picture]:
    """Yield what `pictures_in` yields of the item, without making the rest of it."""
    if lead := value.get("picture"):
        yield from_json(lead)
    yield from _pictures_of(value.get("body", []))


def _pictures_of(body: list[Any]) -> Iterator[blocks.Picture]:
    for block in body:
        match block:
            case {"k": "picture"}:
                yield from_json(block)
            case {"k": "easy-read", "picture": dict() as picture}:
                yield from_json(picture)
            case {"k": "quote", "body": quoted}:
                yield from _pictures_of(quoted)
            case {"k": "list", "items": parts}:
                for part in parts:
                    yield from _pictures_of(part)
            case _:
                pass


def fingerprint(item: items.Item) -> str:
    """Return a hash that changes when and only when the item's content does."""
    text = json.dumps(to_json(item), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
