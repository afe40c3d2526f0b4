"""What applying a campaign's file means for readers, in words for staff."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from digest.model.campaigns.campaign import Campaign
from digest.model.campaigns.campaign_slots import last_slot
from digest.model.campaigns.coming_slots import only_last
from digest.model.staff_words import counted, moment_in_words


def unclear_renaming(campaign: Campaign, readers: Mapping[str, int]) -> str:
    """Say what it means that a schedule has a new name while another is gone.

    `readers` is how many each schedule had before. Empty where it is clear.
    """
    dropped = _dropped(campaign, readers)
    new = [
        schedule.name
        for schedule in campaign.schedules
        if schedule.name not in readers and schedule.renamed_from not in readers
    ]
    if not dropped or not new:
        return ""
    first = next(iter(dropped))
    return (
        f"{_listed(dropped)} not in the file any more, and {_listed(new)} new. "
        f"{_what_becomes_of(dropped)} If one of them has only another name now, write "
        f'renamed_from = "{first}" under it: then its readers stay on it, its waiting '
        "edition goes on, and lists that ask for it by the old name are understood."
    )


def schedule_notes(campaign: Campaign, readers: Mapping[str, int]) -> Iterator[str]:
    """Yield what becomes of schedules that are renamed or gone, and of readers."""
    for schedule in campaign.schedules:
        if schedule.renamed_from in readers:
            count = counted(readers[schedule.renamed_from], "reader", "readers")
            yield (
                f"schedule {schedule.renamed_from} is called {schedule.name} now, "
                f"and keeps its {count}"
            )
    if dropped := _dropped(campaign, readers):
        meaning = _what_becomes_of(dropped)
        yield f"{_listed(dropped)} not in the file any more. {meaning}"


def last_editions_alone(campaign: Campaign) -> Iterator[str]:
    """Yield which schedules have their last edition and no other."""
    for schedule in campaign.schedules:
        if words := only_last(campaign, schedule):
            yield f"schedule {schedule.name} {words}"


def moved_slots(
    campaign: Campaign, before: Mapping[str, datetime], after: Mapping[str, datetime]
) -> Iterator[str]:
    """Yield what goes out soon, as a change of the file has left no time for it."""
    for edition, slot in _moved(campaign, before, after):
        at = moment_in_words(slot, campaign.timezone)
        yield (
            f"{edition} goes out on {at}, for its own time is past now; to have it "
            "otherwise, apply another file before"
        )


def slots_to_move(
    campaign: Campaign, before: Mapping[str, datetime], after: Mapping[str, datetime]
) -> Iterator[str]:
    """Yield what would go out soon, were the file changed so now."""
    for edition, slot in _moved(campaign, before, after):
        at = moment_in_words(slot, campaign.timezone)
        yield (
            f"{edition} goes out as soon as this is so, about {at}, for its own time "
            "is past then"
        )


def _moved(
    campaign: Campaign, before: Mapping[str, datetime], after: Mapping[str, datetime]
) -> Iterator[tuple[str, datetime]]:
    for schedule in campaign.schedules:
        slot = after.get(schedule.name)
        if slot is None or slot in before.values():
            continue
        is_last = slot == last_slot(campaign, schedule, slot)
        edition = "its last edition" if is_last else "today's edition"
        yield f"schedule {schedule.name}: {edition}", slot


def _dropped(campaign: Campaign, readers: Mapping[str, int]) -> dict[str, int]:
    """Return the schedules that the file ends, each with how many readers it has."""
    stay = {schedule.name for schedule in campaign.schedules}
    stay |= {schedule.renamed_from for schedule in campaign.schedules}
    return {name: count for name, count in readers.items() if name not in stay}


def _listed(names: Collection[str]) -> str:
    verb = "is" if len(names) == 1 else "are"
    return f"schedule {' and '.join(names)} {verb}"


def _what_becomes_of(dropped: Mapping[str, int]) -> str:
    readers = counted(sum(dropped.values()), "reader", "readers")
    return (
        f"The {readers} of {' and '.join(dropped)} move to the schedule of their "
        "format or the default one and keep their place: nothing is lost or repeated. "
        "An edition of it that waits reaches nobody, and its posts go into the next."
    )
