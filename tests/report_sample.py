"""A private folder as the steps leave it, small enough to reason about."""

import json
import sqlite3
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from cleanroom import holdings, manifest
from cleanroom.config import Config, load
from cleanroom.manifest import Instance
from cleanroom.records import (
    CleanRecord,
    Code,
    EncodeRecord,
    FaceRecord,
    ReleasedInstance,
    ReleaseRecord,
    SeriesFace,
    SeriesText,
    SetAsideRow,
    TextRecord,
    VerifyRecord,
    VolumeRecord,
)
from cleanroom.study import Study

HEAD, UNSURE, KEPT, DOSE = "EHEAD2222222A", "EUNSURE22222A", "EKEPT2222222A", "EDOSE2222222A"
ANNA, BERT = "PANNA2222222A", "PBERT2222222A"
FIRST, SECOND = "SFIRST222222A", "SSECOND22222A"

UNSURE_ROW = SetAsideRow(
    series=UNSURE,
    step="deface",
    reason="the template did not fit: 38 % of the mask lies outside of the head",
    fix="add a rule to `faces.rules` that matches this series, with another `tool` or with `none`",
)
KEPT_REASON = "radiotherapy of the face needs the face"
PNG_NAMES = ["slices", "front", "left"]

TABLE = (
    "CREATE TABLE files(path TEXT PRIMARY KEY, bytes INTEGER, modified TEXT, kind TEXT, patient TEXT,"
    " study TEXT, series TEXT, number TEXT, sop_instance_uid TEXT,"
    " verdict TEXT, released_as TEXT, reason TEXT)"
)
LOOSE = [
    ("junk/scan.dcm", "unreadable", "set_aside", "it cannot be read as DICOM: the data end too early"),
    ("notes.txt", "other", "set_aside", "not a medical image"),
    ("DICOMDIR", "dicomdir", "not_content", ""),
    ("again/IM1", "duplicate", "not_content", "identical to another file"),
    ("Mueller_Anna.jpg", "picture", "", ""),
    ("letter.pdf", "pdf", "", ""),
]
"""path, kind, verdict and reason of files that belong to no series."""


