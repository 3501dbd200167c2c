"""Writers that remember what they were answered, over connections of the standard library."""

import http.client
import json
import random
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from .facts import MANY


class Server(NamedTuple):
    url: str
    tokens: dict[str, str]

    def connect(self) -> http.client.HTTPConnection:
        host = urlsplit(self.url)
        assert host.hostname
        return http.client.HTTPConnection(host.hostname, host.port, timeout=10)


class Record(NamedTuple):
    platform: str
    key: str


PATHS = {"losant": f"/losant{MANY}", "celigo": "/celigo/v1/integrations"}


def document(platform: str, name: str) -> dict[str, Any]:
    """What is written: a name, and for one platform a text that fills some pages of the file."""
    return {"name": name} if platform == "losant" else {"name": name, "readme": name * 2000}


def send(
    connection: http.client.HTTPConnection, server: Server, method: str, record: Record, body: Any
) -> Any:
    """Return the answer, which is whole."""
    headers = {
        "Authorization": f"Bearer {server.tokens[record.platform]}",
        "Content-Type": "application/json",
    }
    path = PATHS[record.platform] + (record.key and f"/{record.key}")
    connection.request(method, path, json.dumps(body) if body else None, headers)
    with connection.getresponse() as answer:
        assert answer.status in {200, 201, 204}
        return json.loads(answer.read() or "null")


class Writer:
    """Creates, changes and deletes records of its own.

    Attributes:
        allowed: The names that each record may have after all that was sent, None for no record:
            one name once a write was answered, two while it was not.
        answered: How many writes were answered.
    """

    def __init__(self, number: int, seed: object) -> None:
        self.allowed: dict[Record, set[str | None]] = {}
        self.answered = 0
        self._number = number
        self._random = random.Random(f"{seed}-{number}")

    def work(self, server: Server) -> None:
        """Write until the server is gone."""
        connection = server.connect()
        try:
            while True:
                self._write(connection, server)
                self.answered += 1
        except (OSError, http.client.HTTPException):
            return
        finally:
            connection.close()

    def check(self, found: dict[Record, dict[str, Any]]) -> None:
        """Compare what was answered with what is there, which is then what is to be there."""
        for record, allowed in self.allowed.items():
            there = found.get(record)
            assert (there and there["name"]) in allowed, f"{record} is {there}, not {allowed}"
            assert there is None or there == there | document(record.platform, there["name"])
        self.allowed = {
            record: {found[record]["name"]} for record in self.allowed if record in found
        }

    def _write(self, connection: http.client.HTTPConnection, server: Server) -> None:
        name = f"{self._number}-{self._random.random()}"
        living = [record for record, names in self.allowed.items() if names != {None}]
        if len(living) < 4 or (len(living) < 20 and self._random.random() < 0.3):
            platform = self._random.choice(list(PATHS))
            body = document(platform, name)
            if platform == "losant":
                body["integrationType"] = "sqs"
            made = send(connection, server, "POST", Record(platform, ""), body)
            self.allowed[Record(platform, made["id" if platform == "losant" else "_id"])] = {name}
            return
        record = self._random.choice(living)
        if self._random.random() < 0.3:
            self.allowed[record].add(None)
            send(connection, server, "DELETE", record, None)
            self.allowed[record] = {None}
            return
        self.allowed[record].add(name)
        method = "PATCH" if record.platform == "losant" else "PUT"
        send(connection, server, method, record, document(record.platform, name))
        self.allowed[record] = {name}
