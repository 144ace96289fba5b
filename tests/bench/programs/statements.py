"""The statements of the bare reference; the ceiling runs the same ones."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel

from service.adapters.postgres.referrals import REFERRAL
from service.domain.consent import ConsentTerms
from service.domain.provision import ProvisionTerms

V = TypeVar("V", bound=BaseModel)

_TERMS = ", ".join(f'"{f}"' for f in ConsentTerms.model_fields)
CONSENTS = (
    f"SELECT person_id, {_TERMS} FROM consent WHERE person_id = ANY ($1) ORDER BY id FOR SHARE"
)
_GIVEN = ", ".join(f'v."{f}"' for f in ProvisionTerms.model_fields)
PROVISIONS = (
    f"SELECT {_GIVEN}, c.valid_until AS contract_until FROM provision v"
    " LEFT JOIN contract c ON c.id = v.contract_id"
    " WHERE v.person_id = ANY ($1) AND v.ended_at IS NULL ORDER BY v.id FOR SHARE OF v"
)
DEPARTMENTS = (
    "SELECT id, department FROM person"
    " WHERE id = ANY ($1) AND holder_agency_id = $2 AND department IS NOT NULL"
)
POLICY = (
    "SELECT value FROM policy WHERE municipality_code = $1 AND name = $2 AND valid_from <= $3"
    " ORDER BY valid_from DESC LIMIT 1"
)
INBOX = f"SELECT {REFERRAL.columns} FROM inbox_of($1, NULL, $2, $3)"
INVOLVEMENT = "SELECT involvement($1, $2)"
WHO_ASKS = (
    "SELECT set_config('tsunagi.kind', $1, true), set_config('tsunagi.agency', $2, true),"
    " set_config('tsunagi.person', '', true)"
)
CLAIM = (
    "INSERT INTO first_answer (caller, key, request_hash, at) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (caller, key) DO NOTHING RETURNING true"
)
KEEP = (
    "UPDATE first_answer SET status = 201, location = $3, etag = $4, body = $5"
    " WHERE caller = $1 AND key = $2"
)


def read(value: type[V], row: Mapping[str, Any]) -> V:
    """The value in a row."""
    return value.model_validate({f: row[f] for f in value.model_fields})
