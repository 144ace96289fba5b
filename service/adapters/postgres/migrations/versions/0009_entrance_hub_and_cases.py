"""Signals, consultations in full, the hub's queue, and cases that somebody always holds."""

from importlib import import_module

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

#: How the second wall is built; what it was built of stands there.
WALL = import_module("service.adapters.postgres.migrations.versions.0005_second_wall")


#: Who comes into the circle with a row of the new tables.
JOINS: dict[str, tuple[str, ...]] = {
    "signal": ("{r}.person_id, {r}.agency_id", "{r}.person_id, {r}.entered_by_agency_id"),
    "hub_entry": ("{r}.person_id, {r}.hub_agency_id",),
    "case_lead": (
        "{r}.person_id, {r}.lead_agency_id",
        "{r}.person_id, {r}.deputy_agency_id",
    ),
    "assessment": ("{r}.person_id, {r}.agency_id",),
    "contact_schedule": ("{r}.person_id, {r}.agency_id",),
    "urgent_support": ("{r}.person_id, {r}.agency_id",),
}


def _own(table: str) -> tuple[str, str]:
    return "agency_id = asker()", f"agency_id = asker() AND {WALL.known(f'{table}.person_id')}"


POLICIES: dict[str, tuple[str, str]] = {
    "signal": (
        "asker() IN (agency_id, entered_by_agency_id)",
        (
            "asker() IN (agency_id, entered_by_agency_id)"
            f" AND {WALL.known_if_any('signal.person_id')}"
        ),
    ),
    "hub_entry": (
        "asker() IN (from_agency_id, hub_agency_id)",
        f"asker() IS NOT NULL AND {WALL.known_if_any('hub_entry.person_id')}",
    ),
    "case_lead": (WALL.known("case_lead.person_id"), WALL.known("case_lead.person_id")),
    "assessment": (
        WALL.known("assessment.person_id"),
        f"agency_id = asker() AND {WALL.known('assessment.person_id')}",
    ),
    "contact_schedule": _own("contact_schedule"),
    "urgent_support": _own("urgent_support"),
}
#: What the service does by itself when a date has passed.
SWEPT = (
    "agenda_item",
    "attendee",
    "conference",
    "consultation",
    "contact_schedule",
    "embargo",
    "hub_entry",
    "signal",
    "urgent_support",
)
RECORDS = {
    # As revision 0008 wrote it into the function that is written anew here.
    "person_import": "agency_id, NULL::uuid, NULL::uuid",
    "signal": "agency_id, person_id, NULL::uuid",
    "hub_entry": "from_agency_id, person_id, NULL::uuid",
    "contact_schedule": "agency_id, person_id, NULL::uuid",
    "urgent_support": "agency_id, person_id, NULL::uuid",
}
#: A case that has not ended has exactly one active lead decision, the one that it shows (row 1-39);
#: looked at when everything of the transaction is there.
CASE_IS_HELD = """
CREATE FUNCTION case_is_held() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    which text := CASE TG_TABLE_NAME WHEN 'support_case' THEN 'id' ELSE 'case_id' END;
    held support_case;
BEGIN
    -- The case that a decision is about, and the one that it was about before.
    FOR held IN SELECT * FROM support_case
        WHERE id IN ((to_jsonb(NEW) ->> which)::uuid, (to_jsonb(OLD) ->> which)::uuid)
    LOOP
        IF held.ended_at IS NULL AND NOT EXISTS (
            SELECT FROM case_lead l WHERE l.case_id = held.id AND l.ended_at IS NULL
              AND l.lead_agency_id = held.lead_agency_id)
        THEN
            RAISE EXCEPTION 'case % has no active lead', held.id
                USING ERRCODE = 'check_violation';
        END IF;
        IF held.ended_at IS NOT NULL AND EXISTS (
            SELECT FROM case_lead l WHERE l.case_id = held.id AND l.ended_at IS NULL)
        THEN
            RAISE EXCEPTION 'ended case % has an active lead', held.id
                USING ERRCODE = 'check_violation';
        END IF;
    END LOOP;
    RETURN NULL;
END
$$
"""

