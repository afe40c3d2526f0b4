"""Styles moved into the elements they style, without ever touching the network."""

import logging
from collections import OrderedDict
from functools import lru_cache
from threading import Lock
from typing import NoReturn

import cssutils
from lxml import etree
from premailer import Premailer

from digest.errors import RenderError

# One ERROR line for every modern property otherwise.
cssutils.log.setLevel(logging.CRITICAL)

# cssutils keeps the state of a parse in module globals.
_ONE_AT_A_TIME = Lock()
_SHEETS = 32
# What a sheet's rules come to, the latest last; looked at by one at a time.
_RULES = OrderedDict[tuple[str, int], tuple[list[object], list[object]]]()
_MEND = "take it out of the template"
_KEEP = 'put it in a <style data-premailer="ignore"> instead'
_NOT_FOR_INLINING = ("!important", "@", "var(", ":is(", ":not(", ":hover")


def inline_styles(html: str) -> str:
    """Return the page with the rules of its plain style blocks put inline.

    Blocks marked `data-premailer="ignore"` are left as they are, for what
    only works in a style sheet. Raises RenderError where the page names
    something to be fetched or run, or a plain block holds a rule that would
    be lost.
    """
    _refuse_the_unsafe(html)
    return _transformed(html)


def _transformed(html: str) -> str:
    with _ONE_AT_A_TIME:
        moved: str = OfflinePremailer(
            html,
            allow_network=False,
            allow_loading_external_files=False,
            disable_validation=True,
            strip_important=False,
            disable_basic_attributes=["width", "height", "bgcolor", "align", "valign"],
            cache_css_parsing=False,
            cssutils_logging_level=logging.CRITICAL,
        ).transform(pretty_print=False)
    return moved


class OfflinePremailer(Premailer):  # type: ignore[misc]  # premailer is untyped
    """A Premailer that cannot reach the network, whatever a style sheet says.

    cssutils follows @import with a fetcher of its own, whatever premailer's
    `allow_network` says; the parser used here has one that refuses.
    """

    def _parse_css_string(self, css_body: str, validate: bool = True) -> object:  # noqa: ARG002, FBT001, FBT002 - premailer's signature
        return _sheet(css_body)

    def _parse_style_rules(
        self, css_body: str, ruleset_index: int
    ) -> tuple[list[object], list[object]]:
        # The same for every variant, and to write them out is most of the work.
        sheet = css_body, ruleset_index
        if sheet not in _RULES:
            _RULES[sheet] = super()._parse_style_rules(css_body, ruleset_index)
            while len(_RULES) > _SHEETS:
                _RULES.popitem(last=False)
        rules, leftover = _RULES[sheet]
        return [*rules], [*leftover]


@lru_cache(maxsize=_SHEETS)
def _sheet(css: str) -> object:
    def refuse(url: str) -> NoReturn:
        # cssutils takes an OSError for a sheet that cannot be read, and goes on.
        raise OSError(f"style sheets are not fetched: {url}")

    return cssutils.CSSParser(fetcher=refuse, validate=False).parseString(css)


def _refuse_the_unsafe(html: str) -> None:
    page = etree.fromstring(html, etree.HTMLParser())
    for element in page.iter("link", "script", "style", "base", "iframe", "object"):
        if element.tag != "style":
            raise RenderError(f"an email cannot hold <{element.tag}>: {_MEND}")
        css = (element.text or "").lower().replace("\\", "")
        if "@import" in css:
            raise RenderError(f"an email cannot @import a style sheet: {_MEND}")
        plain = element.get("data-premailer") != "ignore"
        lost = [rule for rule in _NOT_FOR_INLINING if plain and rule in css]
        if lost:
            raise RenderError(f'"{lost[0]}" cannot be put inline: {_KEEP}')
