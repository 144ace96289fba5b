"""A person's pseudonym towards one agency (checklist V5).

The same agency meets the same pseudonym again, so that it can follow a case without a name;
two agencies that compare theirs learn nothing.
"""

import hashlib
import hmac
from uuid import UUID


class Pseudonyms:
    """Pseudonyms under one key, which never leaves the service."""

    def __init__(self, key: bytes) -> None:
        """Use the key."""
        self._key = key

    def of(self, agency_id: UUID, person_id: UUID) -> str:
        """What the agency knows the person by: 16 characters of 0–9 and a–f."""
        for_agency = hmac.new(self._key, agency_id.bytes, hashlib.sha256).digest()
        return hmac.new(for_agency, person_id.bytes, hashlib.sha256).hexdigest()[:16]
