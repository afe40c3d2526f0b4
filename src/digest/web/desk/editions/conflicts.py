"""Two people's words for one edition, side by side: nothing of either is lost."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from digest.model.posts.markdown import to_markdown
from digest.schedule.editions.steering.contents import EditionContents
from digest.store.editions.steering import SteeringAct
from digest.web.desk.editions.edition_view import in_words_with_titles
from digest.web.parts.merged_forms import MergedForm, merged, read_fields

_FIELDS = {
    "subject": "Subject",
    "preheader": "Line after the subject",
    "note": "Note from the team",
}


def chosen_words(form: Mapping[str, str]) -> dict[str, str]:
    """Return the words of a form: typed there, or chosen of two people's."""
    return {name: _chosen(form, name) for name in _FIELDS}


def words_now(inside: EditionContents) -> dict[str, str]:
    """Return the words of an edition as its form shows them."""
    steered = inside.steered.steering
    return {
        "subject": steered.subject,
        "preheader": steered.preheader,
        "note": to_markdown(steered.note),
    }


def merged_words(inside: EditionContents, form: Mapping[str, str]) -> MergedForm:
    """Return the words of a form over what they are now; a clash is what both wrote."""
    typed = {**form, **chosen_words(form)}
    typed = {name: text for name, text in typed.items() if not name.endswith("-keep")}
    return merged(typed, words_now(inside), _FIELDS, is_as_read=False)


def conflict(
    inside: EditionContents, acts: Sequence[SteeringAct], mine: MergedForm
) -> dict[str, Any]:
    """Return what the page shows that asks whose words are to be kept.

    Words that only one of two people changed are not asked for.
    """
    zone = ZoneInfo(inside.edition.campaign.timezone)
    last = acts[-1] if acts else None
    names = [name for name in _FIELDS if name in mine.clashes]
    return {
        "campaign": inside.edition.campaign,
        "title": inside.edition.title,
        "who": last.by if last else "Somebody",
        "at": f"{last.at.astimezone(zone):%H:%M}" if last else "",
        "acts": [f"{act.by} {in_words_with_titles(act.words, inside)}" for act in acts],
        "version": inside.steered.version,
        "slot_mark": inside.edition.slot.isoformat(),
        "fields": [
            (name, _FIELDS[name], mine.fields[name].strip(), mine.clashes[name])
            for name in names
        ],
        "same": [(name, mine.fields[name]) for name in _FIELDS if name not in names],
        "read": read_fields(words_now(inside), _FIELDS),
    }


def _chosen(form: Mapping[str, str], name: str) -> str:
    is_theirs = form.get(f"{name}-keep") == "theirs"
    return form.get(f"{name}-theirs" if is_theirs else name, "")
