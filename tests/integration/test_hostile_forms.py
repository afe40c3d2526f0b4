"""Whatever is written into any field of any form, nothing of it runs or is fetched.

The forms are read off the pages themselves, which are found by their links: a new field
is tried from its first day. A form that says what is wrong with a field gets a fitting
value there and the others again as they were, so that each is both shown and stored.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from urllib.parse import urljoin, urlsplit

import dns.resolver
import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode
from starlette.testclient import TestClient

from digest.model.roles import Role
from digest.schedule.editions.publishing import publish
from digest.web.app import make_app
from tests.builders import EIGHT, SITE, a_post
from tests.joining import JOINABLE
from tests.paper import Paper, paper, paper_pattern
from tests.staff import signed_in
from tests.stored import a_reader, a_stored_campaign, posts_accepted, reader_ref

__all__ = ["paper", "paper_pattern"]

WORDS = "\">'x</p><img src=//example.net/evil onerror=evil()><script>evil()</script>"
ADDRESS = "javascript:evil()//example.net"
# Another page of the same kind has the same fields.
_SAME = re.compile(r"(?<=/)(\d+(\.\d+)?|[\w-]{40,})(?=/|$)")
_FILES = re.compile(r"\.[a-z]\w*$|/static/|/media/|/pages/\d|/preview|^/sign-out|^/s/")
# Fields whose forms were once forgotten: the way to each has to be found.
_ONCE_NEW = {
    ("/post/slips", "reference"),
    ("/post/calls/N", "note"),
    ("/post/calls/N", "at"),
    ("/post/returned", "reference"),
    ("/desk/complaints/new", "words"),
    ("/desk/campaigns/lantern-week/look", "colour"),
    ("/desk/campaigns/lantern-week/settings/letter", "sender"),
    ("/desk/people/N/need", "words"),
    ("/desk/settings/webhooks", "url"),
    ("/complain/lantern-week", "words"),
}
_IS_ADDRESS = "url|address|picture|link|web"
_FITTING = (
    ("email", "zed@example.org"),
    ("day|date|until|_on$", "2026-07-20"),
    ("time|^at$", "18:00"),
    ("url|address$|picture$|link", "https://example.org/x"),
    ("phone|tel", "01632 960123"),
    ("postcode", "ZZ99 1AA"),
    ("colour", "#0b4f63"),
    ("number|newest|price|pages|count", "3"),
    ("name|slug", "a-name"),
)


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a page: where it goes, what stands in it, and what can be typed."""

    page: str
    action: str
    values: Mapping[str, str]
    typed: tuple[str, ...]

    @property
    def kind(self) -> str:
        """Where it is, alike for all that differ by a number."""
        return _SAME.sub("N", urlsplit(self.page).path)

    @property
    def payloads(self) -> tuple[str, ...]:
        """What is written into its fields: an address too, where one is asked for."""
        asks_address = any(re.search(_IS_ADDRESS, name) for name in self.typed)
        return ((WORDS, ADDRESS) if asks_address else (WORDS,)) if self.typed else ()

    @property
    def is_last(self) -> bool:
        """Whether what it does may leave nothing to try the others on."""
        return bool(re.search(r"erase|remove|end|revoke|leave|sign-out", self.action))


def forms_of(page: str, text: str) -> Iterator[Form]:
    """Yield the forms of a page that change something, each button its own."""
    for node in LexborHTMLParser(text).css("form[method=post]"):
        values, typed = _fields(node)
        action = urljoin(page, node.attributes.get("action") or page)
        buttons = [
            {button.attributes["name"] or "": button.attributes.get("value") or ""}
            for button in node.css("button[name]")
        ]
        for pressed in buttons or [dict[str, str]()]:
            yield Form(page, action, values | pressed, typed)


def _fields(form: LexborNode) -> tuple[dict[str, str], tuple[str, ...]]:
    values, typed = dict[str, str](), list[str]()
    for node in form.css("input[name], textarea[name], select[name]"):
        attributes = node.attributes
        name, kind = attributes["name"] or "", attributes.get("type") or "text"
        value = attributes.get("value") or ""
        if node.tag == "select":
            options = [
                each.attributes.get("value") or "" for each in node.css("option")
            ]
            values[name] = next(filter(None, options), "")
        elif kind in ("hidden", "checkbox"):
            values[name] = value
        elif kind == "radio":
            values.setdefault(name, value)
        elif kind != "file":
            values[name] = unescape(node.text()) if node.tag == "textarea" else value
            typed.append(name)
    return values, tuple(typed)


def filled(form: Form, words: str, fitted: set[str]) -> dict[str, str]:
    """Return it with those words in all that can be typed but for what is fitted."""
    hostile = {name: words for name in form.typed if name not in fitted}
    fitting = {name: form.values[name] or fit(name) for name in fitted}
    return {**form.values, **fitting, **hostile}


def fit(name: str) -> str:
    """Return what somebody might have typed into a field of that name."""
    return next((value for words, value in _FITTING if re.search(words, name)), "Ann")


