"""An OIDC issuer for development: real protocol, real signatures, and no passwords at all.

Anybody who reaches it is whoever they choose to be. That is why it exists only where
somebody asks for it by name, and why importing this module starts nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from service.demo.issuer_accounts import DemoAccount, DemoClient
from service.demo.issuer_clients import ASSERTION_ALGORITHMS, ClientDesk
from service.demo.issuer_codes import CodeBook
from service.demo.issuer_grants import GrantDesk
from service.demo.issuer_login import LoginDesk
from service.demo.issuer_oauth import OPENID_SCOPES
from service.demo.issuer_tokens import TokenMint, new_private_jwk

__all__ = ["DemoAccount", "DemoClient", "DemoIssuer", "create_issuer", "new_private_jwk"]

#: Client of tokens that are made without a client, as on the command line.
CLI_CLIENT_ID = "tsunagi-cli"

#: Pages of this machine, such as /docs on another port, may call from the browser.
_LOOPBACK_ORIGIN = r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?"
_MAX_BODY_BYTES = 64 * 1024
_METADATA = {
    "response_types_supported": ["code"],
    "response_modes_supported": ["query"],
    "grant_types_supported": ["authorization_code", "client_credentials"],
    "subject_types_supported": ["public"],
    "id_token_signing_alg_values_supported": ["ES256"],
    "token_endpoint_auth_methods_supported": ["none", "client_secret_basic", "private_key_jwt"],
    "token_endpoint_auth_signing_alg_values_supported": list(ASSERTION_ALGORITHMS),
    "code_challenge_methods_supported": ["S256"],
    "authorization_response_iss_parameter_supported": True,
}

_Holder = TypeVar("_Holder", DemoAccount, DemoClient)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class DemoIssuer:
    """An issuer with its accounts and clients: an ASGI ``app``, and tokens without HTTP."""

    def __init__(
        self,
        mint: TokenMint,
        *,
        accounts: Sequence[DemoAccount],
        clients: Sequence[DemoClient],
        clock: Callable[[], datetime],
    ) -> None:
        """Use ``create_issuer``, which asks whether this is wanted."""
        self.issuer = mint.issuer
        self._mint = mint
        self._clock = clock
        self._accounts = {account.name: account for account in accounts}
        self._clients = {client.client_id: client for client in clients}
        #: To be mounted at the path of the issuer's URL.
        self.app = self._app()

    def staff_token(
        self,
        account: str,
        *,
        client_id: str = CLI_CLIENT_ID,
        scopes: Iterable[str] | None = None,
        now: datetime | None = None,
        **overrides: object,
    ) -> str:
        """Make an access token for an account, by login name; 15 minutes from ``now``.

        ``overrides`` are claims; None drops one. Raises LookupError for an unknown name.
        """
        holder = _found(self._accounts, account)
        return self._mint.staff_token(
            holder,
            client_id=client_id,
            scopes=holder.scopes if scopes is None else scopes,
            now=now or self._clock(),
            **overrides,
        )

    def client_token(
        self,
        client_id: str,
        *,
        scopes: Iterable[str] | None = None,
        now: datetime | None = None,
        **overrides: object,
    ) -> str:
        """Make an access token for a client that speaks for itself; 10 minutes from ``now``.

        ``overrides`` are claims; None drops one. Raises LookupError for an unknown id.
        """
        client = _found(self._clients, client_id)
        return self._mint.client_token(
            client,
            scopes=client.scopes if scopes is None else scopes,
            now=now or self._clock(),
            **overrides,
        )

    def _app(self) -> Starlette:
        """Route the endpoints; all but the login may be called by pages of this machine."""
        audiences = (self.issuer, f"{self.issuer}/token")
        desk = ClientDesk(self._clients, audiences=audiences, clock=self._clock)
        codes = CodeBook(self._clock)
        grants = GrantDesk(self._mint, desk=desk, codes=codes, clock=self._clock)
        login = LoginDesk(
            self.issuer,
            accounts=self._accounts,
            clients=self._clients,
            codes=codes,
            clock=self._clock,
        )
        cors = Middleware(
            CORSMiddleware,
            allow_origin_regex=_LOOPBACK_ORIGIN,
            allow_methods=("GET", "POST"),
            allow_headers=("Authorization", "Content-Type", "X-Requested-With"),
        )
        called_by_pages = [
            Route("/.well-known/openid-configuration", self._discovery),
            Route("/jwks", self._jwks),
            Route("/token", grants.token, methods=["POST"]),
        ]
        rest = Mount("", routes=called_by_pages, middleware=[cors], max_body_size=_MAX_BODY_BYTES)
        return Starlette(routes=[Route("/authorize", login.authorize), rest])

    async def _jwks(self, _request: Request) -> Response:
        return JSONResponse(self._mint.jwks())

    async def _discovery(self, _request: Request) -> Response:
        """Describe the issuer (OpenID Connect Discovery, RFC 8414, RFC 9207)."""
        holders: list[DemoAccount | DemoClient] = [*self._accounts.values()]
        holders += self._clients.values()
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "scopes_supported": sorted(OPENID_SCOPES.union(*(h.scopes for h in holders))),
                **_METADATA,
            }
        )


def create_issuer(
    *,
    issuer: str,
    audience: str,
    accounts: Sequence[DemoAccount],
    clients: Sequence[DemoClient],
    allow: bool,
    clock: Callable[[], datetime] = _utc_now,
    key: Mapping[str, Any] | None = None,
) -> DemoIssuer:
    """Make an issuer for development, whose tokens are for ``audience``.

    ``issuer`` is its URL without a slash at the end, where the caller mounts ``app``;
    ``key`` a private JWK (see ``new_private_jwk``) if tokens are to survive a restart.
    Codes stay in memory: one process serves one issuer. Raises RuntimeError unless
    ``allow`` is True, and ValueError for an unfit URL or key.
    """
    if allow is not True:
        raise RuntimeError(
            "The demo issuer is for development only: anybody who reaches it can log in as "
            "anybody. To run it nevertheless, pass allow=True."
        )
    url = urlsplit(issuer)
    if url.scheme not in ("http", "https") or not url.netloc or issuer.endswith("/"):
        raise ValueError("an issuer is an http(s) URL without a slash at the end")
    if url.query or url.fragment:
        raise ValueError("an issuer has neither query nor fragment")
    mint = TokenMint(issuer=issuer, audience=audience, key=key)
    return DemoIssuer(mint, accounts=accounts, clients=clients, clock=clock)


def _found(holders: Mapping[str, _Holder], name: str) -> _Holder:
    if name in holders:
        return holders[name]
    raise LookupError(f"there is no {name!r}; there are: {', '.join(sorted(holders))}")
