"""The web pages as one application: routes, errors in words, safe headers."""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.body_limit import RequestBodyLimitMiddleware

from digest.bootstrap import App
from digest.errors import DigestError, NotFound
from digest.web import desk, inbox, media, metrics, public, runs
from digest.web.api import make_api
from digest.web.callers import is_local
from digest.web.pages import Pages

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_MOST_BYTES = 3_000_000
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def make_app(digest: App) -> FastAPI:
    """Return the pages; in live mode the desk answers its own machine alone."""
    app = FastAPI(title="Digest", docs_url=None, redoc_url=None, openapi_url=None)
    pages = Pages(digest)
    app.include_router(public.routes(digest, pages))
    app.include_router(desk.routes(digest, pages))
    app.include_router(runs.routes(digest, pages))
    app.include_router(inbox.routes(digest, pages))
    app.include_router(media.routes(digest))
    app.include_router(metrics.routes(digest))
    app.mount("/api", make_api(digest))
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=_MOST_BYTES)

    @app.middleware("http")
    async def guard(
        request: Request, follow: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        response = (
            pages.notice(403, "Not from here", "The desk is open on its own machine.")
            if digest.settings.live and _is_private(request) and not is_local(request)
            else await follow(request)
        )
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Content-Security-Policy", _POLICY)
        return response

    @app.exception_handler(HTTPException)
    async def refused(_request: Request, problem: HTTPException) -> Response:
        if problem.status_code == 404:
            return pages.notice(404, "Page not found", "Check the address, or go back.")
        return pages.notice(problem.status_code, "That did not work", problem.detail)

    @app.exception_handler(RequestValidationError)
    async def misread(_request: Request, _problem: RequestValidationError) -> Response:
        return pages.notice(404, "Page not found", "Check the address, or go back.")

    @app.exception_handler(DigestError)
    async def in_words(_request: Request, problem: DigestError) -> Response:
        status = 404 if isinstance(problem, NotFound) else 503
        return pages.notice(status, "That did not work", str(problem))

    return app


def _is_private(request: Request) -> bool:
    return request.url.path.startswith(("/desk", "/inbox"))
