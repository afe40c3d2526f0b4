"""The second step of signing in: codes from a phone (RFC 6238), and codes on paper."""

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime

import pyotp
from sqlalchemy import Connection

from digest.model.secret_keys import SecretKeys
from digest.staff import limits
from digest.store.staff import second_steps
from digest.store.staff.sealing import SECOND_STEP, SealedBox

_STEP_SECONDS = 30
# Without those that look like others on paper.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class TotpProof:
    """A secret that a phone was handed, and a code that it made of it."""

    totp_secret: str = field(repr=False)
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SecondStep:
    """Makes and checks codes; what is kept of them is of no use without our secret."""

    secret: SecretKeys = field(repr=False)

    def new_secret(self) -> str:
        """Return a secret for a phone to make codes of: 160 bits, in base 32."""
        return pyotp.random_base32()

    def address(self, totp_secret: str, email: str) -> str:
        """Return what a phone reads from a QR code to make an account's codes."""
        return pyotp.TOTP(totp_secret).provisioning_uri(
            name=email, issuer_name="Digest"
        )

    def set_up(
        self, connection: Connection, account_id: int, proof: TotpProof, now: datetime
    ) -> bool:
        """Have an account's codes be of that secret, if its code is one of them now."""
        step = _step(proof.totp_secret, proof.code, now)
        if step is None:
            return False
        sealed = self._box.seal(proof.totp_secret)
        second_steps.set_totp(connection, account_id, sealed, step, now)
        return True

    def take(
        self, connection: Connection, account_id: int, code: str, now: datetime
    ) -> bool:
        """Whether this is a code of the account's, from its phone or on paper.

        Each is taken once (RFC 6238, section 5.2).
        """
        typed = "".join(code.split()).replace("-", "").lower()
        if len(typed) == limits.RECOVERY_CODE_LETTERS:
            hashes = [code for _, code in self._hashes(account_id, typed)]
            return second_steps.use_recovery_code(connection, account_id, hashes, now)
        sealed = second_steps.totp_secret(connection, account_id)
        # One that is sealed with a key that is not held is none either.
        totp_secret = None if sealed is None else self._box.open(sealed)
        if totp_secret is None:
            return False
        step = _step(totp_secret, typed, now)
        return step is not None and second_steps.use_totp(connection, account_id, step)

    def new_recovery_codes(
        self, connection: Connection, account_id: int, now: datetime
    ) -> list[str]:
        """Return new codes to be printed, the only time that they are known."""
        codes = [
            "".join(
                secrets.choice(_LETTERS) for _ in range(limits.RECOVERY_CODE_LETTERS)
            )
            for _ in range(limits.RECOVERY_CODES)
        ]
        hashes = [self._hashes(account_id, code)[0] for code in codes]
        second_steps.set_recovery_codes(connection, account_id, hashes, now)
        half = limits.RECOVERY_CODE_LETTERS // 2
        return [f"{code[:half]}-{code[half:]}" for code in codes]

    def _hashes(self, account_id: int, code: str) -> list[tuple[str, str]]:
        """Return what each key hashes a code to, by its id, the newest first."""
        content = f"{account_id}:{code}".encode()
        keys = self.secret.derived(b"digest recovery codes")
        hashes = [hmac.digest(key, content, "sha256").hex() for key in keys]
        return [*zip(self.secret.ids, hashes, strict=True)]

    @property
    def _box(self) -> SealedBox:
        return SealedBox(self.secret, SECOND_STEP)


def _step(totp_secret: str, code: str, now: datetime) -> int | None:
    """Return which step of 30 seconds that is the code of, if it is one of now's."""
    totp = pyotp.TOTP(totp_secret)
    typed = "".join(code.split())
    if not (typed.isascii() and typed.isdigit()):
        return None
    current = int(now.timestamp()) // _STEP_SECONDS
    for off in sorted(
        range(-limits.TOTP_STEPS_OFF, limits.TOTP_STEPS_OFF + 1), key=abs
    ):
        if hmac.compare_digest(totp.generate_otp(current + off), typed):
            return current + off
    return None
