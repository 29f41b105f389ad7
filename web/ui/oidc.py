"""Signing in with the centre's identity provider (OpenID Connect Core 1.0, authorization code with PKCE, RFC 7636):
takes the browser there and back, gives a session for an account that exists here."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx2
from fastapi import APIRouter
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from digitizer.errors import IdentityProviderUnavailable, NotFound, WrongPassword
from web.deps import Parts
from web.ui.pages import render
from web.ui.session import set_cookie, workbench_of
from web.ui.signin import own_address

router = APIRouter(include_in_schema=False)
COOKIE = "digitizer_oidc"
COOKIE_S = 600  # for a person to type a password and a code there
ALGORITHMS = ["RS256", "ES256", "PS256", "EdDSA"]  # never "none", never a shared secret
KEYS_S = 300.0  # an unknown key is asked for again, but not more often than this
LEEWAY_S = 60
ANSWER_BYTES = 1024 * 1024


@dataclass(slots=True)
class IdentityProvider:
    """One provider, as the settings name it. `claim`: of the ID token, holding the login that accounts have here.

    Its addresses and keys are fetched when first needed, so that we start while it is away."""

    issuer: str
    client_id: str
    client_secret: str
    public_url: str
    claim: str = "preferred_username"
    _addresses: dict[str, Any] = field(default_factory=dict)
    _keys: KeySet | None = None
    _keys_at: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def redirect_uri(self) -> str:
        return f"{self.public_url.rstrip('/')}/login/oidc/callback"

    def begin(self, state: str, nonce: str, verifier: str) -> str:
        """Where to send the browser. Raises IdentityProviderUnavailable."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code", "client_id": self.client_id, "redirect_uri": self.redirect_uri,
            "scope": "openid profile", "state": state, "nonce": nonce, "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{self._address('authorization_endpoint')}?{urlencode(asked)}"

    def login_of(self, code: str, nonce: str, verifier: str) -> str:
        """The login that the provider vouches for. Raises WrongPassword: its word does not hold;
        IdentityProviderUnavailable."""
        answer = self._ask("POST", self._address("token_endpoint"), auth=(self.client_id, self.client_secret), data={
            "grant_type": "authorization_code", "code": code, "redirect_uri": self.redirect_uri,
            "code_verifier": verifier,
        })
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise WrongPassword("the identity provider gave no ID token")
        claims = self._claims(token, nonce)
        login = claims.get(self.claim)
        if not isinstance(login, str) or not login:
            raise WrongPassword(f"the ID token has no {self.claim}")
        return login

    def _claims(self, token: str, nonce: str) -> dict[str, Any]:
        """What the ID token says, checked as OpenID Connect Core 3.1.3.7 asks."""
        rules = JWTClaimsRegistry(
            leeway=LEEWAY_S, iss={"essential": True, "value": self.issuer}, exp={"essential": True},
            aud={"essential": True, "value": self.client_id}, nonce={"essential": True, "value": nonce},
            iat={"essential": True}, sub={"essential": True},
        )
        for fresh in (False, True):  # a provider that has changed its keys is asked for the new ones, once
            try:
                decoded = jwt.decode(token, self._key_set(fresh), algorithms=ALGORITHMS)
                rules.validate(decoded.claims)
                break
            except (JoseError, ValueError) as error:
                if fresh or "key" not in f"{type(error).__name__} {error}".lower():
                    raise WrongPassword(f"the ID token does not hold: {type(error).__name__}") from None
        several = isinstance(decoded.claims["aud"], list) and len(decoded.claims["aud"]) > 1
        if (several or "azp" in decoded.claims) and decoded.claims.get("azp") != self.client_id:
            raise WrongPassword("the ID token is for another client")
        return dict(decoded.claims)

    def _key_set(self, fresh: bool) -> KeySet:
        with self._lock:
            stale = self._keys is None or (fresh and time.monotonic() - self._keys_at > KEYS_S)
            if stale:
                self._keys = KeySet.import_key_set(self._ask("GET", self._address("jwks_uri")))  # type: ignore[arg-type]
                self._keys_at = time.monotonic()
            assert self._keys is not None
            return self._keys

    def _address(self, name: str) -> str:
        if not self._addresses:
            found = self._ask("GET", f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != self.issuer:
                raise IdentityProviderUnavailable("the provider has another name than DIGITIZER_OIDC_ISSUER")
            self._addresses = found
        return str(self._addresses[name])

    def _ask(self, method: str, address: str, **how: Any) -> dict[str, Any]:
        try:
            answer = httpx2.request(method, address, timeout=10, follow_redirects=False, **how)
            if answer.status_code == 400 and method == "POST":
                raise WrongPassword("the identity provider refuses the code")
            if answer.status_code != 200 or len(answer.content) > ANSWER_BYTES:
                raise IdentityProviderUnavailable(f"the identity provider answers {answer.status_code}")
            return dict(json.loads(answer.content))
        except (httpx2.HTTPError, ValueError, TypeError) as error:
            raise IdentityProviderUnavailable(type(error).__name__) from None


@router.get("/login/oidc")
def go_there(service: Parts, next: str = "/") -> Response:
    """State, nonce and verifier wait in a cookie of this browser; SameSite=Lax, since the way back is a link there."""
    provider = _provider(service.identity_provider)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    response = RedirectResponse(provider.begin(state, nonce, verifier), 303)
    kept = base64.urlsafe_b64encode(json.dumps([state, nonce, verifier, own_address(next)]).encode()).decode()
    response.set_cookie(
        COOKIE, kept, max_age=COOKIE_S, path="/login/oidc", httponly=True, samesite="lax",
        secure=service.secure_cookies,
    )
    return response


@router.get("/login/oidc/callback")
def come_back(request: Request, service: Parts, state: str = "", code: str = "") -> Response:
    """A page, not a redirect: a cookie with SameSite=Strict is not sent along a chain that began on another site."""
    provider = _provider(service.identity_provider)
    kept_state, nonce, verifier, wanted = _kept(request.cookies.get(COOKIE, ""))
    if not code or not kept_state or not hmac.compare_digest(state.encode(), kept_state.encode()):
        return render(request, "login.html", 401, next="/", fault=WrongPassword(), login="", oidc=True)
    try:
        _, token = workbench_of(service).people.sign_in_known(provider.login_of(code, nonce, verifier))
    except WrongPassword as error:
        return render(request, "login.html", 401, next=wanted, fault=error, login="", oidc=True)
    response = render(request, "signed_in.html", next=wanted)
    set_cookie(response, service, token)
    response.delete_cookie(COOKIE, path="/login/oidc")
    return response


def _provider(provider: object) -> IdentityProvider:
    if not isinstance(provider, IdentityProvider):
        raise NotFound
    return provider


def _kept(cookie: str) -> tuple[str, str, str, str]:
    try:
        state, nonce, verifier, wanted = json.loads(base64.urlsafe_b64decode(cookie.encode()))
        return str(state), str(nonce), str(verifier), own_address(str(wanted))
    except (ValueError, TypeError):
        return "", "", "", "/"
