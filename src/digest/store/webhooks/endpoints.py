"""Endpoints of webhooks: made, paused by us, begun again, given a new secret, ended."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, insert, select, update

from digest.errors import DigestError, NotFound
from digest.model.webhooks import WebhookKind
from digest.store.base.asked_together import Asked, rows_of
from digest.store.base.tables import webhook_choice, webhook_endpoint
from digest.store.base.upsert import insert_new
from digest.store.limits import WEBHOOK_OVERLAP, WEBHOOK_PATIENCE, WEBHOOK_QUIET
from digest.store.staff.audit import Act, record


@dataclass(frozen=True, slots=True)
class WebhookEndpoint:
    """Where another system is told; its secrets are sealed."""

    id: int
    name: str
    url: str
    kinds: tuple[WebhookKind, ...]
    secret: str = field(repr=False)
    secret_before: str = field(repr=False)
    before_ends_at: datetime | None
    created_at: datetime
    failing_since: datetime | None
    retry_at: datetime | None
    paused_at: datetime | None
    paused_because: str
    ended_at: datetime | None

    @property
    def state(self) -> str:
        """How it stands, in a word."""
        if self.ended_at is not None:
            return "ended"
        if self.paused_at is not None:
            return "paused"
        return "failing" if self.failing_since is not None else "in use"

    def sealed_secrets(self, now: datetime) -> list[str]:
        """Return the secrets that it is signed with now, the newest first."""
        is_both = self.before_ends_at is not None and now < self.before_ends_at
        return [self.secret, self.secret_before] if is_both else [self.secret]


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    """An endpoint to be made, with the sealed secret that it is signed with."""

    name: str
    url: str
    kinds: tuple[WebhookKind, ...]
    secret: str = field(repr=False)


def create(connection: Connection, new: NewEndpoint, now: datetime) -> int:
    """Make an endpoint; return its number. Raises DigestError in words."""
    row = {
        "name": new.name,
        "url": new.url,
        "secret": new.secret,
        "created_at": now,
    }
    if not insert_new(connection, webhook_endpoint, [row], key=("name",)):
        raise DigestError(
            f'there is a webhook called "{new.name}" already, or was: choose another '
            "name"
        )
    endpoint = by_name(connection, new.name)
    choose(connection, endpoint.id, new.kinds)
    facts = {"address": new.url, "tells": list(new.kinds)}
    _record(connection, "made", endpoint, now, facts)
    return endpoint.id


def choose(
    connection: Connection, endpoint_id: int, kinds: Collection[WebhookKind]
) -> None:
    """Have an endpoint be told these and nothing else."""
    matching = webhook_choice.c.webhook_endpoint_id == endpoint_id
    connection.execute(delete(webhook_choice).where(matching))
    rows = [{"webhook_endpoint_id": endpoint_id, "kind": kind} for kind in kinds]
    connection.execute(insert(webhook_choice), rows)


def listed(connection: Connection) -> list[WebhookEndpoint]:
    """Return every endpoint there is or was, by name."""
    return _read(connection)


def paused(connection: Connection) -> list[tuple[str, str]]:
    """Return the names of those that we have paused, each with why."""
    rows = rows_of(connection, _paused)
    return sorted((row.name, row.paused_because or "") for row in rows)


def _paused(_connection: Connection) -> Select[Any]:
    return select(webhook_endpoint.c.name, webhook_endpoint.c.paused_because).where(
        webhook_endpoint.c.paused_at.is_not(None), webhook_endpoint.c.ended_at.is_(None)
    )


# What is asked of those that are paused, to be asked with others.
QUESTIONS: tuple[Asked, ...] = ((_paused,),)


def get(connection: Connection, endpoint_id: int) -> WebhookEndpoint:
    """Return the endpoint of that number. Raises NotFound in words."""
    for endpoint in _read(connection):
        if endpoint.id == endpoint_id:
            return endpoint
    raise NotFound(f"there is no webhook {endpoint_id}; see: digest webhook list")


def by_name(connection: Connection, name: str) -> WebhookEndpoint:
    """Return the endpoint of that name. Raises NotFound in words."""
    for endpoint in _read(connection):
        if endpoint.name == name:
            return endpoint
    raise NotFound(f'no webhook is called "{name}"; see: digest webhook list')


def rotate(
    connection: Connection, endpoint: WebhookEndpoint, secret: str, now: datetime
) -> None:
    """Sign with a new secret, and for WEBHOOK_OVERLAP with the one before too."""
    _change(
        connection,
        endpoint.id,
        secret=secret,
        secret_before=endpoint.secret,
        before_ends_at=now + WEBHOOK_OVERLAP,
    )
    _record(connection, "gave another secret to", endpoint, now)


def end(connection: Connection, endpoint: WebhookEndpoint, now: datetime) -> bool:
    """Tell it nothing any more; False where that was so."""
    if endpoint.ended_at is not None:
        return False
    _change(connection, endpoint.id, ended_at=now)
    _record(connection, "ended", endpoint, now)
    return True


def resume(connection: Connection, endpoint: WebhookEndpoint, now: datetime) -> bool:
    """Begin again with one that was paused; False where it was not."""
    if endpoint.paused_at is None:
        return False
    fresh = ("paused_at", "paused_because", "failing_since", "retry_at")
    _change(connection, endpoint.id, **dict.fromkeys(fresh))
    _record(connection, "resumed", endpoint, now)
    return True


def note_success(connection: Connection, endpoint: WebhookEndpoint) -> None:
    """Note that it answers."""
    if endpoint.failing_since is not None or endpoint.retry_at is not None:
        _change(connection, endpoint.id, failing_since=None, retry_at=None)


def note_failure(
    connection: Connection,
    endpoint: WebhookEndpoint,
    why: str,
    now: datetime,
    *,
    is_gone: bool,
) -> bool:
    """Note that it did not take a message; return whether it is paused for that.

    It is, where it says that it is gone, or after WEBHOOK_PATIENCE without an answer
    that it took one.
    """
    since = endpoint.failing_since or now
    if not is_gone and now - since < WEBHOOK_PATIENCE:
        quiet = now + WEBHOOK_QUIET
        _change(connection, endpoint.id, failing_since=since, retry_at=quiet)
        return False
    _change(
        connection,
        endpoint.id,
        failing_since=since,
        paused_at=now,
        paused_because=why,
    )
    _record(connection, "paused", endpoint, now, {"because": why})
    return True


def _read(connection: Connection) -> list[WebhookEndpoint]:
    kinds: dict[int, list[WebhookKind]] = {}
    for row in connection.execute(
        select(webhook_choice.c.webhook_endpoint_id, webhook_choice.c.kind)
    ):
        kinds.setdefault(row.webhook_endpoint_id, []).append(WebhookKind(row.kind))
    rows = connection.execute(
        select(webhook_endpoint).order_by(webhook_endpoint.c.name)
    )
    return [_endpoint(row, kinds.get(row.id, [])) for row in rows]


def _endpoint(row: Row[Any], kinds: Sequence[WebhookKind]) -> WebhookEndpoint:
    return WebhookEndpoint(
        id=row.id,
        name=row.name,
        url=row.url,
        kinds=tuple(kind for kind in WebhookKind if kind in kinds),
        secret=row.secret,
        secret_before=row.secret_before or "",
        before_ends_at=row.before_ends_at,
        created_at=row.created_at,
        failing_since=row.failing_since,
        retry_at=row.retry_at,
        paused_at=row.paused_at,
        paused_because=row.paused_because or "",
        ended_at=row.ended_at,
    )


def _change(connection: Connection, endpoint_id: int, **values: Any) -> None:
    connection.execute(
        update(webhook_endpoint)
        .where(webhook_endpoint.c.id == endpoint_id)
        .values(**values)
    )


def _record(
    connection: Connection,
    verb: str,
    endpoint: WebhookEndpoint,
    now: datetime,
    after: dict[str, Any] | None = None,
) -> None:
    act = Act(verb, subject=f"webhook {endpoint.name}", after=after)
    record(connection, act, now)
