"""Signing in by the organisation's own accounts: OpenID Connect, the code flow.

OpenID Connect Core 1.0 §3.1 with PKCE (RFC 7636), by Authlib, an optional extra. A
provider says whose address it is; who may do what is ours alone to say.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Any
from urllib.parse import quote_plus, urlsplit

import httpx

from digest.errors import DigestError
from digest.staff import limits

_SCOPE = "openid email"
# RFC 8725 §3.1: what is signed by a key of the provider's, and never "none".
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "Ed25519", "EdDSA"]


class OidcError(DigestError):
    """The provider did not say who it is; the message says why, for the log."""


@dataclass(frozen=True, slots=True)
class OidcClient:
    """Who we are to the provider; `name` is what the page calls its accounts."""

    issuer: str
    client_id: str
    client_secret: str
    name: str
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class OidcQuestion:
    """Where a browser is sent, and what its answer has to match."""

    address: str
    state: str
    nonce: str
    verifier: str


@dataclass(slots=True)
class OidcProvider:
    """The provider, as it describes itself; asked when somebody signs in."""

    client: OidcClient
    _facts: Mapping[str, Any] = field(default_factory=dict)

    def ask(self) -> OidcQuestion:
        """Return where to send a browser. Raises OidcError where nobody answers."""
        try:
            from authlib.common.security import generate_token  # noqa: PLC0415 - an extra
            from authlib.oauth2.rfc7636 import (  # noqa: PLC0415 - an extra
                create_s256_code_challenge,
            )
        except ImportError as problem:
            raise OidcError(
                "Authlib is not installed: pip install digest[oidc]"
            ) from problem
        state, nonce, verifier = (generate_token(48) for _ in range(3))
        query = {
            "response_type": "code",
            "client_id": self.client.client_id,
            "redirect_uri": self.client.redirect_uri,
            "scope": _SCOPE,
            "state": state,
            "nonce": nonce,
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
        }
        endpoint = httpx.URL(self._described("authorization_endpoint"))
        address = str(endpoint.copy_merge_params(query))
        return OidcQuestion(address, state, nonce, verifier)

    def verified_email(self, question: OidcQuestion, answer: Mapping[str, str]) -> str:
        """Return whose address the provider vouches for; `answer` is what came back.

        Raises OidcError where it vouches for none, or answers another question.
        """
        if not compare_digest(answer.get("state", ""), question.state):
            raise OidcError("this answers another question")
        if "code" not in answer:
            raise OidcError(f"the provider said no: {answer.get('error', '')}")
        token = self._exchanged(answer["code"], question.verifier)
        claims = self._claims(f"{token.get('id_token', '')}", question.nonce)
        if "email" not in claims and "userinfo_endpoint" in self._facts:
            claims = self._more(f"{token.get('access_token', '')}", claims)
        email = claims.get("email")
        # Else somebody could give themselves the address of an admin.
        if not isinstance(email, str) or claims.get("email_verified") is not True:
            raise OidcError("the provider vouches for no email address")
        return email

    def _exchanged(self, code: str, verifier: str) -> dict[str, Any]:
        """Return the token of that code (RFC 6749 §4.1.3, RFC 7636 §4.5)."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.client.redirect_uri,
            "code_verifier": verifier,
        }
        # As forms are written, RFC 6749 §2.3.1.
        who = quote_plus(self.client.client_id), quote_plus(self.client.client_secret)
        endpoint = self._described("token_endpoint")
        return self._content(
            endpoint,
            lambda: httpx.post(
                endpoint,
                data=form,
                auth=who,
                timeout=limits.OIDC_SECONDS,
            ),
        )

    def _described(self, name: str) -> str:
        """Return what the provider's description has under that name (Discovery §4)."""
        if not self._facts:
            address = f"{self.client.issuer}/.well-known/openid-configuration"
            facts = self._read(address)
            if facts.get("issuer", "").rstrip("/") != self.client.issuer:
                raise OidcError(f"{address} describes another provider")
            self._facts = facts
        if not isinstance(value := self._facts.get(name), str):
            raise OidcError(f"the provider does not describe its {name}")
        if urlsplit(value).scheme != urlsplit(self.client.issuer).scheme:
            raise OidcError(f"the provider's {name} is not reached as it is itself")
        return value

    def _read(self, address: str, **headers: str) -> dict[str, Any]:
        return self._content(
            address,
            lambda: httpx.get(address, headers=headers, timeout=limits.OIDC_SECONDS),
        )

    def _content(
        self, address: str, ask: Callable[[], httpx.Response]
    ) -> dict[str, Any]:
        try:
            content = ask().raise_for_status().json()
        except (httpx.HTTPError, ValueError) as problem:
            raise OidcError(f"{address} does not answer: {problem}") from problem
        if not isinstance(content, dict):
            raise OidcError(f"{address} answers with no description")
        return content

    def _claims(self, id_token: str, nonce: str) -> dict[str, Any]:
        """Return what the provider signed for us and this question (§3.1.3.7)."""
        from authlib.common.errors import AuthlibBaseError  # noqa: PLC0415 - an extra
        from authlib.oidc.core import CodeIDToken  # noqa: PLC0415 - an extra
        from joserfc import jwt  # noqa: PLC0415 - comes with Authlib
        from joserfc.errors import JoseError  # noqa: PLC0415 - comes with Authlib
        from joserfc.jwk import KeySet  # noqa: PLC0415 - comes with Authlib

        keys: Any = self._read(self._described("jwks_uri"))
        try:
            signed = jwt.decode(
                id_token,
                KeySet.import_key_set(keys),
                algorithms=_ALGORITHMS,
            )
            token = CodeIDToken(
                signed.claims,
                signed.header,
                {
                    "iss": {"essential": True, "values": [self._facts["issuer"]]},
                    "aud": {"essential": True, "values": [self.client.client_id]},
                    "exp": {"essential": True},
                    "nonce": {"essential": True, "value": nonce},
                },
                {"nonce": nonce, "client_id": self.client.client_id},
            )
            token.validate(leeway=limits.OIDC_LEEWAY_SECONDS)
        except (JoseError, AuthlibBaseError, ValueError) as problem:
            raise OidcError(
                f"the provider's word is not signed: {problem}"
            ) from problem
        return dict(signed.claims)

    def _more(self, access_token: str, claims: dict[str, Any]) -> dict[str, Any]:
        """Return the claims with what the provider says of them elsewhere (§5.3)."""
        address = self._described("userinfo_endpoint")
        more = self._read(address, Authorization=f"Bearer {access_token}")
        if more.get("sub") != claims.get("sub"):
            raise OidcError("the provider speaks of somebody else")
        return {**more, **claims}
