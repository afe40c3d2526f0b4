"""What readers are told of a link: one table of its kinds, for every format."""

from collections.abc import Mapping
from dataclasses import dataclass

from digest.model.posts.items import Link, LinkKind
from digest.model.posts.link_kinds import label_of
from digest.render.words.catalogue import Phrase, Words


@dataclass(frozen=True, slots=True)
class LinkLabels:
    """How a kind of link is named: before its words, on paper, and for want of any."""

    name: Phrase
    on_paper: Phrase
    alone: Phrase


def link_labels(kind: LinkKind, words: Words) -> LinkLabels:
    """Return how links of that kind are named."""
    return _table(words)[kind]


def link_words(link: Link, words: Words) -> str:
    """Return a link's own words, or its kind where those say nothing.

    Gathering labels such a link by its kind in English; readers are told the kind
    in their language.
    """
    if link.label == label_of(link.kind):
        return link_labels(link.kind, words).alone
    return link.label


def _table(words: Words) -> Mapping[LinkKind, LinkLabels]:
    survey = words.gettext("Survey")
    bsl = words.gettext("British Sign Language video")
    video = words.gettext("Video")
    webinar = words.gettext("Webinar")
    sign_up = words.gettext("Sign up")
    audio = words.gettext("Audio")
    document = words.gettext("Document")
    easy_read, more = words.gettext("Easy read"), words.gettext("More")
    return {
        LinkKind.SURVEY: LinkLabels(survey, survey, survey),
        LinkKind.EASY_READ: LinkLabels(
            easy_read, words.gettext("Easy read version"), easy_read
        ),
        LinkKind.BSL: LinkLabels(bsl, bsl, bsl),
        LinkKind.VIDEO: LinkLabels(video, video, video),
        LinkKind.WEBINAR: LinkLabels(webinar, webinar, webinar),
        LinkKind.SIGN_UP: LinkLabels(
            # Translators: a link that says no more than that one can sign up there.
            sign_up,
            sign_up,
            words.pgettext("a link", "Sign-up"),
        ),
        LinkKind.AUDIO: LinkLabels(audio, audio, audio),
        LinkKind.DOCUMENT: LinkLabels(document, document, document),
        LinkKind.MORE: LinkLabels(more, words.gettext("More on the web"), more),
    }
