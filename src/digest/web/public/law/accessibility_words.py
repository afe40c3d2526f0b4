"""What the page on accessibility says: what can be had here, and what was tested."""

from collections.abc import Iterator, Mapping

from digest.model.campaigns.campaign import Campaign
from digest.model.formats import (
    AUDIO,
    BRAILLE,
    EASY_READ,
    FORMATS,
    HTML,
    LARGE_PRINT,
    LETTER,
    PHONE,
    PLAIN,
    VISIT,
    Format,
)
from digest.render.words.catalogue import languages, words_for
from digest.render.words.languages import own_name
from digest.web.public.law.privacy_words import PublicStatement


class AccessibilityWords:
    """The words of one campaign's page."""

    def __init__(self, campaign: Campaign) -> None:
        self._campaign = campaign
        self._words = words_for(campaign.language)

    def statements(self) -> list[PublicStatement]:
        """Return the parts of the page, in order."""
        return [
            self._offered(),
            self._otherwise(),
            self._here(),
            self._tested(),
            self._not_yet(),
            self._not_right(),
        ]

    def _offered(self) -> PublicStatement:
        words = self._words
        about = words.gettext("The same news, on the same day, comes")
        points = [self._forms()[fmt] for fmt in self._formats()]
        tags = {*languages(), self._campaign.language}
        if len(tags) > 1:
            names = words.listed([own_name(tag) for tag in sorted(tags)])
            points.append(
                words.gettext("our own words of it in %(names)s", names=names)
            )
        return PublicStatement(
            words.gettext("How you can have it"), (about,), tuple(points)
        )

    def _formats(self) -> Iterator[Format]:
        """Yield the formats that this campaign can send."""
        letter = self._campaign.letter
        has = {
            HTML.channel: True,
            LETTER.channel: bool(letter.sender),
            PHONE.channel: bool(letter.phone),
        }
        yield from (fmt for fmt in FORMATS.values() if has.get(fmt.channel))

    def _forms(self) -> Mapping[Format, str]:
        words = self._words
        return {
            HTML: words.gettext("by email"),
            PLAIN: words.gettext("by email, in plain words without pictures"),
            LETTER: words.gettext(
                "as a letter, in %(points)d point", points=LETTER.points
            ),
            LARGE_PRINT: words.gettext(
                "as a letter in large print, in %(points)d point",
                points=LARGE_PRINT.points,
            ),
            PHONE: words.gettext("by telephone: somebody rings you and tells you"),
            EASY_READ: words.gettext("easy read"),
            BRAILLE: words.gettext("braille"),
            AUDIO: words.gettext("to listen to"),
            VISIT: words.gettext("somebody who comes to you"),
        }

    def _otherwise(self) -> PublicStatement:
        words, forms = self._words, self._forms()
        formats = {*self._formats()}
        others = words.listed([forms[each] for each in forms if each not in formats])
        return PublicStatement(
            words.gettext("Another way"),
            (
                words.gettext(
                    "What we cannot make ourselves (%(others)s) we look for with you. "
                    "Ask for it as you like: ring, write, or answer any email. Tell us "
                    "what helps you; you need not say why.",
                    others=others,
                ),
            ),
        )

    def _here(self) -> PublicStatement:
        words = self._words
        return PublicStatement(
            words.gettext("What you can do on these pages"),
            (),
            (
                words.gettext("read and use each of them by keyboard alone"),
                words.gettext("use each of them without script"),
                words.gettext(
                    "make the words four times as big without scrolling sideways"
                ),
                words.gettext("have your own colours, or a dark page"),
            ),
        )

    def _tested(self) -> PublicStatement:
        words = self._words
        return PublicStatement(
            words.gettext("How good it is, and how we know"),
            (
                words.gettext(
                    "These pages, our emails and our letters are made to meet the Web "
                    "Content Accessibility Guidelines 2.2, level AA."
                ),
                words.gettext(
                    "The program that makes them is tested before each of its "
                    "versions: each page by axe-core, at 320 pixels, by keyboard, "
                    "without script, with wider spacing of text, in forced and in "
                    "dark colours; letters are made as tagged PDF."
                ),
                words.gettext(
                    "People who use screen readers or other aids have not tested it "
                    "for us yet."
                ),
            ),
        )

    def _not_yet(self) -> PublicStatement:
        words = self._words
        return PublicStatement(
            words.gettext("What does not work yet"),
            (),
            (
                words.gettext(
                    "Some posts come from sites of other people, with pictures that "
                    "nobody has put into words."
                ),
                words.gettext(
                    "Links lead to pages of other people, of which we cannot say how "
                    "good they are."
                ),
            ),
        )

    def _not_right(self) -> PublicStatement:
        words = self._words
        return PublicStatement(
            words.gettext("If something does not work for you"),
            (
                words.gettext(
                    "Tell us, and we put it right or send it another way. If we do "
                    "not, you can go to the Equality Advisory and Support Service in "
                    "Great Britain (0808 800 0082), or to the Equality Commission in "
                    "Northern Ireland."
                ),
            ),
        )
