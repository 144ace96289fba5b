"""The window in which a statutory conference opens a person's data (brief §2.4, §8 rule 5)."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from service.domain.decision import Basis, Remedy


class Window(BaseModel):
    """One agenda item on a statutory basis, as it concerns one caller. Whatever is not known is shut."""

    model_config = ConfigDict(frozen=True)

    basis: Basis
    conference_id: UUID
    item_id: UUID
    #: The conference has by-laws in force and was convened by who may convene it.
    constituted: bool = False
    #: It is written why consent could not be had.
    reason_written: bool = False
    #: The caller's agency stays for this item.
    invited: bool = False
    #: The caller's agency is on the body's list, today and on the day of the sitting.
    member: bool = False
    #: The caller itself sits for it: registered, and nobody stands in for them.
    registered: bool = False
    #: Somebody stands in for the caller.
    replaced: bool = False
    #: The caller has acknowledged the notice of secrecy.
    acknowledged: bool = False
    #: From the fixing of the agenda …
    opens_at: datetime | None = None
    #: … to so many days after the minutes.
    closes_at: datetime | None = None

    def open_at(self, at: datetime) -> bool:
        """Whether the item is open to the caller at the instant."""
        return (
            self.constituted
            and self.reason_written
            and self.invited
            and self.member
            and self.registered
            and self.acknowledged
            and self.opens_at is not None
            and self.closes_at is not None
            and self.opens_at <= at < self.closes_at
        )

    def missing(self, at: datetime) -> tuple[Remedy, ...]:
        """What an invited caller can do about it; nobody else is told anything."""
        if not self.invited:
            return ()
        found = []
        if not self.member:
            found.append(Remedy.JOIN_MEMBER_LIST)
        if self.replaced:
            found.append(Remedy.WITHDRAW_SUBSTITUTE)
        else:
            found += [] if self.registered else [Remedy.REGISTER_PARTICIPANT]
            found += [] if self.acknowledged else [Remedy.ACKNOWLEDGE_SECRECY]
        if self.opens_at is None or at < self.opens_at:
            found.append(Remedy.WAIT_FOR_AGENDA)
        return tuple(found)
