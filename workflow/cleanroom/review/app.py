"""The pages of the review: a list, one page a series, and the form by which decisions are written down."""

import secrets
from hmac import compare_digest
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers.response import Response as Answer

from cleanroom.config import Config
from cleanroom.errors import SetAside, StopRun
from cleanroom.report.page import measure
from cleanroom.report.thumbnails import label
from cleanroom.review import applied, frame, table
from cleanroom.review.cases import Case, case, cases
from cleanroom.review.table import Decision
from cleanroom.review.writing import append, now

HERE = Path(__file__).parent
STYLE = (HERE.parent / "report" / "page.css", HERE / "pages" / "review.css")
RULES = {
    "Content-Security-Policy": "default-src 'none'; img-src 'self' data:; style-src 'self'; "
    "script-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
FIELDS = ("what", "seen", "tool", "mode", "comment")


class Review:
    """What the pages need: the run, and what a request has to know.

    Parameters
    ----------
    config
        Of the run.
    token
        First part of every address.
    who
        Who decides.
    port
        On which it is served.
    """

    def __init__(self, config: Config, token: str, who: str, port: int) -> None:
        self.config, self.token, self.who = config, token, who
        self.hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self.form = secrets.token_urlsafe(24)

    def check(self) -> None:
        """Refuse what does not come from this page: another host name, another site, a guessed address."""
        if request.host not in self.hosts:
            abort(400)
        if not compare_digest((request.view_args or {}).pop("token", "").encode(), self.token.encode()):
            abort(404)
        if request.method == "GET":
            return
        origin = request.headers.get("Origin", "")
        own = origin in {"", *(f"http://{host}" for host in self.hosts)}
        site = request.headers.get("Sec-Fetch-Site", "same-origin")
        given = request.form.get("form", "").encode()
        if not own or site != "same-origin" or not compare_digest(given, self.form.encode()):
            abort(403)

    def found(self, study: str, series: str) -> Case:
        """A series, or an error page."""
        found = case(self.config, study, series)
        if found is None:
            abort(404)
        return found

    def listed(self) -> str:
        """All series, those first that wait."""
        return render_template("list.html", cases=cases(self.config), token=self.token)

    def page(self, study: str, series: str, fault: str = "") -> str:
        """One series."""
        return render_template(
            "series.html",
            case=self.found(study, series),
            views=_views(self.found(study, series)),
            token=self.token,
            form=self.form,
            fault=fault,
            tools=applied.tools(self.config.faces),
            modes=table.modes(),
        )

    def decide(self, study: str, series: str) -> tuple[str, int] | Answer:
        """Write down what the form says; an approval only of what is there now."""
        now_there = self.found(study, series)
        values = {name: request.form.get(name, "").strip() for name in FIELDS}
        if values["seen"] != now_there.seen:
            told = "What you looked at has changed in the meantime. Nothing was written down; look again."
            return self.page(study, series, told), 409
        if values["what"] == "approve" and not now_there.seen:
            return self.page(study, series, "This is a fault, no doubt: it cannot be approved."), 400
        rows = self._rows(now_there, values)
        try:
            append(self.config.private, *rows)
        except StopRun as error:
            return self.page(study, series, error.reason), 400
        return redirect(url_for("list", token=self.token) + f"#{series}", 303)

    def _rows(self, item: Case, values: dict[str, str]) -> list[Decision]:
        said: dict[str, Any] = {
            "when": now(),
            "who": self.who,
            "what": values["what"],
            "study": item.study,
            "series": item.series,
            "seen": values["seen"],
            "comment": values["comment"],
        }
        steps = {"approve": item.step, "reject": "release", "rerun": "deface", "cover": "redact"}
        said["step"] = steps.get(values["what"], "")
        if values["what"] == "cover":
            lines = request.form.get("rectangles", "").split()
            return [Decision(**said, rectangle=line) for line in lines or [""]]
        if values["what"] == "rerun":
            said |= {"tool": values["tool"], "mode": values["mode"]}
        return [Decision(**said)]

    def picture(self, study: str, series: str, name: str) -> Answer:
        """A picture that the gate drew: one of those that its record names."""
        item = self.found(study, series)
        if name not in item.pictures or ".." in Path(name).parts:
            abort(404)
        path = self.config.private / "studies" / study / name
        return send_file(BytesIO(path.read_bytes()), "image/png") if path.is_file() else abort(404)

    def frame(self, study: str, series: str, number: str, at: int) -> Answer:
        """A frame of an original, as large as it is."""
        rows = [row for row in self.found(study, series).instances if row.number == number]
        if not rows or not 0 <= at < rows[0].frames:
            abort(404)
        try:
            return send_file(BytesIO(frame.png(self.config.input, rows[0], at)), "image/png")
        except (SetAside, OSError):
            abort(404)


def made(config: Config, token: str, who: str, port: int) -> Flask:
    """The application; its addresses all begin with the token."""
    app = Flask(__name__, template_folder="pages", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = 1 << 20
    app.jinja_env.filters["measure"] = measure
    review = Review(config, token, who, port)
    app.before_request(review.check)
    one = "/<token>/series/<study>/<series>"
    app.add_url_rule("/<token>/", "list", review.listed)
    app.add_url_rule(one, "page", review.page)
    app.add_url_rule(one, "decide", review.decide, methods=["POST"])
    app.add_url_rule(f"{one}/picture/<path:name>", "picture", review.picture)
    app.add_url_rule(f"{one}/frame/<number>/<int:at>.png", "frame", review.frame)
    app.add_url_rule("/<token>/style.css", "style", _style)
    app.add_url_rule("/<token>/review.js", "script", lambda: _script(HERE / "pages" / "review.js"))
    app.add_url_rule("/<token>/slider.js", "slider", lambda: _script(HERE.parent / "report" / "slider.js"))

    @app.errorhandler(StopRun)
    def told(error: StopRun) -> Response:
        return Response(str(error), 500, mimetype="text/plain")

    @app.after_request
    def guarded(answer: Response) -> Response:
        answer.headers.update(RULES)
        return answer

    return app


def _style() -> Response:
    return Response("".join(path.read_text() for path in STYLE), mimetype="text/css")


def _script(path: Path) -> Response:
    return Response(path.read_text(), mimetype="text/javascript")


def _views(item: Case) -> list[tuple[str, str, str]]:
    """Label, picture before, picture after."""
    by_name: dict[str, dict[str, str]] = {}
    for file in item.pictures:
        kind, name = Path(file).parts[1:3]
        by_name.setdefault(name, {})["before" if kind == "before" else "after"] = file
    return [(label(name), files.get("before", ""), files.get("after", "")) for name, files in by_name.items()]
