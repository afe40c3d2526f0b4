"""What a reader's own page says, in the campaign's language."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from digest.audience.choosing import ReaderPage
from digest.audience.joining.requests import topic_fields
from digest.audience.lists.columns import ADDRESS
from digest.model.campaigns.campaign import Schedule
from digest.model.campaigns.campaign_slots import next_slot
from digest.model.formats import FORMATS, HTML, LARGE_PRINT, LETTER, PLAIN, named
from digest.render.words.catalogue import languages, words_for
from digest.render.words.dates import day_in_words, day_without_year, moment_told
from digest.render.words.languages import own_name

_POSTAL = (*ADDRESS, "postcode")


class ChoiceWords:
    """The words of one reader's page."""

    def __init__(self, page: ReaderPage) -> None:
        self._page = page
        self._campaign = page.campaign
        self._words = words_for(page.campaign.language)

    def typed(self) -> dict[str, str]:
        """Return how they have it now, as the form has it."""
        choices = self._page.choices
        rest = "until" if choices.paused_until else "no"
        chosen = choices.topics
        ticks = {
            name: "yes"
            for name, topic in topic_fields(self._campaign).items()
            if not chosen or topic in chosen
        }
        until = ""
        if choices.paused_until:
            zone = ZoneInfo(self._campaign.timezone)
            until = choices.paused_until.astimezone(zone).date().isoformat()
        return {
            "format": choices.format,
            "schedule": choices.schedule,
            "language": choices.language,
            "rest": rest,
            "until": until,
            "catch_up": "yes",
            **ticks,
        }

    def cells(self) -> dict[str, str]:
        """Return what an undo brings back."""
        choices = self._page.choices
        return {
            "format": choices.format,
            "schedule": choices.schedule,
            "language": choices.language,
            "topics": "; ".join(choices.topics),
        }

    def now_words(self, now: datetime) -> str:
        """Return in a sentence how they have it, and when the next one goes."""
        choices, words = self._page.choices, self._words
        how = dict(self.formats())[choices.format]
        if choices.paused_until:
            zone = self._campaign.timezone
            day = day_without_year(choices.paused_until, zone, words)
            return words.gettext("%(how)s, from %(day)s on", how=how, day=day)
        schedule = self._campaign.schedule_named(choices.schedule)
        when = self._next(schedule, now) if schedule else ""
        if not when:
            return words.gettext("%(how)s. There is no further edition.", how=how)
        return words.gettext("%(how)s. The next goes on %(when)s.", how=how, when=when)

    def formats(self) -> list[tuple[str, str]]:
        """Return how it may come: what can reach them, and what they have now."""
        words = self._words
        every = {
            HTML: words.gettext("By email"),
            PLAIN: words.gettext("By email, in plain words without pictures"),
            LETTER: words.gettext("As a letter"),
            LARGE_PRINT: words.gettext("As a letter in large print"),
        }
        current = named(self._page.choices.format)
        offered: list[tuple[str, str]] = [
            (each.name, label)
            for each, label in every.items()
            if each.channel is LETTER.channel or self._page.email or each is current
        ]
        if current not in every:
            offered.append((current.name, current.words.capitalize()))
        return offered

    def schedules(self, now: datetime) -> list[tuple[str, str, str]]:
        """Return how often it may come, and when the next of each goes."""
        return [
            (
                row.name,
                row.name.capitalize(),
                self._words.gettext("The next goes on %(when)s", when=when)
                if (when := self._next(row, now))
                else "",
            )
            for row in self._campaign.schedules
        ]

    def languages(self) -> list[tuple[str, str]]:
        """Return the languages that our words may be in, each by its own name."""
        own = self._campaign.language, self._page.choices.language
        return [(tag, own_name(tag)) for tag in sorted({*languages(), *own})]

    def needs(self) -> str:
        """Return that needs are on record, and when we ask again; "" without any."""
        if not self._page.needs:
            return ""
        zone = self._campaign.timezone
        first = self._page.needs[0]
        again = self._campaign.midnight(first.review_on)
        return self._words.gettext(
            "You told us on %(day)s. We ask you again by %(again)s whether it is still "
            "so. It does not stand here, as what leads here may be passed on.",
            day=day_in_words(first.recorded_at, zone, self._words),
            again=day_in_words(again, zone, self._words),
        )

    def need_fault(self, text: str) -> str:
        """Return what is to be put right in what somebody wrote of a need."""
        if not text.strip():
            return self._words.gettext("Write what helps you, in your own words")
        if not self._campaign.letter.phone:
            return self._words.gettext("Write it in a sentence or two")
        return self._words.gettext("Write it in a sentence or two, or ring us")

    def topics(self) -> list[tuple[str, str]]:
        """Return the topics to choose from, each with the name of its field."""
        return list(topic_fields(self._campaign).items())

    def paused(self) -> str:
        """Return until when they have paused, as a date; "" where they have not."""
        return self.typed()["until"]

    def wording(self) -> str:
        """Return what they say yes to who choose another channel."""
        joining = self._campaign.joining
        if joining:
            return joining.wording
        return self._words.gettext(
            "Please send me %(title)s.", title=self._campaign.title
        )

    def missing(self, form: Mapping[str, str]) -> dict[str, str]:
        """Return what has to be written for what was chosen, by field."""
        words, wanted = self._words, FORMATS.get(form.get("format", ""))
        is_posted = wanted is not None and wanted.channel is LETTER.channel
        has_door = self._page.door or any(form.get(name) for name in _POSTAL)
        if is_posted and not has_door:
            return {"address_1": words.gettext("Write where we post it")}
        if form.get("rest") == "until" and not form.get("until"):
            return {"until": words.gettext("Write the day on which it comes again")}
        return {}

    def faults(self, columns: Iterable[str]) -> dict[str, str]:
        """Return what is to be put right, by field."""
        words = self._words
        every = {
            "phone": words.gettext("Write a phone number, like 01632 960 155"),
            "postcode": words.gettext("Write your postcode, like ZZ99 1AB"),
            "schedule": words.gettext("Choose how often"),
            "format": words.gettext("Choose how it comes"),
        }
        otherwise = words.gettext("Write where we post it")
        faults: dict[str, str] = {}
        for column in columns:
            name = column if column in every else "address_1"
            faults.setdefault(name, every.get(column, otherwise))
        return faults

    def refused(self, form: Mapping[str, str]) -> dict[str, str]:
        """Return that it could not be kept, and what to do."""
        words, phone = self._words, self._campaign.letter.phone
        if form.get("rest") == "until":
            return {
                "until": words.gettext(
                    "Write a day that is to come, at most a year ahead"
                )
            }
        if phone:
            return {
                "": words.gettext(
                    "This could not be saved. Ring %(phone)s, and we do it together.",
                    phone=phone,
                )
            }
        return {"": words.gettext("This could not be saved. Answer any email to ask.")}

    def _next(self, schedule: Schedule, now: datetime) -> str:
        slot = next_slot(self._campaign, schedule, now)
        return (
            moment_told(slot, schedule.times.zone, self._words)
            if slot is not None
            else ""
        )
