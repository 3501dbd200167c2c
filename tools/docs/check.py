"""Check a built site as it lies on the disk: links, anchors, the search, and requests elsewhere."""

from __future__ import annotations

import json
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADED = {"audio", "embed", "iframe", "img", "link", "script", "source", "video"}
"""Elements whose address a browser fetches by itself."""
SEARCHED = ["rotate", "took_effect", "rate_limit", "AmbiguousWriteError", "managed_update"]
"""What a reader must find."""
SHOWN = {
    "celigo": ["async with celigo.integration.edit("],
    "losant": [
        "await losant.integration.get(",
        "AsyncPages[Integration, IntegrationList]",
        "transport: AsyncTransport | None",
    ],
    "polis": ["await polis_client.exchange("],
    "settings": ["Retry(attempts: int = 3"],
}
"""What the reference has only if its signatures are those of both faces."""


class _Html(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.ids |= {found.get("id") or "", found.get("name") or "" if tag == "a" else ""}
        address = found.get("href") or found.get("src")
        if address and found.get("rel") not in {"canonical", "edit"}:
            self.links.append(address)
            if tag in LOADED:
                self.loaded.append(address)


def faults(site: Path) -> list[str]:
    """Return what is wrong with a site, a line each."""
    pages = {page: _Html(page.read_text()) for page in sorted(site.rglob("*.html"))}
    found = [
        f"{page.relative_to(site)}: {fault}"
        for page, html in pages.items()
        for fault in [
            *(f"loads {address}" for address in html.loaded if urlsplit(address).netloc),
            *(f"broken link {link}" for link in html.links if not _leads(link, page, site, pages)),
        ]
    ]
    found += [
        f"reference/{name}: {shown} is not shown"
        for name, signatures in SHOWN.items()
        for shown in signatures
        if _close(shown) not in _close(pages[site / "reference" / name / "index.html"].text)
    ]
    index = (site / "search" / "search_index.json").read_text()
    texts = " ".join(entry["text"] for entry in json.loads(index)["docs"])
    return [
        *found,
        *(f"search: {word} is not in its index" for word in SEARCHED if word not in texts),
    ]


def _close(text: str) -> str:
    return "".join(text.split())


def _leads(link: str, page: Path, site: Path, pages: dict[Path, _Html]) -> bool:
    split = urlsplit(link)
    if split.scheme or split.netloc:
        return True  # elsewhere, and nothing here asks there
    path = unquote(split.path)
    target = (site / path[1:] if path.startswith("/") else page.parent / path).resolve()
    if not path:
        target = page
    if target.is_dir():
        target /= "index.html"
    if not target.is_file():
        return False
    return not split.fragment or target not in pages or unquote(split.fragment) in pages[target].ids


if __name__ == "__main__":
    wrong = faults(Path(sys.argv[1]).resolve())
    print(*wrong, sep="\n", end="\n" if wrong else "")
    sys.exit(bool(wrong))
