"""A released file deleted, altered or added since: whose it is, so that the next run writes it again."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cleanroom import intact
from cleanroom.config import Config
from cleanroom.records import ReleasedInstance, ReleaseRecord

STUDY, HOME = "SA", "dicom/PA/SA"
VOLUMES = "nifti/sub-PA/ses-01/anat"
FILES = (
    f"release/{HOME}/EA/00001.dcm",
    f"release/{VOLUMES}/sub-PA_ses-01_T1w.nii.gz",
    f"release/{VOLUMES}/sub-PA_ses-01_T1w.json",
    "release/nifti/participants.tsv",
    "release/nifti/dataset_description.json",
    "release/nifti/sub-PA/ses-01/sub-PA_ses-01_scans.tsv",
    "report/3d/EA.html",
    *intact.WRITTEN,
)
KINDS = {FILES[0]: "dicom", FILES[1]: "nifti", FILES[2]: "sidecar"}
Change = Callable[[Path], object]
CHANGES: dict[str, tuple[str, Change, list[str]]] = {
    "nothing": ("report/index.html", lambda path: path.write_text("as written"), []),
    "an instance deleted": (FILES[0], Path.unlink, [STUDY]),
    "a volume deleted": (FILES[1], Path.unlink, [STUDY]),
    "a volume altered": (FILES[1], lambda path: path.write_text("another"), [STUDY]),
    "a sidecar altered": (FILES[2], lambda path: path.write_text("{}"), [STUDY]),
    "a file beside the volumes": (f"release/{VOLUMES}/x", lambda path: path.write_text("x"), [STUDY]),
    "participants.tsv altered": (FILES[3], lambda path: path.write_text("name"), ["report"]),
    "dataset_description.json deleted": (FILES[4], Path.unlink, ["report"]),
    "scans.tsv altered": (FILES[5], lambda path: path.write_text("name"), ["report"]),
    "a head altered": (FILES[6], lambda path: path.write_text("<p>"), ["report"]),
    "the page altered": ("report/index.html", lambda path: path.write_text("all is well"), ["report"]),
    "series.tsv deleted": ("report/series.tsv", Path.unlink, ["report"]),
    "the crate altered": (
        "provenance/ro-crate-metadata.json",
        lambda path: path.write_text("{}"),
        ["report"],
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whose_it_is_is_told(tmp_path: Path, change: str) -> None:
    config = Config(input=tmp_path, private=tmp_path / "private", output=tmp_path / "results")
    for name in FILES:
        (config.output / name).parent.mkdir(parents=True, exist_ok=True)
        (config.output / name).write_text("as written")
    intact.stamp_study(config, STUDY, HOME, ReleaseRecord(files=[row(*item) for item in KINDS.items()]))
    intact.stamp(config, intact.REPORT)
    place, spoil, expected = CHANGES[change]
    spoil(config.output / place)
    assert intact.damaged(config) == expected
    assert [name for name in (STUDY, "report") if intact.token(config, name)] == expected


def row(path: str, kind: str) -> ReleasedInstance:
    return ReleasedInstance(
        path=path.removeprefix("release/"),
        sha256="0" * 64,
        bytes=10,
        kind=kind,
        patient="PA",
        study=STUDY,
        series="EA",
        sop_class="",
        sop_instance_uid="",
    )
