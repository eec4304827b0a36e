"""The step: every instance of a study, its header cleaned."""

import zlib
from collections import Counter
from zipfile import BadZipFile, ZipFile

from cleanroom import tsv
from cleanroom.atomic import write_text
from cleanroom.clean import archive
from cleanroom.clean.marks import code
from cleanroom.clean.meta import transfer_syntax_of
from cleanroom.clean.original import clean_original, leave_document, quiet_pydicom, read_header
from cleanroom.clean.profile import load
from cleanroom.clean.rules import Rules
from cleanroom.clean.text import TextCleaner
from cleanroom.clean.values import Values
from cleanroom.errors import SetAside
from cleanroom.manifest import Instance
from cleanroom.records import CleanRecord, SetAsideRow
from cleanroom.source import opened
from cleanroom.study import Study

_NOT_OPENED = (OSError, BadZipFile, zlib.error, EOFError, KeyError, RuntimeError)
"""The last two: an archive has no such member, or it is encrypted."""


def clean_study(study: Study) -> CleanRecord:
    """Write ``headers.zip`` and ``uids.tsv`` of a study.

    An instance that cannot be cleaned is set aside alone; the others go on.

    Parameters
    ----------
    study
        A study with its manifest.

    Returns
    -------
    CleanRecord
        What was done to each series.
    """
    profile = load(study.config.profile)
    rules = Rules(profile)
    values = Values(study.identity, study.patient, TextCleaner(study.identifying, profile.keeps))
    record = CleanRecord(
        profile=profile.name,
        options=[code(value) for value in profile.codes],
        kept=rules.kept,
        own=rules.own,
        weaker=profile.weaker,
    )
    with archive.new_archive(study.work / "headers.zip") as headers, quiet_pydicom():
        for series, instances in study.series("clean").items():
            counts: Counter[str] = Counter()
            for instance in instances:
                try:
                    counts.update(_clean_instance(study, rules, values, instance, headers))
                except SetAside as failure:
                    record.set_aside.append(_row(instance, failure))
            record.actions[series] = dict(sorted(counts.items()))
    write_text(study.folder / "uids.tsv", tsv.text(sorted(study.identity.uids.items())))
    return record


def _clean_instance(
    study: Study, rules: Rules, values: Values, instance: Instance, headers: ZipFile
) -> Counter[str]:
    try:
        with opened(study.config.input, instance.path) as file:
            original = read_header(file)
    except _NOT_OPENED as error:
        raise SetAside(f"the file cannot be opened ({type(error).__name__})") from None
    leave_document(original)
    header, counts = clean_original(original, rules, values)
    name = archive.member(instance.series, instance.number)
    archive.add(headers, name, header, transfer_syntax_of(original))
    return counts


def _row(instance: Instance, failure: SetAside) -> SetAsideRow:
    return SetAsideRow(
        series=instance.series,
        numbers=[instance.number],
        step="clean",
        reason=failure.reason,
        fix=failure.fix,
    )
