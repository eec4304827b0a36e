"""Rectangles by device, and CTP's pixel scripts."""

from pathlib import Path

import pytest
from exports import instance

from cleanroom.errors import StopRun
from cleanroom.redact.pixel_script import import_pixel_script
from cleanroom.redact.templates import matching_template

SCRIPT = """Invented devices
 { Modality.equals("US") * (Manufacturer.containsIgnoreCase("acme") + [0008,1090].startsWith("Z")) }
 (0,0,640,40) (-100,-20,100,20)

 { !Modality.equals("US") *
   Rows.isGreaterThan("500") }
 (0,0,512,25)
 { Modality.sounds("MR") }
 (0,0,5,5)
"""


@pytest.fixture
def imported(tmp_path: Path) -> Path:
    """The templates of the script, without its last signature."""
    (tmp_path / "a.script").write_text(SCRIPT)
    findings = str(import_pixel_script(tmp_path / "a.script", tmp_path / "a.yaml"))
    assert "line 8: the signature: there is no test `sounds`" in findings
    return tmp_path / "a.yaml"


@pytest.mark.parametrize(
    ("values", "rectangles"),
    [
        ({"Modality": "US", "Manufacturer": "ACME Inc"}, [(0, 0, 640, 40), (-100, -20, 0, 0)]),
        (
            {"Modality": "US", "Manufacturer": "", "ManufacturerModelName": "Zeta"},
            [(0, 0, 640, 40), (-100, -20, 0, 0)],
        ),
        ({"Modality": "US", "Manufacturer": "other"}, None),
        ({"Modality": "CT", "Rows": 512}, [(0, 0, 512, 25)]),
        ({"Modality": "CT", "Rows": 400}, None),
    ],
)
def test_a_condition_of_a_script_is_kept(
    imported: Path, values: dict[str, object], rectangles: list[tuple[int, ...]] | None
) -> None:
    template = matching_template(instance(1, **values), [imported])
    assert (template.rectangles if template else None) == rectangles


def test_an_existing_file_is_not_overwritten(imported: Path) -> None:
    with pytest.raises(StopRun, match="already"):
        import_pixel_script(imported.with_suffix(".script"), imported)
