"""Real scans of many kinds as a BIDS tree: named, valid, complete, and without a word of the patient."""

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import bids
import nibabel
import numpy as np
import pydicom
import pytest
import scanned

from cleanroom.config import Config
from cleanroom.nifti.volume import TEXTS
from cleanroom.records import FaceRecord, VolumeRecord
from cleanroom.study import Study

ASL = {
    "RepetitionTimePreparation": 4.8,
    "BackgroundSuppression": False,
    "M0Type": "Included",
    "TotalAcquiredPairs": 3,
}
PET = {
    "InjectedMass": "n/a",
    "InjectedMassUnits": "n/a",
    "SpecificRadioactivity": "n/a",
    "SpecificRadioactivityUnits": "n/a",
    "ModeOfAdministration": "bolus",
    "AcquisitionMode": "list mode",
    "ReconMethodParameterLabels": ["iterations"],
    "ReconMethodParameterUnits": ["none"],
    "ReconMethodParameterValues": [4],
    "ReconFilterType": "none",
    "ReconFilterSize": 0,
}
RULES: list[dict[str, object]] = [
    {
        "criteria": {"SeriesDescription": "rest*"},
        "datatype": "func",
        "suffix": "bold",
        "entities": {"task": "rest"},
    },
    {
        "criteria": {"BidsGuess": "*_asl", "ImageType": "original"},
        "datatype": "perf",
        "suffix": "asl",
        "sidecar": ASL,
        "aslcontext": ["m0scan", "control", "label"],
    },
    {
        "criteria": {"Modality": "PT", "SeriesNumber": "3"},
        "datatype": "pet",
        "suffix": "pet",
        "entities": {"trc": "FDG"},
        "sidecar": PET,
    },
]
NAMED = {
    "anat": {"acq-MPGRT1TFE_run-1301_T1w", "acq-tfl3p2_run-5_T1w"},
    "fmap": {"acq-fm2_run-8_magnitude1", "acq-fm2_run-8_magnitude2", "acq-fm2_run-8_phasediff"},
    "perf": {"run-25_asl"},
    "func": {"task-rest_run-22_bold"},
    "dwi": {"acq-epb0_dir-AP_run-21_dwi"},
    "pet": {"trc-FDG_run-3_pet"},
}
FACES = frozenset(("ADNI_Sag3D MPRAGE", "anat-T1w_acq-tfl"))


@pytest.fixture(scope="module")
def made(scans: Path, tmp_path_factory: pytest.TempPathFactory) -> Config:
    """Every kind of series of several makers, two of them with a face, through the line."""
    folder = tmp_path_factory.mktemp("tree")
    for kind in (scanned.mprage, scanned.prisma, scanned.mosaics):
        kind(scans, folder / "in")
    scanned.pet(folder / "in")
    scanned.ct(folder / "in")
    config = bids.settings(folder / "in", folder, bids=RULES)
    bids.run(config, FACES)
    return config


def sidecar(made: Config, end: str) -> dict[str, Any]:
    (path,) = bids.tree(made).glob(f"sub-*/ses-*/*/*{end}.json")
    told: dict[str, Any] = json.loads(path.read_text())
    return told


def test_every_volume_has_the_name_that_is_expected(made: Config) -> None:
    found: dict[str, set[str]] = {}
    for name in bids.names(made):
        _, _, datatype, file = name.split("/")
        found.setdefault(datatype, set()).add(file.split("_", 2)[2].removesuffix(".nii.gz"))
    extra = found.pop("extra")
    assert found == NAMED
    assert len(extra) == 3


def test_what_has_no_name_says_why(made: Config) -> None:
    with (bids.tree(made) / "extra.tsv").open(newline="") as file:
        reasons = sorted(row["reason"] for row in csv.DictReader(file, dialect="excel-tab"))
    assert reasons == ["BIDS has no CT", "derived by the scanner", "derived by the scanner"]


def test_the_validator_finds_no_error(made: Config) -> None:
    assert bids.errors(bids.tree(made)) == []


def test_every_released_series_is_somewhere(made: Config) -> None:
    told = {
        scan.series
        for path in made.private.glob("studies/*/nifti.json")
        for scan in bids.record(made, path.parent.name).scans
    }
    assert told == {path.name for path in (made.output / "release" / "dicom").glob("*/*/*")}
    assert len(told) == 11


