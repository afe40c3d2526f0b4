"""What pages are built of: GOV.UK's components, and how states are shown."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum

import pytest
from markupsafe import Markup

from digest.model.campaigns.source_health import SourceState
from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.edition import EditionState
from digest.model.formats import SERVED
from digest.schedule.reports.campaign_standing import CampaignStanding
from digest.store.posts.listing import ItemState
from digest.store.staff.audit import RecordedAct
from digest.web.desk.settings.audit_words import act_in_words
from digest.web.parts.components import GovukComponents
from digest.web.parts.state_tags import (
    CAMPAIGNS,
    COPIES,
    EDITIONS,
    POSTS,
    SOURCES,
    StateTag,
    return_in_words,
)
from digest.web.parts.tints import tint_of

govuk = GovukComponents()


def test_each_format_that_is_served_has_one_colour_on_every_page() -> None:
    tints = [tint_of(row.words) for row in SERVED]
    assert sorted(tints) == ["1", "2", "3", "4", "5"]
    assert tints == [tint_of(row.words.capitalize()) for row in SERVED]


def test_a_day_of_the_audit_trail_is_told_in_words() -> None:
    at = datetime(2026, 7, 6, 8, tzinfo=UTC)
    after = {"acknowledge by": "2026-08-05", "complaint": 1}
    act = RecordedAct(
        1, at, "Ann", "recorded a complaint", None, None, None, None, after
    )
    row = act_in_words(act, "Europe/London", {})
    assert row["changes"] == "acknowledge by: 5 August 2026; complaint: 1"


def test_a_component_escapes_what_it_is_given() -> None:
    button = govuk.button({"text": '<b>"Save"</b>', "attributes": {"id": '"><x>'}})

    assert isinstance(button, Markup)
    assert "&lt;b&gt;" in button
    assert "<x>" not in button


def test_a_component_takes_as_markup_only_what_is_markup() -> None:
    assert "<b>Save</b>" in govuk.button({"html": Markup("<b>Save</b>")})
    with pytest.raises(TypeError, match="html is written as it is"):
        govuk.button({"html": "<b>Save</b>"})
    with pytest.raises(TypeError, match="titleHtml"):
        govuk.error_summary({"errorList": [], "titleHtml": "<b>No</b>"})
    with pytest.raises(TypeError, match="html"):
        govuk.breadcrumbs({"items": [{"href": "/", "html": "<i>"}]})


@pytest.mark.parametrize(
    ("table", "states"),
    [
        pytest.param(EDITIONS, EditionState, id="editions"),
        pytest.param(COPIES, DeliveryState, id="copies"),
        pytest.param(POSTS, ItemState, id="posts"),
        pytest.param(CAMPAIGNS, CampaignStanding, id="campaigns"),
        pytest.param(SOURCES, SourceState, id="sources"),
    ],
)
def test_every_state_has_words_of_its_own(
    table: Mapping[str, StateTag], states: type[StrEnum]
) -> None:
    words = [tag.words for tag in table.values()]

    assert set(states) <= set(table)
    assert len(set(words)) == len(words)


@pytest.mark.parametrize(
    ("kind", "status", "words"),
    [
        ("returned", "gone-away", "Letter"),
        ("hard", "5.1.1", "Email, for good (5.1.1)"),
        ("complaint", "", "Called spam"),
    ],
)
def test_what_came_back_is_told_in_words(kind: str, status: str, words: str) -> None:
    assert return_in_words(kind, status) == words
