"""Plans in full: lines that keep their ids, sign-offs, the course, monitoring and evaluation."""

import re
from collections.abc import Iterable
from importlib import import_module
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

#: How the second wall is built; what it was built of stands there.
WALL = import_module("service.adapters.postgres.migrations.versions.0005_second_wall")

TASKS = ("plan_due", "plan_evaluation", "plan_replan", "plan_review")
NOTICES = ("plan_due", "plan_refused", "plan_review")
COURSES = (
    "preparing",
    "awaiting_start",
    "active",
    "monitoring",
    "review_due",
    "evaluated",
    "interrupted",
    "superseded",
    "ended",
)
REASONS = ("term_over", "goals_reached", "situation_changed", "interruption")
RESULTS = ("ended", "replanned", "interrupted")
CATEGORIES = (
    "goal_reached",
    "in_sight",
    "lead_moved",
    "handed_to_lead",
    "public_assistance",
    "moved_away",
    "died",
    "other",
)

#: The service by itself looks at a plan's dates, never at what stands in its versions and sheets.
_PLAN_SEEN = f"asker() IS NOT NULL AND {WALL.there('plan p WHERE p.id = plan_id')}"
#: Whoever sees the plan sees what was found; each agency adds its own.
TABLES = ("plan_evaluation", "plan_monitoring")
POLICIES: dict[str, tuple[str, str]] = dict.fromkeys(
    TABLES, (_PLAN_SEEN, f"agency_id = asker() AND {_PLAN_SEEN}")
)
#: What a sweep looks at.
SWEPT = ("plan",)

#: Lines that were written before they had ids.
LINE_IDS = """
UPDATE plan_version v SET lines = (
    SELECT jsonb_agg(
        CASE WHEN line ? 'id' THEN line
        ELSE line || jsonb_build_object('id', gen_random_uuid()) END ORDER BY place)
    FROM jsonb_array_elements(v.lines) WITH ORDINALITY AS there (line, place))
"""
#: Plans that were decided before they had a course.
DECIDED = """
UPDATE plan p SET course = 'active', in_force_number = v.number, period_until = v.period_until,
    due_on = least(coalesce(v.monitoring_on, v.period_until), v.period_until),
    wake_on = least(coalesce(v.monitoring_on, v.period_until), v.period_until)
FROM plan_version v
WHERE v.plan_id = p.id AND v.number = (
    SELECT max(w.number) FROM plan_version w
    WHERE w.plan_id = p.id AND w.decided_at IS NOT NULL)
"""


def upgrade() -> None:
    """Apply."""
    _columns()
    _tables()
    op.execute(LINE_IDS)
    op.execute(DECIDED)
    for table, more in (("task", TASKS), ("notice", NOTICES)):
        _also(table, "kind", more)
    _wall()


def _one_of(column: str, values: Iterable[str]) -> str:
    return f"{column} IN ({', '.join(repr(v) for v in values)})"


def _also(table: str, column: str, more: Iterable[str]) -> None:
    """The values that were allowed, and some more."""
    name = f"ck_{table}_{column}"
    says = op.get_bind().scalar(
        sa.text(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
            f" WHERE conname = '{name}' AND conrelid = 'public.{table}'::regclass"
        )
    )
    allowed = sorted({*re.findall(r"'([a-z_]+)'::text", says), *more})
    op.drop_constraint(op.f(name), table)
    op.create_check_constraint(op.f(name), table, _one_of(column, allowed))


def _of_the_plan() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("kind", sa.Text(), nullable=False, server_default="self_reliance"),
        sa.Column("ordinal", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("previous_plan_id", sa.Uuid(), nullable=True),
        sa.Column("in_force_number", sa.Integer(), nullable=True),
        sa.Column("course", sa.Text(), nullable=False, server_default="preparing"),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("period_until", sa.Date(), nullable=True),
        sa.Column("wake_on", sa.Date(), nullable=True),
    )


