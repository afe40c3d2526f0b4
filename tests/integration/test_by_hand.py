"""Posts added by hand, through the door of all others; and who holds a key."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from digest.errors import DigestError, NotFound
from digest.model.posts.items import Item
from digest.model.roles import Scope
from digest.store.base.engine import reading, writing
from digest.store.base.tables import access_key
from digest.store.campaigns import campaigns
from digest.store.posts import by_hand, editing, listing, log
from digest.store.posts.by_hand import Addition
from digest.store.posts.listing import ItemFilter
from digest.store.staff import access_keys
from digest.store.staff.access_keys import NewKey
from tests.builders import EIGHT, a_post, an_event
from tests.stored import a_stored_campaign, posts_accepted


def added(engine: Engine, post: Item, key: str = "") -> Addition:
    with writing(engine) as connection:
        stored = campaigns.by_name(connection, "lantern-week")
        return by_hand.add(connection, stored, by_hand.keyed(post, key), EIGHT)


def test_the_same_words_twice_are_one_post(engine: Engine) -> None:
    a_stored_campaign(engine)
    first, second = (added(engine, a_post("")) for _ in range(2))
    other = added(engine, a_post("", title="Urn"))

    assert (first.outcome, second.outcome) == ("added", "unchanged")
    assert first.id == second.id != other.id
    with reading(engine) as connection:
        assert [entry.state for entry in listing.listed(connection, 1)] == [
            "released"
        ] * 2


def test_posts_and_events_are_listed_apart(engine: Engine) -> None:
    a_stored_campaign(engine)
    for entry in (a_post("", title="Kettle"), an_event("", title="Walk")):
        added(engine, entry)

    with reading(engine) as connection:
        kinds = {
            kind: [
                entry.title
                for entry in listing.listed(connection, 1, ItemFilter(kind=kind))
            ]
            for kind in ("post", "event", "")
        }
    assert kinds == {"post": ["Kettle"], "event": ["Walk"], "": ["Walk", "Kettle"]}


def test_other_words_under_a_key_change_the_post(engine: Engine) -> None:
    a_stored_campaign(engine)
    first = added(engine, a_post(title="Kettel"), "k")
    second = added(engine, a_post(title="Kettle"), "k")

    assert second == Addition(first.id, "changed")


def test_a_post_that_a_source_has_is_not_sent_twice(engine: Engine) -> None:
    a_stored_campaign(engine)
    posts_accepted(engine, [a_post("one")])

    assert added(engine, a_post("")).outcome == "duplicate"


def test_what_staff_changed_outlives_the_same_post_sent_again(engine: Engine) -> None:
    a_stored_campaign(engine)
    addition = added(engine, a_post(title="Kettel"), "k")
    with writing(engine) as connection:
        editing.edit(
            connection, addition.id, lambda item: replace(item, title="Kettle"), EIGHT
        )

    assert added(engine, a_post(title="Kettel"), "k").outcome == "unchanged"
    with reading(engine) as connection:
        assert [e.item.title for e in log.released(connection, 1, 0)] == ["Kettle"]


def test_a_key_is_kept_as_a_hash_and_ends_at_once(engine: Engine) -> None:
    with writing(engine) as connection:
        secret = access_keys.create(connection, NewKey("Ann"), EIGHT)
        key = access_keys.holder(connection, secret, EIGHT)
        rows = [tuple(row) for row in connection.execute(select(access_key))]
        assert key is not None
        assert access_keys.holder(connection, secret + "x", EIGHT) is None
        assert access_keys.revoke(connection, "Ann", EIGHT)
        assert not access_keys.revoke(connection, "Ann", EIGHT)
        assert access_keys.holder(connection, secret, EIGHT) is None

    assert key.name == "Ann"
    assert not any(secret in str(value) for row in rows for value in row)


def test_a_key_ends_by_itself_on_its_day(engine: Engine) -> None:
    ends = EIGHT + timedelta(days=1)
    with writing(engine) as connection:
        new = NewKey("Ann", (Scope.READ,), ends)
        secret = access_keys.create(connection, new, EIGHT)
        last = ends - timedelta(seconds=1)
        key = access_keys.holder(connection, secret, last)
        assert key is not None
        assert key.scopes == (Scope.READ,)
        assert access_keys.holder(connection, secret, ends) is None
        for faulty in (NewKey("Bob", ends_at=EIGHT), NewKey("Bob", ())):
            with pytest.raises(DigestError):
                access_keys.create(connection, faulty, EIGHT)


@pytest.mark.parametrize("name", ["", " ", "Ann", "x" * 81])
def test_a_key_has_a_name_of_its_own(engine: Engine, name: str) -> None:
    with writing(engine) as connection:
        access_keys.create(connection, NewKey("Ann"), EIGHT)

    with pytest.raises(DigestError), writing(engine) as connection:
        access_keys.create(connection, NewKey(name), EIGHT)


def test_a_key_that_is_not_there_cannot_be_revoked(engine: Engine) -> None:
    with (
        pytest.raises(NotFound, match="digest key list"),
        writing(engine) as connection,
    ):
        access_keys.revoke(connection, "Ann", EIGHT)
