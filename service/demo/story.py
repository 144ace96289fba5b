"""``tsunagi demo``: three scenarios of the brief, played over HTTP against a running service."""

import asyncio
import json

import httpx
from rich.console import Console

from service.demo import story_page, story_sc03, story_sc06, story_sc07
from service.demo.story_stage import Stage
from service.demo.story_told import Told
from service.demo.visitors import NoServiceError, Visitors
from service.settings import Settings

#: How the demonstration ended, for the shell.
ALL_HOLDS, SOMETHING_DIFFERS, NO_SERVICE = 0, 1, 2


def tell(settings: Settings, *, as_json: bool, console: Console) -> int:
    """Play everything against the service that ``settings`` name, print it, say how it went.

    Returns 0 if every expectation holds, 1 if not, 2 if no demonstration answers.
    """
    try:
        with console.status("みほん市 …"):
            told = asyncio.run(_play_at(settings))
    except NoServiceError as error:
        said = json.dumps({"ok": False, "error": str(error)}) if as_json else str(error)
        console.out(said, highlight=False)
        return NO_SERVICE
    if as_json:
        console.out(json.dumps(told.as_json(), ensure_ascii=False, indent=2), highlight=False)
    else:
        story_page.render(told, console)
    return ALL_HOLDS if told.ok else SOMETHING_DIFFERS


async def _play_at(settings: Settings) -> Told:
    # Straight to this machine, whatever proxy the environment names.
    async with httpx.AsyncClient(timeout=30, trust_env=False) as http:
        return await play(settings, http)


async def play(settings: Settings, http: httpx.AsyncClient) -> Told:
    """Play the scenarios through ``http``. Raises NoServiceError."""
    visitors = Visitors(settings, http)
    await visitors.check()
    told = Told(settings.base_url)
    stage = Stage(visitors, told)
    await story_sc03.play(stage)
    jiro = await story_sc06.play(stage)
    if jiro is not None:
        await story_sc07.play(stage, jiro)
    return told
