"""What must hold after every sweep, asked in SQL by the owner of the schema (promise 5).

Each question finds what breaks it: an answer that is not empty says what, and where.
"""

from datetime import datetime, timedelta
from typing import Any

from service.domain.calendar_jp import JST, jst_date
from service.domain.care_policy import CarePolicy
from service.domain.permission import Permission
from service.domain.role import SYSTEM_ONLY
from service.domain.term import Closed

#: What only the service does.
BY_ITSELF = ", ".join(f"'{p.value}'" for p in sorted(SYSTEM_ONLY - {Permission.TOKEN_VERIFY}))

#: Nothing was lost: somebody holds it, and something happens when they do not ($1: now).
HELD = {
    "an open case has exactly one active lead, and says who": """
        SELECT c.id, count(l.id) FROM support_case c
        LEFT JOIN case_lead l ON l.case_id = c.id AND l.ended_at IS NULL
        WHERE c.ended_at IS NULL AND $1::timestamptz IS NOT NULL
        GROUP BY c.id
        HAVING count(l.id) <> 1
            OR bool_or(l.lead_agency_id <> c.lead_agency_id
                OR l.lead_position_id IS DISTINCT FROM c.lead_position_id)""",
    "an ended case has no active lead": """
        SELECT c.id FROM support_case c JOIN case_lead l ON l.case_id = c.id
        WHERE c.ended_at IS NOT NULL AND l.ended_at IS NULL AND $1::timestamptz IS NOT NULL""",
    "an open case counts as left lying some day": """
        SELECT id FROM support_case WHERE ended_at IS NULL AND (stale_at IS NULL OR stale_at <= $1)""",
    "an open referral has an owner, a turn and a deadline to come": """
        SELECT id, status, due_at FROM referral
        WHERE status NOT IN ('completed', 'closed_without_contact', 'withdrawn')
        AND (due_at IS NULL OR due_at <= $1 OR ended_at IS NOT NULL
            OR from_agency_id IS NULL OR to_agency_id IS NULL OR hub_agency_id IS NULL
            OR status IN ('returned_for_info', 'withdrawal_requested', 'suspended')
                AND resumes IS NULL)""",
    "an ended referral waits for nobody": """
        SELECT id FROM referral
        WHERE status IN ('completed', 'closed_without_contact', 'withdrawn')
        AND (due_at IS NOT NULL OR ended_at IS NULL) AND $1::timestamptz IS NOT NULL""",
    "a referral is completed only after a first contact": """
        SELECT id FROM referral
        WHERE status = 'completed' AND first_contact_at IS NULL AND $1::timestamptz IS NOT NULL""",
    "what a referral's hub must decide stands in its queue, and nothing else does": """
        SELECT r.id, r.status, h.state FROM referral r
        FULL JOIN hub_entry h ON h.record_id = r.id AND h.state = 'open'
        WHERE $1::timestamptz IS NOT NULL AND (r.status = 'needs_lead' AND h.id IS NULL
            OR h.record_kind = 'referral' AND h.state = 'open'
                AND 'needs_lead' NOT IN (r.status, coalesce(r.resumes, r.status)))""",
    "an open signal is looked at by a day to come": """
        SELECT id, status, due_at FROM signal WHERE status IN ('new', 'looked_into', 'watched')
        AND (due_at IS NULL OR due_at <= $1)""",
    "an open consultation has a deadline to come": """
        SELECT id, status, due_at FROM consultation
        WHERE status IN ('consultation', 'screened_handover', 'screened_no_consent', 'conf_listed')
        AND (due_at IS NULL OR due_at <= $1)""",
    "urgent support is followed, or waits for a day to come, or is a warning before the hub": """
        SELECT u.id, u.state FROM urgent_support u WHERE u.state = 'given'
            AND (u.due_at IS NULL OR u.due_at <= $1)
        OR u.state = 'warning' AND NOT EXISTS (SELECT FROM hub_entry h
            WHERE h.record_id = u.id AND h.why = 'no_next_step')
        OR u.state = 'followed' AND (u.next_id IS NULL OR u.due_at IS NOT NULL)""",
    "what stands before a hub is answered by a day to come": """
        SELECT h.id, h.why, h.due_at FROM hub_entry h WHERE h.state = 'open'
        AND (h.due_at IS NULL OR h.due_at <= $1 AND h.record_kind <> 'referral')""",
    "a contact whose day has come was told of": """
        SELECT id, next_on, reminded_for FROM contact_schedule WHERE ended_at IS NULL
        AND next_on <= ($1::timestamptz AT TIME ZONE 'Asia/Tokyo')::date
        AND reminded_for IS DISTINCT FROM next_on""",
    "a consent that is over has had its consequences": """
        SELECT c.id FROM consent c WHERE c.state = 'active'
        AND c.valid_until < ($1::timestamptz AT TIME ZONE 'Asia/Tokyo')::date
        AND NOT EXISTS (SELECT FROM notice n
            WHERE n.record_id = c.id AND n.kind = 'consent_expired')""",
    "no feedback outlives its term of office": """
        SELECT f.id FROM feedback f JOIN tenure t ON t.id = f.tenure_id WHERE f.ended_at IS NULL
        AND t.valid_until < ($1::timestamptz AT TIME ZONE 'Asia/Tokyo')::date""",
}

