"""What a Message-ID names: the same copy, whatever a database counts anew."""

import pytest

from digest.model.editions.references import MessageReference


def test_one_copy_has_one_name() -> None:
    first = MessageReference.of("k7hw3m9p", 31, "Ann@Example.org")
    again = MessageReference.of("k7hw3m9p", 31, "ann@example.org ")

    assert str(first) == str(again)
    # As it is for good: what has gone out with it is recognised by it.
    assert str(first) == "31.miheyx.k7hw3m9p"


@pytest.mark.parametrize(
    "other",
    [
        MessageReference.of("k7hw3m9q", 31, "ann@example.org"),
        MessageReference.of("k7hw3m9p", 32, "ann@example.org"),
        # The number is somebody else's after a restore.
        MessageReference.of("k7hw3m9p", 31, "bob@example.org"),
    ],
)
def test_another_copy_has_another(other: MessageReference) -> None:
    assert other != MessageReference.of("k7hw3m9p", 31, "ann@example.org")


@pytest.mark.parametrize(
    "written",
    [
        "<31.0abc9z.k7hw3m9p@example.org>",
        "31.0abc9z.k7hw3m9p@mail.example.org",
        "  <31.0ABC9Z.K7HW3M9P@EXAMPLE.ORG>\n",
    ],
)
def test_it_is_read_as_mail_servers_write_it(written: str) -> None:
    assert MessageReference.parse(written) == MessageReference(31, "0abc9z", "k7hw3m9p")


@pytest.mark.parametrize(
    "other",
    [
        "",
        "<31.12@example.org>",
        "<20260706.0001@example.org>",
        "ann@example.org",
        "<0.0abc9z.k7hw3m9p@example.org>",
        "<31.0abc9z.k7hw3m9p>",
        "<31.0abc9z.k7hw3m9p@a b>",
        "<" + "3" * 40 + ".0abc9z.k7hw3m9p@example.org>",
    ],
)
def test_what_is_no_message_id_of_ours_names_nothing(other: str) -> None:
    assert MessageReference.parse(other) is None
