"""Every page is looked at: those that no other test here names are looked at below.

Drawn from the route table, so that a new page is looked at from its first day.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import dns.resolver
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from playwright.sync_api import Browser

from digest.bootstrap import App
from digest.model.roles import Role
from digest.web.app import make_app
from tests.browser.axe import violations
from tests.browser.serving import served
from tests.crowd import crowded
from tests.integration.test_doors import address_of
from tests.staff import COOKIE, an_account, cookie_of

pytestmark = pytest.mark.browser

HERE = Path(__file__).parent
# What is no page: a file, a picture, a document in a frame, what a machine asks.
NO_PAGES = re.compile(
    r".*\.(ics|atom|json|csv|pdf|png)|/(static|media|s|u|healthz|readyz|metrics)(/.*)?"
    r"|/inbox/.*|.*/(pages|pictures)/\{number\}|.*/\{preview\}|.*/look/.*|/desk/runs/.*"
    r"|/(confirm|address|event|view|welcome)/\{token\}|/account/.*"
)
OF_A_CAMPAIGN = {"{campaign}": "lantern-week", "{code}": "x"}


def strings_of(source: str) -> Iterator[str]:
    """Yield the addresses in a test's source; what it puts into them is an X."""
    tree = ast.parse(source)
    names = {
        node.targets[0].id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant | ast.JoinedStr):
            address = re.split(r"[?#]", text_of(node, names))[0]
            if address.startswith("/"):
                yield address


def text_of(node: ast.AST, names: dict[str, ast.expr]) -> str:
    """Return a string's text; `names` are the constants of its module."""
    match node:
        case ast.Constant(value=str() as value):
            return value
        case ast.JoinedStr(values=values):
            return "".join(text_of(each, names) for each in values)
        case ast.FormattedValue(value=value):
            return text_of(value, names)
        case ast.Name(id=name) if name in names:
            return text_of(names[name], names)
    return "X"


def pages_of(app: FastAPI) -> list[str]:
    """Return the paths of the route table at which there are pages."""
    return [
        route.path
        for route in app.routes
        if isinstance(route, APIRoute)
        and "GET" in (route.methods or ())
        and not NO_PAGES.fullmatch(route.path)
    ]


def not_named_elsewhere(app: FastAPI) -> list[str]:
    """Return the paths of pages that no other test here names."""
    addresses = {
        address
        for file in HERE.glob("test_*.py")
        if file != Path(__file__)
        for address in strings_of(file.read_text())
    }
    return [
        path
        for path in pages_of(app)
        if not any(map(_pattern(path).fullmatch, addresses))
    ]


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path)))


def test_axe_finds_nothing_on_pages_that_no_other_look_visits(
    browser: Browser, program: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = dns.resolver.Resolver(configure=False)
    monkeypatch.setattr(dns.resolver, "default_resolver", nobody)
    crowded(program)
    paths = not_named_elsewhere(make_app(program))
    cookie = cookie_of(program, an_account(program, Role.ADMIN))
    faults = {}
    with served(program) as home:
        context = browser.new_context(viewport={"width": 320, "height": 700})
        context.add_cookies([{"name": COOKIE, "value": cookie, "url": home}])
        page = context.new_page()
        for path in paths:
            address = path
            for words, value in OF_A_CAMPAIGN.items():
                address = address.replace(words, value)
            answer = page.goto(home + address_of(address))
            assert answer is not None
            assert answer.status < 500, path
            broken: list[object] = [*violations(page)]
            width = page.evaluate("document.documentElement.scrollWidth")
            if broken or width > 320:
                faults[path] = [*broken, width]
        context.close()

    assert faults == {}
    assert len(paths) < 60, "more pages are looked at here than anywhere else"
