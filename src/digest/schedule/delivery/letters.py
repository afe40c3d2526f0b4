"""An edition's letters laid out for print: renditions, addresses, one run."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from digest.deliver.printing.batch_steps import DueLabel
from digest.deliver.printing.print_room import LaidOutLetters
from digest.errors import DigestError
from digest.model.delivery.label_sheets import LabelSheet
from digest.model.people.person import Addressee
from digest.render.letter.batch.labels import Label, label_sheets
from digest.render.letter.batch.manifest import manifest_csv
from digest.render.letter.batch.print_run import PrintRunHead, for_one_file, lay
from digest.render.letter.letter import Letter, LetterBody
from digest.schedule.editions.renditions import Renditions
from digest.store.base.engine import reading
from digest.store.campaigns import campaigns
from digest.store.delivery.copies import DueCopy
from digest.store.delivery.deliveries import DeliveryKey
from digest.store.editions import editions

# What staff do about a letter of one reader that cannot be laid out.
_EDIT = ", with digest subscribers edit {}"


@dataclass(frozen=True, slots=True)
class LetterLayout:
    """Lays out letters of an edition: the same letters, the same bytes.

    Those that are `alone` stand in for spoiled ones, and have no cover sheet.
    """

    engine: Engine
    renditions: Renditions
    alone: bool = False

    def __call__(self, edition_id: int, copies: Sequence[DueCopy]) -> LaidOutLetters:
        """Return the run; letters that cannot be laid are named, the others go on.

        They are one organiser's. Those that `for_one_file` leaves are for another.
        """
        bodies, problems = self._bodies(copies)
        letters = {
            copy.key.reader_id: _addressed(copy.key, copy.to, body[0])
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
        run = lay(part, run_bodies, self._head(edition_id, copies[0].to.organiser))
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

    def _head(self, edition_id: int, organiser: str) -> PrintRunHead:
        with reading(self.engine) as connection:
            edition = editions.get(connection, edition_id)
            campaign = campaigns.load(connection, edition.campaign_id)
        return PrintRunHead(
            campaign,
            edition.code,
            edition.slot,
            templates_dir=self.renditions.templates_dir,
            rehearsal=edition.is_rehearsal,
            organiser=organiser,
            is_alone=self.alone,
        )


def _addressed(key: DeliveryKey, to: Addressee, body_key: str = "") -> Letter:
    if to.address is None:
        raise LookupError("a letter is planned only for who has an address")
    return Letter(str(key), to.name, to.address, body_key, to.consent)


def label_layout(
    labels: Sequence[DueLabel], sheet: LabelSheet, templates_dir: Path | None
) -> bytes:
    """Return address labels as a PDF, in their order."""
    return label_sheets(
        [
            Label(str(label.key), _addressed(label.key, label.to) if label.to else None)
            for label in labels
        ],
        sheet,
        templates_dir,
    )
