"""Two people's words for one edition, side by side: nothing of either is lost."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from digest.model.posts.markdown import to_markdown
from digest.schedule.editions.steering.contents import EditionContents
from digest.store.editions.steering import SteeringAct
from digest.web.desk.editions.edition_view import in_words_with_titles

_FIELDS = {
    "subject": "Subject",
    "preheader": "Line after the subject",
    "note": "Note from the team",
}


def chosen_words(form: Mapping[str, str]) -> dict[str, str]:
    """Return the words of a form: typed there, or chosen of two people's."""
    return {name: _chosen(form, name) for name in _FIELDS}


def conflict(
    inside: EditionContents, acts: Sequence[SteeringAct], form: Mapping[str, str]
) -> dict[str, Any]:
    """Return what the page shows that asks whose words are to be kept.

    Words that are the same in both are not asked for.
    """
    steered = inside.steered.steering
    theirs = {
        "subject": steered.subject,
        "preheader": steered.preheader,
        "note": to_markdown(steered.note),
    }
    mine = {name: words.strip() for name, words in chosen_words(form).items()}
    names = [name for name in _FIELDS if mine[name] != theirs[name]]
    zone = ZoneInfo(inside.edition.campaign.timezone)
    last = acts[-1] if acts else None
    return {
        "campaign": inside.edition.campaign,
        "title": inside.edition.title,
        "who": last.by if last else "Somebody",
        "at": f"{last.at.astimezone(zone):%H:%M}" if last else "",
        "acts": [f"{act.by} {in_words_with_titles(act.words, inside)}" for act in acts],
        "version": inside.steered.version,
        "slot_mark": inside.edition.slot.isoformat(),
        "fields": [(name, _FIELDS[name], mine[name], theirs[name]) for name in names],
        "same": [(name, theirs[name]) for name in _FIELDS if name not in names],
    }


def _chosen(form: Mapping[str, str], name: str) -> str:
    is_theirs = form.get(f"{name}-keep") == "theirs"
    return form.get(f"{name}-theirs" if is_theirs else name, "")
