"""The generator: real files, invented people, and the answer key. The same seed gives the same files."""

import datetime
import hashlib
import warnings
from itertools import islice
from pathlib import Path
from random import Random

import pydicom
from pydicom.dataset import Dataset, FileDataset

from exam import fixed, odd
from exam.burned import draw
from exam.existing import TEXT, existing_text, existing_uids
from exam.key import Key, merged
from exam.patients import PATIENTS
from exam.places import CHAINS, REMOVED_CHAINS, Attribute, item_at, plantable
from exam.planting import ROOT, Planter
from exam.sources import chosen
from exam.words import patient_strings

SEED = 20240610
PASSES = 2
FILES = 260


def generate(scans: Path, folder: Path) -> Key:
    """Write the exam's files and give back its key.

    Parameters
    ----------
    scans : Path
        The unpacked real files.
    folder : Path
        Made new: ``headers`` holds ``0001.dcm`` and so on, ``pictures`` those with burned-in words, and
        beside them stands the key, ``key.json``.
    """
    files = list(islice(chosen(scans), FILES))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        key = merged([draw(files, folder / "pictures"), plant(files, folder / "headers")])
    key.save(folder / "key.json")
    return key


def plant(files: list[tuple[str, FileDataset]], folder: Path) -> Key:
    """Write the files whose headers are examined into ``folder``; their part of the key."""
    folder.mkdir(parents=True)
    key = Key()
    own_uids(files)
    referable = sorted({str(dataset[name].value) for _, dataset in files for name in fixed.NEW_UIDS[:3]})
    queue = rotation(len(files))
    patients = patient_of_study(files)
    for number, (name, dataset) in enumerate(files, start=1):
        patient = patients[str(dataset.StudyInstanceUID)]
        planter = _planter(number, name, dataset, patient=patient, referable=referable, key=key)
        sit(planter, number, patient, queue)
        dataset.save_as(folder / f"{number:04d}.dcm", enforce_file_format=True)
    for each in PATIENTS:
        key.strings += [(text, each.codec) for text in patient_strings(each)]
    return key


def sit(planter: Planter, number: int, patient: int, queue: list[list[Attribute]]) -> None:
    """Plant one file."""
    dataset = planter.dataset
    foreign_letters(dataset)
    fixed.plant_patient(planter, number, patient)
    fixed.plant_descriptions(
        planter, Random(f"{SEED}/{dataset.StudyInstanceUID}"), Random(f"{SEED}/{dataset.SeriesInstanceUID}")
    )
    for item, place, attribute in islice(list(existing_text(dataset)), 6):
        if place not in planter.taken:
            planter.text(item, place, attribute)
    odd.plant_odd(planter, number)
    for attribute in queue[2 * number - 2]:
        if usable(attribute, dataset):
            planter.attribute(dataset, "", attribute)
    for position, attribute in enumerate(queue[2 * number - 1]):
        chains = (*CHAINS, *CHAINS, *REMOVED_CHAINS)
        item, place = item_at(dataset, chains[(number + position) % len(chains)])
        if attribute.keyword not in item:
            planter.attribute(item, place, attribute)
    fixed.check_uids(planter)
    for place, uid, attribute in existing_uids(dataset):
        if place not in planter.taken:
            planter.uid_checks(place, uid, attribute)
    fixed.technical_checks(planter)
    pixels = dataset.get("PixelData")
    if pixels:
        planter.check(
            "7FE00010", "pixels retained", hashlib.sha256(pixels + b"\0" * (len(pixels) % 2)).hexdigest()
        )


def rotation(files: int) -> list[list[Attribute]]:
    """Attributes for the root and for a nested place of each file: each comes to both in every pass."""
    queue: list[list[Attribute]] = [[] for _ in range(2 * files)]
    for turn in range(PASSES):
        for depth in (0, 1):
            order = plantable(nested=bool(depth))
            Random(f"{SEED}/{turn}/{depth}").shuffle(order)
            for position, attribute in enumerate(order):
                queue[2 * (position % files) + depth].append(attribute)
    return queue


def usable(attribute: Attribute, dataset: FileDataset) -> bool:
    """Whether a number or a UID would replace one that the object needs."""
    return not (attribute.vr in ("IS", "DS", "UI", "TM") and attribute.keyword in dataset)


def own_uids(files: list[tuple[str, FileDataset]]) -> None:
    """A new SOP Instance UID for each copy of an instance (the odd files hold one in many encodings)."""
    seen: set[str] = set()
    for number, (_, dataset) in enumerate(files, start=1):
        if dataset.SOPInstanceUID in seen:
            dataset.SOPInstanceUID = f"{ROOT}.9000.{number}"
        seen.add(str(dataset.SOPInstanceUID))
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID


def patient_of_study(files: list[tuple[str, FileDataset]]) -> dict[str, int]:
    """Study Instance UID → index of the patient; what was one patient's stays one patient's."""
    people: dict[str, int] = {}
    studies: dict[str, int] = {}
    for name, dataset in files:
        study = str(dataset.StudyInstanceUID)
        person = f"{name.split('/')[0]}/{dataset.get('PatientID') or study}"
        people.setdefault(person, len(people) % len(PATIENTS))
        studies.setdefault(study, people[person])
    return studies


def foreign_letters(dataset: Dataset) -> None:
    """Take the real file's letters beyond ASCII away: the invented patient brings a character set."""
    for item, element in _elements(dataset):
        if element.VR in (*TEXT, "UC", "PN") and not str(element.value).isascii():
            element.value = "text"
        if element.tag == 0x00080005:
            del item[element.tag]


def _elements(dataset: Dataset) -> list[tuple[Dataset, pydicom.DataElement]]:
    found: list[tuple[Dataset, pydicom.DataElement]] = []
    dataset.walk(lambda item, element: found.append((item, element)))
    return found


def _planter(
    number: int, name: str, dataset: FileDataset, *, patient: int, referable: list[str], key: Key
) -> Planter:
    study = Random(f"{SEED}/day/{dataset.StudyInstanceUID}")
    day = datetime.date(2004, 1, 1) + datetime.timedelta(study.randrange(5000))
    random = Random(f"{SEED}/{number}/{name}")
    instance = str(dataset.SOPInstanceUID)
    return Planter(dataset, f"{number:04d}", instance, PATIENTS[patient], day, random, referable, key)
