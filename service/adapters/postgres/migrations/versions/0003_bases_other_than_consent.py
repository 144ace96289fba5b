"""Every legal basis: law as dated data, provisions, enquiries, statutory conferences, requests.

What is needed to open data on another ground than consent, and to answer the person who asks.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "legal_basis",
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("switchable", sa.Boolean(), nullable=False),
        sa.Column("law_ja", sa.Text(), nullable=False),
        sa.Column("law_en", sa.Text(), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("text_ja", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("secrecy_ja", sa.Text(), nullable=True),
        sa.Column("secrecy_en", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "code IN ('CONSENT', 'CONF_NEEDY', 'CONF_LAYERED', 'CONF_CHILD', 'CONF_OTHER', 'LIFE', 'CHILD_HEALTH', 'PUBLIC_DUTY', 'PUBLIC_BODY', 'INTERNAL', 'ENTRUST', 'DUTY_REPORT', 'SELF', 'ANON')",
            name=op.f("ck_legal_basis_code"),
        ),
        sa.PrimaryKeyConstraint("valid_from", "code", name=op.f("pk_legal_basis")),
    )
    op.create_table(
        "basis_switch",
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("by_laws", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "basis IN ('CONSENT', 'CONF_NEEDY', 'CONF_LAYERED', 'CONF_CHILD', 'CONF_OTHER', 'LIFE', 'CHILD_HEALTH', 'PUBLIC_DUTY', 'PUBLIC_BODY', 'INTERNAL', 'ENTRUST', 'DUTY_REPORT', 'SELF', 'ANON')",
            name=op.f("ck_basis_switch_basis"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_code"],
            ["municipality.code"],
            name=op.f("fk_basis_switch_municipality_code"),
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint(
            "valid_from", "municipality_code", "basis", name=op.f("pk_basis_switch")
        ),
    )
    op.create_table(
        "area_issue",
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("theme", sa.Text(), nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("activity", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'closed')", name=op.f("ck_area_issue_state")),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_area_issue_agency_id"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["municipality_code"],
            ["municipality.code"],
            name=op.f("fk_area_issue_municipality_code"),
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area_issue")),
    )
    op.create_index(
        "ix_area_issue_municipality_code", "area_issue", ["municipality_code", "id"], unique=False
    )
    op.create_table(
        "conference_body",
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("by_laws", sa.Text(), nullable=False),
        sa.Column("paper_days", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("convener_agency_id", sa.Uuid(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("constituted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "basis IN ('CONSENT', 'CONF_NEEDY', 'CONF_LAYERED', 'CONF_CHILD', 'CONF_OTHER', 'LIFE', 'CHILD_HEALTH', 'PUBLIC_DUTY', 'PUBLIC_BODY', 'INTERNAL', 'ENTRUST', 'DUTY_REPORT', 'SELF', 'ANON')",
            name=op.f("ck_conference_body_basis"),
        ),
        sa.CheckConstraint(
            "kind IN ('support_conf_needy', 'support_conf_layered', 'child_protection_council', 'care_conference', 'public_assistance_coord', 'youth_council', 'isolation_council', 'consumer_safety_council', 'disability_council', 'support_coordination_conf', 'evaluation_conf', 'layered_support_conf', 'layered_individual', 'layered_plenary', 'case_conf', 'service_meeting', 'internal_case_meeting', 'community_life_support_conf', 'district_welfare_network', 'supervision_session', 'prefecture_network', 'field_council', 'liaison_council_agency')",
            name=op.f("ck_conference_body_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["convener_agency_id"],
            ["agency.id"],
            name=op.f("fk_conference_body_convener_agency_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["municipality_code"],
            ["municipality.code"],
            name=op.f("fk_conference_body_municipality_code"),
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conference_body")),
    )
    op.create_table(
        "contract",
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("principal_agency_id", sa.Uuid(), nullable=False),
        sa.Column("contractor_agency_id", sa.Uuid(), nullable=False),
        sa.Column("work", sa.Text(), nullable=False),
        sa.Column("purposes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["contractor_agency_id"],
            ["agency.id"],
            name=op.f("fk_contract_contractor_agency_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["principal_agency_id"],
            ["agency.id"],
            name=op.f("fk_contract_principal_agency_id"),
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
    )
    op.create_table(
        "recommendation",
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("theme", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('leaflet', 'declined', 'accompanied', 'referred')",
            name=op.f("ck_recommendation_outcome"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_recommendation_agency_id"), deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendation")),
    )
    op.create_index(
        "ix_recommendation_agency_id", "recommendation", ["agency_id", "happened_on"], unique=False
    )
    op.create_table(
        "screening",
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("documented_purpose", sa.Text(), nullable=False),
        sa.Column("counts_for_agency_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entries", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_screening_agency_id"), deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening")),
    )
    op.create_table(
        "embargo",
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("agency_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("approver", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("set_by_agency_id", sa.Uuid(), nullable=False),
        sa.Column("set_by_position_id", sa.Uuid(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "ground IN ('investigation', 'dv_protection', 'child_protection')",
            name=op.f("ck_embargo_ground"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_embargo_person_id"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["set_by_agency_id"],
            ["agency.id"],
            name=op.f("fk_embargo_set_by_agency_id"),
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_embargo")),
    )
    op.create_index("ix_embargo_person_id", "embargo", ["person_id"], unique=False)
    op.create_table(
        "enquiry",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("to_agency_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("kana", sa.Text(), nullable=True),
        sa.Column("birth", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("noticed", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("from_agency_id", sa.Uuid(), nullable=False),
        sa.Column("from_position_id", sa.Uuid(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("answer IN ('noted', 'known')", name=op.f("ck_enquiry_answer")),
        sa.CheckConstraint(
            "kind IN ('acquaintance', 'safety_check')", name=op.f("ck_enquiry_kind")
        ),
        sa.ForeignKeyConstraint(
            ["from_agency_id"],
            ["agency.id"],
            name=op.f("fk_enquiry_from_agency_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_enquiry_person_id"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["to_agency_id"], ["agency.id"], name=op.f("fk_enquiry_to_agency_id"), deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enquiry")),
    )
    op.create_index("ix_enquiry_from_agency_id", "enquiry", ["from_agency_id", "id"], unique=False)
    op.create_index("ix_enquiry_to_agency_id", "enquiry", ["to_agency_id", "id"], unique=False)
    op.create_table(
        "provision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("taken", sa.Text(), nullable=False),
        sa.Column("from_agency_id", sa.Uuid(), nullable=False),
        sa.Column("to_agency_id", sa.Uuid(), nullable=False),
        sa.Column("to_department", sa.Text(), nullable=True),
        sa.Column("to_position_id", sa.Uuid(), nullable=True),
        sa.Column("purposes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("data_classes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("review_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_by_position_id", sa.Uuid(), nullable=True),
        sa.Column("made_by_iss", sa.Text(), nullable=True),
        sa.Column("made_by_sub", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("law", sa.Text(), nullable=True),
        sa.Column("article", sa.Text(), nullable=True),
        sa.Column("abuse_kind", sa.Text(), nullable=True),
        sa.Column("approver", sa.Text(), nullable=True),
        sa.Column("contract_id", sa.Uuid(), nullable=True),
        sa.Column("review_agency_id", sa.Uuid(), nullable=True),
        sa.Column("reviewed_by_position_id", sa.Uuid(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("finding", sa.Text(), nullable=True),
        sa.Column("told_how", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "abuse_kind IN ('child', 'elder', 'disability', 'spouse')",
            name=op.f("ck_provision_abuse_kind"),
        ),
        sa.CheckConstraint(
            "basis IN ('CONSENT', 'CONF_NEEDY', 'CONF_LAYERED', 'CONF_CHILD', 'CONF_OTHER', 'LIFE', 'CHILD_HEALTH', 'PUBLIC_DUTY', 'PUBLIC_BODY', 'INTERNAL', 'ENTRUST', 'DUTY_REPORT', 'SELF', 'ANON')",
            name=op.f("ck_provision_basis"),
        ),
        sa.CheckConstraint("taken IN ('given', 'taken')", name=op.f("ck_provision_taken")),
        sa.CheckConstraint(
            "verdict IN ('justified', 'not_justified')", name=op.f("ck_provision_verdict")
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_provision_contract_id"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["from_agency_id"],
            ["agency.id"],
            name=op.f("fk_provision_from_agency_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_provision_person_id"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["review_agency_id"],
            ["agency.id"],
            name=op.f("fk_provision_review_agency_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["to_agency_id"], ["agency.id"], name=op.f("fk_provision_to_agency_id"), deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provision")),
    )
    op.create_index(
        "ix_provision_from_agency_id", "provision", ["from_agency_id", "id"], unique=False
    )
    op.create_index("ix_provision_person_id", "provision", ["person_id"], unique=False)
    op.create_index("ix_provision_to_agency_id", "provision", ["to_agency_id", "id"], unique=False)
    op.create_index(
        "ix_provision_unreviewed",
        "provision",
        ["review_agency_id", "id"],
        unique=False,
        postgresql_where=sa.text("reviewed_at IS NULL AND review_due_at IS NOT NULL"),
    )
    op.create_table(
        "representation",
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("scope", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('parent', 'legal_representative', 'adult_guardian', 'curator', 'assistant', 'voluntary_guardian')",
            name=op.f("ck_representation_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_representation_person_id"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"],
            ["agency.id"],
            name=op.f("fk_representation_recorded_by"),
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_representation")),
    )
    op.create_index("ix_representation_person_id", "representation", ["person_id"], unique=False)
    op.create_table(
        "supervision",
        sa.Column("to_agency_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("pseudonym", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("from_agency_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["from_agency_id"],
            ["agency.id"],
            name=op.f("fk_supervision_from_agency_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_supervision_person_id"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["to_agency_id"],
            ["agency.id"],
            name=op.f("fk_supervision_to_agency_id"),
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision")),
    )
    op.create_index(
        "ix_supervision_from_agency_id", "supervision", ["from_agency_id", "id"], unique=False
    )
    op.create_index(
        "ix_supervision_to_agency_id", "supervision", ["to_agency_id", "id"], unique=False
    )
    op.create_table(
        "disclosure_request",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("requested_on", sa.Date(), nullable=False),
        sa.Column("requester", sa.Text(), nullable=False),
        sa.Column("representative_id", sa.Uuid(), nullable=True),
        sa.Column("identity_checked_by", sa.Text(), nullable=False),
        sa.Column("wants", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("extension_reason", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("grounds", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("decision_number", sa.Text(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("exported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "requester IN ('self', 'legal_representative', 'agent')",
            name=op.f("ck_disclosure_request_requester"),
        ),
        sa.CheckConstraint(
            "result IN ('full', 'partial', 'refused', 'existence_not_confirmed')",
            name=op.f("ck_disclosure_request_result"),
        ),
        sa.CheckConstraint(
            "state IN ('received', 'extended', 'decided')", name=op.f("ck_disclosure_request_state")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"],
            ["agency.id"],
            name=op.f("fk_disclosure_request_agency_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_disclosure_request_person_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["representative_id"],
            ["representation.id"],
            name=op.f("fk_disclosure_request_representative_id"),
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosure_request")),
    )
    op.create_index(
        "ix_disclosure_request_agency_id", "disclosure_request", ["agency_id", "id"], unique=False
    )
    op.create_table(
        "feedback",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("from_agency_id", sa.Uuid(), nullable=False),
        sa.Column("to_agency_id", sa.Uuid(), nullable=False),
        sa.Column("to_position_id", sa.Uuid(), nullable=False),
        sa.Column("tenure_id", sa.Uuid(), nullable=False),
        sa.Column("area", sa.Text(), nullable=True),
        sa.Column("items", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("watch_point", sa.Text(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("follows_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["follows_id"], ["feedback.id"], name=op.f("fk_feedback_follows_id"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["from_agency_id"],
            ["agency.id"],
            name=op.f("fk_feedback_from_agency_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_feedback_person_id"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["tenure_id"], ["tenure.id"], name=op.f("fk_feedback_tenure_id"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["to_agency_id"], ["agency.id"], name=op.f("fk_feedback_to_agency_id"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["to_position_id"],
            ["position.id"],
            name=op.f("fk_feedback_to_position_id"),
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
    )
    op.create_index(
        "ix_feedback_from_agency_id", "feedback", ["from_agency_id", "id"], unique=False
    )
    op.create_index(
        "ix_feedback_open",
        "feedback",
        ["tenure_id"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("ix_feedback_to_agency_id", "feedback", ["to_agency_id", "id"], unique=False)
    op.create_table(
        "note",
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sensitive", sa.Text(), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("position_id", sa.Uuid(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_note_agency_id"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["support_case.id"], name=op.f("fk_note_case_id"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_note_person_id"), deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    op.create_index("ix_note_case_id", "note", ["case_id", "id"], unique=False)
    op.create_index("ix_note_person_id", "note", ["person_id", "id"], unique=False)
    op.create_table(
        "participant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conference_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("position_id", sa.Uuid(), nullable=False),
        sa.Column("substitute_for_position_id", sa.Uuid(), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_iss", sa.Text(), nullable=True),
        sa.Column("acknowledged_sub", sa.Text(), nullable=True),
        sa.Column("notice_version", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_participant_agency_id"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["conference_id"],
            ["conference.id"],
            name=op.f("fk_participant_conference_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["position_id"],
            ["position.id"],
            name=op.f("fk_participant_position_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["substitute_for_position_id"],
            ["position.id"],
            name=op.f("fk_participant_substitute_for_position_id"),
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participant")),
        sa.UniqueConstraint(
            "conference_id", "position_id", name=op.f("uq_participant_conference_id_position_id")
        ),
    )
    op.add_column("agency", sa.Column("legal_body", sa.Text(), nullable=True))
    op.add_column(
        "agency_kind",
        sa.Column("special_secrecy", sa.Boolean(), nullable=False, server_default=sa.text("false")),
    )
    op.add_column(
        "agency_kind",
        sa.Column(
            "receives_reports_of",
            postgresql.ARRAY(sa.Text()),
            nullable=False,
            server_default=sa.text("'{}'"),
        ),
    )
    op.add_column("agenda_item", sa.Column("body_id", sa.Uuid(), nullable=True))
    op.add_column("agenda_item", sa.Column("reason_without_consent", sa.Text(), nullable=True))
    op.add_column("agenda_item", sa.Column("added_by_agency_id", sa.Uuid(), nullable=True))
    op.add_column("agenda_item", sa.Column("pulled_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("agenda_item", sa.Column("pulled_because", sa.Text(), nullable=True))
    op.create_index(
        "ix_agenda_item_person_ids",
        "agenda_item",
        ["person_ids"],
        unique=False,
        postgresql_using="gin",
    )
    op.create_foreign_key(
        op.f("fk_agenda_item_added_by_agency_id"),
        "agenda_item",
        "agency",
        ["added_by_agency_id"],
        ["id"],
        deferrable=True,
    )
    op.create_foreign_key(
        op.f("fk_agenda_item_body_id"),
        "agenda_item",
        "conference_body",
        ["body_id"],
        ["id"],
        deferrable=True,
    )
    op.add_column("attendee", sa.Column("resident", sa.Text(), nullable=True))
    op.add_column("audit_entry", sa.Column("law", sa.Text(), nullable=True))
    op.add_column(
        "audit_entry",
        sa.Column(
            "obligations",
            postgresql.ARRAY(sa.Text()),
            nullable=False,
            server_default=sa.text("'{}'"),
        ),
    )
    op.add_column("audit_entry", sa.Column("question", sa.Text(), nullable=True))
    op.add_column("conference", sa.Column("body_id", sa.Uuid(), nullable=True))
    op.add_column("conference", sa.Column("fixed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "conference", sa.Column("minutes_confirmed_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_foreign_key(
        op.f("fk_conference_body_id"),
        "conference",
        "conference_body",
        ["body_id"],
        ["id"],
        deferrable=True,
    )
    op.add_column("consent", sa.Column("representative_id", sa.Uuid(), nullable=True))
    op.add_column(
        "consent",
        sa.Column(
            "explanation_aids",
            postgresql.ARRAY(sa.Text()),
            nullable=False,
            server_default=sa.text("'{}'"),
        ),
    )
    op.create_foreign_key(
        op.f("fk_consent_representative_id"),
        "consent",
        "representation",
        ["representative_id"],
        ["id"],
        deferrable=True,
    )
    op.create_index("ix_consultation_person_id", "consultation", ["person_id"], unique=False)
    op.add_column(
        "household",
        sa.Column(
            "tags", postgresql.ARRAY(sa.Text()), nullable=False, server_default=sa.text("'{}'")
        ),
    )
    op.add_column("notice", sa.Column("for_role", sa.Text(), nullable=True))
    op.create_index("ix_notice_record_id", "notice", ["record_id"], unique=False)
    op.add_column(
        "person",
        sa.Column(
            "emergency_contacts",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            server_default=sa.text("'[]'"),
        ),
    )
    op.add_column("person", sa.Column("department", sa.Text(), nullable=True))
    op.add_column("position", sa.Column("department", sa.Text(), nullable=True))
    op.add_column("position", sa.Column("area", sa.Text(), nullable=True))
    op.add_column("referral", sa.Column("arrangements", sa.Text(), nullable=True))
    op.add_column("referral", sa.Column("household_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_referral_household_id"),
        "referral",
        "household",
        ["household_id"],
        ["id"],
        deferrable=True,
    )
    op.alter_column("agency_kind", "special_secrecy", server_default=None)
    op.alter_column("agency_kind", "receives_reports_of", server_default=None)
    op.alter_column("audit_entry", "obligations", server_default=None)
    op.alter_column("consent", "explanation_aids", server_default=None)
    op.alter_column("household", "tags", server_default=None)
    op.alter_column("person", "emergency_contacts", server_default=None)
    op.drop_constraint(op.f("ck_notice_kind"), "notice", type_="check")
    op.drop_constraint(op.f("ck_conference_kind"), "conference", type_="check")
    op.drop_constraint(op.f("ck_attendee_one_of"), "attendee", type_="check")
    op.drop_constraint(op.f("ck_consent_state"), "consent", type_="check")
    op.drop_constraint(op.f("ck_referral_status"), "referral", type_="check")
    op.drop_constraint(op.f("ck_referral_resumes"), "referral", type_="check")
    op.drop_constraint(op.f("ck_agenda_item_kind"), "agenda_item", type_="check")
    op.drop_constraint(op.f("ck_agenda_item_basis"), "agenda_item", type_="check")
    op.drop_constraint(op.f("ck_referral_event_from_status"), "referral_event", type_="check")
    op.drop_constraint(op.f("ck_referral_event_to_status"), "referral_event", type_="check")
    op.create_check_constraint(
        op.f("ck_notice_for_role"),
        "notice",
        "for_role IN ('area_worker', 'auditor', 'budget_counsellor', 'care_manager', 'caseworker_public_assistance', 'chief_consultant', 'conference_coordinator', 'consultant', 'csw', 'employment_supporter', 'helper', 'home_visit_supporter', 'integration_promoter', 'layered_support_contact', 'life_support_coordinator_1', 'life_support_coordinator_2', 'loan_officer', 'municipal_officer', 'neighbourhood_consultant', 'participation_coordinator', 'partner_system', 'privacy_officer', 'school_social_worker', 'supervisor', 'volunteer_coordinator', 'welfare_commissioner', 'young_carer_coordinator')",
    )
    op.create_check_constraint(
        op.f("ck_notice_kind"),
        "notice",
        "kind IN ('conference_invitation', 'contact_due', 'disclosure_requested', 'emergency_review', 'emergency_taken', 'enquiry_answered', 'enquiry_received', 'feedback_given', 'feedback_hand_over', 'item_pulled', 'plan_to_decide', 'provision_received', 'referral_at_hub', 'referral_hub_overdue', 'referral_lead_named', 'referral_received', 'referral_suspended', 'referral_your_turn', 'stop_use', 'task_assigned')",
    )
    op.create_check_constraint(
        op.f("ck_conference_kind"),
        "conference",
        "kind IN ('support_conf_needy', 'support_conf_layered', 'child_protection_council', 'care_conference', 'public_assistance_coord', 'youth_council', 'isolation_council', 'consumer_safety_council', 'disability_council', 'support_coordination_conf', 'evaluation_conf', 'layered_support_conf', 'layered_individual', 'layered_plenary', 'case_conf', 'service_meeting', 'internal_case_meeting', 'community_life_support_conf', 'district_welfare_network', 'supervision_session', 'prefecture_network', 'field_council', 'liaison_council_agency')",
    )
    op.create_check_constraint(
        op.f("ck_attendee_one_of"), "attendee", "num_nonnulls(agency_id, person_id, resident) = 1"
    )
    op.create_check_constraint(
        op.f("ck_consent_state"),
        "consent",
        "state IN ('active', 'refused', 'revoked', 'superseded', 'void')",
    )
    op.create_check_constraint(
        op.f("ck_referral_status"),
        "referral",
        "status IN ('draft', 'sent', 'received', 'returned_for_info', 'declined', 'needs_lead', 'accepted', 'first_contact_done', 'working', 'withdrawal_requested', 'suspended', 'completed', 'closed_without_contact', 'withdrawn')",
    )
    op.create_check_constraint(
        op.f("ck_referral_resumes"),
        "referral",
        "resumes IN ('draft', 'sent', 'received', 'returned_for_info', 'declined', 'needs_lead', 'accepted', 'first_contact_done', 'working', 'withdrawal_requested', 'suspended', 'completed', 'closed_without_contact', 'withdrawn')",
    )
    op.create_check_constraint(
        op.f("ck_agenda_item_kind"),
        "agenda_item",
        "kind IN ('support_conf_needy', 'support_conf_layered', 'child_protection_council', 'care_conference', 'public_assistance_coord', 'youth_council', 'isolation_council', 'consumer_safety_council', 'disability_council', 'support_coordination_conf', 'evaluation_conf', 'layered_support_conf', 'layered_individual', 'layered_plenary', 'case_conf', 'service_meeting', 'internal_case_meeting', 'community_life_support_conf', 'district_welfare_network', 'supervision_session', 'prefecture_network', 'field_council', 'liaison_council_agency')",
    )
    op.create_check_constraint(
        op.f("ck_agenda_item_basis"),
        "agenda_item",
        "basis IN ('CONSENT', 'CONF_NEEDY', 'CONF_LAYERED', 'CONF_CHILD', 'CONF_OTHER', 'LIFE', 'CHILD_HEALTH', 'PUBLIC_DUTY', 'PUBLIC_BODY', 'INTERNAL', 'ENTRUST', 'DUTY_REPORT', 'SELF', 'ANON')",
    )
    op.create_check_constraint(
        op.f("ck_agenda_item_pulled_because"),
        "agenda_item",
        "pulled_because IN ('consent_revoked')",
    )
    op.create_check_constraint(
        op.f("ck_referral_event_from_status"),
        "referral_event",
        "from_status IN ('draft', 'sent', 'received', 'returned_for_info', 'declined', 'needs_lead', 'accepted', 'first_contact_done', 'working', 'withdrawal_requested', 'suspended', 'completed', 'closed_without_contact', 'withdrawn')",
    )
    op.create_check_constraint(
        op.f("ck_referral_event_to_status"),
        "referral_event",
        "to_status IN ('draft', 'sent', 'received', 'returned_for_info', 'declined', 'needs_lead', 'accepted', 'first_contact_done', 'working', 'withdrawal_requested', 'suspended', 'completed', 'closed_without_contact', 'withdrawn')",
    )


def downgrade() -> None:
    """There is no way back: history is kept. Restore a backup instead."""
    raise NotImplementedError
