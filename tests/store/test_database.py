"""Opening a database, one transaction after the other, and what a person reads when it does not work."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from noshowd.store import meetings, migration
from noshowd.store.codec import Instant, Value
from noshowd.store.database import Bell, Database, open_database
from noshowd.store.errors import SchemaTooNew, StoreUnavailable
from noshowd.store.postgres import Postgres
from noshowd.store.schema import metadata
from store.samples import LEASE, NINE, at, meeting


class HeldClock:
    """A clock on which no time passes: whoever sleeps, sleeps until cancelled."""

    speed = 1.0

    def now(self):
        return NINE

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        await asyncio.Event().wait()


def put(conn: sa.Connection) -> None:
    meetings.put(conn, meeting(), now=NINE, next_look_at=NINE)


def set_version(url: str, version: str) -> None:
    with open_database(url) as database:
        database.run_sync(
            lambda conn: conn.execute(sa.text("UPDATE alembic_version SET version_num = :v"), {"v": version})
        )


def test_an_empty_database_gets_the_tables_the_code_names(empty_url: str):
    def differences(conn: sa.Connection) -> list:
        options = {"compare_type": same_type, "target_metadata": metadata}
        return compare_metadata(MigrationContext.configure(conn, opts=options), metadata)

    affinities = {sa.BigInteger: sa.Integer, sa.Text: sa.Text}

    def same_type(context, inspected, column, found, wanted) -> bool | None:
        stored = wanted.impl if isinstance(wanted, Instant | Value) else wanted
        return None if stored is wanted else not isinstance(found, affinities[type(stored)])

    with open_database(empty_url) as database:
        assert database.run_sync(differences) == []
        assert database.run_sync(migration.schema_version) == migration.versions()[-1]


def test_what_was_committed_is_there_when_opened_again(database_url: str):
    with open_database(database_url) as database:
        database.run_sync(put)
    with open_database(database_url) as database:
        assert database.read_sync(lambda conn: meetings.next_due(conn, now=NINE)) == NINE


def test_work_that_raises_changes_nothing(database: Database):
    def work(conn: sa.Connection) -> None:
        put(conn)
        raise LookupError

    with pytest.raises(LookupError):
        database.run_sync(work)
    assert database.run_sync(lambda conn: meetings.get(conn, "m1")) is None


async def test_transactions_run_outside_the_event_loop(database: Database):
    started = asyncio.Event()
    loop = asyncio.get_running_loop()

    def work(conn: sa.Connection) -> str:
        put(conn)
        # Would wait for ever if it ran in the loop it waits for.
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result()
        loop.call_soon_threadsafe(started.set)
        return "done"

    assert await database.run(work) == "done"
    assert started.is_set() or await started.wait()


async def test_a_ring_is_kept_for_the_next_wait(database: Database):
    bell = database.bell()
    await database.run(put, wake=True)
    assert await bell.wait(HeldClock(), 60)


async def test_other_workers_hear_of_it(database_url: str):
    with open_database(database_url) as here, open_database(database_url) as there:
        if not here.shared:
            return
        bell = here.bell()
        await here.read(lambda conn: meetings.next_due(conn, now=NINE))
        await there.run(put, wake=True)
        assert await bell.wait(HeldClock(), 60)


async def test_a_worker_that_was_cut_off_hears_again(database_url: str):
    with open_database(database_url) as here, open_database(database_url) as there:
        if not here.shared:
            return
        bell = here.bell()
        await here.read(lambda conn: None)
        cut = sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
        assert await there.run(lambda conn: conn.scalar(cut))
        backend = here._backend
        assert isinstance(backend, Postgres)
        while backend._ear is not None:  # noqa: ASYNC110 - the loop has to read the bad news from the socket
            await asyncio.sleep(0)
        await here.read(lambda conn: None)
        await there.run(put, wake=True)
        assert await bell.wait(HeldClock(), 60)


async def test_a_transaction_that_was_rolled_back_rings_nobody(database: Database):
    bell = database.bell()
    with pytest.raises(ZeroDivisionError):
        await database.run(lambda conn: 1 / 0, wake=True)

    class Instantly(HeldClock):
        async def sleep(self, seconds: float) -> None:
            return None

    assert not await bell.wait(Instantly(), 60)


def test_a_newer_database_is_refused_and_left_alone(database_url: str):
    set_version(database_url, "9000")
    with pytest.raises(SchemaTooNew, match="the database has schema 9000, this noshowd knows up to"):
        open_database(database_url)
    with pytest.raises(SchemaTooNew):
        open_database(database_url)


def test_only_one_daemon_runs_on_a_file(tmp_path: Path):
    url = f"sqlite:///{tmp_path}/noshowd.db"
    with open_database(url) as first, open_database(url) as second:
        first.take_over(NINE)
        with pytest.raises(StoreUnavailable, match="another noshowd runs on the database"):
            second.take_over(NINE)
    with open_database(url) as third:
        third.take_over(NINE)


def test_taking_over_ends_the_leases_of_the_dead_only_where_nobody_else_lives(database: Database):
    def claim(conn: sa.Connection) -> int:
        return len(meetings.claim_due(conn, now=NINE, lease=LEASE, limit=1, worker="w1"))

    database.run_sync(put)
    assert database.run_sync(claim) == 1
    database.take_over(NINE)
    assert database.run_sync(claim) == (0 if database.shared else 1)


def test_an_sqlite_file_is_for_its_owner_only(tmp_path: Path):
    open_database(f"sqlite:///{tmp_path}/noshowd.db").close()
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_a_file_that_is_no_database(tmp_path: Path):
    path = tmp_path / "noshowd.db"
    path.write_text("[us]\ndomains = ['ours.example']\n" * 100)
    with pytest.raises(StoreUnavailable, match=r"noshowd\.db is not a database: name another file"):
        open_database(f"sqlite:///{path}")


def test_a_folder_that_does_not_exist(tmp_path: Path):
    with pytest.raises(StoreUnavailable, match=r"missing/noshowd\.db cannot be opened: No such file or directory"):
        open_database(f"sqlite:///{tmp_path}/missing/noshowd.db")


def test_a_full_disk_loses_nothing_that_was_saved(tmp_path: Path):
    with open_database(f"sqlite:///{tmp_path}/noshowd.db") as database:
        database.run_sync(put)

        def fill(conn: sa.Connection) -> None:
            conn.exec_driver_sql(f"PRAGMA max_page_count = {conn.exec_driver_sql('PRAGMA page_count').scalar()}")
            for n in range(1000):
                meetings.put(conn, meeting(f"more-{n}"), now=NINE, next_look_at=at(n))

        with pytest.raises(StoreUnavailable, match="the disk is full; nothing of this step was saved"):
            database.run_sync(fill)
        stored = database.run_sync(lambda conn: meetings.between(conn, NINE, at(1)))
        assert [one.meeting.key for one in stored] == ["m1"]


def test_a_file_that_another_process_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("noshowd.store.sqlite.PATIENCE", 0.0)
    path = tmp_path / "noshowd.db"
    with open_database(f"sqlite:///{path}") as database, closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="is locked by another program"):
            database.run_sync(put)
        assert database.read_sync(lambda conn: meetings.get(conn, "m1")) is None


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("noshowd.db", "the address of the database is not understood"),
        ("mysql://root@localhost/noshowd", "the address of the database is not understood .'mysql'"),
        ("postgresql://u:secret@127.0.0.1:1/noshowd", "the database noshowd on 127.0.0.1 cannot be reached"),
    ],
)
def test_an_address_that_leads_nowhere(url: str, message: str):
    with pytest.raises(StoreUnavailable, match=message) as raised:
        open_database(url)
    assert "secret" not in str(raised.value)


def test_a_postgres_database_that_does_not_exist(postgres: str):
    with pytest.raises(StoreUnavailable, match="does not exist"):
        open_database(postgres.replace("/postgres?", "/nowhere?"))


async def test_whoever_is_cancelled_in_the_moment_of_a_ring_does_not_wait_again():
    for turns in range(6):
        bell = Bell()
        waiting = asyncio.ensure_future(bell.wait(HeldClock(), 60))
        await asyncio.sleep(0)
        bell.ring()
        for _ in range(turns):
            await asyncio.sleep(0)
        cancelled = waiting.cancel()
        [ended] = await asyncio.gather(waiting, return_exceptions=True)
        assert isinstance(ended, asyncio.CancelledError) is cancelled, turns


def test_the_log_of_an_sqlite_file_gives_back_what_a_crowd_took(tmp_path: Path) -> None:
    log = tmp_path / "noshowd.db-wal"
    with open_database(f"sqlite:///{tmp_path}/noshowd.db") as database:
        database.run_sync(lambda conn: conn.exec_driver_sql("CREATE TABLE crowd AS SELECT zeroblob(30000000) AS much"))
        assert log.stat().st_size > 30_000_000

        database.run_sync(put)  # begins the log anew

        assert log.stat().st_size <= 17_000_000
