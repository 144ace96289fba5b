"""The server is killed in the middle of its work: whatever was answered is on record (U1, promise 2)."""

from pathlib import Path

import asyncpg
from completeness.load import Server, held_against, log_of, under_load


async def test_whoever_was_answered_is_in_the_log_however_it_ends(databases, tmp_path: Path):
    """A short part of ``make complete``: 400 requests, 2 kills."""
    name, urls = await databases.copy()
    home = tmp_path / "server"
    home.mkdir()
    server = Server(home, urls.app)
    try:
        told = await under_load(server, urls.owner, requests=400, kills=2)
        owner = await asyncpg.connect(urls.owner)
        try:
            missing = await held_against(owner, told)
            log = await log_of(owner, server.settings)
        finally:
            await owner.close()
    finally:
        server.kill()
        await databases.drop(name)
    assert told.kills == 2
    assert len(told.answers) >= 400
    shown = [a for a in told.answers if a.shown]
    assert len(shown) > 100
    assert any(a.made for a in told.answers)
    assert any(a.status == 404 for a in told.answers)
    assert missing == ([], [], [], [], [])
    assert log.found == ()
    assert log.entries > 300
