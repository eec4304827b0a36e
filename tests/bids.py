"""Studies taken through the line as far as the BIDS tree, with faces that the test decides about."""

import gzip
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

import nibabel
import numpy as np
from absence import absent
from PIL import Image

from cleanroom import config, holdings, step
from cleanroom.config import Config
from cleanroom.intake.take_in import take_in
from cleanroom.nifti import dataset
from cleanroom.records import FaceMask, FaceRecord, NiftiRecord, ReleasedInstance, SeriesFace, VolumeRecord
from cleanroom.study import Study
from cleanroom.verify import pictures

UNREAD = {"rules": [{"words": "never", "reason": "a test"}]}
NO_FACES = {"rules": [{"tool": "none", "reason": "a test"}]}


def settings(source: Path, folder: Path, **release: object) -> Config:
    """A config with the BIDS tree on, in which no words are read."""
    (folder / "private").mkdir(mode=0o700, parents=True, exist_ok=True)
    places = {"input": source, "private": folder / "private", "output": folder / "results"}
    return config.load(places | {"text": UNREAD, "faces": NO_FACES, "release": {"nifti": True} | release})


def dot(*_shown: object, **_how: object) -> Image.Image:
    """A picture that is drawn fast, where no test looks at it."""
    return Image.new("L", (4, 4))


def run(made: Config, faces: frozenset[str] = frozenset()) -> list[ReleasedInstance]:
    """Every study of the input to its release; the rows of the tree for the manifest.

    Parameters
    ----------
    faces
        Series descriptions of the volumes whose front is a face.
    """
    for name in take_in(made):
        study = Study(made, name)
        for each in ("clean", "redact", "convert", "deface"):
            step.run(each, study)
        _draw(study, faces)
        step.run("encode", study)
        with patch.multiple(pictures, slices=dot, surface=dot):
            step.run("verify", study)
        for each in ("nifti", "release"):
            step.run(each, study)
    return rows(made)


def rows(made: Config) -> list[ReleasedInstance]:
    """Make the tables; every file of the tree as the manifest has it."""
    tables = dataset.write(made)
    held = [file for holding in holdings.every(made) for file in holding.files]
    files = [file for file in held if file.kind in ("nifti", "sidecar")]
    return [*files, *tables]


def record(made: Config, study: str) -> NiftiRecord:
    """What the step wrote down."""
    return NiftiRecord.load(Study(made, study).record_path("nifti"))


def tree(made: Config) -> Path:
    """The tree."""
    return made.output / "release" / "nifti"


def names(made: Config) -> list[str]:
    """The volumes of the tree."""
    root = tree(made)
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*.nii.gz"))


def contents(folder: Path) -> dict[str, bytes]:
    """Every file, decompressed where it is compressed."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            name = path.relative_to(folder).as_posix()
            found[name] = gzip.decompress(data) if path.suffix == ".gz" else data
    return found


def errors(folder: Path) -> list[dict[str, Any]]:
    """What the BIDS validator calls an error, found without a network."""
    tool = shutil.which("bids-validator-deno", path=str(Path(sys.executable).parent))
    if not tool:
        absent("bids-validator-deno")
    done = subprocess.run([str(tool), str(folder), "--json"], capture_output=True, text=True, check=False)
    issues = json.loads(done.stdout)["issues"]["issues"]
    return [issue for issue in issues if issue["severity"] == "error"]


def _draw(study: Study, faces: frozenset[str]) -> None:
    """Make the lower front of some volumes a face."""
    told = FaceRecord.load(study.record_path("deface"))
    for series, volumes in VolumeRecord.load(study.record_path("convert")).series.items():
        first = next(row for row in study.instances if row.series == series)
        if first.series_description not in faces:
            continue
        masks = []
        for volume in volumes:
            i, j, k = np.ogrid[tuple(slice(n) for n in volume.shape[:3])]
            _, y, z = (row[0] * i + row[1] * j + row[2] * k for row in np.array(volume.affine)[:3])
            inside = (y > (y.min() + y.max()) / 2) & (z < z.min() * 0.25 + z.max() * 0.75)
            name = volume.file.replace("volumes/", "faces/") + ".gz"
            (study.work / name).parent.mkdir(parents=True, exist_ok=True)
            image = nibabel.Nifti1Image(inside.astype(np.uint8), np.array(volume.affine))
            nibabel.save(image, study.work / name)
            masks.append(FaceMask(volume=volume.file, mask=name, voxels=int(inside.sum())))
        told.series[series] = SeriesFace(
            decision="face",
            tool="builtin",
            mode="remove",
            voxels_changed=sum(mask.voxels for mask in masks),
            masks=masks,
        )
    told.save(study.record_path("deface"))
