"""A campaign file changed key by key: what it means, and what stays as it stands."""

import tomllib
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.errors import CampaignFileError
from digest.model.campaigns.editing.file_edits import (
    PartEdit,
    PartRemoval,
    TableEdit,
    edited,
)
from digest.model.campaigns.editing.toml_text import TomlValue, whole_text

FILE = """# Ours

[campaign]
name = "lantern-week"   # never changed
title = "Lantern # Week"  # what "readers" see
goodbye = '''
[[source]]
name = "no source"
'''
lists = [
  "lantern",  # the first
  "quay",
]

# The town's
[[source]]
name = "blog"
kind = "page"
[source.select]
links = "h3 a"

[[source]]
name = "club" # theirs

# When
[[schedule]]
name = "daily"
at = "16:00"

[letter]
phone = "01632 960 155"
# The end
"""


def test_a_key_is_changed_where_it_stands() -> None:
    text = edited(FILE, [TableEdit("campaign", {"title": "Lamp"})]).text

    assert text == FILE.replace('"Lantern # Week"', '"Lamp"')


def test_a_new_key_follows_the_last_of_its_table() -> None:
    text = edited(FILE, [PartEdit("source", "club", {"url": "https://example.org"})])

    assert text.text == FILE.replace(
        "# theirs\n", '# theirs\nurl = "https://example.org"\n'
    )


def test_a_key_without_a_value_is_taken_out() -> None:
    text = edited(FILE, [TableEdit("campaign", {"goodbye": None, "ends": None})]).text

    assert "no source" not in text
    assert text.count("[[source]]") == 2


def test_a_part_goes_with_its_tables_and_the_comment_above_it() -> None:
    text = edited(FILE, [PartRemoval("source", "blog")]).text

    begin, end = FILE.index("# The town's"), FILE.index('[[source]]\nname = "club"')
    assert text == FILE[:begin] + FILE[end:]


def test_a_new_part_follows_the_last_of_its_kind() -> None:
    text = edited(FILE, [PartEdit("source", "", {"name": "quay"})]).text

    assert text == FILE.replace("# theirs\n", '# theirs\n\n[[source]]\nname = "quay"\n')


def test_a_table_that_is_not_there_is_made_at_the_end() -> None:
    text = edited(FILE, [TableEdit("email", {"in_full": True})]).text

    assert text == f"{FILE}\n[email]\nin_full = true\n"


def test_a_table_of_a_part_gives_way_to_a_value() -> None:
    edit = PartEdit("source", "blog", {"select": {"text": ".body"}})
    text = edited(FILE, [edit]).text

    assert tomllib.loads(text)["source"][0]["select"] == {"text": ".body"}
    assert "# The town's" in text


@pytest.mark.parametrize(
    "text",
    [
        'campaign = { name = "a" } # ours\n',
        'campaign.name = "a" # ours\n',
        '[[source]]\nname = "a"\n["campaign"] # ours\nname = "a"\n',
    ],
)
def test_a_file_in_another_style_is_written_anew_and_says_so(text: str) -> None:
    result = edited(text, [TableEdit("campaign", {"title": "T"})])

    assert tomllib.loads(result.text)["campaign"] == {"name": "a", "title": "T"}
    assert not result.keeps_comments


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        (FILE, PartEdit("source", "none", {"url": "x"})),
        (FILE, PartRemoval("schedule", "none")),
        (FILE, TableEdit("campaign", {"title": "\ud800"})),
        ("no = ", TableEdit("campaign", {"title": "T"})),
        ("campaign = 1", TableEdit("campaign", {"title": "T"})),
        ("source = [1]", PartRemoval("source", "blog")),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(
    text: str, edit: TableEdit | PartEdit | PartRemoval
) -> None:
    with pytest.raises(CampaignFileError):
        edited(text, [edit])


WORDS = st.text(st.characters(codec="utf-8"), max_size=12)
VALUES: st.SearchStrategy[Any] = st.one_of(
    WORDS,
    st.booleans(),
    st.integers(-(2**40), 2**40),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.dates(date(1000, 1, 1)),
    st.lists(WORDS, max_size=3),
    st.dictionaries(WORDS, WORDS, max_size=2),
)
KEYS = st.sampled_from(["title", "goodbye", "lists", "url", "select", "name2"])
CHANGES = st.dictionaries(KEYS, st.none() | VALUES, max_size=4)


@settings(max_examples=150, deadline=None)
@given(CHANGES, CHANGES, st.booleans())
def test_what_comes_out_is_what_was_meant_and_keeps_every_comment_of_others(
    of_campaign: Mapping[str, TomlValue | None],
    of_source: Mapping[str, TomlValue | None],
    has_crlf: bool,  # noqa: FBT001 - drawn
) -> None:
    text = FILE.replace("\n", "\r\n") if has_crlf else FILE
    of_blog = PartEdit("source", "blog", of_source)
    result = edited(text, [TableEdit("campaign", of_campaign), of_blog])
    content, before = tomllib.loads(result.text), tomllib.loads(FILE)

    for table, changes in (("campaign", of_campaign), ("source", of_source)):
        had = before[table] if table == "campaign" else before[table][0]
        has = content[table] if table == "campaign" else content[table][0]
        assert has == {
            key: value for key, value in {**had, **changes}.items() if value is not None
        }
    assert content["source"][1:] == before["source"][1:]
    assert result.keeps_comments
    for comment in ("# Ours", "# never changed", "# The town's", "# theirs", "# When"):
        assert comment in result.text


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(WORDS, VALUES, max_size=4), st.lists(CHANGES, max_size=2))
def test_a_file_that_is_written_whole_says_the_same(
    table: dict[str, TomlValue], parts: list[dict[str, TomlValue | None]]
) -> None:
    clean = [
        {key: value for key, value in part.items() if value is not None}
        for part in parts
    ]
    content: dict[str, TomlValue] = {"campaign": table}
    if clean:
        content["source"] = clean

    assert tomllib.loads(whole_text(content)) == content
