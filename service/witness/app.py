"""The witness over HTTP (C2SP tlog-witness): one address to ask, one to read what it last saw."""

import asyncio
from collections.abc import Mapping
from typing import Final

import structlog
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from service.domain.witnessing import Reason, Refused
from service.witness.cosigner import Cosigned, Cosigner
from service.witness.refusal import NotReadyToWitnessError

log = structlog.get_logger("tsunagi.witness")

#: A request is as long as this at most (bytes), and takes as long as this at most (seconds).
LARGEST_REQUEST = 64 * 1024
LONGEST_WAIT = 10.0
_SIZE_TYPE = "text/x.tlog.size"

#: What a refusal says to the log's keeper.
SENTENCES: Final[Mapping[Reason, tuple[str, str]]] = {
    Reason.ANOTHER_TREE: (
        "This log has signed another tree of the same size. Keep both checkpoints and report it.",
        "このログは同じ件数で別の内容に署名しています。両方のチェックポイントを保存し、報告してください。",
    ),
    Reason.EMPTY_ROOT_WRONG: (
        "A tree without entries has one root only, and this is another.",
        "0件のルートが正しくありません。",
    ),
    Reason.LOG_UNKNOWN: (
        "This witness does not watch this log. Hand its origin and key to the witness's keeper.",
        "このログは対象外です。originと鍵を立会人の管理者に渡してください。",
    ),
    Reason.NOT_SIGNED: (
        "No key that this witness trusts for the log has signed the checkpoint.",
        "登録済みの鍵による署名がありません。",
    ),
    Reason.OLD_SIZE_TOO_LARGE: (
        "The old size is larger than the checkpoint's: a log only grows.",
        "旧件数がチェックポイントの件数を超えています。ログは増えるだけです。",
    ),
    Reason.PROOF_WRONG: (
        "The proof does not show that the log still begins with what this witness cosigned.",
        "以前に署名した内容がそのまま残っていることを、この証明では確認できません。",
    ),
    Reason.SIGNATURE_WRONG: (
        "A signature in the name of a trusted key is not by it.",
        "登録済みの鍵の名で付された署名が正しくありません。",
    ),
    Reason.SIZE_NOT_THE_LAST: (
        "Begin with the size that this witness cosigned last.",
        "この立会人が最後に署名した件数から始めてください。",
    ),
    Reason.UNREADABLE: (
        "This is no request of C2SP tlog-witness: old size, proof, empty line, checkpoint.",
        "リクエストを読み取れません（old・証明・空行・チェックポイント、C2SP tlog-witness）。",
    ),
}

ABOUT = (
    "これは監査ログの立会人です。ログが過去の記録を書き換えていないことを確かめてから署名します。"
    "個人情報は受け取りません。\n"
    "This is a witness of audit logs: it cosigns a log's checkpoint once it is sure that nothing"
    " before it was rewritten. It receives no personal data.\n"
    "C2SP tlog-witness: POST /add-checkpoint, GET /<sha256 of the origin>/checkpoint\n"
)


def create_witness(cosigner: Cosigner) -> Starlette:
    """The program around one witness."""
    desk = _Desk(cosigner)
    return Starlette(
        routes=[
            Route("/", desk.about),
            Route("/add-checkpoint", desk.add_checkpoint, methods=["POST"]),
            Route("/{log}/checkpoint", desk.last_checkpoint),
        ]
    )


class _Desk:
    """Where a witness is asked."""

    def __init__(self, cosigner: Cosigner) -> None:
        self._cosigner = cosigner

    async def about(self, _: Request) -> Response:
        """What this is, and the key it signs with."""
        return PlainTextResponse(f"{ABOUT}{self._cosigner.key}\n")

    async def add_checkpoint(self, request: Request) -> Response:
        """Cosign a checkpoint, or say why not."""
        body = await _received(request)
        if isinstance(body, Response):
            return body
        try:
            answer = await run_in_threadpool(self._cosigner.add, body)
        except (NotReadyToWitnessError, OSError) as error:
            return _unable(error)
        match answer:
            case Cosigned(signature):
                return PlainTextResponse(str(signature))
            case Refused(size=int(size), status=status):
                return Response(f"{size}\n", status, {"content-type": _SIZE_TYPE})
            case Refused(reason=reason, status=status):
                english, japanese = SENTENCES[reason]
                return PlainTextResponse(f"{reason.value}\n{english}\n{japanese}\n", status)

    async def last_checkpoint(self, request: Request) -> Response:
        """The last checkpoint that was cosigned of a log, for whoever compares."""
        try:
            note = await run_in_threadpool(self._cosigner.last, request.path_params["log"])
        except (NotReadyToWitnessError, OSError) as error:
            return _unable(error)
        if note is None:
            return PlainTextResponse("Nothing was cosigned of this log.\n", 404)
        return PlainTextResponse(str(note))


async def _received(request: Request) -> bytes | Response:
    """The request's body, or the answer to one that is too large or too slow."""
    body = bytearray()
    try:
        async with asyncio.timeout(LONGEST_WAIT):
            async for part in request.stream():
                body += part
                if len(body) > LARGEST_REQUEST:
                    return PlainTextResponse("Too large.\n", 413, {"connection": "close"})
    except TimeoutError:
        return PlainTextResponse("Too slow.\n", 408, {"connection": "close"})
    except ClientDisconnect:
        return PlainTextResponse("Gone.\n", 400)
    return bytes(body)


def _unable(error: Exception) -> Response:
    # What is wrong is for the witness's keeper, not for whoever asks.
    log.critical("witness.cannot_cosign", error=str(error))
    return PlainTextResponse("This witness cannot cosign at the moment.\n", 503)