CHECKS = (
    (
        "consultation",
        "status",
        (
            "consultation",
            "screened_info_only",
            "screened_handover",
            "screened_no_consent",
            "screened_dropped",
            "conf_listed",
            "watched",
            "closed_handover",
            "applied",
        ),
    ),
    (
        "note",
        "kind",
        (
            "call",
            "visit",
            "interview",
            "internal_meeting",
            "conference",
            "other_meeting",
            "enquiry",
            "other",
        ),
    ),
    (
        "support_case",
        "mode",
        (
            "solve",
            "stay_connected",
        ),
    ),
    (
        "support_case",
        "stage",
        (
            "applied",
            "assessing",
            "plan_drafting",
            "plan_agreed",
            "in_conference",
            "approved",
            "decided",
            "in_support",
            "monitoring",
            "evaluating",
            "replanning",
            "interrupted",
            "handed_over",
            "withdrawn",
            "closed",
        ),
    ),
    (
        "support_case",
        "collaboration",
        (
            "proposed",
            "pre_check",
            "conf_support",
            "outreach",
            "accepted",
            "assessing",
            "plan_drafting",
            "in_layered_conf",
            "decided",
            "in_support",
            "evaluating",
            "replanning",
            "interrupted",
            "handed_to_lead",
        ),
    ),
    (
        "support_case",
        "urgency",
        (
            "urgent",
            "normal",
        ),
    ),
    (
        "support_case",
        "decided_by",
        (
            "acceptance",
            "agreement",
            "application",
            "conference",
            "hub",
        ),
    ),
)


