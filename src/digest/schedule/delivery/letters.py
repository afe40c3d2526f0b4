"""An edition's letters laid out for print: renditions, addresses, one run."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine

from digest.deliver.printing.print_room import LaidOutLetters
from digest.errors import DigestError
from digest.render.letter.letter import Letter, LetterBody
from digest.render.letter.manifest import manifest_csv
from digest.render.letter.print_run import PrintRunHead, lay
from digest.schedule.editions.renditions import Renditions
from digest.store.base.engine import reading
from digest.store.campaigns import campaigns
from digest.store.delivery.copies import DueCopy
from digest.store.editions import editions

# What staff do about a letter of one reader that cannot be laid out.
_EDIT = ", with digest subscribers edit {}"


@dataclass(frozen=True, slots=True)
class LetterLayout:
    """Lays out letters of an edition: the same letters, the same bytes."""

    engine: Engine
    renditions: Renditions

    def __call__(self, edition_id: int, copies: Sequence[DueCopy]) -> LaidOutLetters:
        """Return the run; letters that cannot be laid are named, the others go on."""
        bodies: dict[str, LetterBody] = {}
        letters: list[Letter] = []
        emptied: set[int] = set()
        variant_ids = sorted({copy.variant_id for copy in copies})
        renditions: dict[int, tuple[str, LetterBody] | None] = {}
        faults: dict[int, str] = {}
        for variant_id in variant_ids:
            try:
                renditions[variant_id] = self.renditions.letter(variant_id)
            except DigestError as fault:
                faults[variant_id] = str(fault)
        problems = {
            copy.key.reader_id: faults[copy.variant_id]
            for copy in copies
            if copy.variant_id in faults
        }
        for copy in copies:
            if copy.variant_id in faults:
                continue
            rendition = renditions[copy.variant_id]
            if rendition is None:
                emptied.add(copy.key.reader_id)
                continue
            key, body = rendition
            bodies[key] = body
            letters.append(_letter(copy, key))
        if not letters:
            return LaidOutLetters(b"", b"", 0, problems, frozenset(emptied))
        run = lay(letters, bodies, self._head(edition_id))
        readers = {str(copy.key): copy.key.reader_id for copy in copies}
        return LaidOutLetters(
            pdf=run.pdf,
            manifest=manifest_csv(run.rows).encode("utf-8-sig"),
            sheets=run.sheets,
            problems=problems
            | {
                readers[
                    fault.reference
                ]: f"{fault.words}{_EDIT.format(fault.reference)}"
                for fault in run.problems
            },
            emptied=frozenset(emptied),
        )

    def _head(self, edition_id: int) -> PrintRunHead:
        with reading(self.engine) as connection:
            edition = editions.get(connection, edition_id)
            campaign = campaigns.load(connection, edition.campaign_id)
        return PrintRunHead(
            campaign,
            edition.code,
            edition.slot,
            templates_dir=self.renditions.templates_dir,
            rehearsal=edition.is_rehearsal,
        )


def _letter(copy: DueCopy, body_key: str) -> Letter:
    if copy.to.address is None:
        raise LookupError("a letter is planned only for who has an address")
    return Letter(
        reference=str(copy.key),
        name=copy.to.name,
        address=copy.to.address,
        body_key=body_key,
    )
