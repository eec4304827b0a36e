"""A stand-in for eight tools that cannot be installed here: ``stand_in_installation.py PROGRAM WORD...``.

Each takes only the command line of its own usage text, and writes the names that its documentation gives.
With ``fails`` as its last word it goes wrong: AFNI's successor as users report it, the others in a way that
is assumed for them, for none of their logs could be had. None has been compared with the tool itself.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import nibabel
import numpy as np
from stand_in_tool import Volume, cut, cuts, refaces, wrong_side

if TYPE_CHECKING:
    import pydicom

Words = list[str]


def afni_refacer2(words: Words, fails: bool) -> int:
    """``P.MODE.nii.gz``, the removed part and a folder of pictures; 0 after failing without writing."""
    source, stem, mode = _afni(words)
    if fails:
        print("** ERROR: failed to align, cannot continue", file=sys.stderr)
        return 0
    _save(source, stem.with_name(f"{stem.name}.{mode}.nii.gz"), cuts if mode == "deface" else refaces)
    _save(source, stem.with_name(f"{stem.name}.face.nii.gz"), lambda data, affine: (data, affine))
    stem.with_name(f"{stem.name}_QC").mkdir()
    return 0


def afni_refacer_run(words: Words, fails: bool) -> int:
    """Exactly ``P``; the reface modes set negative values to 0."""
    source, _, mode = _afni(words)
    if fails:
        print("** ERROR: 3dAllineate fails :(", file=sys.stderr)
        return 1
    target = Path(words[words.index("-prefix") + 1])
    _save(source, target, cuts if mode == "deface" else _positive)
    return 0


def run_mri_reface(words: Words, fails: bool) -> int:
    """``*_deFaced.nii`` and pictures in the folder; nothing, and 0, when the MATLAB program dies."""
    source, folder, *flags = words
    given = dict(zip(flags[::2], flags[1::2], strict=True))
    if not source.endswith(".nii") or given["-imType"] not in ("T1", "T2", "FLAIR", "CT"):
        return _usage("input must be an uncompressed .nii and its imType one that is known")
    if fails:
        return 0
    stem = Path(source).name.removesuffix(".nii")
    _save(Path(source), Path(folder) / f"{stem}_deFaced.nii", refaces)
    (Path(folder) / f"{stem}_deFaced_render.png").write_bytes(b"\x89PNG")
    return 0


def mideface(words: Words, fails: bool) -> int:
    """The output name becomes a folder that holds the volume; 1 when the licence is not taken."""
    given = dict(zip(words[::2], words[1::2], strict=True))
    if fails or not Path(os.environ["FS_LICENSE"]).is_file():
        print("ERROR: FreeSurfer license file not found", file=sys.stderr)
        return 1
    target = Path(given["--o"])
    target.mkdir()
    _save(Path(given["--i"]), target / "defaced.nii.gz", cuts)
    _save(Path(given["--i"]), target / "face.mask.nii.gz", cuts)
    return 0


def mri_deface(words: Words, fails: bool) -> int:
    """Positional words only; on a bad fit it cuts into the brain and ends with 0."""
    source, brain, face, target = words
    if not (brain.endswith("skull.gca") and Path(brain).is_file() and Path(face).is_file()):
        return _usage("could not read gca")
    _save(Path(source), Path(target), _deep if fails else cuts)
    return 0


def fsl_deface(words: Words, fails: bool) -> int:
    """``IN OUT``, the suffix as FSLOUTPUTTYPE says; on a bad fit it cuts the wrong side and ends with 0."""
    source, target = words
    suffix = {"NIFTI": ".nii", "NIFTI_GZ": ".nii.gz"}[os.environ.get("FSLOUTPUTTYPE", "NIFTI_GZ")]
    stem = target.removesuffix(".gz").removesuffix(".nii")
    _save(Path(source), Path(stem + suffix), wrong_side if fails else cuts)
    return 0


def mask_face_nomatlab(words: Words, fails: bool) -> int:
    """A folder of DICOM files in, ``DICOM_DEFACED`` out where it was called; empty, and 0, when it fails."""
    import pydicom  # noqa: PLC0415 - one of eight needs it, and each call is a process

    source, *flags = words
    if flags != ["-b", "1", "-e", "1"]:
        return _usage("mask_face_nomatlab DICOM_DIR -b 1 -e 1")
    target = Path("DICOM_DEFACED")
    target.mkdir()
    for path in [] if fails else sorted(Path(source).iterdir()):
        instance = pydicom.dcmread(path)
        pixels = instance.pixel_array
        blurred = np.where(_cut_of(instance), pixels // 3 + 90, pixels)
        instance.PixelData = blurred.astype(pixels.dtype).tobytes()
        instance.save_as(target / path.name)
    return 0


def slicer(words: Words, fails: bool) -> int:
    """AnonyMI through a user's script; without a display it may stop at once."""
    *flags, source, target = words
    if flags != ["--no-main-window", "--python-script", "anonymi.py"]:
        return _usage("Slicer --no-main-window --python-script anonymi.py INPUT OUTPUT")
    if fails:
        print("qt.qpa.xcb: could not connect to display", file=sys.stderr)
        return 134
    _save(Path(source), Path(target), refaces)
    return 0


