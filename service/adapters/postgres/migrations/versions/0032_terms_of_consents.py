"""Look-ups for many askers return of a consent what access hangs on, and no more.

A consent has thirty columns, of which a decision looks at eleven; a page of fifty referrals read all
of them some sixty times over. What is locked until the commit is the same row.
"""

from importlib import import_module

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

SHARED = import_module("service.adapters.postgres.migrations.versions.0028_shared_transactions")
#: As ``GivenTerms`` has them.
TERMS = (
    ("id", "uuid"),
    ("municipality_code", "text"),
    ("state", "text"),
    ("purposes", "text[]"),
    ("data_classes", "text[]"),
    ("receivers", "jsonb"),
    ("excluded", "jsonb"),
    ("valid_from", "date"),
    ("valid_until", "date"),
    ("person_id", "uuid"),
    ("recorded_by", "uuid"),
)
WHOLE = "SELECT c AS one FROM consent c"
ONLY = (
    f"SELECT ROW ({', '.join(f'c.{name}' for name, _ in TERMS)})::given_terms AS one FROM consent c"
)
FUNCTIONS = {
    "REFERRALS": "shared_referrals(text[], uuid[], uuid[], uuid[])",
    "INBOXES": "shared_inboxes(text[], uuid[], uuid[], text[], uuid[], integer[])",
    "PERSONS": "shared_persons(text[], uuid[], uuid[], uuid[])",
}


def upgrade() -> None:
    """Apply."""
    columns = ", ".join(f"{name} {kind}" for name, kind in TERMS)
    op.execute(f"CREATE TYPE given_terms AS ({columns})")
    for function, signature in FUNCTIONS.items():
        op.execute(f"DROP FUNCTION {signature}")
        written: str = getattr(SHARED, function)
        op.get_bind().exec_driver_sql(
            written.replace(WHOLE, ONLY).replace("consents consent[]", "consents given_terms[]")
        )
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO tsunagi_app")


def downgrade() -> None:
    """There is no way back: history is kept. Restore a backup instead."""
    raise NotImplementedError
