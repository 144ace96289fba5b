"""Where an issuer publishes its keys, and how they are fetched without being led astray."""

import asyncio
import ipaddress
import json
from typing import Any

import httpx

from service.adapters.oidc.jwks import VerificationKey, usable_keys
from service.domain.actor import TokenIssuer

#: Bytes that are read of a published document; reading stops beyond (checklist A16).
MAX_DOCUMENT_BYTES = 512 * 1024
#: Seconds for all requests of one fetch together.
FETCH_TIMEOUT = 5.0

_OPENID = "/.well-known/openid-configuration"
_OAUTH = "/.well-known/oauth-authorization-server"
_HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity"}


class Unpublished(Exception):  # noqa: N818 - it is the state of the issuer, not an error of ours
    """The keys cannot be had at the moment; the message says why, for the operator's log."""


class _Unusable(ValueError):  # noqa: N818 - says what the answer is
    """The issuer's answer, or its address, is not one to go by."""


class _NotFound(_Unusable):
    """The issuer answers 404."""


class Publication:
    """Reads key sets of issuers over HTTPS, following no redirect and no foreign host."""

    def __init__(self, http: httpx.AsyncClient, *, allow_loopback_http: bool) -> None:
        """Use ``http``, which its maker closes; plain HTTP is for loopback hosts, if allowed."""
        self._http = http
        self._allow_loopback_http = allow_loopback_http

    async def keys(self, issuer: TokenIssuer) -> tuple[VerificationKey, ...]:
        """Fetch the usable keys of the issuer. Raises Unpublished, within 5 seconds."""
        try:
            async with asyncio.timeout(FETCH_TIMEOUT):
                uri = issuer.jwks_uri or await self._discovered_uri(issuer.iss)
                return usable_keys(await self._document(self._safe_url(uri)))
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
            raise Unpublished(f"{type(error).__name__}: {error}") from error

    async def _discovered_uri(self, iss: str) -> str:
        """Read ``jwks_uri`` of OpenID discovery, or of RFC 8414 when the former answers 404."""
        base = self._safe_url(iss)
        if base.query:
            raise _Unusable("an issuer has no query")
        path = base.path.removesuffix("/")
        try:
            document = await self._document(base.copy_with(path=path + _OPENID))
        except _NotFound:
            document = await self._document(base.copy_with(path=_OAUTH + path))
        if not isinstance(document, dict) or document.get("issuer") != iss:
            raise _Unusable("the metadata is another issuer's")
        uri = document.get("jwks_uri")
        if not isinstance(uri, str):
            raise _Unusable("the metadata has no jwks_uri")
        found = self._safe_url(uri)
        if (found.host, found.port) != (base.host, base.port):
            raise _Unusable("jwks_uri is on another host than the issuer")
        return uri

    def _safe_url(self, text: str) -> httpx.URL:
        """Accept https, or http to this very machine if allowed. Raises _Unusable."""
        url = httpx.URL(text)
        secure = url.scheme == "https" or (
            url.scheme == "http" and self._allow_loopback_http and _loopback(url.host)
        )
        if not secure or not url.host or url.userinfo or url.fragment:
            raise _Unusable("not an https URL, or one with user or fragment")
        return url

    async def _document(self, url: httpx.URL) -> Any:
        """Get one JSON document. Raises ValueError, or what httpx raises."""
        request = self._http.stream(
            "GET", url, headers=_HEADERS, follow_redirects=False, timeout=FETCH_TIMEOUT
        )
        async with request as response:
            if response.status_code == httpx.codes.NOT_FOUND:
                raise _NotFound(f"404 at {url}")
            if response.status_code != httpx.codes.OK:
                raise _Unusable(f"{response.status_code} at {url}")
            if response.headers.get("Content-Encoding", "identity") != "identity":
                raise _Unusable(f"compressed, which could unpack to any size, at {url}")
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MAX_DOCUMENT_BYTES:
                    raise _Unusable(f"more than {MAX_DOCUMENT_BYTES} bytes at {url}")
        try:
            return json.loads(body)
        except RecursionError:
            raise _Unusable(f"nested too deeply at {url}") from None


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