def faults_in(text: str) -> list[str]:
    """Return what of a page would run, or be asked of somebody else."""
    faults = []
    root = LexborHTMLParser(text).root
    for node in root.traverse(include_text=False) if root else ():
        for name, attribute in node.attributes.items():
            value = (attribute or "").strip().lower()
            is_asked = name in ("src", "srcset", "poster", "data") or (
                name == "href" and node.tag == "link"
            )
            is_followed = name not in ("value", "alt", "title", "content")
            runs = is_followed and value.startswith("javascript:")
            if name.startswith("on") or runs:
                faults.append(f"{node.tag} {name}={value[:60]}")
            if is_asked and "example.net" in value:
                faults.append(f"{node.tag} {name}={value[:60]}")
        if node.tag == "script" and "evil" in (node.text() or ""):
            faults.append("a script")
    return faults


@dataclass(slots=True)
class Visit:
    """A client that sees every page by its links, and what it found amiss."""

    client: TestClient
    paper: Paper
    faults: dict[str, list[str]]

    def signs_in(self) -> None:
        """Be an admin, whatever a form has done to who was one."""
        signed_in(self.client, self.paper.program, Role.ADMIN, second_step=True)

    def asks(self, method: str, address: str, data: Mapping[str, str] | None) -> str:
        """Ask for a page, and return it; note what it would run."""
        answer = self.client.request(method, address, data=data)
        text = answer.text if "html" in answer.headers.get("content-type", "") else ""
        if answer.status_code >= 500:
            self.faults[f"{method} {address}"] = [f"{answer.status_code}"]
        elif page_faults := faults_in(text):
            self.faults[f"{method} {address}"] = page_faults
        return text

    def pages(self, *starts: str) -> dict[str, str]:
        """Return the pages that links lead to, one of each kind."""
        waiting, pages, kinds = [*starts], dict[str, str](), set[str]()
        self.signs_in()
        while waiting:
            address = waiting.pop(0)
            path = urlsplit(address).path
            kind = _SAME.sub("N", path)
            if kind in kinds or _FILES.search(path):
                continue
            kinds.add(kind)
            pages[address] = text = self.asks("GET", address, None)
            waiting += [
                urljoin(address, node.attributes.get("href") or "").partition("#")[0]
                for node in LexborHTMLParser(text).css("a[href^='/']")
            ]
        return pages

    def sends(self, form: Form, words: str) -> None:
        """Send a form, and again with what it says does not fit put right."""
        fitted = set[str]()
        self.signs_in()
        for _ in range(3):
            text = self.asks("POST", form.action, filled(form, words, fitted))
            wrong = {
                name
                for name in form.typed
                if f'id="{name}-error"' in text or f'href="#{name}"' in text
            }
            if not wrong - fitted:
                return
            fitted |= wrong


@pytest.fixture
def visit(paper: Paper, monkeypatch: pytest.MonkeyPatch) -> Iterator[Visit]:
    """Yield a visit of a program with letters, calls and a campaign to be joined."""
    nobody = dns.resolver.Resolver(configure=False)
    monkeypatch.setattr(dns.resolver, "default_resolver", nobody)
    program = paper.program
    phone = {"phone": "01632 960 110", "format": "phone", "email": None}
    a_reader(program.engine, "edwin", "daily", **phone)
    a_reader(program.engine, "flo", "daily")
    posts_accepted(program.engine, [a_post("two", title="Lanterns")])
    publish(program.engine, "lantern-week", "daily", EIGHT + timedelta(days=1))
    a_stored_campaign(program.engine, JOINABLE)
    posts_accepted(program.engine, [a_post("three", title="Urns")])
    ours = {"Origin": SITE}
    place = ("127.0.0.1", 5000)
    app = make_app(program)
    with TestClient(app, base_url=SITE, headers=ours, client=place) as client:
        yield Visit(client, paper, {})


def test_nothing_that_is_written_into_any_field_runs(visit: Visit) -> None:
    program = visit.paper.program
    own = program.links.choices_token(reader_ref(program.engine))
    starts = (
        *("/desk", "/post", "/account", "/desk/settings/users", "/desk/start"),
        f"/post/slips/{visit.paper.references['bo']}",
        *(f"/subscribe/lantern-week?how={way}" for way in ("email", "letter", "other")),
        *("/complain/lantern-week", "/sign-in", f"/p/{own}"),
    )
    pages = visit.pages(*starts)
    forms = [form for page, text in pages.items() for form in forms_of(page, text)]
    fields = {(form.kind, name) for form in forms for name in form.typed}
    for form in sorted(forms, key=lambda each: each.is_last):
        for words in form.payloads:
            visit.sends(form, words)
    visit.pages(*starts)

    assert visit.faults == {}
    assert _ONCE_NEW - fields == set()
    assert len(fields) > 150


def test_what_would_run_is_found() -> None:
    assert len(faults_in(f'<p title="{WORDS}"><a href="{ADDRESS}">x</a>')) == 4
