"""Readers' words in HTML: escaped, and marked where they are in another language.

Mail programs know `lang` and `dir` on every element, but no `bdi`; Outlook for
Windows aligns by `text-align` alone.
"""

from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup, escape

from digest.model.posts.text_language import UNKNOWN, TextLanguage, text_language
from digest.render.limits import PHONE_LENGTH
from digest.render.words.catalogue import Phrase, Words
from digest.render.words.in_order import APART, SET_APART, in_order
from digest.render.words.languages import direction, primary

_NO_LANGUAGE = TextLanguage.of(UNKNOWN)


def with_lang(words: Markup, lang: str, tag: str = "span") -> Markup:
    """Return the words in an element of their language; "" is that of the page."""
    if not lang or not words:
        return words
    return Markup('<{0} lang="{1}" dir="{2}">{3}</{0}>').format(
        tag, lang, direction(lang), words
    )


def language_attributes(language: TextLanguage, around: TextLanguage) -> Markup:
    """Return `lang` and `dir` of an element, where they differ from those around."""
    markup = Markup("")
    if primary(language.tag) != primary(around.tag):
        markup += Markup(' lang="{}"').format(language.tag)
    if language.direction != around.direction:
        markup += Markup(' dir="{}"').format(language.direction)
    return markup


def attributes(language: TextLanguage, around: TextLanguage) -> Markup:
    """Return the same with a style, for mail programs that align by nothing else."""
    markup = language_attributes(language, around)
    if language.direction != around.direction:
        side = "right" if language.is_rtl else "left"
        markup += Markup(' style="text-align:{}"').format(side)
    return markup


def kept_together(text: str, language: TextLanguage) -> Markup:
    """Return a text in which numbers and addresses keep the order of their parts."""
    if not language.is_rtl:
        return escape(text)
    together = Markup('<span dir="ltr">{}</span>')
    unbroken = Markup('<span dir="ltr" class="phone">{}</span>')
    return Markup("").join(
        (unbroken if len(part) <= PHONE_LENGTH else together).format(part)
        if is_kept
        else escape(part)
        for part, is_kept in in_order(text)
    )


@pass_eval_context
def marked(context: EvalContext, value: object) -> object:
    """Return what a template is to write: a phrase of another language says so.

    So does one that is set apart inside others. For `finalize` of an environment. In
    plain text nothing is marked.
    """
    if not context.autoescape or not isinstance(value, str):
        return value
    if isinstance(value, Phrase) and value.lang:
        words = kept_together(str(value), TextLanguage.of(value.lang))
        return with_lang(in_elements(words), value.lang)
    return in_elements(escape(value)) if APART in value else value


def in_elements(words: Markup) -> Markup:
    """Return words in which those that are set apart are in an element of their own."""
    return Markup(  # noqa: S704 - what is put in is escaped already
        SET_APART.sub(
            lambda part: with_lang(
                Markup(part[1]),  # noqa: S704 - a part of markup
                text_language(part[1], _NO_LANGUAGE).tag,
            ),
            words,
        )
    )


def html_words(words: Words) -> Mapping[str, Callable[..., Any]]:
    """Return gettext for templates of HTML; markup may be put in as a value."""

    def gettext(message: str, **values: object) -> Markup:
        return _filled(words.gettext(message), values)

    def pgettext(context: str, message: str, **values: object) -> Markup:
        return _filled(words.pgettext(context, message), values)

    return {"_": gettext, "pgettext": pgettext}


def text_words(words: Words) -> Mapping[str, Callable[..., Any]]:
    """Return gettext for templates of plain text."""
    return {"_": words.gettext, "pgettext": words.pgettext}


def _filled(phrase: Phrase, values: Mapping[str, object]) -> Markup:
    words = escape(str(phrase))
    return with_lang(words % values if values else words, phrase.lang)
