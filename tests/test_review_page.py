"""The review in a browser: looked at, decided, honoured by the next run; and closed to everybody else."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import faults, page
from flask.testing import FlaskClient
from review_case import Case

from cleanroom.review import table
from cleanroom.review.app import made as application

WORKFLOW = Path(__file__).parents[1] / "workflow"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return Case(tmp_path_factory.mktemp("case"))


@pytest.fixture
def case(made: Case, tmp_path: Path) -> Case:
    return made.copied(tmp_path / "copy")


@pytest.fixture
def address(case: Case) -> Iterator[str]:
    """The review as a user starts it."""
    config = case.root / "config.json"
    config.write_text(case.config.model_dump_json())
    server = subprocess.Popen(
        [sys.executable, "-m", "cleanroom", "review", "--config", str(config), "--who", "Dr. Test"],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(WORKFLOW)},
    )
    try:
        assert server.stdout
        found = re.search(r"http://127\.0\.0\.1:\d+/\S+/", server.stdout.readline())
        assert found
        yield found[0]
    finally:
        server.terminate()
        server.wait(10)


def test_from_a_decision_to_the_release(case: Case, address: str) -> None:
    rows = case.rows()
    capture, head = rows["redact"].series, rows["deface"].series
    with page() as browser:
        browser.goto(address)
        assert "2 series wait" in browser.inner_text("h1")
        assert faults(browser) == []
        browser.click(f"text={capture}")
        browser.wait_for_function("document.getElementById('picture').complete")
        assert faults(browser) == []
        browser.locator("#boxes").scroll_into_view_if_needed()
        area = browser.locator("#boxes").bounding_box()
        assert area
        scale = area["width"] / 512
        browser.mouse.move(area["x"] + 20 * scale, area["y"] + 30 * scale)
        browser.mouse.down()
        browser.mouse.move(area["x"] + 220 * scale, area["y"] + 90 * scale)
        browser.mouse.up()
        drawn = [int(part) for part in browser.input_value("#rectangles").strip().split(",")]
        assert max(abs(a - b) for a, b in zip(drawn, [20, 30, 220, 90], strict=True)) <= 2
        browser.click("text=Cover them")
        browser.click(f"text={capture}")
        browser.fill("textarea[name=comment]", "=cmd() a ball,\nno face")
        browser.click("text=Release: I looked at it")
        browser.click(f"text={head}")
        browser.click("text=nobody can be recognised")
        assert "Nothing waits for you" in browser.inner_text("h1")
        assert browser.noted == []
    told = table.read(case.config.private)
    assert [(row.what, row.who) for row in told] == [
        ("cover", "Dr. Test"),
        ("approve", "Dr. Test"),
        ("approve", "Dr. Test"),
    ]
    assert (case.config.private / "review.tsv").read_text().count("\n") == 4
    assert told[1].comment.startswith("'=cmd()")
    case.run()
    assert case.released() == {capture, head}
    assert case.rows() == {}


@pytest.fixture
def client(case: Case) -> FlaskClient:
    return application(case.config, "right", "nobody", 4711).test_client()


def ask(client: FlaskClient, path: str, **settings: object) -> int:
    return client.open(path, base_url="http://127.0.0.1:4711", **settings).status_code


def test_it_is_closed_to_whoever_lacks_the_address(client: FlaskClient, case: Case) -> None:
    row = case.rows()["deface"]
    assert ask(client, "/right/") == 200
    assert ask(client, "/wrong/") == 404
    assert ask(client, "/") == 404
    assert client.get("/right/", base_url="http://evil.example:4711").status_code == 400
    one = f"/right/series/{case.study(row.series)}/{row.series}"
    assert ask(client, one) == 200
    for bad in ("../../key", "pictures/../manifest.tsv", "manifest.tsv", "/etc/passwd"):
        assert ask(client, f"{one}/picture/{bad}") == 404
    assert ask(client, f"/right/series/..%2f..%2fx/{row.series}") == 404
    assert ask(client, f"{one}/frame/00001/99.png") == 404


def test_another_site_decides_nothing(client: FlaskClient, case: Case) -> None:
    row = case.rows()["deface"]
    one = f"/right/series/{case.study(row.series)}/{row.series}"
    text = client.get(one, base_url="http://127.0.0.1:4711").text
    found = re.search(r'name="form" value="([^"]+)"', text)
    assert found
    form = {"what": "approve", "seen": row.seen, "form": found[1]}
    post = {"method": "POST", "data": form}
    assert ask(client, one, method="POST", data=form | {"form": ""}) == 403
    assert ask(client, one, **post, headers={"Origin": "http://evil.example"}) == 403
    assert ask(client, one, **post, headers={"Sec-Fetch-Site": "cross-site"}) == 403
    assert ask(client, one, method="POST", data=form | {"seen": "0" * 32}) == 409
    assert ask(client, one, method="POST", data=form | {"what": "<script>"}) == 400
    assert table.read(case.config.private) == []
    assert ask(client, one, **post) == 303
    assert [item.what for item in table.read(case.config.private)] == ["approve"]


def test_a_decision_is_added_to_a_table_that_was_edited_by_hand(client: FlaskClient, case: Case) -> None:
    row = case.rows()["deface"]
    study = case.study(row.series)
    path = case.config.private / "review.tsv"
    path.write_text(f"series\twhat\tstudy\tcomment\n{row.series}\tcomment\t{study}\tby hand")
    one = f"/right/series/{study}/{row.series}"
    found = re.search(r'name="form" value="([^"]+)"', client.get(one, base_url="http://127.0.0.1:4711").text)
    assert found
    assert ask(client, one, method="POST", data={"what": "reject", "seen": row.seen, "form": found[1]}) == 303
    assert [(item.what, item.comment) for item in table.read(case.config.private)] == [
        ("comment", "by hand"),
        ("reject", ""),
    ]
    assert path.stat().st_mode & 0o777 == 0o600
