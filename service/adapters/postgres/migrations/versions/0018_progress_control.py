"""Progress control: tasks that are put off, dropped, reminded of; pre-checks of cases."""

from importlib import import_module

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

#: What an agency is written to about so far; this adds to it.
HOLDING = import_module("service.adapters.postgres.migrations.versions.0016_holding")
NOTICES = sorted(
    {*HOLDING.NOTICES, "task_dropped", "task_due_soon", "task_overdue", "task_rescheduled"}
)
#: What is open already is reminded of as if it had been given with the common terms.
REMIND = """
UPDATE task SET chase_on = due_on + 1,
    remind_on = CASE WHEN due_on - 3 > current_date THEN due_on - 3 END
WHERE kind = 'conference' AND state = 'open'
"""


def upgrade() -> None:
    """Apply."""
    _tasks()
    _items()
    op.create_index("ix_task_conference_id", "task", ["conference_id", "due_on"])
    for column in ("remind_on", "chase_on"):
        op.create_index(
            f"ix_task_{column}",
            "task",
            [column],
            postgresql_where=sa.text(f"{column} IS NOT NULL AND state = 'open'"),
        )
    for name, values in (("task_state", ("open", "done", "dropped")), ("notice_kind", NOTICES)):
        table, _, column = name.partition("_")
        op.drop_constraint(op.f(f"ck_{name}"), table)
        listed = ", ".join(f"'{value}'" for value in values)
        op.create_check_constraint(op.f(f"ck_{name}"), table, f"{column} IN ({listed})")
    op.execute("CREATE POLICY of_service ON task TO tsunagi_app USING (is_service())")


def _tasks() -> None:
    for column in ("remind_on", "chase_on"):
        op.add_column("task", sa.Column(column, sa.Date(), nullable=True))
    op.add_column("task", sa.Column("dropped_because", sa.Text(), nullable=True))
    op.add_column("task", sa.Column("plan_line", postgresql.JSONB(), nullable=True))
    op.add_column(
        "task", sa.Column("due_days", postgresql.JSONB(), server_default="[]", nullable=False)
    )
    op.alter_column("task", "due_days", server_default=None)
    op.execute(REMIND)


def _items() -> None:
    op.add_column("agenda_item", sa.Column("pre_check", postgresql.JSONB(), nullable=True))
    op.add_column("agenda_item", sa.Column("pre_check_item_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_agenda_item_pre_check_item_id"),
        "agenda_item",
        "agenda_item",
        ["pre_check_item_id"],
        ["id"],
        deferrable=True,
    )
    op.create_index(
        "ix_agenda_item_case_id",
        "agenda_item",
        ["case_id"],
        postgresql_where=sa.text("case_id IS NOT NULL"),
    )


def downgrade() -> None:
    """There is no way back: history is kept. Restore a backup instead."""
    raise NotImplementedError
