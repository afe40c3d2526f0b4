"""Signed links: tokens of pages and envelope senders, made and checked.

Each says who and for what, and cannot be made by guessing: its signature is 128
bits of HMAC-SHA256 (104 before an @, where room is short) under a key of that
purpose's own, so that what is good for one purpose is good for no other. The newest
secret key signs, and what an earlier one has signed is read as long as that is held. A
link to unsubscribe never expires: those of before readers had marks are read too.
Addresses are built from the settings, never from a request.
"""

import base64
import hashlib
import hmac
import re
from binascii import b2a_base64
from collections.abc import Collection, Iterator
from itertools import accumulate
from typing import NamedTuple, Self
from urllib.parse import urlsplit

from digest.audience.limits import EVENTS_OF_A_LINK
from digest.model.delivery.bounces import CopyRef
from digest.model.people.reader_marks import MARK_LETTERS, ReaderRef
from digest.model.secret_keys import SecretKeys

# What stands for the token in a rehearsal: too short to be one.
REHEARSAL = "rehearsal"
_MAC_BYTES = 16
# With a reader's mark: more than that is no room for.
_MAC_BYTES_OF_MAIL = 13
_MOST_ID = 2**63
# Mail programs take into a link what stands behind it: a dot, a closing bracket.
_TOKEN = re.compile(r"([A-Za-z0-9_-]{23,39})(?![A-Za-z0-9_-])", re.ASCII)
# Lower case and digits: mail servers change the case of what is before the @.
_BOUNCE = re.compile(
    r"bounces\+([a-z0-9]{1,9})-([0-9a-z]{1,13})(?:-([a-z2-7]{5}))?-([0-9a-f]{26,32})"
)
_UNSUBSCRIBE = re.compile(
    r"leave\+([0-9a-z]{1,13})(?:-([a-z2-7]{5}))?-([0-9a-f]{26,32})"
)
# Of the addresses of events: the longest has some two thousand letters.
_EVENTS = re.compile(r"[A-Za-z0-9_-]{23,3000}", re.ASCII)
_BITS = 7
_NEXT = 1 << _BITS
# base64 as addresses take it (RFC 4648 §5); `base64` calls three functions for it.
_IN_URLS = bytes.maketrans(b"+/", b"-_")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class SignedLinks:
    """Makes and reads signed addresses; good for many threads."""

    def __init__(
        self, secret: SecretKeys | str, base_url: str, mail_domain: str = ""
    ) -> None:
        """Derive the keys from `secret`, or from the secret keys that are held.

        Mail that answers a copy comes to `mail_domain`, by default the host
        of `base_url`.
        """
        self._base_url = base_url.rstrip("/")
        self._mail_domain = mail_domain or urlsplit(base_url).hostname or "localhost"
        self._unsubscribe_keys = _keys_of(secret, "leave, marked")
        self._unmarked_keys = _keys_of(secret, "leave")
        self._calendar_keys = _keys_of(secret, "calendar")
        self._events_keys = _keys_of(secret, "events")
        self._view_keys = _keys_of(secret, "view")
        self._account_keys = _keys_of(secret, "account")
        self._confirmation_keys = _keys_of(secret, "confirm")
        self._new_email_keys = _keys_of(secret, "new email")
        self._choices_keys = _keys_of(secret, "choices")
        self._mailto_keys = _keys_of(secret, "leave by mail")
        self._bounce_keys = _keys_of(secret, "bounce")

    def unsubscribe_url(self, reader: ReaderRef) -> str:
        """Return the address of the page that unsubscribes without signing in."""
        return f"{self._base_url}/u/{self.unsubscribe_token(reader)}"

    @property
    def rehearsal_url(self) -> str:
        """The address in a rehearsal's copies: its page says that it does nothing."""
        return f"{self._base_url}/u/{REHEARSAL}"

    def unsubscribe_token(self, reader: ReaderRef) -> str:
        """Return the last part of `unsubscribe_url`: at most 39 letters and digits."""
        keys = self._unsubscribe_keys if reader.mark else self._unmarked_keys
        return _token(keys, reader.reader_id, reader.mark)

    def read_unsubscribe_token(self, token: str) -> ReaderRef | None:
        """Return the reader whose `unsubscribe_token` begins this text, or None."""
        if reader := _read_reader(self._unsubscribe_keys, token):
            return reader
        reader_id = _read_token(self._unmarked_keys, token)
        return None if reader_id is None else ReaderRef(reader_id)

    @property
    def host(self) -> str:
        """The host of all addresses, for names that no other service gives."""
        return urlsplit(self._base_url).hostname or "localhost"

    def calendar_url(self, campaign_id: int) -> str:
        """Return the address of the calendar of when a campaign's editions go."""
        token = _token(self._calendar_keys, campaign_id)
        return f"{self._base_url}/calendar/{token}.ics"

    def read_calendar_token(self, token: str) -> int | None:
        """Return the campaign whose `calendar_url` has this token, or None."""
        return _read_token(self._calendar_keys, token)

    def events_url(self, entry_ids: Collection[int]) -> str:
        """Return the address of a file for calendars: the events of these entries.

        It names nobody: all whose email carries the same events have the same one. ""
        where there are none, or more than an address has room for.
        """
        token = self.events_token(entry_ids)
        return token and f"{self._base_url}/event/{token}.ics"

    def event_page_url(self, entry_ids: Collection[int]) -> str:
        """Return the address of the page of an event, beside that of its file."""
        return self.events_url(entry_ids).removesuffix(".ics")

    def events_token(self, entry_ids: Collection[int]) -> str:
        """Return the last part of `events_url`, without its ending."""
        if not 0 < len(set(entry_ids)) <= EVENTS_OF_A_LINK:
            return ""
        content = _packed(entry_ids)
        return _encoded(content + self._events_keys[0].sign(content))

    def read_events_token(self, token: str) -> tuple[int, ...]:
        """Return the entries whose `events_url` has this token; () where none has."""
        if not _EVENTS.fullmatch(token) or len(token) % 4 == 1:
            return ()
        content = _signed_content(self._events_keys, token)
        return () if content is None else _unpacked(content)

    def privacy_url(self, campaign: str) -> str:
        """Return the address of the page that says what is held of its readers."""
        return f"{self._base_url}/privacy/{campaign}"

    def view_url(self, variant_id: int, code: str) -> str:
        """Return the address of a variant of the edition of that code, in a browser.

        It names nobody: all who get the same copy have the same one.
        """
        # The code tells it from a variant that has its number after a restore.
        token = _token(self._view_keys, variant_id, code[:MARK_LETTERS])
        return f"{self._base_url}/view/{token}"

    def read_view_token(self, token: str) -> tuple[int, str] | None:
        """Return which variant has that `view_url`, and how its edition's code begins.

        None where none has.
        """
        variant = _read_reader(self._view_keys, token)
        return (variant.reader_id, variant.mark) if variant else None

    def account_url(self, link_id: int) -> str:
        """Return the address at which an account is taken up, or a password chosen."""
        return f"{self._base_url}/welcome/{_token(self._account_keys, link_id)}"

    def read_account_token(self, token: str) -> int | None:
        """Return the link whose `account_url` has this token, or None."""
        return _read_token(self._account_keys, token)

    def confirmation_url(self, request_id: int) -> str:
        """Return the address of the page with the button that confirms a sign-up."""
        return f"{self._base_url}/confirm/{_token(self._confirmation_keys, request_id)}"

    def read_confirmation_token(self, token: str) -> int | None:
        """Return the request whose `confirmation_url` has this token, or None."""
        return _read_token(self._confirmation_keys, token)

    def new_email_url(self, request_id: int) -> str:
        """Return the address of the page with the button that confirms an address."""
        return f"{self._base_url}/address/{_token(self._new_email_keys, request_id)}"

    def read_new_email_token(self, token: str) -> int | None:
        """Return the request whose `new_email_url` has this token, or None."""
        return _read_token(self._new_email_keys, token)

    def choices_url(self, reader: ReaderRef) -> str:
        """Return the address of the page where a reader chooses what they get."""
        return f"{self._base_url}/p/{self.choices_token(reader)}"

    def choices_token(self, reader: ReaderRef) -> str:
        """Return the last part of `choices_url`."""
        return _token(self._choices_keys, reader.reader_id, reader.mark)

    def read_choices_token(self, token: str) -> ReaderRef | None:
        """Return the reader whose `choices_url` has this token, or None."""
        return _read_reader(self._choices_keys, token)

    def unsubscribe_mailto(self, reader: ReaderRef, domain: str = "") -> str:
        """Return the mailto: address that does the same.

        `domain` is for campaigns whose mail is answered elsewhere.
        """
        who = _mailed(self._mailto_keys[0], _base36(reader.reader_id), reader.mark)
        return f"mailto:leave+{who}@{domain or self._mail_domain}"

    def read_unsubscribe_address(self, address: str) -> ReaderRef | None:
        """Return the reader whose `unsubscribe_mailto` this is, or None."""
        match = _UNSUBSCRIBE.fullmatch(_local_part(address))
        if not match:
            return None
        number, mark, _ = match.groups(default="")
        if not _is_mailed(self._mailto_keys, number, mark, match[0]):
            return None
        return ReaderRef(int(number, 36), mark)

    def envelope_sender(
        self, edition_code: str, reader: ReaderRef, domain: str = ""
    ) -> str:
        """Return the address that bounces of a copy go to.

        At most 64 octets before the @ (RFC 5321, 4.5.3.1.1), for codes of up to nine
        letters. `domain` is for senders whose mail is answered elsewhere.
        """
        named = f"{edition_code}-{_base36(reader.reader_id)}"
        copy = _mailed(self._bounce_keys[0], named, reader.mark)
        return f"bounces+{copy}@{domain or self._mail_domain}"

    def read_envelope_sender(self, address: str) -> CopyRef | None:
        """Return which copy `envelope_sender` made this address for, or None."""
        match = _BOUNCE.fullmatch(_local_part(address))
        if not match:
            return None
        code, number, mark, _ = match.groups(default="")
        if not _is_mailed(self._bounce_keys, f"{code}-{number}", mark, match[0]):
            return None
        return CopyRef(code, ReaderRef(int(number, 36), mark))


