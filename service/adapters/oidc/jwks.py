"""A published JSON Web Key Set, reduced to the keys that may check a signature."""

from collections.abc import Mapping
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64decode

VerificationKey = RSAKey | ECKey | OKPKey

#: More keys than this in one set are an accident or an attack (checklist A16).
MAX_KEYS = 32
#: Bits; NIST SP 800-131A forbids less.
MIN_RSA_BITS = 2048
#: FIPS 186-5 wants an exponent above 2**16.
MIN_RSA_EXPONENT = 65537

_KEY_TYPES: dict[str, type[VerificationKey]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
_CURVES = {"EC": ("P-256", "P-384", "P-521"), "OKP": ("Ed25519",)}


class NoKeySet(ValueError):  # noqa: N818 - names what the document is not
    """The document is not a JSON Web Key Set that anybody would publish."""


def usable_keys(document: object) -> tuple[VerificationKey, ...]:
    """Pick the keys of a JWKS that can check signatures; one bad key spoils no other.

    Left out: symmetric and private keys, unknown types and curves, RSA below 2048 bits,
    keys for encryption, whatever cannot be read. Raises NoKeySet when the document
    is no key set at all or holds more than 32 keys.
    """
    published = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(published, list):
        raise NoKeySet("the document is not a JSON Web Key Set")
    if len(published) > MAX_KEYS:
        raise NoKeySet(f"the key set holds more than {MAX_KEYS} keys")
    keys = (_usable_key(jwk) for jwk in published)
    return tuple(key for key in keys if key is not None)


def fits(key: VerificationKey, algorithm: str) -> bool:
    """Tell whether the key's own type, curve, ``use``, ``key_ops`` and ``alg`` admit it."""
    try:
        JWSRegistry.algorithms[algorithm].check_key(key)
        key.check_key_op("verify")
    except JoseError:
        return False
    return True


def _usable_key(jwk: object) -> VerificationKey | None:
    if not isinstance(jwk, dict) or "d" in jwk:
        return None  # a private key that somebody published proves nothing any more
    try:
        if not _strong(jwk):
            return None
        key = _KEY_TYPES[jwk["kty"]].import_key(jwk)
        key.check_use("sig")
    except Exception:  # noqa: BLE001 - foreign input; the errors of two libraries are open-ended
        return None
    return key


def _strong(jwk: Mapping[str, Any]) -> bool:
    if jwk["kty"] == "RSA":
        return (
            _number(jwk["n"]).bit_length() >= MIN_RSA_BITS and _number(jwk["e"]) >= MIN_RSA_EXPONENT
        )
    return jwk["crv"] in _CURVES[jwk["kty"]]


def _number(text: str) -> int:
    return int.from_bytes(urlsafe_b64decode(text.encode("ascii")))
