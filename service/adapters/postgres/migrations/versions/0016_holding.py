"""Who sits at the table: seats taken back, presence item by item, and what the chair asks for."""

from importlib import import_module

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

#: How the second wall is built, and what it was built of by the revisions before.
WALL = import_module("service.adapters.postgres.migrations.versions.0005_second_wall")
CARE = import_module("service.adapters.postgres.migrations.versions.0009_entrance_hub_and_cases")
DATES = import_module("service.adapters.postgres.migrations.versions.0011_finding_a_date")
PAPERS = import_module("service.adapters.postgres.migrations.versions.0012_conference_paper")

TASKS = (*DATES.TASKS, "information_request")
NOTICES = (
    *PAPERS.NOTICES,
    "information_request_answered",
    "information_request_overdue",
    "information_request_reminder",
    "information_request_withdrawn",
    "information_requested",
)
BASES = (
    "CONSENT",
    "CONF_NEEDY",
    "CONF_LAYERED",
    "CONF_CHILD",
    "CONF_OTHER",
    "LIFE",
    "CHILD_HEALTH",
    "PUBLIC_DUTY",
    "PUBLIC_BODY",
    "INTERNAL",
    "ENTRUST",
    "DUTY_REPORT",
    "SELF",
    "ANON",
)
STATUSES = ("requested", "overdue", "answered", "declined", "withdrawn")
_ASKED = "asker() IN (convener_agency_id, agency_id)"
_CONFERENCE = WALL.known("information_request.conference_id")
#: Whoever is at the conference reads what was asked and given; only its convener asks, and only
#: the two sides change it. An agency that is asked in general need not be in the circle.
POLICIES = (
    ("of_circle", "SELECT", f"USING ({_ASKED} OR {_CONFERENCE})"),
    ("of_convener", "INSERT", f"WITH CHECK (convener_agency_id = asker() AND {_CONFERENCE})"),
    ("of_sides", "UPDATE", f"USING ({_ASKED}) WITH CHECK ({_ASKED})"),
    ("of_service", "SELECT", "USING (is_service())"),
    ("by_service", "UPDATE", "USING (is_service())"),
)
RECORDS = {"information_request": "convener_agency_id, NULL::uuid, conference_id"}


def _one_of(column: str, values: tuple[str, ...]) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({listed})"


def _seats() -> None:
    op.add_column("participant", sa.Column("withdrawn_at", sa.DateTime(timezone=True)))
    op.drop_constraint(op.f("uq_participant_conference_id_position_id"), "participant")
    op.create_index(
        "uq_participant_registered",
        "participant",
        ["conference_id", "position_id"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )


def _presence() -> None:
    op.add_column("conference", sa.Column("chaired_by_agency_id", sa.Uuid()))
    op.create_foreign_key(
        op.f("fk_conference_chaired_by_agency_id"),
        "conference",
        "agency",
        ["chaired_by_agency_id"],
        ["id"],
        deferrable=True,
    )
    op.add_column(
        "attendee",
        sa.Column(
            "present_position_ids",
            postgresql.ARRAY(sa.Uuid()),
            nullable=False,
            server_default=sa.text("'{}'"),
        ),
    )
    op.alter_column("attendee", "present_position_ids", server_default=None)
    op.add_column("attendee", sa.Column("arrived_for_item", sa.Integer()))
    op.add_column("attendee", sa.Column("left_before_item", sa.Integer()))


def _requests() -> None:
    whose = {
        "conference_id": "conference.id",
        "item_id": "agenda_item.id",
        "agency_id": "agency.id",
        "convener_agency_id": "agency.id",
        "answered_by_position_id": "position.id",
    }
    op.create_table(
        "information_request",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.Column("asks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conference_id", sa.Uuid(), nullable=False),
        sa.Column("convener_agency_id", sa.Uuid(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("law_version", sa.Text(), nullable=False),
        sa.Column("names_somebody", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_position_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(_one_of("basis", BASES), name=op.f("ck_information_request_basis")),
        sa.CheckConstraint(_one_of("status", STATUSES), name=op.f("ck_information_request_status")),
        *(
            sa.ForeignKeyConstraint(
                [column], [target], name=op.f(f"fk_information_request_{column}"), deferrable=True
            )
            for column, target in whose.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_information_request")),
    )
    for column in ("conference_id", "agency_id"):
        op.create_index(f"ix_information_request_{column}", "information_request", [column, "id"])
    op.create_index(
        "ix_information_request_due_at",
        "information_request",
        ["due_at"],
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )


def upgrade() -> None:
    """Apply."""
    _seats()
    _presence()
    _requests()
    for table, values in (("task", TASKS), ("notice", NOTICES)):
        op.drop_constraint(op.f(f"ck_{table}_kind"), table)
        op.create_check_constraint(
            op.f(f"ck_{table}_kind"), table, _one_of("kind", tuple(sorted(values)))
        )
    table = "information_request"
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO tsunagi_app")
    op.execute(
        f"CREATE TRIGGER keep_history AFTER INSERT OR UPDATE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION keep_history('id')"
    )
    WALL.RECORDS.update(CARE.RECORDS | DATES.RECORDS | RECORDS)
    op.execute(WALL.name_the_record().replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY of_owner ON {table} TO tsunagi_owner USING (true) WITH CHECK (true)")
    for name, command, rest in POLICIES:
        op.execute(f"CREATE POLICY {name} ON {table} FOR {command} TO tsunagi_app {rest}")


def downgrade() -> None:
    """There is no way back: history is kept. Restore a backup instead."""
    raise NotImplementedError
