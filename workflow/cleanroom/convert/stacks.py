"""The frames of an enhanced instance as dcm2niix reads them rightly: stack by stack, volume by volume."""

from collections import defaultdict

import numpy as np
from pydicom import DataElement, Dataset

from cleanroom.errors import SetAside
from cleanroom.header.elements import NO_VALUE, sequence

_UID, _COUNT, _GROUPS = 0x00080018, 0x00280008, 0x52009230


def parts(header: Dataset) -> list[list[int]]:
    """Frames, numbered from 0, in the order in which they make volumes: one list a stack or orientation.

    dcm2niix takes the frames of an instance for one regular grid, in their order. So stacks and orientations
    are told apart, and where times run faster than positions, volumes are put one after the other. The order
    of positions stays.

    Returns
    -------
    list
        One list of all frames in their order, when nothing has to be changed; of a classic instance none.
    """
    groups = header.get("PerFrameFunctionalGroupsSequence") or []
    shared = (header.get("SharedFunctionalGroupsSequence") or [Dataset()])[0]
    stacks: dict[object, list[int]] = defaultdict(list)
    places: list[tuple[float, ...]] = []
    try:
        for at, group in enumerate(groups):
            places.append(_vector(group, shared, "PlanePositionSequence", "ImagePositionPatient"))
            turn = _vector(group, shared, "PlaneOrientationSequence", "ImageOrientationPatient")
            content = (group.get("FrameContentSequence") or [Dataset()])[0]
            stacks[str(content.get("StackID") or ""), turn].append(at)
    except NO_VALUE:
        return [list(range(len(groups)))] if groups else []
    return [_volumes(frames, places) for frames in stacks.values()]


def _volumes(frames: list[int], places: list[tuple[float, ...]]) -> list[int]:
    """The first frame at each position, then the second at each, and so on."""
    seen: dict[tuple[float, ...], int] = defaultdict(int)
    turns = []
    for at in frames:
        turns.append((seen[places[at]], at))
        seen[places[at]] += 1
    counts = set(seen.values())
    return [at for _, at in sorted(turns)] if len(counts) == 1 else frames


def _vector(group: Dataset, shared: Dataset, sequence: str, keyword: str) -> tuple[float, ...]:
    holder = group if sequence in group else shared
    return tuple(float(np.round(float(value), 4)) for value in holder[sequence].value[0][keyword].value)


def part(header: Dataset, frames: list[int], number: int) -> Dataset:
    """The header of an instance of some of the frames.

    Raises
    ------
    SetAside
        When there are fewer functional groups than frames.
    """
    groups = list(header.PerFrameFunctionalGroupsSequence)
    if len(groups) != int(header.get("NumberOfFrames") or 1):
        raise SetAside("the number of frames is not the number of their positions")
    made = Dataset(dict(header.items()))
    made.set_original_encoding(*header.original_encoding)
    made.file_meta = header.file_meta
    made[_GROUPS] = sequence(_GROUPS, [groups[at] for at in frames])
    made[_COUNT] = DataElement(_COUNT, "IS", len(frames))
    made[_UID] = DataElement(_UID, "UI", f"{str(header.SOPInstanceUID)[:60]}.{number}")
    return made
