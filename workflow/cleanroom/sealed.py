"""The tables of ``private/`` that name people, encrypted at rest in the format of age (version 1).

They are encrypted for a recipient, whose secret key is kept elsewhere: the machine that encrypts cannot
decrypt. Every piece is authenticated, so a file that was changed or cut off is refused.
"""

import os
from pathlib import Path

import pyrage
from pyrage import x25519

from cleanroom.atomic import replacing
from cleanroom.errors import StopRun

TABLES = ("crosswalk.tsv", "inventory.tsv", "inventory.sqlite", "patients_missing.tsv")
SUFFIX = ".age"


def new_key(path: Path) -> str:
    """Write a new secret key (mode 0600) and return the recipient to encrypt for.

    Raises
    ------
    StopRun
        When there is such a file.
    """
    secret = x25519.Identity.generate()
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise StopRun(f"There is a file {path} already.", "name another") from None
    with os.fdopen(handle, "w") as file:
        file.write(f"# public key: {secret.to_public()}\n{secret}\n")
    return str(secret.to_public())


def seal(private: Path, recipient: str) -> list[Path]:
    """Encrypt the tables and take the plain ones away; the paths that were written.

    Raises
    ------
    StopRun
        When there is no such recipient, or nothing to encrypt.
    """
    try:
        public = x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError:
        raise StopRun("That is no recipient of age.", "it begins with age1: `crosswalk new-key`") from None
    written = []
    for path in _existing(private, ""):
        target = path.with_name(path.name + SUFFIX)
        with path.open("rb") as plain, replacing(target) as part, part.open("wb") as file:
            pyrage.encrypt_io(plain, file, [public])
        path.unlink()
        written.append(target)
    return written


def unseal(private: Path, secret: Path) -> list[Path]:
    """Decrypt the tables and take the encrypted ones away; the paths that were written.

    Raises
    ------
    StopRun
        When the key is another, or a file was changed; the encrypted file then stays, and no plain one.
    """
    keys = [line for line in secret.read_text().split() if line.startswith("AGE-SECRET-KEY-")]
    if not keys:
        raise StopRun(f"There is no secret key of age in {secret}.", "name the file that new-key wrote")
    written = []
    for path in _existing(private, SUFFIX):
        target = path.with_name(path.name.removesuffix(SUFFIX))
        try:
            with path.open("rb") as file, replacing(target) as part, part.open("wb") as plain:
                pyrage.decrypt_io(file, plain, [x25519.Identity.from_str(key) for key in keys])
        except (pyrage.DecryptError, OSError) as error:
            if isinstance(error, OSError) and error.errno:
                raise  # the disk's fault
            raise StopRun(
                f"{path.name} cannot be decrypted.",
                "the key is another, or the file was changed: use a backup",
            ) from None
        path.unlink()
        written.append(target)
    return written


def _existing(private: Path, suffix: str) -> list[Path]:
    found = [private / (name + suffix) for name in TABLES if (private / (name + suffix)).is_file()]
    if not found:
        raise StopRun(f"There is nothing to do in {private}.", "name the run's config with --config FILE")
    return found
