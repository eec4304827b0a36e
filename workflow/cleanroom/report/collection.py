"""The step ``report``: one verdict for every file, then tables, pages and provenance."""

import sqlite3
from collections import Counter, defaultdict
from contextlib import suppress

import cleanroom
from cleanroom import holdings, intact
from cleanroom.atomic import write_text
from cleanroom.config import Config
from cleanroom.errors import StopRun
from cleanroom.identity import Identity, load_key
from cleanroom.nifti import dataset, validator
from cleanroom.provenance import StepTime, crate
from cleanroom.provenance import tables as steps
from cleanroom.records import Holding, ReleaseRecord
from cleanroom.report import evidence as records
from cleanroom.report import heads, inventory, page, tables
from cleanroom.report.evidence import Evidence
from cleanroom.report.figures import Figures, Totals
from cleanroom.report.inventory import SetAsideLine
from cleanroom.report.loose import Loose, loose
from cleanroom.report.reasons import combined
from cleanroom.report.series import SeriesEntry, by_patient, entry
from cleanroom.report.verdicts import instance_key, unfinished, verdicts
from cleanroom.report.wording import shareable
from cleanroom.review import table
from cleanroom.study import Study

AGAIN = "run snakemake again; it goes on from where it stopped"


def report(config: Config, partial: bool = False) -> None:
    """Give every input file its verdict and write what proves it.

    Parameters
    ----------
    config
        Where everything is.
    partial
        Report a run in which jobs were killed: their studies are set aside.

    Raises
    ------
    StopRun
        When a study was not taken to its end (and not ``partial``), or the totals do not add up.
    """
    with inventory.transaction(config.private / "inventory.sqlite") as base:
        times = _decide(base, config, partial)
        lines = combined(inventory.set_aside(base))
        entries, options, weaker = _entries(base, config, lines)
        identity = Identity(load_key(config.key or config.private / "key"))
        inventory.name_files(base, identity)
        files = loose(base, identity)
        figures = Figures(
            version=cleanroom.__version__,
            profile=shareable(config.profile_name),
            options=options,
            weaker=weaker,
            decisions=Counter(item.what for entry in entries for item in entry.decisions),
            totals=_totals(base, times),
            series=[entry.figures for entry in entries],
        )
        release = config.output / "release" / "manifest.tsv"
        tree = Holding(files=dataset.write(config))
        tables.manifest(base, [*holdings.every(config), tree], release)
        tables.inventory(base, config.private / "inventory.tsv")
        tables.crosswalk(base, config.private / "crosswalk.tsv")
    with suppress(OSError):  # not empty: another call is moving something in
        (config.output / ".staging").rmdir()
    intact.mark_partial(config, partial)
    tables.set_aside(lines, config.output / "set_aside.tsv")
    validator.write(config)
    _pages(config, figures, entries, lines, files)
    times = [*times, *records.intake(config)]
    steps.write(config, times, identity)
    crate.write(config, times, figures.totals.model_dump())
    intact.stamp(config, intact.REPORT)


def _decide(base: sqlite3.Connection, config: Config, partial: bool) -> list[StepTime]:
    times: list[StepTime] = []
    for study in inventory.studies(base):
        evidence = records.load(config, study)
        if not partial:
            _check(evidence, config)
        decided = inventory.decide(base, verdicts(evidence, config))
        if decided != len(evidence.instances) and not partial:
            raise StopRun(f"The manifest of study {study} names files that the inventory lacks.", AGAIN)
        inventory.cross_uids(base, Study(config, study))
        times += evidence.times
    files = records.files(config)
    times += files
    done = [time.record for time in files if isinstance(time.record, ReleaseRecord)]
    released = [item for record in done for item in record.files]
    rows = [row for time in files for row in time.record.set_aside]
    inventory.decide_files(base, rows, released)
    left = inventory.close(base)
    if left and not partial:
        raise StopRun(f"{left:,} input files have no verdict.", AGAIN)
    return times


def _check(evidence: Evidence, config: Config) -> None:
    if unfinished(evidence, config):
        reason = f"Study {evidence.study} has no verdict: its step `{evidence.unfinished}` left no record."
        raise StopRun(reason, AGAIN)
    known = {(instance.series, instance.number) for instance in evidence.instances}
    series = {name for name, _ in known}
    files = [file for file in evidence.release.files if file.kind == "dicom" and file.series in series]
    released = {instance_key(file) for file in files}
    if not released <= known:
        raise StopRun(f"Study {evidence.study} has released files that its manifest lacks.", AGAIN)


def _totals(base: sqlite3.Connection, times: list[StepTime]) -> Totals:
    tallies = inventory.tallies(base)
    counts = {verdict: tally.files for verdict, tally in tallies.items()}
    totals = Totals(
        files_in=inventory.count(base),
        files_released=counts.get("released", 0),
        files_set_aside=counts.get("set_aside", 0),
        files_not_content=counts.get("not_content", 0),
        bytes_in=sum(tally.bytes for tally in tallies.values()),
        seconds=round(sum(time.record.seconds for time in times), 3),
    )
    if totals.files_in != totals.files_released + totals.files_set_aside + totals.files_not_content:
        raise StopRun(f"The verdicts do not add up: {totals}", "this is a bug; send this line to its makers")
    return totals


def _entries(
    base: sqlite3.Connection, config: Config, lines: list[SetAsideLine]
) -> tuple[list[SeriesEntry], list[str], list[str]]:
    by_series: dict[tuple[str, str, str], list[SetAsideLine]] = defaultdict(list)
    for line in lines:
        by_series[line.patient, line.study, line.series].append(line)
    counts = defaultdict(list)
    for count in inventory.by_series(base):
        counts[count.study].append(count)
    decided = table.read(config.private)
    found: list[SeriesEntry] = []
    options: set[str] = set()
    weaker: set[str] = set()
    for study in counts:
        evidence = records.load(config, study)
        options |= {code.value for code in evidence.clean.options}
        weaker |= set(map(shareable, evidence.clean.weaker))
        found += [
            entry(evidence, count, by_series[count.patient, study, count.series], decided)
            for count in counts[study]
        ]
    if any(item.face_examined for item in found):
        options.add("113102")
    return found, sorted(options), sorted(weaker)


def _pages(
    config: Config,
    figures: Figures,
    entries: list[SeriesEntry],
    lines: list[SetAsideLine],
    files: Loose,
) -> None:
    patients = by_patient(entries)
    shared, own = config.output / "report", config.private / "report"
    own.mkdir(mode=0o700, parents=True, exist_ok=True)
    page.write(shared / "index.html", figures, patients, lines, files, private=False)
    page.write(own / "index.html", figures, patients, lines, files, private=True)
    heads.write(shared, entries, page.environment())
    tables.series(figures.series, shared / "series.tsv")
    write_text(shared / "report.json", figures.model_dump_json(indent=1) + "\n", mode=0o644)
