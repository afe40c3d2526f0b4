"""The MIME message around a rendition: headers, and parts encoded in segments."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from email.utils import format_datetime
from zoneinfo import ZoneInfo

from digest.errors import RenderError
from digest.model.campaigns.campaign import Campaign
from digest.model.editions.compiled_message import CompiledMessage, MergeField
from digest.model.editions.edition import Variant
from digest.model.editions.mime import (
    SOFT_BREAK,
    mailbox,
    phrase,
    quoted_printable,
    unstructured,
    wire_address,
)
from digest.render.email.markers import Pieces
from digest.render.limits import LIST_ID_LENGTH
from digest.render.words.languages import language_tag

# Between an email's HTML and its attached pictures: "=_" can stand neither in
# quoted-printable nor in base64, and the other boundary goes on with a digit or a-f.
PICTURE_BOUNDARY = "=_pictures"


def compile_message(
    variant: Variant,
    subject: str,
    made_at: datetime,
    parts: dict[str, Pieces],
    *,
    with_pictures: bool = False,
) -> CompiledMessage:
    """Return the message with those parts, by subtype, plainest first.

    `with_pictures` has a place for pictures beside the HTML (RFC 2387). The same
    input gives the same bytes. Raises RenderError where the
    campaign's own addresses cannot be used.
    """
    segments = {kind: tuple(_segments(pieces)) for kind, pieces in parts.items()}
    bodies = [
        tuple(_related(body) if with_pictures and kind == "html" else _part(kind, body))
        for kind, body in segments.items()
    ]
    head = [*_headers(variant, subject, made_at), *_body(bodies)]
    return CompiledMessage.of(
        piece if isinstance(piece, MergeField) else piece.encode("ascii")
        for piece in head
    )


def _headers(
    variant: Variant, subject: str, made_at: datetime
) -> Iterator[str | MergeField]:
    campaign = variant.campaign
    domain = _own(campaign.sender_address).rpartition("@")[2]
    name = campaign.sender_name or campaign.title
    yield f"From: {mailbox(name, campaign.sender_address)}\r\nTo: "
    yield MergeField.TO
    yield f"\r\nSubject: {unstructured(subject)}\r\n"
    yield f"Date: {format_datetime(made_at.astimezone(ZoneInfo(campaign.timezone)))}"
    yield "\r\nMessage-ID: <"
    yield MergeField.REFERENCE
    yield f"@{domain}>\r\n"
    if campaign.reply_to:
        yield f"Reply-To: {_own(campaign.reply_to)}\r\n"
    yield f"List-Id: {_list_id(campaign, domain)}\r\nList-Unsubscribe: "
    yield MergeField.LEAVE
    yield "\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    yield "Auto-Submitted: auto-generated\r\n"
    yield f"Feedback-ID: {variant.code}:{campaign.name}:edition:digest\r\n"
    yield f"Content-Language: {language_tag(variant.language)}\r\n"
    yield MergeField.SERVICE
    yield "MIME-Version: 1.0\r\n"


def _own(address: str) -> str:
    try:
        return wire_address(address)
    except ValueError as problem:
        raise RenderError(
            f'the campaign\'s own address "{address}" {problem}: '
            "change from or reply_to in the campaign file"
        ) from problem


def _list_id(campaign: Campaign, domain: str) -> str:
    # The name in brackets is for life; the title before it may change with
    # the campaign, and gives way where both do not fit.
    where = f"<{campaign.name}.{domain}>"
    title = phrase(campaign.title)
    if not title or len(title) + 1 + len(where) > LIST_ID_LENGTH:
        return where
    return f"{title}\r\n {where}" if "\n" in title else f"{title} {where}"


def _body(bodies: Sequence[Sequence[str | MergeField]]) -> Iterator[str | MergeField]:
    if len(bodies) == 1:
        yield from bodies[0]
        return
    # "=_" cannot stand in quoted-printable, so no content can hold the boundary;
    # the hash makes it the same for the same content.
    text = "".join(segment for body in bodies for segment in body)
    boundary = f"=_{hashlib.sha256(text.encode()).hexdigest()[:24]}"
    yield f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n'
    for body in bodies:
        yield f"\r\n--{boundary}\r\n"
        yield from body
    yield f"\r\n--{boundary}--\r\n"


def _related(segments: Iterable[str | MergeField]) -> Iterator[str | MergeField]:
    yield 'Content-Type: multipart/related; type="text/html";\r\n'
    yield f' boundary="{PICTURE_BOUNDARY}"\r\n\r\n--{PICTURE_BOUNDARY}\r\n'
    yield from _part("html", segments)
    yield MergeField.PICTURES
    yield f"\r\n--{PICTURE_BOUNDARY}--\r\n"


def _part(
    kind: str, segments: Iterable[str | MergeField]
) -> Iterator[str | MergeField]:
    yield f"Content-Type: text/{kind}; charset=utf-8\r\n"
    yield "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    yield from segments


def _segments(pieces: Pieces) -> Iterator[str | MergeField]:
    """Yield a part in quoted-printable, with every merge field on a line of its own.

    A soft break stands before and after it, so that whatever value is put in
    cannot make another line too long.
    """
    at_line_start = True
    for piece in pieces:
        if isinstance(piece, MergeField):
            yield "" if at_line_start else SOFT_BREAK
            yield piece
            yield SOFT_BREAK
            at_line_start = True
            continue
        lines = piece.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        yield "\r\n".join(map(quoted_printable, lines))
        at_line_start = not lines[-1]
