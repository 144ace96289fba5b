"""What requests that share a transaction ask: for each of them in the name of whoever asks.

The functions run with the service's own rights: row-level security holds for every look-up and every
row written, as ``tsunagi.agency`` and ``tsunagi.person`` are set anew for each asker. ``involvement``
and ``inbox_of`` are asked outside of shared transactions as well.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

INVOLVEMENT = """
CREATE FUNCTION involvement(whom uuid, agency uuid) RETURNS text LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH team AS (
        SELECT c.lead_agency_id = agency OR c.deputy_agency_id = agency AS leads, m.member
        FROM support_case c
        LEFT JOIN LATERAL (
            SELECT member FROM jsonb_array_elements(c.team) member
            WHERE member ->> 'agency_id' = agency::text
        ) m ON true
        WHERE c.person_id = whom
    )
    SELECT CASE
        WHEN EXISTS (
            SELECT FROM referral r
            WHERE r.person_id = whom AND r.to_agency_id = agency
              AND r.status NOT IN ('draft', 'withdrawn', 'closed_without_contact')
              AND NOT (agency = ANY (r.declined_by)
                       AND (r.status = 'declined' OR 'needs_lead' IN (r.status, r.resumes)))
        ) OR EXISTS (
            SELECT FROM referral r
            WHERE r.person_id = whom AND r.hub_agency_id = agency
              AND 'needs_lead' IN (r.status, r.resumes)
        ) OR EXISTS (
            SELECT FROM hub_entry h
            WHERE h.person_id = whom AND h.hub_agency_id = agency AND h.state = 'open'
        ) OR EXISTS (
            SELECT FROM signal s
            WHERE s.person_id = whom AND s.agency_id = agency
              AND s.status NOT IN ('merged', 'closed')
        ) OR EXISTS (
            SELECT FROM team WHERE leads OR jsonb_array_length(member -> 'themes') = 0
        ) OR EXISTS (
            SELECT FROM plan p WHERE p.person_id = whom AND p.holder_agency_id = agency
        ) THEN 'whole'
        WHEN EXISTS (SELECT FROM team WHERE member IS NOT NULL)
        OR EXISTS (
            SELECT FROM plan p
            JOIN plan_version v ON v.plan_id = p.id AND v.number = p.latest_number
            WHERE p.person_id = whom AND v.lines @> jsonb_build_array(
                jsonb_build_object('responsible_agency_id', agency::text))
        ) THEN 'themes'
        ELSE 'none'
    END;
END
"""
#: Each half comes from an index in its order; nothing older than a page is looked at.
INBOX_OF = """
CREATE FUNCTION inbox_of(agency uuid, wanted text, before uuid, most integer) RETURNS SETOF referral
LANGUAGE sql STABLE AS $$
    SELECT * FROM (
        (SELECT * FROM referral r
         WHERE r.to_agency_id = agency AND r.status <> 'draft'
           AND (wanted IS NULL OR r.status = wanted) AND (before IS NULL OR r.id < before)
         ORDER BY r.id DESC LIMIT most)
        UNION ALL
        (SELECT * FROM referral r
         WHERE r.case_id = ANY (ARRAY(SELECT cases_joined()))
           AND NOT (r.to_agency_id IS NOT DISTINCT FROM agency AND r.status <> 'draft')
           AND (wanted IS NULL OR r.status = wanted) AND (before IS NULL OR r.id < before)
         ORDER BY r.id DESC LIMIT most)
    ) r ORDER BY r.id DESC LIMIT most
