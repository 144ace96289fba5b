"""The directory's edition: it changes with every change of what the directory says.

Whoever remembers what was looked up compares the edition in its own transaction, so that nothing
counts a moment longer than without a memory. An edition is a random id: a database that was restored
elsewhere never takes one up again under which something else was said.
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

#: The service's own role changes none of them.
TABLES = (
    "agency",
    "agency_kind",
    "area",
    "area_worker",
    "basis_switch",
    "conflict_of_interest",
    "contract",
    "desk",
    "issuer",
    "issuer_agency",
    "legal_basis",
    "municipality",
    "person_account",
    "policy",
    "position",
    "tenure",
)
CHANGED = """
CREATE FUNCTION directory_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE directory_version SET edition = gen_random_uuid();
    RETURN NULL;
END
$$
"""


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "directory_version",
        sa.Column("one", sa.Boolean(), nullable=False),
        sa.Column("edition", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_directory_version")),
        sa.CheckConstraint("one", name=op.f("ck_directory_version_one")),
    )
    op.execute("INSERT INTO directory_version (one, edition) VALUES (true, gen_random_uuid())")
    op.execute("GRANT SELECT ON directory_version TO tsunagi_app")
    op.execute(CHANGED)
    op.execute("REVOKE ALL ON FUNCTION directory_changed() FROM PUBLIC")
    for table in TABLES:
        op.execute(
            f'CREATE TRIGGER directory_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON "{table}"'
            " FOR EACH STATEMENT EXECUTE FUNCTION directory_changed()"
        )


def downgrade() -> None:
    """There is no way back: history is kept. Restore a backup instead."""
    raise NotImplementedError
