"""The audit log in months: partitions by the time in an entry's id, made ahead, archived one by one.

An entry's id is a UUIDv7 and begins with the milliseconds at which it was made; a month reaches
from the first id of its first millisecond in Japan to that of the next month's. What has an id of
no month lies in a partition of its own. The rows there are move as they are: nothing is sealed anew.
"""

from importlib import import_module

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

SEAL = import_module("service.adapters.postgres.migrations.versions.0023_transparency_log")
INDEXES = {
    "agency_id": "agency_id, id",
    "holder_agency_id": "holder_agency_id, id",
    "person_id": "person_id, id",
    "xid": "xid, id",
    "position_id": "position_id, id",
    "agency_id_at": "agency_id, at",
    "holder_agency_id_at": "holder_agency_id, at",
}
#: The lowest id of a month.
ENTRY_IDS_FROM = """
CREATE FUNCTION entry_ids_from(month date) RETURNS uuid
LANGUAGE sql IMMUTABLE SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT encode(substr(int8send((extract(epoch FROM
        month::timestamp AT TIME ZONE INTERVAL '9 hours') * 1000)::bigint), 3)
        || '\\x00000000000000000000'::bytea, 'hex')::uuid;
END
"""
#: The months from one on, as many as asked for, where they are not there; how many were made. A month
#: whose entries already lie in the last partition stays there: `tsunagi migrate` moves them. It
#: takes a lock on the log that lets everybody write, and one on the last partition, which is as
#: good as empty; where it must wait for that it gives up, and is asked again.
MAKE_AUDIT_MONTHS = """
CREATE FUNCTION make_audit_months(since date, months integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '1s' AS $$
DECLARE
    which date;
    name text;
    made integer := 0;
BEGIN
    IF months NOT BETWEEN 1 AND 24 THEN
        RAISE EXCEPTION 'between 1 and 24 months' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    FOR n IN 0 .. months - 1 LOOP
        which := (date_trunc('month', since::timestamp) + make_interval(months => n))::date;
        name := 'audit_entry_' || to_char(which, 'YYYY_MM');
        CONTINUE WHEN to_regclass('public.' || name) IS NOT NULL;
        -- Who else is at it makes them all.
        EXIT WHEN NOT pg_try_advisory_xact_lock(8391746553374468);
        CONTINUE WHEN to_regclass('public.' || name) IS NOT NULL
            OR EXISTS (SELECT FROM log_archive a WHERE a.month = which)
            OR EXISTS (SELECT FROM audit_entry e WHERE e.id >= entry_ids_from(which)
                AND e.id < entry_ids_from((which + interval '1 month')::date));
        PERFORM add_audit_month(which, name);
        made := made + 1;
    END LOOP;
    RETURN made;
END
$$
"""
#: Two entries fill a page: to compress one and to move it aside costs as much as its eight indexes.
#: Nobody reads or writes a month but through the log: no right, and row security without a policy.
ADD_AUDIT_MONTH = """
CREATE FUNCTION add_audit_month(month date, name text) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    low uuid := entry_ids_from(month);
    high uuid := entry_ids_from((month + interval '1 month')::date);
BEGIN
    EXECUTE format('CREATE TABLE %I (LIKE audit_entry INCLUDING CONSTRAINTS)'
        ' WITH (toast_tuple_target = 4080)', name);
    -- What lies in the last partition already comes along, as it was sealed.
    EXECUTE format('WITH moved AS (DELETE FROM audit_entry WHERE id >= %L AND id < %L RETURNING *)'
        ' INSERT INTO %I SELECT * FROM moved', low, high, name);
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE audit_entry ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
        name, low, high);
END
$$
"""