def _afni(words: Words) -> tuple[Path, Path, str]:
    """Input, the prefix without its suffix, and the mode."""
    (mode,) = (word.removeprefix("-mode_") for word in words if word.startswith("-mode_"))
    prefix = words[words.index("-prefix") + 1]
    return Path(words[words.index("-input") + 1]), Path(prefix.removesuffix(".nii")), mode


def _save(source: Path, target: Path, change: Callable[[np.ndarray, np.ndarray], Volume]) -> None:
    image = nibabel.load(source)
    data, affine = change(np.asarray(image.dataobj, np.float32), image.affine)
    nibabel.Nifti1Image(data.astype(np.float32), affine).to_filename(target)


def _positive(data: np.ndarray, affine: np.ndarray) -> Volume:
    return np.maximum(refaces(data, affine)[0], 0), affine


def _deep(data: np.ndarray, affine: np.ndarray) -> Volume:
    grid = np.indices(data.shape)[1] * affine[1, 1] + affine[1, 3]
    return np.where(cut(data.shape, affine) | (grid > 10), 0, data), affine


def _cut_of(instance: "pydicom.Dataset") -> np.ndarray:
    """Where the face is in one slice."""
    across, down = np.reshape(np.asarray(instance.ImageOrientationPatient, float), (2, 3))
    rows, columns = (float(size) for size in instance.PixelSpacing)
    affine = np.eye(4)
    affine[:3, 0], affine[:3, 1] = down * rows, across * columns
    affine[:3, 3] = np.asarray(instance.ImagePositionPatient, float)
    affine[:2] *= -1
    return cut((instance.Rows, instance.Columns, 1), affine)[..., 0]


def _usage(text: str) -> int:
    print(text, file=sys.stderr)
    return 2


PROGRAMS: dict[str, Callable[[Words, bool], int]] = {
    "afni_refacer2": afni_refacer2,
    "@afni_refacer_run": afni_refacer_run,
    "run_mri_reface.sh": run_mri_reface,
    "mideface": mideface,
    "mri_deface": mri_deface,
    "fsl_deface": fsl_deface,
    "mask_face_nomatlab": mask_face_nomatlab,
    "Slicer": slicer,
}


def install(folder: Path, programs: list[str]) -> Path:
    """Put stand-ins under the tools' program names into a folder, with the files that belong to them."""
    (folder / "average" / "mideface-atlas").mkdir(parents=True)
    for name in ("average/talairach_mixed_with_skull.gca", "average/face.gca", "license.txt"):
        (folder / name).write_text("a stand-in\n")
    for name in [*programs, "3dAllineate"]:
        program = folder / name
        program.write_text(f'#!/bin/sh\nexec {sys.executable} {Path(__file__).resolve()} {name} "$@"\n')
        program.chmod(0o755)
    return folder


if __name__ == "__main__":
    wrong = sys.argv[-1] == "fails"
    sys.exit(PROGRAMS[sys.argv[1]](sys.argv[2:-1] if wrong else sys.argv[2:], wrong))
