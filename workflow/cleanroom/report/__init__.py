"""The step ``report``: verdicts, tables, pages, provenance and the last lines of a run."""

from cleanroom.report.collection import report
from cleanroom.report.last_lines import summary

__all__ = ["report", "summary"]
