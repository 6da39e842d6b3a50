"""Opens the register's database and keeps it at the shape that the code expects.

SQLite by default, PostgreSQL by URL. No error raised here holds a password or the URL.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from psycopg import errors
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
    SQLAlchemyError,
    StatementError,
    TimeoutError,
)
from sqlalchemy.pool import ConnectionPoolEntry

from runtime.commands import STARTER

BUSY_TIMEOUT_MS = 10_000
"""How long a SQLite connection waits for another's write: far above a write's milliseconds, below a call's time-out."""

_PRIMARY_CODE = 0xFF
"""Mask of SQLite's extended error codes: what is left says that it is busy, whatever with."""

POSTGRESQL_PATIENCE = {"connect_timeout": "10", "tcp_user_timeout": "30000"}
"""Seconds to connect and milliseconds until a silent line counts as lost; libpq's own default is to wait for ever."""

_POSTGRESQL_OTHER_TABLES = (
    errors.DuplicateColumn,
    errors.DuplicateFunction,
    errors.DuplicateObject,
    errors.DuplicateTable,
    errors.UndefinedColumn,
    errors.UndefinedFunction,
    errors.UndefinedObject,
    errors.UndefinedTable,
)

_MIGRATION_LOCK = 358
"""Key of the advisory lock under which PostgreSQL is migrated: two set-ups at once must not build a table twice."""


class RegisterError(Exception):
    """Something is wrong with the register as a whole. Its text is one line, without password."""


class WrongAddress(RegisterError):
    """The database URL is not one that the register can use."""


class OutOfReach(RegisterError):
    """The database does not answer, or not as it should."""


class RefusedByDatabase(RegisterError):
    """The database answers and says no: a constraint, a missing right, a value that it cannot hold."""


class NotMigrated(RegisterError):
    """The database does not have the tables that this version expects."""


def open_register(url: str) -> Engine:
    """Open the register at a SQLAlchemy URL; plain ``sqlite:///`` and ``postgresql://`` will do.

    Connects to nothing yet.

    :raises WrongAddress: where the URL cannot be used.
    """
    address = _read_address(url)
    if address.get_backend_name() == "sqlite":
        # hide_parameters: a failed statement must not carry a case's data into logs and histories.
        engine = create_engine(address, hide_parameters=True, json_serializer=_as_json)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    patience = {key: value for key, value in POSTGRESQL_PATIENCE.items() if key not in address.query}
    return create_engine(
        address.update_query_dict(patience), hide_parameters=True, json_serializer=_as_json, pool_pre_ping=True
    )


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that is going to write; committed at the end, rolled back on an error.

    On SQLite it takes the write lock at once: a transaction that reads first and writes then would fail, without
    waiting, where another wrote in between.

    :raises OutOfReach, RefusedByDatabase: in place of every SQLAlchemy error.
    """
    own = engine.execution_options(sqlite_begin="BEGIN IMMEDIATE")
    with _own_errors(engine), _turn(engine), own.begin() as connection:
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that only reads; all that it reads is as of one moment.

    :raises OutOfReach, RefusedByDatabase: in place of every SQLAlchemy error.
    """
    own = engine
    if engine.dialect.name == "postgresql":  # SQLite has both by itself
        own = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with _own_errors(engine), own.connect() as connection:
        yield connection


def migrate(engine: Engine) -> None:
    """Bring the database to the newest shape, in one transaction; may be run again and by several at once.

    Creates the folder of a SQLite file.

    :raises OutOfReach, RefusedByDatabase: where the database does not answer or does not let us.
    :raises NotMigrated: where a newer version of this program has migrated it, or its tables are not those of the
        version that it names.
    """
    if engine.dialect.name == "sqlite":
        try:
            _file(engine).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutOfReach(f"{place(engine)} is out of reach: {error.strerror}") from None
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
        _refuse_unknown(engine, connection)
        stamp = MigrationContext.configure(connection).get_current_revision()
        try:
            command.upgrade(migrations(connection), "head")
        except DBAPIError as error:
            if not _other_tables(error):
                raise
            raise NotMigrated(
                f"{place(engine)} cannot be migrated: it has other tables than its version, {stamp or 'none'} in table "
                f"alembic_version, says ({_reason(engine, error)}); expected an empty database or a whole backup"
            ) from None


def check_migrated(engine: Engine) -> None:
    """Return where the database has the shape that this version expects; changes and creates nothing.

    :raises NotMigrated: where it has not; the line says what to run.
    :raises OutOfReach: where the database does not answer.
    """
    current: tuple[str, ...] = ()
    if engine.dialect.name != "sqlite" or _file(engine).exists():  # connecting would create the file
        with reading(engine) as connection:
            _refuse_unknown(engine, connection)
            current = MigrationContext.configure(connection).get_current_heads()
    if set(current) != set(_scripts().get_heads()):
        raise NotMigrated(f"{place(engine)} is not migrated; run: {STARTER} setup")


