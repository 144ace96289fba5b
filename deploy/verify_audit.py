#!/usr/bin/env python3
"""Verify an export of Tsunagi's audit log with nothing but Python 3.11 (監査記録の独立検証).

    python3 verify_audit.py FILE --origin NAME --key VKEY [--key VKEY …]
        [--witness VKEY … [--witnesses-needed N]] [--kept CHECKPOINT …]

Ask for origin and keys on another way than the file came. Exit code 0: all that was asked holds;
1: it does not hold; 2: it could not be decided. It shares no code with the service on purpose:
`tsunagi audit verify` must come to the same verdict, written by other means (RFC 9162, RFC 8032,
C2SP signed-note and tlog-checkpoint).
"""

import argparse
import json
import re
import sys
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from hashlib import sha256, sha512
from pathlib import Path

LONGEST_LINE, LONGEST_NOTE, MOST_SIGNATURES = 16 * 1024 * 1024, 1_000_000, 100


class Refused(Exception):
    """Something does not hold; the code says what."""


def need(holds, code):
    if not holds:
        raise Refused(code)


def decoded(text):
    """The bytes behind base64; none for what is none, or not written as it always is."""
    try:
        raw = b64decode(text.encode(), validate=True)
    except (ValueError, AttributeError):
        return b""
    return raw if b64encode(raw).decode() == text else b""


# Ed25519 (RFC 8032 §5.1.7, without the cofactor); points as (X, Y, Z, T)

