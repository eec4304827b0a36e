"""A stand-in for eight tools that cannot be had whole here: ``stand_in_installation.py PROGRAM WORD...``.

Each takes only the command line of its own usage text, and writes and prints what its source does. Read were
afni_refacer2 2.7, @afni_refacer_run, FreeSurfer's mideface and mri_deface.cpp, fsl_deface's usage text,
run_mri_reface_docker.sh 0.3.3, README and callers of mask_face_nomatlab. With ``fails`` as its last word it
goes wrong in a way that its source allows. No computation is imitated: they cut by scanner coordinates.
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
    """``P.MODE.nii.gz`` and the removed part; after a step that fails it goes on and ends with 0."""
    source, stem, mode = _afni(words)
    print("++ verify inputs and options")
    print(f"++ Found input file:   {source}")
    print(f"++++ Proc for {mode} with subbrick 1 ('face')")
    if fails:
        print("** FATAL ERROR: failed to read dataset 'tmp.01.uni.nii'", file=sys.stderr)
        print(f"** FATAL ERROR: 3dcopy: Cannot read dataset tmp.99.result.{mode}.nii", file=sys.stderr)
    else:
        _save(source, stem.with_name(f"{stem.name}.{mode}.nii.gz"), cuts if mode == "deface" else _positive)
        _save(source, stem.with_name(f"{stem.name}.face.nii.gz"), _part)
    if mode == "deface":
        print("-isola: Command not found.", file=sys.stderr)
    print("\\n++ Done.\\n")
    return 0


def afni_refacer_run(words: Words, fails: bool) -> int:
    """Exactly ``P``, and the part beside it; 1 when its templates are not there, said on standard output."""
    source, stem, mode = _afni(words)
    print("++ verify inputs and options")
    if fails:
        print("** ERROR: Failed to find template MNI152_2009_template_SSW.nii.gz -- exiting :(")
        return 1
    target = Path(words[words.index("-prefix") + 1])
    _save(source, target, cuts if mode == "deface" else _positive)
    _save(source, stem.with_name(f"{stem.name}.face.nii.gz"), _part)
    return 0


def run_mri_reface(words: Words, fails: bool) -> int:
    """``*_deFaced.nii`` and pictures in the folder; nothing, and 0, when the MATLAB program dies."""
    source, folder, *flags = words
    given = dict(zip(flags[::2], flags[1::2], strict=True))
    if not source.endswith(".nii") or given["-imType"] not in ("T1", "T2", "FLAIR", "CT"):
        return _usage("<Input .nii> <Output directory> [options]", 65)
    if fails:
        return 0
    stem = Path(source).name.removesuffix(".nii")
    _save(Path(source), Path(folder) / f"{stem}_deFaced.nii", refaces)
    (Path(folder) / f"{stem}_deFaced_render.png").write_bytes(b"\x89PNG")
    return 0


def mideface(words: Words, fails: bool) -> int:
    """The volume and ``<stem>.midefacer.log``; errors on standard output, and 1."""
    given = dict(zip(words[::2], words[1::2], strict=True))
    if given.keys() - {"--i", "--o", "--threads"}:
        return _usage("ERROR: Flag unrecognized.", 1)
    target = Path(given["--o"])
    target.with_name(f"{target.stem}.midefacer.log").write_text("Log file for midefacer\n")
    if fails or not Path(os.environ["FS_LICENSE"]).is_file():
        print("ERROR: FreeSurfer license file not found")
        print("ERROR:")
        return 1
    _save(Path(given["--i"]), target, cuts)
    print("midefacer Done")
    return 0


def mri_deface(words: Words, fails: bool) -> int:
    """Positional words; a log beside the volume. On a bad fit it cuts into the brain and ends with 0."""
    source, brain, face, target = words
    print(f"logging results to {Path(target).stem}.log")
    Path(f"{Path(target).stem}.log").write_text("")
    if not (brain.endswith("skull.gca") and Path(brain).is_file() and Path(face).is_file()):
        return _usage(f"mri_deface: could not open GCA {brain}.", 1)
    print("anonymizing volume...")
    _save(Path(source), Path(target), _deep if fails else cuts)
    print(f"writing anonymized volume to {target}...")
    return 0


def fsl_deface(words: Words, fails: bool) -> int:
    """``IN OUT``, the suffix as FSLOUTPUTTYPE says; on a bad fit it cuts the wrong side and ends with 0."""
    source, target = words
    suffix = {"NIFTI": ".nii", "NIFTI_GZ": ".nii.gz"}[os.environ.get("FSLOUTPUTTYPE", "NIFTI_GZ")]
    stem = target.removesuffix(".gz").removesuffix(".nii")
    _save(Path(source), Path(stem + suffix), wrong_side if fails else cuts)
    return 0


def mask_face_nomatlab(words: Words, fails: bool) -> int:
    """A folder of DICOM files in, ``DICOM_DEFACED/<folder>`` out where it was called; empty when it fails."""
    import pydicom  # noqa: PLC0415 - one of eight needs it, and each call is a process

    source, *flags = words
    if flags != ["-b", "1", "-e", "1"]:
        return _usage("mask_face_nomatlab DICOM_DIR -b 1 -e 1")
    target = Path("DICOM_DEFACED", Path(source).name)
    target.mkdir(parents=True)
    Path("maskface").mkdir()
    Path("maskface", f"{Path(source).name}_normfilter.png").write_bytes(b"\x89PNG")
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


def _part(data: np.ndarray, affine: np.ndarray) -> Volume:
    return np.where(cut(data.shape, affine), data, 0), affine


def _usage(text: str, status: int = 2) -> int:
    print(text, file=sys.stderr)
    return status


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
    templates = (
        "average/talairach_mixed_with_skull.gca",
        "average/face.gca",
        "MNI152_2009_template_SSW.nii.gz",
    )
    for name in (*templates, "license.txt"):
        (folder / name).write_text("a stand-in\n")
    for name in [*programs, "3dAllineate", "tcsh"]:
        program = folder / name
        program.write_text(f'#!/bin/sh\nexec {sys.executable} {Path(__file__).resolve()} {name} "$@"\n')
        program.chmod(0o755)
    return folder


if __name__ == "__main__":
    wrong = sys.argv[-1] == "fails"
    sys.exit(PROGRAMS[sys.argv[1]](sys.argv[2:-1] if wrong else sys.argv[2:], wrong))
