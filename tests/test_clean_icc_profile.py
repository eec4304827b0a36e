"""A colour profile keeps its colours and loses its words."""

import io
import struct
from collections.abc import Callable

import pytest
from cleaning import cleaned, instance
from PIL import Image, ImageCms

from cleanroom.clean import icc

NAME = b"Muster^Erika"
LAB = ImageCms.createProfile("LAB")


def srgb() -> bytes:
    """A version 4 profile with primaries and curves."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def table() -> bytes:
    """A version 2 profile with a lookup table from RGB to Lab."""
    header = bytearray(128)
    header[8:24] = struct.pack(">I4s4s4s", 0x02400000, b"scnr", b"RGB ", b"Lab ")
    header[36:40], header[68:80] = b"acsp", struct.pack(">3i", 63190, 65536, 54061)
    grid = b"".join(bytes([r * 255, g * 255, b * 255]) for r in (0, 1) for g in (0, 1) for b in (0, 1))
    identity = struct.pack(">9i", *(65536 * (place % 4 == 0) for place in range(9)))
    lookup = b"mft1" + bytes(4) + bytes([3, 3, 2, 0]) + identity + bytes(range(256)) * 3 + grid
    lookup += bytes(range(256)) * 3
    return with_tags(
        bytes(header),
        [
            (b"desc", b"desc" + NAME),
            (b"wtpt", b"XYZ " + bytes(16)),
            (b"A2B0", lookup + NAME),
            (b"targ", b"text" + bytes(4) + NAME),
        ],
    )


def with_tags(header: bytes, tags: list[tuple[bytes, bytes]]) -> bytes:
    start, entries, content = 132 + 12 * len(tags), b"", b""
    for name, value in tags:
        entries += struct.pack(">4sII", name, start + len(content), len(value))
        content += value + bytes(-len(value) % 4)
    size = struct.pack(">I", start + len(content))
    return size + header[4:128] + struct.pack(">I", len(tags)) + entries + content


def colours(profile: bytes) -> bytes:
    """What a profile makes of a picture of many colours."""
    picture = Image.frombytes("RGB", (64, 64), bytes((7 * place) % 256 for place in range(64 * 64 * 3)))
    transform = ImageCms.buildTransform(ImageCms.ImageCmsProfile(io.BytesIO(profile)), LAB, "RGB", "LAB")
    shown = ImageCms.applyTransform(picture, transform)
    assert shown is not None
    return shown.tobytes()


@pytest.mark.parametrize("make", [srgb, table])
def test_the_colours_are_the_same(make: Callable[[], bytes]) -> None:
    clean = icc.cleaned(make())
    assert clean is not None
    assert colours(clean) == colours(make())
    assert icc.cleaned(clean) == clean


def test_nothing_but_numbers_is_left() -> None:
    profile = bytearray(table())
    profile[4:8], profile[48:56], profile[80:84], profile[84:96] = b"Must", b"MustErik", b"Must", NAME
    clean = icc.cleaned(bytes(profile) + NAME)
    assert clean is not None
    assert b"Must" not in clean
    assert clean[24:36] == struct.pack(">6H", 2000, 1, 1, 0, 0, 0)


def test_the_day_it_was_made_on_does_not_show() -> None:
    later = bytearray(srgb())
    later[24:36] = struct.pack(">6H", 1999, 2, 3, 4, 5, 6)
    assert icc.cleaned(bytes(later)) == icc.cleaned(srgb())


@pytest.mark.parametrize(
    "broken", [b"", bytes(3000), NAME * 300, srgb()[:140], srgb()[:300], table()[:-900], b"\0" * 36 + b"acsp"]
)
def test_what_cannot_be_read_has_no_clean_form(broken: bytes) -> None:
    assert icc.cleaned(broken) is None


@pytest.mark.parametrize(("profile", "kept"), [(table(), True), (NAME * 300, False)])
def test_the_profile_of_an_instance(profile: bytes, kept: bool) -> None:
    header = instance()
    header.ICCProfile = profile
    after, counts, content = cleaned(header)
    assert ("ICCProfile" in after, NAME in content) == (kept, False)
    assert (counts["C"], counts["X"]) == (int(kept), int(not kept))


def test_an_object_that_must_have_a_profile_gets_the_usual_one() -> None:
    header = instance("1.2.840.10008.5.1.4.1.1.77.1.4")
    header.ICCProfile = NAME * 300
    assert cleaned(header)[0].ICCProfile == icc.srgb()


def test_the_usual_profile_is_srgb() -> None:
    differences = [
        abs(ours - theirs) for ours, theirs in zip(colours(icc.srgb()), colours(srgb()), strict=True)
    ]
    assert max(differences) <= 1
    assert icc.cleaned(icc.srgb()) == icc.srgb()
