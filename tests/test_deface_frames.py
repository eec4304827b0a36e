"""Six series of one head: one is registered, its mask serves the others, and a head that moved is found."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import nibabel
import numpy as np
import pytest
from framed import AXIAL, CORONAL, SAGITTAL, inverted, slices, turned, write
from studies import taken_in

from cleanroom import step
from cleanroom.config import FaceRule, Faces
from cleanroom.deface import head
from cleanroom.deface.builtin import FaceResult, face_mask, skin
from cleanroom.deface.donor import Donor
from cleanroom.deface.engines import FACE_POINTS
from cleanroom.deface.frames import Frame, Look
from cleanroom.deface.mask import Extent, carried
from cleanroom.deface.motion import Motion
from cleanroom.deface.tools import TOOLS
from cleanroom.deface.volumes import Found, Place
from cleanroom.isotropic import isotropic
from cleanroom.records import FaceRecord, SeriesFace, Volume
from cleanroom.study import Study

MOVED = turned(6.0, (0.0, 4.0, -14.0))
FACE = np.array([[-30.0, 80, -30], [30, 80, -30], [0, 112, -66]])
"""Both eyes and the tip of the nose, RAS millimetres of the template."""
Decisions = dict[str, SeriesFace]


def series_of_one_head(folder: Path) -> Path:
    """T1, T2-like thick slices, a localizer, a coarse one, a slab above the face, one after a move."""
    t1 = slices(SAGITTAL, 57, 4.0, 45, 4.0)
    write(folder, t1, series="1.2.3.1", thickness=4.0, SeriesDescription="T1")
    thick = inverted(slices(AXIAL, 108, 2.0, 24, 6.0))
    write(folder, thick, series="1.2.3.2", thickness=6.0, SeriesDescription="T2")
    planes = [one for plane in (SAGITTAL, CORONAL, AXIAL) for one in slices(plane, 128, 2.0, 1, 10.0)]
    write(folder, planes, series="1.2.3.3", thickness=10.0, SeriesDescription="localizer")
    coarse = slices(AXIAL, 40, 6.0, 34, 6.0)
    write(folder, coarse, series="1.2.3.4", thickness=6.0, SeriesDescription="coarse")
    crown = [(pixels, affine) for pixels, affine in thick if affine[2, 3] > 25]
    write(folder, crown, series="1.2.3.5", thickness=6.0, SeriesDescription="crown")
    moved = slices(SAGITTAL, 57, 4.0, 44, 4.0, motion=MOVED)
    write(folder, moved, series="1.2.3.6", thickness=4.0, SeriesDescription="moved")
    return folder


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Decisions, list[tuple[int, ...]]]:
    """The study, its decisions by description, and the shapes of the volumes that were registered.

    The first is registered (one pitch is tried: it lies straight). Where the head of the second lies is
    known, and told without a registration (``test_deface_template_head.py`` finds one that is turned): what
    is asked here is whose mask goes where.
    """
    source = series_of_one_head(tmp_path_factory.mktemp("export"))
    registered: list[tuple[int, ...]] = []
    results: list[FaceResult] = []

    def counted(data, affine, modality, extent):  # type: ignore[no-untyped-def]
        registered.append(data.shape)
        first = not results
        results.append(face_mask(data, affine, modality, extent) if first else told(results[0], data, affine))
        return results[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(TOOLS, "builtin", counted)
        patch.setattr(head, "PITCHES", (0,))
        study, decisions = decided(source, tmp_path_factory.mktemp("run"))
    return study, decisions, registered


def told(before: FaceResult, data: np.ndarray, affine: np.ndarray) -> FaceResult:
    """What registration would find of the same head after ``MOVED``."""
    assert before.pose is not None
    pose = replace(before.pose, to_template=before.pose.to_template @ np.linalg.inv(MOVED))
    shape = (data.shape[0], data.shape[1], data.shape[2])
    mask = carried(shape, affine, pose, Extent(), skin(isotropic(data, affine), pose))
    return replace(before, mask=mask, pose=pose)


def decided(source: Path, folder: Path) -> tuple[Study, Decisions]:
    (study,) = taken_in(source, folder, text={"rules": [{"words": "never", "reason": "a test"}]})
    for name in ("redact", "convert", "deface"):
        step.run(name, study)
    record = FaceRecord.load(study.record_path("deface"))
    described = {name: rows[0].series_description for name, rows in study.series("deface").items()}
    named = {row.series: row.series_description for row in study.instances}
    assert not {row.series for row in record.set_aside} - named.keys()
    return study, {described.get(name, named[name]): face for name, face in record.series.items()}


def covered(study: Study, face: SeriesFace, points: np.ndarray) -> np.ndarray:
    """Of points (RAS millimetres) that lie in one of the volumes: whether its mask holds them."""
    found = []
    for entry in face.masks:
        mask = nibabel.load(study.work / entry.mask)
        to_voxel = np.linalg.inv(mask.affine)
        voxel = np.rint(points @ to_voxel[:3, :3].T + to_voxel[:3, 3]).astype(int)
        there = [at for at in voxel if ((at >= 0) & (at < mask.shape)).all()]
        found += [np.asarray(mask.dataobj)[tuple(at)] > 0 for at in there]
    return np.array(found)


def test_one_registration_and_one_for_the_head_that_moved(
    done: tuple[Study, Decisions, list[tuple[int, ...]]],
) -> None:
    _, decisions, registered = done
    assert {name: face.decision for name, face in decisions.items()} == {
        "T1": "face",
        "T2": "face",
        "localizer": "face",
        "coarse": "face",
        "crown": "no_face",
        "moved": "face",
    }
    assert len(registered) == 2


@pytest.mark.parametrize("name", ["T2", "localizer", "coarse"])
def test_a_served_series_names_its_donor_and_hides_the_face(
    done: tuple[Study, Decisions, list[tuple[int, ...]]], name: str
) -> None:
    study, decisions, _ = done
    face = decisions[name]
    assert "same frame of reference" in face.reason
    assert face.measures["moved_mm"] < 3
    if name == "T2":
        assert face.measures["brain_mm"] >= 5
        assert 0.02 < face.measures["removed"] < 0.25
    found = covered(study, face, FACE)
    assert found.size
    assert found.all()


def test_the_mask_of_a_moved_head_lies_where_that_head_lies(
    done: tuple[Study, Decisions, list[tuple[int, ...]]],
) -> None:
    study, decisions, _ = done
    there = FACE @ MOVED[:3, :3].T + MOVED[:3, 3]
    assert covered(study, decisions["moved"], there).all()
    assert "same frame of reference" not in decisions["moved"].reason
    apart = [decisions[name].measures.get("moved_mm", 0.0) for name in ("T1", "moved")]
    assert max(apart) == pytest.approx(_face_moved(), abs=2), "the second of them was compared with the first"


def test_what_is_kept_names_nobody_and_is_read_back(
    done: tuple[Study, Decisions, list[tuple[int, ...]]],
) -> None:
    study, decisions, _ = done
    paths = sorted((study.config.private / "frames").glob("*/*.npz"))
    donors = {row.series for row in study.instances if row.series_description in ("T1", "moved")}
    assert {path.stem for path in paths} == {f"{study.pseudonym}-{series}" for series in donors}
    path = paths[0]
    assert "1.2.9" not in str(path.relative_to(study.config.private))
    donor, told = Donor.load(path)
    assert donor.measures in [
        {name: value for name, value in decisions[each].measures.items() if name in donor.measures}
        for each in ("T1", "moved")
    ]
    again = path.with_name("again.npz")
    donor.save(again, depends=told["depends"])
    assert again.read_bytes() == path.read_bytes()
    again.unlink()


def _face_moved() -> float:
    there = FACE_POINTS @ MOVED[:3, :3].T + MOVED[:3, 3]
    return float(np.linalg.norm(there - FACE_POINTS, axis=1).mean())


def _one(name: str, shape: tuple[int, ...], decision: str, motion: Motion | None) -> tuple[Place, Look]:
    volume = Volume(file=f"{name}.nii", shape=list(shape), affine=np.diag([2.0, 2, 2, 1]).tolist())
    mask = np.ones(shape, np.uint8) if decision == "face" else None
    look = Look([Found(volume, FaceResult(decision, mask=mask))], motion=motion)  # type: ignore[arg-type]
    return Place(volume, FaceRule(), "MR"), look


@pytest.mark.parametrize(
    ("shape", "motion", "given"),
    [
        ((40, 40, 40), Motion(0, 0.0, 30.0, 100, 0.5), True),
        ((40, 40, 30), Motion(0, 0.0, 30.0, 100, 0.5), False),
        ((40, 40, 40), Motion(4000, 11.0, 1.0, 9000, 0.2), False),
    ],
    ids=["its phase", "another grid", "a head that moved"],
)
def test_what_shows_no_skin_gets_the_mask_of_its_twin(
    shape: tuple[int, ...], motion: Motion, given: bool
) -> None:
    magnitude, phase = _one("a", (40, 40, 40), "face", None), _one("b", shape, "unsure", motion)
    study = SimpleNamespace(config=SimpleNamespace(faces=Faces()))
    frame = Frame(study, {"a": [magnitude[0]], "b": [phase[0]]})  # type: ignore[arg-type]
    look = frame._twin("b", {"a": magnitude[1], "b": phase[1]})
    assert bool(look) == given
    if look:
        assert look.donor == "a"
        assert look.found[0].result.mask is not None
