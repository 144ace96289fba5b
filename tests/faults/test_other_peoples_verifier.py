"""Our checkpoints and proofs, verified by the libraries of Go's checksum database.

It needs a Go of 1.19 or later and golang.org/x/mod as a folder, and no network. On Debian:

    apt-get download golang-1.19-go golang-1.19-src golang-golang-x-mod-dev
    for file in *.deb; do dpkg -x "$file" go; done
    export TSUNAGI_GO=$PWD/go/usr/lib/go-1.19/bin/go
    export TSUNAGI_GO_XMOD=$PWD/go/usr/share/gocode/src/golang.org/x/mod
"""

import json
import os
import subprocess
from base64 import b64encode
from pathlib import Path

import pytest
from audit_bundles import LOG, NEXT, ORIGIN, REWRITTEN, SEALED, SIZE, TREE, WITNESSES, signed

from service.domain.merkle import inclusion_path, proof_along

GO, XMOD = os.environ.get("TSUNAGI_GO"), os.environ.get("TSUNAGI_GO_XMOD")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (GO and XMOD),
        reason="Go is not here: set TSUNAGI_GO and TSUNAGI_GO_XMOD as the file's first lines say",
    ),
]
SOURCE = Path(__file__).parents[1] / "tools" / "check_log" / "main.go"
GO_MOD = """module check_log

go 1.17

require golang.org/x/mod v0.7.0

replace golang.org/x/mod => {}
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    folder = tmp_path_factory.mktemp("check_log")
    (folder / "main.go").write_text(SOURCE.read_text())
    (folder / "go.mod").write_text(GO_MOD.format(XMOD))
    surroundings = {
        **os.environ,
        "GOROOT": str(Path(GO).resolve().parents[1]),
        "GOFLAGS": "-mod=mod",
        "GOPROXY": "off",
        "GOCACHE": str(folder / "cache"),
        "GOPATH": str(folder / "path"),
    }
    subprocess.run([GO, "build", "-o", "check_log", "."], cwd=folder, env=surroundings, check=True)
    return folder / "check_log"


def told(index=6, old=5, size=SIZE):
    path = inclusion_path(index, size)
    nodes = {place: TREE.node(*place) for step in path for place in step}
    return {
        "key": str(LOG.key),
        "origin": ORIGIN,
        "earlier": TREE.note(old),
        "later": TREE.note(size, seen=WITNESSES),
        "index": index,
        "leaf": b64encode(SEALED[index].leaf).decode(),
        "inclusion": [b64encode(step).decode() for step in proof_along(path, nodes)],
        "consistency": json.loads(TREE.consistency(old, size))["proof"],
    }


def says(program, facts):
    run = subprocess.run(
        [program], input=json.dumps(facts), capture_output=True, text=True, check=False
    )
    return run.returncode == 0, run.stdout


def test_ours_is_verified_by_others(program):
    for size in range(1, SIZE + 1):
        for number in range(size):
            assert says(program, told(number, number + 1, size)) == (True, "ok\n")


TAMPERED = {
    "size in the later checkpoint": {"later": TREE.note(SIZE).replace("\n13\n", "\n12\n")},
    "size in the earlier checkpoint": {"earlier": TREE.note(5).replace("\n5\n", "\n4\n")},
    # Of the same number of steps a proof would fit another size: the size is signed, not hashed.
    "size, signed anew": {"later": signed(TREE.checkpoint(SIZE)._replace(size=8), LOG)},
    "another key": {"key": str(NEXT.key)},
    "another log": {"origin": "audit.example/other"},
    "another place": {"index": 7},
    "another entry": {"leaf": b64encode(SEALED[7].leaf).decode()},
    "a rewritten log": {"later": REWRITTEN.note(SIZE)},
    "an earlier state of a rewritten log": {"earlier": REWRITTEN.note(5)},
    "a proof of something else": {"consistency": json.loads(TREE.consistency(6, SIZE))["proof"]},
}


@pytest.mark.parametrize("what", TAMPERED)
def test_what_is_tampered_with_is_refused_by_others(what, program):
    assert not says(program, {**told(), **TAMPERED[what]})[0]
