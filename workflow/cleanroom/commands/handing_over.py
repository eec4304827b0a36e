"""``verify-release``, ``compare``, ``pack``, ``lookup`` and ``purge``."""

import argparse
from pathlib import Path

from cleanroom import config
from cleanroom.errors import StopRun

DEFAULT = Path("config.yaml")


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands."""
    check = commands.add_parser("verify-release", help="hash a release again: is it whole and unaltered?")
    check.add_argument("folder", type=Path, metavar="DIR", help="a release, wherever it lies; no key needed")
    check.set_defaults(run=_check)
    compare = commands.add_parser("compare", help="what differs between two releases")
    compare.add_argument("folders", nargs=2, type=Path, metavar="DIR")
    compare.set_defaults(run=_compare)
    pack = _with_config(commands, "pack", "ZIP files of the release, with checksums, ready for upload")
    pack.add_argument(
        "folders", nargs="+", type=Path, metavar="[RELEASE] TARGET", help="RELEASE: that of the output folder"
    )
    pack.add_argument(
        "--by", choices=["patient", "size"], default="patient", help="one ZIP a patient, or fill"
    )
    pack.add_argument("--gb", type=float, default=4.0, help="with --by size: so many GB in one (default: 4)")
    pack.set_defaults(run=_pack)
    lookup = _with_config(
        commands, "lookup", "who a pseudonym is; every call is logged in the private folder"
    )
    lookup.add_argument("pseudonym")
    lookup.add_argument("--why", default="", help="the reason, for the log")
    lookup.add_argument("--yes", action="store_true", help="do not ask")
    lookup.set_defaults(run=_look_up)
    purge = _with_config(commands, "purge", "delete intermediates; with --key everything that identifies")
    purge.add_argument("--key", action="store_true", help="the whole private folder: key, crosswalk, logs")
    purge.set_defaults(run=_purge)


def _with_config(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, text: str
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text)
    command.add_argument("--config", type=Path, default=DEFAULT, help="config file (default: config.yaml)")
    return command


def _check(options: argparse.Namespace) -> None:
    from cleanroom.handing_over.checked import check  # noqa: PLC0415 - only what the command needs

    found = check(options.folder)
    print("\n".join(found.lines()))
    if not found.whole:
        raise StopRun(
            "The release is not as it was made.", "get it again, or run snakemake again where it is"
        )


def _compare(options: argparse.Namespace) -> None:
    from cleanroom.handing_over.compared import compare  # noqa: PLC0415

    print("\n".join(compare(*options.folders).lines()))


def _pack(options: argparse.Namespace) -> None:
    from cleanroom.handing_over.packed import SUMS, pack  # noqa: PLC0415

    if len(options.folders) > 2:
        raise StopRun("pack takes one or two folders.", "python -m cleanroom pack TARGET")
    *named, target = options.folders
    source = named[0] if named else config.read(options.config).output / "release"
    done = pack(source, target, options.by, options.gb)
    for item in done:
        print(f"{item.name}: {item.files:,} files, {item.bytes:,} bytes")
    print(f"{len(done)} ZIP files in {target}; check them with: sha256sum -c {SUMS}")


def _look_up(options: argparse.Namespace) -> None:
    from cleanroom.handing_over.looked_up import LOG, look_up  # noqa: PLC0415

    settings = config.read(options.config)
    if not options.yes:
        question = f"This tells who {options.pseudonym} is, and is logged in {LOG}. Go on? [yes/no] "
        if input(question).strip().lower() != "yes":
            raise StopRun("Nothing was looked up.", "answer yes, or give --yes")
    found = look_up(settings, options.pseudonym, options.why)
    for known in found:
        print(f"{known.kind}\t{known.original}")
    if not found:
        raise StopRun(
            "No such pseudonym is in the crosswalk.", "check the spelling; see private/crosswalk.tsv"
        )


def _purge(options: argparse.Namespace) -> None:
    from cleanroom.handing_over.purged import PHRASE, purge, purge_key  # noqa: PLC0415

    settings = config.read(options.config)
    if options.key:
        print(
            f"All of {settings.private} goes: key, crosswalk, inventory, masks, logs, the private report.\n"
            "Nobody will be able to tell who a pseudonym is, and no later release will fit to this one."
        )
        done = purge_key(settings, input(f"Type `{PHRASE}` to go on: "))
    else:
        done = purge(settings)
    print(f"{done.files:,} files deleted, {done.bytes:,} bytes")
    for path in done.left:
        print(f"still there, because it lies elsewhere: {path}")
