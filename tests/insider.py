"""What somebody with every right on the database can do to the audit log, and who notices.

The table in the README is written from this one, and the tests carry out every line of it.
"""

from collections.abc import Mapping
from typing import NamedTuple

#: Who may notice, in the order of the table's columns.
BY = {
    "check": "`tsunagi audit check`",
    "signing": "the service, which stops signing",
    "proof": "an auditor who asks for its proof",
    "kept": "whoever kept a checkpoint, or a witness",
}


class Attack(NamedTuple):
    """What is done, in words and in SQL, and who notices."""

    words: str
    steps: tuple[str, ...]
    by: frozenset[str]
    #: The last checkpoint that is kept outside the database goes as well.
    forgets: bool = False
    #: What the check finds, if it does.
    finds: str | None = None


#: The entry that is meddled with stands in the middle.
IT = "(SELECT entry_id FROM log_leaf WHERE index = 3)"
RESEAL = (
    f"UPDATE audit_entry e SET purpose = 'audit' WHERE id = {IT}",
    f"UPDATE audit_entry e SET words = entry_words(e) WHERE id = {IT}",
    f"UPDATE audit_entry e SET leaf = entry_leaf(e) WHERE id = {IT}",
)
REHASH = (
    "UPDATE log_leaf l SET hash = sha256('\\x00'::bytea || e.leaf)"
    " FROM audit_entry e WHERE e.id = l.entry_id"
)
UNSIGN = ("DELETE FROM log_cosignature", "DELETE FROM log_checkpoint")
CLAIM = (
    "INSERT INTO log_archive SELECT date '2026-11-01', entry_ids_from('2026-11-01'),"
    " entry_ids_from('2026-12-01'), 0, count(*), count(*), repeat('0', 64), 'audit.jsonl',"
    " now(), 'operator' FROM log_leaf"
)
ALL_BUT_KEPT = frozenset({"check", "signing", "proof"})
INSIDER: Mapping[str, Attack] = {
    "edit": Attack(
        "edits what is found of an entry (its purpose, its instant, its person)",
        (f"UPDATE audit_entry SET purpose = 'audit' WHERE id = {IT}",),
        frozenset({"check", "proof"}),
        finds="entry.altered",
    ),
    "back-date": Attack(
        "back-dates an entry",
        (f"UPDATE audit_entry SET at = at - interval '1 day' WHERE id = {IT}",),
        frozenset({"check", "proof"}),
        finds="entry.resealed",
    ),
    "question": Attack(
        "edits what an access was decided on",
        ("UPDATE question_part SET said = replace(said, '\"staff\"', '\"system\"')",),
        frozenset({"check"}),
        finds="entry.altered",
    ),
    "words": Attack(
        "edits the sealed words of an entry",
        (f"UPDATE audit_entry SET words = words || ' '::bytea WHERE id = {IT}",),
        frozenset({"check", "proof"}),
        finds="entry.resealed",
    ),
    "reseal": Attack(
        "edits an entry and seals it anew",
        RESEAL,
        frozenset({"check", "proof"}),
        finds="leaf.altered",
    ),
    "delete": Attack(
        "deletes an entry",
        (f"DELETE FROM audit_entry WHERE id = {IT}",),
        frozenset({"check", "proof"}),
        finds="entry.missing",
    ),
    "rehash": Attack(
        "edits an entry, seals it anew and puts its hash into the tree",
        (*RESEAL, REHASH),
        ALL_BUT_KEPT,
        finds="checkpoint.altered",
    ),
    "swap": Attack(
        "swaps the places of two entries",
        (
            "UPDATE log_leaf SET index = -1 WHERE index = 2",
            "UPDATE log_leaf SET index = 2 WHERE index = 3",
            "UPDATE log_leaf SET index = 3 WHERE index = -1",
        ),
        ALL_BUT_KEPT,
        finds="checkpoint.altered",
    ),
    "remove": Attack(
        "takes an entry out and closes the gap",
        (
            "DELETE FROM log_leaf WHERE index = 3",
            "UPDATE log_leaf SET index = -index WHERE index > 3",
            "UPDATE log_leaf SET index = -index - 1 WHERE index < 0",
        ),
        ALL_BUT_KEPT,
        finds="checkpoint.altered",
    ),
    "truncate": Attack(
        "cuts off the newest entries with every checkpoint, or restores an old backup",
        (
            "DELETE FROM audit_entry WHERE id IN (SELECT entry_id FROM log_leaf WHERE index >= 3)",
            "DELETE FROM log_leaf WHERE index >= 3",
            "DELETE FROM log_node",
            *UNSIGN,
        ),
        frozenset({"signing", "proof", "kept"}),
    ),
    "rewrite": Attack(
        "rewrites the whole log, with the signing key and the last checkpoint in their hands",
        (*RESEAL, REHASH, "DELETE FROM log_node", *UNSIGN),
        frozenset({"kept"}),
        forgets=True,
    ),
    "archive": Attack(
        "drops a month and claims that it was archived",
        (
            CLAIM,
            "ALTER TABLE audit_entry DETACH PARTITION audit_entry_2026_11",
            "DROP TABLE audit_entry_2026_11",
        ),
        frozenset({"check", "proof"}),
        finds="archive.too_early",
    ),
    "before": Attack(
        "deletes an entry before it was sealed (within a minute of its writing)",
        (
            "DELETE FROM audit_entry WHERE NOT EXISTS (SELECT FROM log_leaf l WHERE l.entry_id = id)",
        ),
        frozenset(),
    ),
}


def table() -> str:
    """The table for the README."""
    lines = ["| Somebody with every right on the database | " + " | ".join(BY.values()) + " |"]
    lines.append("|---|" + "---|" * len(BY))
    lines += [
        f"| {attack.words} | " + " | ".join("●" if who in attack.by else "" for who in BY) + " |"
        for attack in INSIDER.values()
    ]
    return "\n".join(lines)
