"""What axe finds on a page: by WCAG 2.2 to level AA, and by its best practice."""

from collections.abc import Collection
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

# Named, as some rules of WCAG 2.2 are asked for by name alone.
_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
# All of what axe looks at that dark colours can break where light ones do not.
_OF_COLOUR = ("color-contrast", "link-in-text-block")
# What one colour's words mean is worked out once: axe reads those of every element
# anew, through all the spaces that CSS knows, for a third of its time.
_REMEMBER_COLOURS = """() => {
    const colour = axe.commons.color.Color.prototype, read = colour.parseString
    const known = new Map()
    colour.parseString = function (words) {
        if (!known.has(words)) {
            read.call(this, words)
            known.set(words, [this.r, this.g, this.b, this.alpha])
        }
        [this.r, this.g, this.b, this.alpha] = known.get(words)
        return this
    }
}"""
# What is not broken is not described: to do so takes longer than to look.
_LOOK = """options => axe.run({...options, resultTypes: ["violations"]}).then(
    found => found.violations.map(fault => [fault.id, fault.nodes[0].html]))"""


def violations(page: Page, but: Collection[str] = ()) -> list[tuple[str, str]]:
    """Return each rule that is broken, and the first part of the page that does.

    Rules of colour are held to in light and in dark colours; where colours are forced
    they are the system's own, which axe does not know. `but` names rules that the page
    is not held to.
    """
    page.evaluate(AXE_SCRIPT)
    page.evaluate(_REMEMBER_COLOURS)
    is_forced = page.evaluate("matchMedia('(forced-colors: active)').matches")
    left_out = {*but, *_OF_COLOUR} if is_forced else {*but}
    rules = {rule: {"enabled": False} for rule in left_out}
    broken = _broken(page, {"runOnly": _RULES, "rules": rules})
    if of_colour := [rule for rule in _OF_COLOUR if rule not in left_out]:
        page.emulate_media(color_scheme="dark")
        in_the_dark = {"runOnly": {"type": "rule", "values": of_colour}}
        broken += [(f"{rule}, dark", it) for rule, it in _broken(page, in_the_dark)]
        page.emulate_media(color_scheme="light")
    return broken


def _broken(page: Page, options: dict[str, Any]) -> list[tuple[str, str]]:
    return [(rule, html) for rule, html in page.evaluate(_LOOK, options)]
