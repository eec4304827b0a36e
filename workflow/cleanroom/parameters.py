"""The settings of a run that may be told with its release: no path, no pattern, no pseudonym."""

from collections.abc import Iterable

from cleanroom.config import Config


def settings(config: Config) -> dict[str, str]:
    """Key of the config → what it was, in words; rules are counted, for what they match may identify."""
    return {
        "profile": config.profile_name,
        "faces.tools": ", ".join(sorted({rule.tool for rule in config.faces.rules})),
        "faces.ears": str(config.faces.ears).lower(),
        "faces.contours": config.faces.contours,
        "faces.margin_mm": str(config.faces.margin_mm),
        "text.words": ", ".join(sorted({rule.words for rule in config.text.rules})),
        "text.release": _counted(rule.release for rule in config.text.rules),
        "text.boxes": str(len(config.text.boxes)),
        "text.templates": str(len(config.text.templates)),
        "pictures.release": _counted(rule.release for rule in config.pictures),
        "pdf.release": str(config.pdf.release).lower(),
        "pdf.pages": str(config.pdf.pages),
        "release.nifti": str(config.release.nifti).lower(),
        "release.bids": str(len(config.release.bids)),
    }


def _counted(releases: Iterable[bool]) -> str:
    found = list(releases)
    return f"true in {sum(found)} of {len(found)} rules"