#: Nobody was bounced, and whatever was missed went up.
WENT_UP = {
    "whoever was declined twice is or was at the hub": """
        SELECT r.id FROM referral r WHERE cardinality(r.declined_by) >= 2 AND NOT EXISTS (
            SELECT FROM referral_event e WHERE e.referral_id = r.id AND e.act = 'decline'
            AND e.to_status = 'needs_lead')""",
    "never more than two declines in a row without the hub": """
        SELECT referral_id FROM (
            SELECT referral_id, act, count(*) FILTER (WHERE to_status = 'needs_lead')
                OVER (PARTITION BY referral_id ORDER BY number) AS hubs FROM referral_event) e
        WHERE act = 'decline' GROUP BY referral_id, hubs HAVING count(*) > 2""",
    "a decline proposes a desk or asks the hub": """
        SELECT r.id FROM referral r WHERE r.status = 'declined' AND r.proposal_desk_id IS NULL""",
    "a deadline that passed moved the referral to the hub, or up from there": """
        SELECT referral_id, number FROM referral_event WHERE act = 'miss_deadline'
        AND NOT (to_status = 'needs_lead' OR from_status = 'suspended' AND to_status = 'suspended')""",
    "each time the hub missed its own deadline, the municipality was told": """
        SELECT e.referral_id, e.count, n.count FROM (
            SELECT referral_id, count(*) FROM referral_event
            WHERE act = 'miss_deadline' AND from_status = 'needs_lead' GROUP BY 1) e
        FULL JOIN (SELECT n.record_id, count(*) FROM notice n
            JOIN agency a ON a.id = n.agency_id JOIN agency_kind k ON k.code = a.kind
            WHERE n.kind = 'referral_hub_overdue' AND k.decides_support GROUP BY 1) n
        ON n.record_id = e.referral_id WHERE e.count IS DISTINCT FROM n.count""",
    "an entry that the hub missed went one step up each time": """
        SELECT h.id, h.level, a.count FROM hub_entry h
        LEFT JOIN (SELECT record_id, count(*) FROM audit_entry
            WHERE action = 'hub.miss_deadline' AND outcome = 'allowed' GROUP BY 1) a
        ON a.record_id = h.id WHERE h.level <> coalesce(a.count, 0)
        OR h.level > 0 AND h.hub_agency_id = (
            SELECT m.hub_agency_id FROM municipality m WHERE m.code = h.municipality_code)""",
    "a signal nobody looked at went one level up each time": """
        SELECT record_id, version, before, after FROM (
            SELECT record_id, version, body ->> 'level' AS after,
                (body ->> 'missed')::int AS missed,
                lag((body ->> 'missed')::int) OVER w AS had,
                lag(body ->> 'level') OVER w AS before
            FROM record_history WHERE table_name = 'signal'
            WINDOW w AS (PARTITION BY record_id ORDER BY version)) s
        WHERE missed > had AND (missed <> had + 1
            OR after <> (ARRAY['desk', 'chief', 'hub', 'municipality'])[least(missed, 3) + 1])""",
    "a signal that went up to the hub stands or stood before it": """
        SELECT s.id, s.level FROM signal s WHERE s.level IN ('hub', 'municipality')
        AND NOT EXISTS (SELECT FROM hub_entry h
            WHERE h.record_id = s.id AND h.why = 'signal_untouched')""",
    "a consultation left lying twice is or was before the hub": """
        SELECT c.id FROM consultation c WHERE c.missed > 1 AND NOT EXISTS (
            SELECT FROM hub_entry h WHERE h.record_id = c.id)""",
    "an episode goes on from an ended case of the same person": """
        SELECT c.id FROM support_case c JOIN support_case p ON p.id = c.previous_case_id
        WHERE c.person_id <> p.person_id OR p.ended_at IS NULL OR c.episode <> p.episode + 1""",
}