def migrations(connection: Connection) -> Config:
    """Alembic's configuration for an open connection; migrations run in that connection's transaction."""
    config = _config()
    config.attributes["connection"] = connection
    return config


def place(engine: Engine) -> str:
    """Which database this is, in words for people: never with user, password or parameters."""
    if engine.dialect.name == "sqlite":
        return f"the register (SQLite file {engine.url.database})"
    url = engine.url
    where = f" at {url.host}{f':{url.port}' if url.port else ''}" if url.host else ""
    return f"the register (PostgreSQL database {url.database}{where})"


_TURNS: dict[str, Lock] = {}


@contextmanager
def _turn(engine: Engine) -> Iterator[None]:
    """One thread of this process at a time writes to a SQLite file, in turn.

    SQLite itself lets those who wait sleep and try again, in no order: of many at once some would wait for seconds.
    """
    if engine.dialect.name != "sqlite":
        yield
        return
    lock = _TURNS.setdefault(str(engine.url.database), Lock())
    if not lock.acquire(timeout=BUSY_TIMEOUT_MS / 1000):
        raise OutOfReach(f"{place(engine)} is out of reach: database is locked, other writes take their turn")
    try:
        yield
    finally:
        lock.release()


def _other_tables(error: DBAPIError) -> bool:
    """Whether a migration failed because a table or column is there already, or is not there."""
    if isinstance(error.orig, sqlite3.Error):
        return error.orig.sqlite_errorcode == sqlite3.SQLITE_ERROR  # what no other code fits: the statement itself
    return isinstance(error.orig, _POSTGRESQL_OTHER_TABLES)


@contextmanager
def _own_errors(engine: Engine) -> Iterator[None]:
    try:
        yield
    except (IntegrityError, DataError, ProgrammingError, NotSupportedError) as error:
        raise RefusedByDatabase(f"{place(engine)} refuses: {_reason(engine, error)}") from None
    except (DBAPIError, TimeoutError) as error:
        raise OutOfReach(f"{place(engine)} is out of reach: {_reason(engine, error)}") from None
    except (SQLAlchemyError, OverflowError) as error:  # a value that does not get as far as the database
        raise RefusedByDatabase(f"{place(engine)} cannot take this: {_reason(engine, error)}") from None


def _reason(engine: Engine, error: Exception) -> str:
    """What the database said, in one line, without the statement, its parameters and the password."""
    said = str(error.orig if isinstance(error, StatementError) and error.orig else error)
    line = next((line.strip() for line in said.splitlines() if line.strip()), type(error).__name__)
    for secret in _secrets(engine.url):
        line = line.replace(secret, "***")
    return line


def _read_address(url: str) -> URL:
    try:
        address = make_url(url)
        backend, driver = address.get_backend_name(), address.get_driver_name()
    except (ArgumentError, ValueError, ImportError):
        # The parser's own message would repeat the URL.
        raise WrongAddress("the database URL cannot be read; expected sqlite:///FILE or postgresql://...") from None
    if backend == "sqlite":
        if driver != "pysqlite" or address.database in (None, "", ":memory:") or address.query:
            raise WrongAddress("the database URL names no SQLite file; expected sqlite:///FILE without parameters")
    elif backend == "postgresql" and driver == "psycopg":
        if "@" in f"{address.host}{address.database}":
            # What looks like a host may then be the end of a password.
            raise WrongAddress("the database URL has more than one @; expected @ in a password to be written %40")
    else:
        raise WrongAddress("the database URL names no known database; expected sqlite:///FILE or postgresql://...")
    return address


def _secrets(url: URL) -> list[str]:
    given = [url.password, url.query.get("password"), url.query.get("sslpassword")]
    return [str(secret) for secret in given if secret]


def _as_json(value: Any) -> str:
    """JSON that people can read in the database; half a surrogate pair stays the escape it came as."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()


def _prepare_sqlite(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    # The driver's own idea of transactions leaves DDL outside them; SQLAlchemy begins them instead (_begin_sqlite).
    connection.isolation_level = None
    # The time-out comes first: the others may already have to wait.
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    _switch_to_wal(connection)
    connection.execute("PRAGMA foreign_keys = ON")


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """Let readers and a writer work beside each other; nothing to do in a file that has been switched before.

    The switch answers "busy" at once where another connection is just making or switching the file: it does not wait
    for ``busy_timeout``, so the waiting is done here.
    """
    patience = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & _PRIMARY_CODE == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > patience:
                raise
        time.sleep(0.01)


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))


def _file(engine: Engine) -> Path:
    return Path(str(engine.url.database))


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "register:migrations")
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _refuse_unknown(engine: Engine, connection: Connection) -> None:
    for revision in MigrationContext.configure(connection).get_current_heads():
        try:
            _scripts().get_revision(revision)
        except CommandError:
            raise NotMigrated(
                f"{place(engine)} is at revision {revision}, which this version does not know: run the newer version"
            ) from None
