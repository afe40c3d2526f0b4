"""Numbers for Prometheus: how much is going, what waits, which server is ill."""

import hmac
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from digest.bootstrap import App
from digest.errors import StoreError
from digest.schedule.limits import CLOCKS_COMPARED
from digest.schedule.reports.alarms import AlarmKind, reckon
from digest.store.base import machine_clocks
from digest.store.reports.metrics import vitals
from digest.web.doors.origins import is_local
from digest.web.parts.routing import PageRouter


def routes(digest: App) -> APIRouter:
    """Return the route; without DIGEST_METRICS_TOKEN it answers its own machine."""
    router = PageRouter()
    registry = CollectorRegistry()
    registry.register(MetricsCollector(digest))

    @router.get("/metrics")
    def metrics(request: Request) -> Response:
        if not _is_allowed(digest, request):
            return Response("not without the token\n", 401, media_type="text/plain")
        try:
            numbers = generate_latest(registry)
        except StoreError as problem:
            # To a scraper it is down, and its log has the words.
            return Response(f"{problem}\n", 503, media_type="text/plain")
        return Response(numbers, headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

    return router


@dataclass(frozen=True, slots=True, eq=False)
class MetricsCollector(Collector):
    """Asks the database each time that it is asked; the registry keeps it by itself."""

    digest: App

    def describe(self) -> Iterator[Metric]:
        """Say nothing beforehand: that would ask the database at the start."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Yield each number."""
        now = self.digest.now()
        with self.digest.reading() as connection:
            current = vitals(connection, now)
            reckoning = reckon(connection, now, self.digest.settings.limits)
            clocks = machine_clocks.listed(connection, now - CLOCKS_COMPARED)
        yield _by("editions", "Editions, by state", "state", current.editions)
        yield _by(
            "copies",
            "Copies of editions not finished, by state",
            "state",
            current.copies,
        )
        yield GaugeMetricFamily(
            "digest_copies_doubtful",
            "Copies that may have arrived without our knowing, of every edition",
            value=current.doubtful,
        )
        yield _by(
            "send_batches", "Batches of emails, by state", "state", current.batches
        )
        yield _by("sources", "Sources, by state", "state", current.sources)
        yield GaugeMetricFamily(
            "digest_send_batches_overdue",
            "Batches of emails that are due and in nobody's hands",
            value=current.overdue,
        )
        yield GaugeMetricFamily(
            "digest_oldest_due_seconds",
            "How long the oldest of them has been due",
            value=current.oldest_due.total_seconds(),
        )
        if current.looked_at is not None:
            yield GaugeMetricFamily(
                "digest_timetable_last_look_timestamp_seconds",
                "When a timetable last looked, in seconds since 1970",
                value=current.looked_at.timestamp(),
            )
            yield GaugeMetricFamily(
                "digest_timetable_silent_seconds",
                "How long ago a timetable last looked",
                value=(now - current.looked_at).total_seconds(),
            )
        yield GaugeMetricFamily(
            "digest_editions_missing",
            "Slots that have been due for a while and have no edition",
            value=reckoning.missing,
        )
        kinds = Counter(alarm.kind for alarm in reckoning.alarms)
        yield _by(
            "broken",
            "What should have happened and has not, by kind",
            "kind",
            {kind.value: kinds[kind] for kind in AlarmKind},
        )
        yield _by(
            "clock_ahead_seconds",
            "How far a machine's clock is ahead of the database's",
            "machine",
            {machine: ahead.total_seconds() for machine, ahead in clocks.items()},
        )
        yield _by(
            "mail_server_paused",
            "Whether a mail server is left alone (1), or about to be tried again (0)",
            "server",
            {
                server.name: int(now < server.paused_until)
                for server in current.troubles
            },
        )
        yield _by(
            "mail_server_failures",
            "How often in a row a mail server has turned us away",
            "server",
            {server.name: server.failures for server in current.troubles},
        )


def _by(name: str, words: str, label: str, counts: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"digest_{name}", words, labels=[label])
    for key, count in counts.items():
        family.add_metric([key], count)
    return family


def _is_allowed(digest: App, request: Request) -> bool:
    token = digest.settings.metrics_token
    if token is None:
        return is_local(request)
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return hmac.compare_digest(sent.encode(), token.get_secret_value().encode())