#: Exactly once: what a sweep did left one trace of each kind.
ONCE = {
    "no task is open twice": """
        SELECT kind, record_id, agency_id FROM task WHERE state = 'open'
        GROUP BY 1, 2, 3 HAVING count(*) > 1""",
    "a contact has one task for each of its days": """
        SELECT record_id, due_on FROM task WHERE kind = 'contact_due'
        GROUP BY 1, 2 HAVING count(*) > 1
        UNION
        SELECT h.record_id, (h.body ->> 'reminded_for')::date FROM record_history h
        WHERE h.table_name = 'contact_schedule' AND h.body ->> 'reminded_for' IS NOT NULL
        AND NOT EXISTS (SELECT FROM task t WHERE t.kind = 'contact_due'
            AND t.record_id = h.record_id AND t.due_on = (h.body ->> 'reminded_for')::date)""",
    "nothing that is over stands on a list": """
        SELECT t.id, t.kind FROM task t WHERE t.state = 'open' AND (
            t.kind = 'signal' AND EXISTS (SELECT FROM signal s WHERE s.id = t.record_id
                AND s.due_at IS NULL)
            OR t.kind = 'consultation_overdue' AND EXISTS (SELECT FROM consultation c
                WHERE c.id = t.record_id AND c.due_at IS NULL)
            OR t.kind = 'contact_due' AND EXISTS (SELECT FROM contact_schedule c
                WHERE c.id = t.record_id AND c.ended_at IS NOT NULL)
            OR t.kind IN ('reassign', 'stale_case') AND EXISTS (SELECT FROM support_case c
                WHERE c.id = t.record_id AND c.ended_at IS NOT NULL)
            OR t.kind = 'next_step' AND EXISTS (SELECT FROM urgent_support u
                WHERE u.id = t.record_id AND u.state = 'followed')
            OR t.kind = 'name_lead' AND EXISTS (SELECT FROM referral r WHERE r.id = t.record_id
                AND 'needs_lead' NOT IN (r.status, coalesce(r.resumes, r.status)))
            OR t.kind = 'hub_entry' AND EXISTS (SELECT FROM hub_entry h
                WHERE h.id = t.record_id AND h.state <> 'open'))""",
    "what is to be done stands on a list": """
        SELECT 'signal' AS kind, s.id FROM signal s WHERE s.due_at IS NOT NULL AND NOT EXISTS (
            SELECT FROM task t WHERE t.record_id = s.id AND t.kind = 'signal'
            AND t.state = 'open' AND t.agency_id = s.agency_id)
        UNION
        SELECT 'hub', h.id FROM hub_entry h WHERE h.state = 'open' AND NOT EXISTS (
            SELECT FROM task t WHERE t.state = 'open' AND t.agency_id = h.hub_agency_id
            AND (t.kind, t.record_id) IN (('hub_entry', h.id), ('name_lead', h.record_id)))
        UNION
        SELECT 'reassign', c.id FROM support_case c
        WHERE c.ended_at IS NULL AND c.holder_gone AND NOT EXISTS (
            SELECT FROM task t WHERE t.record_id = c.id AND t.kind = 'reassign'
            AND t.state = 'open' AND t.agency_id = c.lead_agency_id)
        UNION
        SELECT 'next_step', u.id FROM urgent_support u WHERE u.state = 'given' AND NOT EXISTS (
            SELECT FROM task t WHERE t.record_id = u.id AND t.state = 'open')""",
    "the day of a task is the last day of the term that runs": """
        SELECT t.kind, t.id, t.due_on, r.due_at FROM task t JOIN (
            SELECT id, due_at, 'hub_entry' AS kind FROM hub_entry
            UNION ALL SELECT id, due_at, 'signal' FROM signal
            UNION ALL SELECT id, due_at, 'next_step' FROM urgent_support) r
        ON r.id = t.record_id AND r.kind = t.kind
        WHERE t.state = 'open'
        AND t.due_on <> ((r.due_at AT TIME ZONE 'Asia/Tokyo') - interval '1 day')::date""",
    "no notice was sent twice": """
        SELECT agency_id, kind, record_id, made_at FROM notice
        GROUP BY 1, 2, 3, 4 HAVING count(*) > 1""",
    "as many notices as occasions": """
        SELECT coalesce(a.kind, n.kind) AS kind, coalesce(a.record_id, n.record_id) AS id,
            a.count AS done, n.count AS told
        FROM (SELECT o.kind, a.record_id, count(*) FROM audit_entry a JOIN (VALUES
                ('signal_untouched', 'signal.miss_deadline'),
                ('consultation_overdue', 'consultation.miss_deadline'),
                ('hub_overdue', 'hub.miss_deadline'),
                ('consent_expired', 'consent.expire'),
                ('feedback_hand_over', 'feedback.outlive')) o (kind, action) USING (action)
            WHERE a.outcome = 'allowed' GROUP BY 1, 2) a
        FULL JOIN (SELECT kind, record_id, count(*) FROM notice WHERE kind IN (
                'signal_untouched', 'consultation_overdue', 'hub_overdue', 'consent_expired',
                'feedback_hand_over') GROUP BY 1, 2) n
            ON n.kind = a.kind AND n.record_id = a.record_id
        WHERE a.count IS DISTINCT FROM n.count""",
    "one day for a contact, one task, one notice and one act of the service": """
        SELECT c.id, a.count, n.count, t.count FROM contact_schedule c
        LEFT JOIN (SELECT record_id, count(*) FROM audit_entry
            WHERE action = 'contact.come_due' GROUP BY 1) a ON a.record_id = c.id
        LEFT JOIN (SELECT record_id, count(*) FROM notice
            WHERE kind = 'contact_due' GROUP BY 1) n ON n.record_id = c.id
        LEFT JOIN (SELECT record_id, count(*) FROM task
            WHERE kind = 'contact_due' GROUP BY 1) t ON t.record_id = c.id
        WHERE (n.count, t.count) IS DISTINCT FROM (a.count, a.count)""",
    "told once: expiry, the day to ask again, the end of urgent support, a hub's new entry": """
        SELECT kind, record_id FROM notice WHERE kind IN ('consent_expired', 'hub_entry',
            'urgent_support_open', 'feedback_hand_over') OR kind = 'contact_due'
            AND record_kind = 'consent'
        GROUP BY 1, 2 HAVING count(*) > 1""",
    "every entry of the hub's queue was told of once": """
        SELECT h.id, n.count FROM hub_entry h LEFT JOIN (SELECT record_id, count(*) FROM notice
            WHERE kind = 'hub_entry' GROUP BY 1) n ON n.record_id = h.id
        WHERE n.count IS DISTINCT FROM 1""",
    "the steps of a referral are numbered without a gap": """
        SELECT r.id, r.version, e.count FROM referral r LEFT JOIN (
            SELECT referral_id, count(*), max(number) AS last FROM referral_event GROUP BY 1) e
        ON e.referral_id = r.id
        WHERE (e.count, e.last) IS DISTINCT FROM (r.version::bigint, r.version)""",
}

