"""Why readers get it, in words for each thing that may be on record."""

from digest.model.editions.compiled_message import ReasonWords
from digest.model.editions.edition import Variant
from digest.model.editions.mime import cleaned
from digest.render.words.catalogue import Phrase, Words, words_of


def reasons_of_emails(variant: Variant) -> ReasonWords:
    """Return how readers of emails are told."""
    words, title = words_of(variant), cleaned(variant.campaign.title)
    return ReasonWords(
        asked_for=words.gettext(
            "You get it because you asked for %(title)s by email.", title=title
        ),
        soft_opt_in=words.gettext(
            "You get it because you took an interest in our work or supported it, and "
            "did not say no. You can say no at any time."
        ),
        public_task=_of_public_task(variant, words),
        of_record=_of_record(words),
        unknown=words.gettext(
            "You are on our list, and we have no record of how that came to be. If you "
            "did not ask for it, please unsubscribe."
        ),
    )


def reasons_of_letters(variant: Variant) -> ReasonWords:
    """Return how readers of letters are told, in every size of print."""
    words, title = words_of(variant), cleaned(variant.campaign.title)
    return ReasonWords(
        asked_for=words.gettext(
            # Translators: in a letter.
            "You get it because you asked for %(title)s.",
            title=title,
        ),
        soft_opt_in=words.gettext(
            "You get it because you took an interest in our work or supported it, and "
            "did not say no. You can say no at any time."
        ),
        public_task=_of_public_task(variant, words),
        of_record=_of_record(words),
        unknown=words.gettext(
            # Translators: in a letter.
            "You are on our list, and we have no record of how that came to be. If you "
            "did not ask for it, please tell us."
        ),
    )


def brief_reasons(variant: Variant) -> ReasonWords:
    """Return how they are told in letters that have room for few words."""
    words, title = words_of(variant), cleaned(variant.campaign.title)
    return ReasonWords(
        # Translators: why somebody gets a letter, where there is room for a line.
        asked_for=words.gettext("You asked for %(title)s.", title=title),
        # Translators: the same.
        soft_opt_in=words.gettext("You took an interest and did not say no."),
        # Translators: the same.
        public_task=words.gettext("Telling you is part of our public duty."),
        of_record=_of_record(words),
        # Translators: the same.
        unknown=words.gettext("We have no record of why you get it."),
    )


def _of_record(words: Words) -> Phrase:
    # Translators: before what is on record of why, how and when, as staff wrote it.
    return words.gettext("Our record of it:")


def _of_public_task(variant: Variant, words: Words) -> Phrase:
    # A task is a fact of the law: in the words of staff, as they wrote them.
    if task := cleaned(variant.campaign.organisation.public_task):
        return words.gettext(
            "You get it because telling you is part of our public duty: %(task)s.",
            task=task.removesuffix("."),
        )
    return words.gettext("You get it because telling you is part of our public duty.")
