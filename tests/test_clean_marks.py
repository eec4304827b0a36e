"""What a cleaned file says about itself."""

from cleaning import cleaned, instance
from pydicom.dataset import Dataset

from cleanroom import __version__
from cleanroom.clean.marks import add_codes


def test_a_cleaned_header_says_how() -> None:
    after, _, content = cleaned(instance())
    assert after.PatientIdentityRemoved == "YES"
    assert __version__ in after.DeidentificationMethod[0]
    assert [item.CodeValue for item in after.DeidentificationMethodCodeSequence] == ["113100"]
    assert after.LongitudinalTemporalInformationModified == "REMOVED"
    assert content[:132] == bytes(128) + b"DICM"


def test_codes_of_earlier_tools_stay_and_none_is_repeated() -> None:
    header = instance()
    earlier = Dataset()
    earlier.CodeValue, earlier.CodingSchemeDesignator = "113105", "DCM"
    earlier.CodeMeaning = "Clean Descriptors Option"
    header.DeidentificationMethodCodeSequence = [earlier]
    header.DeidentificationMethod = "by Erika"
    after, _, content = cleaned(header)
    add_codes(after, ["113102", "113100"])
    assert [item.CodeValue for item in after.DeidentificationMethodCodeSequence] == [
        "113105",
        "113100",
        "113102",
    ]
    assert after.DeidentificationMethodCodeSequence[0].CodeMeaning == "Clean Descriptors Option"
    assert b"Erika" not in content
