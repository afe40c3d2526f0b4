"""What is kept for how long, and when what was over that was last removed."""

from collections.abc import Mapping

from fastapi import APIRouter, Response

from digest.bootstrap import App
from digest.model.campaigns.durations import in_words
from digest.model.roles import Right
from digest.model.staff_words import moment_in_words
from digest.schedule.upkeep.night_tasks import task_name
from digest.schedule.upkeep.retention import RetentionKind
from digest.store.upkeep import night_tasks
from digest.store.upkeep.night_tasks import NightTaskState
from digest.web.doors.rights import needs
from digest.web.parts.pages import Pages
from digest.web.parts.routing import PageRouter


def routes(digest: App, pages: Pages) -> APIRouter:
    """Return the route."""
    router = PageRouter()

    @router.api_route("/desk/settings/retention", methods=["GET", "HEAD"])
    @needs(Right.ADMINISTER)
    def kinds() -> Response:
        with digest.reading() as connection:
            tasks = {each.name: each for each in night_tasks.listed(connection)}
        zone = digest.settings.timezone
        return pages.page(
            "desk/settings/retention.html",
            here="settings",
            kinds=[_row(each, tasks, zone) for each in digest.retention.kinds],
        )

    return router


def _row(
    kind: RetentionKind, tasks: Mapping[str, NightTaskState], zone: str
) -> tuple[str, str, str]:
    """Return what it is, how long it is kept, and what came of the last night."""
    task = tasks.get(task_name(kind))
    words = kind.words[:1].upper() + kind.words[1:]
    span = in_words(kind.span) if kind.span else "not at all"
    return words, span, _last(task, zone)


def _last(task: NightTaskState | None, zone: str) -> str:
    if task is None:
        return "Not yet"
    if task.failure:
        return f"Failed: {task.failure}"
    if task.done_at is None:
        return f"Not yet; first on {moment_in_words(task.next_at, zone)}"
    amount = f"{task.amount:,}" if task.amount else "Nothing"
    return f"{amount} on {moment_in_words(task.done_at, zone)}"
