"""The API's own description (OpenAPI 3.1) as its page shows it: words, tables, curl."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from digest.model.roles import SCOPE_WORDS, Scope

Schema = Mapping[str, Any]
_PLACES = {"path": "address", "query": "query", "header": "header"}
_EXAMPLES: Mapping[str, object] = {
    "string": "…",
    "integer": 1,
    "number": 1.5,
    "boolean": True,
    "array": [],
}


@dataclass(frozen=True, slots=True)
class DescribedField:
    """Something that a request says: in its address, query, head or body."""

    name: str
    place: str
    kind: str
    is_required: bool
    words: str


@dataclass(frozen=True, slots=True)
class DescribedRequest:
    """One thing to ask of the API, in words, with a command line that asks it."""

    mark: str
    method: str
    path: str
    scope: Scope
    words: str
    fields: tuple[DescribedField, ...]
    answers: tuple[str, ...]
    faults: tuple[str, ...]
    command: str


def described(openapi: Schema, base_url: str) -> dict[str, list[DescribedRequest]]:
    """Return what can be asked, by the part of the API that it is of."""
    reader = _SchemaReader(openapi["components"]["schemas"])
    parts: dict[str, list[DescribedRequest]] = {}
    for path, methods in openapi["paths"].items():
        for method, call in methods.items():
            place = (method.upper(), f"/api{path}")
            entry = _request(reader, place, call, base_url)
            parts.setdefault(call["tags"][0], []).append(entry)
    return parts


def scopes() -> list[tuple[str, str]]:
    """Return every scope, and what a key of it does."""
    return [(scope.value, words) for scope, words in SCOPE_WORDS.items()]


@dataclass(frozen=True, slots=True)
class _SchemaReader:
    """Says in words, and by an example, what a schema takes."""

    schemas: Schema

    def resolved(self, schema: Schema) -> Schema:
        if "$ref" in schema:
            target: Schema = self.schemas[schema["$ref"].rpartition("/")[2]]
            return target
        return schema

    def kind(self, schema: Schema) -> str:
        schema = self.resolved(schema)
        if "anyOf" in schema:
            return " or ".join(self.kind(each) for each in schema["anyOf"])
        if "enum" in schema:
            return " | ".join(map(str, schema["enum"]))
        if "const" in schema:
            return json.dumps(schema["const"])
        kind = str(schema.get("type", "object"))
        if kind == "array":
            return f"array of {self.kind(schema.get('items', {}))}"
        return str(schema.get("format", kind)) if kind == "string" else kind

    def example(self, schema: Schema) -> object:
        schema = self.resolved(schema)
        if "const" in schema:
            return schema["const"]
        for name in ("examples", "enum"):
            if schema.get(name):
                return schema[name][0]
        if "anyOf" in schema:
            return self.example(schema["anyOf"][0])
        if schema.get("format") == "date":
            return "2026-07-06"
        return _EXAMPLES.get(str(schema.get("type")), {})

    def body_fields(self, schema: Schema) -> Iterator[DescribedField]:
        schema = self.resolved(schema)
        required = schema.get("required", ())
        for name, field in schema.get("properties", {}).items():
            words = str(field.get("description", ""))
            is_required = name in required
            yield DescribedField(name, "body", self.kind(field), is_required, words)

    def body_example(self, schema: Schema) -> dict[str, object]:
        schema = self.resolved(schema)
        required = schema.get("required", ())
        fields = schema.get("properties", {})
        names = [name for name in fields if name in required] or [*fields][:1]
        return {name: self.example(fields[name]) for name in names}


def _request(
    reader: _SchemaReader, place: tuple[str, str], call: Schema, base_url: str
) -> DescribedRequest:
    method, path = place
    body = call.get("requestBody", {}).get("content", {}).get("application/json")
    fields = [
        DescribedField(
            each["name"],
            _PLACES[each["in"]],
            reader.kind(each["schema"]),
            bool(each.get("required")),
            str(each.get("description", "")),
        )
        for each in call.get("parameters", ())
    ]
    way = "" if method == "GET" else f"-X {method} "
    lines = [f"curl {way}{base_url}{path}", '  -H "Authorization: Bearer $KEY"']
    if any(field.name == "If-Match" for field in fields):
        lines.append("  -H 'If-Match: *'")
    if body:
        fields += reader.body_fields(body["schema"])
        example = json.dumps(reader.body_example(body["schema"]), ensure_ascii=False)
        lines += ['  -H "Content-Type: application/json"', f"  -d '{example}'"]
    statuses = sorted(call["responses"])
    [[scope]] = [each["HTTPBearer"] for each in call["security"]]
    return DescribedRequest(
        call["operationId"].replace("_", "-"),
        method,
        path,
        Scope(scope),
        " ".join(call["description"].split()),
        tuple(fields),
        tuple(status for status in statuses if status < "400"),
        tuple(status for status in statuses if status >= "400"),
        " \\\n".join(lines),
    )
