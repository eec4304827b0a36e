"""Free text as people type it: describing words, an identity in one of its spellings, a date."""

import datetime
from dataclasses import dataclass
from random import Random

from exam.patients import Identity, Patient, plain

DESCRIBING = {
    "MR": "MPRAGE FLAIR sagittal axial coronal brain diffusion contrast gadolinium T2 spine knee SWI ADNI",
    "CT": "chest abdomen venous phase arterial kernel lung nodule contrast axial thorax liver angio pelvis",
    "US": "doppler carotid kidney longitudinal transverse cardiac apical gallbladder systolic thyroid",
    "RT": "prostate boost plan bladder rectum margin isocenter setup wedge fraction gantry lung dose",
    "": "follow-up control screening baseline lateral left right bilateral oblique standing portable biopsy",
}
"""Modality → words of the trade."""
LIMITS = {"SH": 16, "LO": 64, "ST": 1024, "LT": 10240, "UT": 10240, "UC": 10240}
PLENTY = 48
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


@dataclass(frozen=True)
class Phrase:
    """A text and what is known about its parts."""

    text: str
    identities: tuple[str, ...]
    words: tuple[str, ...]
    in_header: bool = True


def dates_of(day: datetime.date) -> list[str]:
    """One day as people write it."""
    month = MONTHS[day.month - 1]
    numbers = [f"{day:%d/%m/%Y}", f"{day:%Y-%m-%d}", f"{day:%d.%m.%Y}", f"{day:%Y%m%d}"]
    return [*numbers, f"{day:%d} {month[:3]} {day:%Y}", f"{month} {day.day}, {day:%Y}"]


def phrase(random: Random, patient: Patient, modality: str, limit: int, day: datetime.date) -> Phrase:
    """A text of at most ``limit`` characters in the patient's character set; ``day`` is the study's."""
    words = random.sample(describing(modality), 3)
    names, others = fitting(patient.spellings(), patient.codec), patient.others()
    name, other = random.choice(names), random.choice(others)
    date = random.choice(dates_of(random.choice([patient.birth, day])))
    if limit < PLENTY:
        return _short(words[0], [name, *names, patient.others()[0]], limit)
    shapes: list[tuple[list[str | Identity], int]] = [
        ([words[0], words[1], "for", name, date], 2),
        ([words[0], name, other, words[1]], 2),
        ([words[0], words[1], words[2], other, date], 3),
        ([name, words[0], words[1]], 2),
        ([words[0], words[1], other], 2),
        ([f"{words[0]},", words[1], f"({date})", name], 2),
    ]
    random.shuffle(shapes)
    shapes.append(([words[0], patient.others()[0]], 1))
    for parts, count in shapes:
        made = _joined(parts, words[:count], date)
        if len(made.text) <= limit and encodable(made.text, patient.codec):
            return made
    raise ValueError(f"no phrase of {limit} characters")


def describing(modality: str) -> list[str]:
    """Words that describe, for a modality."""
    key = "RT" if modality.startswith("RT") else modality if modality in DESCRIBING else ""
    return sorted(set(f"{DESCRIBING[key]} {DESCRIBING['']}".split()))


def fitting(items: list[Identity], codec: str) -> list[Identity]:
    """Those that a character set can hold."""
    return [item for item in items if encodable(item.text, codec)]


def encodable(text: str, codec: str) -> bool:
    """Whether a character set can hold a text."""
    try:
        text.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


def patient_strings(patient: Patient) -> list[str]:
    """Everything of a patient that must not come out as bytes."""
    found = [part for item in [*patient.spellings(), *patient.others()] for part in (item.text, *item.sure)]
    found += [variant for item in patient.spellings() for part in item.sure for variant in plain(part)]
    found += [patient.physician, patient.accession, patient.name, *dates_of(patient.birth)]
    return sorted({text for text in found if len(text) >= 4 and text not in ("Dr. ",)})


def _short(word: str, items: list[Identity], limit: int) -> Phrase:
    for item in items:
        if len(word) + 1 + len(item.text) <= limit:
            return Phrase(f"{word} {item.text}", item.sure, (word,), item.in_header)
    item = items[-1]
    return Phrase(item.text[:limit], item.sure, ())


def _joined(parts: list[str | Identity], words: list[str], date: str) -> Phrase:
    texts = [part.text if isinstance(part, Identity) else part for part in parts]
    text = " ".join(texts)
    sure = [token for part in parts if isinstance(part, Identity) for token in part.sure]
    sure += [date] if date in text else []
    known = all(part.in_header for part in parts if isinstance(part, Identity))
    return Phrase(text, tuple(dict.fromkeys(sure)), tuple(words), known)