$$
"""
#: Who is asking from here on, as ``act_for`` says it.
ASK_AS = """
CREATE FUNCTION ask_as(kind text, agency uuid, person uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('tsunagi.kind', kind, true),
        set_config('tsunagi.agency', coalesce(agency::text, ''), true),
        set_config('tsunagi.person', coalesce(person::text, ''), true);
END
$$
"""
#: Consents are kept from being revoked, and provisions from being ended, until the commit.
ABOUT = """
        SELECT array_agg(c.one) INTO consents FROM (
            SELECT c AS one FROM consent c WHERE c.person_id = ANY (whom) ORDER BY c.id FOR SHARE
        ) c;
        SELECT array_agg(v.one), array_agg(v.until) INTO provisions, contracts FROM (
            SELECT v AS one, k.valid_until AS until
            FROM provision v LEFT JOIN contract k ON k.id = v.contract_id
            WHERE v.person_id = ANY (whom) AND v.ended_at IS NULL ORDER BY v.id FOR SHARE OF v
        ) v;
        SELECT array_agg(p.id), array_agg(p.department) INTO kept_by, departments FROM person p
        WHERE p.id = ANY (whom) AND p.holder_agency_id = agencies[i] AND p.department IS NOT NULL;
"""
_FACTS = (
    "consents consent[], provisions provision[], contracts date[], kept_by uuid[],"
    " departments text[]"
)


def shared(name: str, asked: str, found: str, look_up: str) -> str:
    """A look-up for many askers, a row for each of them in their order.

    Planned once: PostgreSQL would plan anew for each array of persons.
    """
    return f"""
CREATE FUNCTION {name}(kinds text[], agencies uuid[], persons uuid[], {asked})
RETURNS TABLE ({found}, {_FACTS})
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    whom uuid[];
BEGIN
    FOR i IN 1 .. cardinality(kinds) LOOP
        PERFORM ask_as(kinds[i], agencies[i], persons[i]);
        {look_up}
        {ABOUT}
        RETURN NEXT;
    END LOOP;
    PERFORM ask_as('', NULL, NULL);
END
$$
"""


REFERRALS = shared(
    "shared_referrals",
    "ids uuid[]",
    "it referral, of_case support_case",
    """
        SELECT r.* INTO it FROM referral r WHERE r.id = ids[i];
        whom := ARRAY[(it).person_id];
        SELECT c.* INTO of_case FROM support_case c WHERE c.id = (it).case_id;
    """,
)
INBOXES = shared(
    "shared_inboxes",
    "wanted text[], before uuid[], most integer[]",
    "listed referral[], cases support_case[]",
    """
        SELECT array_agg(r ORDER BY r.id DESC), array_agg(r.person_id) INTO listed, whom
        FROM inbox_of(agencies[i], wanted[i], before[i], most[i]) r;
        SELECT array_agg(c) INTO cases FROM support_case c
        WHERE c.id = ANY (ARRAY(SELECT (r).case_id FROM unnest(listed) r));
    """,
)
PERSONS = shared(
    "shared_persons",
    "ids uuid[]",
    "it person, involved text",
    """
        SELECT p.* INTO it FROM person p WHERE p.id = ids[i];
        whom := ARRAY[ids[i]];
        involved := involvement(ids[i], agencies[i]);
    """,
)
WRITES = """
CREATE FUNCTION shared_writes(
    kinds text[], agencies uuid[], persons uuid[], tables text[], rows_ text[]
) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1 .. cardinality(tables) LOOP
        PERFORM ask_as(kinds[i], agencies[i], persons[i]);
        CASE tables[i]
            WHEN 'referral' THEN
                INSERT INTO referral
                SELECT * FROM json_populate_record(NULL::referral, rows_[i]::json);
            WHEN 'referral_event' THEN
                INSERT INTO referral_event
                SELECT * FROM json_populate_record(NULL::referral_event, rows_[i]::json);
        END CASE;
    END LOOP;
    PERFORM ask_as('', NULL, NULL);
END
$$
"""
SIGNATURES = (
    "involvement(uuid, uuid)",
    "inbox_of(uuid, text, uuid, integer)",
    "ask_as(text, uuid, uuid)",
    "shared_referrals(text[], uuid[], uuid[], uuid[])",
    "shared_inboxes(text[], uuid[], uuid[], text[], uuid[], integer[])",
    "shared_persons(text[], uuid[], uuid[], uuid[])",
    "shared_writes(text[], uuid[], uuid[], text[], text[])",
)


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_referral_case_id", "referral", ["case_id", "id"])
    op.create_index("ix_referral_reopens_id", "referral", ["reopens_id"])
    for function in (INVOLVEMENT, INBOX_OF, ASK_AS, REFERRALS, INBOXES, PERSONS, WRITES):
        op.get_bind().exec_driver_sql(function)
    listed = ", ".join(SIGNATURES)
    op.execute(sa.text(f"REVOKE ALL ON FUNCTION {listed} FROM PUBLIC"))
    op.execute(sa.text(f"GRANT EXECUTE ON FUNCTION {listed} TO tsunagi_app"))


def downgrade() -> None:
    """There is no way back: history is kept. Restore a backup instead."""
    raise NotImplementedError
