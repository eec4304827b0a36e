"""Every fault that a test plants, and the check that catches it: the table of docs/gate.md.

``python tests/seeded.py`` writes the table anew.
"""

import inspect
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

PAGE = Path(__file__).parents[1] / "docs" / "gate.md"
BEGIN, END = "<!-- faults: tests/seeded.py -->", "<!-- end of faults -->"


class Fault(NamedTuple):
    """One kind of fault."""

    what: str
    check: str
    module: str


TABLES = {
    ("test_verify_identities", "FAULTS"): "identities",
    ("test_verify_seeded_headers", "FAULTS"): "",
    ("test_verify_marks", "MARKS"): "marks",
    ("test_verify_marks", "FACES"): "face",
    ("test_verify_references", "FAULTS"): "references",
    ("test_verify_outer_contours", "FAULTS"): "",
    ("test_verify_recognition", "FAULTS"): "face",
    ("test_verify_recognition", "POSES"): "face",
}
"""Module and its table of faults → the check; empty: the table names the check itself."""
FACES = {
    "that does not agree with the pixels": "a decision about the face that does not agree with the pixels",
    "kept without a reason": "a face kept without a reason",
    "there is a face and no mask": "a face without a mask",
    "no pixel of the series was replaced": "a face, and no pixel replaced",
}
ALONE = {
    "test_verify_identities": {
        "test_an_original_uid_is_found_also_as_the_beginning_of_another": ("identities", ""),
        "test_a_date_that_was_not_shifted_is_found": ("identities", "a date that was not shifted"),
        "test_a_file_name_is_searched_too": ("identities", "a name in a file name"),
    },
    "test_verify_pixels": {
        "test_one_pixel_changed_outside_the_mask": (
            "pixels",
            "one pixel changed outside the mask (the brain)",
        ),
        "test_one_pixel_of_the_face_left": ("pixels", ""),
        "test_a_fill_that_is_not_air": ("pixels", ""),
        "test_a_face_left_whole_in_one_slice": ("pixels", ""),
        "test_a_mask_that_was_shifted_on_the_way_to_the_pixels": ("pixels", ""),
        "test_a_mask_in_another_grid": ("face", ""),
        "test_pixels_replaced_where_there_is_no_mask": ("pixels", ""),
        "test_more_pixels_changed_than_written_down": ("pixels", ""),
        "test_one_byte_changed_where_nothing_is_covered": ("pixels", ""),
        "test_another_transfer_syntax_where_nothing_is_covered": ("pixels", ""),
        "test_a_header_that_gives_the_pixels_another_meaning": ("pixels", ""),
        "test_two_instances_swapped": ("pixels", ""),
        "test_two_series_swapped": ("pixels", ""),
        "test_a_geometry_that_changed_in_every_instance": ("geometry", ""),
        "test_a_missing_slice": ("tallies", ""),
    },
    "test_verify_fills": {
        "test_one_pixel_of_a_face_that_is_not_what_was_written_down": ("pixels", ""),
        "test_the_values_of_another_slice": ("pixels", ""),
        "test_a_mode_without_its_values": ("face", "a fill without its values"),
        "test_a_fill_that_leaves_the_persons_skin_is_set_aside": (
            "face",
            "a fill that leaves the person's skin",
        ),
    },
    "test_verify_marks": {
        "test_a_face_code_without_a_face": ("marks", ""),
        "test_the_same_instance_twice": ("marks", ""),
        "test_an_extra_file": ("tallies", ""),
        "test_a_required_attribute_that_is_gone": ("conformance", ""),
        "test_a_truncated_file": ("conformance", ""),
        "test_an_original_that_cannot_be_read_any_more": ("pixels", ""),
    },
    "test_verify_references": {
        "test_instances_whose_uids_were_exchanged": ("references", ""),
    },
    "test_verify_words": {
        "test_a_name_that_no_box_covers": ("words", "a name in the pixels that no box covers"),
        "test_half_a_name": ("words", "half a name in the pixels"),
        "test_another_word_is_left": ("words", "another word in the pixels"),
        "test_a_name_in_one_frame_of_many": ("words", "a name in the pixels of one frame of many"),
        "test_a_box_that_was_not_filled": ("pixels", ""),
        "test_a_box_filled_with_another_colour": ("pixels", ""),
        "test_one_pixel_beside_a_box": ("pixels", "one pixel changed beside a box"),
        "test_examined_and_not_marked": ("marks", "words looked for, and not marked"),
    },
    "test_verify_recognition": {
        "test_a_face_of_which_only_the_outermost_skin_is_gone": ("face", ""),
    },
    "test_encode_hidden_bits": {
        "test_the_gate_finds_bits_that_are_left": ("pixels", "overlay bits left beside the stored values"),
    },
    "test_encapsulated_pdf": {
        "test_the_gate_stops_the_original_and_a_page_that_can_be_read": (
            "identities, words",
            "a name in a PDF: in its parts, or to be read on a page",
        ),
        "test_the_gate_sees_a_length_that_is_wrong": ("conformance", "a PDF with a wrong length"),
    },
    "test_files_pictures": {
        "test_the_gate_refuses_what_was_not_cleaned": ("files", "a picture that was not cleaned"),
    },
    "test_verify_seeded_headers": {
        "test_a_file_that_was_altered_after_the_gate_is_not_released": ("release", ""),
    },
    "test_handing_over": {
        "test_a_missing_an_altered_and_an_extra_file_are_told": (
            "verify-release",
            "a released file deleted, altered or added",
        ),
        "test_a_manifest_that_was_tampered_with_is_told": (
            "verify-release",
            "a manifest with a row taken out",
        ),
        "test_a_manifest_that_points_elsewhere_is_not_followed": (
            "verify-release",
            "a manifest that points outside; a link in the release",
        ),
    },
}
"""Module → test → the check, and what is planted (empty: as the test's name says)."""


def faults() -> list[Fault]:
    """All of them, by check.

    Raises
    ------
    AttributeError
        When a test that is named here is gone.
    """
    found = [*_tables(), *_alone()]
    return sorted(found, key=lambda fault: (fault.check, fault.what.lower()))


def _tables() -> Iterator[Fault]:
    for (module, table), check in TABLES.items():
        for what, planted in getattr(import_module(module), table).items():
            named = check or next((part for part in planted if part in _checks()), "")
            yield Fault(FACES.get(what, what), named, module)


def _alone() -> Iterator[Fault]:
    for module, tests in ALONE.items():
        for name, (check, what) in tests.items():
            assert inspect.isfunction(getattr(import_module(module), name))
            told = what or name.removeprefix("test_").removesuffix("_is_not_released").replace("_", " ")
            yield Fault(told.removesuffix(" is found").replace(" is found also", ", also"), check, module)


def _checks() -> tuple[str, ...]:
    from cleanroom.verify.judgement import CHECKS  # noqa: PLC0415 - the path is set by then

    return CHECKS


def table() -> str:
    """The table as it stands in the docs."""
    rows = "".join(f"| {fault.what} | {fault.check} | {fault.module} |\n" for fault in faults())
    return f"{BEGIN}\n| fault | caught by | test |\n|---|---|---|\n{rows}{END}"


def main() -> None:
    """Write the table into the page."""
    before, _, rest = PAGE.read_text().partition(BEGIN)
    PAGE.write_text(f"{before}{table()}{rest.partition(END)[2]}")
    print(len(faults()))


if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "workflow")]
    main()
