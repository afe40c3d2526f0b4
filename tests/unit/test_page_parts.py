"""What pages are built of: GOV.UK's components, and how states are shown."""

from collections.abc import Mapping
from enum import StrEnum

import pytest
from markupsafe import Markup

from digest.model.campaigns.source_health import SourceState
from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.edition import EditionState
from digest.schedule.reports.campaign_standing import CampaignStanding
from digest.store.posts.listing import ItemState
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

govuk = GovukComponents()


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
