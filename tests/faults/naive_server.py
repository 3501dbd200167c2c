"""The server that people write on a Friday afternoon: every case about a server has to fail it.

It is Python's own `http.server` with a dictionary behind it: it serves one request at a time, reads
whatever it is sent, listens on all addresses, and writes its file when it thinks of it.
"""

from __future__ import annotations

import json
import sys
import threading
import time
import traceback
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path
from typing import Any

_EVERY = 50  # writes to one save


class Handler(BaseHTTPRequestHandler):
    """Takes any document at any path."""

    protocol_version = "HTTP/1.1"
    documents: dict[str, Any]
    file: Path | None = None
    changed = 0

    def do_GET(self) -> None:
        self._answer(200, self.documents.get(self._key, {"items": list(self.documents.values())}))

    def do_POST(self) -> None:
        document = self._body()
        document["id"] = document["_id"] = f"{len(self.documents):024x}"
        time.sleep(0.001)  # whatever else it does to make it
        self.documents[document["id"]] = document
        self._save()
        self._answer(201, document)

    def do_PATCH(self) -> None:
        document = dict(self.documents.get(self._key, {}))
        body = self._body()
        time.sleep(0.001)  # whatever else it does to change it
        document.update(body)
        self.documents[self._key] = document
        self._answer(200, document)

    @property
    def _key(self) -> str:
        return self.path.partition("?")[0].rpartition("/")[2]

    def _body(self) -> Any:
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            content = self._chunks()
        else:
            content = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        return json.loads(content)

    def _chunks(self) -> bytes:
        content = b""
        while size := int(self.rfile.readline(), 16):
            content += self.rfile.read(size)
            self.rfile.readline()
        return content

    def _save(self) -> None:
        Handler.changed += 1
        if self.file is not None and Handler.changed % _EVERY == 0:
            self.file.write_text(json.dumps(self.documents))

    def _answer(self, status: int, document: Any) -> None:
        content = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        self.wfile.write(content)

    def handle_one_request(self) -> None:
        """Answer a mistake of its own with it."""
        try:
            super().handle_one_request()
        except OSError:
            self.close_connection = True
        except Exception:  # noqa: BLE001 -- a habit
            self._answer(500, {"error": traceback.format_exc()})
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


class Threaded(ThreadingHTTPServer):
    """One that serves several requests at once."""

    request_queue_size = 128


class NaiveServer:
    """The server in a thread of its own.

    Args:
        threaded: Whether it serves requests at the same time.
        file: Where it keeps its data.
    """

    def __init__(self, *, threaded: bool = False, file: Path | None = None) -> None:
        documents = json.loads(file.read_text()) if file and file.exists() else {}
        handler = type("Own", (Handler,), {"documents": documents, "file": file})
        class_ = Threaded if threaded else HTTPServer
        self._server = class_(("0.0.0.0", 0), handler)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


if __name__ == "__main__":
    server = NaiveServer(threaded=True, file=Path(sys.argv[1]))
    server.start()
    sys.stdout.write(f"{server.port}\n")
    sys.stdout.flush()
