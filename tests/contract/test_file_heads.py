"""The heads of files, as the programs that people have write them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.gather.folders.folder import read_file, read_folder
from digest.gather.items.reading import Reading
from digest.model.campaigns.campaign import Source, SourceKind
from digest.model.posts.blocks import texts
from digest.model.posts.items import Byline, Event, EventState, Post
from tests.builders import a_visit

FIELD = Path(__file__).parents[1] / "data" / "field" / "folder"
EIGHTH = datetime(2026, 7, 7, 23, tzinfo=UTC)  # its midnight in London


def read(folder: Path, language: str = "en-GB") -> Reading:
    source = Source("notes", SourceKind.FOLDER, str(folder))
    return read_folder(source, a_visit(language=language))


def read_head(folder: Path, head: str, language: str = "en-GB") -> Reading:
    (folder / "a.md").write_text(f"{head}\nThe kettle is on from nine.\n")
    return read(folder, language)


def only(reading: Reading) -> Post:
    [post] = reading.items
    assert isinstance(post, Post)
    return post


def test_what_came_from_the_field_is_understood() -> None:
    reading = read(FIELD)
    dates = {
        item.key: item.published for item in reading.items if isinstance(item, Post)
    }

    assert dates == {
        "old.md": datetime(2017, 3, 1, tzinfo=UTC),
        **dict.fromkeys(("typo.md", "hugo-json.md", "pelican.md"), EIGHTH),
    }
    assert reading.skipped == ()
    drafts = [note.partition(" ")[0] for note in reading.notes]
    assert drafts == ["hugo.md", "pelican-draft.md"]


@pytest.mark.parametrize(
    "head",
    [
        pytest.param("---\ntitle: X\ndraft: true\n---", id="Hugo"),
        pytest.param('+++\ntitle = "X"\ndraft = true\n+++', id="Hugo, TOML"),
        pytest.param("---\ntitle: X\npublished: false\n---", id="Jekyll"),
        pytest.param("---\ntitle: X\nPublish: no\n---", id="Obsidian"),
        pytest.param("---\ntitle: X\nstatus: draft\n---", id="Pelican"),
        pytest.param("---\ntitle: X\nDraft: Yes\n---", id="in capitals"),
        pytest.param("---\ntitle: X\ndraft: true\n...", id="YAML that ends in dots"),
        pytest.param('{"title": "X", "draft": true}', id="Hugo, JSON"),
        pytest.param('---json\n{"title": "X", "draft": true}\n---', id="Eleventy"),
        pytest.param('---toml\ntitle = "X"\ndraft = true\n---', id="Eleventy, TOML"),
        pytest.param("Title: X\nStatus: draft\n", id="Pelican, without a mark"),
        pytest.param("Title: X\nStatus: hidden", id="no empty line below"),
        pytest.param("\nstatus: draft\ntags: tea\n", id="no title"),
        pytest.param("Titel: X\nDraft: yes\n", id="a slip"),
    ],
)
def test_a_draft_does_not_go_out(tmp_path: Path, head: str) -> None:
    reading = read_head(tmp_path, head)

    assert (reading.items, reading.skipped) == ((), ())
    assert reading.notes == ("a.md is a draft, as its head says, and does not go out",)
    with pytest.raises(ValueError, match="is a draft"):
        read_file(tmp_path / "a.md", "Europe/London")


def test_what_jekyll_keeps_among_drafts_does_not_go_out(tmp_path: Path) -> None:
    (tmp_path / "_drafts").mkdir()
    (tmp_path / "_drafts" / "a.md").write_text("# Not yet\n")

    assert read(tmp_path).items == ()


@pytest.mark.parametrize(
    "head", ["draft: false", "published: true", "published: yes", "status: published"]
)
def test_what_is_no_draft_goes_out(tmp_path: Path, head: str) -> None:
    reading = read_head(tmp_path, f"---\ntitle: X\n{head}\n---")

    assert only(reading).published is None
    assert reading.skipped == ()


def test_whether_it_is_a_draft_must_be_plain(tmp_path: Path) -> None:
    reading = read_head(tmp_path, "---\ntitle: X\ndraft: perhaps\n---")

    assert reading.items == ()
    assert reading.skipped[0].why == (
        'has a "draft" in line 3 that is neither true nor false'
    )


@pytest.mark.parametrize(
    ("written", "language"),
    [
        ("2026-07-08", "en-GB"),
        ("2026-07-08T00:00:00+01:00", "en-GB"),
        ("8 July 2026", "en-GB"),
        ("July 8, 2026", "en-US"),
        ("Wednesday 8th July 2026", "en-GB"),
        ("8. Juli 2026", "de"),
        ("8 Gorffennaf 2026", "cy"),
        ("08/07/2026", "en-GB"),
        ("Tue, 07 Jul 2026 23:00:00 GMT", "en-GB"),
    ],
)
@pytest.mark.parametrize("key", ["published", "date", "publishDate", "Date"])
def test_a_date_is_read_as_people_write_it(
    tmp_path: Path, key: str, written: str, language: str
) -> None:
    head = f'---\ntitle: X\n{key}: "{written}"\n---'

    assert only(read_head(tmp_path, head, language)).published == EIGHTH


def test_our_own_date_counts_before_that_of_another_program(tmp_path: Path) -> None:
    head = "---\ntitle: X\nlastmod: 2026-08-01\ndate: 2026-07-08\n---"

    assert only(read_head(tmp_path, head)).published == EIGHTH


def test_topics_are_those_of_all_lists(tmp_path: Path) -> None:
    head = (
        "---\ntitle: X\ntags: [tea, 2026]\ncategories:\n  - news\nkeywords: a, tea\n---"
    )

    assert only(read_head(tmp_path, head)).topics == ("tea", "2026", "news", "a")


@pytest.mark.parametrize("key", ["description", "excerpt", "summary"])
def test_a_description_is_a_summary(tmp_path: Path, key: str) -> None:
    head = f'---\ntitle: X\n{key}: "What the committee said."\n---'

    assert only(read_head(tmp_path, head)).summary == "What the committee said."


@pytest.mark.parametrize(
    "head",
    [
        "---\ntitle: X\nauthors: [Ann Example, Bo Example]\n---",
        "---\ntitle: X\nauthor:\n  - name: Ann Example\n  - name: Bo Example\n---",
        '+++\ntitle = "X"\nauthor = ["Ann Example", "Bo Example"]\n+++',
    ],
)
def test_several_authors_are_all_named(tmp_path: Path, head: str) -> None:
    assert only(read_head(tmp_path, head)).byline == Byline(
        "Ann Example and Bo Example"
    )


def test_a_head_in_toml_is_read(tmp_path: Path) -> None:
    head = (
        '+++\ntitle = "Tea: the return"\ndate = 2026-07-07T23:00:00Z\n'
        'tags = ["tea"]\nweight = 3\n[params]\nsidebar = true\n+++'
    )
    reading = read_head(tmp_path, head)
    post = only(reading)

    assert (post.title, post.published) == ("Tea: the return", EIGHTH)
    assert post.topics == ("tea",)
    assert reading.skipped == ()


@pytest.mark.parametrize(
    ("head", "why"),
    [
        ("titel: Y", 'has "titel" in line 3, which means nothing here: write "title"'),
        (
            "sumary: Y",
            'has "sumary" in line 3, which means nothing here: write "summary"',
        ),
        (
            "image: y.png",
            'has "image" in line 3, which means nothing here: write "picture"',
        ),
        (
            "location: Y",
            'has "location" in line 3, which means nothing here: write "place"',
        ),
        ("xyzzy: Y", 'has "xyzzy" in line 3, which means nothing here: take it away'),
        (
            "date: soonish",
            'has "date" in line 3 that is no day or time, and goes in without: '
            "write e.g. 2026-07-08 14:00",
        ),
        (
            "published: 8 July",
            'has "published" in line 3 that is no day or time, and goes in without: '
            "write e.g. 2026-07-08 14:00",
        ),
    ],
)
def test_what_is_not_understood_is_named_with_its_line_and_cure(
    tmp_path: Path, head: str, why: str
) -> None:
    reading = read_head(tmp_path, f"---\ntitle: X\n{head}\n---")

    assert only(reading).title == "X"
    assert [(item.name, item.why) for item in reading.skipped] == [("a.md", why)]
    assert reading.skipped[0].is_part


@pytest.mark.parametrize("key", ["layout", "permalink", "slug", "weight", "aliases"])
def test_what_only_lays_out_a_website_is_passed_over(tmp_path: Path, key: str) -> None:
    assert read_head(tmp_path, f"---\ntitle: X\n{key}: 1\n---").skipped == ()


@pytest.mark.parametrize(
    ("head", "why"),
    [
        (
            "---\nkind: post\ntitle: Tea: the return\n---",
            'line 3: put its words in quotes: title: "Tea: the return"',
        ),
        ("---\ntitle: @home\n---", 'line 2: put its words in quotes: title: "@home"'),
        ("---\ntitle: X\n\tdate: y\n---", "line 3: begin it with spaces"),
        ("+++\n\ntitle = Tea\n+++", "at line 3: words stand in quotes there"),
    ],
)
def test_a_head_that_cannot_be_read_is_named_with_line_and_cure(
    tmp_path: Path, head: str, why: str
) -> None:
    reading = read_head(tmp_path, head)

    assert reading.items == ()
    assert why in reading.skipped[0].why


@pytest.mark.parametrize("state", EventState)
def test_an_event_says_whether_it_takes_place(
    tmp_path: Path, state: EventState
) -> None:
    head = (
        f"---\nkind: event\ntitle: Walk\nstarts: 8 July 2026 2pm\nstatus: {state}\n---"
    )
    [event] = read_head(tmp_path, head).items

    assert isinstance(event, Event)
    assert event.state is state
    assert event.starts == datetime(2026, 7, 8, 13, tzinfo=UTC)


def test_a_status_that_nobody_knows_is_named(tmp_path: Path) -> None:
    reading = read_head(tmp_path, "---\ntitle: X\nstatus: purple\n---")

    assert 'the status "purple": write one of' in reading.skipped[0].why


@pytest.mark.parametrize(
    ("head", "language"),
    [
        pytest.param("language: cy", "cy", id="ours"),
        pytest.param("lang: pt_BR", "pt-BR", id="as POSIX writes it"),
        pytest.param("locale: ar", "ar", id="another program's"),
        pytest.param("language: Welsh", "", id="a name"),
        pytest.param("lang: no", "no", id="what YAML may take for a refusal"),
    ],
)
def test_a_file_may_say_its_language(tmp_path: Path, head: str, language: str) -> None:
    assert only(read_head(tmp_path, f"---\ntitle: X\n{head}\n---")).language == language


def test_a_head_in_json_is_read(tmp_path: Path) -> None:
    head = (
        '{\n  "title": "Tea: {the} return",\n  "date": "2026-07-08",\n'
        '  "tags": ["tea", "cups"],\n  "author": {"name": "Ann Example"},\n'
        '  "weight": 3, "expirydate": null,\n  "sumary": "A slip"\n}\n'
    )
    reading = read_head(tmp_path, head)
    post = only(reading)

    assert (post.title, post.published) == ("Tea: {the} return", EIGHTH)
    assert post.topics == ("tea", "cups")
    assert post.byline == Byline("Ann Example")
    assert list(texts(post.body)) == ["The kettle is on from nine."]
    assert [item.why for item in reading.skipped] == [
        'has "sumary" in line 7, which means nothing here: write "summary"'
    ]


def test_a_head_in_json_that_is_broken_is_named_with_its_line(tmp_path: Path) -> None:
    reading = read_head(tmp_path, '{\n "title": "X"\n "draft": true\n}\n')

    assert reading.items == ()
    assert "has a head that is not JSON at line 3: " in reading.skipped[0].why


@pytest.mark.parametrize(
    "words",
    ["{% include notice.html %}", "{{< youtube x >}}", "{Ann} says {yes}", "{}"],
)
def test_a_brace_alone_begins_no_head(tmp_path: Path, words: str) -> None:
    (tmp_path / "a.txt").write_text(f"{words}\n\nCome in.\n")

    assert only(read(tmp_path)).title == words


def test_a_head_without_a_mark_is_read(tmp_path: Path) -> None:
    head = (
        "Title: Tea: the return\nDate: 2026-07-08 00:00\nCategory: News\n"
        "Tags: tea, cups\nAuthor: Ann Example\nSlug: tea\nLang: cy\n"
        "Summary: Two lines\n    make one.\nDatum: 2026\n"
    )
    reading = read_head(tmp_path, head)
    post = only(reading)

    assert (post.title, post.published) == ("Tea: the return", EIGHTH)
    assert post.topics == ("tea", "cups", "News")
    assert post.byline == Byline("Ann Example")
    assert (post.summary, post.language) == ("Two lines make one.", "cy")
    assert list(texts(post.body)) == ["The kettle is on from nine."]
    [remark] = reading.skipped
    assert remark.why.startswith('has "Datum" in line 10, which means nothing here')


def test_a_slip_in_the_title_of_such_a_head_is_named(tmp_path: Path) -> None:
    reading = read_head(tmp_path, "Titel: Tea\nDate: 2026-07-08\n")

    assert [item.why for item in reading.skipped] == [
        'has "Titel" in line 1, which means nothing here: write "title"'
    ]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Tea: a history\n\nIt began.", id="a title with a colon"),
        pytest.param("When: Monday\nWhere: The hall\n\nCome.", id="an invitation"),
        pytest.param(
            "Date: Monday 6 July\nPlace: The hall\nTime: 2pm\n\nCome.", id="a notice"
        ),
        pytest.param(
            "Title: Hamlet\nHoratio: Where?\nHamlet: Here.\n\nExeunt.", id="a play"
        ),
        pytest.param("Status: all is well\nDate: Monday\n\nCome.", id="a report"),
        pytest.param("Author: Ann\nDate: Monday\n\nCome.", id="no title"),
        pytest.param("https://example.org/title: x\n\nCome.", id="an address"),
        pytest.param("Title: Tea\nand biscuits, as ever.", id="a line, and words"),
        pytest.param("Come.\n\nTitle: Tea\nTags: tea\n", id="further down"),
    ],
)
def test_words_that_begin_like_a_head_are_words(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.txt").write_text(text)
    post = only(read(tmp_path))

    written = " ".join((post.title, *texts(post.body))).split()
    assert written == text.split()
    assert post.published is None


@pytest.mark.parametrize("key", ["starts", "ends", "place"])
def test_what_only_events_have_is_told_of_a_post(tmp_path: Path, key: str) -> None:
    reading = read_head(tmp_path, f"---\ntitle: X\n{key}: 2026-07-08\n---")

    assert only(reading).title == "X"
    assert [item.why for item in reading.skipped] == [
        f'has "{key}" in line 3, which only events have: write "kind: event", or take '
        "it away"
    ]
