"""Renditions made when they are first needed, and kept."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from digest.compose.variants import ComposedVariant, composed, variants_of
from digest.model.editions.compiled_message import CompiledMessage
from digest.model.people.reader import LETTER_FORMATS
from digest.model.posts.pictures import PictureUse
from digest.render.email.compile import made
from digest.render.email.message import PICTURE_BOUNDARY
from digest.render.email.pictures import picture_parts
from digest.render.letter.letter import LetterBody, LetterOptions, typeset
from digest.render.options import RenderOptions
from digest.schedule.editions.galleries import gallery_for, gallery_of
from digest.store.base.engine import reading, writing
from digest.store.editions import renditions
from digest.store.editions.renditions import ATTACHED, TOO_HEAVY, Rendition

Clock = Callable[[], datetime]


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

    def message_for(self, _edition_id: int, variant_id: int) -> CompiledMessage | None:
        """Return the variant as a compiled message."""
        found = self._composed(variant_id)
        if found is None:
            return None
        kept = self._kept(found) or self._keep(found, self._compiled(found))
        message = CompiledMessage.from_bytes(kept.content)
        return replace(message, pictures=self._parts(kept))

    def letter(self, variant_id: int) -> tuple[str, LetterBody] | None:
        """Return the variant as a letter's body, and the key it is kept by."""
        found = self._composed(variant_id)
        if found is None:
            return None
        kept = self._kept(found) or self._keep(found, self._typeset(found))
        return found.key, LetterBody(kept.content, dict(kept.facts))

    def make_all(self, edition_id: int) -> int:
        """Make every rendition of a planned edition now; return of how many variants.

        So that a fault in one is known before anything is sent. Raises RenderError.
        """
        with reading(self.engine) as connection:
            planned = variants_of(connection, edition_id)
        for variant_id, fmt in planned:
            if fmt in LETTER_FORMATS:
                self.letter(variant_id)
            else:
                self.message_for(edition_id, variant_id)
        return len(planned)

    def _composed(self, variant_id: int) -> ComposedVariant | None:
        with reading(self.engine) as connection:
            return composed(connection, variant_id)

    def _kept(self, found: ComposedVariant) -> Rendition | None:
        with reading(self.engine) as connection:
            return renditions.get(connection, found.edition_id, found.key)

    def _keep(self, found: ComposedVariant, made: Rendition) -> Rendition:
        now = self.clock()
        with writing(self.engine) as connection:
            renditions.put(connection, found.edition_id, found.key, made, now)
            kept = renditions.get(connection, found.edition_id, found.key)
        return kept or made

    def _compiled(self, found: ComposedVariant) -> Rendition:
        gallery = gallery_for(self.engine, found.variant)
        look = RenderOptions(self.clock(), self.templates_dir, gallery, self.hosted_at)
        email = made(found.variant, look)
        return Rendition(
            email.message.to_bytes(),
            {ATTACHED: email.attached, TOO_HEAVY: email.too_heavy},
        )

    def _parts(self, kept: Rendition) -> bytes:
        attached = [
            (name, PictureUse(use)) for name, use in kept.facts.get(ATTACHED, ())
        ]
        if not attached:
            return b""
        gallery = gallery_of(self.engine, [name for name, _ in attached])
        return picture_parts(attached, gallery, PICTURE_BOUNDARY)

    def _typeset(self, found: ComposedVariant) -> Rendition:
        gallery = gallery_for(self.engine, found.variant)
        look = LetterOptions(self.shorten, gallery, self.templates_dir)
        body = typeset(found.variant, look)
        return Rendition(body.pdf, body.facts)