def _of_the_version() -> tuple[sa.Column[Any], ...]:
    none = sa.text("'[]'::jsonb")
    nobody = sa.text("'{}'::uuid[]")
    ids = postgresql.ARRAY(sa.Uuid())
    return (
        sa.Column("representation_id", sa.Uuid(), nullable=True),
        sa.Column("sign_offs", postgresql.JSONB(), nullable=False, server_default=none),
        sa.Column("unsigned_agency_ids", ids, nullable=False, server_default=nobody),
        sa.Column("unsigned_reason", sa.Text(), nullable=True),
        sa.Column("decided_as", sa.Text(), nullable=True),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_by_agency_id", sa.Uuid(), nullable=True),
    )


def _columns() -> None:
    for table, added in (("plan", _of_the_plan()), ("plan_version", _of_the_version())):
        for new in added:
            op.add_column(table, new)
    for table, column in (
        ("plan", "kind"),
        ("plan", "ordinal"),
        ("plan", "course"),
        ("plan_version", "sign_offs"),
        ("plan_version", "unsigned_agency_ids"),
    ):
        op.alter_column(table, column, server_default=None)
    for table, column, values in (
        ("plan", "kind", ("self_reliance", "multi_agency")),
        ("plan", "course", COURSES),
        ("plan_version", "decided_as", ("decision", "confirmation")),
    ):
        op.create_check_constraint(op.f(f"ck_{table}_{column}"), table, _one_of(column, values))
    for table, column, target in (
        ("plan", "previous_plan_id", "plan"),
        ("plan_version", "representation_id", "representation"),
    ):
        op.create_foreign_key(
            op.f(f"fk_{table}_{column}"), table, target, [column], ["id"], deferrable=True
        )
    op.create_index("ix_plan_case_id", "plan", ["case_id"])
    op.create_index("ix_plan_holder_agency_id", "plan", ["holder_agency_id", "due_on"])
    op.create_index(
        "ix_plan_wake_on",
        "plan",
        ["wake_on"],
        postgresql_where=sa.text("wake_on IS NOT NULL"),
    )


def _recorded(table: str) -> list[sa.schema.SchemaItem]:
    """What both sheets have: which plan and version, by whom, when."""
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("position_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"), deferrable=True
            )
            for column, target in (
                ("plan_id", "plan"),
                ("agency_id", "agency"),
                ("position_id", "position"),
            )
        ),
    ]


def _tables() -> None:
    op.create_table(
        "plan_monitoring",
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("findings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("condition_changed", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=True),
        *_recorded("plan_monitoring"),
    )
    op.create_table(
        "plan_evaluation",
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("changes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("employment", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("step_up", sa.Boolean(), nullable=False),
        sa.Column("remaining_issues", sa.Text(), nullable=True),
        sa.Column("wishes", sa.Text(), nullable=True),
        sa.Column("conference_on", sa.Date(), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("exit", sa.Text(), nullable=True),
        sa.Column("after_care", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("interruption", sa.Text(), nullable=True),
        sa.Column("recontact_on", sa.Date(), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=True),
        *(
            sa.CheckConstraint(_one_of(column, values), name=op.f(f"ck_plan_evaluation_{column}"))
            for column, values in (
                ("reason", REASONS),
                ("result", RESULTS),
                ("category", CATEGORIES),
            )
        ),
        *_recorded("plan_evaluation"),
    )
    for table in TABLES:
        op.create_index(f"ix_{table}_plan_id", table, ["plan_id", "id"])


def _wall() -> None:
    for table, (using, check) in POLICIES.items():
        op.execute(f"GRANT SELECT, INSERT ON {table} TO tsunagi_app")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY of_owner ON {table} TO tsunagi_owner USING (true) WITH CHECK (true)"
        )
        op.execute(
            f"CREATE POLICY of_circle ON {table} TO tsunagi_app"
            f" USING ({using}) WITH CHECK ({check})"
        )
    op.execute(
        f"ALTER POLICY of_circle ON plan_version USING ({_PLAN_SEEN}) WITH CHECK ({_PLAN_SEEN})"
    )
    for table in SWEPT:
        op.execute(f"CREATE POLICY of_service ON {table} TO tsunagi_app USING (is_service())")


def downgrade() -> None:
    """There is no way back: history is kept. Restore a backup instead."""
    raise NotImplementedError
