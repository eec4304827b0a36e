"""``cleanroom clean IN OUT``: whole cleaned files from a folder, without the other steps."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from cleanroom.atomic import replacing
from cleanroom.clean.listing import Group, Seen, grouped, look, look_elsewhere, small
from cleanroom.clean.meta import transfer_syntax_of
from cleanroom.clean.original import clean_original, quiet_pydicom, read_header
from cleanroom.clean.profile import load
from cleanroom.clean.rules import Rules
from cleanroom.clean.text import TextCleaner
from cleanroom.clean.values import Values
from cleanroom.clean.whole import write_whole
from cleanroom.config import Config
from cleanroom.errors import SetAside, StopRun
from cleanroom.header.identifying import Identifying
from cleanroom.identity import Identity, load_key, make_key
from cleanroom.patients import Patients

_TOGETHER = 50


@dataclass
class Cleaned:
    """What became of a folder."""

    files: int = 0
    set_aside: list[tuple[Path, str]] = field(default_factory=list)
    """Input file (identifying) and reason."""


def clean_folder(source: Path, target: Path, config: Config, cores: int = 1) -> Cleaned:
    """Clean the headers of every DICOM instance in a folder; pixels are copied byte for byte.

    Words burned into pixels and faces stay, and the files claim no more: they carry the codes of the header
    profile alone.

    Parameters
    ----------
    source
        A folder, read with its subfolders; it is never written to.
    target
        Gets ``<patient>/<study>/<series>/<nnnnn>.dcm``, named by pseudonym.
    config
        For the key, the patients file and the profile.
    cores
        Processes to use.

    Returns
    -------
    Cleaned
        How many files were written, and which were set aside and why.

    Raises
    ------
    StopRun
        When the target lies in the source (the input is never written to), or the patients file is wrong.
    """
    if target.resolve().is_relative_to(source.resolve()):
        raise StopRun("The output folder lies in the input folder.", "name one outside it")
    identity = _identity(config)
    patients = Patients(identity, config.patients)
    profile = load(config.profile)
    profile.check_files()
    rules = Rules(profile)
    paths = sorted(path for path in source.rglob("*") if path.is_file())
    done = Cleaned()
    with quiet_pydicom(), _mapper(cores) as apply:
        seen = small(map(look, paths)) if cores == 1 else apply(look_elsewhere, paths)
        groups, refused = grouped(list(seen), identity, patients)
        done.set_aside += [(item.path, item.reason) for item in refused]
        parts = [part for group in groups for part in _parts(group, target)]
        for files, set_aside in apply(partial(_clean_part, identity, rules), parts):
            done.files += files
            done.set_aside += set_aside
    return done


class _Part(NamedTuple):
    """Some files of one patient's study."""

    patient: str
    study: str
    identifying: Identifying
    files: list[tuple[Seen, Path]]
    """Original and where its cleaned copy goes."""


def _parts(group: Group, target: Path) -> Iterator[_Part]:
    files = [
        (item, target / group.patient / group.study / series / f"{number:05d}.dcm")
        for series, members in sorted(group.files.items())
        for number, item in enumerate(sorted(members, key=lambda item: (item.number, item.path)), start=1)
    ]
    found = frozenset(group.identifying)
    for start in range(0, len(files), _TOGETHER):
        yield _Part(group.patient, group.study, found, files[start : start + _TOGETHER])


_current: dict[tuple[str, str], Values] = {}
"""The values of the study that this process is at: parts of one study follow each other."""


def _clean_part(identity: Identity, rules: Rules, part: _Part) -> tuple[int, list[tuple[Path, str]]]:
    place = (part.patient, part.study)
    if place not in _current:
        _current.clear()
        text = TextCleaner(part.identifying, rules.profile.keeps)
        _current[place] = Values(identity, part.patient, text)
    set_aside = []
    for item, cleaned in part.files:
        try:
            _clean_file(item, cleaned, rules, _current[place])
        except SetAside as failure:
            set_aside.append((item.path, failure.reason))
    return len(part.files) - len(set_aside), set_aside


def _clean_file(item: Seen, place: Path, rules: Rules, values: Values) -> None:
    with item.path.open("rb") as file:
        if item.read:
            original, _ = item.read
            file.seek(item.read.end)
        else:
            original = read_header(file)
        syntax = transfer_syntax_of(original)
        header, _ = clean_original(original, rules, values)
        with replacing(place, durable=False) as part, part.open("wb") as out:
            write_whole(out, header, file, original, syntax)


@contextmanager
def _mapper(cores: int) -> Iterator[Any]:
    """A ``map`` over one process or several."""
    if cores == 1:
        yield map
        return
    from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 - one process does without
    from multiprocessing import get_all_start_methods, get_context  # noqa: PLC0415

    method = "fork" if "fork" in get_all_start_methods() else "spawn"
    with ProcessPoolExecutor(cores, get_context(method)) as pool:
        yield partial(_shared, pool, cores)


def _shared(pool: Any, cores: int, work: Any, items: Iterable[Any]) -> Iterator[Any]:
    items = list(items)
    size = max(1, len(items) // (8 * cores)) if work is look_elsewhere else 1
    found: Iterator[Any] = pool.map(work, items, chunksize=size)
    return found


def _identity(config: Config) -> Identity:
    path = config.key or config.private / "key"
    if path.is_file():
        return Identity(load_key(path))
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Identity(make_key(path))
