"""Studies of which an earlier run took a result away to make it anew, and did not: its job failed.

Snakemake makes a missing result only for one that is missing too, up to the goal of the run; and of a failed
job it notes the parameters with which it failed. Over an earlier release no later call would try again.
"""

from cleanroom.plan import Plan
from cleanroom.records import ReleaseRecord
from cleanroom.study import RECORDS, Study


def reopen(plan: Plan) -> int:
    """Let what was not taken to its end be no longer released, as far as Snakemake sees it.

    What stands in the release stays there, and known (``holdings``), until the new one comes. Nobody else may
    be at work on these studies: parts have none in common.

    Returns
    -------
    int
        How many studies of this run were not taken to their end, those never begun too; pictures and PDFs
        are one.
    """
    cut = [study for name in plan.chosen if _is_cut(study := Study(plan.config, name))]
    for study in cut:
        study.record_path("release").unlink(missing_ok=True)
    return len(cut) + _files_are_cut(plan)


def _is_cut(study: Study) -> bool:
    """Not one that has no volumes because it was released before they were asked for."""
    missing = study.missing
    if missing != ["nifti"]:
        return bool(missing)
    release = ReleaseRecord.load(study.record_path("release")).made.parameters.get("release")
    return isinstance(release, dict) and bool(release.get("nifti"))


def _files_are_cut(plan: Plan) -> bool:
    """Their intermediates may be gone, all of them: then nothing is done again."""
    work = plan.config.private / "work" / "files"
    if not plan.loose:
        return False
    before = [work / RECORDS[step] for step in ("redact", "verify")] if work.is_dir() else []
    return not all(path.is_file() for path in [*before, *plan.loose])
