"""Check 4: a reference between instances that resolved before resolves after."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from cleanroom.verify import tables
from cleanroom.verify.header import Element, Header
from cleanroom.verify.identities import where
from cleanroom.verify.subject import Ids, Pair

KINDS = ("instance", "series", "study", "frame_of_reference")
CONTOUR_IMAGES = (0x30060039, 0x30060040, 0x30060016)
Place = tuple[tuple[int, ...], int]
"""Where a UID stands: the sequences around it, and its tag."""


@dataclass
class Graph:
    """Which released UID stands for which original one, in the instances of one study.

    Parameters
    ----------
    elsewhere
        Original UIDs of the input outside this study; asked only when a reference leaves the study.
    """

    elsewhere: Callable[[], frozenset[str]] = frozenset
    uncertain: Callable[[], frozenset[str]] = frozenset
    """Those of them that may get new UIDs although the profile keeps UIDs: images of other studies."""
    released: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Original UID → what stands for it in the release."""
    originals: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Released UID → original UIDs."""
    owner: dict[str, str] = field(default_factory=dict)
    """Original UID of an instance or series → pseudonym of the series."""

    def add(self, series: str, before: Ids, after: Ids | None) -> None:
        """Add one instance; ``after`` is None when it is not to be released."""
        for kind in KINDS:
            uid = getattr(before, kind)
            if uid:
                self.owner.setdefault(uid, series if kind in ("instance", "series") else "")
                if after is not None:
                    self.released[uid].add(getattr(after, kind))
                    self.originals[getattr(after, kind)].add(uid)

    def inconsistent(self, before: Ids, after: Ids) -> list[str]:
        """Whether the same before is the same after, for instance, series, study and frame of reference."""
        found = []
        for kind in KINDS:
            old, new = getattr(before, kind), getattr(after, kind)
            what = kind.replace("_", " ")
            if bool(old) != bool(new):
                found.append(f"the UID of the {what} is there only {'before' if old else 'after'}")
            elif old and len(self.released[old]) != 1:
                found.append(f"one {what} became several")
            elif new and len(self.originals[new]) != 1:
                found.append(f"several UIDs became one {what}")
        return found


def findings(pair: Pair, graph: Graph, cut: Counter[str] | None = None) -> list[str]:
    """References of one instance that no longer resolve.

    Parameters
    ----------
    pair, graph
        The instance, and what became of the others.
    cut
        How many contours on an image (its original UID) were cut away whole, and their references with them.
    """
    found = graph.inconsistent(Ids.of(pair.before), Ids.of(pair.after)) + _leaving(pair.before, graph)
    wanted, kept = _wanted(pair.before, graph, Counter(cut or {}))
    present = Counter((place, uid) for place, uid in _uids(pair.after))
    for (place, uid), count in wanted.items():
        missing = count - present[place, uid]
        if missing > 0:
            found.append(f"a reference at {_name(place)} no longer resolves")
        present[place, uid] -= min(count, present[place, uid])
    left: Counter[Place] = Counter()
    for (place, _), count in present.items():
        left[place] += count
    found += [
        f"a reference at {_name(place)} to something that is not released is gone"
        for place, count in kept.items()
        if left[place] < count
    ]
    return found


def targets(before: Header, graph: Graph) -> set[str]:
    """Pseudonyms of the series to which an instance refers, its own included."""
    owners = {graph.owner.get(uid, "") for place, uid in _uids(before) if _judged(place)}
    return owners - {""}


def _leaving(before: Header, graph: Graph) -> list[str]:
    """References to images of another study, whose UIDs are new when their pixels change."""
    places = {
        place
        for place, uid in _uids(before)
        if _judged(place) and uid not in graph.owner and uid in graph.uncertain()
    }
    return [
        f"a reference at {_name(place)} leads to images of another study, whose UIDs may change"
        for place in sorted(places)
    ]


def _wanted(
    before: Header, graph: Graph, cut: Counter[str]
) -> tuple[Counter[tuple[Place, str]], Counter[Place]]:
    """The references expected after: with a known new UID, and those that must only still be there."""
    known: Counter[tuple[Place, str]] = Counter()
    unknown: Counter[Place] = Counter()
    for place, uid in _uids(before):
        if not _judged(place):
            continue
        if place[0] == CONTOUR_IMAGES and cut[uid] > 0:
            cut[uid] -= 1
            continue
        if len(graph.released.get(uid, ())) == 1:
            known[place, next(iter(graph.released[uid]))] += 1
        elif uid in graph.owner or uid in graph.elsewhere():
            unknown[place] += 1
    return known, unknown


def _judged(place: Place) -> bool:
    """References in private elements and in what the profile takes away whole are not kept.

    The file meta information is no reference: the check of marks compares it with the dataset.
    """
    path, tag = place
    return tag >> 16 != 2 and not any(
        part >> 16 & 1 or part in tables.tags("removable") for part in (*path, tag)
    )


def _uids(header: Header) -> Iterable[tuple[Place, str]]:
    classes = tables.tags("classes")
    for element in header.elements:
        if element.vr == "UI" and element.tag not in classes:
            for part in header.value(element).split(b"\\"):
                uid = part.decode("latin-1").strip("\0 ")
                if uid and not uid.startswith("1.2.840.10008."):
                    yield (element.path, element.tag), uid


def _name(place: Place) -> str:
    path, tag = place
    return where(Element(path, tag, "UI", 0, 0))
