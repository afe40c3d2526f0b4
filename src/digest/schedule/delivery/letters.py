"""An edition's letters laid out for print: renditions, addresses, one run."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine

from digest.deliver.printing.print_room import LaidOutLetters
from digest.errors import DigestError
from digest.render.letter.letter import Letter, LetterBody
from digest.render.letter.manifest import manifest_csv
from digest.render.letter.print_run import PrintRunHead, for_one_file, lay
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
        """Return the run; letters that cannot be laid are named, the others go on.

        Those that would make its file too large are left for another.
        """
        bodies, problems = self._bodies(copies)
        letters = {
            copy.key.reader_id: _letter(copy, body[0])
            for copy in copies
            if (body := bodies.get(copy.variant_id))
        }
        emptied = (
            {copy.key.reader_id for copy in copies} - letters.keys() - problems.keys()
        )
        run_bodies = dict(filter(None, bodies.values()))
        part = for_one_file([*letters.values()], run_bodies)
        if not part:
            return LaidOutLetters(b"", b"", 0, problems, frozenset(emptied))
        run = lay(part, run_bodies, self._head(edition_id))
        by_reference = {letter.reference: who for who, letter in letters.items()}
        for fault in run.problems:
            words = fault.words + _EDIT.format(fault.reference)
            problems[by_reference[fault.reference]] = words
        in_file = {by_reference[letter.reference] for letter in part}
        return LaidOutLetters(
            pdf=run.pdf,
            manifest=manifest_csv(run.rows).encode("utf-8-sig"),
            sheets=run.sheets,
            problems=problems,
            emptied=frozenset(emptied),
            left_over=frozenset(letters.keys() - in_file),
        )

    def _bodies(
        self, copies: Sequence[DueCopy]
    ) -> tuple[dict[int, tuple[str, LetterBody] | None], dict[int, str]]:
        """Return the body of each variant, and for each reader without one why.

        None where nothing of the variant is left.
        """
        bodies: dict[int, tuple[str, LetterBody] | None] = {}
        faults: dict[int, str] = {}
        for variant_id in sorted({copy.variant_id for copy in copies}):
            try:
                bodies[variant_id] = self.renditions.letter(variant_id)
            except DigestError as fault:
                faults[variant_id] = str(fault)
        problems = {
            copy.key.reader_id: faults[copy.variant_id]
            for copy in copies
            if copy.variant_id in faults
        }
        return bodies, problems

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
