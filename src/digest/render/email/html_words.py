"""Readers' words in HTML: escaped, and marked where they are in another language."""

from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup, escape

from digest.render.words.catalogue import Phrase, Words
from digest.render.words.languages import direction


def with_lang(words: Markup, lang: str, tag: str = "span") -> Markup:
    """Return the words in an element of their language; "" is that of the page."""
    if not lang or not words:
        return words
    return Markup('<{0} lang="{1}" dir="{2}">{3}</{0}>').format(
        tag, lang, direction(lang), words
    )


@pass_eval_context
def marked(context: EvalContext, value: object) -> object:
    """Return what a template is to write: a phrase of another language says so.

    For `finalize` of an environment. In plain text nothing is marked.
    """
    if context.autoescape and isinstance(value, Phrase) and value.lang:
        return with_lang(escape(str(value)), value.lang)
    return value


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
