"""The demo issuer's authorization endpoint: somebody logs in and is sent back with a code."""

from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.demo.issuer_accounts import DemoAccount, DemoClient
from service.demo.issuer_codes import CodeBook, Login, valid_challenge
from service.demo.issuer_oauth import OAuthError, granted_scopes, single
from service.demo.issuer_pages import login_page, refusal_page


class LoginDesk:
    """Logs accounts in without asking for a password."""

    def __init__(
        self,
        issuer: str,
        *,
        accounts: Mapping[str, DemoAccount],
        clients: Mapping[str, DemoClient],
        codes: CodeBook,
        clock: Callable[[], datetime],
    ) -> None:
        """Log in ``accounts`` (by login name) for ``clients`` (by id), in the issuer's name."""
        self._issuer = issuer
        self._accounts = accounts
        self._clients = clients
        self._codes = codes
        self._clock = clock

    async def authorize(self, request: Request) -> Response:
        """Let somebody log in: at once with ``login_hint``, else by choosing an account.

        Whoever cannot safely be sent back (unknown client, unregistered address) sees a page.
        """
        try:
            asked = single(request.query_params.multi_items())
        except OAuthError as error:
            return refusal_page(error.description)
        client = self._clients.get(asked.get("client_id", ""))
        if client is None:
            return refusal_page("the client_id is unknown")
        if asked.get("redirect_uri") not in client.redirect_uris:
            return refusal_page("the redirect_uri is not registered for this client")
        try:
            return self._logged_in(client, asked)
        except OAuthError as error:
            answer = {"error": error.error, "error_description": error.description}
            return self._sent_back(asked, answer)

    def _logged_in(self, client: DemoClient, asked: Mapping[str, str]) -> Response:
        _check(client, asked)
        account = self._accounts.get(asked.get("login_hint", ""))
        if account is None:
            return login_page(list(self._accounts.values()), asked, client.client_id)
        login = Login(
            account=account,
            client=client,
            redirect_uri=asked["redirect_uri"],
            challenge=asked["code_challenge"],
            scopes=granted_scopes(asked.get("scope"), account.scopes, client.scopes),
            nonce=asked.get("nonce"),
            authenticated_at=self._clock(),
        )
        return self._sent_back(asked, {"code": self._codes.issue(login)})

    def _sent_back(self, asked: Mapping[str, str], answer: Mapping[str, str]) -> Response:
        """Redirect with the answer, the caller's ``state``, and our ``iss`` (RFC 9207)."""
        state = {"state": asked["state"]} if "state" in asked else {}
        query = urlencode({**answer, **state, "iss": self._issuer})
        redirect_uri = asked["redirect_uri"]
        joint = "&" if "?" in redirect_uri else "?"
        headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        return RedirectResponse(f"{redirect_uri}{joint}{query}", status_code=303, headers=headers)


def _check(client: DemoClient, asked: Mapping[str, str]) -> None:
    if asked.get("response_type") != "code":
        raise OAuthError("unsupported_response_type", "only response_type=code")
    if "authorization_code" not in client.grants:
        raise OAuthError("unauthorized_client", "this client may not log people in")
    if asked.get("code_challenge_method") != "S256":
        raise OAuthError("invalid_request", "PKCE is required, with code_challenge_method=S256")
    if not valid_challenge(asked.get("code_challenge", "")):
        raise OAuthError("invalid_request", "the code_challenge is no SHA-256 in base64url")
