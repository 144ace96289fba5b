"""The audit log's partitions as the schema's owner makes them, with what already lies in a heap."""

from datetime import date

from asyncpg import Connection

from service.application.log_keeping import MONTHS

#: Months of which entries lie in the last partition: those whose id tells a time between 2020 and
#: 2100, of a version that tells one.
_HEAPED = """
    SELECT DISTINCT (date_trunc('month', to_timestamp(('x' || substr(replace(
        id::text, '-', ''), 1, 12))::bit(48)::bigint / 1000.0)
        AT TIME ZONE INTERVAL '9 hours'))::date AS month
    FROM audit_entry WHERE tableoid = 'audit_entry_default'::regclass
    AND substr(id::text, 15, 1) = '7' AND id >= entry_ids_from('2020-01-01')
    AND id < entry_ids_from('2100-01-01')
    EXCEPT SELECT month FROM log_archive ORDER BY month
"""


async def make_months(owner: Connection, since: date) -> int:
    """Make the months from one on, and those of which there already are entries; how many.

    For ``tsunagi migrate``: moving entries keeps others from the log meanwhile.
    """
    async with owner.transaction():
        rows = await owner.fetch(_HEAPED)
        for row in rows:
            await owner.execute(
                "SELECT add_audit_month($1, 'audit_entry_' || to_char($1::date, 'YYYY_MM'))",
                row["month"],
            )
        made: int = await owner.fetchval("SELECT make_audit_months($1, $2)", since, MONTHS)
        return len(rows) + made
