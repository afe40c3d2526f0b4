"""What the pages of joining say, in the campaign's language."""

from collections.abc import Iterable
from datetime import datetime

from digest.audience.joining.requests import topic_fields
from digest.audience.lists.list_file import ListProblem
from digest.model.campaigns.campaign import Campaign, Schedule
from digest.model.campaigns.campaign_slots import next_slot
from digest.model.formats import AUDIO, BRAILLE, EASY_READ, LETTER, VISIT
from digest.model.people.joining import JoiningWay
from digest.render.words.catalogue import Words, words_for
from digest.render.words.dates import moment_told


class JoiningWords:
    """The words of one campaign's pages."""

    def __init__(self, campaign: Campaign) -> None:
        self._campaign = campaign
        self._words: Words = words_for(campaign.language)

    def ways(self) -> list[tuple[str, str, str]]:
        """Return each way of hearing from us: its name, its words, and a hint."""
        words = self._words
        every = {
            JoiningWay.EMAIL: (
                words.gettext("By email"),
                words.gettext("A link to confirm comes to you first"),
            ),
            JoiningWay.LETTER: (
                words.gettext("As a letter"),
                words.gettext("Printed and posted to your home"),
            ),
            JoiningWay.LARGE_PRINT: (
                words.gettext("As a letter in large print"),
                words.gettext("18 point, about as big as this line on a big screen"),
            ),
            JoiningWay.PHONE: (
                words.gettext("By telephone"),
                words.gettext("One of us rings and reads you the news"),
            ),
            JoiningWay.OTHER: (
                words.gettext("Some other way"),
                words.gettext(
                    "Braille, audio, easy read or another language: we ring you and "
                    "see what we can do"
                ),
            ),
        }
        joining = self._campaign.joining
        return [(way.value, *every[way]) for way in (joining.ways if joining else ())]

    def where(self, way: JoiningWay) -> str:
        """Return the heading of the second step."""
        words = self._words
        if way is JoiningWay.EMAIL:
            return words.gettext("Where shall we send it?")
        if way.is_by_post:
            return words.gettext("Where shall we post it?")
        return words.gettext("Which number shall we ring?")

    def button(self, way: JoiningWay) -> str:
        """Return what is on the button that asks for it."""
        words = self._words
        if way is JoiningWay.EMAIL:
            return words.gettext("Send me the news")
        if way.is_by_post:
            return words.gettext("Post me the news")
        return words.gettext("Ring me")

    def name_hint(self, way: JoiningWay) -> str:
        """Return what to write for a name."""
        words = self._words
        if way.is_by_post:
            return words.gettext("As it should stand on the envelope")
        return words.gettext("As we should greet you")

    def others(self) -> list[tuple[str, str]]:
        """Return what may help somebody to read or understand."""
        words = self._words
        return [
            ("", words.gettext("Let us talk about it")),
            (EASY_READ.name, words.gettext("Easy read: short words and pictures")),
            (BRAILLE.name, words.gettext("Braille")),
            (AUDIO.name, words.gettext("To listen to it")),
            (VISIT.name, words.gettext("Somebody who comes and tells me")),
        ]

    def schedules(self, now: datetime, way: JoiningWay) -> list[tuple[str, str, str]]:
        """Return how often it may come: a name, words, and when the next one goes."""
        campaign = self._campaign
        usual = campaign.schedule_for(way.wanted or LETTER).name
        rows = sorted(campaign.schedules, key=lambda row: row.name != usual)
        return [(row.name, row.name.capitalize(), self._next(row, now)) for row in rows]

    def _next(self, schedule: Schedule, now: datetime) -> str:
        slot = next_slot(self._campaign, schedule, now)
        if slot is None:
            return ""
        when = moment_told(slot, schedule.times.zone, self._words)
        return self._words.gettext("The next goes on %(when)s", when=when)

    def topics(self) -> list[tuple[str, str]]:
        """Return the topics to choose from, each with the name of its field."""
        return list(topic_fields(self._campaign).items())

    def to_check(self, way: JoiningWay) -> str:
        """Return what follows, for who gets no mail with a button."""
        words = self._words
        if way.is_by_post:
            return words.gettext("Your first letter comes with the next ones we post")
        return words.gettext("We ring you before long")

    def no_email(self) -> str:
        """Return that what was typed is no email address."""
        return self._words.gettext("Write an email address, like name@example.org")

    def stopped(self) -> tuple[str, str]:
        """Return the heading and the words for who has signed up too often."""
        words, phone = self._words, self._campaign.letter.phone
        heading = words.gettext("Please try again in an hour")
        if phone:
            return heading, words.gettext(
                "Many have signed up from where you are. You can also ring %(phone)s, "
                "and we do it together.",
                phone=phone,
            )
        return heading, words.gettext("Many have signed up from where you are.")

    def faults(
        self, problems: Iterable[ListProblem], way: JoiningWay
    ) -> dict[str, str]:
        """Return what is to be put right, by field."""
        words = self._words
        every = {
            "name": words.gettext("Write your name, as we should greet you"),
            "email": words.gettext("Write an email address, like name@example.org"),
            "phone": words.gettext("Write a phone number, like 01632 960 155"),
            "postcode": words.gettext("Write your postcode, like ZZ99 1AB"),
        }
        first = "address_1" if way.is_by_post else "phone"
        needed = "email" if way is JoiningWay.EMAIL else first
        otherwise = words.gettext("Write where we reach you")
        faults: dict[str, str] = {}
        for problem in problems:
            column = problem.column
            if column == "email":
                column = needed
            faults.setdefault(column, every.get(column, otherwise))
        return faults
