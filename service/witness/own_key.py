"""The witness's own key: made once, kept in a file that only its user reads."""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from pathlib import Path

from service.adapters.transparency.ed25519 import Signer
from service.adapters.transparency.whole_files import write_first
from service.domain.signed_note import Algorithm, NoteKey
from service.witness.refusal import NotReadyToWitnessError

SEED_BYTES = 32
_NAME = "witness.key"
#: As C2SP's programs write a private key: name, id, and the key after the number of its algorithm.
_MARK = "PRIVATE+KEY+"


def make_key(folder: Path, name: str, seed: bytes) -> Signer:
    """Keep a new key. Raises FileExistsError where there is one, Invalid for a name that is none."""
    signer = Signer(name, seed, Algorithm.COSIGNATURE)
    key = NoteKey.read(str(signer.key))
    encoded = b64encode(bytes([key.algorithm]) + seed).decode()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_first(folder / _NAME, f"{_MARK}{key.name}+{key.key_id.hex()}+{encoded}\n")
    return signer


def own_key(folder: Path) -> Signer:
    """The key of this folder. Raises NotReadyToWitnessError where there is none to be read."""
    try:
        written = (folder / _NAME).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise NotReadyToWitnessError(
            f"{folder} holds no key of a witness. Make one with `tsunagi witness init`, or name"
            " the folder with --home."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise NotReadyToWitnessError(f"{folder / _NAME} cannot be read: {error}.") from error
    name, _, rest = written.removeprefix(_MARK).partition("+")
    key_id, _, encoded = rest.partition("+")
    try:
        raw = b64decode(encoded, validate=True)
    except (NotBase64, ValueError):
        raw = b""
    if written.startswith(_MARK) and raw[:1] == bytes([Algorithm.COSIGNATURE]):
        seed = raw[1:]
        if len(seed) == SEED_BYTES:
            signer = Signer(name, seed, Algorithm.COSIGNATURE)
            if signer.key.key_id.hex() == key_id:
                return signer
    raise NotReadyToWitnessError(
        f"{folder / _NAME} is not the key that it was. Take it back from a copy; a new key is"
        " another witness, which the log's keeper has to be told of."
    )
