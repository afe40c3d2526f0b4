"""How a letter ends: how readers reach the sender, and why they get it.

In as many words as have room; of why, each reader's own are printed over the body.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from digest.model.editions.compiled_message import ReasonWords
from digest.model.editions.edition import Variant
from digest.model.editions.mime import cleaned
from digest.model.formats import LARGE_PRINT, LETTER
from digest.model.limits import REASON_WIDTH
from digest.model.people.person import Consent
from digest.model.people.postal_address import tidy
from digest.model.posts.blocks import TextSpan
from digest.model.posts.shortening import shortened
from digest.render.letter.blocks import BlockTypesetter, Json, lang_of
from digest.render.letter.reply_slip import slip_of
from digest.render.paper.printable_text import without_unprintable
from digest.render.words.catalogue import Phrase, Words
from digest.render.words.reasons import brief_reasons, reasons_of_letters


class Ending(StrEnum):
    """In how many words a letter ends: a list of what to ask for, or fewer.

    A reply slip is such a list, to tick and to post, below as many words as `BRIEF`.
    """

    SLIP = "slip"
    FULL = "full"
    BRIEF = "brief"
    LINE = "line"
    NONE = "none"


def ending_of(
    variant: Variant, typesetter: BlockTypesetter, ending: Ending, *, says_why: bool
) -> Iterator[Json]:
    """Yield the end of a letter: one block, or none; with room for why, if it says."""
    match ending:
        case Ending.FULL:
            body = _in_full(variant, typesetter)
        case Ending.BRIEF | Ending.SLIP:
            body = _in_brief(variant, typesetter)
        case Ending.LINE:
            body = _in_a_line(variant, typesetter)
        case Ending.NONE:
            return
    has_slip = ending is Ending.SLIP
    form = Ending.BRIEF if has_slip else ending
    block: Json = {"k": "ending", "body": list(body), "form": str(form)}
    if has_slip:
        block["slip"] = slip_of(variant, typesetter)
    if says_why:
        reasons = LetterReasons.of(variant)
        room = reasons.brief if ending is Ending.LINE else reasons.full
        block["reasons"] = [*map(typesetter.say, _sentences(room))]
        block["reason"] = lang_of(reasons.full.unknown)
    yield block


def _sentences(reasons: ReasonWords) -> Iterator[str]:
    """Yield what may be said of why somebody gets it, but for the record's own words.

    There is room for the longest.
    """
    yield from (reasons.asked_for, reasons.soft_opt_in, reasons.public_task)
    yield reasons.unknown


@dataclass(frozen=True, slots=True)
class LetterReasons:
    """Why readers get a letter, in full and in few words."""

    full: ReasonWords
    brief: ReasonWords

    @classmethod
    def of(cls, variant: Variant) -> Self:
        """Return them for the letters of a variant."""
        return cls(reasons_of_letters(variant), brief_reasons(variant))

    def ways(self, consent: Consent) -> list[str]:
        """Return the ways to say it to a reader; the first that fits is printed.

        With the record's words where there is room, which the last always has.
        """
        record, basis = cleaned(consent.in_words), self.full.of_basis(consent)
        ways = [
            self.full.for_reader(consent),
            basis or self.full.unknown,
            self.brief.of_basis(consent) or self.brief.unknown,
        ]
        if record and not basis:
            widths = (REASON_WIDTH, REASON_WIDTH // 2, REASON_WIDTH // 4)
            ways = [
                f"{self.full.of_record} {shortened(record, width)}" for width in widths
            ]
        return [*dict.fromkeys(without_unprintable(tidy(way)) for way in ways)]


def _in_a_line(variant: Variant, typesetter: BlockTypesetter) -> Iterator[Json]:
    letter, words = variant.campaign.letter, typesetter.words
    if letter.phone:
        # Translators: the end of a letter that has room for one line and no more.
        text = words.gettext(
            "To change or stop these letters, ring %(phone)s.",
            phone=words.number(letter.phone),
        )
    elif letter.sender:
        text = words.gettext(
            "To change or stop these letters, write to us: see page 1."
        )
    else:
        text = words.gettext(
            "To change or stop these letters, tell whoever gave you this."
        )
    yield typesetter.paragraph(TextSpan(text))


def _in_brief(variant: Variant, typesetter: BlockTypesetter) -> Iterator[Json]:
    letter, words = variant.campaign.letter, typesetter.words
    number = words.number(letter.phone)
    match bool(letter.phone), bool(letter.sender):
        case True, True:
            # Translators: the end of a letter that has no room for a list.
            text = words.gettext(
                "To ask us anything, or to change or stop these letters, ring "
                "%(phone)s or write to the address at the top of page 1. Please give "
                "the reference at the foot of this page.",
                phone=number,
            )
        case True, False:
            text = words.gettext(
                "To ask us anything, or to change or stop these letters, ring "
                "%(phone)s. Please give the reference at the foot of this page.",
                phone=number,
            )
        case False, True:
            text = words.gettext(
                "To ask us anything, or to change or stop these letters, write to the "
                "address at the top of page 1. Please give the reference at the foot "
                "of this page."
            )
        case _:
            text = words.gettext(
                "To ask us anything, or to change or stop these letters, tell whoever "
                "gave you this."
            )
    yield typesetter.paragraph(TextSpan(text))


def _in_full(variant: Variant, typesetter: BlockTypesetter) -> Iterator[Json]:
    words = typesetter.words
    other = (
        words.gettext(
            "have these letters in ordinary print (%(points)d point);",
            points=LETTER.points,
        )
        if variant.format == LARGE_PRINT
        else words.gettext(
            "have these letters in large print (%(points)d point);",
            points=LARGE_PRINT.points,
        )
    )
    asks = (
        other,
        words.gettext("have them by email instead, or stop them;"),
        words.gettext("change your name or address;"),
        words.gettext("ask why you get these letters, and what we hold about you;"),
        words.gettext(
            "tell us what you think, or ask somebody to look up a web page for you."
        ),
    )
    reference = words.gettext(
        "It helps us if you give the reference at the foot of this page."
    )
    yield typesetter.heading(2, words.gettext("How to reach us"))
    yield typesetter.paragraph(TextSpan(_please(variant, words)))
    items = [[typesetter.paragraph(TextSpan(ask))] for ask in asks]
    yield {"k": "list", "ordered": False, "items": items}
    yield typesetter.paragraph(TextSpan(reference))


def _please(variant: Variant, words: Words) -> Phrase:
    """Return how readers reach the sender; a list of what for stands below it."""
    phone = variant.campaign.letter.phone
    number = words.number(phone)
    match bool(phone), bool(variant.campaign.letter.sender):
        case True, True:
            # Translators: a list of things that readers may ask for follows.
            return words.gettext(
                "You do not need email. Please ring %(phone)s or write to the "
                "address at the top of page 1 to:",
                phone=number,
            )
        case True, False:
            return words.gettext(
                "You do not need email. Please ring %(phone)s to:", phone=number
            )
        case False, True:
            return words.gettext(
                "You do not need email. Please write to the address at the top of "
                "page 1 to:"
            )
        case _:
            return words.gettext(
                "You do not need email. Please tell whoever gave you this to:"
            )
