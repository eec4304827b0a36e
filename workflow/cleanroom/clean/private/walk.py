"""What the header walk does for private elements."""

from typing import Protocol

from cleanroom.header.elements import Element


class Walk(Protocol):
    """What the header walk offers to private elements."""

    def text(self, value: bytes, vr: str) -> bytes | None:
        """Free text, one or more values, without identities; None: it cannot be read and must go."""
        ...

    def names_somebody(self, value: bytes) -> bool:
        """Whether raw bytes of any kind hold an identity of this study."""
        ...

    def uids(self, value: bytes) -> bytes:
        """The same value with every UID mapped with the key."""
        ...

    def moved(self, value: bytes, vr: str) -> bytes:
        """A DA, DT or TM as the profile treats dates."""
        ...

    def sequence(self, element: Element) -> Element:
        """A sequence whose items are cleaned; their private elements come back to `clean_private`."""
        ...
