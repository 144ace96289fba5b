"""The second wall: row-level security under the access decision (promises 1 and 3).

``circle`` says which agencies have ever had anything to do with a person or a conference. It
only grows, and a trigger fills it. Whoever is not in the circle reads nothing about the person,
whatever the service decides; what may be seen by those who are in it, the decision says. A
person is in their own circle. For whoever asks, the service sets ``tsunagi.agency`` or
``tsunagi.person`` inside the transaction; without them nobody is asking, and there is nothing.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

#: Who asks: an agency, or a person with an account of their own. After a transaction a setting
#: reads '' and not NULL; what is no UUID is an error.
ASKER = """
CREATE FUNCTION asker() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(
    nullif(current_setting('tsunagi.agency', true), ''),
    nullif(current_setting('tsunagi.person', true), '')
)::uuid
"""
#: The service itself, on dates and deadlines.
IS_SERVICE = """
CREATE FUNCTION is_service() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(current_setting('tsunagi.kind', true) = 'system', false)
"""
#: Whom an emergency is about that the asker is in.
EMERGENCY = """
CREATE FUNCTION emergency() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN asker() IS NOT NULL
    THEN nullif(current_setting('tsunagi.emergency', true), '')::uuid END
"""

# Reading through a policy keeps PostgreSQL from using an index on arrays or JSON first, because
# it cannot know that comparing them tells nothing. These hand out ids of the asker's own only.
NAMESAKES = """
CREATE FUNCTION namesakes(reading text) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT p.id FROM person p
    WHERE p.search_keys @> ARRAY[reading]
      AND EXISTS (SELECT FROM circle c WHERE c.member_id = asker() AND c.about = p.id);
