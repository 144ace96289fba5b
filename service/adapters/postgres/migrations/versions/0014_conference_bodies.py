"""Conference bodies of every kind: levels, secretariats, lists of members; issues passed up."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

#: The kinds there were, and those that are new, by their usual level.
LEVEL_OF_KIND = {
    "support_conf_needy": "case",
    "support_conf_layered": "case",
    "child_protection_council": "case",
    "care_conference": "case",
    "public_assistance_coord": "case",
    "youth_council": "case",
    "isolation_council": "case",
    "consumer_safety_council": "municipality",
    "disability_council": "field",
    "support_coordination_conf": "case",
    "evaluation_conf": "case",
    "layered_support_conf": "case",
    "layered_individual": "case",
    "layered_plenary": "municipality",
    "case_conf": "case",
    "service_meeting": "case",
    "internal_case_meeting": "case",
    "morning_meeting": "case",
    "area_staff_meeting": "district",
    "supervision_session": "case",
    "community_life_support_conf": "case",
    "district_welfare_network": "district",
    "welfare_committee": "district",
    "commissioner_council": "district",
    "loan_review": "municipality",
    "residents_forum": "district",
    "prefecture_network": "prefecture",
    "wide_area_sharing": "wide_area",
    "field_council": "field",
    "safety_net_meeting": "municipality",
    "liaison_council_agency": "prefecture",
    "agri_welfare_group": "field",
    "rights_network": "field",
    "housing_council": "field",
    "hikikomori_platform": "field",
}
LEVELS = ("prefecture", "wide_area", "municipality", "field", "district", "case")
WITH_A_KIND = ("agenda_item", "conference", "conference_body", "conference_series", "date_poll")

#: Until now whoever was invited read: they are who has been on the list so far.
FIRST_LISTS = """
INSERT INTO conference_body_member
    (id, body_id, agency_id, valid_from, valid_until, listed_at, version)
SELECT gen_random_uuid(), b.id, a.agency_id, b.valid_from, b.valid_until, b.constituted_at, 1
FROM conference_body b
JOIN (
    SELECT body_id, id AS conference_id FROM conference
    UNION SELECT body_id, conference_id FROM agenda_item
) AS sat ON sat.body_id = b.id
JOIN attendee a ON a.conference_id = sat.conference_id
WHERE a.agency_id IS NOT NULL AND a.agency_id <> b.convener_agency_id
GROUP BY b.id, a.agency_id
"""


def _one_of(column: str, values: tuple[str, ...]) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({listed})"


def upgrade() -> None:
    """Apply."""
    for table in WITH_A_KIND:
        op.drop_constraint(op.f(f"ck_{table}_kind"), table)
        op.create_check_constraint(
            op.f(f"ck_{table}_kind"), table, _one_of("kind", tuple(LEVEL_OF_KIND))
        )
    _bodies()
    _members()
    _issues()


def _bodies() -> None:
    table = "conference_body"
    op.alter_column(table, "by_laws", nullable=True)
    op.add_column(table, sa.Column("level", sa.Text(), nullable=True))
    for kind, level in LEVEL_OF_KIND.items():
        op.execute(f"UPDATE {table} SET level = '{level}' WHERE kind = '{kind}'")
    op.alter_column(table, "level", nullable=False)
    op.create_check_constraint(op.f(f"ck_{table}_level"), table, _one_of("level", LEVELS))
    for column, target in (("parent_id", "conference_body"), ("chair_position_id", "position")):
        op.add_column(table, sa.Column(column, sa.Uuid(), nullable=True))
        op.create_foreign_key(
            op.f(f"fk_{table}_{column}"), table, target, [column], ["id"], deferrable=True
        )
    for column in ("secretariat_agency_ids", "deputy_position_ids"):
        op.add_column(
            table,
            sa.Column(column, postgresql.ARRAY(sa.Uuid()), nullable=False, server_default="{}"),
        )
        op.alter_column(table, column, server_default=None)
    op.add_column(table, sa.Column("quorum_percent", sa.Integer(), nullable=True))
    op.create_index("ix_conference_body_parent_id", table, ["parent_id"])


def _members() -> None:
    table = "conference_body_member"
    op.create_table(
        table,
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("body_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("listed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["body_id"], ["conference_body.id"], name=op.f(f"fk_{table}_body_id"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f(f"fk_{table}_agency_id"), deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(f"ix_{table}_body_id", table, ["body_id", "id"])
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO tsunagi_app")
    op.execute(
        f"CREATE TRIGGER keep_history AFTER INSERT OR UPDATE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION keep_history('id')"
    )
    op.execute(FIRST_LISTS)


def _issues() -> None:
    table = "area_issue"
    for column, kind, default in (
        ("level", sa.Text(), "municipality"),
        ("way", postgresql.JSONB(astext_type=sa.Text()), "[]"),
        ("passed_to", postgresql.ARRAY(sa.Uuid()), "{}"),
    ):
        op.add_column(table, sa.Column(column, kind, nullable=False, server_default=default))
        op.alter_column(table, column, server_default=None)
    op.create_check_constraint(op.f(f"ck_{table}_level"), table, _one_of("level", LEVELS))
    op.add_column(table, sa.Column("total_told", sa.Integer(), nullable=True))
    for name, column, target in (
        ("area_issue", "body_id", "conference_body"),
        ("agenda_item", "area_issue_id", "area_issue"),
    ):
        op.add_column(name, sa.Column(column, sa.Uuid(), nullable=True))
        op.create_foreign_key(
            op.f(f"fk_{name}_{column}"), name, target, [column], ["id"], deferrable=True
        )
    op.create_index("ix_area_issue_body_id", table, ["body_id", "id"])


def downgrade() -> None:
    """There is no way back: history is kept. Restore a backup instead."""
    raise NotImplementedError
