"""What lies beside the images: a photo of a referral, a letter, a note."""

from io import BytesIO
from typing import Any

import numpy as np
from PIL import ExifTags, Image, ImageDraw, ImageFont

from cleanroom.sample.people import patient, people, spelled_out


def photo(who: str) -> bytes:
    """A JPEG of a paper form with the patient's name on it and in its EXIF."""
    grain = np.random.default_rng(41).normal(232, 5, size=(600, 800, 1))
    image = Image.fromarray(np.clip(grain + np.array([4, 0, -14]), 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(_lines(who)):
        draw.text(
            (50, 60 + 48 * number), spelled_out(line), fill=(30, 30, 70), font=ImageFont.load_default(24)
        )
    draw.rectangle((30, 30, 770, 570), outline=(60, 60, 60), width=3)
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = f"Ueberweisung {spelled_out(_plain(who))}"
    exif[ExifTags.Base.Artist] = "Zwirnlein, Udo"
    exif[ExifTags.Base.Make] = "Telefon"
    exif[ExifTags.Base.DateTime] = "2024:03:11 08:02:11"
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=88, exif=exif, comment=_plain(who).encode())
    return buffer.getvalue()


def letter(who: str) -> bytes:
    """A PDF of one page with a text layer, the name also in its properties."""
    text = b"".join(b"(" + _escaped(line) + b") Tj T*\n" for line in _lines(who))
    stream = b"BT /F1 12 Tf 18 TL 72 770 Td\n" + text + b"ET\n"
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R/Resources<</Font<</F1 4 0 R>>>>>>"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        page,
        font,
        b"<</Length %d>>stream\n%bendstream" % (len(stream), stream),
        b"<</Title(Arztbrief %b)/CreationDate(D:20240312090000)>>" % _escaped(_plain(who)),
    ]
    return _pdf(objects)


def note(who: str) -> bytes:
    """A text file that somebody left in the folder."""
    return ("Bitte prüfen:\r\n" + "\r\n".join(_lines(who)) + "\r\n").encode("cp1252")


def _lines(who: str) -> list[str]:
    person: dict[str, Any] = patient(who)
    header = person["attributes"]
    hospital = people()["hospital"]
    return [
        hospital["InstitutionName"],
        hospital["InstitutionAddress"],
        f"Überweisung / Befund: {_plain(who)}",
        f"geboren {header['PatientBirthDate']}, Patient {header['PatientID']}",
        header["PatientAddress"],
        f"{person['phone']}  {person['email']}",
        "Befund: kleine Raumforderung frontal, Verlauf erbeten.",
        f"gez. {hospital['ReferringPhysicianName'].replace('^', ' ')}",
    ]


def _plain(who: str) -> str:
    family, given, *_ = patient(who)["attributes"]["PatientName"].split("^")
    return f"{given} {family}"


def _escaped(line: str) -> bytes:
    return line.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _pdf(objects: list[bytes]) -> bytes:
    """Number the objects (the first is the root, the last the properties) and add the index."""
    body = b"%PDF-1.4\n"
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    index = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    trailer = b"trailer<</Size %d/Root 1 0 R/Info %d 0 R>>\n" % (size, len(objects))
    return (
        body
        + b"xref\n0 %d\n0000000000 65535 f \n%b" % (size, index)
        + trailer
        + (b"startxref\n%d\n%%%%EOF\n" % len(body))
    )
