"""The benchmarks themselves, without the environment that they run in: `make bench`."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest

from integrations_sdk import Celigo
from integrations_sdk.losant import Integration
from integrations_sdk.transports import Headers, Request, Response

from .benchmarks import report, server, thresholds
from .benchmarks.documents import LOSANT_PATH, SERVED, celigo_list
from .benchmarks.figures import quantity
from .benchmarks.measurements import ALL, Measurement
from .benchmarks.thresholds import Threshold

RESULTS: dict[str, Any] = {
    "date": "2025-02-11",
    "commit": "395df5d",
    "machine": {"cpu": "Sample <1>", "cores": 2, "system": "Linux", "python": "3.11.7"},
    "versions": {"httpx": "0.28.1"},
    "server_calls_per_second": 30_000.0,
    "measured": {
        one.name: {
            "rounds": 3,
            "missing": {},
            "rows": {row: {name: [3e-4, 1e-4, 2e-4] for name in one.values} for row in one.rows},
        }
        for one in ALL.values()
    },
}


def _judged(
    of: list[float], to: list[float], *, at_most: float | None = None, at_least: float | None = None
) -> thresholds.Verdict:
    threshold = Threshold(measure="call", of="sdk", to="httpx", at_most=at_most, at_least=at_least)
    rows = {"sdk": {"seconds": of}, "httpx": {"seconds": to}}
    return threshold.judge({"call": {"rows": rows}})


def test_a_kept_bound_passes_and_a_missed_one_fails() -> None:
    assert _judged([1, 1, 1], [2, 2, 2], at_most=0.5).passed
    assert not _judged([1, 1, 1], [2, 2, 2], at_most=0.49).passed
    assert _judged([1, 1, 1], [2, 2, 2], at_least=0.5).passed
    assert not _judged([1, 1, 1], [2, 2, 2], at_least=0.51).passed


def test_a_ratio_is_taken_within_each_round() -> None:
    verdict = _judged([1, 10, 4], [2, 20, 2], at_most=0.5)
    assert verdict.seen == 0.5
    assert report.judged([verdict])[-1][-1] == "pass"


def test_figures_have_units() -> None:
    shown = [quantity("seconds", figure) for figure in (9.994e-4, 9.996e-4, 0.0123, 2)]
    assert shown == ["999 µs", "1 ms", "12.3 ms", "2 s"]
    assert quantity("bytes", 20480) == "20.0 KiB"
    assert quantity("calls_per_second", 12345.6) == "12,346 /s"


def test_what_could_not_be_measured_is_missed() -> None:
    threshold = Threshold(measure="call", of="sdk-fast", to="httpx", at_most=1)
    verdict = threshold.judge({"call": {"rows": {"httpx": {"seconds": [1.0]}}}})
    assert not verdict.passed
    assert report.judged([verdict])[-1][1:] == ["not available", "at most 1", "MISS"]


def test_every_threshold_of_the_file_is_about_something_measured() -> None:
    loaded = thresholds.load()
    verdicts = thresholds.check(loaded, RESULTS["measured"])
    assert all(verdict.seen is not None for verdict in verdicts)
    assert not all(verdict.passed for verdict in verdicts)
    assert all(rows for rows in thresholds.needed(loaded).values())


def test_a_threshold_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="one bound"):
        Threshold(measure="call", of="sdk")
    with pytest.raises(ValueError, match="one bound"):
        Threshold(measure="call", of="sdk", at_most=1, at_least=1)
    with pytest.raises(ValueError, match="no row nobody"):
        Threshold(measure="call", of="nobody", at_most=1)


def test_the_server_answers_every_document_at_once_or_later() -> None:
    with server.running() as servers:
        for url in servers.values():
            connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
            for path, document in SERVED.items():
                connection.request("GET", f"{path}?_links=true")
                answer = connection.getresponse()
                assert (answer.status, answer.read()) == (200, document)
            connection.request("GET", "/nowhere")
            assert connection.getresponse().status == 404
            connection.close()
        assert server.ceiling(servers[0], seconds=0.05) > 0


class _Memory:
    def __init__(self, content: bytes) -> None:
        self._content = content

    def send(self, request: Request) -> Response:
        return Response(200, Headers(), self._content)

    def close(self) -> None:
        pass


def test_the_documents_are_as_documented() -> None:
    assert Integration.from_json(json.loads(SERVED[LOSANT_PATH]), strict=True).extra == {}
    memory = _Memory(celigo_list(500))
    with Celigo("tok", base_url="http://127.0.0.1", transport=memory, strict=True) as celigo:
        items = celigo.integration.list().items
    assert len({item.id for item in items}) == 500
    assert not any(item.extra for item in items)
    assert not any(step.extra for item in items for step in item.install or [])


@pytest.mark.parametrize("one", ALL.values(), ids=lambda one: one.name)
def test_results_become_a_table_and_a_picture(one: Measurement) -> None:
    result = RESULTS["measured"][one.name]
    table = report.table(one, result)
    assert max(map(len, report.plain(table).splitlines())) <= 100
    assert len({len(line) for line in table}) == 1
    picture = ET.fromstring(report.picture(one, result))
    assert picture.get("role") == "img"
    assert picture[0].tag.endswith("title")
    assert picture[0].text


def test_the_page_has_a_place_for_everything_and_is_filled_from_results() -> None:
    page = report.PAGE.read_text("utf-8")
    filled = report.fill(page, RESULTS)
    for name in ("machine", "bounds", *ALL):
        start = filled.index(f"<!-- begin {name} -->\n")
        assert filled.index(f"<!-- end {name} -->") > start + 60
    assert report.fill(filled, RESULTS) == filled


def test_the_page_is_what_the_last_results_make_it() -> None:
    results = json.loads((report.FOLDER / "results.json").read_text())
    page = report.PAGE.read_text("utf-8")
    assert report.fill(page, results) == page
    for name, result in results["measured"].items():
        assert (report.FOLDER / f"{name}.svg").read_text("utf-8") == report.picture(
            ALL[name], result
        )
