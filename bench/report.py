"""The report of 2,000 series: seconds to write it, its size, and how fast Chromium opens it.

PYTHONPATH=workflow:tests:. .venv/bin/python -m bench.report [SERIES]
"""

import shutil
import sys
import tempfile
import time
from pathlib import Path

from browser import page
from report_sample import Sample

from cleanroom.deface.template import template_head
from cleanroom.picture import slices, surface
from cleanroom.picture.head import write_head
from cleanroom.records import (
    CleanRecord,
    EncodeRecord,
    FaceRecord,
    SeriesFace,
    SeriesText,
    TextRecord,
    VerifyRecord,
    VolumeRecord,
)
from cleanroom.report import report

A_STUDY = 4
VIEWS = ("slices", "front", "left")


def many(root: Path, series: int) -> Sample:
    """A private folder with so many released heads, in studies of four."""
    sample = Sample(root)
    template = template_head(1.0)
    drawn = {"slices": slices(template.data, template.affine)}
    drawn |= {view: surface(template.data, template.affine, view) for view in ("front", "left")}
    for view, image in drawn.items():
        image.save(root / f"{view}.png")
    write_head(template.data, template.affine, root / "head.nii.gz")
    for number in range(series // A_STUDY):
        study(sample, root, number)
    sample.base.commit()
    return sample


def study(sample: Sample, root: Path, number: int) -> None:
    """One study of four series, as its steps leave it."""
    names = [f"E{number:08d}{letter}AAA" for letter in "ABCD"]
    made = sample.study(f"S{number:08d}AAAA", f"P{number // 2:08d}AAAA", dict.fromkeys(names, ("MR", 2)))
    CleanRecord(profile="basic", actions={name: {"X": 120, "Z": 16, "U": 12} for name in names}).save(
        made.record_path("clean")
    )
    TextRecord(series={name: SeriesText(frames_read=3) for name in names}).save(made.record_path("redact"))
    VolumeRecord().save(made.record_path("convert"))
    measures = dict.fromkeys(("information", "inside", "overlap", "size", "apart_mm", "brain_mm"), 0.5)
    face = SeriesFace(decision="face", tool="builtin", mode="remove", voxels_changed=51234, measures=measures)
    FaceRecord(series=dict.fromkeys(names, face)).save(made.record_path("deface"))
    EncodeRecord().save(made.record_path("encode"))
    pictures = {}
    for name in names:
        pictures[name] = [
            f"pictures/{kind}/{name}-{view}.png" for kind in ("after", "before") for view in VIEWS
        ]
        for file in pictures[name]:
            _linked(root / f"{file[:-4].rpartition('-')[2]}.png", made.folder / file)
        _linked(root / "head.nii.gz", made.folder / f"pictures/after/{name}-head.nii.gz")
    checks = dict.fromkeys(("identities", "pixels", "geometry", "references", "face"), "passed")
    VerifyRecord(checks=dict.fromkeys(names, checks), pictures=pictures).save(made.record_path("verify"))
    sample.release(made, *names)


def _linked(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.hardlink_to(source)


def opened(path: Path) -> dict[str, float]:
    """Milliseconds until the first paint, the end of parsing and of loading; and of the page's process."""
    with page() as browser:
        probe = browser.context.new_cdp_session(browser)
        probe.send("Performance.enable")
        browser.goto(path.as_uri())
        told = {item["name"]: item["value"] for item in probe.send("Performance.getMetrics")["metrics"]}
        found: dict[str, float] = browser.evaluate(
            "() => { const t = performance.getEntriesByType('navigation')[0];"
            " const p = performance.getEntriesByName('first-contentful-paint')[0];"
            " return { painted: p ? p.startTime : -1, parsed: t.domInteractive, loaded: t.loadEventEnd } }"
        )
        found["CPU"] = told["ProcessTime"] * 1000
        began = time.perf_counter()
        browser.fill("input[type=search]", "E00000003")
        browser.wait_for_function("document.querySelector('output').value.startsWith('4 of')")
        found["searched"] = (time.perf_counter() - began) * 1000
        assert browser.noted == [], browser.noted
    return found


def main() -> None:
    """Make, measure, print."""
    series = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    root = Path(tempfile.mkdtemp(prefix="cleanroom-report-"))
    try:
        sample = many(root, series)
        began, cpu = time.perf_counter(), time.process_time()
        report(sample.config)
        wall, used = time.perf_counter() - began, time.process_time() - cpu
        print(f"{series} series: written in {wall:.0f} s, {used:.0f} s CPU", flush=True)
        heads = sample.config.output / "report" / "3d"
        print(f"3d: {sum(path.stat().st_size for path in heads.iterdir()) / 1e6:.0f} MB, opened one by one")
        for folder in (sample.config.output, sample.config.private):
            path = folder / "report" / "index.html"
            told = ", ".join(f"{name} {value:.0f} ms" for name, value in opened(path).items())
            print(f"{folder.name}: {path.stat().st_size / 1e6:.1f} MB; {told}")
    finally:
        shutil.rmtree(root)


if __name__ == "__main__":
    main()
