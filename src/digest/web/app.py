"""The web application: its routes, errors in words, safe headers."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from digest.bootstrap import App
from digest.errors import DigestError, NotFound
from digest.schedule.pulses import Pulses
from digest.web import metrics
from digest.web.api.application import make_api
from digest.web.api.parts import docs_page, problems
from digest.web.desk import (
    calendar,
    golive,
    help_page,
    inbox,
    reports,
    returns,
    start,
    today,
)
from digest.web.desk.campaigns import (
    campaign_pages,
    file_pages,
    history_pages,
    look_pages,
    new_pages,
    source_trial,
)
from digest.web.desk.campaigns.campaign_pages import CampaignPages
from digest.web.desk.campaigns.form import form_pages, new_source
from digest.web.desk.editions import (
    acts,
    decisions,
    edition_pages,
    lists,
    previews,
    testing,
)
from digest.web.desk.editions.edition_pages import EditionPages
from digest.web.desk.editions.latest_checks import LatestChecks
from digest.web.desk.lists import import_pages, list_pages
from digest.web.desk.people import routers as people
from digest.web.desk.posts import buttons, forms, post_pages
from digest.web.desk.posts.post_pages import PostPages
from digest.web.desk.runs import copy_acts, run_pages
from digest.web.desk.runs.run_pages import RunPages
from digest.web.desk.settings import audit, keys, retention, users, webhooks
from digest.web.doors import (
    account,
    forgotten,
    oidc_door,
    passkey_pages,
    refusals,
    sign_in,
    welcome,
)
from digest.web.doors.gate import Gate
from digest.web.doors.passkey_door import PasskeyDoor
from digest.web.doors.rights import Door
from digest.web.doors.sessions import StaffSessions
from digest.web.doors.throttle import WrongAttempts
from digest.web.parts import visitor
from digest.web.parts.body_limits import BodyLimits, too_large
from digest.web.parts.faults import log_fault
from digest.web.parts.pages import Pages
from digest.web.parts.routing import add_routes
from digest.web.post_room import batches, calls, returned, slips, to_do
from digest.web.public import (
    confirming,
    event_file,
    health,
    in_browser,
    joining,
    service_hooks,
    site,
    slot_calendar,
    unsubscribe,
)
from digest.web.public.archive import archive_pages, event_pages
from digest.web.public.choosing import choices, lost_links, new_email
from digest.web.public.law import statements

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
    "img-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    # With "no-referrer" a browser would not say that a form is our own.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_ONLY_HTTPS = "max-age=31536000"  # a year


def make_app(digest: App, pulses: Pulses | None = None) -> FastAPI:
    """Return the pages, and the API below /api.

    `pulses` are of the loops that run in this process beside the pages.
    """
    app = FastAPI(
        title="Digest",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        # They would lead to whatever host a request names.
        redirect_slashes=False,
    )
    pages = Pages(digest)
    sessions, wrong_attempts = StaffSessions(digest), WrongAttempts()
    passkey_door = PasskeyDoor(digest)
    of_everybody = (
        *_of_readers(digest, pages),
        sign_in.routes(digest, pages, sessions, wrong_attempts, passkey_door),
        passkey_pages.routes_of_everybody(passkey_door, sessions),
        oidc_door.routes(digest, sessions, wrong_attempts),
        forgotten.routes(digest, pages, wrong_attempts),
        welcome.routes(digest, pages, sessions),
        site.routes(digest, pages),
        health.routes(digest, pulses or Pulses()),
        metrics.routes(digest),
    )
    of_staff = (
        *_of_campaigns(digest, pages),
        *_of_editions(digest, pages),
        *_of_people(digest, pages),
        account.routes(digest, pages, wrong_attempts, passkey_door),
        passkey_pages.routes_of_staff(digest, passkey_door),
        *_of_settings(digest, pages),
        *_of_post_room(digest, pages),
    )
    add_routes(app, of_everybody)
    add_routes(app, of_staff, Door(digest))
    api = make_api(digest)
    add_routes(app, [docs_page.routes(digest, pages, api)])
    app.mount("/api", api)
    app.add_middleware(BodyLimits)
    _add_guard(
        app, Gate(digest, pages, sessions), pages, is_https=digest.settings.is_https
    )
    refusals.add_to(app, pages)
    _add_handlers(app, digest, pages, sessions)
    return app


def _of_readers(digest: App, pages: Pages) -> tuple[APIRouter, ...]:
    return (
        unsubscribe.routes(digest, pages),
        joining.routes(digest, pages),
        confirming.routes(digest, pages),
        lost_links.routes(digest, pages),
        new_email.routes(digest, pages),
        choices.routes(digest, pages),
        slot_calendar.routes(digest),
        event_file.routes(digest),
        in_browser.routes(digest, pages),
        service_hooks.routes(digest),
        statements.routes(digest, pages),
        event_pages.routes(digest, pages),
        archive_pages.routes(digest, pages),
    )


def _of_campaigns(digest: App, pages: Pages) -> tuple[APIRouter, ...]:
    of_campaigns = CampaignPages(digest, pages)
    return (
        new_pages.routes(of_campaigns),
        campaign_pages.routes(of_campaigns),
        file_pages.routes(of_campaigns),
        new_source.routes(of_campaigns),
        form_pages.routes(of_campaigns),
        history_pages.routes(of_campaigns),
        look_pages.routes(of_campaigns),
        source_trial.routes(of_campaigns),
        golive.routes(digest, pages),
        calendar.routes(digest, pages),
        today.routes(digest, pages),
        start.routes(digest, pages),
    )


def _of_editions(digest: App, pages: Pages) -> tuple[APIRouter, ...]:
    """Return the routes of editions, each before one that would take its address."""
    editions = EditionPages(digest, pages, LatestChecks(digest))
    runs, posts = RunPages(digest, pages), PostPages(digest, pages)
    return (
        lists.routes(editions),
        edition_pages.routes(editions),
        decisions.routes(editions),
        testing.routes(editions),
        acts.routes(editions),
        previews.routes(digest),
        run_pages.routes(runs),
        copy_acts.routes(runs),
        post_pages.routes(posts),
        forms.routes(posts),
        buttons.routes(posts),
    )


def _of_people(digest: App, pages: Pages) -> tuple[APIRouter, ...]:
    return (
        *people.routers(digest, pages),
        list_pages.routes(digest, pages),
        reports.routes(digest, pages),
        returns.routes(digest, pages),
        import_pages.routes(digest, pages),
        inbox.routes(digest, pages),
    )


def _of_settings(digest: App, pages: Pages) -> tuple[APIRouter, ...]:
    return (
        users.routes(digest, pages),
        audit.routes(digest, pages),
        keys.routes(digest, pages),
        webhooks.routes(digest, pages),
        retention.routes(digest, pages),
        help_page.routes(digest, pages),
    )


def _of_post_room(digest: App, pages: Pages) -> tuple[APIRouter, ...]:
    return (
        to_do.routes(digest, pages),
        batches.routes(digest, pages),
        returned.routes(digest, pages),
        slips.routes(digest, pages),
        calls.routes(digest, pages),
    )


def _add_guard(app: FastAPI, gate: Gate, pages: Pages, *, is_https: bool) -> None:
    """Have every request come by the gate, and every answer in words and headers."""

    @app.middleware("http")
    async def guard(
        request: Request, follow: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        try:
            # Asked without a thread, which others may all be waiting in.
            is_health = request.url.path == "/healthz"
            stopped, session = (
                (None, None)
                if is_health
                else await run_in_threadpool(gate.answer_or_session, request)
            )
            request.state.session = session
            visitor.welcome(session)
            response = stopped or await follow(request)
        except Exception:  # noqa: BLE001 - a fault of ours: logged, and told by its id
            words = (
                "This is a fault of ours, not yours. Please try again. If it stays, "
                "tell whoever runs this service: the log calls it "
                f"{log_fault(request)}."
            )
            response = pages.notice(500, "Something went wrong", words)
        response = _in_words(response, request.url.path, pages)
        return _with_headers(response, is_https=is_https)


def _in_words(response: Response, path: str, pages: Pages) -> Response:
    """Return an answer that says what is wrong as its door does."""
    if path.startswith("/api/"):
        return problems.in_its_form(response)
    if response.status_code == 413:
        return pages.notice(413, "That is too large", too_large(path))
    return response


def _with_headers(response: Response, *, is_https: bool) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if is_https:
        response.headers.setdefault("Strict-Transport-Security", _ONLY_HTTPS)
    response.headers.setdefault("Content-Security-Policy", _POLICY)
    return response


def _add_handlers(
    app: FastAPI, digest: App, pages: Pages, sessions: StaffSessions
) -> None:
    async def nothing_here(request: Request) -> Response:
        # An address may be nobody's, and whoever mistyped it one of staff.
        session = await run_in_threadpool(sessions.of, request)
        visitor.welcome(session)
        if session:
            return pages.notice(404, "Page not found", "Check the address, or go back.")
        words = (
            "Check the address, or go back. If it is in something that we sent you, "
            "please tell whoever sent it."
        )
        on = await run_in_threadpool(site.way_on, digest)
        return pages.notice(404, "Page not found", words, on)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, problem: HTTPException) -> Response:
        if problem.status_code == 404:
            return await nothing_here(request)
        words = problem.detail
        if problem.status_code == 400:
            # What a parser says of a form: that is for whoever wrote the form.
            words = (
                "What came was not the form of this page, with one file at most. Go "
                "back, open the page again, and send it from there."
            )
        return pages.notice(problem.status_code, "That did not work", words)

    @app.exception_handler(RequestValidationError)
    async def misread(request: Request, _problem: RequestValidationError) -> Response:
        return await nothing_here(request)

    @app.exception_handler(DigestError)
    async def in_words(_request: Request, problem: DigestError) -> Response:
        status = 404 if isinstance(problem, NotFound) else 503
        return pages.notice(status, "That did not work", str(problem))