class Sample:
    """Two patients: a defaced and an unsure series; a head with its face kept and a dose."""

    def __init__(self, root: Path, **settings: Any) -> None:
        self.config: Config = load(
            {"private": str(root / "private"), "output": str(root / "results"), **settings}
        )
        self.config.private.mkdir(mode=0o700)
        self.config.output.mkdir()
        self.base = sqlite3.connect(self.config.private / "inventory.sqlite")
        self.base.execute(TABLE)
        self.base.execute(
            "CREATE TABLE crosswalk(kind TEXT, original TEXT, pseudonym TEXT, PRIMARY KEY (kind, original))"
        )
        (self.config.private / "key").write_bytes(bytes(32))
        for path, kind, verdict, reason in LOOSE:
            self.add_file(path, kind=kind, verdict=verdict, reason=reason)
        self.first(FIRST)
        self.second(SECOND)
        self.pictures_and_pdfs()
        self.base.commit()

    def add_file(self, path: str, **values: str) -> None:
        """One row of the inventory."""
        row = dict.fromkeys(
            ["kind", "patient", "study", "series", "number", "sop_instance_uid", "verdict", "reason"], ""
        ) | {"path": path, "bytes": 1000, "modified": "2026-11-01T10:00:00.000000000", "released_as": ""}
        row |= values
        places = ", ".join(f":{name}" for name in row)
        self.base.execute(f"INSERT INTO files ({', '.join(row)}) VALUES ({places})", row)
        self.base.commit()

    def first(self, name: str) -> None:
        """Patient Anna: ``HEAD`` defaced and released, ``UNSURE`` set aside."""
        study = self.study(name, ANNA, {HEAD: ("MR", 4), UNSURE: ("MR", 3)})
        CleanRecord(
            profile="basic",
            options=[Code(value="113100", meaning="Basic Application Confidentiality Profile")],
            actions={HEAD: {"X": 120, "Z": 16, "U": 12, "D": 4}, UNSURE: {"X": 90, "U": 9}},
            seconds=1.5,
        ).save(study.record_path("clean"))
        TextRecord(series={HEAD: SeriesText(frames_read=4)}, seconds=0.5).save(study.record_path("redact"))
        VolumeRecord(seconds=1).save(study.record_path("convert"))
        head = SeriesFace(
            decision="face",
            tool="builtin",
            mode="remove",
            voxels_changed=51234,
            measures={"mask_in_front_percent": 97.3, "similarity": 0.8123, "skin_left_mm2": 0},
        )
        unsure = SeriesFace(decision="unsure", tool="builtin", mode="remove", measures={"similarity": 0.31})
        FaceRecord(series={HEAD: head, UNSURE: unsure}, set_aside=[UNSURE_ROW], seconds=9).save(
            study.record_path("deface")
        )
        EncodeRecord(seconds=2).save(study.record_path("encode"))
        self.verdict(study, HEAD, ["identities", "pixels", "references", "conformance", "geometry", "face"])
        self.release(study, HEAD)

    def second(self, name: str) -> None:
        """Patient Bert: ``KEPT`` with its face, on purpose; ``DOSE`` without any."""
        study = self.study(name, BERT, {KEPT: ("CT", 2), DOSE: ("RTDOSE", 1)})
        options = [Code(value="113100", meaning="Basic Application Confidentiality Profile")]
        CleanRecord(profile="basic", options=options, seconds=1).save(study.record_path("clean"))
        TextRecord().save(study.record_path("redact"))
        VolumeRecord().save(study.record_path("convert"))
        kept = SeriesFace(decision="unsure", tool="none", reason=KEPT_REASON)
        FaceRecord(series={KEPT: kept, DOSE: SeriesFace(decision="not_applicable")}).save(
            study.record_path("deface")
        )
        EncodeRecord().save(study.record_path("encode"))
        self.verdict(study, KEPT, ["identities", "pixels"])
        self.release(study, KEPT, DOSE)

    def study(self, name: str, patient: str, series: dict[str, tuple[str, int]]) -> Study:
        """The manifest of a study, and its rows in the inventory."""
        instances = [
            self.instance(name, patient, key, modality, number)
            for key, (modality, count) in series.items()
            for number in range(1, count + 1)
        ]
        study = Study(self.config, name)
        manifest.write(study.folder / "manifest.tsv", instances)
        for instance in instances:
            self.add_file(
                instance.path,
                kind="dicom",
                patient=patient,
                study=name,
                series=instance.series,
                number=instance.number,
                sop_instance_uid=instance.sop_instance_uid,
            )
        return study

    def instance(self, study: str, patient: str, series: str, modality: str, number: int) -> Instance:
        """One row of a manifest, with an identity where an export has one."""
        texts = dict.fromkeys(Instance.__dataclass_fields__, "")
        texts |= {"patient": patient, "study": study, "series": series, "number": f"{number:05d}"}
        texts |= {"path": f"Doe^John/{series}/IM{number}", "modality": modality}
        texts |= {"sop_instance_uid": f"1.2.3.{number}", "series_description": "Doe axial T1"}
        texts |= {"frame_of_reference_uid": f"1.2.3.{series}"}
        return Instance(**(texts | {"bytes": 1000, "frames": 1}))  # type: ignore[arg-type]

    def verdict(self, study: Study, series: str, checks: list[str]) -> None:
        """``verdict.json`` and the pictures of one series."""
        files = [f"pictures/{kind}/{series}-{view}.png" for kind in ["after", "before"] for view in PNG_NAMES]
        for file in files:
            draw(study.folder / file)
        VerifyRecord(
            checks={series: dict.fromkeys(checks, "passed")}, pictures={series: files}, seconds=3
        ).save(study.record_path("verify"))

    def release(self, study: Study, *series: str) -> None:
        """``released.json`` and what is held: every instance of these series."""
        files = [
            ReleasedInstance(
                path=f"dicom/{item.patient}/{item.study}/{item.series}/{item.number}.dcm",
                sha256="0" * 64,
                bytes=900,
                patient=item.patient,
                study=item.study,
                series=item.series,
                sop_class="1.2.840.10008.5.1.4.1.1.4",
                sop_instance_uid=f"2.25.{index}",
            )
            for index, item in enumerate(study.instances)
            if item.series in series
        ]
        record = ReleaseRecord(files=files, seconds=0.5)
        record.save(study.record_path("release"))
        holdings.hold(self.config, study.pseudonym, record.holding)

    def pictures_and_pdfs(self) -> None:
        """What ``redact`` says of loose files."""
        row = SetAsideRow(series="", step="redact", reason="pictures and PDFs may carry words", fix="")
        TextRecord(set_aside=[row], seconds=0.1).save(self.config.private / "work" / "files" / "text.json")

    def figures(self) -> dict[str, Any]:
        """``report.json``."""
        text = (self.config.output / "report" / "report.json").read_text()
        found: dict[str, Any] = json.loads(text)
        return found

    def page(self, private: bool = False) -> str:
        """One of the pages."""
        root = self.config.private if private else self.config.output
        return (root / "report" / "index.html").read_text()


def draw(path: Path) -> None:
    """A picture of a head of sorts; before pictures have a nose."""
    before = "/before/" in str(path)
    head = Image.radial_gradient("L").point(lambda value: max(0, 200 - value))
    pen = ImageDraw.Draw(head)
    pen.ellipse((70, 50, 186, 200), fill=150)
    if before:
        pen.polygon([(128, 90), (100, 150), (156, 150)], fill=255)
    planes = 3 if "slices" in path.name else 1
    picture = Image.new("L", (256 * planes, 256))
    for plane in range(planes):
        picture.paste(head, (256 * plane, 0))
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path)
