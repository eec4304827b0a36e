"""A series cleaned with the default profile converts as the original does: voxels, geometry and sidecar."""

from pathlib import Path

import pytest
from private_cleaning import converted, differences

from cleanroom.clean.folder import clean_folder
from cleanroom.config import Config
from cleanroom.identity import Identity

KEY = b"k" * 32
NOT_TECHNICAL = {
    "AccessionNumber": "identifies",
    "DeidentificationMethod": "a mark of the cleaner",
    "DeidentificationMethodCodeSequence": "a mark of the cleaner",
    "InstitutionAddress": "identifies",
    "InstitutionName": "identifies",
    "InstitutionalDepartmentName": "identifies",
    "PatientBirthDate": "identifies",
    "PatientID": "a pseudonym",
    "PatientName": "a pseudonym",
    "ReferringPhysicianName": "identifies",
    "SeriesInstanceUID": "mapped",
    "StudyID": "identifies",
    "StudyInstanceUID": "mapped",
}
"""Fields of the sidecar that must or may differ in every set."""
EXCEPTIONS = {
    "mr_siemens_trio_t1_t2_face": {
        "ConsistencyInfo": "LATEST is taken for a form of the patient's name, SpiralCSI_ASL_test",
        "DeviceSerialNumber": "the Patient ID repeats the serial number",
        "ProcedureStepDescription": "holds the name of a person",
        "StudyDescription": "holds the name of a person",
    },
    "mr_siemens_xa30_enhanced_face": {"WipMemBlock": "free text of a research sequence"},
    "mr_philips_mprage_face": {
        "ProcedureStepDescription": "repeats the Patient ID",
        "StudyDescription": "repeats the Patient ID",
    },
    "mr_ge_fruit_deidentified_headers": {},
    "mr_ge_signa_pd_2d_face": {},
    "ct_ge_hispeed_head_tilt": {},
    "ct_siemens_phantom_face_rtstruct": {
        "DeviceSerialNumber": "the institution's name, Ser.Nr. 95502, repeats it",
        "StationName": "holds the number in the institution's name",
    },
}
"""Set → technical fields that differ, and why."""


@pytest.mark.long
@pytest.mark.parametrize("name", EXCEPTIONS)
def test_a_cleaned_series_converts_as_the_original_does(name: str, scans: Path, tmp_path: Path) -> None:
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "key").write_bytes(KEY)
    clean_folder(scans / name, tmp_path / "clean", Config(private=tmp_path / "private"))
    before = converted(scans / name, tmp_path / "before")
    after = converted(tmp_path / "clean", tmp_path / "after")
    assert before
    assert {renamed(stem) for stem in before} == after.keys()
    changed = set()
    for stem, (image, sidecar) in before.items():
        clean_image, clean_sidecar = after[renamed(stem)]
        assert differences(image, clean_image) == []
        compare_moments(sidecar, clean_sidecar)
        fields = (sidecar.keys() | clean_sidecar.keys()) - NOT_TECHNICAL.keys() - {"AcquisitionDateTime"}
        changed |= {field for field in fields if sidecar.get(field) != clean_sidecar.get(field)}
    assert changed == EXCEPTIONS[name].keys()


def compare_moments(sidecar: dict[str, object], clean: dict[str, object]) -> None:
    """The day moves, the time of day stays."""
    before, after = (str(found.get("AcquisitionDateTime", "T")) for found in (sidecar, clean))
    assert before.split("T")[1] == after.split("T")[1]
    assert before == after == "T" or before.split("T")[0] != after.split("T")[0]


def renamed(stem: str) -> str:
    """The name of a converted file with its series' new UID."""
    number, echo, uid, *more = stem.split("_")
    return "_".join((number, echo, Identity(KEY).uid(uid), *more))
