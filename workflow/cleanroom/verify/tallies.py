"""Check 8: every instance has an encoded file, and every encoded file is an instance."""

from cleanroom.verify.subject import Series


def findings(series: Series) -> list[str]:
    """What is missing from a series, and what does not belong to it."""
    folder = series.study.work / "encoded" / series.pseudonym
    expected = {row.number for row in series.rows}
    files = {path.name.removesuffix(".dcm") for path in folder.iterdir()} if folder.is_dir() else set()
    found = []
    if missing := expected - files:
        found.append(f"{len(missing)} of {len(expected)} instances have no file and were not set aside")
    if extra := files - expected:
        found.append(f"{len(extra)} files belong to no instance")
    if unrecorded := expected - series.encoded.keys():
        found.append(f"{len(unrecorded)} instances are not in the record of the step encode")
    return found
