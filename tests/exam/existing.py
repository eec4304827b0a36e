"""What a real file has in its own sequences: text to replace, references to follow."""

from collections.abc import Iterator

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from exam.places import Attribute, is_certain

TEXT = ("LO", "SH", "ST", "LT", "UT")
DEEPEST = 5
REFERENCES = 12


def existing_text(dataset: Dataset) -> Iterator[tuple[Dataset, str, Attribute]]:
    """Item, place and attribute of text in sequences, codes excepted."""
    for item, place, element in _nested(dataset, "", 0):
        if element.VR in TEXT and element.VM == 1 and element.keyword:
            yield item, place, Attribute(element.tag, element.VR, element.keyword)


def existing_uids(dataset: Dataset) -> Iterator[tuple[str, str, Attribute]]:
    """Place, value and attribute of the first UIDs in sequences that stay, one an attribute and value."""
    seen = set()
    for _, place, element in _nested(dataset, "", 0):
        uid = str(element.value)
        attribute = Attribute(element.tag, element.VR, element.keyword)
        wanted = element.VR == "UI" and element.VM == 1 and attribute.fate == "uid" and is_certain(place)
        if (
            wanted
            and uid.count(".") > 2
            and not uid.startswith("1.2.840.10008.")
            and (element.tag, uid) not in seen
        ):
            seen.add((element.tag, uid))
            yield place, uid, attribute
        if len(seen) == REFERENCES:
            return


def _nested(item: Dataset, place: str, depth: int) -> Iterator[tuple[Dataset, str, DataElement]]:
    """Elements of items, none of them private and none of a code."""
    if "CodeValue" in item or depth > DEEPEST:
        return
    for element in item:
        if element.tag.is_private:
            continue
        if element.VR == "SQ":
            for number, inner in enumerate(element.value):
                yield from _nested(inner, f"{place}{element.tag:08X}[{number}].", depth + 1)
        elif depth:
            yield item, f"{place}{element.tag:08X}", element
