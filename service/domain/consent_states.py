"""Where a consent stands, and what can happen to it (brief §2.3)."""

from enum import StrEnum


class ConsentState(StrEnum):
    """Where a consent stands. Expiry is a matter of dates, not a state to be set in time."""

    ACTIVE = "active"
    REFUSED = "refused"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    VOID = "void"
    """Entered by mistake (another person's slip): it never was this person's consent."""

    @property
    def label_ja(self) -> str:
        """The state in the field's words."""
        return CONSENT_STATE_JA[self]


CONSENT_STATE_JA: dict[ConsentState, str] = {
    ConsentState.ACTIVE: "有効",
    ConsentState.REFUSED: "不同意",
    ConsentState.REVOKED: "撤回",
    ConsentState.SUPERSEDED: "差替え済み",
    ConsentState.VOID: "誤記録（無効）",
}


class ConsentAct(StrEnum):
    """What can happen to a consent."""

    REVOKE = "revoke"
    REVOKE_PART = "revoke_part"
    SUPERSEDE = "supersede"
    VOID = "void"


NEXT: dict[tuple[ConsentState, ConsentAct], ConsentState] = {
    (ConsentState.ACTIVE, ConsentAct.REVOKE): ConsentState.REVOKED,
    (ConsentState.ACTIVE, ConsentAct.REVOKE_PART): ConsentState.ACTIVE,
    (ConsentState.ACTIVE, ConsentAct.SUPERSEDE): ConsentState.SUPERSEDED,
    (ConsentState.ACTIVE, ConsentAct.VOID): ConsentState.VOID,
    (ConsentState.REFUSED, ConsentAct.SUPERSEDE): ConsentState.SUPERSEDED,
    (ConsentState.REFUSED, ConsentAct.VOID): ConsentState.VOID,
}
