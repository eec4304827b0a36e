"""``verdict.json``."""

from cleanroom.records.record import Record


class VerifyRecord(Record):
    """``verdict.json``: what passed, and the measures the report shows."""

    passed: dict[str, list[str]] = {}
    """Series → numbers of the instances that may be released."""
    sha256: dict[str, dict[str, str]] = {}
    """Series → instance number → SHA-256 of the file that was judged."""
    checks: dict[str, dict[str, str]] = {}
    """Series → check → ``passed``, ``not applicable``, or what was found."""
    pictures: dict[str, list[str]] = {}
    """Series → PNG files, relative to the study's folder (``pictures/after/…``, ``pictures/before/…``;
    ``pictures/withheld/…`` instead of ``after`` when the series did not pass)."""
    dangling: dict[str, list[str]] = {}
    """Series → pseudonyms of series it refers to that are set aside."""
    measures: dict[str, dict[str, float]] = {}
    """Series whose face was removed → what the gate measured on it: ``eyes_left_percent``,
    ``eyes_receded_mm``, ``eyes_relief_percent`` (nose, mouth, ears or chin likewise), ``fit_mm``,
    ``pose_off_mm``, ``brain_voxels``; of several volumes the
    most doubtful value. Empty when the volume is too thin to measure."""
