"""Pseudonyms, UIDs and date shifts: all from one key, the same in every run."""

import base64
import hmac
import os
import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path

from cleanroom.atomic import settle
from cleanroom.errors import StopRun

KEY_BYTES = 32
_REGISTERED = re.compile(r"1\.2\.840\.10008(\.(0|[1-9][0-9]{0,3})){1,9}")
"""What DICOM registers, newer editions included; the short parts leave no room for an ID or a date."""
_PREFIX = {"patient": "P", "study": "S", "series": "E", "file": "F", "frame": "R"}


class Identity:
    """Keyed, repeatable replacements for what identifies.

    Parameters
    ----------
    key
        32 secret bytes. Every value is HMAC-SHA256 of its kind and original (RFC 2104).
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.uids: dict[str, str] = {}
        """Every UID that was replaced, for the crosswalk."""
        self.shifts: dict[str, int] = {}
        """Days by pseudonym, where they do not come from the key."""

    def digest(self, kind: str, original: str) -> bytes:
        """32 bytes for one original value of one kind."""
        return hmac.digest(self._key, f"{kind}\0{original}".encode(), sha256)

    def pseudonym(self, kind: str, original: str) -> str:
        """A pseudonym of a patient, study, series, file or frame: a letter and 12 of A-Z 2-7."""
        text = base64.b32encode(self.digest(kind, original)).decode()
        return _PREFIX[kind] + text[:12]

    def uid(self, original: str) -> str:
        """A ``2.25.`` UID (PS3.5 B.2); UIDs registered in PS3.6 stay as they are."""
        original = original.strip("\0 ")
        if not original or is_registered(original):
            return original
        if original not in self.uids:
            self.uids[original] = f"2.25.{int.from_bytes(self.digest('uid', original)[:16], 'big')}"
        return self.uids[original]

    def date_shift_days(self, patient: str) -> int:
        """Days to add to every date of a patient (pseudonym): whole weeks.

        From the key they go 1 to 10 years back.
        """
        if patient in self.shifts:
            return self.shifts[patient]
        weeks = 52 + int.from_bytes(self.digest("date_shift", patient)[:4], "big") % 470
        return -7 * weeks


def identifier(value: object) -> str:
    """A Patient ID or issuer as it is compared: padding does not matter, nor how an accent is encoded.

    Parameters
    ----------
    value
        What pydicom gives for the element, or a cell of a table; of several values all count.
    """
    if value is None:
        return ""
    if not isinstance(value, str) and isinstance(value, Iterable):
        value = "\\".join(map(str, value))
    return unicodedata.normalize("NFC", str(value).strip("\0 \t\N{NO-BREAK SPACE}"))


def patient_original(patient_id: str, issuer: str, study_instance_uid: str) -> str:
    """What stands for a patient: the ID with its issuer, or the study where there is no ID."""
    if not patient_id:
        return f"study:{study_instance_uid}"
    return f"{patient_id}\0{issuer}" if issuer else patient_id


def series_original(study_instance_uid: str, series_instance_uid: str) -> str:
    """What stands for a series: its UID within its study."""
    return f"{study_instance_uid}\0{series_instance_uid}"


def is_registered(uid: str) -> bool:
    """Whether a UID is one of PS3.6: it names a kind of thing."""
    return uid in _registered() or _REGISTERED.fullmatch(uid) is not None


@cache
def _registered() -> frozenset[str]:
    from pydicom._uid_dict import UID_dictionary  # noqa: PLC0415 - half a second that some steps do not need

    return frozenset(UID_dictionary)


_RESTORE = "restore it from your backup; or name another with `key:`, for a new `private` and `output`"


def load_key(path: Path) -> bytes:
    """The key in ``path``.

    Raises
    ------
    StopRun
        If there is none, or the file does not hold exactly 32 bytes.
    """
    if not path.is_file():
        raise StopRun(f"There is no key {path}.", _RESTORE)
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise StopRun(
            f"The key file {path} holds {len(key)} bytes; a key has {KEY_BYTES}.",
            _RESTORE,
        )
    return key


def open_key(named: Path | None, private: Path) -> bytes:
    """The key of a run: the one the config names, else ``private/key``, made for the first run."""
    path = named or private / "key"
    first = not (private / "run.json").exists()
    return make_key(path) if first and not named and not path.exists() else load_key(path)


def make_key(path: Path) -> bytes:
    """Make a new random key, mode 0600; an existing file is never overwritten."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        key = os.urandom(KEY_BYTES)
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    settle(path.parent)
    return key