#: On record: versions without a gap, each written together with an entry of the audit log.
#: Rows of one transaction bear the same number.
RECORDED = {
    "no version of a record is missing": """
        SELECT table_name, record_id FROM record_history WHERE version IS NOT NULL
        AND table_name IN ('signal', 'consultation', 'referral', 'support_case', 'case_lead',
            'hub_entry', 'urgent_support', 'contact_schedule', 'task')
        GROUP BY 1, 2 HAVING max(version) <> count(DISTINCT version)""",
    "each state of a record was written together with an entry of the audit log": """
        SELECT h.table_name, h.record_id, h.version FROM record_history h
        WHERE h.table_name IN ('signal', 'consultation', 'referral', 'support_case', 'case_lead',
            'hub_entry', 'urgent_support', 'contact_schedule', 'consent', 'feedback', 'task',
            'notice')
        AND NOT EXISTS (SELECT FROM audit_entry a WHERE a.xmin = h.xmin
            AND a.outcome = 'allowed')""",
    "a state that changed by itself bears the system's name": f"""
        SELECT a.id, a.action FROM audit_entry a
        WHERE (a.action IN ({BY_ITSELF})) <> (a.actor_kind = 'system')
        OR a.actor_kind = 'system' AND (a.sub <> 'sweep' OR a.outcome <> 'allowed'
            OR a.record_id IS NULL)""",
}


