"""Ed25519 signatures on notes (RFC 8032, by the library ``cryptography``)."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from service.domain.signed_note import Algorithm, NoteKey, NoteSignature, cosigned

#: How long a time is written.
_TIME_BYTES = 8
#: The field of Curve25519, and where its points of small order lie (by y, as keys are written).
#: Under such a key anybody can sign anything; the library takes them.
_FIELD = 2**255 - 19
_ORDER_8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_WEAK = {0, 1, _FIELD - 1, _ORDER_8, _FIELD - _ORDER_8}


def check(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature over the message is by the public key; never by one of small order."""
    y = int.from_bytes(public, "little") & (1 << 255) - 1
    if y >= _FIELD or y in _WEAK:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


class Signer:
    """Signs notes in one name with a private key of 32 bytes."""

    def __init__(self, name: str, seed: bytes, algorithm: Algorithm = Algorithm.ED25519) -> None:
        """Take the key up."""
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.key = NoteKey(name, algorithm, self._private.public_key().public_bytes_raw())

    def sign(self, text: str) -> NoteSignature:
        """Sign a note's text, as a log does."""
        return self._signature(self._private.sign(text.encode()))

    def cosign(self, text: str, seen_at: int) -> NoteSignature:
        """Sign a note and the time at which it was seen (seconds since 1970), as a witness does."""
        signed = self._private.sign(cosigned(text, seen_at))
        return self._signature(seen_at.to_bytes(_TIME_BYTES, "big") + signed)

    def _signature(self, signature: bytes) -> NoteSignature:
        return NoteSignature(self.key.name, self.key.key_id, signature)
