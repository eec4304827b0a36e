"""The start of a run: what is checked and locked before its first job, and what its jobs are told of it."""

import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from cleanroom import (
    clock,
    engine,
    faults,
    folders,
    forgotten,
    holdings,
    images,
    intact,
    lock,
    patients,
    progress,
    secrecy,
    shard,
    unfinished,
)
from cleanroom import config as configuration
from cleanroom.atomic import write_text
from cleanroom.clean import profile as profiles
from cleanroom.config import Config
from cleanroom.dependence import code
from cleanroom.errors import StopRun
from cleanroom.identity import Identity, open_key
from cleanroom.intake import unread
from cleanroom.intake.loads import read_loads
from cleanroom.intake.walk import fingerprint
from cleanroom.nifti import standard, subject
from cleanroom.plan import Plan
from cleanroom.review import applied, table
from cleanroom.tools import presence
from cleanroom.warm import started as warm

_SAVED = ("fingerprint", "code", "key_check", "patients", "profile", "missing")
"""What single jobs take from the run that started them."""


def of_workflow(
    values: dict[str, Any], main: bool, methods: frozenset[str] = frozenset(), dry: bool = False
) -> Plan:
    """As :func:`start`, with errors as Snakemake shows its own: the message without a traceback."""
    from snakemake.exceptions import WorkflowError  # noqa: PLC0415 - there only inside Snakemake

    try:
        plan = start(values, main, methods, dry)
    except StopRun as error:
        raise WorkflowError(str(error)) from None
    except OSError as error:
        if stopped := faults.stop(error, configuration.load(values)):
            raise WorkflowError(str(stopped)) from None
        raise
    if main and not methods:
        warm.start()
    if main:
        engine.spare()
    return plan


def start(
    values: dict[str, Any], main: bool, methods: frozenset[str] = frozenset(), dry: bool = False
) -> Plan:
    """Check the config and the folders, and prepare ``private/``.

    Parameters
    ----------
    values
        The config of Snakemake: ``config.yaml`` and the command line.
    main
        False in the process of a single job, which takes the plan that the run has made.
    methods
        How Snakemake brings software along: ``conda``, ``apptainer``.
    dry
        Nothing will run, so what the last run has left to be read stays.

    Raises
    ------
    StopRun
        When the run cannot start.
    """
    config = configuration.load(values)
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    os.environ["PYTHONPATH"] = str(Path(__file__).parents[1])
    secrecy.keep(config.private)
    if not main:
        folders.bind(config)
        return _saved(config)
    profile, tools = _checked(config, methods)
    config.private.mkdir(parents=True, exist_ok=True)
    config.private.chmod(0o700)
    presence.save(config, tools)
    config.output.mkdir(parents=True, exist_ok=True)
    folders.bind(config)
    part = bool(config.shard) and (config.private / "loads.tsv").is_file()
    alone = lock.hold(config.private, part, "run.lock") & lock.hold(config.output, part)
    _go_on(config, alone)
    plan = _made(config, profile, part)
    plan = replace(plan, missing=tuple(sorted(name for name, state in tools.items() if state.lacks)))
    if part and not alone:
        _check_same(plan)
    else:
        _save(plan)
    if part:
        lock.share(config.private)
        lock.share(config.output)
    progress.watch(config.private, plan.chosen)
    if not part:
        intact.damaged(config)
    return _reopened(plan, dry)


def _checked(config: Config, methods: frozenset[str]) -> tuple[str, dict[str, presence.Presence]]:
    """Check what can be before a folder is made; the digest of the profile, and the state of the tools."""
    folders.check(config)
    applied.check(config, table.read(config.private))
    assigned = patients.read(config.patients)
    if config.release.nifti:
        standard.check(config.release.bids)
        subject.check({item.pseudonym for item in assigned.by_key.values()})
    profile = profiles.load(config.profile)
    profile.check_files()
    tools = presence.found(config, methods)
    if "apptainer" in methods:
        images.check([images.LINE, *presence.own_images(tools)])
    for line in presence.check(config, tools):
        print(f"cleanroom: {line}", file=sys.stderr)
    return profile.digest(), tools


def _reopened(plan: Plan, dry: bool) -> Plan:
    """Have what an earlier run did not take to its end done in this one, and the goal made anew after it."""
    left = unfinished.reopen(plan)
    if not plan.goal.is_file() or not (left or intact.is_partial(plan.config)):
        return plan
    if left:
        print(f"cleanroom: the last run did not take {left:,} studies to their end", file=sys.stderr)
    if dry and not plan.config.shard:
        return replace(plan, again=True)
    plan.goal.unlink()
    return plan


def _go_on(config: Config, alone: bool) -> None:
    """Mend what a clock that was ahead, or a run that was cut off, has left."""
    if alone:
        holdings.adopt(config)
        if ahead := clock.overtake(config):
            told = f"the clock was ahead: {ahead} files of private get the time it is"
            print(f"cleanroom: {told}", file=sys.stderr)
    if lock.only(Path.cwd()) and (lost := forgotten.make_again(Path(".snakemake"), config)):
        print(
            f"cleanroom: {lost} jobs run again: the last run was cut off before they were noted",
            file=sys.stderr,
        )


def _made(config: Config, profile: str, part: bool) -> Plan:
    """A part works on the input as the last intake saw it, and does not look at it again."""
    key = open_key(config.key, config.private)
    if part:
        known = json.loads((config.private / "run.json").read_text())["fingerprint"]
        size = sum(load.whole for load in shard.part(config, read_loads(config.private)).values())
    else:
        known, size = fingerprint(config.input)
        known += unread.token(config.private)
    folders.check_space(config, size)
    check = Identity(key).digest("check", "")[:8].hex()
    _check_key(config, check)
    return Plan(config, known, code(), check, patients.fingerprint(config.patients), profile)


def _check_key(config: Config, check: str) -> None:
    """Two keys in one folder would release everybody twice, under two names and with two date shifts."""
    path = config.private / "run.json"
    if path.is_file() and json.loads(path.read_text())["key_check"] != check:
        raise StopRun(
            f"{config.private} was used with another key: everybody would get a second pseudonym.",
            "restore the key of this folder; or give the new key a `private` and an `output` of its own",
        )


def _saved(config: Config) -> Plan:
    """The plan of the run to which a single job belongs."""
    saved = json.loads((config.private / "run.json").read_text())
    values = saved["config"] | {"shard": config.shard}
    return Plan(
        configuration.load(values),
        **{name: saved[name] for name in _SAVED if name != "missing"},
        missing=tuple(saved["missing"]),
    )


def _save(plan: Plan) -> None:
    saved = _as_saved(plan)
    write_text(plan.config.private / "run.json", json.dumps(saved, indent=1) + "\n")
    write_text(plan.file, json.dumps(saved["config"], indent=1) + "\n")


def _as_saved(plan: Plan) -> dict[str, Any]:
    """All that jobs take from the run; which part it is does not concern them."""
    values = plan.config.model_dump(mode="json") | {"shard": ""}
    saved = {name: getattr(plan, name) for name in _SAVED} | {"missing": list(plan.missing)}
    return {"config": values, **saved}


def _check_same(plan: Plan) -> None:
    saved = json.loads((plan.config.private / "run.json").read_text())
    mine = _as_saved(plan)
    other = [name for name in mine if mine[name] != saved.get(name)]
    if other:
        raise StopRun(
            f"A part with other settings is at work in {plan.config.private}: {', '.join(other)}.",
            "give all parts the same config, or wait until that one has ended",
        )
