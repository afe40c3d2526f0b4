"""Passkeys (WebAuthn Level 3): a device proves who it is without a word said to us."""

import hmac
import json
import logging
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime

import webauthn
from sqlalchemy import Connection
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from digest.model.secret_keys import SecretKeys
from digest.staff import limits
from digest.store.staff import passkeys
from digest.store.staff.accounts import Account
from digest.store.staff.passkeys import NewPasskey

# Behind the second it is over, in a number that a database can keep.
_RANDOM_BITS = 31
_log = logging.getLogger(__name__)
# A fingerprint, a face or a PIN: what makes one step of it worth two.
_VERIFIED = UserVerificationRequirement.REQUIRED


@dataclass(frozen=True, slots=True)
class PasskeySite:
    """Whom passkeys are for: the host, and the origin that pages have there."""

    host: str
    origin: str


@dataclass(frozen=True, slots=True)
class PasskeyAnswer:
    """What a device answered, as its browser wrote it, to which challenge."""

    challenge: int
    credential: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PasskeyQuestion:
    """What a browser asks a device, in the JSON of WebAuthn, and its challenge."""

    challenge: int
    options: str


@dataclass(frozen=True, slots=True)
class Passkeys:
    """Sets passkeys up and knows them again; each challenge is answered once."""

    secret: SecretKeys = field(repr=False)

    def ask_for_new(
        self, connection: Connection, owner: Account, site: PasskeySite, now: datetime
    ) -> PasskeyQuestion:
        """Return what a device makes a passkey from, none that it has already."""
        number = _new_challenge(now)
        have = passkeys.of_account(connection, owner.id)
        options = webauthn.generate_registration_options(
            rp_id=site.host,
            rp_name="Digest",
            user_id=str(owner.id).encode(),
            user_name=owner.email,
            user_display_name=owner.name,
            challenge=self._challenge(number),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=_VERIFIED,
            ),
            exclude_credentials=[
                PublicKeyCredentialDescriptor(
                    id=webauthn.base64url_to_bytes(each.credential_id)
                )
                for each in have
            ],
        )
        return PasskeyQuestion(number, webauthn.options_to_json(options))

    def read_new(
        self, answer: PasskeyAnswer, site: PasskeySite, name: str
    ) -> NewPasskey | None:
        """Return what a device has made, None where it is not what was asked for."""
        try:
            made_by_device = webauthn.verify_registration_response(
                credential=answer.credential,
                expected_challenge=self._expected(answer),
                expected_rp_id=site.host,
                expected_origin=site.origin,
                require_user_verification=True,
            )
        except Exception as problem:  # noqa: BLE001 - anybody may send anything
            _log.info("passkey not set up why=%s", problem)
            return None
        return NewPasskey(
            bytes_to_base64url(made_by_device.credential_id),
            made_by_device.credential_public_key,
            made_by_device.sign_count,
            name,
        )

    def ask_who(self, site: PasskeySite, now: datetime) -> PasskeyQuestion:
        """Return what a device says by which passkey it has."""
        number = _new_challenge(now)
        options = webauthn.generate_authentication_options(
            rp_id=site.host,
            challenge=self._challenge(number),
            user_verification=_VERIFIED,
        )
        return PasskeyQuestion(number, webauthn.options_to_json(options))

    def owner(
        self,
        connection: Connection,
        answer: PasskeyAnswer,
        site: PasskeySite,
        now: datetime,
    ) -> int | None:
        """Return whose account that answer lets into; the challenge is used up."""
        if not use_up(connection, answer, now):
            return None
        try:
            credential_id = str(json.loads(answer.credential)["id"])
            passkey = passkeys.by_credential(connection, credential_id)
            if passkey is None:
                return None
            proof = webauthn.verify_authentication_response(
                credential=answer.credential,
                expected_challenge=self._expected(answer),
                expected_rp_id=site.host,
                expected_origin=site.origin,
                credential_public_key=passkey.public_key,
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=True,
            )
        except Exception as problem:  # noqa: BLE001 - anybody may send anything
            _log.info("passkey not taken why=%s", problem)
            return None
        passkeys.note_used(connection, passkey.id, proof.new_sign_count, now)
        return passkey.account_id

    def _challenge(self, number: int) -> bytes:
        return self._challenges(number)[0]

    def _challenges(self, number: int) -> list[bytes]:
        keys = self.secret.derived(b"digest passkeys")
        return [hmac.digest(key, str(number).encode(), "sha256") for key in keys]

    def _expected(self, answer: PasskeyAnswer) -> bytes:
        """Return which challenge of that number it must answer: of whichever key."""
        response = json.loads(answer.credential)["response"]
        client = json.loads(webauthn.base64url_to_bytes(response["clientDataJSON"]))
        answered = webauthn.base64url_to_bytes(client["challenge"])
        challenges = self._challenges(answer.challenge)
        matching = (c for c in challenges if hmac.compare_digest(c, answered))
        return next(matching, challenges[0])


def use_up(connection: Connection, answer: PasskeyAnswer, now: datetime) -> bool:
    """Use up the challenge of an answer; False where it was before, or is over."""
    ends_at = datetime.fromtimestamp(answer.challenge >> _RANDOM_BITS, UTC)
    return passkeys.use_challenge(connection, answer.challenge, ends_at, now)


def _new_challenge(now: datetime) -> int:
    """Return a number that says when it is over; what is signed is made of it."""
    ends = int((now + limits.CHALLENGE_LASTS).timestamp())
    return ends << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
