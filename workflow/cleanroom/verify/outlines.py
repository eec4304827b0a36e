"""Check 7, for structure sets: no outer contour redraws a face, and every other contour is as it was."""

from collections import Counter

import numpy as np

from cleanroom.verify.placement import LPS_TO_RAS, Vector
from cleanroom.verify.regions import Contour, Region, drawn_on, regions
from cleanroom.verify.removed import Heads, Removed
from cleanroom.verify.subject import Pair

NEAR_MM = 6.25
"""A point that was cut lies no farther from the mask than this."""
SURELY, PERHAPS = 0.7, 0.15
"""Share of the points inside the mask that run along the skin: from the one on a region must have been cut,
from the other on it may have been, whatever it is called."""
LEAST_EXTENT_MM = 60.0
BAND_MM, DEEPEST_MM = 8.0, 16
"""An outline that is shrunken or grown keeps its distance from the skin, seen from the middle."""
PARALLEL_SURELY, PARALLEL_PERHAPS = 0.9, 0.45
ACROSS_MM = 45.0
Removal = list[Removed]


def faces(pair: Pair, heads: Heads) -> bool:
    """Whether a face was removed from the images on which a structure set was drawn."""
    drawn = [region for region in regions(pair.before).values() if region.contours]
    named = drawn_on(pair.before)
    return any(_removed(region, heads, named) for region in drawn)


def cut_references(pair: Pair) -> Counter[str]:
    """The images (original SOP Instance UIDs) to which contours referred that were cut away whole."""
    after = regions(pair.after)
    gone: Counter[str] = Counter()
    for number, old in regions(pair.before).items():
        kept = after[number].contours if number in after else []
        for contour, left in _matched(old.contours, kept)[0]:
            gone.update(contour.images if left is None else ())
    return gone


def findings(pair: Pair, heads: Heads) -> list[str]:
    """What is wrong with the contours of one released structure set."""
    before, after = regions(pair.before), regions(pair.after)
    named = drawn_on(pair.before)
    if before.keys() != after.keys():
        return ["regions of interest are there only before or only after"]
    found = []
    for number, old in before.items():
        found += _region(old, after[number], heads, named)
    return list(dict.fromkeys(found))


def _region(old: Region, new: Region, heads: Heads, named: frozenset[str]) -> list[str]:
    removed = _removed(old, heads, named)
    found = []
    referred, framed = heads.series(old.frame, named)
    if old.outer and new.contours and heads.uncertain(referred or framed):
        found.append("whether an outer contour shows a face is not certain")
    surely, perhaps = (True, True) if old.outer else likely(_points(old.contours), removed)
    whole = heads.study.config.faces.contours == "remove" and not new.contours and perhaps
    if old.contours != new.contours and not whole:
        found += _changes(old, new, removed) if perhaps else ["a region that is no outline changed"]
    inside = [face.inside(_points(new.contours)) for face in removed]
    if surely and any(flags.any() for flags in inside):
        found.append("an outer contour has points where the face was removed")
    return found


def _removed(region: Region, heads: Heads, named: frozenset[str]) -> Removal:
    referred, framed = heads.series(region.frame, named)
    return [heads.removed[name] for name in sorted(referred | framed) if name in heads.removed]


def _changes(old: Region, new: Region, removed: Removal) -> list[str]:
    pairs, all_found = _matched(old.contours, new.contours)
    if not all_found:
        return ["contours hold points that they did not hold, or in another order"]
    if any(int(contour.size or 0) != len(contour.points) for contour in new.contours):
        return ["the number of points of a contour is wrong"]
    spare = 0
    for contour, left in pairs:
        dropped = _dropped(contour, left)
        if dropped:
            near = [face.inside(_places(dropped), NEAR_MM) for face in removed]
            far = len(dropped) - int(np.logical_or.reduce(near).sum()) if near else len(dropped)
            spare += max(0, far - (2 if left is None and far < len(dropped) else 0))
    return ["contour points that are not near the face are missing"] if spare else []


def _matched(old: list[Contour], new: list[Contour]) -> tuple[list[tuple[Contour, Contour | None]], bool]:
    """Each contour with what is left of it, in order; and whether all that is there came from one."""
    waiting = list(reversed(new))
    pairs: list[tuple[Contour, Contour | None]] = []
    for contour in old:
        left = waiting.pop() if waiting and _holds(contour, waiting[-1]) else None
        pairs.append((contour, left))
    return pairs, not waiting


def _holds(whole: Contour, part: Contour) -> bool:
    rest = iter(whole.points)
    return whole.geometry == part.geometry and all(point in rest for point in part.points)


def _dropped(whole: Contour, part: Contour | None) -> list[bytes]:
    left = Counter(part.points if part else ())
    return list((Counter(whole.points) - left).elements())


def likely(points: Vector, removed: Removal) -> tuple[bool, bool]:
    """Whether an outline (RAS millimetres) surely has the shape of a removed face; whether it may have."""
    along, beside = 0.0, 0.0
    for face in removed:
        inside = points[face.inside(points)]
        if len(inside):
            along = max(along, _along(inside, face))
            beside = max(beside, _beside(inside, face))
    surely = along >= SURELY or beside >= PARALLEL_SURELY
    return surely, surely or along >= PERHAPS or beside >= PARALLEL_PERHAPS


def _along(inside: Vector, face: Removed) -> float:
    """How much of an outline in the face runs along the skin; 0 when only briefly."""
    skin = inside[face.on_skin(inside)]
    wide = len(skin) and np.linalg.norm(np.ptp(skin, axis=0)) >= LEAST_EXTENT_MM
    return len(skin) / len(inside) if wide or len(skin) < SURELY * len(inside) else 0.0


def _beside(inside: Vector, face: Removed) -> float:
    """How much of it lies at one distance from the skin; 0 when that is a narrow strip."""
    depth = face.depth(inside)
    best = 0.0
    for least in range(-DEEPEST_MM, DEEPEST_MM + 1, 2):
        band = inside[(depth >= least) & (depth <= least + BAND_MM)]
        part = len(band) / len(inside)
        if len(band) > 2 and part > best:
            across = np.sqrt(12 * max(0.0, float(np.linalg.eigvalsh(np.cov(band.T))[1])))
            best = part if across >= ACROSS_MM else best
    return best


def _points(contours: list[Contour]) -> Vector:
    return _places([point for contour in contours for point in contour.points])


def _places(points: list[bytes]) -> Vector:
    """RAS millimetres."""
    values = np.array([[float(part) for part in point.split(b"\\")] for point in points])
    return np.asarray(values.reshape(-1, 3) * LPS_TO_RAS)
