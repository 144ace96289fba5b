"""The Merkle tree over the audit log (RFC 6962 §2.1, RFC 9162 §2.1), as pure arithmetic of hashes.

A tree of *n* leaves has one root. A *frontier* is the shortest list of hashes that the root follows
from: of the largest complete subtrees, left to right. A log grows by appending to its frontier,
and nothing before it is looked at again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256

from service.domain.errors import Invalid

#: What hashes, roots and steps of a proof are: 32 bytes.
Hash = bytes
HASH_BYTES = 32
#: The root of a tree without leaves.
EMPTY_ROOT: Hash = sha256(b"").digest()

#: A complete subtree: of 2^level leaves, the index-th of its size.
Place = tuple[int, int]
#: The steps of a proof, each as the complete subtrees that its hash is the root over.
Path = Sequence[Sequence[Place]]


def leaf_hash(leaf: bytes) -> Hash:
    """The hash of one entry."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: Hash, right: Hash) -> Hash:
    """The hash of two subtrees side by side."""
    return sha256(b"\x01" + left + right).digest()


def peaks(size: int) -> list[Place]:
    """The complete subtrees of a tree, left to right: each as its level and its index there."""
    found = []
    start = 0
    for level in reversed(range(size.bit_length())):
        if size >> level & 1:
            found.append((level, start >> level))
            start += 1 << level
    return found


def root_of(frontier: Sequence[Hash]) -> Hash:
    """The root that follows from the hashes of the peaks."""
    if not frontier:
        return EMPTY_ROOT
    *rest, root = frontier
    for peak in reversed(rest):
        root = node_hash(peak, root)
    return root


def grown(size: int, frontier: Sequence[Hash], leaves: Iterable[Hash]) -> tuple[int, list[Hash]]:
    """The size and the frontier after these leaves."""
    if len(frontier) != size.bit_count():
        raise Invalid("log.frontier_does_not_fit")
    stack = list(frontier)
    for leaf in leaves:
        node, below = leaf, size
        while below & 1:
            node = node_hash(stack.pop(), node)
            below >>= 1
        stack.append(node)
        size += 1
    return size, stack


def inclusion_path(index: int, size: int) -> list[list[Place]]:
    """Where the steps of an inclusion proof stand: each as the peaks that it is the root of.

    Raises Invalid for a leaf that the tree does not have.
    """
    if not 0 <= index < size:
        raise Invalid("log.index_beyond_size", facts={"size": size})
    return _path(index, 0, size)


def _path(index: int, start: int, end: int) -> list[list[Place]]:
    """The siblings on the way from a leaf up to the subtree over these leaves."""
    if end - start == 1:
        return []
    middle = start + _largest_power_below(end - start)
    if index < middle:
        return [*_path(index, start, middle), _cover(middle, end)]
    return [*_path(index, middle, end), _cover(start, middle)]


def consistency_path(old: int, new: int) -> list[list[Place]]:
    """Where the steps of a consistency proof stand. Raises Invalid where the sizes are none."""
    if not 0 < old <= new:
        raise Invalid("log.sizes_reversed", facts={"from": old, "to": new})
    return [] if old == new else _between(old, 0, new, whole=True)


def _between(old: int, start: int, end: int, *, whole: bool) -> list[list[Place]]:
    if old == end - start:
        return [] if whole else [_cover(start, end)]
    half = _largest_power_below(end - start)
    if old <= half:
        return [*_between(old, start, start + half, whole=whole), _cover(start + half, end)]
    return [*_between(old - half, start + half, end, whole=False), _cover(start, start + half)]


def _largest_power_below(count: int) -> int:
    """The largest power of two that is less than the count."""
    return 1 << (count - 1).bit_length() - 1


def _cover(start: int, end: int) -> list[Place]:
    """The complete subtrees over the leaves from start until before end, left to right."""
    found = []
    for level, _ in peaks(end - start):
        found.append((level, start >> level))
        start += 1 << level
    return found


def places_on(path: Path) -> list[Place]:
    """Every subtree whose hash a proof needs, once."""
    return list(dict.fromkeys(place for step in path for place in step))


def proof_along(path: Path, nodes: Mapping[Place, Hash]) -> list[Hash]:
    """The steps of a proof, from the hashes of the subtrees."""
    return [root_of([nodes[place] for place in step]) for step in path]


def _only_hashes(hashes: Iterable[Hash]) -> None:
    if any(len(each) != HASH_BYTES for each in hashes):
        raise Invalid("log.proof_does_not_fit")


def _climbed(place: int, last: int, proof: Sequence[Hash]) -> Iterator[tuple[Hash, bool]]:
    """The steps from a place up to the root, and whether each stands to the left of the way."""
    for step in proof:
        if last == 0:
            raise Invalid("log.proof_does_not_fit")
        left = place & 1 == 1 or place == last
        yield step, left
        while left and not place & 1 and place:
            place >>= 1
            last >>= 1
        place >>= 1
        last >>= 1
    if last != 0:
        raise Invalid("log.proof_does_not_fit")


def root_from_inclusion(index: int, size: int, leaf: Hash, proof: Sequence[Hash]) -> Hash:
    """The root of the tree that the proof puts the leaf into (RFC 9162 §2.1.3.2).

    Raises Invalid for a proof of another length than index and size ask for.
    """
    if not 0 <= index < size:
        raise Invalid("log.index_beyond_size", facts={"size": size})
    _only_hashes([leaf, *proof])
    node = leaf
    for step, left in _climbed(index, size - 1, proof):
        node = node_hash(step, node) if left else node_hash(node, step)
    return node


def roots_from_consistency(
    old: int, new: int, old_root: Hash, proof: Sequence[Hash]
) -> tuple[Hash, Hash]:
    """The roots of the old and of the new tree that the proof leads to (RFC 9162 §2.1.4.2).

    Raises Invalid for sizes that are none, and for a proof of another length than they ask for.
    """
    if not 0 < old <= new:
        raise Invalid("log.sizes_reversed", facts={"from": old, "to": new})
    if old == new and not proof:
        return old_root, old_root
    _only_hashes([old_root, *proof])
    # The largest subtree that ends where the old tree does; the whole of it if that is complete.
    level = (old & -old).bit_length() - 1
    steps = [old_root, *proof] if old == 1 << level else list(proof)
    if old == new or not steps:
        raise Invalid("log.proof_does_not_fit")
    first = second = steps[0]
    for step, left in _climbed((old - 1) >> level, (new - 1) >> level, steps[1:]):
        second = node_hash(step, second) if left else node_hash(second, step)
        first = node_hash(step, first) if left else first
    return first, second


def check_inclusion(index: int, size: int, leaf: Hash, proof: Sequence[Hash], root: Hash) -> None:
    """Raise Invalid unless the proof shows the leaf in the tree with this root."""
    if root_from_inclusion(index, size, leaf, proof) != root:
        raise Invalid("log.proof_of_another_root")


def check_consistency(
    old: int, new: int, old_root: Hash, new_root: Hash, proof: Sequence[Hash]
) -> None:
    """Raise Invalid unless the proof shows the new tree to begin with the whole of the old one."""
    if roots_from_consistency(old, new, old_root, proof) != (old_root, new_root):
        raise Invalid("log.proof_of_another_root")
