"""One registration a frame of reference: the best volume is registered, and its mask serves the others."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cleanroom.config import Faces
from cleanroom.deface import projection
from cleanroom.deface.builtin import FaceResult
from cleanroom.deface.candidate import promise, unfit
from cleanroom.deface.donor import Donor
from cleanroom.deface.mask import Extent, Skin, carried, slabs
from cleanroom.deface.measures import served
from cleanroom.deface.motion import Motion, motion
from cleanroom.deface.shown import shown
from cleanroom.deface.volumes import Found, Place, brightness, read
from cleanroom.study import Study

HEAD_REACH_MM = 170.0
"""No part of a head lies farther from its centre (120 mm), even when it moved by some centimetres."""


@dataclass(frozen=True)
class Look:
    """What is known of the face in one series.

    Attributes
    ----------
    found
        Its volumes.
    donor
        The series that gave the mask; empty when the series was registered by itself.
    by_itself
        What the series was by itself, when it was registered and then served.
    motion
        How its head lies against the donor's.
    """

    found: list[Found]
    donor: str = ""
    by_itself: str = ""
    motion: Motion | None = None


def extent(faces: Faces) -> Extent:
    """How far masks reach, from the config."""
    return Extent(faces.margin_mm, faces.ears)


class Frame:
    """The series of one study in one frame of reference.

    Parameters
    ----------
    study
        The study.
    places
        Series → its volumes, to be looked at.
    kept
        What other studies found in this frame of reference, the best first.
    """

    def __init__(self, study: Study, places: Mapping[str, list[Place]], kept: Iterable[Donor] = ()) -> None:
        self._study = study
        self._places = places
        self._kept = list(kept)
        self._extent = extent(study.config.faces)
        self._own: dict[str, FaceResult] = {}
        self._donors: list[Donor] = []

    def looks(self) -> tuple[dict[str, Look], list[Donor]]:
        """What is known of each series, and those of this study that were registered and have a face.

        The series come in the order of their promise. One that shows its head where an earlier one has its
        face gets the mask of that one; another is registered by itself, and later ones may get its mask. What
        other studies found counts only when no series of this one has a face.
        """
        order = sorted(self._places, key=lambda name: (-max(map(promise, self._places[name])), name))
        looks = {name: self._look(name, self._donors) for name in order}
        for name in order:
            if not looks[name].donor and any(item.result.decision != "face" for item in looks[name].found):
                looks[name] = self._look(name, self._donors or self._kept)
        for name in order:
            looks[name] = self._twin(name, looks) or looks[name]
        return looks, self._donors

    def _twin(self, name: str, looks: Mapping[str, Look]) -> Look | None:
        """The masks of a series in the same grid, for one that shows no skin: its phase, or a map of it.

        What shows no skin shows no motion; but phase images and maps have the grid of the series with which
        they were taken, or of which they were computed, and where its head lay is known.
        """
        look, places = looks[name], self._places[name]
        hidden = look.motion is not None and not look.motion.skin_is_shown
        if not hidden or not any(item.result.decision == "unsure" for item in look.found):
            return None
        for other in sorted(looks):
            found = looks[other].found
            sure = other != name and all(item.result.mask is not None for item in found)
            pairs = [next((item for item in found if _one_grid(place, item)), None) for place in places]
            if sure and all(pairs) and not any(place.through for place in places):
                given = [
                    Found(place.volume, replace(pair.result, reason="", measures={}))
                    for place, pair in zip(places, pairs, strict=True)
                    if pair
                ]
                return Look(given, other, "unsure, for it shows no skin, but it has the grid of that series")
        return None

    def _look(self, name: str, donors: list[Donor]) -> Look:
        places = self._places[name]
        if any(place.through for place in places):
            return self._through(places, donors)
        apart = None
        for donor in list(donors):
            if all(_beside(place, donor.centre) for place in places):
                result = FaceResult("no_face", f"it lies beside the head of series {donor.series}")
                return Look([Found(place.volume, result) for place in places], donor.series)
            there = self._motion(places, donor)
            if there.in_place:
                return self._served(name, donor, there)
            apart = apart or (donor, there)
        found = self._alone(name)
        if apart and any(item.result.decision != "face" for item in found):
            reason = f"the head may not lie where that of series {apart[0].series} lies: {apart[1].told()}"
            found = [_doubtful(item, reason) for item in found]
        return Look(found, motion=apart[1] if apart else None)

    def _through(self, places: list[Place], donors: list[Donor]) -> Look:
        """A series of pictures that look through the head."""
        doubt = "it looks through the body, and no series of its frame of reference gave a mask"
        single = all(min(place.volume.shape[:3]) == 1 for place in places)
        for donor in list(donors) if single else []:
            pictures = [brightness(self._study, place.volume) for place in places]
            if all(projection.fit(*picture, donor).in_place for picture in pictures):
                thrown = [projection.shadow(data.shape, to, donor, self._extent) for data, to in pictures]
                found = [
                    Found(place.volume, FaceResult("face", mask=mask))
                    for place, mask in zip(places, thrown, strict=True)
                ]
                return Look(found, donor.series, "it looks through the body")
            doubt = f"it looks through the body, and not where the head of series {donor.series} lies"
        return Look([Found(place.volume, FaceResult("unsure", doubt)) for place in places])

    def _motion(self, places: list[Place], donor: Donor) -> Motion:
        volumes = [brightness(self._study, place.volume) for place in places]
        return motion(shown(volumes, donor.centre), donor)

    def _alone(self, name: str) -> list[Found]:
        """A series by itself: its best volume with a face serves its others, when they show it there."""
        found: dict[str, Found] = {}
        donor = None
        for place in sorted(self._places[name], key=lambda place: -promise(place)):
            there = self._motion([place], donor) if donor else None
            if donor and there and there.in_place:
                found[place.volume.file] = self._carried(place, donor, there)
                continue
            result = self._registered(place)
            found[place.volume.file] = Found(place.volume, result)
            if result.pose is not None and result.decision == "face" and not (donor or result.ears_alone):
                donor = self._donor(name, place, result)
        return [found[place.volume.file] for place in self._places[name]]

    def _registered(self, place: Place) -> FaceResult:
        if place.volume.file not in self._own:
            self._own[place.volume.file] = place.registered(self._study, self._extent)
        return self._own[place.volume.file]

    def _donor(self, name: str, place: Place, result: FaceResult) -> Donor:
        known = next((donor for donor in self._donors if donor.series == name), None)
        if known:
            return known
        data, affine = read(self._study.work / place.volume.file)
        assert data is not None
        assert result.pose is not None
        where = (self._study.pseudonym, name)
        self._donors.append(Donor.of(where, result.pose, result.measures or {}, (data, affine)))
        return self._donors[-1]

    def _served(self, name: str, donor: Donor, there: Motion) -> Look:
        found = [self._carried(place, donor, there) for place in self._places[name]]
        if not any(item.result.mask is not None and item.result.mask.any() for item in found):
            reason = f"the mask of series {donor.series} lies outside the field of view"
            found = [replace(item, result=FaceResult("no_face", reason)) for item in found]
        own = [self._own[item.volume.file] for item in found if item.volume.file in self._own]
        by_itself = ", ".join(filter(None, [own[0].decision.replace("_", " "), own[0].reason])) if own else ""
        return Look(found, donor.series, by_itself, there)

    def _carried(self, place: Place, donor: Donor, there: Motion) -> Found:
        shape, affine = place.volume.shape, np.array(place.volume.affine)
        grid = (shape[0], shape[1], shape[2])
        thin = bool(unfit(grid, affine))
        reach = self._extent._replace(margin_mm=self._extent.margin_mm + there.margin_mm)
        mask = (slabs if thin else carried)(
            grid, affine, donor.pose, reach, Skin(donor.skin, there.margin_mm)
        )
        measures = {} if thin else self._measures(place, donor)
        return Found(
            place.volume, FaceResult("face", mask=mask, pose=None if thin else donor.pose, measures=measures)
        )

    def _measures(self, place: Place, donor: Donor) -> dict[str, float]:
        return served(*brightness(self._study, place.volume), donor.pose, self._extent)


def _beside(place: Place, centre: NDArray[np.float64]) -> bool:
    """Whether a volume begins so far from the centre of a head that it shows nothing of it."""
    affine, shape = np.array(place.volume.affine), np.array(place.volume.shape[:3])
    if abs(np.linalg.det(affine[:3, :3])) < 1e-6:
        return False
    voxel = np.clip(np.linalg.solve(affine, [*centre, 1.0])[:3], -0.5, shape - 0.5)
    return bool(np.linalg.norm(affine[:3, :3] @ voxel + affine[:3, 3] - centre) > HEAD_REACH_MM)


def _one_grid(place: Place, found: Found) -> bool:
    return place.volume.shape[:3] == found.volume.shape[:3] and np.allclose(
        place.volume.affine, found.volume.affine, atol=1e-3
    )


def by_frame(series: Mapping[str, str], names: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """Frame of reference → the series in it; a series without one stands alone.

    Parameters
    ----------
    series
        Series → Frame of Reference UID, or empty.
    names
        The series that count, in order.
    """
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name in names:
        groups[(series[name], "" if series[name] else name)].append(name)
    for (frame, _), members in groups.items():
        yield frame, members


def _doubtful(item: Found, reason: str) -> Found:
    by_itself = f"; by itself: {item.result.decision.replace('_', ' ')}"
    told = f"{by_itself}, {item.result.reason}" if item.result.reason else by_itself
    result = FaceResult("unsure", reason + told, measures=item.result.measures)
    return replace(item, result=result)