def test_no_byte_of_the_tree_names_the_patient(made: Config) -> None:
    original = [
        pydicom.dcmread(path, stop_before_pixels=True) for path in made.input.rglob("*") if path.is_file()
    ]
    uids = {
        str(item[key].value).encode()
        for item in original
        for key in ("StudyInstanceUID", "SeriesInstanceUID")
    }
    contents = bids.contents(bids.tree(made))
    assert len(contents) > 30
    for name, data in contents.items():
        low = data.lower() + name.lower().encode()
        assert [word for word in (*scanned.IDENTITIES, *uids) if word in low] == [], name


def test_headers_of_volumes_hold_no_text(made: Config) -> None:
    for name in bids.names(made):
        with gzip.open(bids.tree(made) / name) as file:
            data = file.read(352)
        assert {key: data[slice(*place)].strip(b"\0") for key, place in TEXTS.items()} == dict.fromkeys(
            TEXTS, b""
        )
        assert data[348:352] == b"\0\0\0\0"


def outside(new: nibabel.Nifti1Image, study: Study, series: str) -> tuple[int, int]:
    """How many voxels differ from the original outside the mask, and inside."""
    face = FaceRecord.load(study.record_path("deface")).series[series]
    found = []
    for volume in VolumeRecord.load(study.record_path("convert")).series[series]:
        old = nibabel.load(study.work / volume.file)
        masks = [study.work / mask.mask for mask in face.masks if mask.volume == volume.file]
        inside = nibabel.load(masks[0]).get_fdata() > 0 if masks else np.zeros(old.shape, bool)
        if old.shape == new.shape and np.allclose(old.affine, new.affine, atol=1e-3):
            differ = new.get_fdata() != old.get_fdata()
            found.append((int((differ & ~inside).sum()), int((differ & inside).sum())))
    return min(found)


def test_voxels_outside_the_face_are_those_of_the_original(made: Config) -> None:
    changed = {}
    for path in made.private.glob("studies/*/nifti.json"):
        study = Study(made, path.parent.name)
        for scan in bids.record(made, study.pseudonym).scans:
            out, inside = outside(nibabel.load(bids.tree(made) / scan.file), study, scan.series)
            assert out == 0, scan.file
            changed[scan.file.split("_", 2)[2]] = inside
    assert len(changed) == 12
    assert {name for name, voxels in changed.items() if voxels > 1000} == {
        f"{name}.nii.gz" for name in NAMED["anat"]
    }


def test_a_defaced_volume_says_so(made: Config) -> None:
    told = sidecar(made, "MPGRT1TFE_run-1301_T1w")
    assert (told["Defaced"], told["DefacingTool"], told["DefacingMode"]) == (True, "builtin", "remove")
    assert any("Cleanroom" in text for text in told["DeidentificationMethod"])
    assert not sidecar(made, "_bold")["Defaced"]


def test_a_field_map_knows_its_magnitudes(made: Config) -> None:
    ends = ("magnitude1", "magnitude2", "phasediff")
    assert {sidecar(made, end)["B0FieldIdentifier"] for end in ends} == {"fieldmap8"}
    phase = sidecar(made, "phasediff")
    assert (phase["EchoTime1"], phase["EchoTime2"]) == (0.01, 0.01246)


def test_diffusion_keeps_its_directions(made: Config) -> None:
    (path,) = bids.tree(made).glob("sub-*/ses-*/dwi/*_dwi.bval")
    assert path.read_text().split() == ["0", "1000", "1000", "1000", "1000"]
    assert len(np.loadtxt(path.with_suffix(".bvec"))) == 3


def test_asl_has_its_context(made: Config) -> None:
    (path,) = bids.tree(made).glob("sub-*/ses-*/perf/*_aslcontext.tsv")
    assert path.read_text().split() == ["volume_type", "m0scan", *["control", "label"] * 3]


def test_pet_counts_from_the_start_of_the_scan(made: Config) -> None:
    told = sidecar(made, "_pet")
    assert (told["TimeZero"], told["ScanStart"], told["InjectionStart"]) == ("10:10:00", 0, -3600.0)
    assert (told["TracerName"], told["InjectedRadioactivityUnits"]) == ("FDG", "Bq")
    assert told["FrameDuration"] == [600]


def test_device_and_institution_follow_the_options(made: Config) -> None:
    told = sidecar(made, "_bold")
    assert told["DeviceSerialNumber"] == "35235"
    assert "InstitutionName" not in told
    assert "ImageComments" not in told
    assert told["SeriesInstanceUID"].startswith("2.25.")
