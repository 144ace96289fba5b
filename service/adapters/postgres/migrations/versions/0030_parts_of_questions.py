"""What many kept questions say alike is kept once.

The question that an access was decided on names the caller with all scopes and the law in force: the
same for everything that somebody opens after a login. Where it stands in a question, a reference is
kept: the character 1, which no JSON has, and a hash of the part.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

#: A part that is gone leaves a gap: the question is then not the one that the log's entry commits to.
WHOLE_QUESTION = """
CREATE FUNCTION whole_question(kept text) RETURNS text
LANGUAGE sql STABLE SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT CASE WHEN strpos(kept, chr(1)) = 0 THEN kept ELSE (
        SELECT string_agg(
            CASE WHEN n = 1 THEN piece ELSE coalesce(p.said, '') || substr(piece, 33) END,
            '' ORDER BY n)
        FROM unnest(string_to_array(kept, chr(1))) WITH ORDINALITY AS u (piece, n)
        LEFT JOIN question_part p ON n > 1 AND p.id = left(piece, 32)
    ) END;
END
"""


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "question_part",
        sa.Column("id", sa.Text(collation="C"), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_part")),
    )
    op.execute("GRANT SELECT, INSERT ON question_part TO tsunagi_app")
    op.execute(WHOLE_QUESTION)
    op.execute("REVOKE ALL ON FUNCTION whole_question(text) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION whole_question(text) TO tsunagi_app")
    written = op.get_bind().scalar(
        sa.text("SELECT pg_get_functiondef('entry_words(audit_entry)'::regprocedure)")
    )
    asked = "convert_to((e).question, 'UTF8'::name)"
    if written is None or asked not in written:
        raise RuntimeError("entry_words is not as it was left; let it commit to whole questions")
    whole = written.replace(asked, "convert_to(whole_question((e).question), 'UTF8'::name)")
    op.get_bind().exec_driver_sql(whole)


def downgrade() -> None:
    """There is no way back: history is kept. Restore a backup instead."""
    raise NotImplementedError
