"""Webhooks: which systems are told what happens, and what came of each message."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from fastapi.responses import RedirectResponse

from digest.bootstrap import App
from digest.errors import DigestError
from digest.model.roles import Right
from digest.model.staff_words import moment_in_words
from digest.model.webhooks import WebhookKind
from digest.store.staff.accounts import Account
from digest.store.webhooks import endpoints, outbox
from digest.store.webhooks.endpoints import WebhookEndpoint
from digest.store.webhooks.outbox import WebhookMessage
from digest.web import limits
from digest.web.doors.rights import Staff, needs
from digest.web.parts.inputs import FormFields, RowId, form_fields
from digest.web.parts.pages import Pages
from digest.web.parts.routing import PageRouter
from digest.web.parts.state_tags import StateTag

Form = Annotated[FormFields, Depends(form_fields)]
_HERE = "/desk/settings/webhooks"
_READ = ["GET", "HEAD"]
_NUMBER_LENGTH = 18
_TAGS = {
    "in use": StateTag("In use", "tick", "good"),
    "failing": StateTag("Does not answer", "triangle", "look"),
    "paused": StateTag("Paused", "pause", "bad"),
    "ended": StateTag("Ended", "stop", "wait"),
    "waiting": StateTag("Waiting", "clock", "wait"),
    "delivered": StateTag("Delivered", "tick", "good"),
    "given up": StateTag("Given up", "stop", "bad"),
}
_DONE = {
    "resumed": "It is told again what happens",
    "ended": "It is told nothing any more",
    "replayed": "It is told once more, in a moment",
    "nothing": "There was nothing to do",
}


def routes(digest: App, pages: Pages) -> APIRouter:
    """Return the routes."""
    router = PageRouter(prefix=_HERE)
    webhooks = _Webhooks(digest, pages)

    @router.api_route("", methods=_READ)
    @needs(Right.ADMINISTER)
    def every() -> Response:
        return webhooks.page({})

    @router.post("")
    @needs(Right.ADMINISTER)
    def create(staff: Staff, form: Form) -> Response:
        return webhooks.create(staff, form)

    @router.api_route("/{endpoint_id}", methods=_READ)
    @needs(Right.ADMINISTER)
    def log(
        endpoint_id: RowId, done: str = "", before: RowId | None = None
    ) -> Response:
        return webhooks.log(endpoint_id, before, _DONE.get(done, ""))

    @router.post("/{endpoint_id}/rotate")
    @needs(Right.ADMINISTER)
    def rotate(staff: Staff, endpoint_id: RowId) -> Response:
        return webhooks.rotate(staff, endpoint_id)

    @router.post("/{endpoint_id}/replay")
    @needs(Right.ADMINISTER)
    def replay(staff: Staff, endpoint_id: RowId, form: Form) -> Response:
        return webhooks.replay(staff, endpoint_id, form)

    @router.post("/{endpoint_id}/resume")
    @needs(Right.ADMINISTER)
    def resume(staff: Staff, endpoint_id: RowId) -> Response:
        with digest.acting_as(staff.actor).writing() as connection:
            endpoint = endpoints.get(connection, endpoint_id)
            is_done = endpoints.resume(connection, endpoint, digest.now())
        return _back(endpoint_id, "resumed" if is_done else "nothing")

    @router.post("/{endpoint_id}/end")
    @needs(Right.ADMINISTER)
    def end(staff: Staff, endpoint_id: RowId) -> Response:
        with digest.acting_as(staff.actor).writing() as connection:
            endpoint = endpoints.get(connection, endpoint_id)
            is_done = endpoints.end(connection, endpoint, digest.now())
        return _back(endpoint_id, "ended" if is_done else "nothing")

    return router


class _Webhooks:
    """What the pages do."""

    def __init__(self, digest: App, pages: Pages) -> None:
        self._digest = digest
        self._pages = pages

    def page(self, typed: FormFields, faults: dict[str, str] | None = None) -> Response:
        """Return every webhook, and the form that makes one, with what is wrong."""
        with self._digest.reading() as connection:
            every = endpoints.listed(connection)
        return self._pages.page(
            "desk/settings/webhooks.html",
            here="settings",
            status=422 if faults else 200,
            webhooks=[_view(each) for each in every],
            kinds=[(f"kind-{kind}", kind.words) for kind in WebhookKind],
            typed=dict(typed) or {f"kind-{kind}": "yes" for kind in WebhookKind},
            faults=dict(faults or {}),
        )

    def create(self, staff: Account, form: FormFields) -> Response:
        """Make the webhook that the form asks for, and show its secret once."""
        kinds = tuple(kind for kind in WebhookKind if f"kind-{kind}" in form)
        name = " ".join(form.get("name", "").split())
        sender = self._digest.acting_as(staff.actor).webhooks
        url = form.get("url", "")
        try:
            secret = sender.create(name, url, kinds, self._digest.now())
        except DigestError as problem:
            words = str(problem)
            is_of_url = bool(url) and words.startswith((url.strip(), "the address"))
            field = "url" if is_of_url else "name"
            return self.page(form, {field: words})
        return self._secret(name, secret)

    def rotate(self, staff: Account, endpoint_id: int) -> Response:
        """Give it another secret, and show that once."""
        with self._digest.reading() as connection:
            name = endpoints.get(connection, endpoint_id).name
        sender = self._digest.acting_as(staff.actor).webhooks
        return self._secret(name, sender.rotate(name, self._digest.now()))

    def replay(self, staff: Account, endpoint_id: int, form: FormFields) -> Response:
        """Tell a message once more, or all that were given up."""
        text = form.get("message", "")
        number = (
            int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
        )
        with self._digest.acting_as(staff.actor).writing() as connection:
            endpoints.get(connection, endpoint_id)
            count = outbox.replay(
                connection, endpoint_id, self._digest.now(), message_id=number
            )
        return _back(endpoint_id, "replayed" if count else "nothing")

    def log(self, endpoint_id: int, before: int | None, done: str) -> Response:
        """Return what it was told, the latest first."""
        most = limits.WEBHOOK_MESSAGES
        with self._digest.reading() as connection:
            endpoint = endpoints.get(connection, endpoint_id)
            messages = outbox.log(connection, endpoint_id, most + 1, before)
        zone = self._digest.settings.timezone
        return self._pages.page(
            "desk/settings/webhook.html",
            here="settings",
            webhook=_view(endpoint),
            kinds=[kind.words for kind in endpoint.kinds],
            since=moment_in_words(endpoint.created_at, zone),
            failing=_moment(endpoint.failing_since, zone),
            retry=_moment(endpoint.retry_at, zone),
            paused=_moment(endpoint.paused_at, zone),
            ended=_moment(endpoint.ended_at, zone),
            both_until=_moment(endpoint.before_ends_at, zone),
            messages=[_row(each, zone) for each in messages[:most]],
            following=messages[most - 1].id if messages[most:] else 0,
            done=done,
        )

    def _secret(self, name: str, secret: str) -> Response:
        return self._pages.page(
            "desk/settings/webhook_secret.html",
            here="settings",
            webhook_name=name,
            secret=secret,
        )


def _view(endpoint: WebhookEndpoint) -> dict[str, Any]:
    return {
        "id": endpoint.id,
        "name": endpoint.name,
        "url": endpoint.url,
        "tag": _TAGS[endpoint.state],
        "state": endpoint.state,
        "because": endpoint.paused_because,
        "tells": len(endpoint.kinds),
    }


def _row(message: WebhookMessage, zone: str) -> dict[str, Any]:
    return {
        "id": message.id,
        "reference": message.reference,
        "what": message.kind.value,
        "facts": ", ".join(f"{name} {value}" for name, value in message.facts.items()),
        "happened": moment_in_words(message.happened_at, zone),
        "tag": _TAGS[message.state],
        "attempts": message.attempts,
        "answer": message.answer,
        "next": _moment(message.next_attempt_at, zone),
        "settled": _moment(message.settled_at, zone),
    }


def _moment(at: Any, zone: str) -> str:
    return moment_in_words(at, zone) if at else ""


def _back(endpoint_id: int, done: str) -> Response:
    return RedirectResponse(f"{_HERE}/{endpoint_id}?done={done}", 303)
