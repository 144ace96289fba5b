"""The demo issuers of みほん市: who may log in, which programs may ask for tokens."""

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from service.demo.city import BY_LETTER, ISSUERS, issuer_of, subject
from service.demo.city_staff import STAFF, DemoStaff
from service.demo.issuer import DemoAccount, DemoClient, DemoIssuer, create_issuer, new_private_jwk
from service.domain.role import Role
from service.domain.scope import EVERY_SCOPE
from service.settings import Settings

#: The public client of /docs, of the portals, and of the demonstration itself.
PORTAL = "tsunagi-portal"
#: Secret of the invented partner systems. It opens nothing but the demo city.
DEMO_SECRET = "mihon-demo-secret"  # noqa: S105 - public on purpose


def issuer_urls(settings: Settings) -> dict[str, str]:
    """Where each demo issuer answers."""
    return {name: f"{settings.base_url}/demo-issuers/{name}" for name in ISSUERS}


def demo_issuers(settings: Settings) -> dict[str, DemoIssuer]:
    """All demo issuers, with keys that survive a restart. Refused unless the demo was asked for."""
    return {
        name: create_issuer(
            issuer=url,
            audience=settings.audience,
            accounts=[_account(s) for s in STAFF if _is_staff(s) and issuer_of(s.letter) == name],
            clients=[_portal(settings), *(_system(s) for s in STAFF if _at(s, name))],
            key=_kept_key(settings, name),
            allow=settings.demo,
        )
        for name, url in issuer_urls(settings).items()
    }


def demo_token(settings: Settings, account: str) -> str:
    """An access token for a demo account or system. Raises KeyError for an unknown one."""
    staff = next((s for s in STAFF if s.account == account), None)
    if staff is None:
        raise KeyError(account)
    issuer = demo_issuers(settings)[issuer_of(staff.letter)]
    return issuer.staff_token(account) if _is_staff(staff) else issuer.client_token(account)


def mounts(settings: Settings) -> list[tuple[str, Any]]:
    """The issuers' applications, by the path they are mounted at."""
    return [(urlsplit(i.issuer).path, i.app) for i in demo_issuers(settings).values()]


def docs_login(settings: Settings) -> dict[str, Any]:
    """How /docs logs in: code and PKCE, at whichever issuer speaks for one's agency."""
    return {
        "flows": {
            f"login at {name}": {
                "authorizationUrl": f"{issuer}/authorize",
                "tokenUrl": f"{issuer}/token",
                "scopes": {scope: scope for scope in sorted(EVERY_SCOPE)},
            }
            for name, issuer in issuer_urls(settings).items()
        },
        "init": {
            "clientId": PORTAL,
            "usePkceWithAuthorizationCodeGrant": True,
            "scopes": " ".join(sorted(EVERY_SCOPE)),
        },
    }


def _is_staff(staff: DemoStaff) -> bool:
    return staff.role is not Role.PARTNER_SYSTEM


def _at(staff: DemoStaff, issuer: str) -> bool:
    return not _is_staff(staff) and issuer_of(staff.letter) == issuer


def _account(staff: DemoStaff) -> DemoAccount:
    agency = BY_LETTER[staff.letter]
    return DemoAccount(
        name=staff.account,
        display_name=staff.name,
        sub=subject(staff),
        role=staff.title,
        agency=agency.code,
        agency_name=agency.name,
        scopes=EVERY_SCOPE,
    )


def _system(staff: DemoStaff) -> DemoClient:
    return DemoClient(
        client_id=staff.account,
        secret=DEMO_SECRET,
        scopes=EVERY_SCOPE,
        agency=BY_LETTER[staff.letter].code,
        grants=frozenset({"client_credentials"}),
    )


def _portal(settings: Settings) -> DemoClient:
    hosts = {settings.base_url, f"http://localhost:{settings.port}"}
    return DemoClient(
        client_id=PORTAL,
        redirect_uris=tuple(
            sorted(
                f"{h}{path}" for h in hosts for path in ("/docs/oauth2-redirect", "/demo-callback")
            )
        ),
        scopes=EVERY_SCOPE,
    )


def demo_keys_exist(settings: Settings) -> bool:
    """Whether a demonstration has ever run from this home."""
    return all(_key_path(settings, name).exists() for name in ISSUERS)


def _key_path(settings: Settings, name: str) -> Path:
    return settings.home / "secrets" / f"demo-issuer-{name}.jwk"


def _kept_key(settings: Settings, name: str) -> dict[str, Any]:
    path = _key_path(settings, name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        key: dict[str, Any] = json.loads(path.read_text())
        return key
    with os.fdopen(descriptor, "w") as opened:
        key = new_private_jwk()
        json.dump(key, opened)
    return key
