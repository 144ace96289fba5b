"""Referrals in full: follow-up before completion, and what comes after the handover."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

PROTECTED = ("referral_amendment",)
#: Whoever asks and sees the referral; the service by itself needs none of it.
REFERRAL_SEEN = (
    "asker() IS NOT NULL AND"
    " coalesce((SELECT true FROM referral r WHERE r.id = referral_id LIMIT 1), false)"
)
ROUTES = (
    "after_public_assistance",
    "back_referral",
    "employment_team",
    "general",
    "payment_consultation",
    "to_public_assistance",
)


def upgrade() -> None:
    """Apply."""
    for column, kind in (
        ("followed_up_at", sa.DateTime(timezone=True)),
        ("check_on", sa.Date()),
        ("check_asked_at", sa.DateTime(timezone=True)),
        ("checked_at", sa.DateTime(timezone=True)),
        ("check_well", sa.Boolean()),
    ):
        op.add_column("referral", sa.Column(column, kind, nullable=True))
    _add_links()
    _add_amendments()
    _add_capacity()
    _add_networks()
    op.create_index(
        "ix_referral_check_on",
        "referral",
        ["check_on"],
        postgresql_where=sa.text("check_on IS NOT NULL AND check_asked_at IS NULL"),
    )


def _add_links() -> None:
    for column, kind, default in (
        ("route", sa.Text(), "general"),
        ("episode", sa.Integer(), "1"),
    ):
        op.add_column("referral", sa.Column(column, kind, nullable=False, server_default=default))
        op.alter_column("referral", column, server_default=None)
    listed = ", ".join(f"'{route}'" for route in ROUTES)
    op.create_check_constraint(op.f("ck_referral_route"), "referral", f"route IN ({listed})")
    op.add_column("referral", sa.Column("risk", postgresql.JSONB(), nullable=True))
    op.add_column("referral", sa.Column("reopens_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_referral_reopens_id"),
        "referral",
        "referral",
        ["reopens_id"],
        ["id"],
        deferrable=True,
    )
    op.create_index("ix_referral_parent_id", "referral", ["parent_id"])


def _add_amendments() -> None:
    listed = ", ".join(f"'D{n}'" for n in range(8))
    op.create_table(
        "referral_amendment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_agency_id", sa.Uuid(), nullable=False),
        sa.Column("by_position_id", sa.Uuid(), nullable=True),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("data_class", sa.Text(), nullable=False),
        sa.Column("old", postgresql.JSONB(), nullable=True),
        sa.Column("new", postgresql.JSONB(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            f"data_class IN ({listed})", name=op.f("ck_referral_amendment_data_class")
        ),
        sa.ForeignKeyConstraint(
            ["referral_id"],
            ["referral.id"],
            name=op.f("fk_referral_amendment_referral_id"),
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_amendment")),
        sa.UniqueConstraint(
            "referral_id",
            "number",
            "field",
            name=op.f("uq_referral_amendment_referral_id_number_field"),
        ),
    )
    op.execute("GRANT SELECT, INSERT ON referral_amendment TO tsunagi_app")
    for table in PROTECTED:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY of_owner ON {table} TO tsunagi_owner USING (true) WITH CHECK (true)"
        )
        op.execute(
            f"CREATE POLICY of_circle ON {table} TO tsunagi_app"
            f" USING ({REFERRAL_SEEN}) WITH CHECK ({REFERRAL_SEEN})"
        )


def _add_capacity() -> None:
    op.create_table(
        "desk_capacity",
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=True),
        sa.Column("waiting_days", sa.Integer(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("desk_id", sa.Uuid(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_by_position_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["desk_id"], ["desk.id"], name=op.f("fk_desk_capacity_desk_id"), deferrable=True
        ),
        sa.PrimaryKeyConstraint("desk_id", name=op.f("pk_desk_capacity")),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE ON desk_capacity TO tsunagi_app")
    op.execute(
        "CREATE TRIGGER keep_history AFTER INSERT OR UPDATE ON desk_capacity"
        " FOR EACH ROW EXECUTE FUNCTION keep_history('desk_id')"
    )


def _add_networks() -> None:
    op.create_table(
        "network",
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("agency_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"],
            ["municipality.code"],
            name=op.f("fk_network_municipality_code"),
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network")),
    )
    op.create_table(
        "routing",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_agency_id", sa.Uuid(), nullable=False),
        sa.Column("by_position_id", sa.Uuid(), nullable=True),
        sa.Column("theme", sa.Text(), nullable=True),
        sa.Column("area", sa.Text(), nullable=True),
        sa.Column("question", sa.Text(), nullable=True),
        sa.Column("desk_id", sa.Uuid(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [column], [target], name=op.f(f"fk_routing_{column}"), deferrable=True
            )
            for column, target in (
                ("network_id", "network.id"),
                ("by_agency_id", "agency.id"),
                ("desk_id", "desk.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing")),
    )
    op.create_index("ix_routing_network_id", "routing", ["network_id", "id"])
    op.execute("GRANT SELECT ON network TO tsunagi_app")
    op.execute("GRANT SELECT, INSERT ON routing TO tsunagi_app")
    op.execute(
        "CREATE TRIGGER keep_history AFTER INSERT OR UPDATE ON network"
        " FOR EACH ROW EXECUTE FUNCTION keep_history('id')"
    )


def downgrade() -> None:
    """There is no way back: history is kept. Restore a backup instead."""
    raise NotImplementedError
