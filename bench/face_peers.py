"""``python -m bench.face_peers FOLDER [most]``: other programs on the volumes of ``python -m bench.faces``.

FOLDER is where ``pip install --target FOLDER niimath quickshear`` put them; they are no dependency. Template
and mask are those in pydeface's wheel. Each call goes on where the last one stopped.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray
from scipy import ndimage

from bench.faces import NO_SKIN, RESULTS, recorded, untouched
from bench.stress import Head, changes
from bench.true_face import facial_skin, truth
from cleanroom.deface.anatomy import anatomy
from cleanroom.deface.template import template_file
from cleanroom.isotropic import isotropic

RECORD = RESULTS / "peers.jsonl"
FACEMASK = "pydeface/data/facemask.nii.gz"
Mask = NDArray[np.uint8]
Peer = Callable[[Head, Path, Path], Mask | None]


def main(folder: Path, most: int = 320) -> int:
    """Judge the next volumes of which ``builtin`` is known, and print the table."""
    done = [json.loads(line) for line in RECORD.read_text().splitlines()] if RECORD.exists() else []
    known = {(row["head"], row["change"]) for row in done}
    wanted = [(row["head"], row["change"]) for row in recorded()]
    with RECORD.open("a") as out:
        for name, change in [task for task in wanted if task not in known][:most]:
            row = _looked(name, change, folder)
            out.write(json.dumps(row) + "\n")
            out.flush()
            done.append(row)
    _show(done)
    return 0


def _looked(name: str, change: str, folder: Path) -> dict[str, Any]:
    head = changes()[change](untouched(name))
    row: dict[str, Any] = {"head": name, "change": change}
    face = facial_skin(head)
    with tempfile.TemporaryDirectory() as scratch:
        volume = Path(scratch) / "volume.nii"
        nibabel.save(nibabel.Nifti1Image(head.data, head.affine), volume)
        for peer, run in PEERS.items():
            began = time.perf_counter()
            mask = run(head, volume, folder)
            seconds = round(time.perf_counter() - began, 1)
            row[peer] = truth(head, face, mask) | {"refused": mask is None, "seconds": seconds}
    return row


def _niimath(head: Head, volume: Path, folder: Path) -> Mask | None:
    """As its manual says: ``-deface TEMPLATE MASK``; what became air was removed."""
    made = volume.with_name("niimath.nii.gz")  # it packs what it writes
    program = folder / "niimath" / "bin" / "niimath"
    facemask = distribution("pydeface").locate_file(FACEMASK)
    call = [program, volume, "-deface", template_file(), facemask, made]
    if subprocess.run(call, check=False, capture_output=True).returncode or not made.exists():
        return None
    left = np.asarray(nibabel.load(made).dataobj, np.float32)
    return np.asarray((left == 0) & (head.data != 0), np.uint8)


def _simpleitk(head: Head, volume: Path, folder: Path) -> Mask | None:
    """The mask of pydeface by moments, a rigid and an affine stage, Mattes mutual information."""
    del folder
    map_back = _registered(volume, head)
    return (
        None
        if map_back is None
        else _carried(str(distribution("pydeface").locate_file(FACEMASK)), head, map_back)
    )


def _quickshear(head: Head, volume: Path, folder: Path) -> Mask | None:
    """With the template's brain laid on by the same registration."""
    map_back = _registered(volume, head)
    if map_back is None:
        return None
    field = anatomy().brain
    index = np.linalg.inv(field.affine) @ map_back @ head.affine
    brain = ndimage.affine_transform(
        field.data, index[:3, :3], index[:3, 3], head.data.shape, order=1, cval=99.0
    )
    mask, made = volume.with_name("brain.nii"), volume.with_name("sheared.nii")
    nibabel.save(nibabel.Nifti1Image((brain <= 0).astype(np.uint8), head.affine), mask)
    shifted = volume.with_name("shifted.nii")
    nibabel.save(nibabel.Nifti1Image(head.data - head.data.min() + 1, head.affine), shifted)
    call = [sys.executable, folder / "quickshear.py", shifted, mask, made]
    if subprocess.run(call, check=False, capture_output=True).returncode or not made.exists():
        return None
    return np.asarray(np.asarray(nibabel.load(made).dataobj) == 0, np.uint8)


