"""An identity provider on a free port that signs in whoever it is told to, and lies on demand."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlparse

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "digitizer", "a secret for tests"


@dataclass
class Provider:
    """login: who signs in next. lies: claims put over the true ones. forged: signs with a key it does not show."""

    url: str = ""
    login: str = "an.tran"
    lies: dict[str, Any] = field(default_factory=dict)
    forged: bool = False
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    other: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    asked: dict[str, dict[str, str]] = field(default_factory=dict)  # by code

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.url, "sub": "0815", "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce,
            "preferred_username": self.login, **self.lies,
        }
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.other if self.forged else self.key)


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, query = urlparse(self.path).path, parse_qs(urlparse(self.path).query)
            if path == "/.well-known/openid-configuration":
                self._json({
                    "issuer": provider.url, "authorization_endpoint": f"{provider.url}/authorize",
                    "token_endpoint": f"{provider.url}/token", "jwks_uri": f"{provider.url}/keys",
                })
            elif path == "/keys":
                self._json({"keys": [provider.key.as_dict(private=False)]})
            elif path == "/authorize":
                asked = {k: v[0] for k, v in query.items()}
                code = hashlib.sha256(json.dumps(asked).encode()).hexdigest()
                provider.asked[code] = asked
                self.send_response(303)
                self.send_header(
                    "Location", f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}")
                self.end_headers()

        def do_POST(self) -> None:
            """Each code works once, for the client that asked and the verifier behind its challenge."""
            form = {k: v[0] for k, v in parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()).items()}
            asked = provider.asked.pop(form["code"], None)
            basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
            hashed = hashlib.sha256(form["code_verifier"].encode()).digest()
            challenge = base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()
            good = asked and asked["code_challenge"] == challenge and self.headers["Authorization"] == f"Basic {basic}"
            if not good or not asked:
                self._json({"error": "invalid_grant"}, 400)
                return
            self._json({"id_token": provider.id_token(asked["nonce"]), "access_token": "x", "token_type": "Bearer"})

        def _json(self, body: dict[str, Any], status: int = 200) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler


@contextmanager
def identity_provider() -> Iterator[Provider]:
    provider = Provider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(provider))
    provider.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
