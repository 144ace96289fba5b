"""The transparency log: every audit entry sealed as it is written, and the tree over the seals.

The database seals an entry when it is inserted: what it says, as bytes that are never written
again; a salt; and the leaf, which holds a commitment to both. The tree's hashes and the signed
checkpoints follow in tables of their own, to which rows are only added.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TABLES = ("log_checkpoint", "log_cosignature", "log_leaf", "log_node")

#: What an entry says, in one way of writing it. The facts it was decided on stand in it by their
#: commitment alone: they are read for a replay, and by nobody else.
ENTRY_WORDS = """
CREATE FUNCTION entry_words(e audit_entry) RETURNS bytea
LANGUAGE sql STABLE SET timezone = 'UTC' SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT convert_to((
        jsonb_strip_nulls(to_jsonb(e) - '{leaf,salt,words,xid,question}'::text[])
        || CASE WHEN e.question IS NULL THEN '{}'::jsonb ELSE jsonb_build_object(
            'decided_on', log_commitment(e.salt, convert_to(e.question, 'UTF8'))) END
    )::text, 'UTF8');
END
"""
COMMITMENT = """
CREATE FUNCTION log_commitment(salt bytea, words bytea) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT encode(sha256(salt || sha256(words)), 'hex');
END
"""
ENTRY_LEAF = """
CREATE FUNCTION entry_leaf(e audit_entry) RETURNS bytea
LANGUAGE sql STABLE SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT convert_to(format('{"at":"%s","id":"%s","sealed":"%s","v":%s}',
        to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'), e.id,
        log_commitment(e.salt, e.words), 1), 'UTF8');
END
"""
SEAL_ENTRY = """
CREATE FUNCTION seal_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    NEW.salt := uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
    NEW.words := entry_words(NEW);
    NEW.leaf := entry_leaf(NEW);
    NEW.xid := pg_current_xact_id()::text::bigint;
    RETURN NEW;
END
$$
"""
#: Entries that have no place in the log yet, in the order in which they get one. Only those of
#: transactions older than every one that is still running: nothing can come in between any more.
#: A database that was restored elsewhere counts its transactions anew; what came with it is
#: older than anything that was written there.
LOG_PENDING = """
CREATE FUNCTION log_pending(most integer) RETURNS TABLE (entry_id uuid, leaf bytea, xid bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    here pg_snapshot := pg_current_snapshot();
    lowest bigint := pg_snapshot_xmin(here)::text::bigint;
    coming bigint := pg_snapshot_xmax(here)::text::bigint;
    last record;
BEGIN
    SELECT l.xid, l.entry_id INTO last FROM log_leaf l ORDER BY l.index DESC LIMIT 1;
    IF NOT FOUND OR last.xid < coming THEN
        RETURN QUERY SELECT e.id, e.leaf, e.xid FROM audit_entry e
        WHERE e.xid < lowest AND (last.xid IS NULL OR (e.xid, e.id) > (last.xid, last.entry_id))
        ORDER BY e.xid, e.id LIMIT most;
    ELSE
        RETURN QUERY SELECT e.id, e.leaf, e.xid FROM audit_entry e
        WHERE (e.xid < lowest OR e.xid >= coming)
          AND NOT EXISTS (SELECT FROM log_leaf l WHERE l.entry_id = e.id)
        ORDER BY e.xid < coming, e.xid, e.id LIMIT most;
    END IF;
END
$$
"""


def upgrade() -> None:
    """Apply."""
    for name, kind in (("leaf", sa.LargeBinary()), ("salt", sa.LargeBinary())):
        op.add_column("audit_entry", sa.Column(name, kind, nullable=True))
    op.add_column("audit_entry", sa.Column("words", sa.LargeBinary(), nullable=True))
    op.add_column("audit_entry", sa.Column("xid", sa.BigInteger(), nullable=True))
    _tables()
    for function in (COMMITMENT, ENTRY_WORDS, ENTRY_LEAF, SEAL_ENTRY, LOG_PENDING):
        op.execute(function)
    _seal_what_is_there()
    op.create_index("ix_audit_entry_xid", "audit_entry", ["xid", "id"])
    # Triggers run by their names: what names the record comes before what seals the entry.
    op.execute(
        "CREATE TRIGGER seal_entry BEFORE INSERT ON audit_entry"
        " FOR EACH ROW EXECUTE FUNCTION seal_entry()"
    )
    inside = (
        "log_commitment(bytea, bytea), entry_words(audit_entry), entry_leaf(audit_entry),"
        " seal_entry(), log_pending(integer)"
    )
    op.execute(f"REVOKE ALL ON FUNCTION {inside} FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION log_pending(integer) TO tsunagi_app")
    op.execute(f"GRANT SELECT, INSERT ON {', '.join(TABLES)} TO tsunagi_app")


def _seal_what_is_there() -> None:
    """Entries from before the log are sealed as they stood when it began."""
    op.execute(
        "UPDATE audit_entry SET xid = pg_current_xact_id()::text::bigint,"
        " salt = uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())"
    )
    op.execute("UPDATE audit_entry e SET words = entry_words(e)")
    op.execute("UPDATE audit_entry e SET leaf = entry_leaf(e)")
    for column in ("leaf", "xid"):
        op.alter_column("audit_entry", column, nullable=False)


def _tables() -> None:
    op.create_table(
        "log_leaf",
        sa.Column("index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("xid", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("index", name=op.f("pk_log_leaf")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_log_leaf_entry_id")),
    )
    op.create_table(
        "log_node",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "index", name=op.f("pk_log_node")),
    )
    op.create_table(
        "log_checkpoint",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_log_checkpoint")),
    )
    op.create_index("ix_log_checkpoint_signed_at", "log_checkpoint", ["signed_at"])
    op.create_table(
        "log_cosignature",
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("witness", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["size"], ["log_checkpoint.size"], name=op.f("fk_log_cosignature_size"), deferrable=True
        ),
        sa.PrimaryKeyConstraint("size", "witness", name=op.f("pk_log_cosignature")),
    )
    op.create_index("ix_log_cosignature_witness", "log_cosignature", ["witness", "size"])


def downgrade() -> None:
    """There is no way back: history is kept. Restore a backup instead."""
    raise NotImplementedError
