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
# Has the elements that show text be of kinds, and returns the kinds. Those of one kind
# have colours, type and decoration alike, and all in which they stand paints alike.
_KINDS = """() => {
    // What an element paints under and over all that is in it, and what it does not do.
    const outer = {
        "background-color": "rgba(0, 0, 0, 0)", "background-image": "none",
        "opacity": "1", "filter": "none", "mix-blend-mode": "normal",
        "clip-path": "none", "overflow-x": "visible", "overflow-y": "visible",
        "z-index": "auto",
    }
    const inner = [
        "color", "font-size", "font-weight", "text-shadow", "visibility", "position",
        "text-decoration-line", "text-decoration-color", "border-bottom-width",
        "border-bottom-style", "border-bottom-color",
    ]
    const letters = /[\\p{L}\\p{N}]{2}/u, asks = "input, select, textarea, button"
    const kinds = window.kindsOfText = new Map()
    const look = (element, around, outside) => {
        if (!element.checkVisibility()) return
        const style = getComputedStyle(element)
        const is = name => style.getPropertyValue(name)
        const effects = Object.entries(outer).filter(([name, no]) => is(name) !== no)
            .map(([name]) => name + is(name))
        if (["absolute", "fixed", "sticky"].includes(style.position))
            effects.push(style.position)
        if (element.matches(":disabled, [aria-disabled=true]")
            || element.control?.disabled) effects.push("off")
        const within = effects.length ? `${around}>${effects}` : around
        const own = inner.map(is).join()
        const text = [...element.childNodes].filter(node => node.nodeType === 3)
            .map(node => node.data).join("").trim()
        if (text || element.matches(asks)) {
            const kind = [
                within, own, outside, element.localName, element.type ?? "",
                letters.test(text),
                text === element.parentElement?.textContent.trim(),
            ].join()
            kinds.set(kind, [...kinds.get(kind) ?? [], element])
        }
        for (const child of element.children) look(child, within, own)
    }
    look(document.documentElement, "", "")
    return [...kinds.keys()]
}"""
# Looks at those of some kinds; returns also of which kinds axe is not sure.
_LOOK_AT_KINDS = """([kinds, rules]) => axe.run(
    {include: kinds.flatMap(kind => kindsOfText.get(kind))},
    {
        runOnly: {type: "rule", values: rules}, elementRef: true,
        resultTypes: ["violations", "incomplete"],
    },
).then(found => {
    const unsure = new Set([...found.violations, ...found.incomplete]
        .flatMap(rule => rule.nodes.map(node => node.element)))
    return [
        found.violations.map(fault => [fault.id, fault.nodes[0].html]),
        kinds.filter(kind => kindsOfText.get(kind).some(one => unsure.has(one))),
    ]
})"""
# Kinds that hold to the rules of colour, whatever page they are on.
_good_kinds = set[str]()


def violations(page: Page, but: Collection[str] = ()) -> list[tuple[str, str]]:
    """Return each rule that is broken, and the first part of the page that does.

    Rules of colour are held to in light and in dark colours; where colours are forced
    they are the system's own, which axe does not know. `but` names rules that the page
    is not held to.
    """
    page.evaluate(AXE_SCRIPT)
    page.evaluate(_REMEMBER_COLOURS)
    is_forced = page.evaluate("matchMedia('(forced-colors: active)').matches")
    rules = {rule: {"enabled": False} for rule in {*but, *_OF_COLOUR}}
    broken = _broken(page, {"runOnly": _RULES, "rules": rules})
    of_colour = [rule for rule in _OF_COLOUR if rule not in but and not is_forced]
    if of_colour:
        broken += _broken_colours(page, of_colour)
        page.emulate_media(color_scheme="dark")
        in_the_dark = _broken_colours(page, of_colour)
        broken += [(f"{rule}, dark", it) for rule, it in in_the_dark]
        page.emulate_media(color_scheme="light")
    return broken


def _broken(page: Page, options: dict[str, Any]) -> list[tuple[str, str]]:
    return [(rule, html) for rule, html in page.evaluate(_LOOK, options)]


def _broken_colours(page: Page, rules: list[str]) -> list[tuple[str, str]]:
    """Look at the kinds of text that no look before this found good.

    They are two thirds of what axe takes for a page, and most are on every page.
    """
    kinds = [kind for kind in page.evaluate(_KINDS) if kind not in _good_kinds]
    if not kinds:
        return []
    broken, unsure = page.evaluate(_LOOK_AT_KINDS, [kinds, rules])
    if rules == [*_OF_COLOUR]:
        _good_kinds.update({*kinds} - {*unsure})
    return [(rule, html) for rule, html in broken]
