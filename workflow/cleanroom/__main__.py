"""``python -m cleanroom STEP``: every step, runnable without Snakemake."""

import sys

from cleanroom import warm

if __name__ == "__main__":
    warm.hand_over(sys.argv[1:])  # before the imports, which take half a second

import argparse
import os
import sqlite3
import time
import warnings
from collections import Counter
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from pathlib import Path

from cleanroom import __version__, config
from cleanroom.commands import crosswalk, handing_over, parts, review, tools
from cleanroom.errors import STOPPED, StopRun
from cleanroom.steps import FUNCTIONS

DEFAULT = Path("config.yaml")
FILES = ("redact", "verify", "release")
"""Steps that without a study do pictures and PDFs."""
Run = Callable[[argparse.Namespace], None]


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit status."""
    warnings.filterwarnings("ignore")  # pydicom's warnings repeat header values
    os.umask(0o022)
    options = parser().parse_args(arguments)
    try:
        options.run(options)
        sys.stdout.flush()
    except BrokenPipeError:  # `cleanroom profile show basic | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except StopRun as error:
        return _stopped(error)
    except (OSError, sqlite3.OperationalError, BrokenExecutor) as error:
        from cleanroom import faults

        if stopped := faults.stop(error, _settings(options)):
            return _stopped(stopped)
        raise
    return 0


def _stopped(error: StopRun) -> int:
    print(f"{STOPPED}{error}", file=sys.stderr)
    return 1


def _settings(options: argparse.Namespace) -> config.Config:
    return config.read(options.config) if "config" in options else config.load({})


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(prog="python -m cleanroom", description=__doc__)
    top.add_argument("--version", action="version", version=f"cleanroom {__version__}")
    commands = top.add_subparsers(required=True, metavar="STEP")
    intake = _command(commands, "intake", "sort the input folder and write the manifests", _intake)
    intake.add_argument("--threads", type=int, default=1)
    for step in FUNCTIONS:
        command = _command(commands, step, f"run {step} on one study", _step)
        command.set_defaults(step=step)
        command.add_argument("--study", required=step not in {"clean", *FILES}, help="a study's pseudonym")
        if step in FILES:
            command.add_argument("--threads", type=int, default=1, help="without --study: processes")
        if step == "clean":
            command.add_argument("folders", nargs="*", type=Path, metavar="IN OUT")
            command.add_argument(
                "--what-if", type=Path, metavar="FILE", help="print what becomes of one file"
            )
            command.add_argument(
                "--print-identities", action="store_true", help="--what-if: not on a terminal"
            )
            command.add_argument("--cores", type=int, default=1, help="processes for IN OUT")
        if step == "redact":
            words = "rectangles by device from a CTP pixel script"
            command.add_argument("import_ctp", nargs="*", metavar="import-ctp SCRIPT", help=words)
            command.add_argument("--out", type=Path, metavar="FILE", help="import-ctp: default SCRIPT.yaml")
    report = _command(commands, "report", "write the report, the tables and the provenance", _report)
    report.add_argument("--partial", action="store_true", help="some jobs were killed")
    ending = _command(commands, "summary", "the last lines of a run", _summary)
    ending.add_argument("--failed", action="store_true", help="some jobs were killed: report what there is")
    for module in (parts, crosswalk):
        module.register(commands)
    _profile(commands.add_parser("profile", help="look at a profile, or make one of a CTP script"))
    media = _command(commands, "export-media", "copy released DICOM files with a DICOMDIR", _export_media)
    media.add_argument(
        "folders", nargs="+", type=Path, metavar="[SOURCE] TARGET", help="SOURCE: release/dicom of the output"
    )
    handing_over.register(commands)
    sample = commands.add_parser("sample", help="make the sample input of the demo")
    sample.add_argument("folder", type=Path)
    sample.set_defaults(run=_sample)
    review.register(commands)
    tools.register(commands)
    documents = commands.add_parser("config", help="write config.yaml, its schema and the docs table again")
    documents.set_defaults(run=_documents)
    return top


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, text: str, run: Run
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text)
    command.add_argument("--config", type=Path, default=DEFAULT, help="config file (default: config.yaml)")
    command.set_defaults(run=run)
    return command


def _profile(command: argparse.ArgumentParser) -> None:
    what = command.add_subparsers(required=True, metavar="WHAT")
    show = what.add_parser("show", help="what happens to every attribute, and why")
    show.add_argument("name", metavar="NAME", help="a profile, or a YAML file")
    show.add_argument(
        "--iod", metavar="OBJECT", help="only what this object has: CT, rt-structure-set, a UID"
    )
    show.add_argument("--tsv", action="store_true", help="as a table with tabs")
    show.set_defaults(run=_show)
    script = what.add_parser("import-ctp", help="a profile from a CTP DicomAnonymizer script")
    script.add_argument("script", type=Path, metavar="SCRIPT")
    script.add_argument("--name", help="the profile's name (default: the script's)")
    script.add_argument("--out", type=Path, metavar="FILE", help="default: NAME.yaml here")
    script.set_defaults(run=_import_ctp)


def _intake(options: argparse.Namespace) -> None:
    from cleanroom import step
    from cleanroom.intake.take_in import take_in

    settings = config.read(options.config)
    settings.private.mkdir(parents=True, exist_ok=True, mode=0o700)
    started = time.perf_counter()
    print(f"{len(take_in(settings, options.threads))} studies")
    step.took_in(settings, time.perf_counter() - started)


def _step(options: argparse.Namespace) -> None:
    from cleanroom import secrecy, step
    from cleanroom.study import Study

    if options.step == "redact" and options.import_ctp:
        _import_pixel_script(options)
        return
    settings = config.read(options.config)
    secrecy.keep(settings.private)
    if options.study:
        step.run(options.step, Study(settings, options.study))
    elif options.step in FILES:
        from cleanroom.files import step as files

        files.run(options.step, settings, options.threads)
    elif options.what_if:
        from cleanroom.explain import what_if

        for line in what_if(options.what_if, settings, sys.stdout.isatty() or options.print_identities):
            print(line)
    else:
        _clean_folder(options, settings)


def _import_pixel_script(options: argparse.Namespace) -> None:
    from cleanroom.redact.pixel_script import import_pixel_script

    if len(options.import_ctp) != 2 or options.import_ctp[0] != "import-ctp":
        raise StopRun("redact takes --study STUDY, or a script.", "cleanroom redact import-ctp SCRIPT")
    script = Path(options.import_ctp[1])
    out = options.out or Path(f"{script.stem}.yaml")
    print(import_pixel_script(script, out), file=sys.stderr)
    print(f"{out} is written; use it with `text: {{templates: [{out}]}}` in config.yaml", file=sys.stderr)


def _clean_folder(options: argparse.Namespace, settings: config.Config) -> None:
    from cleanroom.clean.folder import clean_folder

    if len(options.folders) != 2:
        raise StopRun("clean takes --study STUDY, or two folders.", "python -m cleanroom clean IN OUT")
    done = clean_folder(options.folders[0], options.folders[1], settings, options.cores)
    print(f"{done.files} files written, {len(done.set_aside)} set aside")
    for reason, files in Counter(reason for _, reason in done.set_aside).most_common():
        print(f"  {files}: {reason}")


def _show(options: argparse.Namespace) -> None:
    from cleanroom.explain import show

    for line in show(options.name, options.iod, options.tsv):
        print(line)


def _import_ctp(options: argparse.Namespace) -> None:
    from cleanroom.ctp import import_script

    name = options.name or options.script.stem
    out = options.out or Path(f"{name}.yaml")
    findings = import_script(options.script, name, out)
    print(findings, file=sys.stderr)
    print(f"{out} is written; use it with `profile: {out}` in config.yaml", file=sys.stderr)


def _export_media(options: argparse.Namespace) -> None:
    from cleanroom.media import export_media

    if len(options.folders) > 2:
        raise StopRun("export-media takes one or two folders.", "python -m cleanroom export-media TARGET")
    *named, target = options.folders
    source = named[0] if named else config.read(options.config).output / "release" / "dicom"
    done = export_media(source, target)
    print(f"{done.files} files and their DICOMDIR in {target}, {len(done.left_out)} left out")
    for path, reason in done.left_out:
        print(f"  {path}: {reason}")


def _report(options: argparse.Namespace) -> None:
    from cleanroom.report import report

    report(config.read(options.config), partial=options.partial)


def _summary(options: argparse.Namespace) -> None:
    from cleanroom.report import report, summary

    settings = config.read(options.config)
    if options.failed:
        report(settings, partial=True)
    print(summary(settings))


def _sample(options: argparse.Namespace) -> None:
    from cleanroom.sample import write_sample

    write_sample(options.folder)


def _documents(_: argparse.Namespace) -> None:
    from cleanroom import config_docs

    config_docs.write()


if __name__ == "__main__":
    sys.exit(main())
