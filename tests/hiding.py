"""Pictures and PDFs with identities in every place that a file has for them."""

import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pikepdf
from PIL import Image, ImageDraw, ImageFont, PngImagePlugin, TiffImagePlugin

SECRET = "Zwiebelhuber"
"""A name that nothing else is called."""
NUMBER = "PID-7734219"
SAID = f"{SECRET}^Ottilie {NUMBER}"


def drawing(size: tuple[int, int] = (320, 240), mode: str = "RGB") -> Image.Image:
    """A picture without words: shapes with flat colours and a ramp."""
    image = Image.new("RGB", size, (20, 30, 40))
    draw = ImageDraw.Draw(image)
    draw.ellipse((40, 60, 150, 170), fill=(180, 60, 50), outline=(250, 250, 200), width=4)
    draw.rectangle((190, 90, 290, 190), fill=(40, 140, 90))
    for column in range(size[0]):
        draw.line((column, 215, column, 230), fill=(column % 256,) * 3)
    return image.convert(mode)


def with_words(text: str = SECRET, fill: object = (255, 255, 255), mode: str = "RGB") -> Image.Image:
    """The same with a word on it."""
    image = drawing(mode=mode)
    ImageDraw.Draw(image).text((30, 16), text, fill=fill, font=ImageFont.load_default(28))
    return image


def exif(orientation: int = 1) -> Image.Exif:
    """EXIF with a name, a place, a camera owner and GPS."""
    made = Image.Exif()
    made[0x010E] = made[0x013B] = made[0x8298] = SAID
    made[0x0112] = orientation
    made.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0" + SAID.encode()
    made.get_ifd(0x8769)[0xA430] = SAID
    made.get_ifd(0x8825)[29] = SAID
    return made


def xmp() -> bytes:
    """An XMP packet that names somebody."""
    return f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><dc:creator>{SAID}</dc:creator></x:xmpmeta>'.encode()


def profile() -> bytes:
    """An ICC profile whose copyright names somebody."""
    from PIL import ImageCms  # noqa: PLC0415

    made = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    count = struct.unpack_from(">I", made, 128)[0]
    for number in range(count):
        name, start, size = struct.unpack_from(">4sII", made, 132 + 12 * number)
        if name == b"cprt":
            text = SECRET.encode("utf-16-be")[: size - 28]
            return made[: start + 28] + text + made[start + 28 + len(text) :]
    raise ValueError


def jpeg(image: Image.Image | None = None, orientation: int = 1, **options: object) -> bytes:
    """EXIF, XMP, IPTC, a comment, a profile, an unknown segment, and a second picture behind the end."""
    buffer = io.BytesIO()
    (image or drawing()).save(
        buffer,
        "JPEG",
        quality=90,
        exif=exif(orientation),
        icc_profile=profile(),
        comment=SAID.encode(),
        **options,
    )
    data = buffer.getvalue()
    iptc = (
        b"Photoshop 3.0\08BIM\x04\x04\0\0"
        + struct.pack(">I", len(SAID) + 5)
        + b"\x1c\x02\x50\0\x20"
        + SAID.encode()
    )
    more = [(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp()), (0xED, iptc), (0xEB, SAID.encode("utf-16-le"))]
    segments = b"".join(
        b"\xff" + bytes([sort]) + struct.pack(">H", len(body) + 2) + body for sort, body in more
    )
    return data[:2] + segments + data[2:] + SAID.encode() + data


def png(image: Image.Image | None = None, **options: object) -> bytes:
    """Text chunks of three kinds, EXIF, a profile, a private chunk, and a zip behind the end."""
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", SAID)
    info.add_text("Comment", SAID, zip=True)
    info.add_itxt("XML:com.adobe.xmp", xmp().decode())
    info.add(b"prVt", SAID.encode())
    buffer = io.BytesIO()
    (image or drawing()).save(buffer, "PNG", pnginfo=info, exif=exif(), icc_profile=profile(), **options)
    return buffer.getvalue() + SAID.encode()


def tiff(*images: Image.Image) -> bytes:
    """Descriptive tags, a private tag and XMP on every page, and bytes behind the end."""
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    for tag in (269, 270, 305, 315, 316, 33432):
        tags[tag] = SAID
    tags[700], tags.tagtype[700] = xmp(), 1
    tags[65000], tags.tagtype[65000] = SAID, 2
    first, *rest = images or (drawing(),)
    buffer = io.BytesIO()
    first.save(buffer, "TIFF", tiffinfo=tags, save_all=True, append_images=rest, compression="tiff_lzw")
    return buffer.getvalue() + SAID.encode("utf-16-be")


def bmp() -> bytes:
    """Bytes between header and pixels, and behind the end."""
    buffer = io.BytesIO()
    drawing().save(buffer, "BMP")
    data = buffer.getvalue()
    start = struct.unpack_from("<I", data, 10)[0]
    moved = data[:10] + struct.pack("<I", start + len(SAID)) + data[14:start]
    return moved + SAID.encode() + data[start:] + SAID.encode()


def gif(*frames: Image.Image) -> bytes:
    """A comment, and names in colours of the palette that no pixel has."""
    first, *rest = [frame.quantize(64) for frame in frames or (drawing(), with_words())]
    for frame in (first, *rest):
        palette = bytearray(frame.getpalette() or [])
        palette[192:] = (SAID.encode() * 20)[: 768 - 192]
        frame.putpalette(bytes(palette[:768]))
    buffer = io.BytesIO()
    first.save(
        buffer,
        "GIF",
        save_all=True,
        append_images=rest,
        duration=80,
        loop=0,
        comment=SAID.encode(),
        optimize=False,
    )
    return buffer.getvalue() + SAID.encode()


