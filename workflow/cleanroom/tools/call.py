"""What a tool is given, and the file of calls that its job runs: the one place that knows command lines."""

import os
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nibabel
import numpy as np
from nibabel.orientations import apply_orientation, axcodes2ornt, io_orientation, ornt_transform
from numpy.typing import NDArray

from cleanroom.atomic import write_text
from cleanroom.config import Config
from cleanroom.errors import STOPPED
from cleanroom.isotropic import Affine
from cleanroom.killed import Killed
from cleanroom.manifest import Instance
from cleanroom.source import opened
from cleanroom.tools.presence import own_path
from cleanroom.tools.table import Command, Tool, table

HOUNSFIELD_SHIFT = 1024.0
"""Added to CT for tools that take air to be 0; what is below is air."""
_STANDARD = axcodes2ornt(("R", "A", "S"))


@dataclass(frozen=True)
class Given:
    """A volume as tools are given it: three dimensions, standard orientation, not compressed.

    Attributes
    ----------
    data, affine
        Values as written; voxel index to RAS millimetres.
    shift
        What was added to the real values.
    """

    data: NDArray[np.float32]
    affine: Affine
    shift: float

    @classmethod
    def of(cls, data: NDArray[np.float32], affine: Affine, tool: Tool, modality: str) -> "Given":
        """From a volume in its own orientation and real units, shape (i, j, k)."""
        image = nibabel.as_closest_canonical(nibabel.Nifti1Image(data, affine))
        values = np.nan_to_num(np.asarray(image.dataobj, np.float32))
        shift = HOUNSFIELD_SHIFT if modality == "CT" and not tool.hounsfield else 0.0
        if shift:
            values = np.maximum(values + np.float32(shift), 0)
        return cls(values, np.asarray(image.affine, np.float64), shift)

    def save(self, path: Path) -> None:
        """Write it, as whole numbers when it holds nothing else."""
        whole = bool((self.data == np.rint(self.data)).all()) and float(np.abs(self.data).max()) < 32000
        kind = np.int16 if whole else np.float32
        image = nibabel.Nifti1Image(self.data.astype(kind), self.affine)
        image.header.set_xyzt_units("mm")
        nibabel.save(image, path)


def standard(data: NDArray[np.uint8], affine: Affine) -> NDArray[np.uint8]:
    """A mask of a volume's own grid in standard orientation."""
    return np.asarray(apply_orientation(data, ornt_transform(io_orientation(affine), _STANDARD)))


def own(data: NDArray[np.float32] | NDArray[np.bool_], affine: Affine) -> NDArray[np.float32]:
    """What is in standard orientation in the volume's own, whose affine is given."""
    return np.asarray(apply_orientation(data, ornt_transform(_STANDARD, io_orientation(affine))))


@dataclass(frozen=True)
class Call:
    """One volume that a tool is to de-face.

    Attributes
    ----------
    name
        ``<series>-<number of its volume>``.
    mode, contrast
        As the config and the header say.
    options
        Words that the config adds.
    """

    name: str
    mode: str
    contrast: str
    options: list[str]


@dataclass(frozen=True)
class Calls:
    """The calls of one tool in one round.

    Attributes
    ----------
    config
        For where the tool is.
    tool
        Its name.
    folder
        Of the round: ``folder/<tool>/<name>.nii`` or a folder of DICOM files is there for each volume.
    out
        Where results go: ``<name>/work/out.nii`` and what the tool writes beside it.
    """

    config: Config
    tool: str
    folder: Path
    out: Path

    def write(self, calls: list[Call]) -> None:
        """Write the file that the tool's job runs."""
        place = self.config.place(self.tool)
        variables = {name: str(self._home) for name in table()[self.tool].home if place.path}
        if place.licence:
            variables["FS_LICENSE"] = str(place.licence.absolute())
        bound = [self.config.private, *[path for path in (place.path, place.licence) if path]]
        lines = [
            f"out={shlex.quote(str(self.out.absolute()))}",
            f"image={shlex.quote(_image(place.image))}",
            f"binds={shlex.quote(' '.join(f'--bind {path.absolute()}' for path in bound))}",
            f"killed={shlex.quote(f'{STOPPED}{Killed(self.tool)}')}",
            f"variables={shlex.quote(''.join(f',{name}={value}' for name, value in variables.items()))}",
            f"PATH={shlex.quote(os.pathsep.join(own_path(place)))}:$PATH" if place.path else "",
            *(f"export {name}={shlex.quote(value)}" for name, value in variables.items()),
            Path(__file__).with_name("run.sh").read_text(encoding="utf-8"),
            *(line for call in calls for line in self._lines(call)),
            "exit 0",
        ]
        write_text(self.folder / f"{self.tool}.sh", "\n".join([*lines, ""]))

    @property
    def _home(self) -> Path:
        path = self.config.place(self.tool).path
        return path.absolute() if path else Path("/")

    def _lines(self, call: Call) -> Iterator[str]:
        """The first of the tool's commands whose program is there; the last one when none is."""
        place, known = self.config.place(self.tool), table()[self.tool]
        commands = [Command(words=place.command)] if place.command else known.commands
        *firsts, last = commands
        seconds = place.seconds or known.seconds
        for number, command in enumerate(firsts):
            test = f"there {shlex.quote(command.program)}"
            yield f"{'elif' if number else 'if'} {test}; then {self._line(command, call, seconds)}"
        yield f"else {self._line(last, call, seconds)}; fi" if firsts else self._line(last, call, seconds)

    def _line(self, command: Command, call: Call, seconds: int) -> str:
        known, given, work = table()[self.tool], self.folder / self.tool, self.out / call.name / "work"
        values = {
            "input": str((given / (call.name if known.dicom else f"{call.name}.nii")).absolute()),
            "mask": str((given / f"{call.name}-brain.nii").absolute()),
            "output": str((work / "out.nii").absolute()),
            "folder": str(work.absolute()),
            "home": str(self._home),
            "mode": known.modes.get(call.mode) or call.mode,
            "contrast": known.contrasts.get(call.contrast, call.contrast),
        }
        own = _without(shlex.split(command.words), call.options)
        words = [filled(word, values) for word in own] + call.options
        return " ".join(["call", call.name, str(seconds), *map(shlex.quote, words)])


def _without(words: list[str], options: list[str]) -> list[str]:
    """A command line without the flags, and their values, that the config gives itself."""
    given = {word for word in options if word.startswith("-")}
    return [
        word
        for place, word in enumerate(words)
        if word not in given and (place == 0 or words[place - 1] not in given)
    ]


def filled(word: str, values: dict[str, str]) -> str:
    """A word of a command line with its placeholders filled in; other braces stay."""
    for name, value in values.items():
        word = word.replace(f"{{{name}}}", value)
    return word


def copy_dicom(root: Path, instances: list[Instance], folder: Path) -> None:
    """The original instances of a series under neutral names, for tools that read DICOM."""
    folder.mkdir(parents=True, exist_ok=True)
    for instance in instances:
        with opened(root, instance.path) as source, (folder / f"{instance.number}.dcm").open("wb") as target:
            shutil.copyfileobj(source, target)


def _image(image: str) -> str:
    return image if not image or "://" in image else str(Path(image).absolute())
