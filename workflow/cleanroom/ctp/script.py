"""An anonymizer script as it is written: its rows, with their lines."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from cleanroom.errors import StopRun

_KINDS = {"p", "e", "k", "r"}
_TAG = re.compile(r"([0-9A-Fa-f]{4})(?:\[[^\]]+\][0-9A-Fa-f]{2}|[0-9A-Fa-f]{4})")
_OLD = re.compile(r"(#?)(param|set|keep|remove)\.(.*?)=(.*)")
_OLD_TAG = re.compile(r"\[([0-9A-Fa-f]{1,4}),(.+)\](.*)")
_OLD_KINDS = {"param": "p", "set": "e", "keep": "k", "remove": "r"}


@dataclass
class Row:
    """One row: a parameter (p), an element (e), what is kept (k) or removed (r) as a whole."""

    line: int
    kind: str
    on: bool
    name: str
    """``t``: the parameter, the element's tag (eight hexadecimal digits), the group."""
    title: str = ""
    """``n``: the element as the script calls it."""
    text: str = ""


@dataclass
class Script:
    """A script."""

    rows: list[Row] = field(default_factory=list)
    strange: list[tuple[int, str]] = field(default_factory=list)
    """Line and what it holds that no such script has."""

    @property
    def parameters(self) -> dict[str, str]:
        """Parameter → value."""
        return {row.name: row.text for row in self.rows if row.kind == "p"}


def read(path: Path) -> Script:
    """Read a script, in XML or in the older ``set.[gggg,eeee]Name=...`` form.

    Raises
    ------
    StopRun
        When a line cannot be read; it names the line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise StopRun(f"{path} cannot be read: {error.strerror}.", "name a CTP script") from None
    except UnicodeDecodeError as error:
        raise StopRun(f"{path} is not UTF-8 text ({error.reason}).", "save it as UTF-8") from None
    script = _xml(text, path) if text.lstrip().startswith("<") else _properties(text, path)
    wrong = [row for row in script.rows if not row.name or (row.kind == "e" and not _TAG.fullmatch(row.name))]
    if wrong:
        lines = "\n".join(f"  line {row.line}: `{row.name}` is not a tag" for row in wrong)
        raise StopRun(
            f"The script {path} has elements that no one can find:\n{lines}",
            'write t="ggggeeee" in that line, eight hexadecimal digits',
        )
    return script


def _xml(text: str, path: Path) -> Script:
    try:
        return _Xml().read(text)
    except expat.ExpatError as error:
        reason = expat.errors.messages[error.code]
        raise StopRun(
            f"The script {path} is not XML: line {error.lineno}: {reason}.",
            "mend that line (in XML, & is written &amp; and < is written &lt;)",
        ) from None


class _Xml:
    """Reads the rows with their lines; no entity of a document type is ever expanded."""

    def __init__(self) -> None:
        self._script = Script()
        self._open: list[Row] = []
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._doctype

    def read(self, text: str) -> Script:
        self._parser.Parse(text, True)
        return self._script

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        line = self._parser.CurrentLineNumber
        if name in _KINDS:
            on = name == "p" or attributes.get("en") == "T"
            row = Row(line, name, on, attributes.get("t", "").strip(), attributes.get("n", "").strip())
            self._script.rows.append(row)
            self._open.append(row)
        elif name != "script":
            self._script.strange.append((line, f"<{name}>"))

    def _end(self, name: str) -> None:
        if name in _KINDS:
            row = self._open.pop()
            row.text = row.text.strip()

    def _text(self, text: str) -> None:
        if self._open:
            self._open[-1].text += text
        elif text.strip():
            self._script.strange.append((self._parser.CurrentLineNumber, f"`{text.strip()}`"))

    def _doctype(self, *_: object) -> None:
        line = self._parser.CurrentLineNumber
        raise StopRun(f"line {line} of the script is a DOCTYPE, which no script has.", "remove it")


def _properties(text: str, path: Path) -> Script:
    script = Script()
    for number, line in enumerate(text.splitlines(), start=1):
        found = _OLD.fullmatch(line.strip())
        if not found:
            if line.strip() and not line.lstrip().startswith(("#", "!")):
                script.strange.append((number, f"`{line.strip()}`"))
            continue
        off, word, name, value = found.groups()
        row = Row(number, _OLD_KINDS[word], not off, name.strip(), "", value.strip())
        if row.kind == "e":
            _old_element(row)
        elif row.kind == "k":
            row.name = "safeprivateelements" if "safe" in name else name.removeprefix("group").zfill(4)
        script.rows.append(row)
    if not script.rows:
        raise StopRun(f"{path} is no script of the CTP DicomAnonymizer: line 1 is none.", "name another file")
    return script


def _old_element(row: Row) -> None:
    if found := _OLD_TAG.fullmatch(row.name):
        group, element, row.title = found.groups()
        row.name = group.zfill(4) + (element if "[" in element else element.zfill(4))
        row.title = row.title.strip()
