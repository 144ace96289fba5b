"""Statistics: populations, months that close, and counting across agencies without a name.

The second wall shows each agency its own records only. A survey counts those of a whole
municipality: functions in the owner's name do that, and hand out numbers and no ids. They answer
whoever decides on support in the municipality, and nobody else. What was counted stands behind
the wall as well; what was published, small numbers withheld, does not.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

KEEPS_STATISTICS = """
CREATE FUNCTION keeps_statistics(m text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT FROM agency a JOIN agency_kind k ON k.code = a.kind
        WHERE a.id = asker() AND a.municipality_code = m AND k.decides_support
    );
END
"""
#: The day in Japan of an instant, and the instant at which a day begins there: no summer time.
JST_DAY = "({0} AT TIME ZONE INTERVAL '9 hours')::date"
JST_MIDNIGHT = "({0}::timestamp AT TIME ZONE INTERVAL '9 hours')"


def _day(instant: str) -> str:
    return JST_DAY.format(instant)


def _within(instant: str) -> str:
    since, until = JST_MIDNIGHT.format("since"), JST_MIDNIGHT.format("until")
    return f"{instant} >= {since} AND {instant} < {until}"


#: What was heard on the days from ``since`` until before ``until``, whenever it was entered.
CONSULTATIONS_OF = f"""
CREATE FUNCTION consultations_of(m text, since date, until date)
RETURNS TABLE (id uuid, who uuid, named boolean, day date, area text, themes text[], again boolean)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT c.id, coalesce(c.person_id, c.id), c.person_id IS NOT NULL, c.heard_on, c.area,
           c.themes, c.previous_case_id IS NOT NULL
    FROM consultation c
    WHERE c.municipality_code = m AND c.heard_on >= since AND c.heard_on < until
    UNION ALL
    SELECT c.id, coalesce(c.person_id, c.id), c.person_id IS NOT NULL, {_day("c.received_at")},
           c.area, c.themes, c.previous_case_id IS NOT NULL
    FROM consultation c
    WHERE c.municipality_code = m AND c.heard_on IS NULL AND {_within("c.received_at")};
END
"""
#: Plan versions that count as made, by the milestone that the municipality has settled.
_PASSED = (
    "CASE milestone WHEN 'agreed' THEN e.agreed_on IS NOT NULL"
    " WHEN 'decided' THEN e.decided_at IS NOT NULL ELSE e.approved_at IS NOT NULL END"
)
PLANS_MADE = f"""
CREATE FUNCTION plans_made(m text, since date, until date, milestone text)
RETURNS TABLE (who uuid, day date, for_work boolean, lines jsonb, again boolean)
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH made AS (
        SELECT v.plan_id, v.number, {_day("c.starts_at")} AS day
        FROM conference c
        JOIN agenda_item i ON i.conference_id = c.id
        JOIN plan_version v ON v.approved_item_id = i.id
        WHERE milestone = 'approved' AND v.approved_at IS NOT NULL AND {_within("c.starts_at")}
        UNION ALL
        SELECT v.plan_id, v.number, v.agreed_on FROM plan_version v
        WHERE milestone = 'agreed' AND v.agreed_on >= since AND v.agreed_on < until
        UNION ALL
        SELECT v.plan_id, v.number, {_day("v.decided_at")} FROM plan_version v
        WHERE milestone = 'decided' AND {_within("v.decided_at")}
    )
    SELECT p.person_id, made.day, v.employment_support, v.lines,
           EXISTS (
               SELECT FROM plan_version e
               WHERE e.plan_id = p.id AND e.number < v.number AND {_PASSED}
           ) OR EXISTS (
               SELECT FROM plan o JOIN plan_version e ON e.plan_id = o.id
               WHERE o.person_id = p.person_id AND o.case_id = p.case_id AND o.id <> p.id
                 AND o.made_at < p.made_at AND {_PASSED}
           )
    FROM made
    JOIN plan p ON p.id = made.plan_id
    JOIN plan_version v ON v.plan_id = made.plan_id AND v.number = made.number
    WHERE p.municipality_code = m;