class _Key(NamedTuple):
    """What signs for one purpose by HMAC-SHA256 (RFC 2104): both its hashes, keyed.

    Keyed once, which is half of what an HMAC costs, and three go into each email;
    copied without what `hmac` has them pass, which is half of the rest.
    """

    inner: "hashlib._Hash"
    outer: "hashlib._Hash"

    @classmethod
    def of(cls, secret: str, purpose: str) -> Self:
        """Return the key that is derived from `secret` for a purpose."""
        words = f"digest link 1: {purpose}".encode()
        padded = hmac.digest(secret.encode(), words, "sha256").ljust(64, b"\0")
        pads = (bytes(octet ^ pad for octet in padded) for pad in (0x36, 0x5C))
        return cls(*map(hashlib.sha256, pads))

    def sign(self, content: bytes) -> bytes:
        """Return the signature of some content."""
        inner, outer = self.inner.copy(), self.outer.copy()
        inner.update(content)
        outer.update(inner.digest())
        return outer.digest()[:_MAC_BYTES]


# Of the newest secret key first: that one signs, and each of them is read by.
_Keys = tuple[_Key, ...]


def _keys_of(secret: SecretKeys | str, purpose: str) -> _Keys:
    return tuple(_Key.of(each, purpose) for each in SecretKeys.of(secret).every)


