"""A message as GMime reads it, on which notmuch, mu, Balsa, Pan and others are built.

It is the strictest reader of encoded words that people use: it decodes those of one
encoding as one stream, and stops where padding stands inside.
"""

from ctypes import CDLL, c_char_p, c_int, c_size_t, c_void_p, util
from dataclasses import dataclass
from functools import cache

import pytest

INSTALL = "sudo apt-get install libgmime-3.0-0"
_FROM, _TO = 1, 3


@dataclass(frozen=True, slots=True)
class GMimeReading:
    """What GMime shows of a message: `texts` are its text parts, decoded, in order.

    `sender` and `to` are a display name and an address.
    """

    subject: str
    sender: tuple[str, str]
    to: tuple[str, str]
    header_names: tuple[str, ...]
    texts: tuple[str, ...]


def read_by_gmime(message: bytes) -> GMimeReading:
    """Return what GMime makes of the message; the test is skipped where it is not."""
    gmime = _library()
    if gmime is None:
        pytest.skip(f"no GMime here to read the message with: {INSTALL}")
    stream = gmime.g_mime_stream_mem_new_with_buffer(message, len(message))
    parser = gmime.g_mime_parser_new_with_stream(stream)
    root = gmime.g_mime_parser_construct_message(parser, None)
    headers = gmime.g_mime_object_get_header_list(root)
    return GMimeReading(
        _words(gmime.g_mime_message_get_subject(root)),
        _mailbox(gmime, root, _FROM),
        _mailbox(gmime, root, _TO),
        tuple(
            _words(gmime.g_mime_header_get_name(_header(gmime, headers, place)))
            for place in range(gmime.g_mime_header_list_get_count(headers))
        ),
        _texts(gmime, gmime.g_mime_message_get_mime_part(root)),
    )


def _header(gmime: CDLL, headers: int, place: int) -> int:
    header: int = gmime.g_mime_header_list_get_header_at(headers, place)
    return header


def _mailbox(gmime: CDLL, root: int, kind: int) -> tuple[str, str]:
    addresses = gmime.g_mime_message_get_addresses(root, kind)
    assert gmime.internet_address_list_length(addresses) == 1
    mailbox = gmime.internet_address_list_get_address(addresses, 0)
    name = gmime.internet_address_get_name(mailbox)
    return _words(name), _words(gmime.internet_address_mailbox_get_addr(mailbox))


def _texts(gmime: CDLL, part: int) -> tuple[str, ...]:
    kind = gmime.g_mime_object_get_content_type(part)
    if gmime.g_mime_content_type_is_type(kind, b"multipart", b"*"):
        count = gmime.g_mime_multipart_get_count(part)
        parts = (gmime.g_mime_multipart_get_part(part, place) for place in range(count))
        return tuple(text for inner in parts for text in _texts(gmime, inner))
    if gmime.g_mime_content_type_is_type(kind, b"text", b"*"):
        return (_words(gmime.g_mime_text_part_get_text(part)),)
    return ()


def _words(text: bytes | None) -> str:
    return (text or b"").decode()


@cache
def _library() -> CDLL | None:
    name = util.find_library("gmime-3.0")
    if name is None:
        return None
    gmime = CDLL(name)
    for function, result, *arguments in (
        ("g_mime_init", None),
        ("g_mime_stream_mem_new_with_buffer", c_void_p, c_char_p, c_size_t),
        ("g_mime_parser_new_with_stream", c_void_p, c_void_p),
        ("g_mime_parser_construct_message", c_void_p, c_void_p, c_void_p),
        ("g_mime_object_get_header_list", c_void_p, c_void_p),
        ("g_mime_header_list_get_count", c_int, c_void_p),
        ("g_mime_header_list_get_header_at", c_void_p, c_void_p, c_int),
        ("g_mime_header_get_name", c_char_p, c_void_p),
        ("g_mime_message_get_subject", c_char_p, c_void_p),
        ("g_mime_message_get_addresses", c_void_p, c_void_p, c_int),
        ("internet_address_list_length", c_int, c_void_p),
        ("internet_address_list_get_address", c_void_p, c_void_p, c_int),
        ("internet_address_get_name", c_char_p, c_void_p),
        ("internet_address_mailbox_get_addr", c_char_p, c_void_p),
        ("g_mime_message_get_mime_part", c_void_p, c_void_p),
        ("g_mime_object_get_content_type", c_void_p, c_void_p),
        ("g_mime_content_type_is_type", c_int, c_void_p, c_char_p, c_char_p),
        ("g_mime_multipart_get_count", c_int, c_void_p),
        ("g_mime_multipart_get_part", c_void_p, c_void_p, c_int),
        ("g_mime_text_part_get_text", c_char_p, c_void_p),
    ):
        entry = getattr(gmime, function)
        entry.restype, entry.argtypes = result, arguments
    gmime.g_mime_init()
    return gmime