def upgrade() -> None:
    """Apply."""
    _archive()
    op.execute("ALTER TABLE audit_entry RENAME TO audit_entry_before")
    op.execute("ALTER TABLE audit_entry_before NO FORCE ROW LEVEL SECURITY")
    for name in (*(f"ix_audit_entry_{name}" for name in INDEXES), "pk_audit_entry"):
        op.execute(f"ALTER INDEX {name} RENAME TO {name}_before")
    op.execute(
        "CREATE TABLE audit_entry (LIKE audit_entry_before INCLUDING CONSTRAINTS)"
        " PARTITION BY RANGE (id)"
    )
    op.execute(
        "CREATE TABLE audit_entry_default PARTITION OF audit_entry DEFAULT"
        " WITH (toast_tuple_target = 4080)"
    )
    op.execute(
        "ALTER TABLE audit_entry_default ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"
    )
    for function in (ENTRY_IDS_FROM, ADD_AUDIT_MONTH, MAKE_AUDIT_MONTHS):
        op.execute(function)
    # Before its indexes and triggers: what is there is sealed.
    op.execute(
        "SELECT add_audit_month(month, 'audit_entry_' || to_char(month, 'YYYY_MM')) FROM ("
        " SELECT DISTINCT date_trunc('month', to_timestamp(('x' || substr(replace(id::text, '-', ''),"
        " 1, 12))::bit(48)::bigint / 1000.0) AT TIME ZONE INTERVAL '9 hours')::date AS month"
        " FROM audit_entry_before WHERE substr(id::text, 15, 1) = '7') AS there"
        " WHERE month >= '2020-01-01' AND month < '2100-01-01' ORDER BY month"
    )
    op.execute("INSERT INTO audit_entry SELECT * FROM audit_entry_before")
    op.execute("ALTER TABLE audit_entry ADD CONSTRAINT pk_audit_entry PRIMARY KEY (id)")
    for name, columns in INDEXES.items():
        op.execute(f"CREATE INDEX ix_audit_entry_{name} ON audit_entry ({columns})")
    _wall()
    # These take a row of the log: of the one there is now.
    op.execute("DROP TABLE audit_entry_before CASCADE")
    for function in (SEAL.ENTRY_WORDS, SEAL.ENTRY_LEAF):
        op.execute(function)
    op.execute(
        "REVOKE ALL ON FUNCTION entry_words(audit_entry), entry_leaf(audit_entry),"
        " entry_ids_from(date), add_audit_month(date, text), make_audit_months(date, integer)"
        " FROM PUBLIC"
    )
    op.execute("GRANT EXECUTE ON FUNCTION make_audit_months(date, integer) TO tsunagi_app")
    _triggers()


def _wall() -> None:
    """The same policies and rights as before."""
    op.execute("ALTER TABLE audit_entry ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY of_owner ON audit_entry TO tsunagi_owner USING (true) WITH CHECK (true)"
    )
    op.execute(
        "CREATE POLICY by_anybody ON audit_entry FOR INSERT TO tsunagi_app WITH CHECK (true)"
    )
    op.execute(
        "CREATE POLICY of_circle ON audit_entry FOR SELECT TO tsunagi_app"
        " USING (asker() = agency_id OR asker() = holder_agency_id OR coalesce(("
        "SELECT true FROM circle WHERE about = audit_entry.person_id LIMIT 1), false))"
    )
    op.execute("GRANT SELECT, INSERT ON audit_entry TO tsunagi_app")


def _triggers() -> None:
    # Triggers run by their names: what names the record comes before what seals the entry.
    op.execute(
        "CREATE TRIGGER name_the_record BEFORE INSERT ON audit_entry FOR EACH ROW"
        " WHEN (NEW.record_id IS NOT NULL AND NEW.rules = '{record.unknown}')"
        " EXECUTE FUNCTION name_the_record()"
    )
    op.execute(
        "CREATE TRIGGER seal_entry BEFORE INSERT ON audit_entry"
        " FOR EACH ROW EXECUTE FUNCTION seal_entry()"
    )


def _archive() -> None:
    """Which months were taken out of the database, and what the file of each is."""
    op.create_table(
        "log_archive",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("from_id", sa.Uuid(), nullable=False),
        sa.Column("until_id", sa.Uuid(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_log_archive")),
    )
    op.execute("GRANT SELECT ON log_archive TO tsunagi_app")


def downgrade() -> None:
    """There is no way back: history is kept. Restore a backup instead."""
    raise NotImplementedError
