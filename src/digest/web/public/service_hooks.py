"""Where mail services tell us what became of our emails; 404 for one that is not set.

The answer has a program for its reader: 204 where all was taken in, 403 where it is not
proved who says so, and 503 where it is to be sent again.
"""

import logging
import time

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from digest.bootstrap import App
from digest.deliver.limits import SERVICE_SECONDS
from digest.deliver.returns.services.notifications import (
    MailService,
    ServiceRequest,
    UnprovenError,
)
from digest.errors import DigestError, NotFound
from digest.web.parts.routing import PageRouter

log = logging.getLogger(__name__)

_TAKEN, _BROKEN, _UNPROVEN, _AGAIN = 204, 400, 403, 503


def routes(digest: App) -> APIRouter:
    """Return the route; it needs no cookie and no account."""
    router = PageRouter(prefix="/hooks")

    @router.post("/{name}")
    async def told(name: str, request: Request) -> Response:
        service = digest.mail_services.get(name)
        if service is None:
            raise NotFound("No mail service is set to tell anything here.")
        sent = ServiceRequest(dict(request.headers), await request.body())
        return Response(
            status_code=await run_in_threadpool(_take_in, digest, service, sent)
        )

    return router


def _take_in(digest: App, service: MailService, sent: ServiceRequest) -> int:
    """Take in what a service says; return the status of the answer."""
    try:
        notification = service.read(sent, digest.now())
        until = time.monotonic() + SERVICE_SECONDS
        for event in notification.events:
            # What was taken in is known when all of it comes again.
            if time.monotonic() > until:
                return _AGAIN
            digest.mail_intake.take_event(event, service.door, digest.now())
    except UnprovenError as problem:
        log.warning("a notification was refused door=%s why=%s", service.door, problem)
        return _UNPROVEN
    except ValueError as problem:
        log.warning("a notification is broken door=%s why=%s", service.door, problem)
        return _BROKEN
    except DigestError as problem:
        log.warning("a notification has to wait door=%s why=%s", service.door, problem)
        return _AGAIN
    if notification.broken:
        log.warning(
            "events were not understood door=%s count=%d",
            service.door,
            notification.broken,
        )
    return _TAKEN
