"""Renditions made when they are first needed, and kept."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine

from digest.compose.variants import ComposedVariant, composed, variants_of
from digest.errors import DigestError, RenderError
from digest.model.editions.compiled_message import CompiledMessage
from digest.model.editions.edition import Variant
from digest.model.editions.rendition import ATTACHED, Rendition
from digest.model.posts.pictures import Gallery, PictureUse, pictures_in
from digest.render.calls.script import CallScript
from digest.render.email.message import PICTURE_BOUNDARY
from digest.render.email.pictures import picture_parts
from digest.render.families import family_of
from digest.render.letter.letter import LetterBody
from digest.render.options import RenderOptions, no_calendar
from digest.store.base.engine import reading, writing
from digest.store.editions import renditions
from digest.store.posts import pictures

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]


def nowhere(_variant_id: int, _code: str) -> str:
    """Return no address: what is made can be read in no browser."""
    return ""


def without_page(_campaign: str) -> str:
    """Return no address: nothing is told on the web of what is held."""
    return ""


@dataclass(frozen=True, slots=True)
class Renditions:
    """Gives the rendition of a planned variant as its items now stand.

    Variants with the same items share one. None where every item has been
    withdrawn: there is nothing left to send.
    """

    engine: Engine
    clock: Clock
    templates_dir: Path | None
    shorten: Callable[[str], str]
    hosted_at: str = ""
    calendar_url: Callable[[Sequence[int]], str] = no_calendar
    view_url: Callable[[int, str], str] = nowhere
    event_page_url: Callable[[Sequence[int]], str] = no_calendar
    privacy_url: Callable[[str], str] = without_page

    def message_for(self, _edition_id: int, variant_id: int) -> CompiledMessage | None:
        """Return the variant as a compiled message. Raises RenderError."""
        rendition = self._rendition(variant_id)
        if rendition is None:
            return None
        message = CompiledMessage.from_bytes(rendition[1].content)
        return replace(message, pictures=self._picture_parts(rendition[1]))

    def letter(self, variant_id: int) -> tuple[str, LetterBody] | None:
        """Return the variant as a letter's body, and the key it is kept by.

        Raises RenderError.
        """
        rendition = self._rendition(variant_id)
        if rendition is None:
            return None
        key, body = rendition
        return key, LetterBody(body.content, dict(body.facts))

    def script(
        self, variant_id: int, connection: Connection | None = None
    ) -> CallScript | None:
        """Return what is said of the variant on the telephone. Raises RenderError.

        With a `connection` that only reads, as it is in that transaction.
        """
        rendition = self._rendition(variant_id, connection)
        return CallScript.from_bytes(rendition[1].content) if rendition else None

    def make_all(self, edition_id: int) -> list[str]:
        """Make every rendition of a planned edition now; return why some cannot be.

        So that a fault in one is known before anything is sent; it stops no other.
        """
        with reading(self.engine) as connection:
            variant_ids = variants_of(connection, edition_id)
        reasons = []
        for variant_id in variant_ids:
            try:
                self._rendition(variant_id)
            except DigestError as fault:
                reasons.append(str(fault))
        return list(dict.fromkeys(reasons))

    def _rendition(
        self, variant_id: int, within: Connection | None = None
    ) -> tuple[str, Rendition] | None:
        """Return the variant's rendition, made now if it is not kept, and its key.

        Why it cannot be made is kept until it can. Raises RenderError.
        """
        transaction = nullcontext(within) if within else reading(self.engine)
        with transaction as connection:
            variant = composed(connection, variant_id)
            if variant is None:
                return None
            rendition = renditions.get(connection, variant.edition_id, variant.key)
        if rendition is None:
            try:
                rendition = self._keep(variant, variant_id)
            except DigestError as fault:
                with writing(self.engine) as connection:
                    renditions.note_fault(
                        connection,
                        variant.edition_id,
                        variant.key,
                        _what_fails(variant.variant, fault),
                    )
                raise
        return variant.key, rendition

    def _keep(self, composed: ComposedVariant, variant_id: int) -> Rendition:
        variant = composed.variant
        options = RenderOptions(
            self.clock(),
            self.templates_dir,
            gallery_for(self.engine, variant),
            self.hosted_at,
            self.shorten,
            self.calendar_url,
            self.event_page_url,
            # Of variants that share it any will do: they hold the same.
            self.view_url(variant_id, variant.code),
            self.privacy_url(variant.campaign.name),
        )
        try:
            rendition = family_of(variant.format).make(variant, options)
        except DigestError:
            raise
        except Exception as bug:
            # A bug that one variant meets must not stop the others.
            log.exception("variant not rendered edition=%s", composed.edition_id)
            raise RenderError(
                f"a fault of the program ({type(bug).__name__}): the log says where;"
                " please report it"
            ) from bug
        edition_id, key = composed.edition_id, composed.key
        with writing(self.engine) as connection:
            renditions.put(connection, edition_id, key, rendition)
            # Somebody may have been quicker; then theirs is the one that stays.
            return renditions.get(connection, edition_id, key) or rendition

    def _picture_parts(self, email: Rendition) -> bytes:
        attached = [(name, PictureUse(use)) for name, use in email.facts[ATTACHED]]
        if not attached:
            return b""
        uses = tuple({use for _, use in attached})
        gallery = _gallery_of(self.engine, [name for name, _ in attached], uses)
        return picture_parts(attached, gallery, PICTURE_BOUNDARY)


def _what_fails(variant: Variant, fault: DigestError) -> str:
    return f"{variant.format} in {variant.language}: {fault}"


def gallery_for(engine: Engine, *variants: Variant) -> Gallery:
    """Return the files of the pictures that the variants may show, as they need them.

    Of many variants in one question.
    """
    names, uses = set[str](), set[PictureUse]()
    for variant in variants:
        if needed := family_of(variant.format).picture_uses(variant.format):
            uses.update(needed)
            names.update(_pictures_of(variant))
    return _gallery_of(engine, names, tuple(sorted(uses)))


def _pictures_of(variant: Variant) -> Iterator[str]:
    for item in variant.items:
        yield from (picture.copy_name for picture in pictures_in(item))
    if (logo := variant.campaign.logo) and logo.copy:
        yield logo.copy.name


def _gallery_of(
    engine: Engine, names: Iterable[str], uses: tuple[PictureUse, ...]
) -> Gallery:
    """Return the files of the pictures of these names, in these sizes."""
    names = [name for name in names if name]
    if not names:
        return {}
    with reading(engine) as connection:
        return pictures.gallery(connection, names, uses)
