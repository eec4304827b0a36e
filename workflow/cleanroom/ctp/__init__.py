"""Scripts of the RSNA CTP DicomAnonymizer, turned into profiles."""

from pathlib import Path

from cleanroom.atomic import refuse_existing, write_text
from cleanroom.clean.profile import load
from cleanroom.ctp.findings import Findings
from cleanroom.ctp.script import read
from cleanroom.ctp.translation import translated, yaml_text
from cleanroom.errors import StopRun


def import_script(path: Path, name: str, out: Path) -> Findings:
    """Write the profile that does what a script does.

    Parameters
    ----------
    path
        A script of the CTP DicomAnonymizer.
    name
        What the profile is called.
    out
        The YAML file to write; an existing one is never overwritten.

    Returns
    -------
    Findings
        What the profile could not express, by line.

    Raises
    ------
    StopRun
        When a line of the script cannot be read, or the file exists.
    """
    if out.suffix not in (".yaml", ".yml"):
        raise StopRun(f"A profile's file ends in .yaml, {out} does not.", f"--out {out}.yaml")
    refuse_existing(out)
    translation = translated(read(path), name)
    write_text(out, yaml_text(translation, name))
    load(str(out))
    return translation.findings


__all__ = ["Findings", "import_script"]
