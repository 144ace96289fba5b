"""Staff and partner systems of みほん市 as visitors: they know the service by HTTP alone."""

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import httpx

# Authlib's own httpx clients are built on httpx2 wherever that is installed, and warn where it
# is not; its protocol functions know no HTTP library at all.
from authlib.common.security import generate_token  # type: ignore[import-untyped]
from authlib.oauth2.base import OAuth2Error  # type: ignore[import-untyped]
from authlib.oauth2.rfc6749.parameters import (  # type: ignore[import-untyped]
    parse_authorization_code_response,
    prepare_grant_uri,
)
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]

from service.demo.accounts import DEMO_SECRET, PORTAL, issuer_urls
from service.demo.city import issuer_of
from service.demo.city_staff import STAFF, DemoStaff
from service.domain.permission import Purpose
from service.domain.role import Role
from service.settings import Settings

#: Not now, but soon: asked again with the same Idempotency-Key.
_NOT_NOW = frozenset({429, 503})
_ATTEMPTS = 4
_LONGEST_PAUSE = 5.0

Pause = Callable[[float], Awaitable[None]]


class NoServiceError(RuntimeError):
    """Nobody answers, or not the demonstration; the message says what to do."""


class LoginError(RuntimeError):
    """A demo issuer gave no token."""


@dataclass(frozen=True)
class Answer:
    """What the service answered to one visitor."""

    staff: DemoStaff
    request_id: str
    status: int
    content: bytes
    etag: str | None = None

    @cached_property
    def body(self) -> Any:
        """The JSON that came, or nothing."""
        try:
            return json.loads(self.content)
        except ValueError:
            return {}

    def __getitem__(self, name: str) -> Any:
        return self.body[name]

    @property
    def version(self) -> int:
        """The version in the ETag, to be sent back as If-Match."""
        return int((self.etag or "").strip('"'))

    @property
    def code(self) -> str:
        """The problem's code, or that of the first field that is wrong."""
        if self.status < httpx.codes.BAD_REQUEST:
            return ""
        errors = self.body.get("errors") or [self.body]
        return str(errors[0].get("code"))

    @property
    def remedies(self) -> tuple[str, ...]:
        """What would make it possible."""
        return tuple(r["code"] for r in self.body.get("remedies", ()))


class Visitor:
    """One caller with a token of its own, fetched from its issuer on the first visit."""

    def __init__(
        self, http: httpx.AsyncClient, settings: Settings, staff: DemoStaff, pause: Pause
    ) -> None:
        """Know where the service and the issuers are; nobody is asked yet."""
        self.staff = staff
        self._http = http
        self._base = settings.base_url
        self._issuer = issuer_urls(settings)[issuer_of(staff.letter)]
        self._pause = pause
        self._token: str | None = None

    async def send(
        self,
        method: str,
        path: str,
        *,
        purpose: Purpose | None = None,
        body: object = None,
        query: Mapping[str, str] | None = None,
        version: int | None = None,
    ) -> Answer:
        """Ask the service once, or again with the same key while it says "not now"."""
        headers = {
            "Authorization": f"Bearer {await self._access_token()}",
            "X-Request-Id": uuid.uuid4().hex,
        }
        if purpose is not None:
            headers["Purpose-Of-Use"] = purpose.value
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid.uuid4())
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        response = await self._until_heard(method, path, headers, body, query)
        return Answer(
            staff=self.staff,
            request_id=headers["X-Request-Id"],
            status=response.status_code,
            content=response.content,
            etag=response.headers.get("etag"),
        )

    async def _until_heard(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: object,
        query: Mapping[str, str] | None,
    ) -> httpx.Response:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                response = await self._http.request(
                    method, f"{self._base}{path}", headers=dict(headers), json=body, params=query
                )
            except httpx.TransportError as error:
                raise NoServiceError(f"The service at {self._base} stopped answering.") from error
            if response.status_code not in _NOT_NOW or attempt == _ATTEMPTS:
                break
            await self._pause(_asked_to_wait(response))
        return response

    async def _access_token(self) -> str:
        if self._token is None:
            partner = self.staff.role is Role.PARTNER_SYSTEM
            granted = await (self._by_secret() if partner else self._by_login())
            if granted.status_code != httpx.codes.OK:
                raise LoginError(f"{self._issuer} gave {self.staff.account} no token.")
            self._token = str(granted.json()["access_token"])
        return self._token

    async def _by_secret(self) -> httpx.Response:
        """A program's own credentials (RFC 6749 section 4.4)."""
        return await self._http.post(
            f"{self._issuer}/token",
            data={"grant_type": "client_credentials"},
            auth=httpx.BasicAuth(self.staff.account, DEMO_SECRET),
        )

    async def _by_login(self) -> httpx.Response:
        """A person logs in: authorization code with PKCE, the redirect followed by hand."""
        verifier, state = generate_token(64), generate_token(32)
        redirect_uri = f"{self._base}/demo-callback"
        asked = prepare_grant_uri(
            f"{self._issuer}/authorize",
            client_id=PORTAL,
            response_type="code",
            redirect_uri=redirect_uri,
            state=state,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
            login_hint=self.staff.account,
        )
        sent_back = await self._http.get(asked, follow_redirects=False)
        if not sent_back.has_redirect_location:
            return sent_back
        try:
            answer = parse_authorization_code_response(sent_back.headers["location"], state=state)
        except OAuth2Error as error:
            raise LoginError(f"{self._issuer} refused {self.staff.account}: {error}") from error
        # Whose code it is must be certain before it is handed to anybody (RFC 9207).
        if answer.get("iss") != self._issuer:
            raise LoginError(f"Somebody else than {self._issuer} sent {self.staff.account} back.")
        return await self._http.post(
            f"{self._issuer}/token",
            data={
                "grant_type": "authorization_code",
                "code": answer["code"],
                "redirect_uri": redirect_uri,
                "client_id": PORTAL,
                "code_verifier": verifier,
            },
        )


class Visitors:
    """Everybody who has an account in みほん市, by its name."""

    def __init__(
        self, settings: Settings, http: httpx.AsyncClient, *, pause: Pause = asyncio.sleep
    ) -> None:
        """Visit the service that ``settings`` name, through ``http``."""
        self._settings = settings
        self._http = http
        self._all = {s.account: Visitor(http, settings, s, pause) for s in STAFF}

    def __getitem__(self, account: str) -> Visitor:
        return self._all[account]

    async def check(self) -> None:
        """See whether the demonstration answers. Raises NoServiceError."""
        url = self._settings.base_url
        try:
            ready = await self._http.get(f"{url}/readyz")
            issuer = await self._http.get(
                f"{issuer_urls(self._settings)['city']}/.well-known/openid-configuration"
            )
        except httpx.TransportError as error:
            raise NoServiceError(f"No service answers at {url}. {START_IT}") from error
        if ready.status_code != httpx.codes.OK or issuer.status_code != httpx.codes.OK:
            raise NoServiceError(f"No demonstration is ready at {url}. {START_IT}")


START_IT = "Start it with `make run`."


def _asked_to_wait(response: httpx.Response) -> float:
    """Seconds from Retry-After, within reason."""
    given = response.headers.get("retry-after", "")
    return min(float(given) if given.isdecimal() else 1.0, _LONGEST_PAUSE)
