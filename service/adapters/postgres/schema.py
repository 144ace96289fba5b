"""The whole schema in one place, and whether a database has it.

Importing this module imports every store, so that ``metadata`` is complete.
"""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from asyncpg import Connection, UndefinedTableError

from service.adapters.postgres import (
    access_requests,
    accounts,
    anonymous,
    answered,
    audit,
    calendar_feeds,
    cases,
    conference_bodies,
    conferences,
    database,
    dates,
    desks,
    directories,
    directory_imports,
    entrance,
    files,
    forms,
    idempotency,
    imports,
    information_requests,
    item_moves,
    log_archive,
    notices,
    people,
    plans,
    provisions,
    referrals,
    statistics,
    tasks,
    transparency,
)
from service.adapters.postgres.rows import metadata

__all__ = ["current_revision", "head_revision", "metadata", "migrate", "refuse_privileges"]

STORES = (
    access_requests,
    accounts,
    anonymous,
    answered,
    audit,
    calendar_feeds,
    cases,
    conference_bodies,
    conferences,
    database,
    dates,
    desks,
    directories,
    entrance,
    directory_imports,
    files,
    forms,
    idempotency,
    imports,
    information_requests,
    item_moves,
    log_archive,
    notices,
    people,
    plans,
    provisions,
    referrals,
    statistics,
    tasks,
    transparency,
)

#: Tables whose rows may be added and read, never changed: history and the audit log.
APPEND_ONLY = (
    "answered_attempt",
    "assessment",
    "audit_entry",
    "checklist_sheet",
    "closed_month",
    "file_content",
    "fixed_packet",
    "item_move",
    "local_form",
    "log_archive",
    "log_checkpoint",
    "log_cosignature",
    "log_leaf",
    "log_node",
    "minutes_agreement",
    "minutes_version",
    "note",
    "packet_copy",
    "plan_evaluation",
    "plan_monitoring",
    "public_figure",
    "question_part",
    "recommendation",
    "record_history",
    "referral_amendment",
    "referral_event",
    "routing",
    "survey_figure",
)

#: Tables that tell of persons: behind the second wall, row security that binds even the owner.
PROTECTED = (
    "agenda_item",
    "assessment",
    "attendee",
    "audit_entry",
    "case_lead",
    "circle",
    "conference",
    "conference_series",
    "consent",
    "consultation",
    "contact_schedule",
    "date_poll",
    "disclosure_request",
    "embargo",
    "enquiry",
    "feedback",
    "file_content",
    "fixed_packet",
    "form_answers",
    "household",
    "hub_entry",
    "information_request",
    "item_move",
    "item_release",
    "minutes_agreement",
    "minutes_version",
    "note",
    "notice",
    "packet_copy",
    "participant",
    "person",
    "person_import",
    "plan",
    "plan_evaluation",
    "plan_monitoring",
    "plan_version",
    "provision",
    "record_history",
    "referral",
    "referral_amendment",
    "referral_event",
    "representation",
    "screening",
    "signal",
    "stored_file",
    "supervision",
    "support_case",
    "survey_figure",
    "task",
    "urgent_support",
)


def alembic_config(owner_url: str) -> Config:
    """Alembic's configuration for a database, reached as the owner of the schema."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["url"] = owner_url
    return config


@cache
def head_revision() -> str:
    """The revision this program needs; to learn it, all migrations are compiled."""
    head = ScriptDirectory.from_config(alembic_config("")).get_current_head()
    if head is None:
        raise RuntimeError("there are no migrations")
    return head


def migrate(owner_url: str) -> None:
    """Bring the schema up to date, as its owner. Blocks; must not run inside an event loop."""
    command.upgrade(alembic_config(owner_url), "head")


async def current_revision(connection: Connection) -> str | None:
    """The revision the database has; ``None`` if it has no schema of ours."""
    try:
        found: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
    except UndefinedTableError:
        return None
    return found


#: What the service's role must not be, itself or through a role it can become.
_TOO_MUCH = (
    ("rolsuper", "is a superuser, or can become one"),
    ("rolbypassrls", "bypasses row security"),
    ("rolcreaterole", "may create roles"),
    ("rolcreatedb", "may create databases"),
)


_ADVICE = "Connect as tsunagi_app (see deploy/roles.sql)"


async def refuse_privileges(connection: Connection) -> str | None:
    """Why the service must not run as this role, and what helps; ``None`` when it may (R1, U4)."""
    for attribute, words in _TOO_MUCH:
        powerful = await connection.fetchval(
            f"SELECT rolname FROM pg_roles WHERE {attribute}"
            " AND (rolname = current_user OR pg_has_role(current_user, oid, 'MEMBER')) LIMIT 1"
        )
        if powerful:
            return f"the service's database role {words}. {_ADVICE}"
    owned = await connection.fetchval(
        "SELECT count(*) FROM pg_class WHERE pg_has_role(current_user, relowner, 'MEMBER')"
        " AND relnamespace = 'public'::regnamespace"
    )
    if owned:
        return f"the service's database role owns tables. {_ADVICE}"
    return await _without_wall(connection) or await _may_rewrite(connection)


async def _without_wall(connection: Connection) -> str | None:
    bare = await connection.fetchval(
        "SELECT name FROM unnest($1::text[]) name LEFT JOIN pg_class c"
        " ON c.oid = to_regclass('public.' || name) AND c.relrowsecurity AND c.relforcerowsecurity"
        " WHERE c.oid IS NULL ORDER BY name LIMIT 1",
        PROTECTED,
    )
    if bare is None:
        return await _open_month(connection)
    return (
        f"row security does not bind everybody on {bare};"
        f" as the schema's owner: ALTER TABLE {bare}"
        " ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"
    )


async def _open_month(connection: Connection) -> str | None:
    """A part of the audit log that can be read or written around it."""
    month = await connection.fetchval(
        "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = 'public.audit_entry'::regclass"
        " AND (NOT (c.relrowsecurity AND c.relforcerowsecurity)"
        " OR has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE')"
        " OR has_table_privilege(c.oid, 'DELETE, TRUNCATE')) ORDER BY 1 LIMIT 1"
    )
    if month is None:
        return None
    return (
        f"the service's database role comes to {month} around the audit log; as the schema's owner:"
        f" REVOKE ALL ON {month} FROM that role, ALTER TABLE {month}"
        " ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"
    )


async def _may_rewrite(connection: Connection) -> str | None:
    for table in APPEND_ONLY:
        for privilege in ("UPDATE", "DELETE", "TRUNCATE"):
            any_column = "UPDATE" if privilege == "UPDATE" else None
            if await connection.fetchval(
                "SELECT has_table_privilege($1, $2)"
                " OR ($3::text IS NOT NULL AND has_any_column_privilege($1, $3))",
                table,
                privilege,
                any_column,
            ):
                return (
                    f"the service's database role may {privilege} {table};"
                    f" as the schema's owner: REVOKE {privilege} ON {table} FROM that role"
                )
    return None