END
"""
ITEMS_ABOUT = """
CREATE FUNCTION items_about(whom uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT i.id FROM agenda_item i
    WHERE i.person_ids @> ARRAY[whom]
      AND EXISTS (SELECT FROM circle c WHERE c.member_id = asker() AND c.about = whom);
END
"""
CASES_JOINED = """
CREATE FUNCTION cases_joined() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT c.id FROM support_case c
    WHERE c.deputy_agency_id = asker()
       OR c.team @> jsonb_build_array(jsonb_build_object('agency_id', asker()::text));
END
"""

#: Who comes into the circle with a row: SELECTs of (about, member), for the row ``{r}``.
JOINS: dict[str, tuple[str, ...]] = {
    "person": ("{r}.id, {r}.id", "{r}.id, {r}.holder_agency_id"),
    "representation": ("{r}.person_id, {r}.recorded_by",),
    "consent": (
        "{r}.person_id, {r}.recorded_by",
        (
            "{r}.person_id, named::uuid"
            " FROM jsonb_array_elements_text({r}.receivers -> 'agencies') named"
        ),
    ),
    "consultation": ("{r}.person_id, {r}.agency_id",),
    "referral": (
        "{r}.person_id, {r}.from_agency_id",
        "{r}.person_id, {r}.to_agency_id WHERE {r}.status <> 'draft'",
        "{r}.person_id, {r}.hub_agency_id WHERE 'needs_lead' IN ({r}.status, {r}.resumes)",
    ),
    "support_case": (
        "{r}.person_id, {r}.lead_agency_id",
        "{r}.person_id, {r}.deputy_agency_id",
        "{r}.person_id, (member ->> 'agency_id')::uuid FROM jsonb_array_elements({r}.team) member",
    ),
    "note": ("{r}.person_id, {r}.agency_id",),
    "plan": ("{r}.person_id, {r}.holder_agency_id",),
    "plan_version": (
        (
            "p.person_id, (line ->> 'responsible_agency_id')::uuid"
            " FROM plan p, jsonb_array_elements({r}.lines) line WHERE p.id = {r}.plan_id"
        ),
        # With a conference's approval it lies with whoever decides on support in the municipality.
        (
            "p.person_id, a.id FROM plan p"
            " JOIN agency a ON a.municipality_code = p.municipality_code"
            " JOIN agency_kind k ON k.code = a.kind AND k.decides_support"
            " WHERE p.id = {r}.plan_id AND {r}.status IN ('conference_approved', 'decided')"
        ),
    ),
    "conference": ("{r}.id, {r}.convener_agency_id",),
    "attendee": (
        "{r}.conference_id, coalesce({r}.agency_id, {r}.person_id)",
        (
            "whom, {r}.agency_id FROM agenda_item i, unnest(i.person_ids) whom"
            " WHERE i.conference_id = {r}.conference_id"
        ),
    ),
    "agenda_item": (
        "whom, {r}.added_by_agency_id FROM unnest({r}.person_ids) whom",
        (
            "whom, c.convener_agency_id FROM conference c, unnest({r}.person_ids) whom"
            " WHERE c.id = {r}.conference_id"
        ),
        (
            "whom, a.agency_id FROM attendee a, unnest({r}.person_ids) whom"
            " WHERE a.conference_id = {r}.conference_id"
        ),
    ),
    "task": ("{r}.person_id, {r}.agency_id", "{r}.conference_id, {r}.agency_id"),
    "provision": (
        "{r}.person_id, {r}.from_agency_id",
        "{r}.person_id, {r}.to_agency_id",
        "{r}.person_id, {r}.review_agency_id",
    ),
    "feedback": ("{r}.person_id, {r}.from_agency_id", "{r}.person_id, {r}.to_agency_id"),
    "supervision": ("{r}.person_id, {r}.from_agency_id",),
    "disclosure_request": ("{r}.person_id, {r}.agency_id",),
    "embargo": ("{r}.person_id, {r}.set_by_agency_id",),
}
#: Whom an item is about never changes; a change of it brings nobody into a circle.
ONLY_WHEN_NEW = frozenset({"agenda_item"})


def there(source: str) -> str:
    """Whether there is such a row that the asker sees.

    Not EXISTS: for that, PostgreSQL might read all rows there are before it shows a page.
    """
    return f"coalesce((SELECT true FROM {source} LIMIT 1), false)"


def known(whom: str) -> str:
    """Whether the asker is in the circle of this person or conference."""
    return there(f"circle WHERE about = {whom}")


def known_if_any(whom: str) -> str:
    """The same for a column that may be empty."""
    return f"({whom} IS NULL OR {known(whom)})"


_MEMBERS = "jsonb_array_elements(household.members) AS member"
_MEMBER = "(member ->> 'person_id')::uuid"
_REFERRAL_SEEN = there("referral r WHERE r.id = referral_id")
_PLAN_SEEN = there("plan p WHERE p.id = plan_id")
# Whoever takes a consent back must find the items to come that rested on it.
_ITEM_SEEN = (
    f"{known('agenda_item.conference_id')}"
    f" OR {there('circle WHERE about = ANY (agenda_item.person_ids)')}"
)
_CONFERENCE_SEEN = (
    f"convener_agency_id = asker() OR {known('conference.id')}"
    f" OR {there('agenda_item i WHERE i.conference_id = conference.id')}"
)

#: What whoever asks may read and change, and what a row must be like that it writes. Whoever
#: writes about a person must be in the circle already: nobody writes their way into one.
POLICIES: dict[str, tuple[str, str]] = {
    **{
        table: (known(f"{table}.person_id"), known(f"{table}.person_id"))
        for table in (
            "consent",
            "embargo",
            "feedback",
            "plan",
            "referral",
            "representation",
            "support_case",
        )
    },
    "person": (
        known("person.id"),
        f"holder_agency_id = asker() OR {known('person.id')}",
    ),
    "household": (
        f"holder_agency_id = asker() OR {there(f'{_MEMBERS} JOIN circle ON about = {_MEMBER}')}",
        (
            "holder_agency_id = asker() AND NOT EXISTS ("
            f"SELECT FROM {_MEMBERS} WHERE NOT {known(_MEMBER)})"
        ),
    ),
    "consultation": (
        "asker() IN (agency_id, person_id)",
        f"agency_id = asker() AND {known_if_any('consultation.person_id')}",
    ),
    "referral_event": (_REFERRAL_SEEN, _REFERRAL_SEEN),
    "note": (
        known("note.person_id"),
        f"agency_id = asker() AND {known('note.person_id')}",
    ),
    "plan_version": (_PLAN_SEEN, _PLAN_SEEN),
    "conference": (_CONFERENCE_SEEN, _CONFERENCE_SEEN),
    "attendee": (
        f"agency_id = asker() OR {there('conference c WHERE c.id = conference_id')}",
        f"{known('attendee.conference_id')} AND {known_if_any('attendee.person_id')}",
    ),
    "participant": (
        known("participant.conference_id"),
        f"agency_id = asker() AND {known('participant.conference_id')}",
    ),
    "task": (
        f"asker() IN (agency_id, person_id) OR {known('task.conference_id')}",
        (
            f"(agency_id = asker() OR {known('task.conference_id')})"
            f" AND {known_if_any('task.person_id')}"
        ),
    ),
    "provision": (
        known("provision.person_id"),
        (
            f"{known('provision.person_id')}"
            " OR person_id = emergency() AND taken = 'taken' AND to_agency_id = asker()"
        ),
    ),
    "enquiry": (
        "asker() IN (from_agency_id, to_agency_id)",
        f"asker() IN (from_agency_id, to_agency_id) AND {known_if_any('enquiry.person_id')}",
    ),
    "disclosure_request": (
        "asker() IN (agency_id, person_id)",
        f"agency_id = asker() AND {known('disclosure_request.person_id')}",
    ),
    "supervision": (
        "asker() IN (from_agency_id, to_agency_id)",
        f"from_agency_id = asker() AND {known('supervision.person_id')}",
    ),
    "screening": (
        "agency_id = asker() OR asker() = ANY (counts_for_agency_ids)",
        "agency_id = asker()",
    ),
}
#: What the service does by itself when a date has passed (``service/application/sweeps.py``).
SWEPT = ("consent", "feedback", "provision", "referral", "referral_event", "support_case")
#: Policies that are for one command alone: table, name, command, and what it says.
FOR_ONE_COMMAND = (
    ("agenda_item", "of_circle", "SELECT", f"USING ({_ITEM_SEEN})"),
    ("agenda_item", "by_circle", "UPDATE", f"USING ({_ITEM_SEEN})"),
    (
        "agenda_item",
        "about_circle",
        "INSERT",
        (
            f"WITH CHECK ({known('agenda_item.conference_id')} AND NOT EXISTS ("
            f"SELECT FROM unnest(person_ids) whom WHERE NOT {known('whom')}))"
        ),
    ),
    ("notice", "of_agency", "SELECT", "USING (agency_id = asker())"),
    ("notice", "by_agency", "UPDATE", "USING (agency_id = asker())"),
    # The service reminds nobody twice.
    ("notice", "of_service", "SELECT", "USING (is_service())"),
    ("notice", "to_anybody", "INSERT", "WITH CHECK (asker() IS NOT NULL OR is_service())"),
    # Whoever recorded a consent reads what was answered to the word that it is revoked.
    (
        "notice",
        "of_revocation",
        "SELECT",
        (
            "USING (kind = 'stop_use' AND "
            f"{there('consent k WHERE k.id = record_id AND k.recorded_by = asker()')})"
        ),
    ),
    ("person", "in_emergency", "SELECT", "USING (id = emergency())"),
    ("support_case", "in_emergency", "SELECT", "USING (person_id = emergency())"),
    # A refusal is put on record when nobody is known to be asking; nothing is read back.
    ("audit_entry", "by_anybody", "INSERT", "WITH CHECK (true)"),
    (
        "audit_entry",
        "of_circle",
        "SELECT",
        f"USING (asker() IN (agency_id, holder_agency_id) OR {known('audit_entry.person_id')})",
    ),
)
#: Nobody reads the history through the service: the owner alone.
PROTECTED = sorted({*POLICIES, "agenda_item", "audit_entry", "notice", "record_history"})

#: Whose a record is and whom it is about, by its id: for the log, which tells a stranger's
#: attempt from a guess although the service, behind the wall, cannot.
RECORDS = {
    "person": "holder_agency_id, id, NULL::uuid",
    "household": "holder_agency_id, NULL::uuid, NULL::uuid",
    "consent": "recorded_by, person_id, NULL::uuid",
    "consultation": "agency_id, person_id, NULL::uuid",
    "referral": "from_agency_id, person_id, NULL::uuid",
    "support_case": "lead_agency_id, person_id, NULL::uuid",
    "plan": "holder_agency_id, person_id, NULL::uuid",
    "conference": "convener_agency_id, NULL::uuid, id",
    "task": "agency_id, person_id, conference_id",
    "notice": "agency_id, NULL::uuid, NULL::uuid",
    "provision": "from_agency_id, person_id, NULL::uuid",
    "enquiry": "from_agency_id, NULL::uuid, NULL::uuid",
    "feedback": "from_agency_id, person_id, NULL::uuid",
    "disclosure_request": "agency_id, person_id, NULL::uuid",
    "embargo": "set_by_agency_id, person_id, NULL::uuid",
    "supervision": "from_agency_id, NULL::uuid, NULL::uuid",
    "screening": "agency_id, NULL::uuid, NULL::uuid",
    "audit_entry": "NULL::uuid, person_id, NULL::uuid",
}


def joining(table: str, row: str) -> str:
    """The rows of the circle that come with a row of the table."""
    pairs = " UNION ".join(f"SELECT {p.format(r=row)}" for p in JOINS[table])
    return f"SELECT about, member FROM ({pairs}) AS pair (about, member)"


_INTO = "INSERT INTO circle (about, member_id)"
_NEW_ONLY = "WHERE about IS NOT NULL AND member IS NOT NULL ORDER BY 2, 1 ON CONFLICT DO NOTHING"


def filling() -> list[str]:
    """The whole circle out of the rows there are."""
    return [
        f"{_INTO} SELECT about, member FROM {table},"
        f" LATERAL ({joining(table, table)}) AS pair {_NEW_ONLY}"
        for table in JOINS
    ]


def join_circle() -> str:
    """The trigger's function: whoever comes in with the new row."""
    cases = "\n".join(
        f"    WHEN '{table}' THEN {_INTO} {joining(table, 'NEW')} {_NEW_ONLY};" for table in JOINS
    )
    return f"""
CREATE FUNCTION join_circle() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    CASE TG_TABLE_NAME
{cases}
    END CASE;
    RETURN NULL;
END
$$
"""


def name_the_record() -> str:
    """The trigger's function: a denial that found nothing, completed with what was there."""
    there = "\n        UNION ALL ".join(
        f"SELECT {what} FROM {table} WHERE id = NEW.record_id" for table, what in RECORDS.items()
    )
    return f"""
CREATE FUNCTION name_the_record() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    there record;
BEGIN
    SELECT * INTO there FROM (
        {there}
    ) AS found (holder, person, conference);
    IF FOUND THEN
        NEW.rules := '{{record.no_basis}}';
        NEW.holder_agency_id := there.holder;
        NEW.person_id := there.person;
        NEW.conference_id := there.conference;
        -- What it was decided on is completed alike, so that it can be decided again.
        NEW.question := jsonb_set(
            NEW.question::jsonb,
            '{{facts}}',
            (NEW.question::jsonb -> 'facts') || jsonb_strip_nulls(jsonb_build_object(
                'found', true, 'holder_agency_id', there.holder,
                'person_id', there.person, 'conference_id', there.conference))
        )::text;
    END IF;
    RETURN NEW;
END
$$
"""


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "circle",
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("about", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("member_id", "about", name=op.f("pk_circle")),
    )
    op.create_index("ix_support_case_deputy_agency_id", "support_case", ["deputy_agency_id"])
    op.create_index(
        "ix_support_case_team",
        "support_case",
        ["team"],
        postgresql_using="gin",
        postgresql_ops={"team": "jsonb_path_ops"},
    )
    for function in (ASKER, IS_SERVICE, EMERGENCY, NAMESAKES, ITEMS_ABOUT, CASES_JOINED):
        op.execute(function)
    op.execute(join_circle())
    op.execute(name_the_record())
    op.execute("REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC")
    op.execute(
        "GRANT EXECUTE ON FUNCTION asker(), is_service(), emergency(), namesakes(text),"
        " items_about(uuid), cases_joined() TO tsunagi_app"
    )
    _fill_circle()
    _build_wall()
    op.execute(
        "CREATE TRIGGER name_the_record BEFORE INSERT ON audit_entry FOR EACH ROW"
        " WHEN (NEW.record_id IS NOT NULL AND NEW.rules = '{record.unknown}')"
        " EXECUTE FUNCTION name_the_record()"
    )


def _fill_circle() -> None:
    for statement in filling():
        op.execute(statement)
    for table in JOINS:
        when = "INSERT" if table in ONLY_WHEN_NEW else "INSERT OR UPDATE"
        op.execute(
            f"CREATE TRIGGER join_circle AFTER {when} ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION join_circle()"
        )


def _build_wall() -> None:
    # Of the circle, whoever asks sees its own lines and nobody's else.
    op.execute("GRANT SELECT ON circle TO tsunagi_app")
    _protect("circle")
    op.execute(
        "CREATE POLICY of_asker ON circle FOR SELECT TO tsunagi_app USING (member_id = asker())"
    )
    for table in PROTECTED:
        _protect(table)
    for table, (using, check) in POLICIES.items():
        op.execute(
            f"CREATE POLICY of_circle ON {table} TO tsunagi_app"
            f" USING ({using}) WITH CHECK ({check})"
        )
    for table in SWEPT:
        op.execute(f"CREATE POLICY of_service ON {table} TO tsunagi_app USING (is_service())")
    for table, name, command, rest in FOR_ONE_COMMAND:
        op.execute(f"CREATE POLICY {name} ON {table} FOR {command} TO tsunagi_app {rest}")


def _protect(table: str) -> None:
    """Row security that binds the owner as well, whom one plain policy lets do its work."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY of_owner ON {table} TO tsunagi_owner USING (true) WITH CHECK (true)")


def downgrade() -> None:
    """There is no way back: history is kept. Restore a backup instead."""
    raise NotImplementedError
