"""What the page on privacy says, in the campaign's language, of what is really so."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import assert_never

from digest.audience.limits import IMPORT_UNDOABLE
from digest.audience.subject_access import HeldKind
from digest.model.campaigns.campaign import Campaign
from digest.model.people.lawful_basis import LawfulBasis
from digest.render.words.catalogue import words_for
from digest.store.limits import UNCONFIRMED_KEPT
from digest.web.public.law.facts import PrivacyFacts

_DAY, _YEAR = timedelta(days=1), timedelta(days=365)


@dataclass(frozen=True, slots=True)
class PublicStatement:
    """A part of a page: its heading, what stands below, and a list."""

    heading: str
    words: tuple[str, ...] = ()
    points: tuple[str, ...] = ()


class PrivacyWords:
    """The words of one campaign's page."""

    def __init__(self, campaign: Campaign, facts: PrivacyFacts) -> None:
        self._campaign = campaign
        self._facts = facts
        self._words = words_for(campaign.language)

    def statements(self) -> list[PublicStatement]:
        """Return the parts of the page, in order."""
        return [
            self._who(),
            self._kinds_held(),
            self._why(),
            self._how_long(),
            self._who_else(),
            self._rights(),
        ]

    def _who(self) -> PublicStatement:
        words, campaign = self._words, self._campaign
        organisation = campaign.organisation
        name = organisation.name or campaign.sender_name
        # Whose news is called as they are would be sent by itself.
        lines: list[str] = [
            words.gettext("%(sender)s answer for what is held of you.", sender=name)
            if name == campaign.title
            else words.gettext(
                "%(title)s is sent by %(sender)s, who answer for what is held of you.",
                title=campaign.title,
                sender=name,
            )
        ]
        if organisation.charity:
            lines.append(
                words.gettext(
                    "They are a registered charity, number %(number)s.",
                    number=organisation.charity,
                )
            )
        if organisation.contact:
            lines.append(organisation.contact)
        return PublicStatement(words.gettext("Who we are"), tuple(lines))

    def _kinds_held(self) -> PublicStatement:
        words = self._words
        about = words.gettext(
            "What you told us, and what came of it. You can have a copy of all of it."
        )
        every = (
            words.gettext(
                "your name, and how we reach you: an email address, a postal address, "
                "a phone number, as far as you gave them"
            ),
            words.gettext("how you want it, how often, about what, in which language"),
            *(self._kind(kind) for kind in HeldKind),
        )
        return PublicStatement(words.gettext("What we hold of you"), (about,), every)

    def _kind(self, kind: HeldKind) -> str:
        return self._kinds()[kind]

    def _kinds(self) -> Mapping[HeldKind, str]:
        words = self._words
        return {
            HeldKind.SUBSCRIPTIONS: words.gettext(
                "the lists that you are or were on, and why we may write to you"
            ),
            HeldKind.CONSENTS: words.gettext(
                "each time you said yes: when, how, and to which words"
            ),
            HeldKind.CAMPAIGNS: words.gettext("what you get from us, since when"),
            HeldKind.LEFT: words.gettext(
                "what you have left, when, and why if you said"
            ),
            HeldKind.NEEDS: words.gettext(
                "what helps you read or understand, if you told us"
            ),
            HeldKind.COMPLAINTS: words.gettext(
                "what you complained of, and what we did about it"
            ),
            HeldKind.COPIES: words.gettext(
                "each copy that was made for you: when it went, and whether it arrived"
            ),
            HeldKind.NOT_SENT: words.gettext(
                "which editions you got nothing of, and why"
            ),
            HeldKind.CALLS: words.gettext("when we rang you, and what came of it"),
            HeldKind.BOUNCES: words.gettext(
                "what came back that could not be delivered"
            ),
            HeldKind.OFFERS: words.gettext(
                "another way to reach you that we offered you"
            ),
            HeldKind.MAIL: words.gettext(
                "that you wrote to us by email, and what, until it is passed on"
            ),
            HeldKind.REQUESTS: words.gettext("what you asked for on our pages"),
            HeldKind.HELD_TWICE: words.gettext(
                "what we held of you twice, until it was put together"
            ),
            HeldKind.ACTS: words.gettext(
                "what our staff changed of all this, and when"
            ),
            HeldKind.SUPPRESSED: words.gettext(
                "that we must not write to you, and since when"
            ),
        }

    def _why(self) -> PublicStatement:
        words = self._words
        points: list[str] = [self._basis(basis) for basis in self._facts.bases]
        if self._facts.has_other_words:
            points.append(
                words.gettext(
                    "something else that is on record, or nothing: each copy says what"
                )
            )
        about = words.gettext(
            "At the end of each email and letter stands why it is you who gets it. It "
            "is one of these:"
        )
        return PublicStatement(
            words.gettext("Why we may write to you"),
            (about,) if points else (words.gettext("Nobody is on our lists yet."),),
            tuple(points),
        )

    def _basis(self, basis: LawfulBasis) -> str:
        words = self._words
        match basis:
            case LawfulBasis.CONSENT:
                return words.gettext(
                    "you asked for it (consent): you can take that back at any time"
                )
            case LawfulBasis.SOFT_OPT_IN:
                return words.gettext(
                    "you took an interest in our work or supported it, and did not say "
                    "no (charitable soft opt-in): you can say no at any time"
                )
            case LawfulBasis.PUBLIC_TASK:
                task = self._campaign.organisation.public_task
                if task:
                    return words.gettext(
                        "telling you is part of our public duty (public task): "
                        "%(task)s",
                        task=task.removesuffix("."),
                    )
                return words.gettext(
                    "telling you is part of our public duty (public task)"
                )
            case LawfulBasis.DID_NOT_ASK:
                return words.gettext(
                    "you came with a list, and nobody has asked you yet: you can say "
                    "no at any time"
                )
            case _:
                assert_never(basis)

    def _how_long(self) -> PublicStatement:
        words = self._words
        return PublicStatement(
            words.gettext("How long we keep it"), (), tuple(self._spans())
        )

    def _spans(self) -> Iterator[str]:
        """Yield for how long each kind is kept, as it is removed by itself."""
        words, keep = self._words, self._facts.keep
        yield words.gettext(
            "what we hold of you: for as long as you are on one of our lists. That is "
            "so also when you have stopped what we send, so that nobody writes to you "
            "again by mistake. Once you are on none: %(span)s",
            span=self._span(keep.people),
        )
        yield words.gettext(
            "which copies you got, and what came of them: %(span)s",
            span=self._span(keep.history),
        )
        yield words.gettext(
            "that you wrote to us by email: %(span)s", span=self._span(keep.incoming)
        )
        yield words.gettext(
            "files of letters that were printed: %(span)s",
            span=self._span(keep.letters),
        )
        yield words.gettext(
            "the file of a list on which you came to us: %(span)s",
            span=self._span(IMPORT_UNDOABLE),
        )
        yield words.gettext(
            "an address that somebody typed here and nobody confirmed: %(span)s",
            span=self._span(UNCONFIRMED_KEPT),
        )
        yield words.gettext(
            "when it is erased: a mark that nobody can read back, by which we know not "
            "to write to you again, and the days of a complaint"
        )

    def _span(self, span: timedelta) -> str:
        words = self._words
        years, rest = divmod(span, _YEAR)
        if years and not rest:
            return words.ngettext("%(number)d year", "%(number)d years", years)
        return words.ngettext("%(number)d day", "%(number)d days", span // _DAY)

    def _who_else(self) -> PublicStatement:
        words, facts = self._words, self._facts
        points: list[str] = [
            words.gettext(
                "the mail service at %(name)s, which sends the emails", name=name
            )
            for name in facts.senders
        ]
        if not facts.senders:
            points.append(words.gettext("the mail server that sends the emails"))
        points += [
            words.gettext(
                "%(name)s, which tells us what became of each email", name=name
            )
            for name in facts.services
        ]
        if self._campaign.letter.sender:
            points.append(
                words.gettext(
                    "whoever prints and posts the letters: your name and address"
                )
            )
        if self._campaign.letter.phone:
            points.append(
                words.gettext(
                    "whoever rings you for us: your name and number, and what helps "
                    "you, if you agreed to that"
                )
            )
        if facts.has_programs:
            points.append(
                words.gettext("other programs of ours, each with a key that we can end")
            )
        return PublicStatement(
            words.gettext("Who else sees some of it"),
            (
                words.gettext(
                    "We do not see whether you open an email or follow a link in it. "
                    "These pages keep no cookie of yours."
                ),
            ),
            tuple(points),
        )

    def _rights(self) -> PublicStatement:
        words = self._words
        about = words.gettext(
            "You may ask for any of these, and need not say why. It costs nothing."
        )
        ask = (
            words.gettext("Write to us or ring us, and we answer within a month.")
            if self._campaign.letter.phone
            else words.gettext("Write to us, and we answer within a month.")
        )
        return PublicStatement(
            words.gettext("What you may ask for"),
            (f"{about} {ask}",),
            (
                words.gettext("a copy of all that we hold of you"),
                words.gettext("that we put right what is wrong"),
                words.gettext("that we erase it"),
                words.gettext("that we stop writing to you, or write another way"),
                words.gettext(
                    "that we leave it as it is while something is looked into"
                ),
                words.gettext("what you gave us as a file, to take it elsewhere"),
            ),
        )
