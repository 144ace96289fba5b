"""The Merkle tree: against public vectors, against a naive tree, and against what is not so."""

import json
from base64 import b64decode
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.errors import Invalid
from service.domain.merkle import (
    EMPTY_ROOT,
    check_consistency,
    check_inclusion,
    consistency_path,
    grown,
    inclusion_path,
    leaf_hash,
    node_hash,
    peaks,
    places_on,
    proof_along,
    root_of,
)

VECTORS = Path(__file__).parents[1] / "data"
INCLUSION = json.loads((VECTORS / "merkle_inclusion.json").read_text())
CONSISTENCY = json.loads((VECTORS / "merkle_consistency.json").read_text())
#: Up to here every tree, every leaf and every pair of sizes is tried.
EVERY = 70
HASHES = [leaf_hash(b"%d" % n) for n in range(300)]


# Public vectors (tests/data/README.md)


def test_all_the_vectors_are_there() -> None:
    assert (len(INCLUSION), len(CONSISTENCY)) == (98, 98)
    refused = [v for v in (*INCLUSION.values(), *CONSISTENCY.values()) if v["wantErr"]]
    assert len(refused) == 184
    assert 0 in {v["size1"] for v in refused if "size1" in v}


@pytest.mark.parametrize("name", INCLUSION)
def test_inclusion_proofs_are_judged_as_published(name: str) -> None:
    told = INCLUSION[name]
    assert judged(check_inclusion, told, "leafIdx", "treeSize", "leafHash", "root") is (
        not told["wantErr"]
    )


@pytest.mark.parametrize("name", CONSISTENCY)
def test_consistency_proofs_are_judged_as_published(name: str) -> None:
    told = CONSISTENCY[name]
    assert judged(check_consistency, told, "size1", "size2", "root1", "root2") is (
        not told["wantErr"]
    )


def judged(check, told, first, second, given, root) -> bool:
    proof = [b64decode(step) for step in told["proof"] or []]
    numbers = told[first], told[second]
    hashes = b64decode(told[given]), b64decode(told[root])
    try:
        if check is check_inclusion:
            check(*numbers, hashes[0], proof, hashes[1])
        else:
            check(*numbers, *hashes, proof)
    except Invalid:
        return False
    return True


# A naive tree, written as RFC 6962 §2.1 defines it


@cache
def naive_root(start: int, end: int) -> bytes:
    if start == end:
        return sha256(b"").digest()
    if end - start == 1:
        return HASHES[start]
    half = 1
    while half * 2 < end - start:
        half *= 2
    return node_hash(naive_root(start, start + half), naive_root(start + half, end))


NODES = {
    (level, index): naive_root(index << level, (index + 1) << level)
    for level in range(9)
    for index in range(300 >> level)
}


def frontier_of(size: int) -> list[bytes]:
    return [NODES[place] for place in peaks(size)]


@pytest.mark.parametrize("size", range(EVERY + 1))
def test_a_tree_grows_to_the_root_that_the_definition_gives(size: int) -> None:
    assert grown(0, [], HASHES[:size]) == (size, frontier_of(size))
    assert root_of(frontier_of(size)) == naive_root(0, size)
    for before in range(size):
        assert grown(before, frontier_of(before), HASHES[before:size]) == (size, frontier_of(size))


@pytest.mark.parametrize("size", range(1, EVERY + 1))
def test_every_leaf_is_proved_in_its_place_and_in_no_other(size: int) -> None:
    root = naive_root(0, size)
    for index in range(size):
        proof = proof_along(inclusion_path(index, size), NODES)
        check_inclusion(index, size, HASHES[index], proof, root)
        others = {(index + 1) % size, index ^ 1, size - 1} - {index}
        for other in others:
            with pytest.raises(Invalid):
                check_inclusion(other, size, HASHES[index], proof, root)
        with pytest.raises(Invalid):
            check_inclusion(index, size, HASHES[index], [*proof, HASHES[0]], root)
        if proof:
            with pytest.raises(Invalid):
                check_inclusion(index, size, HASHES[index], proof[:-1], root)


