"""``python -m cleanroom crosswalk``: what links pseudonyms to people, encrypted while nobody needs it."""

import argparse
from pathlib import Path

from cleanroom import config


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    command = commands.add_parser("crosswalk", help="encrypt or decrypt what links pseudonyms to people")
    what = command.add_subparsers(required=True, metavar="WHAT")
    fresh = what.add_parser("new-key", help="make a secret key; prints the recipient to encrypt for")
    fresh.add_argument("file", type=Path, metavar="FILE")
    fresh.set_defaults(run=_new_key)
    encrypt = what.add_parser("encrypt", help="encrypt the tables that name people, for a recipient")
    encrypt.add_argument("--recipient", required=True, metavar="age1...")
    encrypt.set_defaults(run=_encrypt)
    decrypt = what.add_parser("decrypt", help="decrypt them again")
    decrypt.add_argument("--key", required=True, type=Path, metavar="FILE", help="what new-key wrote")
    decrypt.set_defaults(run=_decrypt)
    for one in (encrypt, decrypt):
        one.add_argument("--config", type=Path, default=Path("config.yaml"), help="config file")


def _new_key(options: argparse.Namespace) -> None:
    from cleanroom import sealed  # noqa: PLC0415 - the cryptography is loaded only here

    print(sealed.new_key(options.file))


def _encrypt(options: argparse.Namespace) -> None:
    from cleanroom import sealed  # noqa: PLC0415

    print(*sealed.seal(config.read(options.config).private, options.recipient), sep="\n")


def _decrypt(options: argparse.Namespace) -> None:
    from cleanroom import sealed  # noqa: PLC0415

    print(*sealed.unseal(config.read(options.config).private, options.key), sep="\n")
