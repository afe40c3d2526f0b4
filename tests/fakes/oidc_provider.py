"""An OpenID Connect provider on the loopback: one person, who says yes at once."""

import json
import secrets
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey

CLIENT, SECRET = "digest", "provider-secret"


@dataclass
class Provider:
    """What it says of the person, and what is wrong with it; tests change both."""

    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))
    signs_with: ECKey | None = None
    described_issuer: str = ""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def authorised(self, query: dict[str, str]) -> str:
        """Return where the browser goes on to, once the person has said yes."""
        code = secrets.token_urlsafe()
        self.codes[code] = query
        answer = urlencode({"code": code, "state": query["state"]})
        return f"{query['redirect_uri']}?{answer}"

    def token(self, form: dict[str, str]) -> dict[str, Any]:
        """Return the token of a code, which is good once (RFC 7636 §4.6)."""
        asked_for = self.codes.pop(form["code"])
        challenge = urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest())
        assert asked_for["code_challenge"] == challenge.rstrip(b"=").decode()
        assert asked_for["code_challenge_method"] == "S256"
        claims = {
            "iss": self.issuer,
            "sub": "ann",
            "aud": CLIENT,
            "iat": int(time.time()),
            "exp": int(time.time()) + 300,
            "nonce": asked_for["nonce"],
        } | self.claims
        key = self.signs_with or self.key
        signed = jwt.encode({"alg": "ES256", "kid": self.key.kid}, claims, key)
        return {"access_token": "x", "token_type": "Bearer", "id_token": signed}

    def description(self) -> dict[str, Any]:
        """Return how it describes itself (Discovery §3)."""
        return {
            "issuer": self.described_issuer or self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }


@contextmanager
def provider() -> Iterator[Provider]:
    """Yield a provider that answers until the end of the block."""
    it = Provider()
    it.key.ensure_kid()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/authorize":
                query = dict(parse_qsl(parts.query))
                self.send_response(302)
                self.send_header("Location", it.authorised(query))
                self.end_headers()
            elif parts.path == "/keys":
                self._json({"keys": [it.key.as_dict(private=False)]})
            else:
                self._json(it.description())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = dict(parse_qsl(body))
            if form["code"] not in it.codes:
                self.send_error(400)
                return
            assert self.headers["Authorization"].startswith("Basic ")
            self._json(it.token(form))

        def _json(self, content: dict[str, Any]) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(content).encode())

        def log_message(self, *_words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    it.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield it
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
