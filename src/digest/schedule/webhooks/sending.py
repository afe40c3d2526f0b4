"""What is to be told to endpoints, signed and sent; each endpoint by itself."""

import base64
import logging
import secrets
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine

from digest import __version__
from digest.errors import DigestError, SourceError
from digest.gather.fetching.fetch import Fetcher, web_address
from digest.model.secret_keys import SecretKeys
from digest.model.webhooks import (
    SECRET_SIGN,
    WebhookKind,
    body_of,
    signed_headers,
    wait_after,
)
from digest.schedule.guard import guarded
from digest.schedule.limits import WEBHOOK_SECONDS, WEBHOOKS_A_ROUND
from digest.store.base.engine import reading, writing
from digest.store.limits import (
    KEY_SECRET_BYTES,
    WEBHOOK_NAME_LENGTH,
    WEBHOOK_URL_LENGTH,
)
from digest.store.staff.sealing import WEBHOOK, SealedBox
from digest.store.webhooks import endpoints, outbox
from digest.store.webhooks.endpoints import NewEndpoint, WebhookEndpoint
from digest.store.webhooks.outbox import MessageState, WebhookMessage

_GONE = 410
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WebhookSecrets:
    """Secrets that messages are signed with; we keep them sealed with our own."""

    secret: SecretKeys = field(repr=False)

    def new(self) -> str:
        """Return a secret as its endpoint is handed it: 256 bits."""
        random = secrets.token_bytes(KEY_SECRET_BYTES)
        return SECRET_SIGN + base64.b64encode(random).decode()

    def sealed(self, secret: str) -> str:
        """Return a secret as it is kept."""
        return SealedBox(self.secret, WEBHOOK).seal(secret)

    def opened(self, sealed: str) -> str:
        """Return a secret that was kept. Raises DigestError under another key."""
        secret = SealedBox(self.secret, WEBHOOK).open(sealed)
        if secret is None:
            raise DigestError(
                "its secret was sealed under another DIGEST_SECRET_KEY: name that in "
                "DIGEST_SECRET_KEY_FALLBACKS, or give the webhook a new secret with "
                "digest webhook rotate NAME"
            )
        return secret


@dataclass(frozen=True, slots=True)
class WebhookSender:
    """Makes endpoints, and tells them what they are to be told."""

    engine: Engine
    fetcher: Fetcher
    secrets: WebhookSecrets

    def create(
        self, name: str, url: str, kinds: tuple[WebhookKind, ...], now: datetime
    ) -> str:
        """Make an endpoint, and return its secret, which is not told again.

        Raises DigestError in words.
        """
        label, address = " ".join(name.split()), url.strip()
        if not 0 < len(label) <= WEBHOOK_NAME_LENGTH:
            raise DigestError(
                f"a webhook needs a name of at most {WEBHOOK_NAME_LENGTH} letters: "
                "which system it is of"
            )
        try:
            web_address(address)
        except ValueError as problem:
            raise DigestError(f"{address}: {problem}") from problem
        if len(address) > WEBHOOK_URL_LENGTH:
            raise DigestError(f"the address has over {WEBHOOK_URL_LENGTH} characters")
        if not kinds:
            raise DigestError(f"say what it is told: {', '.join(WebhookKind)}")
        secret = self.secrets.new()
        new = NewEndpoint(label, address, kinds, self.secrets.sealed(secret))
        with writing(self.engine) as connection:
            endpoints.create(connection, new, now)
        return secret

    def rotate(self, name: str, now: datetime) -> str:
        """Give an endpoint another secret, and return it; the old is good for a day."""
        secret = self.secrets.new()
        with writing(self.engine) as connection:
            endpoint = endpoints.by_name(connection, name)
            endpoints.rotate(connection, endpoint, self.secrets.sealed(secret), now)
        return secret

    def send_due(self, now: datetime) -> int:
        """Tell each endpoint what is due; return how many messages were taken.

        One that does not take a message is left alone for a while, so that it costs
        the others one wait. What is on the wire is in no transaction.
        """
        with reading(self.engine) as connection:
            due = outbox.endpoints_due(connection, now)
        count = 0
        for endpoint_id in due:
            with guarded("telling a webhook", f"endpoint={endpoint_id}"):
                count += self._tell(endpoint_id, now)
        return count

    def _tell(self, endpoint_id: int, now: datetime) -> int:
        for count in range(WEBHOOKS_A_ROUND):
            with writing(self.engine) as connection:
                endpoint = endpoints.get(connection, endpoint_id)
                message = outbox.claim(connection, endpoint_id, now)
            if message is None or not self._took(endpoint, message, now):
                return count
        return WEBHOOKS_A_ROUND

    def _took(
        self, endpoint: WebhookEndpoint, message: WebhookMessage, now: datetime
    ) -> bool:
        status, answer = self._answer(endpoint, message, now)
        is_taken = 200 <= status < 300
        with writing(self.engine) as connection:
            if is_taken:
                state, at = MessageState.DELIVERED, now
                endpoints.note_success(connection, endpoint)
            else:
                wait = wait_after(message.attempts)
                state = MessageState.WAITING if wait else MessageState.GIVEN_UP
                at = now + wait if wait else now
                endpoints.note_failure(
                    connection, endpoint, answer, now, is_gone=status == _GONE
                )
            outbox.settle(connection, message, state, answer, at)
        log.info(
            "webhook told id=%s endpoint=%s attempts=%s state=%s",
            *(message.id, endpoint.id, message.attempts, state),
        )
        return is_taken

    def _answer(
        self, endpoint: WebhookEndpoint, message: WebhookMessage, now: datetime
    ) -> tuple[int, str]:
        """Return the status that it was answered with, 0 for none, and it in words."""
        body = body_of(message.kind, message.happened_at, message.facts)
        try:
            opened = [self.secrets.opened(it) for it in endpoint.sealed_secrets(now)]
            signed = signed_headers(message.reference, now, body, opened)
            headers = signed | {
                "Content-Type": "application/json",
                "User-Agent": f"Digest/{__version__}",
            }
            status = self.fetcher.post(endpoint.url, headers, body, WEBHOOK_SECONDS)
        except SourceError as problem:
            return 0, str(problem)
        except DigestError as problem:
            return 0, str(problem)
        return status, f"it answered {status}"