def _tables() -> None:
    op.create_table(
        "signal",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("area", sa.Text(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("who", sa.Text(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("categories", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("check_items", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("arrears", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("recommended", sa.Text(), nullable=False),
        sa.Column("watchers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("informant", sa.Text(), nullable=True),
        sa.Column("met_at", sa.Text(), nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("noticed_on", sa.Date(), nullable=True),
        sa.Column("to_desk_id", sa.Uuid(), nullable=True),
        sa.Column("to_responsible_desk", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("entered_by_agency_id", sa.Uuid(), nullable=False),
        sa.Column("entered_by_position_id", sa.Uuid(), nullable=True),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("hub_agency_id", sa.Uuid(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("looks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("consultation_id", sa.Uuid(), nullable=True),
        sa.Column("merged_into_id", sa.Uuid(), nullable=True),
        sa.Column("close_reason", sa.Text(), nullable=True),
        sa.Column("close_note", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "close_reason IN ('already_supported', 'deceased', 'mistaken', 'moved', 'no_concern', 'wants_nothing')",
            name=op.f("ck_signal_close_reason"),
        ),
        sa.CheckConstraint(
            "kind IN ('absence', 'arrears', 'case_sharing', 'loan_screening', 'neighbour_check', 'survey', 'third_party', 'trouble_card', 'visit', 'watch_over')",
            name=op.f("ck_signal_kind"),
        ),
        sa.CheckConstraint(
            "level IN ('desk', 'chief', 'hub', 'municipality')", name=op.f("ck_signal_level")
        ),
        sa.CheckConstraint(
            "met_at IN ('home', 'salon', 'desk', 'street', 'phone', 'other')",
            name=op.f("ck_signal_met_at"),
        ),
        sa.CheckConstraint(
            "recommended IN ('leaflet', 'declined', 'accompanied', 'referred')",
            name=op.f("ck_signal_recommended"),
        ),
        sa.CheckConstraint(
            "status IN ('new', 'looked_into', 'watched', 'consultation', 'merged', 'closed')",
            name=op.f("ck_signal_status"),
        ),
        sa.CheckConstraint("urgency IN ('urgent', 'normal')", name=op.f("ck_signal_urgency")),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_signal_agency_id"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultation.id"],
            name=op.f("fk_signal_consultation_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["entered_by_agency_id"],
            ["agency.id"],
            name=op.f("fk_signal_entered_by_agency_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["hub_agency_id"], ["agency.id"], name=op.f("fk_signal_hub_agency_id"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["merged_into_id"],
            ["signal.id"],
            name=op.f("fk_signal_merged_into_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_signal_person_id"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["to_desk_id"], ["desk.id"], name=op.f("fk_signal_to_desk_id"), deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signal")),
    )
    op.create_index("ix_signal_agency_id", "signal", ["agency_id", "id"], unique=False)
    op.create_index(
        "ix_signal_due_at",
        "signal",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(
        "ix_signal_entered_by_agency_id", "signal", ["entered_by_agency_id", "id"], unique=False
    )
    op.create_index("ix_signal_person_id", "signal", ["person_id"], unique=False)
    op.create_table(
        "area_worker",
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("position_id", sa.Uuid(), nullable=False),
        sa.Column("deputy_position_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_area_worker_agency_id"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["deputy_position_id"],
            ["position.id"],
            name=op.f("fk_area_worker_deputy_position_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["municipality_code"],
            ["municipality.code"],
            name=op.f("fk_area_worker_municipality_code"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["position_id"],
            ["position.id"],
            name=op.f("fk_area_worker_position_id"),
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area_worker")),
    )
    op.create_index(
        "ix_area_worker_area", "area_worker", ["municipality_code", "area"], unique=False
    )
    op.create_table(
        "hub_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("hub_agency_id", sa.Uuid(), nullable=False),
        sa.Column("from_agency_id", sa.Uuid(), nullable=False),
        sa.Column("record_kind", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("advice", sa.Text(), nullable=True),
        sa.Column("answered_by_agency_id", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'answered', 'settled')", name=op.f("ck_hub_entry_state")
        ),
        sa.CheckConstraint(
            "why IN ('bounced', 'escalated', 'missed_deadline', 'no_lead', 'no_next_step', 'signal_untouched', 'stale')",
            name=op.f("ck_hub_entry_why"),
        ),
        sa.ForeignKeyConstraint(
            ["answered_by_agency_id"],
            ["agency.id"],
            name=op.f("fk_hub_entry_answered_by_agency_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["from_agency_id"],
            ["agency.id"],
            name=op.f("fk_hub_entry_from_agency_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["hub_agency_id"],
            ["agency.id"],
            name=op.f("fk_hub_entry_hub_agency_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_hub_entry_person_id"), deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hub_entry")),
    )
    op.create_index(
        "ix_hub_entry_due_at",
        "hub_entry",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(
        "ix_hub_entry_from_agency_id", "hub_entry", ["from_agency_id", "id"], unique=False
    )
    op.create_index(
        "ix_hub_entry_hub_agency_id", "hub_entry", ["hub_agency_id", "id"], unique=False
    )
    op.create_index("ix_hub_entry_person_id", "hub_entry", ["person_id"], unique=False)
    op.create_index(
        "uq_hub_entry_open",
        "hub_entry",
        ["record_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "assessment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("position_id", sa.Uuid(), nullable=True),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checks", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("sensitive_checks", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("protected_checks", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("issues", sa.Text(), nullable=True),
        sa.Column("strengths", sa.Text(), nullable=True),
        sa.Column("direction", sa.Text(), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_assessment_agency_id"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["support_case.id"], name=op.f("fk_assessment_case_id"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_assessment_person_id"), deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
    )
    op.create_index("ix_assessment_case_id", "assessment", ["case_id", "id"], unique=False)
    op.create_index("ix_assessment_person_id", "assessment", ["person_id"], unique=False)
    op.create_table(
        "case_lead",
        sa.Column("lead_agency_id", sa.Uuid(), nullable=False),
        sa.Column("lead_position_id", sa.Uuid(), nullable=True),
        sa.Column("deputy_agency_id", sa.Uuid(), nullable=True),
        sa.Column("deputy_position_id", sa.Uuid(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("handover_note", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "decided_by IN ('acceptance', 'agreement', 'application', 'conference', 'hub')",
            name=op.f("ck_case_lead_decided_by"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["support_case.id"], name=op.f("fk_case_lead_case_id"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["deputy_agency_id"],
            ["agency.id"],
            name=op.f("fk_case_lead_deputy_agency_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["deputy_position_id"],
            ["position.id"],
            name=op.f("fk_case_lead_deputy_position_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["lead_agency_id"],
            ["agency.id"],
            name=op.f("fk_case_lead_lead_agency_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["lead_position_id"],
            ["position.id"],
            name=op.f("fk_case_lead_lead_position_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_case_lead_person_id"), deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_lead")),
    )
    op.create_index("ix_case_lead_person_id", "case_lead", ["person_id"], unique=False)
    op.create_index(
        "uq_case_lead_active",
        "case_lead",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "contact_schedule",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=False),
        sa.Column("every_days", sa.Integer(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("consultation_id", sa.Uuid(), nullable=True),
        sa.Column("how", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("position_id", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_for", sa.Date(), nullable=True),
        sa.Column("contacts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "why IN ('after_care', 'no_consent', 'stay_connected', 'watch')",
            name=op.f("ck_contact_schedule_why"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"],
            ["agency.id"],
            name=op.f("fk_contact_schedule_agency_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["support_case.id"],
            name=op.f("fk_contact_schedule_case_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultation.id"],
            name=op.f("fk_contact_schedule_consultation_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_contact_schedule_person_id"),
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_schedule")),
    )
    op.create_index(
        "ix_contact_schedule_agency_id", "contact_schedule", ["agency_id", "id"], unique=False
    )
    op.create_index(
        "ix_contact_schedule_next_on",
        "contact_schedule",
        ["next_on"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "ix_contact_schedule_person_id", "contact_schedule", ["person_id"], unique=False
    )
    op.create_table(
        "urgent_support",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("consultation_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("position_id", sa.Uuid(), nullable=True),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("hub_agency_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_kind", sa.Text(), nullable=True),
        sa.Column("next_id", sa.Uuid(), nullable=True),
        sa.Column("closed_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('cash', 'clothing', 'food', 'lifeline', 'lodging', 'medical', 'other')",
            name=op.f("ck_urgent_support_kind"),
        ),
        sa.CheckConstraint(
            "next_kind IN ('case', 'consultation', 'contact', 'referral')",
            name=op.f("ck_urgent_support_next_kind"),
        ),
        sa.CheckConstraint(
            "state IN ('given', 'followed', 'warning')", name=op.f("ck_urgent_support_state")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_urgent_support_agency_id"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["support_case.id"],
            name=op.f("fk_urgent_support_case_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultation.id"],
            name=op.f("fk_urgent_support_consultation_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["hub_agency_id"],
            ["agency.id"],
            name=op.f("fk_urgent_support_hub_agency_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_urgent_support_person_id"), deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_urgent_support")),
    )
    op.create_index(
        "ix_urgent_support_agency_id", "urgent_support", ["agency_id", "id"], unique=False
    )
    op.create_index(
        "ix_urgent_support_due_at",
        "urgent_support",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index("ix_urgent_support_person_id", "urgent_support", ["person_id"], unique=False)


def _columns() -> None:
    op.add_column(
        "consultation",
        sa.Column(
            "intake",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
    )
    op.alter_column("consultation", "intake", server_default=None)
    op.add_column("consultation", sa.Column("municipality_code", sa.Text(), nullable=True))
    op.add_column("consultation", sa.Column("hub_agency_id", sa.Uuid(), nullable=True))
    op.add_column(
        "consultation",
        sa.Column("status", sa.Text(), server_default=sa.text("'consultation'"), nullable=False),
    )
    op.alter_column("consultation", "status", server_default=None)
    op.add_column("consultation", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "consultation",
        sa.Column("missed", sa.Integer(), server_default=sa.text("'0'"), nullable=False),
    )
    op.alter_column("consultation", "missed", server_default=None)
    op.add_column("consultation", sa.Column("next_contact_on", sa.Date(), nullable=True))
    op.add_column(
        "consultation", sa.Column("screened_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column("consultation", sa.Column("screening_note", sa.Text(), nullable=True))
    op.add_column("consultation", sa.Column("conference_id", sa.Uuid(), nullable=True))
    op.add_column("consultation", sa.Column("signal_id", sa.Uuid(), nullable=True))
    op.add_column("consultation", sa.Column("previous_case_id", sa.Uuid(), nullable=True))
    op.add_column("consultation", sa.Column("case_id", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_consultation_due_at",
        "consultation",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.add_column("municipality", sa.Column("upper_hub_agency_id", sa.Uuid(), nullable=True))
    op.add_column(
        "note", sa.Column("kind", sa.Text(), server_default=sa.text("'other'"), nullable=False)
    )
    op.alter_column("note", "kind", server_default=None)
    op.add_column("note", sa.Column("with_whom", sa.Text(), nullable=True))
    op.add_column("note", sa.Column("minutes", sa.Integer(), nullable=True))
    op.add_column("note", sa.Column("next", sa.Text(), nullable=True))
    op.create_index("ix_referral_consultation_id", "referral", ["consultation_id"], unique=False)
    op.add_column("support_case", sa.Column("hub_agency_id", sa.Uuid(), nullable=True))
    op.add_column(
        "support_case",
        sa.Column("episode", sa.Integer(), server_default=sa.text("'1'"), nullable=False),
    )
    op.alter_column("support_case", "episode", server_default=None)
    op.add_column("support_case", sa.Column("previous_case_id", sa.Uuid(), nullable=True))
    op.add_column(
        "support_case",
        sa.Column("mode", sa.Text(), server_default=sa.text("'solve'"), nullable=False),
    )
    op.alter_column("support_case", "mode", server_default=None)
    op.add_column(
        "support_case",
        sa.Column("stage", sa.Text(), server_default=sa.text("'applied'"), nullable=False),
    )
    op.alter_column("support_case", "stage", server_default=None)
    op.add_column("support_case", sa.Column("collaboration", sa.Text(), nullable=True))
    op.add_column(
        "support_case",
        sa.Column("urgency", sa.Text(), server_default=sa.text("'normal'"), nullable=False),
    )
    op.alter_column("support_case", "urgency", server_default=None)
    op.add_column("support_case", sa.Column("lead_position_id", sa.Uuid(), nullable=True))
    op.add_column("support_case", sa.Column("deputy_position_id", sa.Uuid(), nullable=True))
    op.add_column("support_case", sa.Column("consultation_id", sa.Uuid(), nullable=True))
    op.add_column(
        "support_case", sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column("support_case", sa.Column("stale_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "support_case",
        sa.Column("stale", sa.Boolean(), server_default=sa.text("'false'"), nullable=False),
    )
    op.alter_column("support_case", "stale", server_default=None)
    op.add_column(
        "support_case",
        sa.Column("holder_gone", sa.Boolean(), server_default=sa.text("'false'"), nullable=False),
    )
    op.alter_column("support_case", "holder_gone", server_default=None)
    op.add_column(
        "support_case", sa.Column("closing", postgresql.JSONB(astext_type=sa.Text()), nullable=True)
    )
    op.add_column("support_case", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_support_case_lead_agency_id", "support_case", ["lead_agency_id", "id"], unique=False
    )
    op.create_index(
        "ix_support_case_lead_position_id",
        "support_case",
        ["lead_position_id"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "ix_support_case_stale_at",
        "support_case",
        ["stale_at"],
        unique=False,
        postgresql_where=sa.text("stale_at IS NOT NULL"),
    )
    op.execute(
        "UPDATE consultation c SET municipality_code = m.code, hub_agency_id = m.hub_agency_id"
        " FROM agency a JOIN municipality m ON m.code = a.municipality_code WHERE a.id = c.agency_id"
    )
    op.execute(
        "UPDATE support_case c SET hub_agency_id = m.hub_agency_id"
        " FROM municipality m WHERE m.code = c.municipality_code"
    )
    for table, column in (
        ("consultation", "municipality_code"),
        ("consultation", "hub_agency_id"),
        ("support_case", "hub_agency_id"),
    ):
        op.alter_column(table, column, nullable=False)
    op.drop_constraint(op.f("ck_support_case_decided_by"), "support_case")
    for table, column, values in CHECKS:
        listed = ", ".join(f"'{value}'" for value in values)
        op.create_check_constraint(op.f(f"ck_{table}_{column}"), table, f"{column} IN ({listed})")
    op.create_foreign_key(
        op.f("fk_consultation_previous_case_id"),
        "consultation",
        "support_case",
        ["previous_case_id"],
        ["id"],
        deferrable=True,
    )
    op.create_foreign_key(
        op.f("fk_consultation_hub_agency_id"),
        "consultation",
        "agency",
        ["hub_agency_id"],
        ["id"],
        deferrable=True,
    )
    op.create_foreign_key(
        op.f("fk_consultation_signal_id"),
        "consultation",
        "signal",
        ["signal_id"],
        ["id"],
        deferrable=True,
    )
    op.create_foreign_key(
        op.f("fk_consultation_case_id"),
        "consultation",
        "support_case",
        ["case_id"],
        ["id"],
        deferrable=True,
    )
    op.create_foreign_key(
        op.f("fk_consultation_conference_id"),
        "consultation",
        "conference",
        ["conference_id"],
        ["id"],
        deferrable=True,
    )
    op.create_foreign_key(
        op.f("fk_support_case_deputy_position_id"),
        "support_case",
        "position",
        ["deputy_position_id"],
        ["id"],
        deferrable=True,
    )
    op.create_foreign_key(
        op.f("fk_support_case_previous_case_id"),
        "support_case",
        "support_case",
        ["previous_case_id"],
        ["id"],
        deferrable=True,
    )
    op.create_foreign_key(
        op.f("fk_support_case_hub_agency_id"),
        "support_case",
        "agency",
        ["hub_agency_id"],
        ["id"],
        deferrable=True,
    )
    op.create_foreign_key(
        op.f("fk_support_case_lead_position_id"),
        "support_case",
        "position",
        ["lead_position_id"],
        ["id"],
        deferrable=True,
    )


def upgrade() -> None:
    """Apply."""
    _tables()
    _columns()
    _fill_what_there_is()
    _guards()
    _wall()


def _fill_what_there_is() -> None:
    op.execute(
        "INSERT INTO case_lead (id, case_id, person_id, lead_agency_id, deputy_agency_id,"
        " decided_by, decided_at, version) SELECT gen_random_uuid(), id, person_id,"
        " lead_agency_id, deputy_agency_id, decided_by, decided_at, 1 FROM support_case"
    )


def _guards() -> None:
    op.execute("GRANT SELECT ON area_worker TO tsunagi_app")
    op.execute("GRANT SELECT, INSERT ON assessment TO tsunagi_app")
    for table in ("signal", "hub_entry", "case_lead", "contact_schedule", "urgent_support"):
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO tsunagi_app")
    for table in JOINS:
        if table != "assessment":
            op.execute(
                f"CREATE TRIGGER keep_history AFTER INSERT OR UPDATE ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION keep_history('id')"
            )
    op.execute(
        "CREATE TRIGGER keep_history AFTER INSERT OR UPDATE ON area_worker"
        " FOR EACH ROW EXECUTE FUNCTION keep_history('id')"
    )
    op.execute(CASE_IS_HELD)
    op.execute("REVOKE ALL ON FUNCTION case_is_held() FROM PUBLIC")
    for table in ("support_case", "case_lead"):
        op.execute(
            f"CREATE CONSTRAINT TRIGGER case_is_held AFTER INSERT OR UPDATE OR DELETE ON {table}"
            " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION case_is_held()"
        )


def _wall() -> None:
    WALL.JOINS.update(JOINS)
    WALL.RECORDS.update(RECORDS)
    op.execute(WALL.join_circle().replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
    op.execute(WALL.name_the_record().replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
    for table in JOINS:
        op.execute(
            f"CREATE TRIGGER join_circle AFTER INSERT OR UPDATE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION join_circle()"
        )
    for table, (using, check) in POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY of_owner ON {table} TO tsunagi_owner USING (true) WITH CHECK (true)"
        )
        op.execute(
            f"CREATE POLICY of_circle ON {table} TO tsunagi_app"
            f" USING ({using}) WITH CHECK ({check})"
        )
    for table in SWEPT:
        op.execute(f"CREATE POLICY of_service ON {table} TO tsunagi_app USING (is_service())")


def downgrade() -> None:
    """There is no way back: history is kept. Restore a backup instead."""
    raise NotImplementedError
