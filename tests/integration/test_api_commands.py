"""Every command that staff have has its call in the API, or a reason why not."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import get_args

import typer

from digest.bootstrap import App
from digest.cli.parts.nouns import app
from digest.store.posts.acts import POST_ACTS
from digest.web.api.posts import PostAct
from digest.web.app import make_app
from tests.api import api_calls

_SCHEDULE = "/v1/campaigns/{name}/schedules/{schedule}/open"
_EDITION, _PERSON = "/v1/editions/{edition_id}", "/v1/people/{person_id}"
_COMPLAINT = "/v1/complaints/{complaint_id}"
_POST = "POST /v1/posts/{post_id}/{act}"
_STEP = "POST /v1/print-batches/{batch_id}/{step}"
_ARRANGE, _WORDS = f"POST {_SCHEDULE}/arrange", f"PUT {_SCHEDULE}/words"

CALLS: Mapping[str, str] = {
    "campaign list": "GET /v1/campaigns",
    "campaign show": "GET /v1/campaigns/{name}",
    "campaign apply": "PUT /v1/campaigns/{name}/document",
    "campaign export": "GET /v1/campaigns/{name}/document",
    "campaign history": "GET /v1/campaigns/{name}/history",
    "campaign go-back": "POST /v1/campaigns/{name}/history/{number}/back",
    "campaign pause": "POST /v1/campaigns/{name}/pause",
    "campaign resume": "POST /v1/campaigns/{name}/resume",
    "source list": "GET /v1/campaigns/{name}/sources",
    "source resume": "POST /v1/campaigns/{name}/sources/{source}/resume",
    "schedule slots": "GET /v1/campaigns/{name}/slots",
    "post add": "POST /v1/campaigns/{name}/posts",
    "post list": "GET /v1/campaigns/{name}/posts",
    "post hold": _POST,
    "post release": _POST,
    "post withdraw": _POST,
    "post restore": _POST,
    "post undo": _POST,
    "post revert": _POST,
    "post correct": _POST,
    "edition contents": f"GET {_SCHEDULE}/contents",
    "edition note": _WORDS,
    "edition subject": _WORDS,
    "edition preheader": _WORDS,
    "edition pin": _ARRANGE,
    "edition unpin": _ARRANGE,
    "edition move": _ARRANGE,
    "edition drop": _ARRANGE,
    "edition put-back": _ARRANGE,
    "edition events": f"PUT {_SCHEDULE}/events",
    "edition undo": f"POST {_SCHEDULE}/undo",
    "edition draft": f"GET {_SCHEDULE}/previews/{{preview}}",
    "preview": f"GET {_EDITION}/previews/{{preview}}",
    "edition list": "GET /v1/editions",
    "edition show": f"GET {_EDITION}",
    "edition approve": f"POST {_EDITION}/approve",
    "edition cancel": f"POST {_EDITION}/cancel",
    "edition recall": f"POST {_EDITION}/recall",
    "edition stop": f"POST {_EDITION}/stop",
    "offers list": "GET /v1/offers",
    "offers accept": f"POST {_PERSON}/offers/{{lost}}/accept",
    "offers dismiss": f"POST {_PERSON}/offers/{{lost}}/dismiss",
    "offers undo": f"POST {_PERSON}/offers/{{lost}}/undo",
    "complaints add": "POST /v1/complaints",
    "complaints list": "GET /v1/complaints",
    "complaints acknowledge": f"POST {_COMPLAINT}/acknowledge",
    "complaints answer": f"POST {_COMPLAINT}/answer",
    "complaints close": f"POST {_COMPLAINT}/close",
    "complaints reopen": f"POST {_COMPLAINT}/reopen",
    "complaints of": f"POST {_COMPLAINT}/of",
    "deliveries": f"GET {_EDITION}/deliveries",
    "calls list": "GET /v1/calls",
    "calls sheet": "GET /v1/calls/sheet.pdf",
    "calls outcome": "POST /v1/calls/{reference}/outcome",
    "calls undo": "POST /v1/calls/{reference}/undo",
    "slips show": "GET /v1/slips/{reference}",
    "slips format": "POST /v1/slips/{reference}/format",
    "slips stop": "POST /v1/slips/{reference}/stop",
    "slips stay": "POST /v1/slips/{reference}/stay",
    "list list": "GET /v1/lists",
    "list create": "POST /v1/lists",
    "list show": "GET /v1/lists",
    "list remove": "POST /v1/lists/{list_name}/remove",
    "subscribers add": "POST /v1/people",
    "subscribers show": f"GET {_PERSON}/held",
    "subscribers edit": f"PATCH {_PERSON}",
    "subscribers pause": f"POST {_PERSON}/pause",
    "subscribers resume": f"POST {_PERSON}/resume",
    "subscribers catch-up": f"POST {_PERSON}/catch-up",
    "subscribers leave": f"POST {_PERSON}/leave",
    "subscribers suppress": f"POST {_PERSON}/suppress",
    "subscribers lift": f"POST {_PERSON}/suppress/undo",
    "subscribers doubles": "GET /v1/people/doubles",
    "subscribers apart": f"POST {_PERSON}/apart",
    "subscribers merge": f"POST {_PERSON}/merge",
    "subscribers unmerge": f"POST {_PERSON}/merge/undo",
    "subscribers erase": f"POST {_PERSON}/erase",
    "subscribers need": f"POST {_PERSON}/needs",
    "subscribers needs": "GET /v1/needs",
    "subscribers need-ended": "POST /v1/needs/{need_id}/end",
    "subscribers need-still-so": "POST /v1/needs/{need_id}/review",
    "report": "GET /v1/campaigns/{name}/report",
    "print list": "GET /v1/print-batches",
    "print seal": _STEP,
    "print printed": _STEP,
    "print posted": _STEP,
    "print reprint": "POST /v1/print-batches/{batch_id}/again",
    "print labels": "GET /v1/print-batches/{batch_id}/labels.pdf",
    "print returned": "POST /v1/returned-letters",
}
_OF_THE_MACHINE = "is for whoever sits at the machine"
_OF_DOORS = "says who may come in: a program that could do that could do anything"
_OF_FILES = "takes or writes whole files, which the desk does too"
_BY_ITSELF = "the timetable does it by itself; by hand it is for who waits for words"
# Its call is of a campaign that is there.
_OTHERWISE = frozenset({"campaign apply"})
REASONS: Mapping[str, str] = {
    **dict.fromkeys(
        (
            *("demo", "serve", "web", "timetable", "work", "init", "migrate"),
            *("check", "settings", "status", "pause", "resume", "rewrite"),
            *("retention", "secret-key list", "secret-key new", "secret-key rotate"),
            "secret-key lost",
        ),
        _OF_THE_MACHINE,
    ),
    **dict.fromkeys(
        (
            *("users add", "users list", "users role", "users link", "users end"),
            *(
                "users back",
                "users login",
                "key create",
                "key list",
                "key revoke",
                "audit",
            ),
            *("webhook create", "webhook list", "webhook log", "webhook replay"),
            *("webhook rotate", "webhook resume", "webhook end"),
        ),
        _OF_DOORS,
    ),
    **dict.fromkeys(
        (
            *("subscribers import", "subscribers imports", "subscribers undo-import"),
            *("subscribers export", "bounces ingest"),
        ),
        _OF_FILES,
    ),
    **dict.fromkeys(
        ("gather", "source try", "edition run", "edition check", "print make"),
        _BY_ITSELF,
    ),
    **dict.fromkeys(
        ("bounces look", "bounces list", "bounces show"),
        "is of the mailbox that the settings name",
    ),
    "campaign new": "begins one by a few answers: a file of it is sent whole",
    "campaign end": "is done by its file: ends, and the goodbye",
    "campaign form": "prints a form for a page of one's own, once",
    "test": "goes to one's own inbox",
    "golive": "is the act of a person, who has before them what it takes",
    **dict.fromkeys(
        ("post edit", "post link", "post picture"), "is for who looks at one post"
    ),
    "post corrections": "is the state “changed” of GET /v1/campaigns/{name}/posts",
    "schedule calendar": "prints an address for somebody's calendar",
}


def commands() -> Iterator[str]:
    """Yield the words of every command."""

    def below(command: object, words: tuple[str, ...]) -> Iterator[str]:
        inner = getattr(command, "commands", None)
        if inner is None:
            yield " ".join(words)
            return
        for name, each in inner.items():
            yield from below(each, (*words, name))

    return below(typer.main.get_command(app), ())


def test_every_command_has_its_call_or_a_reason(program: App) -> None:
    calls = {f"{method} {path}" for path, method, _ in api_calls(make_app(program))}

    unsaid = {*commands()} - {*CALLS, *REASONS}
    assert unsaid == set(), "say its call above, or why it has none, here and in api.md"
    assert {*CALLS, *REASONS} <= {*commands()}
    assert not set(CALLS) & set(REASONS)
    assert set(CALLS.values()) - calls == set()


def test_every_act_on_a_post_has_its_call() -> None:
    assert set(get_args(PostAct)) == set(POST_ACTS)


def test_the_page_of_the_api_says_why_for_each_that_has_none() -> None:
    root = Path(__file__).parents[2]
    page = (root / "docs/reference/api.md").read_text()
    reasons = page.partition("## What has no call")[2].partition("## The calls")[0]
    for command in REASONS:
        noun = command.split()[0]
        assert f"`{command}`" in reasons or f"`{noun}`" in reasons, command
    for command in CALLS:
        assert f"`{command}`" not in reasons or command in _OTHERWISE, command