END
"""

_SOURCE = """
CREATE FUNCTION {name}(m text, since date, until date, settled jsonb)
RETURNS TABLE (month text, indicator text, code text, number bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
{body};
END
"""
_NEW = "(NOT again OR coalesce((settled ->> 'returns_are_new')::boolean, false))"
_MONTH = "to_char(day, 'YYYY-MM')"
_MILESTONE = "coalesce(settled ->> 'plan_made', 'approved')"
_EMPLOYED_ON = "employment ->> 'employed_on'"
_HELD = "('held', 'minutes_draft', 'minutes_confirmed', 'closed')"

#: Each hands out (month, indicator, code, number). More sources may follow: one function each,
#: and one line in ``service.adapters.postgres.statistics``.
SOURCES: dict[str, str] = {
    "survey_consultations": f"""
    WITH taken AS (
        SELECT * FROM consultations_of(m, since, until) WHERE keeps_statistics(m)
    ), monthly AS (
        SELECT {_MONTH} AS month,
               count(*) FILTER (WHERE {_NEW}) AS fresh,
               count(*) FILTER (WHERE NOT named) AS unnamed,
               count(*) FILTER (WHERE again) AS again,
               count(DISTINCT who) AS people
        FROM taken GROUP BY 1
    )
    SELECT y.month, v.indicator, '', v.number FROM monthly y
    CROSS JOIN LATERAL (VALUES ('new_consultations', y.fresh), ('unidentified', y.unnamed),
        ('returns', y.again), ('persons_consulted', y.people)) AS v(indicator, number)
    UNION ALL
    SELECT {_MONTH}, 'persons_consulted', theme, count(DISTINCT who)
    FROM taken CROSS JOIN LATERAL unnest(themes) AS theme GROUP BY 1, 3""",
    "survey_screened": f"""
    WITH screened AS (
        SELECT c.id, {_day("c.screened_at")} AS day, c.status FROM consultation c
        WHERE c.municipality_code = m AND {_within("c.screened_at")} AND keeps_statistics(m)
    )
    SELECT {_MONTH}, 'informed_only', '', count(*) FROM screened
    WHERE status = 'screened_info_only' GROUP BY 1
    UNION ALL
    SELECT {_MONTH}, 'handed_over', '', count(*) FROM screened
    WHERE status IN ('screened_handover', 'closed_handover') GROUP BY 1
    UNION ALL
    SELECT {_MONTH}, 'to_public_assistance', '', count(*) FROM screened s
    WHERE status IN ('screened_handover', 'closed_handover') AND EXISTS (
        SELECT FROM referral r JOIN agency a ON a.id = r.to_agency_id
        WHERE r.consultation_id = s.id AND r.sent_at IS NOT NULL AND a.kind = 'welfare_office'
    ) GROUP BY 1""",
    "survey_plans": f"""
    WITH made AS (
        SELECT * FROM plans_made(m, since, until, {_MILESTONE}) WHERE keeps_statistics(m)
    )
    SELECT {_MONTH}, 'plans', CASE WHEN again THEN 'replan' ELSE 'initial' END, count(*)
    FROM made GROUP BY 1, 3
    UNION ALL
    SELECT {_MONTH}, 'employment_targets', '', count(DISTINCT who)
    FROM made WHERE for_work GROUP BY 1
    UNION ALL
    SELECT {_MONTH}, 'services', line ->> 'service_code', count(DISTINCT who)
    FROM made CROSS JOIN LATERAL jsonb_array_elements(lines) AS line
    WHERE line ->> 'service_code' IS NOT NULL GROUP BY 1, 3
    UNION ALL
    SELECT {_MONTH}, 'functions', line ->> 'layered_function', count(DISTINCT who)
    FROM made CROSS JOIN LATERAL jsonb_array_elements(lines) AS line
    WHERE line ->> 'layered_function' IS NOT NULL GROUP BY 1, 3""",
    "survey_endings": f"""
    SELECT to_char({_day("c.ended_at")}, 'YYYY-MM'), 'closings',
           CASE c.stage WHEN 'closed' THEN coalesce(c.closing ->> 'category', 'closed')
                ELSE c.stage END,
           count(*)
    FROM support_case c
    WHERE c.municipality_code = m AND {_within("c.ended_at")} AND keeps_statistics(m)
    GROUP BY 1, 3
    UNION ALL
    SELECT to_char({_day("h.at")}, 'YYYY-MM'),
           CASE h.body ->> 'stage' WHEN 'interrupted' THEN 'interruptions'
                ELSE 'replannings' END,
           '', count(*)
    FROM record_history h
    WHERE h.table_name = 'support_case' AND h.body ->> 'stage' IN ('interrupted', 'replanning')
      AND {_within("h.at")} AND h.body ->> 'municipality_code' = m AND keeps_statistics(m)
      AND h.body ->> 'stage' IS DISTINCT FROM (
          SELECT b.body ->> 'stage' FROM record_history b
          WHERE b.table_name = 'support_case' AND b.record_id = h.record_id
            AND b.number < h.number ORDER BY b.number DESC LIMIT 1
      )
    GROUP BY 1, 2""",
    "survey_evaluations": f"""
    WITH told AS (
        SELECT p.person_id AS who, v.employment_support AS for_work, e.employment, e.on AS day
        FROM plan_evaluation e
        JOIN plan p ON p.id = e.plan_id
        JOIN plan_version v ON v.plan_id = e.plan_id AND v.number = e.number
        WHERE p.municipality_code = m AND keeps_statistics(m)
    ), reached AS (
        SELECT (employment ->> 'employed_on')::date AS day, 'employed' AS what, who, for_work
        FROM told
        WHERE {_EMPLOYED_ON} >= to_char(since, 'YYYY-MM-DD')
          AND {_EMPLOYED_ON} < to_char(until, 'YYYY-MM-DD')
        UNION ALL
        SELECT day, 'income_increased', who, for_work FROM told
        WHERE day >= since AND day < until AND (employment ->> 'income_increased')::boolean
    )
    SELECT {_MONTH}, what, '', count(DISTINCT who) FROM reached GROUP BY 1, 2
    UNION ALL
    SELECT {_MONTH}, CASE what WHEN 'employed' THEN 'employed_targets' ELSE 'increased_targets' END,
           '', count(DISTINCT who)
    FROM reached WHERE for_work GROUP BY 1, 2""",
    "survey_conferences": f"""
    WITH held AS (
        SELECT c.id, c.kind, {_day("c.starts_at")} AS day FROM conference c
        WHERE c.municipality_code = m AND {_within("c.starts_at")} AND c.status IN {_HELD}
          AND keeps_statistics(m)
    )
    SELECT {_MONTH}, 'conferences', kind, count(*) FROM held GROUP BY 1, 3
    UNION ALL
    SELECT {_MONTH}, 'items', coalesce(i.kind, held.kind), count(*)
    FROM held JOIN agenda_item i ON i.conference_id = held.id
    WHERE i.pulled_at IS NULL AND i.result IS NOT NULL AND i.result <> 'carried_over'
    GROUP BY 1, 3""",
}
#: Persons over several months: each once, also in the total (row 4-56).
SURVEY_PERSONS = """
CREATE FUNCTION survey_persons(m text, since date, until date)
RETURNS TABLE (code text, number bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    WITH taken AS (
        SELECT * FROM consultations_of(m, since, until) WHERE keeps_statistics(m)
    )
    SELECT '', count(DISTINCT who) FROM taken
    UNION ALL
    SELECT theme, count(DISTINCT who)
    FROM taken CROSS JOIN LATERAL unnest(themes) AS theme GROUP BY 1;
END
"""
#: New consultations by area and theme; a theme or an area that the directory does not know is
#: one of the others.
SURVEY_AREAS = f"""
CREATE FUNCTION survey_areas(m text, since date, until date, settled jsonb)
RETURNS TABLE (month text, theme text, area text, number bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    WITH known AS (
        SELECT DISTINCT theme FROM desk d CROSS JOIN LATERAL unnest(d.themes) AS theme
        WHERE d.municipality_code = m
    ), taken AS (
        SELECT c.id, {_MONTH} AS month, coalesce(a.code, 'unknown') AS area, c.themes
        FROM consultations_of(m, since, until) c
        LEFT JOIN area a ON a.municipality_code = m AND a.code = c.area
        WHERE {_NEW} AND keeps_statistics(m)
    )
    SELECT month, '', area, count(*) FROM taken GROUP BY 1, 3
    UNION ALL
    SELECT month, coalesce(known.theme, 'other'), area, count(DISTINCT taken.id)
    FROM taken CROSS JOIN LATERAL unnest(taken.themes) AS tag
    LEFT JOIN known ON known.theme = tag GROUP BY 1, 2, 3;
END
"""
#: How an agency fares: its own figures, or those of an agency in one's own municipality.
MANAGEMENT = f"""
CREATE FUNCTION management_figures(
    whom uuid, since timestamptz, until timestamptz, today date, moment timestamptz
) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    WITH RECURSIVE me AS (
        SELECT a.id FROM agency a
        WHERE a.id = whom AND (a.id = asker() OR keeps_statistics(a.municipality_code))
    ), received AS (
        SELECT r.id, r.parent_id FROM referral r JOIN me ON me.id = r.to_agency_id
        WHERE r.sent_at >= since AND r.sent_at < until
    ), hops AS (
        SELECT id, parent_id, 0 AS hop FROM received
        UNION ALL
        SELECT hops.id, p.parent_id, hop + 1 FROM hops JOIN referral p ON p.id = hops.parent_id
        WHERE hop < 20
    ), passed AS (
        SELECT max(hop) AS hop FROM hops GROUP BY id
    ), contacted AS (
        SELECT extract(epoch FROM r.first_contact_at - r.sent_at) / 3600 AS hours
        FROM referral r JOIN me ON me.id = r.to_agency_id
        WHERE r.first_contact_at >= since AND r.first_contact_at < until
          AND r.sent_at IS NOT NULL
    ), finished AS (
        SELECT {_day("t.finished_at")} <= t.due_on AS in_time
        FROM task t JOIN me ON me.id = t.agency_id
        WHERE t.finished_at >= since AND t.finished_at < until
    ), queue AS (
        SELECT h.raised_at, h.answered_at, h.state FROM hub_entry h
        JOIN me ON me.id = h.hub_agency_id
    ), held AS (
        SELECT c.id FROM conference c JOIN me ON me.id = c.convener_agency_id
        WHERE c.starts_at >= since AND c.starts_at < until AND c.status IN {_HELD}
    )
    SELECT jsonb_build_object(
        'first_contacts', (SELECT count(*) FROM contacted),
        'first_contact_hours_median',
        (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY hours) FROM contacted),
        'first_contact_hours_p90',
        (SELECT percentile_cont(0.9) WITHIN GROUP (ORDER BY hours) FROM contacted),
        'referrals_received', (SELECT count(*) FROM received),
        'referrals_passed_on', (SELECT count(*) FROM passed WHERE hop > 0),
        'most_hops', (SELECT coalesce(max(hop), 0) FROM passed),
        'declines', (SELECT count(*) FROM referral_event e JOIN me ON me.id = e.by_agency_id
            WHERE e.act = 'decline' AND e.at >= since AND e.at < until),
        'tasks_done', (SELECT count(*) FROM finished),
        'tasks_done_in_time', (SELECT count(*) FROM finished WHERE in_time),
        'tasks_overdue', (SELECT count(*) FROM task t JOIN me ON me.id = t.agency_id
            WHERE t.state = 'open' AND t.due_on < today),
        'cases_open', (SELECT count(*) FROM support_case c JOIN me ON me.id = c.lead_agency_id
            WHERE c.ended_at IS NULL),
        'cases_stale', (SELECT count(*) FROM support_case c JOIN me ON me.id = c.lead_agency_id
            WHERE c.ended_at IS NULL AND c.stale),
        'hub_entries', (SELECT count(*) FROM queue WHERE raised_at >= since AND raised_at < until),
        'hub_waiting', (SELECT count(*) FROM queue WHERE state = 'open'),
        'hub_longest_wait_hours',
        (SELECT extract(epoch FROM moment - min(raised_at)) / 3600 FROM queue
            WHERE state = 'open'),
        'hub_answer_hours_median',
        (SELECT percentile_cont(0.5) WITHIN GROUP
                (ORDER BY extract(epoch FROM answered_at - raised_at) / 3600)
            FROM queue WHERE answered_at >= since AND answered_at < until),
        'conferences_held', (SELECT count(*) FROM held),
        'items_discussed', (SELECT count(*) FROM agenda_item i JOIN held
            ON held.id = i.conference_id
            WHERE i.pulled_at IS NULL AND i.result IS NOT NULL AND i.result <> 'carried_over')
    );
END
"""


def upgrade() -> None:
    """Apply."""
    op.add_column("consultation", sa.Column("heard_on", sa.Date(), nullable=True))
    _tables()
    _indexes()
    _functions()
    _guards()


def _tables() -> None:
    op.create_table(
        "population",
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("population_as_of", sa.Date(), nullable=False),
        sa.Column("population_source", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_foreign("population"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_population")),
        sa.UniqueConstraint(
            "municipality_code",
            "fiscal_year",
            name=op.f("uq_population_municipality_code_fiscal_year"),
        ),
        sa.CheckConstraint("population > 0", name=op.f("ck_population_somebody")),
    )
    op.create_table(
        "closed_month",
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("position_id", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fewest_told", sa.Integer(), nullable=False),
        *_foreign("closed_month"),
        sa.PrimaryKeyConstraint("municipality_code", "month", name=op.f("pk_closed_month")),
    )
    op.create_table(
        "survey_figure",
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code", "month"],
            ["closed_month.municipality_code", "closed_month.month"],
            name=op.f("fk_survey_figure_municipality_code"),
        ),
        sa.PrimaryKeyConstraint(
            "municipality_code", "month", "indicator", "code", name=op.f("pk_survey_figure")
        ),
    )
    op.create_table(
        "public_figure",
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("row", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.Column("whole_row", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"],
            ["municipality.code"],
            name=op.f("fk_public_figure_municipality_code"),
        ),
        sa.PrimaryKeyConstraint(
            "municipality_code",
            "fiscal_year",
            "period",
            "row",
            "place",
            name=op.f("pk_public_figure"),
        ),
    )


def _foreign(table: str) -> list[sa.ForeignKeyConstraint]:
    whose = {"municipality_code": "municipality.code", "agency_id": "agency.id"}
    if table == "closed_month":
        whose["position_id"] = "position.id"
    return [
        sa.ForeignKeyConstraint(
            [column], [target], name=op.f(f"fk_{table}_{column}"), deferrable=True
        )
        for column, target in whose.items()
    ]


def _indexes() -> None:
    where = sa.text("heard_on IS NOT NULL")
    of = "municipality_code"
    op.create_index("ix_consultation_received_at", "consultation", [of, "received_at"])
    op.create_index(
        "ix_consultation_heard_on", "consultation", [of, "heard_on"], postgresql_where=where
    )
    op.create_index("ix_consultation_screened_at", "consultation", [of, "screened_at"])
    op.create_index("ix_support_case_ended_at", "support_case", [of, "ended_at"])
    op.create_index("ix_conference_municipality_code", "conference", [of, "starts_at"])
    op.create_index("ix_plan_version_approved_item_id", "plan_version", ["approved_item_id"])
    op.create_index("ix_plan_version_agreed_on", "plan_version", ["agreed_on"])
    op.create_index("ix_plan_version_decided_at", "plan_version", ["decided_at"])
    told = sa.text("employment IS NOT NULL")
    op.create_index(
        "ix_plan_evaluation_employed_on",
        "plan_evaluation",
        [sa.text(f"({_EMPLOYED_ON})")],
        postgresql_where=told,
    )
    op.create_index("ix_plan_evaluation_on", "plan_evaluation", ["on"], postgresql_where=told)
    op.create_index(
        "ix_record_history_stage",
        "record_history",
        ["at"],
        postgresql_where=sa.text(
            "table_name = 'support_case' AND body ->> 'stage' IN ('interrupted', 'replanning')"
        ),
    )


def _functions() -> None:
    for function in (KEEPS_STATISTICS, CONSULTATIONS_OF, PLANS_MADE):
        op.execute(function)
    for name, body in SOURCES.items():
        op.execute(_SOURCE.format(name=name, body=body))
    for function in (SURVEY_PERSONS, SURVEY_AREAS, MANAGEMENT):
        op.execute(function)


def _guards() -> None:
    period = "(text, date, date, jsonb)"
    asked = [f"{name}{period}" for name in (*SOURCES, "survey_areas")]
    asked += [
        "keeps_statistics(text)",
        "survey_persons(text, date, date)",
        "management_figures(uuid, timestamptz, timestamptz, date, timestamptz)",
    ]
    inside = ["consultations_of(text, date, date)", "plans_made(text, date, date, text)"]
    op.execute(f"REVOKE ALL ON FUNCTION {', '.join(asked + inside)} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {', '.join(asked)} TO tsunagi_app")
    op.execute("GRANT SELECT, INSERT, UPDATE ON population TO tsunagi_app")
    op.execute("GRANT SELECT, INSERT ON closed_month, survey_figure, public_figure TO tsunagi_app")
    op.execute(
        "CREATE TRIGGER keep_history AFTER INSERT OR UPDATE ON population"
        " FOR EACH ROW EXECUTE FUNCTION keep_history('id')"
    )
    op.execute("ALTER TABLE survey_figure ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY of_owner ON survey_figure TO tsunagi_owner USING (true) WITH CHECK (true)"
    )
    op.execute(
        "CREATE POLICY of_municipality ON survey_figure TO tsunagi_app"
        " USING (keeps_statistics(municipality_code))"
        " WITH CHECK (keeps_statistics(municipality_code))"
    )


def downgrade() -> None:
    """There is no way back: history is kept. Restore a backup instead."""
    raise NotImplementedError