def webp() -> bytes:
    """EXIF, XMP, a profile, and bytes behind the end."""
    buffer = io.BytesIO()
    drawing().save(buffer, "WEBP", lossless=True, exif=exif(), xmp=xmp(), icc_profile=profile())
    return buffer.getvalue() + SAID.encode()


PICTURES: dict[str, Callable[[], bytes]] = {
    "jpg": jpeg, "png": png, "tif": tiff, "bmp": bmp, "webp": webp, "gif": lambda: gif(drawing())
}  # fmt: skip


def pdf(rotate: int = 0) -> bytes:
    """Two pages: words seen and unseen, and everything around them that can hold a name."""
    document = pikepdf.new()
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
    )
    layer = document.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name=SAID))
    for _ in range(2):
        page = document.add_blank_page(page_size=(300, 200))
        page.Resources = pikepdf.Dictionary(
            Font=pikepdf.Dictionary(F1=font), Properties=pikepdf.Dictionary(Lay=layer)
        )
        seen = f"BT /F1 16 Tf 30 150 Td ({SECRET}) Tj ET 60 40 m 200 40 l 200 100 l S"
        line = f"/F1 12 Tf 30 120 Td ({SAID}) Tj ET"
        unseen = f"BT 3 Tr {line} /OC /Lay BDC BT {line} EMC"
        page.Contents = document.make_stream(f"{seen} {unseen}".encode())
        page.Rotate = rotate
        page.obj.PieceInfo = pikepdf.Dictionary(Tool=pikepdf.Dictionary(Private=SAID))
        note = pikepdf.Dictionary(Subtype=pikepdf.Name.Text, Rect=[10, 10, 30, 30], Contents=SAID, T=SAID)
        page.Annots = pikepdf.Array([document.make_indirect(note)])
    document.attachments[f"{SECRET}.txt"] = SAID.encode()
    document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=f"app.alert('{SAID}')")
    document.Root.OCProperties = pikepdf.Dictionary(OCGs=[layer], D=pikepdf.Dictionary(OFF=[layer]))
    field = document.make_indirect(pikepdf.Dictionary(FT=pikepdf.Name.Tx, T="name", V=SAID))
    document.Root.AcroForm = pikepdf.Dictionary(Fields=[field])
    document.docinfo["/Author"] = SAID
    document.Root.Metadata = document.make_stream(xmp())
    buffer = io.BytesIO()
    document.save(buffer, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    data = buffer.getvalue()
    return data + b"\n99 0 obj\n(" + SAID.encode() + b")\nendobj\n%%EOF\n"


def scanned() -> bytes:
    """One page that is an image with a word in it, and no text layer."""
    buffer = io.BytesIO()
    page = Image.new("L", (600, 400), 255)
    ImageDraw.Draw(page).text((60, 100), SECRET, fill=0, font=ImageFont.load_default(30))
    ImageDraw.Draw(page).rectangle((100, 250, 350, 350), outline=0, width=3)
    page.save(buffer, "PDF", resolution=150, author=SAID)
    return buffer.getvalue()


def report() -> bytes:
    """All places of :func:`pdf`, a page that is an image with a word, and an earlier revision of a page."""
    with pikepdf.open(io.BytesIO(pdf())) as document, pikepdf.open(io.BytesIO(scanned())) as scan:
        document.pages.extend(scan.pages)
        buffer = io.BytesIO()
        document.save(buffer, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return _revised(buffer.getvalue())


def _revised(data: bytes) -> bytes:
    """The same with its first page replaced by one without words: the old one is still in the file."""
    with pikepdf.open(io.BytesIO(data)) as document:
        root, size = document.Root.objgen[0], int(document.trailer.Size)
        body = document.pages[0].Contents.objgen[0]
    before = data.rstrip().rsplit(b"startxref", 1)[1].split()[0].decode()
    start = len(data)
    new = f"{body} 0 obj\n<< /Length 22 >>\nstream\n60 40 m 200 40 l S 1 g \nendstream\nendobj\n".encode()
    table = f"xref\n{body} 1\n{start:010d} 00000 n \ntrailer\n"
    table += f"<< /Size {size} /Root {root} 0 R /Prev {before} >>\nstartxref\n{start + len(new)}\n%%EOF\n"
    return data + new + table.encode()


def every_byte(data: bytes) -> bytes:
    """A file with what it has compressed: all that somebody with patience could read."""
    parts = [data]
    for start in range(len(data)):
        if data[start] == 0x78:
            try:
                parts.append(zlib.decompressobj().decompress(data[start:], 20_000_000))
            except zlib.error:
                continue
    return b"\0".join(parts)


def told(data: bytes) -> bool:
    """Whether name or number are anywhere in a file."""
    everything = every_byte(data).lower()
    return any(
        word.lower().encode(encoding) in everything
        for word in (SECRET, NUMBER)
        for encoding in ("latin-1", "utf-16-le", "utf-16-be")
    )


def pixels(data: bytes) -> list[np.ndarray]:
    """What a file shows, by Pillow alone."""
    with Image.open(io.BytesIO(data)) as image:
        frames = []
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            frames.append(np.asarray(image.convert("RGBA")))
        return frames
