"""What practice mode prints, where the installation is as it was first made."""

import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from digest.bootstrap import App, opened
from digest.model.posts.items import Link, LinkKind
from digest.schedule.editions.publishing import publish
from digest.settings import Settings
from tests.builders import EIGHT, a_post, an_event
from tests.sheets import Sheets
from tests.stored import a_reader, a_stored_campaign, posts_accepted

LONG = "https://example.org/reports/2026/the-first-year-in-full-with-figures"


@pytest.fixture
def app(tmp_path: Path) -> App:
    """Return the program with no setting made, after a rehearsal."""
    with opened(
        Settings(data_dir=tmp_path), EIGHT + timedelta(hours=1), migrating=True
    ) as program:
        assert "localhost" in program.settings.base_url
        a_stored_campaign(program.engine)
        for number, form in enumerate(("letter", "large-print")):
            a_reader(
                program.engine,
                f"reader{number}",
                format=form,
                address=["1 Example Street"],
                postcode="ZZ99 1AA",
            )
        a_reader(program.engine, "ann", format="html")
        post = replace(a_post(), links=(Link(LinkKind.SURVEY, "Tell us", LONG),))
        event = replace(an_event(), joining_url=f"{LONG}/join", url=f"{LONG}/about")
        posts_accepted(program.engine, [post, event])
        publish(program.engine, "lantern-week", "daily", EIGHT)
        with program.work() as work:
            work.once(threading.Event())
        return program


def test_no_page_carries_an_address_of_this_machine_and_each_is_a_proof(
    app: App, tmp_path: Path
) -> None:
    [pdf] = tmp_path.rglob("letters-*.pdf")
    sheets = Sheets(pdf.read_bytes())
    pages = [sheets.text(page) for page in range(len(sheets))]
    previews = [
        Sheets(app.previews.edition(1, form).content).whole_text()
        for form in ("letter", "large-print")
    ]

    assert all("PROOF" in page for page in pages if page)
    for text in (*pages, *previews):
        assert "localhost" not in text
        assert "127.0.0.1" not in text
    assert sum("the-first-year-in-full" in page for page in pages) >= 2
    assert b"localhost" not in pdf.read_bytes()
