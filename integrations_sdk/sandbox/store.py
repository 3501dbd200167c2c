"""The sandbox's memory: JSON documents in SQLite, in memory or in a file.

A document lives in a collection (``losant.integrations``), belongs to an owner there (an
application, an account, a tenant) and has a key that is unique for that owner. Nothing is read or
written outside a transaction, and transactions run one after the other, so a change that starts
with a read cannot lose another one. With a file, what a finished transaction wrote is on disk.
"""

import json
import os
import secrets
import sqlite3
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from integrations_sdk.sandbox.documents import JsonObject
from integrations_sdk.sandbox.errors import SandboxError

# SQLite keeps these four bytes in the file's header for its owner to tell its files by: "isdk".
_APPLICATION_ID = 0x6973646B

_BUSY_SECONDS = 5.0
"""How long to wait for another process that is using the same file."""

_SCHEMA = """
    CREATE TABLE IF NOT EXISTS documents (
        position INTEGER PRIMARY KEY,
        collection TEXT NOT NULL,
        owner TEXT NOT NULL,
        key TEXT NOT NULL,
        body TEXT NOT NULL,
        UNIQUE (collection, owner, key)
    );
    CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class Stored(NamedTuple):
    """A document, and where it is."""

    collection: str
    owner: str
    key: str
    document: JsonObject


class Records:
    """The documents as one transaction sees them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def get(self, collection: str, owner: str, key: str) -> JsonObject | None:
        """Return one document, or None when there is none."""
        query = "SELECT body FROM documents WHERE collection = ? AND owner = ? AND key = ?"
        row = self._connection.execute(query, (collection, owner, key)).fetchone()
        return None if row is None else _document(row[0])

    def all(self, collection: str, owner: str) -> list[JsonObject]:
        """Return an owner's documents, oldest first."""
        query = "SELECT body FROM documents WHERE collection = ? AND owner = ? ORDER BY position"
        return [_document(row[0]) for row in self._connection.execute(query, (collection, owner))]

    def everything(self) -> list[Stored]:
        """Return all documents, by their collections, the oldest first in each."""
        query = "SELECT collection, owner, key, body FROM documents ORDER BY collection, position"
        return [
            Stored(collection, owner, key, _document(body))
            for collection, owner, key, body in self._connection.execute(query)
        ]

    def put(self, collection: str, owner: str, key: str, document: JsonObject) -> None:
        """Store one document, in the place of the one that had its key."""
        query = """
            INSERT INTO documents (collection, owner, key, body) VALUES (?, ?, ?, ?)
            ON CONFLICT (collection, owner, key) DO UPDATE SET body = excluded.body
        """
        self._connection.execute(query, (collection, owner, key, json.dumps(document)))

    def delete(self, collection: str, owner: str, key: str) -> None:
        """Forget one document; it is no error when there is none."""
        query = "DELETE FROM documents WHERE collection = ? AND owner = ? AND key = ?"
        self._connection.execute(query, (collection, owner, key))

    def clear(self) -> None:
        """Forget every document."""
        self._connection.execute("DELETE FROM documents")

    def setting(self, name: str, default: str) -> tuple[str, bool]:
        """Return a setting and whether it is new: the first time, ``default`` is kept."""
        query = "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING"
        is_new = self._connection.execute(query, (name, default)).rowcount == 1
        query = "SELECT value FROM settings WHERE name = ?"
        value: str = self._connection.execute(query, (name,)).fetchone()[0]
        return value, is_new


class Store:
    """An open database.

    Args:
        path: The file to keep the documents in, made when missing; None keeps them in memory.

    Raises:
        SandboxError: The file cannot be used, or holds something else.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._lock = threading.RLock()
        try:
            self._connection = _connect(path)
        except (OSError, sqlite3.Error) as error:
            raise SandboxError(f"Cannot use {path} as the data file: {error}") from error

    @contextmanager
    def transaction(self) -> Generator[Records, None, None]:
        """Give access to the documents; keep all changes at the end, or none after an error."""
        with self._lock, self._connection:
            try:
                # IMMEDIATE: what is read from here on cannot change before it is written, even
                # when a second process has the same file open.
                self._connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                raise SandboxError(f"Cannot use the data file now: {error}") from error
            yield Records(self._connection)

    def signing_key(self) -> bytes:
        """Return the key of the tokens; it is kept, so they outlive a restart."""
        with self.transaction() as records:
            key, _ = records.setting("signing-key", secrets.token_hex(32))
        return bytes.fromhex(key)

    def close(self) -> None:
        """Close the database."""
        self._connection.close()


def _connect(path: Path | None) -> sqlite3.Connection:
    if path is not None:
        if path.exists() and not path.is_file():  # a journal would be left beside a device
            raise OSError("it is not a regular file")
        # The file holds the signing key, so it is the owner's alone from its first moment.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = sqlite3.connect(
        ":memory:" if path is None else path,
        timeout=_BUSY_SECONDS,
        isolation_level=None,  # transactions begin where this module says so
        check_same_thread=False,  # the lock above sees to it
    )
    try:
        _claim(connection)
        # FULL flushes at every commit, so that an answered write survives more than our own end.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.executescript(_SCHEMA)
    except BaseException:
        connection.close()
        raise
    return connection


def _claim(connection: sqlite3.Connection) -> None:
    """Mark an empty database as ours, and refuse one that is somebody else's."""
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    (owner,) = connection.execute("PRAGMA application_id").fetchone()
    if owner == _APPLICATION_ID:
        return
    if tables:
        raise sqlite3.DatabaseError("it is the database of another program")
    connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")


def _document(body: str) -> JsonObject:
    document: JsonObject = json.loads(body)
    return document
