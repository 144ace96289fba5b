"""The truth table of access: who sees what, on which basis, in which state of things.

``python tests/tools/truth_table.py`` writes ``tests/domain/truth_table.tsv``. The answers come
from the tables below, which were written from the brief (§2.2 to §2.5, §8) and nothing else:
this file imports nothing of the service. A test asks the service for every line.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

TABLE = Path(__file__).parents[1] / "domain" / "truth_table.tsv"


class Case(NamedTuple):
    """One question: on which basis, by whom, for what, and how things stand."""

    basis: str
    recipient: str
    purpose: str
    state: str


class Answer(NamedTuple):
    """What is open, on which basis the log puts it, and which rules decided."""

    classes: frozenset[int]
    on: str
    rule: str


class Ground(NamedTuple):
    """One reason why something is open."""

    basis: str
    rule: str
    classes: frozenset[int]
    duties: bool = False


def up_to(highest: int) -> frozenset[int]:
    """All data classes up to one."""
    return frozenset(range(highest + 1))


# Who asks

#: The highest class that a kind of agency may be given (§2.5, §8 rule 16): D5 goes to the lead
#: and to whoever protects; a commissioner is told why, not the diagnosis; an employer what the
#: work needs.
CEILING = {
    "welfare_office": 5,
    "hello_work": 4,
    "social_welfare_council": 4,
    "welfare_commissioner": 3,
    "employer": 2,
    "holder": 5,
    "foreign": 4,
}
#: Agencies to which a consent or a provision goes, or that are invited. The holder has the
#: record; to "foreign", a council of the next city, nothing was ever given.
ADDRESSED = tuple(CEILING)[:5]
PUBLIC = frozenset({"welfare_office", "hello_work"})
PERSONS = ("the_person", "another_person")
RECIPIENTS = (*ADDRESSED, "holder", "foreign", *PERSONS)

# What for

CASE_WORK = ("consultation", "planning", "service", "watch_over")
PURPOSES = (*CASE_WORK, "statistics", "audit", "access_request", "none")
#: What the consents and provisions of this table were given for, unless the state says more.
GIVEN_FOR = frozenset({"consultation", "planning"})
FOR_SOMETHING_ELSE = "for the service alone"

# How things stand: each state, with what it opens to whom it concerns; ``None`` opens nothing

EVERYTHING = up_to(7)
SWITCHED_OFF = "open, basis not in force"
DUTY_UNKNOWN = "open, duties cannot be carried out"

#: §2.3: to whom, for what, which data, from when to when; "not to them" beats all of it. The
#: consent is to D1 to D5 of agencies by name; by kind there is no D5 (§2.5).
CONSENT: dict[str, frozenset[int] | None] = {
    "active": up_to(5),
    "active, its first day": up_to(5),
    "active, its last day": up_to(5),
    "active, to D1 alone": up_to(1),
    "active, by kind": up_to(4),
    "active, two consents": up_to(5),
    "with the referral": up_to(3) | {6},
    "with the referral, not who told us": up_to(3),
    "to the table, at the table": up_to(3),
    "to another table": None,
    "no consent": None,
    "refused": None,
    "revoked": None,
    "superseded": None,
    "void": None,
    "expired": None,
    "not yet valid": None,
    "receiver excluded": None,
    "kind excluded": None,
    "excluded by another consent": None,
    "to another agency": None,
    FOR_SOMETHING_ELSE: up_to(5),
    SWITCHED_OFF: up_to(5),
}
#: §2.4, §8 rules 5, 6 and 21: invited to that item, on the list of members, registered, secrecy acknowledged, a constituted
#: conference, the reason written; from the fixing of the agenda to the end of the papers.
WINDOW_OPEN: dict[str, bool] = {
    "open": True,
    "fixed this instant": True,
    "last instant of the papers": True,
    "no window": False,
    "agenda not fixed": False,
    "before fixing": False,
    "after the papers": False,
    "end not known": False,
    "not invited": False,
    "not on the list of members": False,
    "not registered": False,
    "not acknowledged": False,
    "not constituted": False,
    "no reason written": False,
    "another item": False,
    "another conference": False,
    "on the person's record": False,
    SWITCHED_OFF: True,
    DUTY_UNKNOWN: True,
}
#: D5 concerns child protection in the one council for it; who told us (D6) and opinions (D7)
#: no conference (§2.5).
CONFERENCES = {
    "CONF_NEEDY": up_to(4),
    "CONF_LAYERED": up_to(4),
    "CONF_CHILD": up_to(5),
    "CONF_OTHER": up_to(4),
}
#: §2.4 no. 4: the chair asks an agency about somebody; it reads who and what while the item is
#: open to it, and otherwise that it is asked.
ASKED: dict[str, bool] = {
    "asked by the chair": True,
    "asked by the chair, not acknowledged": False,
    "asked by the chair, after the papers": False,
}
#: Whoever helps itself in an emergency has just proved who it is; to be shown a record is not to
#: be allowed to change it.
TAKEN = "taken in an emergency, just logged in"
LOGIN_TOO_OLD = "taken in an emergency, login too old"
TO_CHANGE_IT = "open, to change the record"
#: §2.2: named receiver, purpose and time. Only in an emergency does it stay with who it is.
PROVISION_OPEN: dict[str, bool] = {
    "open": True,
    "opened this instant": True,
    "last instant": True,
    "for our department": True,
    "for this colleague": True,
    "on the case": True,
    TO_CHANGE_IT: False,
    "no provision": False,
    "before it opens": False,
    "expired": False,
    "ended early": False,
    "ended this instant": False,
    "for another department": False,
    "for another colleague": False,
    "to another agency": False,
    "by another agency": False,
    "of another person": False,
    FOR_SOMETHING_ELSE: True,
    SWITCHED_OFF: True,
    DUTY_UNKNOWN: True,
}
#: The least that each needs: in an emergency who, where and what a rescuer must know (D4), not
#: the file (D3); a legal duty the facts without health; a report of abuse also what protects.
PROVISIONS = {
    "LIFE": up_to(2) | {4},
    "CHILD_HEALTH": up_to(4),
    "DUTY_REPORT": up_to(5),
    "PUBLIC_BODY": up_to(4),
    "PUBLIC_DUTY": up_to(3),
    "INTERNAL": up_to(4),
    "ENTRUST": up_to(4),
}
#: Only public bodies are given it at all (§2.2); what is not made cannot be opened.
PUBLIC_ONLY = frozenset({"PUBLIC_BODY", "PUBLIC_DUTY"})
#: Exceptions that a second person looks at: what was done and why, not the data (§8 rule 13).
REVIEWED = "asked to review it"
REVIEWS = frozenset({"LIFE", "CHILD_HEALTH"})
#: A desk reads what was put to it (§2.6): who is meant, and what was noticed.
ENQUIRY = "enquiry put to the desk"
ENQUIRIES = frozenset({"LIFE", "INTERNAL"})
#: Inside one body: its own record, of a department for the department; whoever takes or took
#: part knows that it does (D0); nobody opens the record of a relative.
OWN: dict[str, str] = {
    "own record": "record.own_agency",
    "record of our department": "department.of_record",
    "record of another department": "",
    "record of a relative": "self.involved",
    "takes part": "record.own_agency",
    "took part": "record.own_agency",
    "hub of the record": "record.own_agency",
    "no such record": "",
}
TAKES_PART = frozenset({"takes part", "took part", "hub of the record"})
SELF = ("own record", "record of another person", "no such record", SWITCHED_OFF)
#: The directory and area issues are about nobody; a screening names nobody either, and is read
#: by whoever it is put to.
ANON = (
    "about nobody",
    "area issue",
    "screening put to us",
    "screening put to others",
    "no such record",
    SWITCHED_OFF,
)

BASES = (
    "CONSENT",
    *CONFERENCES,
    "LIFE",
    "CHILD_HEALTH",
    "PUBLIC_DUTY",
    "PUBLIC_BODY",
    "INTERNAL",
    "ENTRUST",
    "DUTY_REPORT",
    "SELF",
    "ANON",
)


def states(basis: str) -> tuple[str, ...]:
    """The states that the basis depends on."""
    if basis == "CONSENT":
        return tuple(CONSENT)
    if basis in CONFERENCES:
        return (*WINDOW_OPEN, *ASKED)
    if basis == "SELF":
        return SELF
    if basis == "ANON":
        return ANON
    own = tuple(OWN) if basis == "INTERNAL" else ()
    review = (REVIEWED,) if basis in REVIEWS else ()
    taken = (TAKEN, LOGIN_TOO_OLD) if basis == "LIFE" else ()
    enquiry = (ENQUIRY,) if basis in ENQUIRIES else ()
    return (*PROVISION_OPEN, *own, *review, *enquiry, *taken)


# The answer

BESIDES_READING = {
    "on the case": "case",
    TO_CHANGE_IT: "change",
    TAKEN: "emergency",
    LOGIN_TOO_OLD: "emergency",
}


def record(case: Case) -> str:
    """What kind of record is asked for."""
    if case.basis == "ANON":
        return {"area issue": "area_issue"}.get(
            case.state, "screening" if "screening" in case.state else "directory"
        )
    in_conference = case.basis in CONFERENCES and case.state != "on the person's record"
    if in_conference or "table" in case.state:
        return "request" if case.state in ASKED else "packet"
    if case.state.startswith("with the referral"):
        return "referral"
    if case.state in BESIDES_READING:
        return BESIDES_READING[case.state]
    if case.state == REVIEWED:
        return "provision"
    return "enquiry" if case.state == ENQUIRY else "person"


#: What an account of one's own may ask for, and what a commissioner may.
OF_A_PERSON = frozenset({"directory", "person"})
OF_A_COMMISSIONER = OF_A_PERSON | {"area_issue", "packet", "referral", "request", "enquiry"}


def refused_at_the_gate(case: Case) -> str | None:
    """The rule that refuses the caller, whatever the record is (§8 rule 2)."""
    about = record(case)
    if case.recipient in PERSONS and about not in OF_A_PERSON:
        return "actor.permission_missing"
    if case.recipient == "welfare_commissioner" and about not in OF_A_COMMISSIONER:
        return "actor.permission_missing"
    if about in ("directory", "area_issue"):
        return None
    if case.purpose == "none":
        return "purpose.missing"
    for_review = case.state == REVIEWED and case.purpose == "audit"
    if case.recipient in PERSONS or case.purpose in CASE_WORK or for_review:
        return "actor.login_too_old" if case.state == LOGIN_TOO_OLD else None
    return "purpose.not_for_action"


def cut(classes: frozenset[int], recipient: str) -> frozenset[int]:
    """No more than the kind of agency may be given."""
    return classes & up_to(CEILING[recipient])


def grounds(case: Case) -> list[Ground]:
    """Every reason why something is open to this caller."""
    found = of_the_person_or_the_holder(case)
    if case.basis == "ANON":
        return of_nobody(case)
    if case.recipient not in ADDRESSED:
        return found
    if case.basis == "CONSENT":
        found += of_consent(case)
    elif case.basis in CONFERENCES:
        found += of_conference(case)
    elif case.state in TAKES_PART:
        found.append(Ground("INTERNAL", "party.keeps_fact", up_to(0)))
    elif case.state == REVIEWED:
        opened = cut(frozenset({0, 3}), case.recipient)
        found.append(Ground(case.basis, "provision.reviewer", opened))
    elif case.state == ENQUIRY:
        found.append(Ground("INTERNAL", "party.keeps_fact", up_to(0)))
        opened = cut(frozenset({0, 1, 3}), case.recipient)
        found.append(Ground(case.basis, "enquiry.addressed", opened))
    elif case.basis in PROVISIONS:
        found += of_provision(case)
    return found


def of_the_person_or_the_holder(case: Case) -> list[Ground]:
    """The own record: all of it to the holder, to the person without D5, D6 and D7 (§2.5)."""
    if record(case) not in ("person", "change") or case.state == "no such record":
        return []
    if case.recipient == "the_person" and case.state != "record of another person":
        return [Ground("SELF", "person.self", up_to(4))]
    own = OWN.get(case.state, "record.own_agency") if case.basis == "INTERNAL" else None
    rule = "record.own_agency" if own is None else own
    if case.recipient == "holder" and rule:
        return [Ground("INTERNAL", rule, EVERYTHING)]
    return []


def of_nobody(case: Case) -> list[Ground]:
    """What names nobody: to everybody, or to whoever it is put to."""
    mine = case.recipient in ADDRESSED and case.state == "screening put to us"
    if case.state == "no such record" or (record(case) == "screening" and not mine):
        return []
    return [Ground("ANON", "directory.open_to_staff", up_to(0))]


def of_consent(case: Case) -> list[Ground]:
    """What the person agreed to, and, to whoever takes part, that it does."""
    takes_part = record(case) in ("packet", "referral")
    found = [Ground("INTERNAL", "party.keeps_fact", up_to(0))] if takes_part else []
    opened = CONSENT[case.state]
    purposes = {"service"} if case.state == FOR_SOMETHING_ELSE else GIVEN_FOR
    if opened is None or case.purpose not in purposes:
        return found
    classes = cut(opened, case.recipient)
    # Who told us goes to the receiving agency together with the reason.
    if 6 in opened and 3 in classes:
        classes |= {6}
    return [*found, Ground("CONSENT", "party.with_consent", classes)]


def of_conference(case: Case) -> list[Ground]:
    """The item while its window is open; and what the chair asks, to whoever is asked."""
    if case.state in ASKED:
        asked = cut(frozenset({0, 1, 3}), case.recipient)
        told = [Ground("INTERNAL", "party.keeps_fact", up_to(0))]
        shown = Ground(case.basis, "conference.asked_by_chair", asked, duties=True)
        return [*told, shown] if ASKED[case.state] else told
    if not WINDOW_OPEN[case.state]:
        return []
    opened = cut(CONFERENCES[case.basis], case.recipient)
    return [Ground(case.basis, "conference.window", opened, duties=True)]


def of_provision(case: Case) -> list[Ground]:
    """What the holder provided."""
    purposes = {"service"} if case.state == FOR_SOMETHING_ELSE else GIVEN_FOR
    is_open = case.state == TAKEN or PROVISION_OPEN.get(case.state)
    if not is_open or case.purpose not in purposes:
        return []
    if case.basis == "LIFE" and record(case) == "case":
        return []
    opened = cut(PROVISIONS[case.basis], case.recipient)
    return [Ground(case.basis, "provision.in_force", opened, duties=True)]


def answer(case: Case) -> Answer:
    """What the brief says; nothing unless something says otherwise."""
    refused = refused_at_the_gate(case)
    if refused is not None:
        return Answer(frozenset(), "", refused)
    found = grounds(case)
    if case.state == "record of a relative" and case.recipient not in PERSONS:
        return Answer(frozenset(), "", "self.involved")
    if not found:
        unknown = case.state == "no such record"
        return Answer(frozenset(), "", "record.unknown" if unknown else "record.no_basis")
    off = case.basis if case.state == SWITCHED_OFF else ""
    valid = [g for g in found if g.basis != off]
    if not valid:
        return Answer(frozenset(), "", "basis.not_in_force")
    able = [g for g in valid if not (g.duties and case.state == DUTY_UNKNOWN)]
    if not able:
        return Answer(frozenset(), "", "obligation.unknown")
    widest = max(able, key=lambda g: len(g.classes))
    rules = " ".join(sorted(g.rule for g in able))
    return Answer(frozenset().union(*(g.classes for g in able)), widest.basis, rules)


# The cases


def can_be(case: Case) -> bool:
    """Whether such a thing is ever made."""
    made = case.basis in PUBLIC_ONLY and case.recipient in ADDRESSED
    return not made or case.recipient in PUBLIC


def every_case() -> Iterator[Case]:
    """The whole product, too long to read."""
    for basis in BASES:
        for state in states(basis):
            for recipient in RECIPIENTS:
                for purpose in PURPOSES:
                    case = Case(basis, recipient, purpose, state)
                    if can_be(case):
                        yield case


def cases() -> Iterator[Case]:
    """Those of the file: all purposes where the purpose counts, then one purpose for the rest."""
    for case in every_case():
        first = case.state == states(case.basis)[0]
        purpose_counts = first or case.state in (FOR_SOMETHING_ELSE, REVIEWED)
        if purpose_counts or case.purpose == "consultation":
            yield case


# The file

COLUMNS = ("basis", "recipient", "purpose", "state", "classes", "on", "rule")
TOLD = {
    "CONSENT": "本人同意: the person's consent (to D1–D5 by name, D1–D4 by kind) up to the ceiling.",
    "CONF_NEEDY": "支援会議（生活困窮者自立支援法）: D0–D4 up to the ceiling while the window is open.",
    "CONF_LAYERED": "支援会議（社会福祉法）: D0–D4 up to the ceiling while the window is open.",
    "CONF_CHILD": "要対協: also D5, to whoever may be given it.",
    "CONF_OTHER": "その他の法定会議: D0–D4 up to the ceiling while the window is open.",
    "LIFE": "生命等の保護: who, where and what a rescuer must know; never the case file.",
    "CHILD_HEALTH": "公衆衛生・児童の健全育成: D0–D4, reviewed by a second person.",
    "PUBLIC_DUTY": "国の機関等への協力: D0–D3, to public bodies alone.",
    "PUBLIC_BODY": "他の行政機関等: D0–D4, to public bodies alone.",
    "INTERNAL": "同一機関内: the own record; a provision inside the body; the fact of taking part.",
    "ENTRUST": "委託: D0–D4 within the entrusted work.",
    "DUTY_REPORT": "通報・通告: D0–D5 up to the ceiling.",
    "SELF": "本人: the own copy, without D5, D6 and D7.",
    "ANON": "匿名情報: what is about nobody.",
}


def written(classes: frozenset[int]) -> str:
    """Data classes as the file writes them."""
    return " ".join(f"D{number}" for number in sorted(classes)) or "–"


def drawn() -> str:
    """The file."""
    rows = [(case, answer(case)) for case in cases()]
    cells = [(*case, written(said.classes), said.on or "–", said.rule) for case, said in rows]
    widths = [max(map(len, column)) for column in zip(COLUMNS, *cells, strict=True)]
    lines = [
        "# Who sees which data classes, on which basis. Written by tests/tools/truth_table.py.",
        _line(COLUMNS, widths),
    ]
    for basis in BASES:
        lines += ["#", f"# {basis} {TOLD[basis]}", "#"]
        lines += [_line(c, widths) for c in cells if c[0] == basis]
    return "\n".join(lines) + "\n"


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    padded = (c.ljust(w) for c, w in zip(cells, widths, strict=True))
    return "\t".join(padded).rstrip()


def read(text: str) -> Iterator[tuple[Case, Answer]]:
    """The lines of a file again."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    for line in lines[1:]:
        *case, classes, on, rule = (cell.strip() for cell in line.split("\t"))
        opened = frozenset(int(c[1:]) for c in classes.replace("–", "").split())
        yield Case(*case), Answer(opened, on.replace("–", ""), rule)


if __name__ == "__main__":
    TABLE.write_text(drawn(), encoding="utf-8")
