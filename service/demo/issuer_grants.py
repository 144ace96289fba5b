"""The demo issuer's token endpoint: a code or a client's own credentials for a token."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from service.demo.issuer_accounts import DemoClient
from service.demo.issuer_clients import ClientDesk
from service.demo.issuer_codes import CodeBook
from service.demo.issuer_oauth import OAuthError, granted_scopes, single
from service.demo.issuer_tokens import CLIENT_LIFETIME, STAFF_LIFETIME, TokenMint

_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class GrantDesk:
    """Hands out tokens to clients it recognises."""

    def __init__(
        self, mint: TokenMint, *, desk: ClientDesk, codes: CodeBook, clock: Callable[[], datetime]
    ) -> None:
        """Have tokens made by ``mint`` for the clients of ``desk`` and the logins of ``codes``."""
        self._mint = mint
        self._desk = desk
        self._codes = codes
        self._clock = clock

    async def token(self, request: Request) -> Response:
        """Answer a token request as RFC 6749 section 5 says."""
        try:
            answer = self._granted(
                request.headers.get("authorization"), _form(await request.body())
            )
        except OAuthError as error:
            return _refused(error)
        return JSONResponse(answer, headers=_NO_STORE)

    def _granted(self, authorization: str | None, form: Mapping[str, str]) -> dict[str, object]:
        client = self._desk.recognise(authorization, form)
        match form.get("grant_type"):
            case "authorization_code":
                return self._for_code(client, form)
            case "client_credentials":
                return self._for_client(client, form)
            case _:
                raise OAuthError("unsupported_grant_type", "a code or client credentials only")

    def _for_code(self, client: DemoClient, form: Mapping[str, str]) -> dict[str, object]:
        login = self._codes.redeem(
            form.get("code", ""),
            client=client,
            redirect_uri=form.get("redirect_uri", ""),
            verifier=form.get("code_verifier", ""),
        )
        now, authenticated_at = self._clock(), int(login.authenticated_at.timestamp())
        token = self._mint.staff_token(
            login.account,
            client_id=client.client_id,
            scopes=login.scopes,
            now=now,
            auth_time=authenticated_at,
        )
        answer = _answer(token, login.scopes, STAFF_LIFETIME)
        if "openid" in login.scopes:
            answer["id_token"] = self._mint.id_token(
                login.account,
                client_id=client.client_id,
                now=now,
                nonce=login.nonce,
                auth_time=authenticated_at,
            )
        return answer

    def _for_client(self, client: DemoClient, form: Mapping[str, str]) -> dict[str, object]:
        if client.public or "client_credentials" not in client.grants:
            raise OAuthError("unauthorized_client", "this client cannot speak for itself")
        scopes = granted_scopes(form.get("scope"), client.scopes)
        token = self._mint.client_token(client, scopes=scopes, now=self._clock())
        return _answer(token, scopes, CLIENT_LIFETIME)


def _form(body: bytes) -> dict[str, str]:
    try:
        return single(parse_qsl(body.decode(), keep_blank_values=True))
    except UnicodeDecodeError:
        raise OAuthError("invalid_request", "the body is not UTF-8") from None


def _answer(token: str, scopes: frozenset[str], lifetime: timedelta) -> dict[str, object]:
    return {
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": int(lifetime.total_seconds()),
        "scope": " ".join(sorted(scopes)),
    }


def _refused(error: OAuthError) -> Response:
    unrecognised = error.status == HTTPStatus.UNAUTHORIZED
    challenge = {"WWW-Authenticate": 'Basic realm="demo issuer"'} if unrecognised else {}
    return JSONResponse(
        {"error": error.error, "error_description": error.description},
        status_code=error.status,
        headers={**_NO_STORE, **challenge},
    )
