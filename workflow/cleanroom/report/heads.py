"""One page a released head, on which it can be turned around: ``report/3d/<series>.html``, offline as well.

A page that is opened from a folder may not read a file beside it, so the head stands in the page itself; the
viewer, NiiVue, is one script beside the pages (``niivue/LICENSE``).
"""

import base64
import gzip
import shutil
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup

from cleanroom.atomic import replacing
from cleanroom.picture.head import HEAD
from cleanroom.report.series import SeriesEntry

HERE = Path(__file__).parent
VIEWER = HERE / "niivue" / "niivue-0.69.0.js.gz"
FOLDER = "3d"


def shown(entry: SeriesEntry) -> Path | None:
    """The head of a series that may be shown; None when none was released, or its face was kept."""
    if entry.figures.verdict != "released" or entry.face_kept:
        return None
    path = entry.work / "pictures" / "after" / f"{entry.figures.series}{HEAD}"
    return path if path.is_file() else None


def write(folder: Path, entries: list[SeriesEntry], templates: Environment) -> None:
    """Write the pages of all released heads, and take away those of others.

    Parameters
    ----------
    folder
        The report's.
    entries
        All series.
    templates
        Where the page comes from.
    """
    heads = {entry.figures.series: path for entry in entries if (path := shown(entry))}
    home = folder / FOLDER
    if not heads:
        shutil.rmtree(home, ignore_errors=True)
        return
    names = {f"{series}.html" for series in heads}
    for old in home.glob("*.html"):
        if old.name not in names:
            old.unlink()
    _file(home / "niivue.js", gzip.decompress(VIEWER.read_bytes()))
    _file(home / "LICENSE", (VIEWER.parent / "LICENSE").read_bytes())
    page, script = templates.get_template("head.html.j2"), (HERE / "head.js").read_text()
    values = {"script": Markup(script), "style": Markup((HERE / "head.css").read_text())}
    digest = base64.b64encode(sha256(script.encode()).digest()).decode()
    for series, path in heads.items():
        volume = base64.b64encode(path.read_bytes()).decode()
        text = page.render(series=series, volume=Markup(volume), script_digest=digest, **values)
        _file(home / f"{series}.html", text.encode())


def _file(path: Path, data: bytes) -> None:
    """Written only when it differs."""
    if path.is_file() and path.read_bytes() == data:
        return
    with replacing(path, 0o644, durable=False) as part:
        part.write_bytes(data)