@pytest.mark.parametrize("new", range(1, EVERY + 1))
def test_every_earlier_tree_is_proved_to_be_the_beginning(new: int) -> None:
    for old in range(1, new + 1):
        proof = proof_along(consistency_path(old, new), NODES)
        roots = naive_root(0, old), naive_root(0, new)
        check_consistency(old, new, *roots, proof)
        with pytest.raises(Invalid):
            check_consistency(old, new, *roots, [*proof, HASHES[0]])
        if old < new:
            with pytest.raises(Invalid):
                check_consistency(old, new, *reversed(roots), proof)
            with pytest.raises(Invalid):
                check_consistency(old, new, leaf_hash(b"another"), roots[1], proof)


# Beyond


@given(st.integers(EVERY, 300), st.data())
def test_larger_trees_prove_as_well_and_one_bit_is_noticed(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = proof_along(inclusion_path(index, size), NODES)
    root = naive_root(0, size)
    check_inclusion(index, size, HASHES[index], proof, root)
    with pytest.raises(Invalid):
        check_inclusion(index, size, HASHES[index], one_bit_off(data, proof), root)

    old = data.draw(st.integers(1, size - 1))
    proof = proof_along(consistency_path(old, size), NODES)
    roots = naive_root(0, old), root
    check_consistency(old, size, *roots, proof)
    with pytest.raises(Invalid):
        check_consistency(old, size, *roots, one_bit_off(data, proof))


def one_bit_off(data: st.DataObject, proof: list[bytes]) -> list[bytes]:
    step = data.draw(st.integers(0, len(proof) - 1))
    bit = data.draw(st.integers(0, 255))
    wrong = int.from_bytes(proof[step], "big") ^ (1 << bit)
    return [*proof[:step], wrong.to_bytes(32, "big"), *proof[step + 1 :]]


@given(st.lists(st.binary(max_size=40), max_size=200), st.data())
def test_it_does_not_matter_in_how_many_steps_a_log_grows(
    leaves: list[bytes], data: st.DataObject
) -> None:
    hashes = [leaf_hash(leaf) for leaf in leaves]
    cut = data.draw(st.integers(0, len(hashes)))
    assert grown(*grown(0, [], hashes[:cut]), hashes[cut:]) == grown(0, [], hashes)


@given(st.integers(1, 2**63), st.data())
def test_a_proof_looks_at_few_hashes_however_large_the_log(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))
    assert len(inclusion_path(index, size)) <= size.bit_length()
    assert len(consistency_path(old, size)) <= size.bit_length() + 1
    for path in (inclusion_path(index, size), consistency_path(old, size)):
        assert len(places_on(path)) <= 2 * 63
        assert all((place + 1) << level <= size for level, place in places_on(path))


# What is no tree


def test_the_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert root_of([]) == EMPTY_ROOT == sha256(b"").digest()


def test_a_leaf_is_never_taken_for_a_node() -> None:
    pair = HASHES[0] + HASHES[1]
    assert leaf_hash(pair) != node_hash(HASHES[0], HASHES[1])


@pytest.mark.parametrize(("size", "hashes"), [(0, 1), (1, 0), (1, 2), (3, 1), (4, 2), (7, 2)])
def test_a_frontier_of_another_size_is_refused(size: int, hashes: int) -> None:
    with pytest.raises(Invalid, match=r"log.frontier_does_not_fit"):
        grown(size, HASHES[:hashes], [])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 3), (3, 3), (5, 3)])
def test_there_is_no_leaf_beyond_the_tree(index: int, size: int) -> None:
    with pytest.raises(Invalid, match=r"log.index_beyond_size"):
        inclusion_path(index, size)
    with pytest.raises(Invalid, match=r"log.index_beyond_size"):
        check_inclusion(index, size, HASHES[0], [], HASHES[0])


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 5), (6, 5), (-1, 5)])
def test_nothing_is_consistent_with_no_tree(old: int, new: int) -> None:
    with pytest.raises(Invalid, match=r"log.sizes_reversed"):
        consistency_path(old, new)
    with pytest.raises(Invalid, match=r"log.sizes_reversed"):
        check_consistency(old, new, EMPTY_ROOT, naive_root(0, 5), [])
