"""The one verdict of every input file that belongs to a study."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from cleanroom import holdings
from cleanroom.config import Config
from cleanroom.errors import STOPPED
from cleanroom.manifest import Instance
from cleanroom.records import NO_VERDICT, ReleasedInstance, SetAsideRow
from cleanroom.report.evidence import Evidence

RELEASED = "released"
SET_ASIDE = "set_aside"
NOT_CONTENT = "not_content"


@dataclass(frozen=True)
class Verdict:
    """What became of one input file."""

    path: str
    verdict: str
    released_as: str = ""
    """Relative to the output folder."""
    step: str = ""
    reason: str = ""
    fix: str = ""


def verdicts(evidence: Evidence, config: Config) -> Iterator[Verdict]:
    """A verdict for every instance of a study's manifest, in its order."""
    files = {instance_key(file): file for file in evidence.release.files if file.kind == "dicom"}
    rows = {(row.series, number): row for row in reversed(evidence.set_aside) for number in row.numbers}
    whole = {row.series: row for row in reversed(evidence.set_aside) if not row.numbers}
    rest = _rest(evidence, config)
    for instance in evidence.instances:
        key = (instance.series, instance.number)
        if key in files:
            yield Verdict(instance.path, RELEASED, released_as(files[key]))
        else:
            yield _set_aside(instance, rows.get(key) or whole.get(instance.series) or rest)


def instance_key(file: ReleasedInstance) -> tuple[str, str]:
    """Series and number of a released instance."""
    return file.series, PurePosixPath(file.path).stem


def released_as(file: ReleasedInstance) -> str:
    """Where a released file lies, relative to the output folder."""
    return f"release/{file.path}"


def _set_aside(instance: Instance, row: SetAsideRow) -> Verdict:
    return Verdict(instance.path, SET_ASIDE, step=row.step, reason=row.reason, fix=row.fix)


def _rest(evidence: Evidence, config: Config) -> SetAsideRow:
    """Why an instance that no record mentions is not released."""
    if not evidence.unfinished:
        return SetAsideRow(
            series="",
            step="release",
            reason="it is not in the release and the records that say why are gone",
            fix="run `snakemake --forceall` once with this study in `studies`",
        )
    if not _in_this_run(evidence, config):
        return SetAsideRow(
            series="",
            step="intake",
            reason="not in this run: `studies` or `shard` in the config leave this study out",
            fix="run snakemake without `studies` and `shard`",
        )
    told = _told(config, evidence.unfinished, evidence.study) or "the job was killed"
    stands = (
        "; what was released of it before still stands" if holdings.load(config, evidence.study).files else ""
    )
    return SetAsideRow(
        series="",
        step=evidence.unfinished,
        reason=f"{NO_VERDICT}{told}{stands}; run snakemake again",
        fix="run snakemake again; give the job more memory or time if it was killed for that",
    )


def _told(config: Config, step: str, study: str) -> str:
    """Why a job stopped, as it said in its log; empty when it was killed."""
    log = config.private / "logs" / step / f"{study}.log"
    lines = log.read_text(errors="replace").splitlines() if log.is_file() else []
    told = next((line.removeprefix(STOPPED).rstrip(".") for line in lines if line.startswith(STOPPED)), "")
    return "the job stopped, and its log says why" if "/" in told else told


def unfinished(evidence: Evidence, config: Config) -> bool:
    """Whether a study of this run was not taken to its end."""
    return bool(evidence.unfinished) and _in_this_run(evidence, config)


def _in_this_run(evidence: Evidence, config: Config) -> bool:
    if config.studies and evidence.study not in config.studies:
        return False
    return not config.shard or bool(evidence.times)
