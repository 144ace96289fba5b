"""The tables of the main job, as the row classes declare them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "agency_kind",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("label_ja", sa.Text(), nullable=False),
        sa.Column("label_en", sa.Text(), nullable=False),
        sa.Column("public_body", sa.Boolean(), nullable=False),
        sa.Column("decides_support", sa.Boolean(), nullable=False),
        sa.Column("ceiling", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "ceiling IN ('D0', 'D1', 'D2', 'D3', 'D4', 'D5', 'D6', 'D7')",
            name=op.f("ck_agency_kind_ceiling"),
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_agency_kind")),
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("iss", sa.Text(), nullable=True),
        sa.Column("sub", sa.Text(), nullable=True),
        sa.Column("client_id", sa.Text(), nullable=True),
        sa.Column("agency_id", sa.Uuid(), nullable=True),
        sa.Column("position_id", sa.Uuid(), nullable=True),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("record_kind", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=True),
        sa.Column("holder_agency_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("data_classes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("fields", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=True),
        sa.Column("rules", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("consent_ids", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("conference_id", sa.Uuid(), nullable=True),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("token_id", sa.Text(), nullable=True),
        sa.Column("remote", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('allowed', 'masked', 'denied', 'failed', 'replayed')",
            name=op.f("ck_audit_entry_outcome"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index("ix_audit_entry_agency_id", "audit_entry", ["agency_id", "id"], unique=False)
    op.create_index(
        "ix_audit_entry_holder_agency_id", "audit_entry", ["holder_agency_id", "id"], unique=False
    )
    op.create_index("ix_audit_entry_person_id", "audit_entry", ["person_id", "id"], unique=False)
    op.create_table(
        "case_number",
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("fiscal_year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("municipality_code", "fiscal_year", name=op.f("pk_case_number")),
    )
    op.create_table(
        "first_answer",
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("caller", "key", name=op.f("pk_first_answer")),
    )
    op.create_table(
        "issuer",
        sa.Column("iss", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("jwks_uri", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("algorithms", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("iss", name=op.f("pk_issuer")),
    )
    op.create_table(
        "municipality",
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_kana", sa.Text(), nullable=False),
        sa.Column("has_welfare_office", sa.Boolean(), nullable=False),
        sa.Column("runs_layered_project", sa.Boolean(), nullable=False),
        sa.Column("hub_agency_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_municipality")),
    )
    op.create_table(
        "record_history",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_record_history")),
    )
    op.create_index(
        "ix_record_history_record", "record_history", ["table_name", "record_id"], unique=False
    )
    op.create_table(
        "agency",
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("public_name", sa.Text(), nullable=True),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["kind"], ["agency_kind.code"], name=op.f("fk_agency_kind"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["municipality_code"],
            ["municipality.code"],
            name=op.f("fk_agency_municipality_code"),
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency")),
        sa.UniqueConstraint("code", name=op.f("uq_agency_code")),
    )
    op.create_table(
        "area",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"],
            ["municipality.code"],
            name=op.f("fk_area_municipality_code"),
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("code", "municipality_code", name=op.f("pk_area")),
    )
    op.create_table(
        "policy",
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("fk_policy_municipality_code")
        ),
        sa.PrimaryKeyConstraint("municipality_code", "name", "valid_from", name=op.f("pk_policy")),
    )
    op.create_table(
        "conference",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("local_name", sa.Text(), nullable=True),
        sa.Column("starts_at", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("ends_at", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("online_url", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("convener_agency_id", sa.Uuid(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("minutes_text", sa.Text(), nullable=True),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('support_conf_needy', 'support_conf_layered', 'child_protection_council', 'care_conference', 'support_coordination_conf', 'evaluation_conf', 'layered_support_conf', 'layered_individual', 'layered_plenary', 'case_conf', 'service_meeting', 'internal_case_meeting', 'community_life_support_conf', 'prefecture_network', 'field_council', 'liaison_council_agency')",
            name=op.f("ck_conference_kind"),
        ),
        sa.CheckConstraint(
            "status IN ('planned', 'invited', 'agenda_fixed', 'held', 'minutes_draft', 'minutes_confirmed', 'closed', 'cancelled')",
            name=op.f("ck_conference_status"),
        ),
        sa.ForeignKeyConstraint(
            ["convener_agency_id"],
            ["agency.id"],
            name=op.f("fk_conference_convener_agency_id"),
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conference")),
    )
    op.create_index(
        "ix_conference_convener_agency_id", "conference", ["convener_agency_id", "id"], unique=False
    )
    op.create_table(
        "desk",
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("themes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("areas", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("fallback", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_desk_agency_id"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["municipality_code"],
            ["municipality.code"],
            name=op.f("fk_desk_municipality_code"),
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk")),
    )
    op.create_index("ix_desk_municipality_code", "desk", ["municipality_code"], unique=False)
    op.create_table(
        "household",
        sa.Column("members", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("holder_agency_id", sa.Uuid(), nullable=False),
        sa.Column("formed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["holder_agency_id"],
            ["agency.id"],
            name=op.f("fk_household_holder_agency_id"),
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household")),
    )
    op.create_table(
        "issuer_agency",
        sa.Column("iss", sa.Text(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_issuer_agency_agency_id")
        ),
        sa.ForeignKeyConstraint(["iss"], ["issuer.iss"], name=op.f("fk_issuer_agency_iss")),
        sa.PrimaryKeyConstraint("iss", "agency_id", name=op.f("pk_issuer_agency")),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("record_kind", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.Uuid(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('conference_invitation', 'plan_to_decide', 'referral_at_hub', 'referral_hub_overdue', 'referral_lead_named', 'referral_received', 'referral_your_turn', 'stop_use', 'task_assigned')",
            name=op.f("ck_notice_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_notice_agency_id"), deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index("ix_notice_agency_id", "notice", ["agency_id", "id"], unique=False)
    op.create_index(
        "ix_notice_unread",
        "notice",
        ["agency_id", "id"],
        unique=False,
        postgresql_where=sa.text("acknowledged_at IS NULL"),
    )
    op.create_table(
        "person",
        sa.Column("names", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("birth", sa.Text(), nullable=True),
        sa.Column("sex", sa.Text(), nullable=False),
        sa.Column("phones", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("address", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("municipality_code", sa.Text(), nullable=True),
        sa.Column("area", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("living", sa.Text(), nullable=True),
        sa.Column("considerations", sa.Text(), nullable=True),
        sa.Column("protected_address", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("holder_agency_id", sa.Uuid(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("search_keys", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint(
            "sex IN ('male', 'female', 'other', 'unknown')", name=op.f("ck_person_sex")
        ),
        sa.ForeignKeyConstraint(
            ["holder_agency_id"],
            ["agency.id"],
            name=op.f("fk_person_holder_agency_id"),
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_index("ix_person_holder_agency_id", "person", ["holder_agency_id"], unique=False)
    op.create_index(
        "ix_person_search_keys", "person", ["search_keys"], unique=False, postgresql_using="gin"
    )
    op.create_table(
        "position",
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("deputy_position_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "role IN ('area_worker', 'auditor', 'budget_counsellor', 'care_manager', 'caseworker_public_assistance', 'chief_consultant', 'conference_coordinator', 'consultant', 'csw', 'employment_supporter', 'helper', 'home_visit_supporter', 'integration_promoter', 'layered_support_contact', 'life_support_coordinator_1', 'life_support_coordinator_2', 'loan_officer', 'municipal_officer', 'neighbourhood_consultant', 'participation_coordinator', 'partner_system', 'privacy_officer', 'school_social_worker', 'supervisor', 'volunteer_coordinator', 'welfare_commissioner', 'young_carer_coordinator')",
            name=op.f("ck_position_role"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_position_agency_id"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["deputy_position_id"],
            ["position.id"],
            name=op.f("fk_position_deputy_position_id"),
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position")),
        sa.UniqueConstraint("agency_id", "code", name=op.f("uq_position_agency_id_code")),
    )
    op.create_table(
        "attendee",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conference_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("representative", sa.Text(), nullable=True),
        sa.Column("present", sa.Boolean(), nullable=True),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "answer IN ('none', 'accepted', 'tentative', 'declined')",
            name=op.f("ck_attendee_answer"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(agency_id, person_id) = 1", name=op.f("ck_attendee_one_of")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_attendee_agency_id"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["conference_id"],
            ["conference.id"],
            name=op.f("fk_attendee_conference_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_attendee_person_id"), deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendee")),
        sa.UniqueConstraint(
            "conference_id", "agency_id", name=op.f("uq_attendee_conference_id_agency_id")
        ),
        sa.UniqueConstraint(
            "conference_id", "person_id", name=op.f("uq_attendee_conference_id_person_id")
        ),
    )
    op.create_index(
        "ix_attendee_agency_id", "attendee", ["agency_id", "conference_id"], unique=False
    )
    op.create_table(
        "conflict_of_interest",
        sa.Column("iss", sa.Text(), nullable=False),
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_conflict_of_interest_person_id")
        ),
        sa.PrimaryKeyConstraint("iss", "sub", "person_id", name=op.f("pk_conflict_of_interest")),
    )
    op.create_table(
        "consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("representative", sa.Text(), nullable=True),
        sa.Column("method", sa.Text(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("witnesses", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("explained_on", sa.Date(), nullable=False),
        sa.Column("rule_version", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("purposes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("data_classes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("receivers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("excluded", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("next_contact_on", sa.Date(), nullable=True),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Uuid(), nullable=True),
        sa.Column("revoke_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "given_by IN ('self', 'legal_representative', 'guardian')",
            name=op.f("ck_consent_given_by"),
        ),
        sa.CheckConstraint(
            "method IN ('written', 'oral', 'electronic')", name=op.f("ck_consent_method")
        ),
        sa.CheckConstraint(
            "state IN ('active', 'refused', 'revoked', 'superseded')", name=op.f("ck_consent_state")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_consent_person_id"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["agency.id"], name=op.f("fk_consent_recorded_by"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["revoked_by"], ["agency.id"], name=op.f("fk_consent_revoked_by"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["supersedes_id"],
            ["consent.id"],
            name=op.f("fk_consent_supersedes_id"),
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index("ix_consent_person_id", "consent", ["person_id"], unique=False)
    op.create_table(
        "consultation",
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=True),
        sa.Column("themes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("informant", sa.Text(), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("position_id", sa.Uuid(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("routed_desk_id", sa.Uuid(), nullable=False),
        sa.Column("routed_because", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "channel IN ('visit', 'call', 'message', 'outreach', 'third_party', 'other')",
            name=op.f("ck_consultation_channel"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_consultation_agency_id"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_consultation_person_id"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["routed_desk_id"],
            ["desk.id"],
            name=op.f("fk_consultation_routed_desk_id"),
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation")),
    )
    op.create_index("ix_consultation_agency_id", "consultation", ["agency_id", "id"], unique=False)
    op.create_table(
        "person_account",
        sa.Column("iss", sa.Text(), nullable=False),
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_account_person_id")
        ),
        sa.PrimaryKeyConstraint("iss", "sub", name=op.f("pk_person_account")),
    )
    op.create_table(
        "support_case",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("lead_agency_id", sa.Uuid(), nullable=False),
        sa.Column("deputy_agency_id", sa.Uuid(), nullable=True),
        sa.Column("team", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "decided_by IN ('acceptance', 'hub', 'conference')",
            name=op.f("ck_support_case_decided_by"),
        ),
        sa.ForeignKeyConstraint(
            ["deputy_agency_id"],
            ["agency.id"],
            name=op.f("fk_support_case_deputy_agency_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["lead_agency_id"],
            ["agency.id"],
            name=op.f("fk_support_case_lead_agency_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_support_case_person_id"), deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_case")),
        sa.UniqueConstraint("number", name=op.f("uq_support_case_number")),
    )
    op.create_index("ix_support_case_person_id", "support_case", ["person_id"], unique=False)
    op.create_table(
        "tenure",
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("position_id", sa.Uuid(), nullable=False),
        sa.Column("iss", sa.Text(), nullable=False),
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["position_id"], ["position.id"], name=op.f("fk_tenure_position_id"), deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenure")),
    )
    op.create_index("ix_tenure_iss_sub", "tenure", ["iss", "sub"], unique=False)
    op.create_table(
        "referral",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("to_desk_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("handover", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("prior_contact", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("needs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("wishes", sa.Text(), nullable=True),
        sa.Column("informant", sa.Text(), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=True),
        sa.Column("data_classes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("consultation_id", sa.Uuid(), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("from_agency_id", sa.Uuid(), nullable=False),
        sa.Column("from_position_id", sa.Uuid(), nullable=True),
        sa.Column("to_agency_id", sa.Uuid(), nullable=False),
        sa.Column("hub_agency_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("resumes", sa.Text(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("declined_by", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("hub_overdue", sa.Integer(), nullable=False),
        sa.Column("lead_named_by_hub", sa.Boolean(), nullable=False),
        sa.Column("proposal_desk_id", sa.Uuid(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("first_contact_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("contact_attempts", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('consultation', 'planning', 'service', 'watch_over', 'statistics', 'audit', 'access_request')",
            name=op.f("ck_referral_purpose"),
        ),
        sa.CheckConstraint(
            "resumes IN ('draft', 'sent', 'received', 'returned_for_info', 'declined', 'needs_lead', 'accepted', 'first_contact_done', 'working', 'withdrawal_requested', 'completed', 'closed_without_contact', 'withdrawn')",
            name=op.f("ck_referral_resumes"),
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'sent', 'received', 'returned_for_info', 'declined', 'needs_lead', 'accepted', 'first_contact_done', 'working', 'withdrawal_requested', 'completed', 'closed_without_contact', 'withdrawn')",
            name=op.f("ck_referral_status"),
        ),
        sa.CheckConstraint("urgency IN ('urgent', 'normal')", name=op.f("ck_referral_urgency")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["support_case.id"], name=op.f("fk_referral_case_id"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultation.id"],
            name=op.f("fk_referral_consultation_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["from_agency_id"],
            ["agency.id"],
            name=op.f("fk_referral_from_agency_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["hub_agency_id"],
            ["agency.id"],
            name=op.f("fk_referral_hub_agency_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["referral.id"], name=op.f("fk_referral_parent_id"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_referral_person_id"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["proposal_desk_id"],
            ["desk.id"],
            name=op.f("fk_referral_proposal_desk_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["to_agency_id"], ["agency.id"], name=op.f("fk_referral_to_agency_id"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["to_desk_id"], ["desk.id"], name=op.f("fk_referral_to_desk_id"), deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
    )
    op.create_index(
        "ix_referral_due_at",
        "referral",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(
        "ix_referral_from_agency_id", "referral", ["from_agency_id", "id"], unique=False
    )
    op.create_index(
        "ix_referral_hub_queue",
        "referral",
        ["hub_agency_id", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'needs_lead' OR resumes = 'needs_lead'"),
    )
    op.create_index("ix_referral_person_id", "referral", ["person_id"], unique=False)
    op.create_index("ix_referral_to_agency_id", "referral", ["to_agency_id", "id"], unique=False)
    op.create_table(
        "agenda_item",
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("person_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("plan", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("presenter_agency_id", sa.Uuid(), nullable=True),
        sa.Column("invited_agency_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conference_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "basis IN ('CONSENT', 'INTERNAL', 'SELF', 'ANON')", name=op.f("ck_agenda_item_basis")
        ),
        sa.CheckConstraint(
            "kind IN ('support_conf_needy', 'support_conf_layered', 'child_protection_council', 'care_conference', 'support_coordination_conf', 'evaluation_conf', 'layered_support_conf', 'layered_individual', 'layered_plenary', 'case_conf', 'service_meeting', 'internal_case_meeting', 'community_life_support_conf', 'prefecture_network', 'field_council', 'liaison_council_agency')",
            name=op.f("ck_agenda_item_kind"),
        ),
        sa.CheckConstraint(
            "purpose IN ('information_exchange', 'lead_decision', 'plan_appropriateness', 'plan_sharing', 'evaluation', 'resource_gap', 'area_issue', 'report')",
            name=op.f("ck_agenda_item_purpose"),
        ),
        sa.CheckConstraint(
            "result IN ('discussed', 'approved', 'sent_back', 'carried_over')",
            name=op.f("ck_agenda_item_result"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["support_case.id"], name=op.f("fk_agenda_item_case_id"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["conference_id"],
            ["conference.id"],
            name=op.f("fk_agenda_item_conference_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["referral_id"],
            ["referral.id"],
            name=op.f("fk_agenda_item_referral_id"),
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_item")),
        sa.UniqueConstraint(
            "conference_id", "number", name=op.f("uq_agenda_item_conference_id_number")
        ),
    )
    op.create_table(
        "plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("holder_agency_id", sa.Uuid(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("latest_number", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["support_case.id"], name=op.f("fk_plan_case_id"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["holder_agency_id"],
            ["agency.id"],
            name=op.f("fk_plan_holder_agency_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_plan_person_id"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referral.id"], name=op.f("fk_plan_referral_id"), deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
    )
    op.create_index("ix_plan_person_id", "plan", ["person_id"], unique=False)
    op.create_table(
        "referral_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("from_status", sa.Text(), nullable=True),
        sa.Column("to_status", sa.Text(), nullable=False),
        sa.Column("by_agency_id", sa.Uuid(), nullable=True),
        sa.Column("by_position_id", sa.Uuid(), nullable=True),
        sa.Column("to_agency_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "from_status IN ('draft', 'sent', 'received', 'returned_for_info', 'declined', 'needs_lead', 'accepted', 'first_contact_done', 'working', 'withdrawal_requested', 'completed', 'closed_without_contact', 'withdrawn')",
            name=op.f("ck_referral_event_from_status"),
        ),
        sa.CheckConstraint(
            "to_status IN ('draft', 'sent', 'received', 'returned_for_info', 'declined', 'needs_lead', 'accepted', 'first_contact_done', 'working', 'withdrawal_requested', 'completed', 'closed_without_contact', 'withdrawn')",
            name=op.f("ck_referral_event_to_status"),
        ),
        sa.ForeignKeyConstraint(
            ["referral_id"],
            ["referral.id"],
            name=op.f("fk_referral_event_referral_id"),
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_event")),
        sa.UniqueConstraint(
            "referral_id", "number", name=op.f("uq_referral_event_referral_id_number")
        ),
    )
    op.create_table(
        "plan_version",
        sa.Column("goal_in_own_words", sa.Text(), nullable=False),
        sa.Column("employment_support", sa.Boolean(), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_until", sa.Date(), nullable=False),
        sa.Column("monitoring_on", sa.Date(), nullable=True),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("background", sa.Text(), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=True),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=True),
        sa.Column("agreed_by", sa.Text(), nullable=True),
        sa.Column("agreement_evidence", sa.Text(), nullable=True),
        sa.Column("approved_item_id", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_back_reason", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_agency_id", sa.Uuid(), nullable=True),
        sa.Column("decision_number", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('draft', 'person_agreed', 'conference_approved', 'decided', 'sent_back', 'superseded')",
            name=op.f("ck_plan_version_status"),
        ),
        sa.ForeignKeyConstraint(
            ["approved_item_id"],
            ["agenda_item.id"],
            name=op.f("fk_plan_version_approved_item_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plan.id"], name=op.f("fk_plan_version_plan_id"), deferrable=True
        ),
        sa.PrimaryKeyConstraint("plan_id", "number", name=op.f("pk_plan_version")),
    )
    op.create_table(
        "task",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conference_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'done')", name=op.f("ck_task_state")),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_task_agency_id"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["conference_id"],
            ["conference.id"],
            name=op.f("fk_task_conference_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["agenda_item.id"], name=op.f("fk_task_item_id"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_task_person_id"), deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    op.create_index("ix_task_agency_id", "task", ["agency_id", "id"], unique=False)


def downgrade() -> None:
    """There is no way back: history is kept. Restore a backup instead."""
    raise NotImplementedError
