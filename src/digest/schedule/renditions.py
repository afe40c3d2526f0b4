"""Renditions made when they are first needed, and kept."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from digest.compose.variants import Composed, composed, variants_of
from digest.model.merge import CompiledMessage
from digest.model.readers import LETTER_FORMATS
from digest.render.email import compile_email
from digest.render.letter import LetterBody, LetterLook, typeset
from digest.render.look import Look
from digest.store import renditions
from digest.store.engine import reading, writing
from digest.store.renditions import Rendition

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

    def message_for(self, _edition_id: int, variant_id: int) -> CompiledMessage | None:
        """Return the variant as a compiled message."""
        found = self._composed(variant_id)
        if found is None:
            return None
        kept = self._kept(found) or self._keep(found, self._compiled(found))
        return CompiledMessage.from_bytes(kept.content)

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

    def _composed(self, variant_id: int) -> Composed | None:
        with reading(self.engine) as connection:
            return composed(connection, variant_id)

    def _kept(self, found: Composed) -> Rendition | None:
        with reading(self.engine) as connection:
            return renditions.get(connection, found.edition_id, found.key)

    def _keep(self, found: Composed, made: Rendition) -> Rendition:
        now = self.clock()
        with writing(self.engine) as connection:
            renditions.put(connection, found.edition_id, found.key, made, now)
            kept = renditions.get(connection, found.edition_id, found.key)
        return kept or made

    def _compiled(self, found: Composed) -> Rendition:
        look = Look(self.clock(), self.templates_dir)
        return Rendition(compile_email(found.variant, look).to_bytes(), {})

    def _typeset(self, found: Composed) -> Rendition:
        look = LetterLook(templates_dir=self.templates_dir, shorten=self.shorten)
        body = typeset(found.variant, look)
        return Rendition(body.pdf, body.facts)