def _registered(volume: Path, head: Head) -> NDArray[np.float64] | None:
    """RAS millimetres of the volume to those of the template; once a volume."""
    kept = volume.with_name("simpleitk.npy")
    if kept.exists():
        return np.asarray(np.load(kept), np.float64)
    copy = isotropic(head.data, head.affine)
    moving = sitk.GetImageFromArray(copy.data.transpose(2, 1, 0))
    moving.SetSpacing([copy.mm] * 3)
    moving.SetOrigin(copy.origin.tolist())
    image = nibabel.load(template_file())
    template = isotropic(np.asarray(image.dataobj, np.float32), image.affine)
    fixed = sitk.GetImageFromArray(template.data.transpose(2, 1, 0))
    fixed.SetSpacing([template.mm] * 3)
    fixed.SetOrigin(template.origin.tolist())
    try:
        rigid = sitk.CenteredTransformInitializer(
            fixed, moving, sitk.Euler3DTransform(), sitk.CenteredTransformInitializerFilter.MOMENTS
        )
        rigid = sitk.Euler3DTransform(_stage(fixed, moving, rigid))
        affine = sitk.AffineTransform(3)
        affine.SetCenter(rigid.GetCenter())
        affine.SetMatrix(rigid.GetMatrix())
        affine.SetTranslation(rigid.GetTranslation())
        affine = sitk.AffineTransform(_stage(fixed, moving, affine))
    except RuntimeError:
        return None
    back = np.eye(4)
    back[:3, :3] = np.array(affine.GetMatrix()).reshape(3, 3)
    centre = np.array(affine.GetCenter())
    back[:3, 3] = centre + np.array(affine.GetTranslation()) - back[:3, :3] @ centre
    found = np.asarray(np.linalg.inv(back), np.float64)
    np.save(kept, found)
    return found


def _stage(fixed: sitk.Image, moving: sitk.Image, start: sitk.Transform) -> sitk.Transform:
    method = sitk.ImageRegistrationMethod()
    method.SetMetricAsMattesMutualInformation(32)
    method.SetMetricSamplingStrategy(method.RANDOM)
    method.SetMetricSamplingPercentage(0.2, 1)
    method.SetInterpolator(sitk.sitkLinear)
    method.SetOptimizerAsRegularStepGradientDescent(1.0, 0.001, 100)
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetShrinkFactorsPerLevel([4, 2, 1])
    method.SetSmoothingSigmasPerLevel([2, 1, 0])
    method.SetInitialTransform(start, inPlace=True)
    method.Execute(fixed, moving)
    # a composite of one: its map is the start, moved in place
    return start


def _carried(mask: str, head: Head, to_template: NDArray[np.float64]) -> Mask:
    image = nibabel.load(mask)
    index = np.linalg.inv(image.affine) @ to_template @ head.affine
    kept = ndimage.affine_transform(
        np.asarray(image.dataobj, np.float32), index[:3, :3], index[:3, 3], head.data.shape, order=1, cval=1.0
    )
    return np.asarray(kept < 0.5, np.uint8)


PEERS: dict[str, Peer] = {"niimath": _niimath, "simpleitk": _simpleitk, "quickshear": _quickshear}


def _show(rows: list[dict[str, Any]]) -> None:
    """How much of the face went, and whether brain went with it; of volumes that show a face."""
    rows = [row for row in rows if row["niimath"]["skin"] >= NO_SKIN]
    print(f"{len(rows)} volumes with a face in view")
    print(f"{'':12} {'>= 95 %':>8} {'>= 50 %':>8} {'< 50 %':>7} {'refused':>8} {'brain':>6} {'median s':>9}")
    for peer in PEERS:
        found = [row[peer] for row in rows]
        ran = [item for item in found if not item["refused"]]
        clean = [item for item in ran if not item["brain"]]
        most = sum(item["removed"] >= 0.95 for item in clean)
        half = sum(0.5 <= item["removed"] < 0.95 for item in clean)
        few = sum(item["removed"] < 0.5 for item in clean)
        cut = len(ran) - len(clean)
        seconds = float(np.median([item["seconds"] for item in found])) if found else 0.0
        print(f"{peer:12} {most:8} {half:8} {few:7} {len(found) - len(ran):8} {cut:6} {seconds:9.1f}")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 320))