P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, ROOT_OF_MINUS_1 = -121665 * pow(121666, -1, P) % P, pow(2, (P - 1) // 4, P)
NEUTRAL = (0, 1, 1, 0)


def add(a, b):
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = f - e, h - g, h + g, f + e
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(n, point):
    found = NEUTRAL
    while n:
        found, point, n = add(found, point) if n & 1 else found, add(point, point), n >> 1
    return found


def same(a, b):
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 == (a[1] * b[2] - b[1] * a[2]) % P


def point_of(raw):
    """The point behind 32 bytes; refuses what is none, or not written as it always is."""
    y, odd = int.from_bytes(raw, "little") & (1 << 255) - 1, raw[31] >> 7
    xx = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(xx, (P + 3) // 8, P)
    x = x if (x * x - xx) % P == 0 else x * ROOT_OF_MINUS_1 % P
    need(y < P and (x * x - xx) % P == 0 and (x or not odd), "log.signature_wrong")
    x = x if x & 1 == odd else P - x
    return x, y, 1, x * y % P


BASE = point_of((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def check_signature(public, message, signature):
    need(len(public) == 32 and len(signature) == 64, "log.signature_wrong")
    key, start, s = (
        *map(point_of, (public, signature[:32])),
        int.from_bytes(signature[32:], "little"),
    )
    # Under a key of small order anybody can sign.
    need(s < L and not same(times(8, key), NEUTRAL), "log.signature_wrong")
    k = int.from_bytes(sha512(signature[:32] + public + message).digest(), "little") % L
    need(same(times(s, BASE), add(start, times(k, key))), "log.signature_wrong")


# Signed notes and checkpoints (C2SP); a key is (name, id, how it signs, its bytes)


def key_reader(how):
    def key(text):
        name, key_id, encoded = text.strip().split("+", 2)
        raw = decoded(encoded)
        right = sha256(name.encode() + b"\n" + raw).hexdigest()[:8] == key_id
        if not (right and re.fullmatch(r"[^\s+]+", name) and len(raw) == 33 and raw[0] == how):
            raise ValueError
        return name, bytes.fromhex(key_id), how, raw[1:]

    return key


def read_note(written):
    """The text and its signatures as (name, key id, signature)."""
    text, blank, below = written.rpartition("\n\n")
    *lines, last = below.split("\n")
    broken = re.search("[\x00-\x09\x0b-\x1f\ud800-\udfff]", written)
    sound = blank and lines and not last and not broken and len(written) <= LONGEST_NOTE
    need(sound and len(lines) <= MOST_SIGNATURES, "log.note_unreadable")
    found = [re.fullmatch(r"— ([^\s+]+) (\S+)", line) for line in lines]
    need(all(line and len(decoded(line[2])) > 4 for line in found), "log.note_unreadable")
    return text + "\n", [(m[1], decoded(m[2])[:4], decoded(m[2])[4:]) for m in found]


def signers(note, keys):
    """The keys that have signed, and the time that each wrote; the first line of each counts."""
    found = {}
    for name, key_id, signature in note[1]:
        for key in keys:
            if key[:2] == (name, key_id) and key not in found:
                time = int.from_bytes(signature[:8], "big") if key[2] == 4 else None
                need(time is None or time < 1 << 63, "log.signature_wrong")
                message = note[0] if time is None else f"cosignature/v1\ntime {time}\n{note[0]}"
                check_signature(key[3], message.encode(), signature[8 * (time is not None) :])
                found[key] = time
    return found


def read_checkpoint(written, trust):
    """Size and root of a checkpoint of this log that one of its keys has signed."""
    note = read_note(written)
    *lines, last = note[0].split("\n")
    sound = not last and len(lines) >= 3 and all(lines) and len(decoded(lines[2])) == 32
    sound = sound and re.fullmatch(r"0|[1-9][0-9]{0,18}", lines[1])
    need(sound, "log.checkpoint_unreadable")
    need(lines[0] == trust.origin, "log.checkpoint_of_another_log")
    need(signers(note, trust.key), "log.checkpoint_not_signed")
    return int(lines[1]), decoded(lines[2])


# Entries: readable in one way only, with commitments under a salt


def commitment(salt, words):
    return sha256(salt + sha256(words).digest()).hexdigest()


def once(pairs):
    """An object in which no name stands twice: two readers would read it in two ways."""
    need(len(dict(pairs)) == len(pairs), "log.entry_unreadable")
    return dict(pairs)


def read_entry(written):
    """What stands in words or in a leaf, and its instant."""
    try:
        said = json.loads(written.decode(), object_pairs_hook=once, parse_constant=bytes.fromhex)
        at = datetime.fromisoformat(str(said.get("at")))
        need(at.tzinfo and json.dumps(said, ensure_ascii=False).encode(), "log.entry_unreadable")
        return said, at.astimezone(UTC)
    except (ValueError, AttributeError, OverflowError, RecursionError):
        raise Refused("log.entry_unreadable") from None


def read_leaf(leaf):
    told, at = read_entry(leaf)
    shape = {"at": at.isoformat(timespec="microseconds")}
    shape |= {k: str(told.get(k)) for k in ("id", "sealed")} | {"v": 1}
    written = json.dumps(shape, ensure_ascii=False, separators=(",", ":"))
    need(written.encode(errors="replace") == leaf, "log.entry_unreadable")
    return told, at


def check_open(leaf, salt, words, question=None):
    """The words fit the leaf, and what was decided on fits the words."""
    outside, at = read_leaf(leaf)
    need(outside["sealed"] == commitment(salt, words), "log.entry_altered")
    inside, inside_at = read_entry(words)
    need((outside["id"], at) == (inside.get("id"), inside_at), "log.entry_altered")
    fits = question is None or inside.get("decided_on") == commitment(salt, question)
    need(fits, "bundle.question_altered")


# The bundle, and the Merkle tree (RFC 9162 §2.1) as the hashes of its complete subtrees


def root_of(peaks):
    root = peaks[-1] if peaks else sha256(b"").digest()
    for peak in reversed(peaks[:-1]):
        root = sha256(b"\1" + peak + root).digest()
    return root


def append(size, peaks, hashed):
    while size & 1:
        hashed, size = sha256(b"\1" + peaks.pop() + hashed).digest(), size >> 1
    peaks.append(hashed)


def read_line(line):
    need(line.endswith(b"\n"), "bundle.line_cut_off")
    try:
        told = json.loads(line.decode(), object_pairs_hook=once)
    except (ValueError, RecursionError, Refused):
        return {}
    return told if isinstance(told, dict) else {}


def read_header(line, trust):
    """Where it begins and ends: size, peaks, size at the end, root there, and who has seen that."""
    told = read_line(line)
    kinds = {"format": {str}, "origin": {str}, "keys": {list}, "from": {str, type(None)}}
    kinds |= {"to": {str}, "first": {int}, "size": {int}, "frontier": {list}}
    sound = set(told) == set(kinds) and all(type(told[name]) in kinds[name] for name in kinds)
    sound = sound and told["format"] == "tsunagi-audit-bundle/1"
    sound = sound and all(type(each) is str for each in told["keys"] + told["frontier"])
    peaks = [decoded(peak) for peak in told["frontier"]] if sound else [b""]
    sound = sound and all(len(peak) == 32 for peak in peaks)
    need(sound and 0 <= told["first"] <= told["size"] < 1 << 63, "bundle.header_unreadable")
    need(told["origin"] == trust.origin, "log.checkpoint_of_another_log")
    need(told["from"] is not None or told["first"] == 0, "bundle.from_missing")
    later, nothing = read_checkpoint(told["to"], trust), (0, root_of([]))
    earlier = nothing if told["from"] is None else read_checkpoint(told["from"], trust)
    need((earlier[0], later[0]) == (told["first"], told["size"]), "bundle.size_differs")
    need(len(peaks) == earlier[0].bit_count(), "log.frontier_does_not_fit")
    need(root_of(peaks) == earlier[1], "bundle.start_differs")
    seen = signers(read_note(told["to"]), trust.witness)
    need(len(seen) >= trust.witnesses_needed, "bundle.witnesses_missing")
    return earlier[0], peaks, later, seen


def read_part(line, expected):
    """Which kind of line it is, and the hash of its leaf."""
    told = read_line(line)
    names, number, erased = set(told), told.pop("i", None), told.pop("erased", None)
    part = {name: decoded(value) for name, value in told.items()}
    kinds = {"hash": "closed", "leaf": "erased", "leaf salt words": "open"}
    kind = kinds.get(" ".join(sorted(set(part) - {"question"})))
    sound = ("question" not in part or kind == "open") and all(part.values())
    sound = sound and ("erased" in names) is (kind == "erased") and erased in (None, True)
    sound = sound and {len(part.get(name, bytes(32))) for name in ("hash", "salt")} == {32}
    need(sound and kind and type(number) is int and number >= 0, "bundle.line_unreadable")
    need(number == expected, "bundle.index_expected")
    if kind == "open":
        check_open(**part)
    elif kind == "erased":
        read_leaf(part["leaf"])
    return kind, part["hash"] if kind == "closed" else sha256(b"\0" + part["leaf"]).digest()


def verify(lines, trust):
    """Check it all; what was counted. Raises Refused for the first thing that does not hold."""
    header, size, peaks, count = None, 0, [], {"open": 0, "erased": 0, "closed": 0}
    roots, asked = {0: root_of([])}, {kept for kept, _ in trust.kept}
    for line in lines:
        trust.line += 1
        need(header is None or size < header[2][0], "bundle.goes_on")
        if header is None:
            header = read_header(line, trust)
            size, peaks = header[0], list(header[1])
        else:
            kind, hashed = read_part(line, size)
            append(size, peaks, hashed)
            count[kind] += 1
            size += 1
        if size in asked:
            roots[size] = root_of(peaks)
    need(header is not None and size == header[2][0], "bundle.ends_early")
    need(root_of(peaks) == header[2][1], "bundle.root_differs")
    for kept, root in trust.kept:
        need(roots.get(kept, root) == root, "bundle.kept_differs")
    return header, count, [kept for kept, _ in trust.kept if kept not in roots]


def asked_for():
    """What the reader brings along. Ends with code 2 where that cannot be used."""
    parser = argparse.ArgumentParser(description="Verify an export of Tsunagi's audit log.")
    parser.add_argument("file")
    parser.add_argument("--origin", required=True)
    parser.add_argument("--key", action="append", type=key_reader(1), required=True)
    parser.add_argument("--witness", action="append", type=key_reader(4), default=[])
    parser.add_argument("--witnesses-needed", type=int)
    parser.add_argument("--kept", action="append", default=[])
    trust = parser.parse_args()
    trust.line, asked = 0, trust.witnesses_needed
    trust.witnesses_needed = len(trust.witness) if asked is None else asked
    own = {key[3] for key in trust.witness} - {key[3] for key in trust.key}
    if len(own) < len(trust.witness) or not 0 <= trust.witnesses_needed <= len(own):
        parser.error("each witness has a key of its own, and there must be as many as needed")
    try:
        trust.kept = [read_checkpoint(Path(p).read_bytes().decode(), trust) for p in trust.kept]
    except (Refused, OSError, ValueError) as error:
        parser.error(f"--kept: {error}")
    return trust


def main():
    trust = asked_for()
    try:
        with Path(trust.file).open("rb") as file:
            lines = iter(lambda: file.readline(LONGEST_LINE + 1), b"")
            (first, _, later, seen), count, left = verify(lines, trust)
    except OSError as error:
        return print(f"NOT DECIDED 判定不能: {error}") or 2
    except Refused as refused:
        print(f"NOT OK 不合格: line {trust.line} ({trust.line}行目): {refused}")
        return 2 if str(refused) == "bundle.header_unreadable" else 1
    print("NOT DECIDED 判定不能" if left else "OK 合格")
    print(f"Checked 確認済み: {trust.origin}, entries {first} until {later[0]}:", count)
    print("  seen by 立会人:", [(key[0], time) for key, time in seen.items()])
    print("Not checked 未確認: kept checkpoints outside this bundle 範囲外の保存済み:", left)
    print("  that everything was recorded at all; what erased and closed entries say; without")
    print(
        "  --witness: that others see the same log; without --kept: that it was not rewritten since."
    )
    print("  すべて記録されたか。消去済み・非開示の内容。他の人にも同じログか。前回以降の書換え。")
    return 2 if left else 0


if __name__ == "__main__":
    sys.exit(main())
