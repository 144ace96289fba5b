"""The two pages of the demo issuer: choose an account, and what went wrong."""

from collections.abc import Mapping, Sequence
from html import escape

from starlette.responses import HTMLResponse

from service.demo.issuer_accounts import DemoAccount

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

_PAGE = """<!doctype html>
<html lang="ja">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 1rem/1.6 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem;
  color: #1a1a1a; background: #fff; }}
ul {{ list-style: none; padding: 0; }}
button {{ font: inherit; text-align: start; width: 100%; padding: .75rem 1rem; margin: .25rem 0;
  color: inherit; background: #f3f6fa; border: 1px solid #5a6b7d; border-radius: .4rem;
  cursor: pointer; }}
button:hover {{ background: #e1eaf5; }}
button:focus-visible {{ outline: 3px solid #0b57d0; outline-offset: 2px; }}
.detail {{ display: block; color: #444; }}
.notice {{ border-inline-start: .3rem solid #b00020; padding-inline-start: .75rem; }}
</style>
</head>
<body>
<main>
{content}
</main>
</body>
</html>
"""

_LOGIN = """<h1>デモ用ログイン <span lang="en">/ Demo sign-in</span></h1>
<p class="notice">開発専用です。パスワードはありません。実在の人の情報を入れないでください。<br>
<span lang="en">For development only. There are no passwords.
Never enter data of real people.</span></p>
{notice}<p>「{client}」にログインするアカウントを選んでください。<br>
<span lang="en">Choose an account to sign in to {client}.</span></p>
<form method="get">
{fields}
<ul>
{accounts}
</ul>
</form>"""

_UNKNOWN_ACCOUNT = """<p role="alert">アカウント「{hint}」はありません。
<span lang="en">There is no account “{hint}”.</span></p>
"""

_REFUSAL = """<h1>ログインを始められません <span lang="en">/ The sign-in cannot start</span></h1>
<p>アプリケーションの設定、特に client_id と redirect_uri を確認してください。<br>
<span lang="en">Check the settings of the application: {reason}.</span></p>"""


def login_page(
    accounts: Sequence[DemoAccount], parameters: Mapping[str, str], client_id: str
) -> HTMLResponse:
    """Offer the accounts as buttons; a choice repeats the request with ``login_hint``."""
    hint = parameters.get("login_hint")
    fields = "\n".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in parameters.items()
        if name != "login_hint"
    )
    content = _LOGIN.format(
        notice=_UNKNOWN_ACCOUNT.format(hint=escape(hint)) if hint else "",
        client=escape(client_id),
        fields=fields,
        accounts="\n".join(_button(account) for account in accounts),
    )
    title = "デモ用ログイン / Demo sign-in"
    return HTMLResponse(_PAGE.format(title=title, content=content), headers=_HEADERS)


def refusal_page(reason: str) -> HTMLResponse:
    """Explain why nobody is sent back: the address to send them to cannot be trusted."""
    content = _REFUSAL.format(reason=escape(reason))
    page = _PAGE.format(title="エラー / Error", content=content)
    return HTMLResponse(page, status_code=400, headers=_HEADERS)


def _button(account: DemoAccount) -> str:
    details = [account.role, account.agency_name, account.agency or "", account.name]
    detail = escape(" · ".join(part for part in details if part))
    return (
        f'<li><button name="login_hint" value="{escape(account.name)}">'
        f"<strong>{escape(account.display_name)}</strong> "
        f'<span class="detail">{detail}</span></button></li>'
    )
