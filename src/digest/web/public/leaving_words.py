"""What the pages of leaving say, in the campaign's language."""

from digest.model.campaigns.campaign import Campaign
from digest.model.people.departure import LeavingReason
from digest.render.words.catalogue import words_for


class LeavingWords:
    """The words of one campaign's pages for who leaves, or stays."""

    def __init__(self, campaign: Campaign) -> None:
        self._campaign = campaign
        self._words = words_for(campaign.language)

    def reasons(self) -> list[tuple[str, str]]:
        """Return why somebody may have left: as it is kept, and as it is said."""
        words = self._words
        every = {
            LeavingReason.TOO_OFTEN: words.gettext("It came too often"),
            LeavingReason.NOT_FOR_ME: words.gettext("It was not for me"),
            LeavingReason.NEVER_ASKED: words.gettext("I never asked for it"),
            LeavingReason.MOVED: words.gettext("I have moved away"),
            LeavingReason.OTHER: words.gettext("Something else"),
        }
        return [(reason.value, label) for reason, label in every.items()]

    def less_often(self) -> list[tuple[str, str]]:
        """Return the schedules to have it on instead: a name, and words."""
        words, rows = self._words, self._campaign.schedules
        if len(rows) < 2:
            return []
        return [
            (row.name, words.gettext("Have it %(schedule)s instead", schedule=row.name))
            for row in rows
            if not row.default
        ]

    def stays(self, *, has_changed: bool) -> tuple[str, str]:
        """Return the heading and the words for who has come back, or never left."""
        words, title = self._words, self._campaign.title
        if has_changed:
            heading = words.gettext("You are back")
        else:
            heading = words.gettext("You have not left")
        return heading, words.gettext("You get %(title)s.", title=title)