def _token(keys: _Keys, row_id: int, mark: str = "") -> str:
    number = row_id.to_bytes((row_id.bit_length() + 7) // 8 or 1, "big")
    content = number + mark.encode("ascii")
    return _encoded(content + keys[0].sign(content))


def _read_token(keys: _Keys, text: str) -> int | None:
    content = _content_of(keys, text)
    return None if content is None else int.from_bytes(content, "big")


def _read_reader(keys: _Keys, text: str) -> ReaderRef | None:
    content = _content_of(keys, text)
    if content is None or len(content) <= MARK_LETTERS:
        return None
    number, mark = content[:-MARK_LETTERS], content[-MARK_LETTERS:]
    return ReaderRef(int.from_bytes(number, "big"), mark.decode("ascii"))


def _content_of(keys: _Keys, text: str) -> bytes | None:
    """Return what the token at the beginning of a text says, if a key has signed it."""
    match = _TOKEN.match(text)
    # No bytes at all have a base64 of 4n + 1 letters.
    if not match or len(match[1]) % 4 == 1:
        return None
    return _signed_content(keys, match[1])


def _signed_content(keys: _Keys, token: str) -> bytes | None:
    content = _decoded(token)[:-_MAC_BYTES]
    for key in keys:
        # Compared whole, in constant time: what a token says has one token a key.
        expected = _encoded(content + key.sign(content))
        if hmac.compare_digest(expected, token):
            return content
    return None


def _encoded(content: bytes) -> str:
    return b2a_base64(content, newline=False).translate(_IN_URLS).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _packed(ids: Collection[int]) -> bytes:
    """Return ids in ascending order, each as its distance from the one before it.

    Seven bits a byte, the lowest first; all but a number's last have the eighth set.
    """
    packed, before = bytearray(), 0
    for row_id in sorted(set(ids)):
        distance, before = row_id - before, row_id
        while distance >= _NEXT:
            packed.append(distance % _NEXT | _NEXT)
            distance //= _NEXT
        packed.append(distance)
    return bytes(packed)


def _unpacked(packed: bytes) -> tuple[int, ...]:
    def distances() -> Iterator[int]:
        number, place = 0, 0
        for byte in packed:
            number |= byte % _NEXT << place
            place += _BITS
            if byte < _NEXT:
                yield number
                number, place = 0, 0

    return tuple(accumulate(distances()))


def _mailed(key: _Key, named: str, mark: str) -> str:
    """Return what is named, with the mark and a signature, as an address takes it."""
    if not mark:
        return f"{named}-{key.sign(named.encode()).hex()}"
    named = f"{named}-{mark}"
    return f"{named}-{key.sign(named.encode())[:_MAC_BYTES_OF_MAIL].hex()}"


def _is_mailed(keys: _Keys, named: str, mark: str, local_part: str) -> bool:
    mailed = local_part.partition("+")[2]
    return any(hmac.compare_digest(_mailed(key, named, mark), mailed) for key in keys)


def _base36(number: int) -> str:
    if not 0 <= number < _MOST_ID:
        raise ValueError("an id is a number of at most 63 bits")
    digits = ""
    while number or not digits:
        number, place = divmod(number, 36)
        digits = _DIGITS[place] + digits
    return digits


def _local_part(address: str) -> str:
    return address.removeprefix("mailto:").rpartition("@")[0].lower()
