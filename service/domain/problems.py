"""Every refusal in words: stable code, English for machines and their makers, Japanese for staff.

Each sentence says what to do. None contains what was submitted (promise 10; brief §8 rule 24).
Values that are refused while a request is read bring their own sentences along.
"""

from typing import NamedTuple

from service.domain import (
    calendar_jp,
    conference,
    consent,
    contact,
    municipality,
    names,
    plan,
    referral,
    referral_acts,
    text,
)
from service.domain.decision import Remedy


class Words(NamedTuple):
    """One sentence in both languages."""

    en: str
    ja: str


PROBLEMS: dict[str, Words] = {
    "actor.agency_not_yours": Words(
        "You hold no position at that agency today, or your issuer may not speak for it. Choose one of your agencies.",
        "その機関での職務がないか、ログイン元がその機関を代表できません。所属する機関を選んでください。",
    ),
    "actor.agency_unclear": Words(
        "You hold positions at several agencies. Say which one you act for in the header Acting-Agency.",
        "複数の機関に所属しています。どの機関として利用するかをActing-Agencyヘッダーで指定してください。",
    ),
    "actor.no_agency": Words(
        "This is done for an agency, and you act for none.", "機関の職員としてのみ行える操作です。"
    ),
    "actor.no_position": Words(
        "You hold no position today. Ask your directory administrator to enter it with its dates.",
        "現在有効な職務の登録がありません。名簿の管理者に職務と任期の登録を依頼してください。",
    ),
    "actor.permission_missing": Words(
        "Your role does not include this. Ask a colleague whose role does, or have the position entered.",
        "あなたの職種ではこの操作はできません。担当の職員に依頼するか、職務の登録を確認してください。",
    ),
    "actor.scope_missing": Words(
        "The access token lacks the scope for this. Ask for it when you get the token.",
        "アクセストークンにこの操作のスコープがありません。トークン取得時に要求してください。",
    ),
    "body.malformed": Words(
        "The body is not valid JSON. Send one JSON object in UTF-8.",
        "本文が正しいJSONではありません。UTF-8のJSONオブジェクトを送ってください。",
    ),
    "body.too_large": Words(
        "The request is larger than the service takes (1 MiB). Send less at once.",
        "送信できる大きさ（1MiB）を超えています。分けて送ってください。",
    ),
    "body.invalid": Words(
        "Some of what was sent cannot be meant; each field is named in errors.",
        "入力内容に誤りがあります。errorsの各項目を直してください。",
    ),
    "case.agency_named_twice": Words(
        "An agency is lead, deputy or member, not two of them.",
        "一つの機関は主担当・副担当・構成員のいずれか一つにしてください。",
    ),
    "conference.agenda_is_empty": Words(
        "The agenda has no item yet. Add one before you fix it.",
        "議題がありません。議題を追加してから確定してください。",
    ),
    "conference.convener_only": Words(
        "Only the agency that convenes the conference does this. Ask its coordinator.",
        "この操作は会議の招集機関のみ行えます。事務局に依頼してください。",
    ),
    "conference.illegal_move": Words(
        "The conference's status does not allow this step now.",
        "会議の現在の状態ではこの操作はできません。",
    ),
    "conference.inside_one_agency": Words(
        "This kind of conference is held inside one agency. Invite nobody else, or choose another kind.",
        "この種類の会議は一機関内で行うものです。他機関を招集しないか、別の種類を選んでください。",
    ),
    "conference.item_already_decided": Words(
        "This item has its result already. Put it on the next conference to decide again.",
        "この議題の結果は記録済みです。改めて諮るときは次回の議題にしてください。",
    ),
    "conference.item_has_no_plan": Words(
        "Only an item with a plan can be approved or sent back. Record it as discussed.",
        "了承・差戻しはプランの議題にのみ記録できます。「協議した」として記録してください。",
    ),
    "conference.item_invites_stranger": Words(
        "That agency is not invited to this conference. Invite it first.",
        "その機関はこの会議に招集されていません。先に招集してください。",
    ),
    "conference.kind_is_fixed": Words(
        "The kind of a conference does not change. Cancel it and plan another one.",
        "会議の種類は変更できません。中止して新しい会議を作成してください。",
    ),
    "conference.kind_names_nobody": Words(
        "This kind of conference names no persons. Leave the persons out, or choose a case conference.",
        "この種類の会議では個人を扱えません。対象者を外すか、個別の会議を選んでください。",
    ),
    "conference.not_invited": Words(
        "Your agency is not invited to this conference.",
        "あなたの機関はこの会議に招集されていません。",
    ),
    "conference.not_yet_started": Words(
        "The conference is planned for a later day. Change its date if it was held earlier.",
        "会議の予定日前です。繰り上げて開催した場合は日時を変更してください。",
    ),
    "conference.packet_closed": Words(
        "The papers can be read from the fixing of the agenda until the conference is closed.",
        "会議資料は議題の確定から会議の終了までの間に閲覧できます。",
    ),
    "conference.packet_of_somebody_else": Words(
        "Read your own agency's papers. The convener may also print the copy of a person who attends.",
        "閲覧できるのは自機関の資料です。本人用の写しは招集機関のみ印刷できます。",
    ),
    "conference.paper_of_somebody_else": Words(
        "This paper is not about a person named on the item. Name the person, or leave the paper out.",
        "この資料は議題の対象者のものではありません。対象者を加えるか、資料を外してください。",
    ),
    "conference.person_without_consent": Words(
        "This kind of conference needs the person's consent for this purpose, and there is none in force."
        " Ask for consent, or ask the municipality to convene a statutory support conference (支援会議).",
        "この種類の会議には、この目的についての本人の有効な同意が必要です。"
        "同意を得るか、法に基づく支援会議の開催を市町村に依頼してください。",
    ),
    "conference.plan_of_somebody_else": Words(
        "The plan belongs to somebody who is not named on the item. Name the person, or choose another plan.",
        "プランの対象者が議題の対象者に含まれていません。対象者を加えるか、プランを選び直してください。",
    ),
    "conference.starts_in_past": Words(
        "The conference would start in the past. Correct starts_at.",
        "開始日時が過去です。starts_atを直してください。",
    ),
    "conference.statutory_kind_not_open": Words(
        "Persons cannot be named at a statutory support conference yet: its by-laws, convener and secrecy"
        " notice are not registered here. Use a conference with the person's consent.",
        "法に基づく支援会議での個人の取扱いは、設置要綱・招集者・守秘の確認が未登録のためまだ利用できません。"
        "本人同意に基づく会議を利用してください。",
    ),
    "conference.stranger_present": Words(
        "Somebody marked as present was not invited. Choose from the list of attendees.",
        "出席者に招集されていない人が含まれています。出席者一覧から選んでください。",
    ),
    "conference.unknown_item": Words(
        "There is no such item on this agenda.", "この会議にその議題はありません。"
    ),
    "consent.illegal_move": Words(
        "This consent is no longer in force, so it cannot be changed. Record a new one.",
        "この同意はすでに有効ではないため変更できません。新しい同意を記録してください。",
    ),
    "consent.next_contact_in_past": Words(
        "The next contact must lie in the future. Correct next_contact_on.",
        "次回の連絡日は明日以降にしてください。",
    ),
    "consent.nothing_left": Words(
        "Nothing would be left of this consent. Revoke all of it instead.",
        "同意の内容が残らなくなります。全部の撤回として記録してください。",
    ),
    "consent.supersedes_another_person": Words(
        "A consent replaces an earlier one of the same person only.",
        "置き換えられるのは同じ人の以前の同意だけです。",
    ),
    "consent.unknown_kind": Words(
        "There is no such kind of agency. See GET /v1/agency-kinds.",
        "その機関種別はありません。GET /v1/agency-kinds で確認してください。",
    ),
    "cursor.invalid": Words(
        "This page link is not yours, or belongs to another list. Start again from the first page.",
        "このページへのリンクは無効です。最初のページからやり直してください。",
    ),
    "database.commit_failed": Words(
        "It could not be recorded durably. Try again with the same Idempotency-Key; nothing is done twice.",
        "記録を確定できませんでした。同じIdempotency-Keyで再送してください。二重に処理されることはありません。",
    ),
    "database.unavailable": Words(
        "The service cannot record accesses at the moment, so it shows nothing. Try again shortly.",
        "現在アクセス記録を残せないため、情報を表示できません。しばらくしてからやり直してください。",
    ),
    "directory.hub_without_desk": Words(
        "Every municipality needs a hub agency with at least one desk; some have none.",
        "すべての市町村に、窓口を持つハブ（総合相談の要）の機関が必要です。",
    ),
    "directory.unknown_agency": Words(
        "There is no such agency in the directory. See GET /v1/agencies.",
        "名簿にその機関がありません。GET /v1/agencies で確認してください。",
    ),
    "directory.unknown_desk": Words(
        "There is no such desk today. See GET /v1/agencies/{agency_id}, or POST /v1/route.",
        "その窓口は現在ありません。機関の一覧または POST /v1/route で確認してください。",
    ),
    "directory.unknown_municipality": Words(
        "This municipality is not served here. See GET /v1/municipalities.",
        "その市町村は登録されていません。GET /v1/municipalities で確認してください。",
    ),
    "field.invalid": Words("This cannot be meant.", "この値は使えません。"),
    "field.missing": Words("This field is required.", "この項目は必須です。"),
    "field.type": Words("This has the wrong type.", "値の型が違います。"),
    "field.unknown": Words(
        "There is no such field. Remove it.", "その項目はありません。取り除いてください。"
    ),
    "field.choice": Words(
        "Choose one of the codes listed in the contract.", "決められたコードから選んでください。"
    ),
    "field.range": Words(
        "This is too small, too large, too short or too long.",
        "値が範囲外か、長さが合っていません。",
    ),
    "field.date": Words(
        "There is no such date or time. Use ISO 8601 with an offset, e.g. 2026-04-01T10:00:00+09:00.",
        "存在しない日付・時刻です。2026-04-01T10:00:00+09:00 のように入力してください。",
    ),
    "idempotency.key_invalid": Words(
        "An Idempotency-Key has 8 to 128 visible characters; a UUID is a good one.",
        "Idempotency-Keyは8〜128文字にしてください（UUIDを推奨）。",
    ),
    "idempotency.key_missing": Words(
        "Send a new Idempotency-Key with every POST, and the same one again when you retry.",
        "POSTには新しいIdempotency-Keyを付け、再送のときは同じ値を使ってください。",
    ),
    "idempotency.key_reused": Words(
        "This Idempotency-Key was used for another request. Use a new one.",
        "このIdempotency-Keyは別の要求で使われています。新しい値を使ってください。",
    ),
    "keys.unavailable": Words(
        "The issuer's keys cannot be fetched at the moment, so the token cannot be checked. Try again shortly.",
        "現在ログイン元の鍵を確認できません。しばらくしてからやり直してください。",
    ),
    "method.not_allowed": Words(
        "This address does not take that method.", "このURLではそのメソッドは使えません。"
    ),
    "notice.already_acknowledged": Words(
        "This notice was acknowledged before.", "この通知は確認済みです。"
    ),
    "plan.agreed_in_future": Words(
        "The person cannot have agreed in the future. Correct agreed_on.",
        "同意日が未来の日付です。agreed_onを直してください。",
    ),
    "plan.decided_by_municipality_only": Words(
        "Only the municipality decides on a plan. Ask its section in charge.",
        "支援決定・確認は自治体のみ行えます。主管課に依頼してください。",
    ),
    "plan.illegal_move": Words(
        "The plan version's status does not allow this step now.",
        "このプランの版の現在の状態ではこの操作はできません。",
    ),
    "plan.line_without_exit": Words(
        "A line of the plan has no exit. Send the plan back, or add what each line leads to.",
        "出口（支援の行き先）のない行があります。差戻しにするか、各行に出口を記入してください。",
    ),
    "plan.no_municipal_attendee": Words(
        "A plan is approved with an officer of the municipality present.",
        "プランの了承には自治体職員の出席が必要です。",
    ),
    "plan.no_quorum": Words(
        "More than half of those invited to the item must be present to approve a plan.",
        "プランの了承には、この議題に招集された機関の過半数の出席が必要です。",
    ),
    "plan.not_open_to_decider": Words(
        "No consent opens this plan to your agency, so it cannot decide on it. Ask for consent.",
        "この機関にプランを開示する同意がないため、決定できません。本人の同意を得てください。",
    ),
    "plan.not_the_latest_version": Words(
        "This is not the latest version of the plan. Read it again and name the latest.",
        "最新の版ではありません。読み直して最新の版を指定してください。",
    ),
    "plan.unknown_case": Words(
        "There is no such case of this person that your agency is on.",
        "この人のケースで、あなたの機関が関わっているものではありません。",
    ),
    "plan.unknown_referral": Words(
        "There is no such referral of this person that your agency is a party to.",
        "この人のつなぎで、あなたの機関が当事者であるものではありません。",
    ),
    "purpose.missing": Words(
        "Say what for: send the header Purpose-Of-Use, e.g. consultation.",
        "利用目的が必要です。Purpose-Of-Useヘッダー（例 consultation）を付けてください。",
    ),
    "purpose.not_for_action": Words(
        "This purpose does not fit what you want to do. Choose one that does.",
        "この操作に合わない利用目的です。適切な目的を選んでください。",
    ),
    "purpose.outside_token": Words(
        "The access token is limited to other purposes.",
        "このアクセストークンでは使えない利用目的です。",
    ),
    "purpose.unknown": Words(
        "There is no such purpose. Use consultation, planning, service, watch_over, statistics, audit or"
        " access_request.",
        "その利用目的はありません。consultation、planning、service、watch_over、statistics、audit、"
        "access_requestのいずれかを使ってください。",
    ),
    "record.changed_meanwhile": Words(
        "Somebody changed it since you read it. Read it again, then decide whether your change still fits.",
        "読み込んだ後に変更されています。読み直して、変更がまだ適切か確認してください。",
    ),
    "record.not_found": Words(
        "There is nothing here that you may know of. If it concerns your work, ask for the person's consent,"
        " or ask the municipality to convene a support conference (支援会議).",
        "閲覧できる情報はありません。業務に必要なときは、本人の同意を得るか、"
        "市町村に支援会議の開催を依頼してください。",
    ),
    "record.version_required": Words(
        "Say which version you are changing: send If-Match with the ETag you read.",
        "どの版を変更するか示してください。読み込んだETagをIf-Matchに付けてください。",
    ),
    "record.version_malformed": Words(
        'If-Match takes one ETag as it was sent, e.g. "3".',
        'If-Matchには受け取ったETagをそのまま（例 "3"）付けてください。',
    ),
    "referral.already_declined_by_receiver": Words(
        "That agency has declined already. Choose another desk, or escalate to the hub.",
        "その機関はすでに辞退しています。別の窓口を選ぶか、ハブに上げてください。",
    ),
    "referral.another_person": Words(
        "A referral stays with its person. Make a new one.",
        "つなぎの対象者は変更できません。新しく作成してください。",
    ),
    "referral.contact_in_future": Words(
        "A contact is recorded when it has happened. Correct at.",
        "面談・連絡は実施後に記録してください。atを直してください。",
    ),
    "referral.illegal_move": Words(
        "The referral's status does not allow this step now; open lists what is possible.",
        "つなぎの現在の状態ではこの操作はできません。openに可能な操作があります。",
    ),
    "referral.no_first_contact": Words(
        "A referral is complete only after a first contact with the person. Record the contact first.",
        "本人との初回の接触がないまま完了にはできません。先に接触を記録してください。",
    ),
    "referral.not_your_act": Words(
        "This step belongs to another party of the referral.",
        "この操作はつなぎの相手側が行うものです。",
    ),
    "referral.proposal_is_dead_end": Words(
        "Propose an agency that is not your own and has not declined yet, or ask the hub to decide.",
        "自機関や辞退済みの機関は提案できません。別の機関を示すか、ハブに決定を依頼してください。",
    ),
    "referral.receiver_not_covered": Words(
        "No consent of the person covers that agency for this purpose. Ask the person, or ask the municipality"
        " to convene a support conference (支援会議).",
        "その機関への提供について、この目的での本人の同意がありません。本人に確認するか、"
        "市町村に支援会議の開催を依頼してください。",
    ),
    "referral.to_itself": Words(
        "A referral goes to another agency. Inside your own, hand it over yourselves.",
        "自機関あてのつなぎは作成できません。機関内で引き継いでください。",
    ),
    "referral.too_few_attempts": Words(
        "Try to reach the person more often before you close it without contact; attempts counts so far.",
        "接触の試みが足りません。回数を重ねてから「接触できず終了」にしてください。",
    ),
    "referral.unknown_consultation": Words(
        "There is no such consultation at your agency.", "自機関にその相談記録はありません。"
    ),
    "referral.unknown_parent": Words(
        "There is no such earlier referral of this person that you are a party to.",
        "この人の以前のつなぎで、自機関が当事者であるものではありません。",
    ),
    "request.invalid": Words(
        "A header or parameter cannot be read; each is named in errors.",
        "ヘッダーまたはパラメーターが正しくありません。errorsを確認してください。",
    ),
    "route.unknown": Words("There is no such address here.", "このURLはありません。"),
    "self.involved": Words(
        "You are involved yourself. Ask a colleague.",
        "ご自身が関係する事案です。同僚に依頼してください。",
    ),
    "service.failed": Words(
        "Something went wrong on our side; nothing was done. It is on record under the request id.",
        "サービス側で問題が起きました。処理は行われていません。リクエストIDで記録されています。",
    ),
    "task.already_finished": Words("This task is done already.", "この役割は完了済みです。"),
    "task.due_in_past": Words(
        "A task is due today or later. Correct due_on.", "期限は今日以降にしてください。"
    ),
    "token.algorithm": Words(
        "The token is signed with an algorithm that is not accepted from this issuer.",
        "受け付けていない署名方式のトークンです。",
    ),
    "token.audience": Words(
        "The token was issued for another service.", "別のサービス向けのトークンです。"
    ),
    "token.claims": Words(
        "The token lacks a claim that RFC 9068 requires, or has it in the wrong form.",
        "トークンに必要な項目がないか、形式が違います。",
    ),
    "token.expired": Words(
        "The token has expired. Get a new one.",
        "トークンの有効期限が切れています。取得し直してください。",
    ),
    "token.in_query": Words(
        "A token belongs in the Authorization header only. Treat this one as known to others and revoke it.",
        "トークンはAuthorizationヘッダーで送ってください。このトークンは漏えいしたものとして失効させてください。",
    ),
    "token.issuer_unknown": Words(
        "The token's issuer is not trusted here. Ask the operator to enter it.",
        "このログイン元は登録されていません。運用者に登録を依頼してください。",
    ),
    "token.key_unknown": Words(
        "The token is signed with a key that its issuer does not publish.",
        "ログイン元が公開していない鍵で署名されたトークンです。",
    ),
    "token.lifetime": Words(
        "The token lives too long: at most 15 minutes for staff, 10 for partner systems.",
        "トークンの有効期間が長すぎます（職員15分、連携システム10分まで）。",
    ),
    "token.malformed": Words(
        "This is not a readable access token.", "アクセストークンとして読み取れません。"
    ),
    "token.missing": Words(
        "Send an access token: Authorization: Bearer …",
        "アクセストークンが必要です（Authorization: Bearer …）。",
    ),
    "token.not_yet_valid": Words(
        "The token is not valid yet. Check the clocks.",
        "まだ有効になっていないトークンです。時計を確認してください。",
    ),
    "token.sender_constrained": Words(
        "This token is bound to its client (DPoP or mTLS) and cannot be used as a bearer token here.",
        "送信者に結び付けられたトークンは、ここでは使えません。",
    ),
    "token.signature": Words(
        "The token's signature is wrong.", "トークンの署名が正しくありません。"
    ),
    "token.typ": Words(
        "This is not an access token (typ at+jwt). An ID token is not accepted.",
        "アクセストークン（typ at+jwt）ではありません。IDトークンは使えません。",
    ),
}

#: What values say when they are refused while a request is read.
VALUE_MESSAGES: dict[str, Words] = {
    code: Words(english, module.MESSAGES_JA[code])
    for module in (
        text,
        names,
        contact,
        municipality,
        calendar_jp,
        consent,
        referral,
        referral_acts,
        plan,
        conference,
    )
    for code, english in module.MESSAGES_EN.items()
}

REMEDIES: dict[str, Words] = {
    Remedy.ASK_CONSENT: Words("Ask the person for consent.", "本人の同意を得る。"),
    Remedy.ASK_SUPPORT_CONFERENCE: Words(
        "Ask the municipality to convene a statutory support conference (支援会議).",
        "市町村に法に基づく支援会議の開催を依頼する。",
    ),
    Remedy.CHOOSE_PURPOSE: Words("Choose a fitting purpose of use.", "適切な利用目的を選ぶ。"),
    Remedy.GET_POSITION: Words(
        "Have your position entered in the directory.", "名簿に職務を登録してもらう。"
    ),
    Remedy.GET_SCOPE: Words("Get a token with the scope.", "必要なスコープのトークンを取得する。"),
}
