"""The character sets of PS3.3 C.12.1.1.2 that pydicom reads wrongly or not at all."""

from pydicom.charset import CODES_TO_ENCODINGS, python_encoding

_LATIN_9, _CHINESE = "iso8859_15", "gb2312"


def complete() -> None:
    """Teach pydicom Latin alphabet No. 9 and ISO 2022 IR 58; to be called before reading.

    The first it does not know; of the second it leaves the escape sequence in the text.
    """
    python_encoding["ISO_IR 203"] = python_encoding["ISO 2022 IR 203"] = _LATIN_9
    CODES_TO_ENCODINGS[b"\x1b-b"] = _LATIN_9
    python_encoding["ISO 2022 IR 58"] = CODES_TO_ENCODINGS[b"\x1b$)A"] = _CHINESE
