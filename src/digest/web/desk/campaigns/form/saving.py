"""A form of a campaign sent: what it would mean, saved, or what is to be put right."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from digest.bootstrap import App
from digest.errors import CampaignFileError
from digest.model.campaigns.campaign import Campaign
from digest.model.campaigns.coming_slots import coming
from digest.model.campaigns.editing.file_edits import EditedText, content_of, edited
from digest.schedule import campaign_files, campaign_making
from digest.schedule.campaign_files import (
    AppliedCampaign,
    ChangedFileError,
    EditedFile,
)
from digest.store.campaigns import campaigns, file_versions
from digest.store.campaigns.file_versions import CampaignFile
from digest.web import limits
from digest.web.desk.campaigns.form.fields import by_field, changed_values
from digest.web.desk.campaigns.form.merging import FieldConflict, conflicts, merged
from digest.web.desk.campaigns.form.targets import FormTarget

_OTHERS = "Somebody changes the campaign just now: press the button again"


@dataclass(frozen=True, slots=True)
class FormForesight:
    """What saving would mean: for readers in words, and when each schedule would go."""

    mark: str
    meaning: tuple[str, ...] = ()
    slots: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()

    @property
    def is_worth_a_look(self) -> bool:
        """Whether there is anything to see before it is saved."""
        return bool(self.meaning or self.slots)


@dataclass(frozen=True, slots=True)
class FormState:
    """Where a form stands: the file it is over, what that shows, what was typed.

    `others` are who applied a file since the form was read.
    """

    stored: CampaignFile
    now: Mapping[str, str]
    typed: Mapping[str, str]
    faults: Mapping[str, str] = field(default_factory=dict)
    conflicts: tuple[FieldConflict, ...] = ()
    foresight: FormForesight | None = None
    applied: AppliedCampaign | None = None
    loses_comments: bool = False
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SentForm:
    """What was typed by field, over the file of that mark.

    `looked_at` is the mark of a file whose meaning was seen.
    """

    typed: Mapping[str, str]
    mark: str
    looked_at: str


@dataclass(frozen=True, slots=True)
class FormSaver:
    """Saves forms of one campaign, by the act that applies its file."""

    digest: App
    name: str

    def stored(self) -> CampaignFile:
        """Return the file as it stands. Raises NotFound in words."""
        with self.digest.reading() as connection:
            return campaigns.file_of(connection, self.name)

    def unsent(self, target: FormTarget, stored: CampaignFile) -> FormState:
        """Return a form that shows what is in the file."""
        texts = target.texts(content_of(stored.text))
        return FormState(stored, texts, texts)

    def save(self, target: FormTarget, sent: SentForm) -> FormState:
        """Apply what was typed over the file that it was typed over.

        Nothing is applied where there is a fault or a conflict, and where it would mean
        something for readers that has not been looked at.
        """
        stored, typed = self.stored(), sent.typed
        now = target.texts(content_of(stored.text))
        read = None if target.is_new else self._read_at(target, sent.mark, stored)
        clashing = () if target.is_new else conflicts(target.fields, typed, read, now)
        # Shown again over the file as it is now, so with what only others changed.
        wanted = merged(target.fields, typed, read, now)
        if clashing:
            others = self._others_since(sent.mark)
            state = FormState(stored, now, wanted, conflicts=tuple(clashing))
            return replace(state, others=others)
        values, faults = changed_values(target.fields, wanted, now)
        state = FormState(stored, now, wanted, faults)
        if faults or not values:
            return state
        try:
            new = edited(stored.text, [target.edit(values)])
            return self._look_or_apply(target, state, new, sent.looked_at)
        except ChangedFileError:
            return replace(state, faults={"": _OTHERS})
        except CampaignFileError as problem:
            place = target.place(content_of(stored.text))
            faults = by_field(target.fields, place, problem.faults)
            return replace(state, faults=faults or {"": str(problem)})

    def _look_or_apply(
        self, target: FormTarget, state: FormState, new: EditedText, looked_at: str
    ) -> FormState:
        foresight = self._foreseen(target, new.text)
        if foresight.is_worth_a_look and looked_at != foresight.mark:
            return replace(
                state, foresight=foresight, loses_comments=not new.keeps_comments
            )
        applied = self.apply(EditedFile(self.name, new.text, state.stored.mark))
        return replace(state, applied=applied)

    def apply(self, file: EditedFile) -> AppliedCampaign:
        """Apply a file in place of the one it was made from."""
        program = self.digest
        return campaign_files.apply_edited(
            program.engine, file, program.now(), is_live=program.settings.live
        )

    def meaning(self, text: str) -> tuple[str, ...]:
        """Return what a file would mean for readers. Raises CampaignFileError."""
        file = EditedFile(self.name, text)
        is_live = self.digest.settings.live
        return campaign_files.meaning_of_edited(
            self.digest.engine, file, self.digest.now(), is_live=is_live
        )

    def _read_at(
        self, target: FormTarget, mark: str, stored: CampaignFile
    ) -> Mapping[str, str] | None:
        """Return what the form showed when it was read; None where nobody knows."""
        if mark == stored.mark:
            return target.texts(content_of(stored.text))
        with self.digest.reading() as connection:
            version = file_versions.marked(connection, self.name, mark)
        return target.texts(content_of(version.file.text)) if version else None

    def _others_since(self, mark: str) -> tuple[str, ...]:
        """Return who applied a file since that one, the first of them first."""
        with self.digest.reading() as connection:
            read = file_versions.marked(connection, self.name, mark)
            most = limits.CAMPAIGN_VERSIONS
            versions = file_versions.listed(connection, self.name, most)
        since = [each for each in versions if read is None or each.number > read.number]
        return tuple(dict.fromkeys(each.actor for each in reversed(since)))

    def _foreseen(self, target: FormTarget, text: str) -> FormForesight:
        stored = self.stored()
        file = replace(stored, text=text)
        meaning, campaign = self.meaning(text), file.parsed()
        before = self.stored().parsed()
        if campaign.ends and campaign.ends != before.ends:
            now = self.digest.now()
            lines = campaign_making.ending_in_words(self.digest.engine, campaign, now)
            meaning = (*meaning, *lines)
        return FormForesight(file.mark, meaning, self._slots(target, campaign))

    def _slots(
        self, target: FormTarget, campaign: Campaign
    ) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
        """Return when the schedules would go that the form is about."""
        if target.kind == "schedule":
            before = self.stored().parsed().schedules
            concerned = [row for row in campaign.schedules if row not in before]
        elif target.address in ("days", "end"):
            concerned = [*campaign.schedules]
        else:
            return ()
        most, now = limits.CAMPAIGN_SLOTS, self.digest.now()
        beside = campaign_files.foreseen_slots(self.digest.engine, campaign, now)
        return tuple(
            (
                row.name,
                tuple(
                    (slot.when, slot.note)
                    for slot in islice(
                        coming(campaign, [(row, beside.get(row.name))], now), most
                    )
                ),
            )
            for row in concerned
        )


def words_by_field(target: FormTarget, content: Mapping[str, Any]) -> list[Any]:
    """Return each field's label and what the file says of it in words."""
    texts = target.texts(content)
    return [(row.label, row.in_words(texts[row.name])) for row in target.fields]
