"""Bring the catalogues of readers' words up to date: `python -m tests.catalogues`.

Takes the words from the code and the templates, and puts those that are new into
every catalogue; those that nothing asks for go. English says each word itself;
another language lacks it until somebody translates it. With --check nothing is
written. Prints every fault, and ends with status 1 where there are any: a word
that a catalogue lacks or that nothing asks for, an English one that says nothing,
or a placeholder that a translation changed.
"""

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from digest.render.words.catalogue import DOMAIN, FOLDER
from digest.render.words.languages import ENGLISH

ROOT = Path(__file__).parents[1]
SOURCES = {
    ROOT / "src" / "digest" / "render": [("**.py", "python")],
    ROOT / "templates" / "email": [("**.html", "jinja2"), ("**.txt", "jinja2")],
    ROOT / "src" / "digest" / "web" / "public": [("**.py", "python")],
    ROOT / "templates" / "web" / "public": [("**.html", "jinja2")],
    ROOT / "templates" / "web" / "layout": [("public.html", "jinja2")],
}
HEADER = """\
# What readers read, in LANGUAGE. Words in %(brackets)s and {brackets} stand for
# values: keep them as they are. See docs/how-to/add-a-language.md."""


def wanted() -> Catalog:
    """Return the words that the code and the templates ask for."""
    template = Catalog(domain=DOMAIN)
    for folder, methods in SOURCES.items():
        for path, line, message, comments, context in extract_from_dir(
            folder,
            methods,
            keywords=DEFAULT_KEYWORDS,
            comment_tags=("Translators:",),
            strip_comment_tags=True,
        ):
            place = (folder / path).relative_to(ROOT).as_posix()
            template.add(
                message, None, [(place, line)], auto_comments=comments, context=context
            )
    return template


def paths() -> list[Path]:
    """Return the files of the catalogues."""
    return sorted(FOLDER.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def updated(path: Path, template: Catalog) -> Catalog:
    """Return a catalogue with the words of the template and no others."""
    catalogue = read(path)
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    if str(catalogue.locale) == ENGLISH.replace("-", "_"):
        for message in words_in(catalogue):
            message.string = message.string if is_said(message) else message.id
    return catalogue


def read(path: Path) -> Catalog:
    """Return the catalogue as it is in its file."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parents[1].name, domain=DOMAIN)


def written(catalogue: Catalog) -> bytes:
    """Return the file of a catalogue: in order, without dates and line numbers."""
    catalogue.header_comment = HEADER.replace("LANGUAGE", str(catalogue.locale))
    out = BytesIO()
    write_po(
        out, catalogue, width=88, sort_by_file=True, include_lineno=False,
        omit_header=False,
    )  # fmt: skip
    return b"".join(
        line
        for line in out.getvalue().splitlines(keepends=True)
        if not line.startswith(_NOT_KEPT)
    )


_NOT_KEPT = (
    *(b'"POT-Creation-Date', b'"PO-Revision-Date', b'"Last-Translator'),
    *(b'"Language-Team', b'"Report-Msgid', b'"Generated-By', b'"Project-Id-Version'),
)


def words_in(catalogue: Catalog) -> Iterator[Message]:
    """Yield the messages of a catalogue, without its head."""
    return (message for message in catalogue if message.id)


def is_said(message: Message) -> bool:
    """Whether somebody has said the message in the catalogue's language."""
    return bool(message.string) and all(message.string or ())


def faults(path: Path, template: Catalog) -> Iterator[str]:
    """Yield what is wrong with the catalogue in a file."""
    place, catalogue = path.relative_to(ROOT), read(path)
    there, asked_for = ({_key(m) for m in words_in(c)} for c in (catalogue, template))
    for word in sorted(asked_for - there, key=str):
        yield f"{place}: lacks {word[1]!r}: run make words"
    for word in sorted(there - asked_for, key=str):
        yield f"{place}: nothing asks for {word[1]!r}: run make words"
    for message in words_in(catalogue):
        if not is_said(message):
            if path.parents[1].name == "en_GB":
                yield f"{place}: {message.id!r} says nothing"
            continue
        for fault in message.check(catalogue):
            yield f"{place}: {message.id!r}: {fault}"


def _key(message: Message) -> tuple[str | None, str]:
    text = message.id if isinstance(message.id, str) else message.id[0]
    return message.context, text


def main(arguments: list[str]) -> int:
    """Update every catalogue, or only look at them; say what each lacks."""
    template = wanted()
    if "--check" not in arguments:
        for path in paths():
            path.write_bytes(written(updated(path, template)))
    problems = [fault for path in paths() for fault in faults(path, template)]
    for line in problems:
        print(line)  # noqa: T201 - what it is for
    for path in paths():
        messages = list(words_in(read(path)))
        count = sum(map(is_said, messages))
        print(f"{path.parents[1].name}: {count} of {len(messages)} words")  # noqa: T201
    return min(len(problems), 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