async def check(year: Any) -> None:
    """All of it, as of now; raises AssertionError with everything that is broken."""
    owner, now = year.town.owner, year.town.clock.now
    broken: dict[str, Any] = {}
    for name, question in HELD.items():
        found = await owner.fetch(question, now)
        if found:
            broken[name] = found
    for name, question in (WENT_UP | ONCE | RECORDED).items():
        found = await owner.fetch(question)
        if found:
            broken[name] = found
    left = await empty_for_too_long(owner, now, year.closed_on)
    if left:
        broken["a case whose lead's position is empty for too long is before the hub"] = left
    said = [f"{name}: {len(found)}, e.g. {found[:3]}" for name, found in broken.items()]
    assert not broken, f"{year.day}:\n" + "\n".join(said)


async def empty_for_too_long(owner: Any, now: datetime, closed: Closed) -> list[Any]:
    """Cases whose lead's position nobody holds, past the municipality's term, without the hub."""
    today = jst_date(now)
    found = await owner.fetch(
        "SELECT c.id, max(t.valid_until) AS last FROM support_case c"
        " LEFT JOIN tenure t ON t.position_id = c.lead_position_id AND t.valid_from <= $1"
        " WHERE c.ended_at IS NULL AND c.lead_position_id IS NOT NULL"
        " GROUP BY c.id HAVING NOT bool_or(coalesce(t.valid_until, 'infinity') >= $1)",
        today,
    )
    overdue = []
    for row in found:
        first = datetime.combine(row["last"] + timedelta(days=1), datetime.min.time(), tzinfo=JST)
        if today <= CarePolicy().reassign.last_day(first, closed):
            continue
        before = await owner.fetchval(
            "SELECT EXISTS (SELECT FROM hub_entry WHERE record_id = $1"
            " AND (state = 'open' OR raised_at >= $2))",
            row["id"],
            first,
        )
        if not before:
            overdue.append((row["id"], row["last"]))
    return overdue
