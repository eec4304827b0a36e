"""Entities of a crate that are no files."""

from typing import Any

from rocrate.model import ContextEntity


def entity(crate: Any, identifier: str, kind: str, **properties: Any) -> Any:
    """Add an entity of a kind; it."""
    return crate.add(ContextEntity(crate, identifier, properties={"@type": kind} | properties))


def holder(crate: Any) -> Any:
    """Who ran it: nobody is named in what may be shared."""
    return crate.get("#holder") or entity(
        crate,
        "#holder",
        "Organization",
        name="The holder of the data",
        description="Not named here; the private table of steps has host and user.",
    )
