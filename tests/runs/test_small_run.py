"""A run of two slices, looked at again: what is done anew when something changes, and what is not."""

import re
from pathlib import Path

import pytest
from exports import instance, save
from runs.conftest import Run

from cleanroom import config as configuration
from cleanroom.handing_over.checked import check
from cleanroom.handing_over.listing import read
from cleanroom.handing_over.purged import purge
from cleanroom.hashed import hashed

pytestmark = pytest.mark.long
KEPT = "{rules: [{tool: none, reason: an invented phantom}]}"
LAST = ("encode", "verify", "release", "report")
OTHER = ["redact_files", "verify_files", "release_files", "report"]
WORDS = {"redact", "convert", "deface", *LAST, *OTHER}
CHANGES: dict[str, tuple[dict[str, str], set[str], set[str]]] = {
    "nothing": ({}, set(), set()),
    "profile": ({"profile": "basic"}, {"clean", *LAST}, {"convert"}),
    "faces.margin_mm": (
        {"faces": "{margin_mm: 3.0, rules: [{tool: none, reason: an invented phantom}]}"},
        {"deface", *LAST},
        {"clean", "convert"},
    ),
    "text.rules": ({"text": "{rules: [{words: identity}]}"}, WORDS, {"clean"}),
    "encode.transfer_syntax": ({"encode": "{transfer_syntax: rle}"}, set(LAST), {"clean", "convert"}),
    "verify.near_mm": (
        {"verify": "{near_mm: 3.0}"},
        {"verify", "release", "report"},
        {"clean", "convert", "encode"},
    ),
    "release.require_review: all": (
        {"release": "{require_review: all}"},
        {"release", "report"},
        {"clean", "convert", "encode", "verify"},
    ),
    "release.require_review: none": ({"release": "{require_review: none}"}, {"report"}, set()),
    "release.nifti": (
        {"release": "{nifti: true}"},
        {"nifti", "release", "report"},
        {"clean", "convert", "encode", "verify"},
    ),
    "pictures": ({"pictures": "[{match: picture, reason: looked at}]"}, set(OTHER), set()),
    "pdf.pages": ({"pdf": "{pages: 7}"}, WORDS, {"clean"}),
    "input: one file more": ({"input": "more"}, {"intake", *OTHER}, set()),
}
"""What is changed; the steps that then run again when intermediates were kept (``--notemp``); and those that
run as well when they were deleted. Behind ``intake`` a dry run cannot see which studies have changed."""


def month(folder: Path, study: str) -> Path:
    """One study of the invented patient."""
    for number in (1, 2):
        made = instance(number, study=study, series=f"{study}.1", StudyDate="20260917")
        save(made, folder / study / f"{number}.dcm")
    return folder


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("small")
    run = Run(folder, month(folder / "in", "1.2.3"))
    called(run)
    return run


@pytest.fixture(scope="module")
def kept(small: Run, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The same run once more in another folder, on one core, with its intermediates and the same key."""
    run = Run(tmp_path_factory.mktemp("kept"), small.source)
    called(run, "--notemp", cores=1, key=str(small.private / "key"))
    return run


def called(run: Run, *arguments: str, cores: int = 2, **values: str) -> str:
    done = run.call(*arguments, cores=cores, **({"faces": KEPT} | values))
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def planned(run: Run, **values: str) -> set[str]:
    """The rules that a dry run would run."""
    told = called(run, "--dry-run", "--quiet", "host", **values)
    return set(re.findall(r"^(?:local)?(?:rule|checkpoint) (\w+):", told, re.MULTILINE)) - {"all"}


def released(run: Run) -> dict[str, str]:
    return {row.path: row.sha256 for row in read(run.results / "release")}


def on_disk(run: Run) -> dict[str, str]:
    root = run.results / "release"
    return {path.relative_to(root).as_posix(): hashed(path) for path in sorted(root.rglob("*.dcm"))}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_runs_just_what_depends_on_it(small: Run, kept: Run, change: str) -> None:
    values, expected, more = CHANGES[change]
    if "input" in values:
        files = month(small.folder / "more", "1.2.3")
        save(instance(3, study="1.2.3", series="1.2.3.1"), files / "1.2.3" / "3.dcm")
        values = {"input": str(files)}
    assert planned(kept, key=str(small.private / "key"), **values) == expected
    assert planned(small, **values) == expected | more


def test_volumes_that_are_asked_for_and_could_not_be_made(kept: Run, tmp_path: Path) -> None:
    run = Run(tmp_path, kept.source)
    with_volumes = {"release": "{nifti: true}"}
    called(run, **with_volumes)
    before = released(run)
    (record,) = run.private.glob("studies/*/nifti.json")
    record.unlink()  # as the job that fails leaves it
    assert {"nifti", "release", "report"} <= planned(run, **with_volumes)
    called(run, **with_volumes)
    assert record.is_file()
    assert released(run) == before


def test_the_table_of_the_docs_is_this_one() -> None:
    page = (Path(__file__).parents[2] / "docs" / "handing-over.md").read_text(encoding="utf-8")
    assert set(table()) <= set(page.splitlines()), "\n".join(table())


def table() -> list[str]:
    """The rows of docs/handing-over.md."""
    order = ["intake", "clean", "redact", "convert", "deface", "encode", "verify", "nifti", "release", *OTHER]

    def told(steps: set[str]) -> str:
        return ", ".join(sorted(steps, key=order.index)) or "nothing"

    return [f"| `{name}` | {told(first)} | {told(more)} |" for name, (_, first, more) in CHANGES.items()]


def test_the_whole_run_once_more_gives_the_same_bytes(small: Run, kept: Run) -> None:
    assert every_file(small) == every_file(kept)
    assert len(every_file(small)) >= 3


def every_file(run: Run) -> dict[str, str]:
    """All of the release, the manifest too."""
    root = run.results / "release"
    return {
        path.relative_to(root).as_posix(): hashed(path) for path in sorted(root.rglob("*")) if path.is_file()
    }


def test_a_file_that_was_deleted_or_altered_is_written_again(small: Run) -> None:
    before = released(small)
    first, second = (small.results / "release" / path for path in before)
    first.unlink()
    second.write_bytes(b"something else")
    assert {"encode", "verify", "release"} <= planned(small)
    called(small)
    assert on_disk(small) == released(small) == before
    assert planned(small) == set()


def test_a_manifest_that_was_altered_is_written_again(small: Run) -> None:
    manifest = small.results / "release" / "manifest.tsv"
    before = manifest.read_bytes()
    manifest.write_bytes(before[:-20])
    assert planned(small) == {"report"}
    called(small)
    assert manifest.read_bytes() == before


def test_intermediates_may_go(small: Run) -> None:
    purge(configuration.read(small.private / "config.json"))
    assert planned(small) <= {"redact_files", "verify_files", "release_files", "report"}


def test_a_second_month_joins_the_first(small: Run) -> None:
    first = released(small)
    later = month(small.folder / "later", "1.2.4")
    called(small, input=str(later))
    both = released(small)
    assert first.items() < both.items()
    assert len(both) == 4
    assert len({path.split("/")[1] for path in both}) == 1, "one pseudonym for one patient"
    assert on_disk(small) == both
    assert check(small.results).whole
