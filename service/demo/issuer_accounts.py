"""Who may log in at the demo issuer, and which programs may ask it for tokens."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Grant = Literal["authorization_code", "client_credentials"]


class DemoAccount(BaseModel):
    """An invented member of staff, who logs in without a password."""

    model_config = ConfigDict(frozen=True)

    #: Login name, such as "tax-yamada".
    name: str
    display_name: str
    sub: str
    #: Shown on the login page only; the service keeps its own roles.
    role: str = ""
    #: Agency code (claim ``agency``), and the name shown on the login page.
    agency: str | None = None
    agency_name: str = ""
    scopes: frozenset[str] = frozenset()


class DemoClient(BaseModel):
    """A program that asks for tokens: public, with a secret, or with a key of its own."""

    model_config = ConfigDict(frozen=True)

    client_id: str
    #: For client_secret_basic.
    secret: str | None = None
    #: Public JWK for private_key_jwt (ES256, PS256 or Ed25519).
    public_jwk: dict[str, str] | None = None
    #: Compared character by character.
    redirect_uris: tuple[str, ...] = ()
    scopes: frozenset[str] = frozenset()
    agency: str | None = None
    grants: frozenset[Grant] = frozenset({"authorization_code"})

    @property
    def public(self) -> bool:
        """Tell whether it has nothing to prove itself with, as programs in a browser."""
        return self.secret is None and self.public_jwk is None
