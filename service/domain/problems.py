"""Every refusal in words: stable code, English for machines and their makers, Japanese for staff.

Each sentence says what to do. None contains what was submitted (promise 10; brief §8 rule 24).
Values that are refused while a request is read bring their own sentences along.
"""

from typing import NamedTuple

from service.domain import (
    access_request,
    agenda,
    area_issue,
    attendance,
    calendar_jp,
    capacity,
    checklist,
    conference,
    conference_body,
    conference_membership,
    conference_series,
    consent,
    contact,
    contact_schedule,
    date_poll,
    enquiry,
    evaluation_codes,
    feedback,
    form,
    form_book,
    form_sheets,
    import_directory,
    import_people,
    import_plan,
    import_rows,
    intake,
    item_paper,
    municipality,
    names,
    plan_line,
    provision,
    recurrence,
    referral,
    referral_acts,
    referral_amendment,
    signal,
    statistics,
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
    "actor.login_too_old": Words(
        "This needs a login of the last ten minutes, by a human. Log in again and repeat it.",
        "10分以内にログインした職員本人だけが行えます。もう一度ログインしてください。",
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
    "agenda.item_has_papers": Words(
        "Papers were handed in for this item. Withdraw them, split it, and hand them in to the part they belong to.",
        "この議題には資料が提出されています。資料を取り下げてから分割し、該当する議題に提出し直してください。",
    ),
    "agenda.item_of_another_agency": Words(
        "Another agency brought this item: its words are that agency's. Ask it to correct them; you can arrange or withdraw the item.",
        "ほかの機関が提出した議題です。内容の修正はその機関に依頼してください。時間などの調整と取下げはできます。",
    ),
    "agenda.not_ready": Words(
        "Something on the agenda has no ground to be talked about ({count}; items {items}). Read the agenda's findings: each says what to do.",
        "話し合う根拠のない議題があります（{count}件、議題{items}）。議題の確認結果（findings）に対応の方法が示されています。",
    ),
    "agenda.order_incomplete": Words(
        "Name every item of the agenda once, in the new order. Read the agenda again: somebody may have added one.",
        "すべての議題を一度ずつ、新しい順に指定してください。ほかの人が議題を追加していないか、最新の次第を確かめてください。",
    ),
    "agenda.part_names_another": Words(
        "A part of an item names only persons of that item. Put anybody else on an item of their own.",
        "分割した議題には、元の議題の対象者だけを指定できます。ほかの人は別の議題にしてください。",
    ),
    "agenda.person_left_out": Words(
        "Somebody the item is about is in none of its parts. Name them in one, or correct the item first.",
        "元の議題の対象者のうち、どの部分にも含まれない人がいます。いずれかに含めるか、先に議題を直してください。",
    ),
    "area_issue.already_closed": Words(
        "The gap is closed already.",
        "この課題はすでに解決済みです。",
    ),
    "area_issue.already_passed": Words(
        "This issue was put before that body already. Read its list.",
        "この課題はその会議体にすでに提起されています。会議体の課題一覧を確認してください。",
    ),
    "area_issue.not_higher": Words(
        "An issue is passed up to a body that reaches farther. Choose one of a higher level.",
        "課題は、より広い範囲の会議体に提起します。上位の会議体を選んでください。",
    ),
    "area_issue.unknown_body": Words(
        "No such body sits today for your municipality or prefecture. See GET /v1/conference-bodies.",
        "あなたの市町村または都道府県に、現在その会議体はありません。GET /v1/conference-bodies で確認してください。",
    ),
    "assessment.in_future": Words(
        "The assessment lies in the future. Correct assessed_on.",
        "アセスメント日が未来の日付です。assessed_onを直してください。",
    ),
    "assessment.member_twice": Words(
        "A member of the household is assessed once in one view. Take the second one out.",
        "同じ世帯員が二度含まれています。一つにしてください。",
    ),
    "assessment.not_of_household": Words(
        "This person is not in the household of the case, as your agency knows it. Form the household first, or leave the member out.",
        "この人は、このケースの世帯員として登録されていません。先に世帯を登録するか、この世帯員を外してください。",
    ),
    "audit.nothing_to_replay": Words(
        "This entry is not a decision of the rules (a refused token, a failure, a repeated answer). There is nothing to decide again.",
        "この記録は規則による判断ではないため、再現できません（トークンの拒否、障害、再送への応答など）。",
    ),
    "audit.period": Words(
        "The period ends before it begins, or has more days than one report covers (facts.limit). Correct since and until.",
        "期間の終わりが始まりより前か、一度に集計できる日数（facts.limit）を超えています。sinceとuntilを直してください。",
    ),
    "audit.too_many_entries": Words(
        "There is more than one export or report carries (facts.limit), and none is cut off unseen. Narrow the period with since and until, or ask for one person, position or action.",
        "一度に出力できる件数（facts.limit）を超えています。一部だけを出力することはありません。sinceとuntilで期間を短くするか、本人・職・操作を絞ってください。",
    ),
    "basis.not_in_force": Words(
        "This legal basis is not in force in your municipality today. Ask the municipality to switch it on with its by-laws, or choose another basis.",
        "この根拠はあなたの市町村では現在有効ではありません。設置要綱を定めて有効にするよう市町村に依頼するか、別の根拠を選んでください。",
    ),
    "body.invalid": Words(
        "Some of what was sent cannot be meant; each field is named in errors.",
        "入力内容に誤りがあります。errorsの各項目を直してください。",
    ),
    "body.malformed": Words(
        "The body is not valid JSON. Send one JSON object in UTF-8.",
        "本文が正しいJSONではありません。UTF-8のJSONオブジェクトを送ってください。",
    ),
    "body.too_large": Words(
        "The request is larger than the service takes (1 MiB). Send less at once.",
        "送信できる大きさ（1MiB）を超えています。分けて送ってください。",
    ),
    "archive.another_at_it": Words(
        "Somebody else archives the audit log just now. Wait until that is done.",
        "ほかの担当者が監査記録を保管ファイルへ移しています。終わるまでお待ちください。",
    ),
    "archive.entries_missing": Words(
        "Entries of facts.month have their places in the log and are gone. Nothing is archived; run `tsunagi audit check`.",
        "facts.monthの記録のうち、ログに位置があるのに存在しないものがあります。何も移していません。tsunagi audit checkを実行してください。",
    ),
    "archive.file_differs": Words(
        "The file facts.file does not say what the log says, so nothing was dropped. Put it aside and archive again; if it happens again, the disk is not sound.",
        "ファイルfacts.fileの内容がログと一致しないため、何も削除していません。ファイルをよけてやり直してください。繰り返す場合はディスクの異常です。",
    ),
    "archive.kept_until": Words(
        "The entries of facts.month are kept until facts.until. Archive them without dropping them, or wait.",
        "facts.monthの記録の保存期限はfacts.untilです。削除せずに保管ファイルだけ作るか、期限をお待ちください。",
    ),
    "archive.log_busy": Words(
        "The audit log is being read or written just now, and nothing was dropped. Try again when less is going on.",
        "監査記録が使用中のため、何も削除していません。利用の少ない時間にもう一度お試しください。",
    ),
    "archive.month_not_over": Words(
        "The month facts.month is not over yet. Only whole months are archived.",
        "facts.monthはまだ終わっていません。保管ファイルにできるのは終わった月だけです。",
    ),
    "archive.month_unsealed": Words(
        "An entry of facts.month has no place in a signed checkpoint yet. Nothing is archived; let the service sign first.",
        "facts.monthの記録に、署名済みチェックポイントに入っていないものがあります。何も移していません。署名を待ってください。",
    ),
    "bundle.from_missing": Words(
        "The bundle does not begin with the log's first entry, and it brings no signed checkpoint for where it begins. Take the export again.",
        "ファイルがログの先頭から始まっておらず、開始時点の署名付きチェックポイントもありません。もう一度書き出してください。",
    ),
    "bundle.goes_on": Words(
        "Something follows after the last entry. Take the export again.",
        "最後の記録の後に余分な行があります。もう一度書き出してください。",
    ),
    "bundle.header_unreadable": Words(
        "The first line does not begin an audit bundle of this format. Check that it is the right file.",
        "1行目が監査記録ファイルの形式ではありません。ファイルを確認してください。",
    ),
    "bundle.index_expected": Words(
        "Here the entry with number facts.index belongs. A line is missing, or lines were swapped. Take the export again.",
        "ここにはfacts.index番の記録が必要です。行が抜けたか、入れ替わっています。もう一度書き出してください。",
    ),
    "bundle.ends_early": Words(
        "The bundle ends before the entry with number facts.index. Take the export again.",
        "facts.index番の記録の前でファイルが終わっています。もう一度書き出してください。",
    ),
    "bundle.kept_differs": Words(
        "This log is not the one of which you kept the checkpoint of facts.size entries: it was rewritten, or you were shown another. Keep both and report it.",
        "保存されていたfacts.size件時点のチェックポイントと一致しません。ログが書き換えられたか、別のログが示されています。両方を保存し、報告してください。",
    ),
    "bundle.line_cut_off": Words(
        "The line is cut off. Take the export again.",
        "行が途中で切れています。もう一度書き出してください。",
    ),
    "bundle.line_unreadable": Words(
        "The line is no entry of a bundle. Take the export again.",
        "記録の行として読み取れません。もう一度書き出してください。",
    ),
    "bundle.question_altered": Words(
        "What the entry was decided on is not what the log committed to. It was changed after it was written.",
        "判断の前提がログの内容と一致しません。記録後に書き換えられています。",
    ),
    "bundle.root_differs": Words(
        "The entries do not add up to the root that the log signed: at least one was changed, or its hash was. Take the export again, and report it if it stays so.",
        "記録全体が署名されたルートと一致しません。書き換えられた記録またはハッシュがあります。もう一度書き出し、それでも同じ場合は報告してください。",
    ),
    "bundle.size_differs": Words(
        "The checkpoints are of other sizes than the bundle says. Take the export again.",
        "チェックポイントの件数がファイルの範囲と合いません。もう一度書き出してください。",
    ),
    "bundle.start_differs": Words(
        "The hashes to begin with do not lead to the root of the earlier checkpoint. Take the export again.",
        "開始時のハッシュが開始時点のチェックポイントと一致しません。もう一度書き出してください。",
    ),
    "bundle.witnesses_missing": Words(
        "Fewer witnesses than you ask for have signed the later checkpoint. Ask for a newer export, or the witnesses themselves.",
        "終了時点のチェックポイントに、必要な数の立会人の署名がありません。新しい書き出しを求めるか、立会人に確認してください。",
    ),
    "calendar.already_revoked": Words(
        "Your calendar address opens nothing any more. Make a new one if you need it.",
        "予定表アドレスはすでに失効しています。必要なときは新しく発行してください。",
    ),
    "calendar.too_often": Words(
        "This calendar is asked for too often. Try again in ten minutes.",
        "予定表の更新が多すぎます。10分ほどおいてからもう一度試してください。",
    ),
    "case.agency_named_twice": Words(
        "An agency is lead, deputy or member, not two of them.",
        "一つの機関は主担当・副担当・構成員のいずれか一つにしてください。",
    ),
    "case.close_instead": Words(
        "A case is closed with its category, exit and after-care: use close.",
        "終結には区分・出口・終結後の見守りが必要です。closeを使ってください。",
    ),
    "case.ended": Words(
        "The case has ended ({state}). Whoever comes back begins a new, linked episode: use reopen.",
        "このケースは終了しています（{state}）。再び支援するときは、reopenで新しい回として始めてください。",
    ),
    "case.handover_not_accepted": Words(
        "Another agency must have accepted the referral first. Refer the person, and wait until it is accepted.",
        "先に他機関がつなぎを引き受けている必要があります。つなぎを送り、引受けを待ってください。",
    ),
    "case.illegal_stage": Words(
        "This stage does not follow {state}. Open now: {open}.",
        "現在の段階（{state}）からは進めません。進める段階：{open}。",
    ),
    "case.lead_active": Words(
        "Somebody leads this case already. Say which decision you replace (replaces_lead_id), as you have read it.",
        "このケースにはすでに主担当がいます。置き換える決定（replaces_lead_id）を指定してください。",
    ),
    "case.lead_over_already": Words(
        "The lead would be over already. Correct valid_until.",
        "主担当の期限がすでに過ぎています。valid_untilを直してください。",
    ),
    "case.no_after_care": Words(
        "Say who keeps an eye on the person afterwards.",
        "終結後に誰が見守るかを記入してください。",
    ),
    "case.no_category": Words(
        "Say in which category it ends, or evaluate the plan first.",
        "終結区分の内訳を選ぶか、先にプランを評価してください。",
    ),
    "case.no_closing_note": Words(
        "A case is closed with a note.",
        "終結には記録が必要です。",
    ),
    "case.no_consent": Words(
        "The person must have agreed first. Record the consent.",
        "先に本人の同意が必要です。同意を記録してください。",
    ),
    "case.no_exit": Words(
        "Say where the person is held from now on (exit), or evaluate the plan first.",
        "出口を記入するか、先にプランを評価してください。",
    ),
    "case.no_recontact_day": Words(
        "An interruption needs the day of the next contact (recontact_on).",
        "中断には次回連絡日（recontact_on）が必要です。",
    ),
    "case.not_ended": Words(
        "The case has not ended; go on with it.",
        "このケースは終了していません。このまま続けてください。",
    ),
    "case.not_evaluated": Words(
        "A plan of the case is still being carried out, or was not evaluated to its end. Evaluate the plan first.",
        "終結の前にプランの評価が必要です。先に評価シートを記録してください。",
    ),
    "case.nothing_to_change": Words(
        "Say what changes: stage, collaboration or mode.",
        "変更する項目（stage・collaboration・mode）を指定してください。",
    ),
    "case.plan_not_agreed": Words(
        "The person must have agreed to the plan first. Record the agreement on the plan.",
        "先にプランへの本人同意が必要です。プランに同意を記録してください。",
    ),
    "case.plan_not_approved": Words(
        "A conference must have approved the plan first. Record the result of the agenda item.",
        "先に会議での了承が必要です。議題の結果を記録してください。",
    ),
    "case.plan_not_decided": Words(
        "The municipality must have decided on the plan first.",
        "先に市町村の支援決定・確認が必要です。",
    ),
    "case.plan_not_on_agenda": Words(
        "The plan must stand on the agenda of a conference first.",
        "先に会議の議題にプランを載せてください。",
    ),
    "case.position_not_held": Words(
        "Nobody holds this position at that agency today. Choose one that is held, or leave it out.",
        "その機関で現在その職務に就いている人がいません。別の職務を選ぶか、空欄にしてください。",
    ),
    "checklist.unknown_checker": Words(
        "This list has other kinds of checkers. They are in facts.",
        "このチェック表のチェック者の区分ではありません。factsの区分から選んでください。",
    ),
    "checklist.unknown_column": Words(
        "This list has other columns. They are in facts.",
        "このチェック表にない欄です。factsの欄だけを記入してください。",
    ),
    "checklist.unknown_item": Words(
        "This list has no such item. Its items are in /v1/checklists.",
        "このチェック表にない項目番号です。/v1/checklistsの項目番号を指定してください。",
    ),
    "conference.agenda_is_empty": Words(
        "The agenda has no item yet. Add one before you fix it.",
        "議題がありません。議題を追加してから確定してください。",
    ),
    "conference.already_registered": Words(
        "This position is registered already.",
        "この職はすでに登録されています。",
    ),
    "conference.already_substituted": Words(
        "Somebody stands in for this position already. Take that registration back first.",
        "この職にはすでに代理の方が登録されています。先にその登録を取り消してください。",
    ),
    "conference.already_withdrawn": Words(
        "This registration has been taken back already. Register the position anew, if it comes.",
        "この登録はすでに取り消されています。出席する場合は改めて登録してください。",
    ),
    "conference.attendance_of_nobody": Words(
        "Say how long somebody stayed only of those marked as present, once each. Correct attendances.",
        "在席の記録は、出席とした方について一件ずつ記入してください。attendancesを直してください。",
    ),
    "conference.body_does_not_fit": Words(
        "The conference body is of another kind, municipality or convener, or its by-laws are not in force on that day.",
        "会議体の種類・市町村・招集者が合わないか、その日に要綱が効力を持っていません。",
    ),
    "conference.body_missing": Words(
        "A statutory conference needs its constituted body. Register its by-laws first and name body_id.",
        "法定会議には設置された会議体が必要です。先に設置要綱を登録し、body_idを指定してください。",
    ),
    "conference.companion_needs_consent": Words(
        "Family and supporters come only to a conference that the person has agreed to. Leave companions out.",
        "家族や付添いの方が同席できるのは、本人の同意に基づく会議だけです。companionsを外してください。",
    ),
    "conference.chair_absent": Words(
        "The convener was not there. Name who took the chair (chaired_by_attendee_id), or change the date.",
        "招集機関が出席していません。議長を務めた出席機関をchaired_by_attendee_idで指定するか、日程を変更してください。",
    ),
    "conference.chair_not_present": Words(
        "The chair is taken by an agency that was there. Choose an attendee marked as present.",
        "議長は出席した機関が務めます。出席とした機関の出席者を指定してください。",
    ),
    "conference.convener_only": Words(
        "Only the agency that convenes the conference does this. Ask its coordinator.",
        "この操作は会議の招集機関のみ行えます。事務局に依頼してください。",
    ),
    "conference.evaluates_only": Words(
        "An evaluation meeting takes evaluations only. Choose the purpose evaluation, or another conference.",
        "評価会議の議題は評価に限られます。目的を「評価」にするか、別の会議を選んでください。",
    ),
    "conference.evaluation_needs_plan": Words(
        "An evaluation is of one version of a plan. Name the plan.",
        "評価の議題にはプランの版が必要です。プランを指定してください。",
    ),
    "conference.evaluation_plan_not_approved": Words(
        "Only a plan that a conference has approved is evaluated. Have this version approved first.",
        "評価できるのは会議で了承されたプランだけです。先にこの版の了承を得てください。",
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
    "conference.item_has_its_issue": Words(
        "An area issue was raised from this item already. Read it, or raise another one without the item.",
        "この議題からはすでに地域課題を提起しています。その課題を確認するか、議題によらず提起してください。",
    ),
    "conference.item_already_moved": Words(
        "This item has gone to another conference already. Look for it there.",
        "この議題はすでに別の会議に移されています。移した先の会議を確認してください。",
    ),
    "conference.item_cannot_follow": Words(
        "An item of this kind cannot become one of that kind. Whoever holds the record puts it on the agenda anew.",
        "この種類の議題は、その種類の会議には引き継げません。記録を持つ機関が新しい議題として提出してください。",
    ),
    "conference.item_has_no_plan": Words(
        "Only an item with a plan can be approved or sent back. Record it as discussed.",
        "了承・差戻しはプランの議題にのみ記録できます。「協議した」として記録してください。",
    ),
    "conference.item_invites_stranger": Words(
        "That agency is not invited to this conference. Invite it first.",
        "その機関はこの会議に招集されていません。先に招集してください。",
    ),
    "conference.item_raises_no_issue": Words(
        "An area issue is raised from an item on a missing resource or an area issue. Put one on the agenda.",
        "地域課題は、資源不足または地域課題の議題から提起します。その目的の議題を設けてください。",
    ),
    "conference.kind_decides_no_plan": Words(
        "This kind of conference decides on no plan. Record it as discussed, and put the plan before a support coordination conference (支援調整会議) or a layered support conference (重層的支援会議).",
        "この種類の会議ではプランの了承・差戻しはできません。「協議した」として記録し、支援調整会議または重層的支援会議に諮ってください。",
    ),
    "conference.item_pulled": Words(
        "The consent for this item was taken back: nothing is recorded on it, and it goes nowhere. Hold it on another ground (convert), or leave it off the agenda.",
        "同意の撤回により外れた議題のため、記録・依頼・引継ぎはできません。会議の種類を変更する（convert）か、議題から外したままにしてください。",
    ),
    "conference.item_under_secrecy": Words(
        "What was said under secrecy does not go along. Promote the item: write its subject anew.",
        "守秘義務の下で共有された内容は引き継げません。議題の移行（promote）を使い、議題名を新しく書いてください。",
    ),
    "conference.kind_does_not_evaluate": Words(
        "This kind of conference does not evaluate plans. Choose an evaluation, support coordination or layered support conference.",
        "この種類の会議ではプランの評価はできません。評価会議・支援調整会議・重層的支援会議を選んでください。",
    ),
    "conference.kind_is_fixed": Words(
        "The kind of a conference does not change. Cancel it and plan another one.",
        "会議の種類は変更できません。中止して新しい会議を作成してください。",
    ),
    "conference.kind_names_nobody": Words(
        "This kind of conference names no persons. Leave the persons out, or choose a case conference.",
        "この種類の会議では個人を扱えません。対象者を外すか、個別の会議を選んでください。",
    ),
    "conference.minutes_objected": Words(
        "An agency objects to the minutes as they stand. Rewrite the draft; it can then agree to the new version.",
        "現在の会議録案に異議が出ています。案を書き直し、新しい版への同意を得てから確定してください。",
    ),
    "conference.minutes_restricted": Words(
        "Only agencies that may know everybody the minutes are about agree to them.",
        "会議録に記載されたすべての方の情報を閲覧できる機関だけが、同意・異議を述べられます。",
    ),
    "conference.no_body_to_invite": Words(
        "The conference sits as no body whose list could be invited. Name the agencies.",
        "この会議には会議体が指定されていません。招集する機関を個別に指定してください。",
    ),
    "conference.no_minutes": Words(
        "There are no minutes yet. The convener writes or generates the draft first.",
        "会議録がまだありません。招集機関が会議録案を作成してください。",
    ),
    "conference.not_a_member": Words(
        "That agency is not on the list of members of this statutory conference on that day. Put it on the list first (POST /v1/conference-bodies/{id}/members).",
        "その機関は当日、この法定会議の構成機関名簿にありません。先に名簿に登録してください（POST /v1/conference-bodies/{id}/members）。",
    ),
    "conference.not_a_promotion": Words(
        "Only an item of a statutory conference is promoted, and only to a kind that needs the person's consent. Carry other items over.",
        "移行できるのは法定会議の議題を、本人の同意を要する会議に移す場合だけです。それ以外は繰越しを使ってください。",
    ),
    "conference.no_such_item_number": Words(
        "The agenda has no item of this number. Correct arrived_for_item or left_before_item.",
        "その番号の議題はありません。arrived_for_itemまたはleft_before_itemを直してください。",
    ),
    "conference.nobody_there": Words(
        "Nobody at this agency holds a position that could answer today. Have a position filled, or invite whoever comes by paper, as a resident (residents).",
        "この機関には本日、回答できる職に就いている方がいません。職の登録を依頼するか、書面で案内して地域の方（residents）として招いてください。",
    ),
    "conference.not_invited": Words(
        "Your agency is not invited to this conference.",
        "あなたの機関はこの会議に招集されていません。",
    ),
    "conference.not_present": Words(
        "Only agencies that attended say whether they agree. Ask the convener, if the attendance is wrong.",
        "会議に出席した機関だけが同意・異議を述べられます。出席の記録が違う場合は招集機関に連絡してください。",
    ),
    "conference.nothing_left": Words(
        "Every item has its result; nothing is left to continue with.",
        "すべての議題の結果が記録済みで、続行する議題がありません。",
    ),
    "conference.not_registered": Words(
        "You are not registered as a participant or substitute of this conference. Have your position registered first.",
        "この会議の参加者・代理出席者として登録されていません。先に職の登録を受けてください。",
    ),
    "conference.not_yet_started": Words(
        "The conference is planned for a later day. Change its date if it was held earlier.",
        "会議の予定日前です。繰り上げて開催した場合は日時を変更してください。",
    ),
    "conference.notice_changed": Words(
        "The notice of secrecy has another version now. Read it again and acknowledge that version.",
        "守秘義務の説明が改定されています。もう一度読み、その版を確認してください。",
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
    "conference.position_not_registered": Words(
        "This position is not registered for this conference, or somebody stands in for it. Have its agency register it.",
        "この職はこの会議に登録されていないか、代理の方が登録されています。所属機関に登録を依頼してください。",
    ),
    "conference.position_of_another_agency": Words(
        "Only positions of your own agency can be registered.",
        "自機関の職だけを登録できます。",
    ),
    "conference.promotes_somebody_else": Words(
        "The new item names somebody whom the old one is not about. Leave them out, and add an item for them.",
        "元の議題の対象者でない人が含まれています。その人を外し、別の議題として追加してください。",
    ),
    "conference.pre_check_kind": Words(
        "From an agency's own meeting a case goes to a conference of several agencies that may speak of it. Choose such a kind, or not_yet.",
        "対策会議からは、個別のケースを扱う他機関との会議に進みます。その種類かnot_yetを選んでください。",
    ),
    "conference.pre_check_not_internal": Words(
        "Only an item on a case in an agency's own meeting is a pre-check. Leave pre_check out.",
        "対策会議の結果は、機関内ケース会議の、ケースに関する議題にだけ記録できます。pre_checkを外してください。",
    ),
    "conference.pre_check_unknown": Words(
        "Your agency has no pre-check of this case under that id. Take the id from /v1/pre-checks.",
        "この番号の、このケースについての貴機関の対策会議の結果はありません。/v1/pre-checksの番号を指定してください。",
    ),
    "conference.position_vacant": Words(
        "Nobody holds this position today. Name one that is held, or have a substitute come.",
        "この職には本日就いている方がいません。在職者のいる職を指定するか、代理の方を登録してください。",
    ),
    "conference.reason_missing": Words(
        "Write why consent could not be had (reason_without_consent).",
        "本人の同意を得られない理由（reason_without_consent）を記入してください。",
    ),
    "conference.release_closed": Words(
        "Words are released and taken back until the sitting is held, and not after.",
        "情報の提供とその取消しは、移行先の会議の開催までに限られます。",
    ),
    "conference.release_not_its_words": Words(
        "Release words exactly as they stand in the item.",
        "提供できるのは、元の議題に記載されているとおりの文言だけです。",
    ),
    "conference.release_not_linked": Words(
        "That item did not come from this one. Ask the convener for the item it was promoted to.",
        "その議題はこの議題から移行されたものではありません。移行先の議題を招集機関に確認してください。",
    ),
    "conference.release_not_yours": Words(
        "Only the agency that brought the information releases it; what was decided, the convener.",
        "情報を提供できるのは、その情報を持ち寄った機関だけです（決定事項は招集機関）。",
    ),
    "conference.release_withdrawn": Words(
        "This release has been taken back already.",
        "この提供はすでに取り消されています。",
    ),
    "conference.replaced_by_substitute": Words(
        "A substitute is registered for this position. Take that registration back first.",
        "この職には代理の方が登録されています。先に代理の登録を取り消してください。",
    ),
    "conference.secrecy_already_acknowledged": Words(
        "You have acknowledged the notice already.",
        "すでに守秘義務を確認しています。",
    ),
    "conference.starts_in_past": Words(
        "The conference would start in the past. Correct starts_at.",
        "開始日時が過去です。starts_atを直してください。",
    ),
    "conference.stranger_present": Words(
        "Somebody marked as present was not invited. Choose from the list of attendees.",
        "出席者に招集されていない人が含まれています。出席者一覧から選んでください。",
    ),
    "conference.target_not_later": Words(
        "The item goes to a later conference. Choose one after this sitting.",
        "議題の引継ぎ先は、この会議より後に開かれる会議にしてください。",
    ),
    "conference.substitutes_itself": Words(
        "Nobody stands in for themself. Leave substitute_for_position_id out.",
        "本人が本人の代理になることはできません。substitute_for_position_idを空欄にしてください。",
    ),
    "conference.unknown_item": Words(
        "There is no such item on this agenda.", "この会議にその議題はありません。"
    ),
    "conference_body.already_ended": Words(
        "This body ends on that day or earlier already. Register a new one to go on.",
        "この会議体はすでにその日までに終了しています。継続するときは新たに設置してください。",
    ),
    "conference.unknown_release": Words(
        "There is no such release for this item.",
        "この議題にその提供の記録はありません。",
    ),
    "conference.unknown_participant": Words(
        "There is no such registration of your agency at this conference.",
        "この会議に貴機関のその登録はありません。",
    ),
    "conference_body.convener_not_in_charge": Words(
        "Only the section in charge of the municipality, or the prefecture's agency, convenes this conference.",
        "この会議は市町村の主管課または都道府県の機関だけが招集できます。",
    ),
    "conference_body.convener_only": Words(
        "Only the agency that convenes the body amends or ends it. Its secretariat keeps the list of members.",
        "要綱の変更と会議体の終了は招集機関だけが行えます。事務局は構成機関名簿を管理できます。",
    ),
    "conference_body.convener_not_public": Words(
        "A statutory conference is convened by a public body.",
        "法定会議は公的機関が招集します。",
    ),
    "conference_body.no_layered_project": Words(
        "Only a municipality that runs the layered support project has this conference (Social Welfare Act, art. 106-6).",
        "この会議は重層的支援体制整備事業を実施する市町村だけが設置できます（社会福祉法106条の6）。",
    ),
    "conference_body.no_welfare_office": Words(
        "Only a municipality with a welfare office, or the prefecture, has this conference.",
        "この会議は福祉事務所を設置する市町村または都道府県だけが設置できます。",
    ),
    "conference_body.ends_too_early": Words(
        "The body cannot end before its first day. Correct last_day.",
        "会議体の最終日が始期より前です。last_dayを直してください。",
    ),
    "conference_body.needs_by_laws": Words(
        "A statutory conference rests on by-laws. Give their title and number in by_laws.",
        "法定会議には設置要綱が必要です。by_lawsに名称と番号を入力してください。",
    ),
    "conference_body.part_of_itself": Words(
        "A body cannot be part of itself, or lie deeper than five others. Correct parent_id.",
        "会議体を自身の下に置くこと、六層を超えて置くことはできません。parent_idを直してください。",
    ),
    "conference_body.unknown_parent": Words(
        "The body above must be one of the same municipality or of its prefecture. Correct parent_id.",
        "上位の会議体は、同じ市町村または都道府県のものにしてください。parent_idを直してください。",
    ),
    "conference_body.unknown_position": Words(
        "No such position is in the directory. Enter the chair's position first.",
        "その職は名簿にありません。先に職を登録してください。",
    ),
    "conference_member.already_ended": Words(
        "The agency leaves the list by that day already.",
        "その機関の登録はすでにその日までに終了しています。",
    ),
    "conference_member.already_listed": Words(
        "The agency is on the list for some of these days already. End that line first.",
        "その機関はこの期間の一部ですでに名簿にあります。先にその登録を終了してください。",
    ),
    "conference_member.ends_too_early": Words(
        "The last day lies before the first. Correct last_day, or leave it out to end at once.",
        "最終日が始期より前です。last_dayを直すか、直ちに終了するときは省略してください。",
    ),
    "conference_member.unknown": Words(
        "There is no such line on this body's list.", "この会議体の名簿にその登録はありません。"
    ),
    "conference_series.chair_not_in_series": Words(
        "Only agencies of the series take the chair. Correct chair_rotation.",
        "司会は定例会の参加機関から選んでください。chair_rotationを直してください。",
    ),
    "conference_series.ended": Words(
        "The series has ended. Plan a new one.",
        "この定例会は終了しています。新しく設定してください。",
    ),
    "conference_series.no_sitting": Words(
        "The rule gives no day between the first and the last. Correct the rule.",
        "この期間に開催日がありません。ruleを直してください。",
    ),
    "conference_series.organiser_only": Words(
        "Only the agency that organises the series may do this.",
        "定例会を主催する機関だけが行えます。",
    ),
    "conference_series.sitting_not_planned": Words(
        "This sitting is not planned ({state}). Choose another one.",
        "この回は設定済みではありません（{state}）。別の回を選んでください。",
    ),
    "conference_series.starts_in_past": Words(
        "The series would begin in the past. Correct the first day.",
        "定例会の始まりが過去の日付です。firstを直してください。",
    ),
    "conference_series.unknown_sitting": Words(
        "The series has no sitting of this number.", "その番号の回はありません。"
    ),
    "consent.contradicts_another": Words(
        "Another consent that still holds says the opposite about one of these agencies or kinds. Ask the person which is meant, and let the new consent supersede the other (supersedes_id).",
        "有効な別の同意と、提供先・除外先が矛盾しています。どちらの意思かを本人に確認し、新しい同意でそれを差し替えてください（supersedes_id）。",
    ),
    "consent.illegal_move": Words(
        "This consent is no longer in force, so it cannot be changed. Record a new one.",
        "この同意はすでに有効ではないため変更できません。新しい同意を記録してください。",
    ),
    "consent.next_contact_in_past": Words(
        "The next contact must lie in the future. Correct next_contact_on.",
        "次回の連絡日は明日以降にしてください。",
    ),
    "consent.supersedes_another_person": Words(
        "A consent replaces an earlier one of the same person only.",
        "置き換えられるのは同じ人の以前の同意だけです。",
    ),
    "consent.unknown_kind": Words(
        "There is no such kind of agency. See GET /v1/agency-kinds.",
        "その機関種別はありません。GET /v1/agency-kinds で確認してください。",
    ),
    "consent.unknown_meeting": Words(
        "No such conference body is registered.",
        "その会議体は登録されていません。",
    ),
    "consultation.another_person": Words(
        "A consultation stays with the person it is about. Take in another one.",
        "相談の対象者は変更できません。別の相談として受け付けてください。",
    ),
    "consultation.ended": Words(
        "This consultation has ended ({state}). Take in a new one.",
        "この相談は終了しています（{state}）。新しい相談として受け付けてください。",
    ),
    "consultation.illegal_move": Words(
        "This does not follow {state}. Open now: {open}.",
        "現在の状態（{state}）ではできません。できる操作：{open}。",
    ),
    "consultation.in_future": Words(
        "The day on which it was heard lies in the future. Correct heard_on.",
        "相談を聞いた日が未来の日付です。heard_onを直してください。",
    ),
    "consultation.no_consent": Words(
        "An application needs the person's consent. Record it first; until then choose seek_consent.",
        "利用申込には本人の同意が必要です。先に同意を記録するか、「同意に向けて継続」を選んでください。",
    ),
    "consultation.no_contact_day": Words(
        "Say when the person is contacted next (next_contact_on, after today).",
        "次回連絡日（next_contact_on、明日以降）を入力してください。",
    ),
    "consultation.no_referral": Words(
        "Send a referral out of this consultation first (consultation_id), then hand over.",
        "先にこの相談からつなぎ（consultation_id）を送ってください。",
    ),
    "consultation.not_contacted": Words(
        "Every receiver must have recorded the first contact. Ask them, or choose come_back.",
        "すべてのつなぎ先で初回接触が記録されている必要があります。つなぎ先に確認するか、「戻った」を選んでください。",
    ),
    "consultation.not_on_agenda": Words(
        "The person must stand on the agenda of that statutory conference first.",
        "先にその支援会議の議題に本人を載せてください。",
    ),
    "consultation.person_unknown": Words(
        "Say who it is first (person_id, with PUT).",
        "先に対象者（person_id）を登録してください（PUT）。",
    ),
    "consultation.system_act": Words(
        "Only the service itself does this.",
        "この操作はシステムだけが行います。",
    ),
    "contact.day_passed": Words(
        "Choose a day after today.",
        "明日以降の日を選んでください。",
    ),
    "contact.day_too_far": Words(
        "Choose a day at most {days} days ahead.",
        "{days}日以内の日を選んでください。",
    ),
    "contact.ended": Words(
        "This contact schedule has ended. Begin a new one.",
        "この連絡予定は終了しています。新しく設定してください。",
    ),
    "contact.in_future": Words(
        "The contact lies in the future. Correct at.",
        "連絡日時が未来です。atを直してください。",
    ),
    "contact.next_day_missing": Words(
        "Say when the next contact is (next_on), or why it ends (end_reason).",
        "次回の日（next_on）または終了の理由（end_reason）を入力してください。",
    ),
    "contact.unknown_case": Words(
        "Your agency is on no such case of this person.",
        "本人のケースのうち、自機関が関わるものではありません。",
    ),
    "contact.unknown_consultation": Words(
        "Your agency took in no such consultation of this person.",
        "自機関が受け付けた本人の相談ではありません。",
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
    "date_poll.answer_by_past": Words(
        "The day for the answers has passed already. Correct answer_by.",
        "回答期限がすでに過ぎています。answer_byを直してください。",
    ),
    "date_poll.illegal_move": Words(
        "The poll is closed ({state}). Read the conference, or open a new poll.",
        "この日程調整は終わっています（{state}）。会議を確認するか、新しく調整を始めてください。",
    ),
    "date_poll.not_asked": Words(
        "Your agency opened this poll; the agencies it asks answer it.",
        "この日程調整は自機関が始めたものです。回答は依頼先の機関が行います。",
    ),
    "date_poll.organiser_named": Words(
        "Your own agency convenes the conference and need not be asked. Leave it out.",
        "主催する自機関は回答の対象にできません。agenciesから外してください。",
    ),
    "date_poll.organiser_only": Words(
        "Only the agency that opened the poll may do this.",
        "日程調整を始めた機関だけが行えます。",
    ),
    "date_poll.slot_in_past": Words(
        "The slot lies in the past. Choose another one.",
        "候補の日時がすでに過ぎています。別の候補を選んでください。",
    ),
    "date_poll.unknown_slot": Words(
        "There is no slot of this number. Slots are numbered from 0, in the order of the poll.",
        "その番号の候補はありません。候補は0から順に番号が付いています。",
    ),
    "date_poll.where_missing": Words(
        "The slot does not say where. Give a place or an online address.",
        "候補に会場がありません。会場またはオンラインのURLを指定してください。",
    ),
    "directory.desk_ended": Words(
        "This programme has ended, or has not begun yet. Choose another desk, or ask POST /v1/route which one answers today.",
        "この窓口・事業は終了しているか、まだ始まっていません。別の窓口を選ぶか、POST /v1/route で現在の窓口を確認してください。",
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
    "disclosure.extension_too_late": Words(
        "The term has passed already. Decide on the request now.",
        "期限を過ぎています。速やかに決定してください。",
    ),
    "disclosure.illegal_move": Words(
        "This cannot be done with the request as it stands.",
        "請求の現在の状態ではこの操作はできません。",
    ),
    "disclosure.nothing_to_export": Words(
        "Nothing was decided to be disclosed. Decide on the request first.",
        "開示する決定がされていません。先に開示決定をしてください。",
    ),
    "disclosure.requested_in_future": Words(
        "The day of the request lies in the future.",
        "請求日が未来の日付です。",
    ),
    "embargo.already_lifted": Words(
        "The embargo has been lifted already.",
        "この保留はすでに解除されています。",
    ),
    "embargo.ends_in_past": Words(
        "The last day has passed. Choose a later one.",
        "終了日が過ぎています。先の日付を指定してください。",
    ),
    "embargo.only_own_accesses": Words(
        "You can hold back the accesses of your own agency only; for others ask the agency that holds the record.",
        "保留できるのは自機関の閲覧だけです。他機関の分は記録を保有する機関に依頼してください。",
    ),
    "embargo.too_long": Words(
        "An embargo lasts at most one year. Choose an earlier day.",
        "開示の保留は1年以内です。より早い日を指定してください。",
    ),
    "enquiry.already_answered": Words(
        "The enquiry has been answered already.",
        "この照会はすでに回答済みです。",
    ),
    "enquiry.asker_not_covered": Words(
        "Nothing opens this person to whoever asked. Answer noted; or get consent, or provide on a legal basis first.",
        "照会元への提供の根拠がありません。「確認しました」と回答するか、同意または法的根拠による提供を先に行ってください。",
    ),
    "enquiry.expired": Words(
        "The enquiry is over.",
        "この照会は期限が切れています。",
    ),
    "enquiry.to_itself": Words(
        "An enquiry goes to another agency.",
        "照会は他の機関に対して行ってください。",
    ),
    "feedback.already_acknowledged": Words(
        "It was acknowledged already.",
        "すでに確認済みです。",
    ),
    "feedback.already_ended": Words(
        "It has ended already.",
        "すでに終了しています。",
    ),
    "feedback.no_commissioner": Words(
        "No welfare commissioner is entered for this position or area.",
        "この職・区域の民生委員が登録されていません。",
    ),
    "feedback.nobody_in_office": Words(
        "Nobody holds this position today.",
        "この職には現在、就任者がいません。",
    ),
    "feedback.without_consent": Words(
        "The person's consent does not cover the commissioner for watching over, or not these items. Ask for consent.",
        "民生委員への見守りのための提供について、本人の同意がないか、この項目を含んでいません。同意を得てください。",
    ),
    "field.choice": Words(
        "Choose one of the codes listed in the contract.", "決められたコードから選んでください。"
    ),
    "field.date": Words(
        "There is no such date or time. Use ISO 8601 with an offset, e.g. 2026-04-01T10:00:00+09:00.",
        "存在しない日付・時刻です。2026-04-01T10:00:00+09:00 のように入力してください。",
    ),
    "field.invalid": Words("This cannot be meant.", "この値は使えません。"),
    "field.missing": Words("This field is required.", "この項目は必須です。"),
    "field.range": Words(
        "This is too small, too large, too short or too long.",
        "値が範囲外か、長さが合っていません。",
    ),
    "field.type": Words("This has the wrong type.", "値の型が違います。"),
    "field.unknown": Words(
        "There is no such field. Remove it.", "その項目はありません。取り除いてください。"
    ),
    "file.active_content": Words(
        "The file holds something that runs or opens something else (facts say what): a script, a macro, an attachment, a link to a template. Save it without, or as a plain PDF, and hand it in again.",
        "スクリプト・マクロ・添付ファイル・外部テンプレートなど、実行や外部接続につながるものが含まれています（factsを確認）。取り除くか、通常のPDFとして保存し直してから提出してください。",
    ),
    "file.already_withdrawn": Words(
        "This paper has been withdrawn already. Hand in another one if it is to be replaced.",
        "この資料は既に取り下げられています。差し替える場合は、新しい資料を提出してください。",
    ),
    "file.class_not_open": Words(
        "Neither consent nor law opens this class of data at this item to your agency, so nobody could be handed the paper. Choose a lower class and leave the rest out, or ask the person for consent.",
        "この議題では、同意または法令により、この区分の情報を扱うことができません。該当部分を除いて区分を下げるか、本人の同意を得てください。",
    ),
    "file.class_refused": Words(
        "Protected addresses (D5), who told us (D6) and workers' opinions (D7) do not go on papers. Leave them out, or keep them in the record.",
        "保護情報（D5）、情報提供者（D6）、支援者の所見（D7）は資料に載せられません。該当部分を除くか、記録に残してください。",
    ),
    "file.class_too_low": Words(
        "A paper on an item about persons is at least D1. Choose D1, D2, D3 or D4.",
        "個人に関する議題の資料は、D1からD4までの区分を選んでください。",
    ),
    "file.class_without_person": Words(
        "This item is about nobody; its papers are D0. Leave persons out of them, or put the person on an item of their own.",
        "この議題は特定の個人に関するものではないため、資料の区分はD0です。個人の情報を除くか、その方の議題を設けてください。",
    ),
    "file.conference_full": Words(
        "The papers of this conference are as large as they may be together. Hand in a smaller file.",
        "この会議の資料の合計が上限に達しています。ファイルを小さくしてから提出してください。",
    ),
    "file.conference_held": Words(
        "Papers are handed in before the conference is held. Put it on the next conference.",
        "資料の提出は会議の開催前までです。次の会議の資料として提出してください。",
    ),
    "file.empty": Words(
        "The file is empty. Send its bytes as the body (curl --data-binary @file).",
        "ファイルの中身がありません。ファイルの内容を本文として送信してください。",
    ),
    "file.has_place": Words(
        "The picture says where it was taken. Remove the place (GPS) from its properties and hand it in again.",
        "画像に撮影場所（位置情報）が含まれています。プロパティから位置情報を削除してから提出してください。",
    ),
    "file.locked": Words(
        "The file is locked with a password, so it cannot be checked. Save it without one; it is encrypted here.",
        "パスワードがかかっているため内容を確認できません。パスワードを外して提出してください（保存時に暗号化されます）。",
    ),
    "file.too_large": Words(
        "The file is larger than the limit in facts. Make it smaller, or hand it in as several papers.",
        "ファイルが上限（facts参照）を超えています。小さくするか、分けて提出してください。",
    ),
    "file.too_many": Words(
        "The item has as many papers as it may have. Withdraw one, or put them together.",
        "この議題の資料の数が上限に達しています。いずれかを取り下げるか、まとめてください。",
    ),
    "file.too_packed": Words(
        "Unpacked, the file is larger than can be checked. Make it smaller, or save it as PDF.",
        "展開すると大きすぎて確認できません。小さくするか、PDFとして保存し直してください。",
    ),
    "file.type_does_not_match": Words(
        "The ending of the name, the Content-Type and the content do not agree. Give the file the name and type of what it is.",
        "ファイル名の拡張子、Content-Type、実際の中身が一致していません。実際の種類に合わせてください。",
    ),
    "file.type_refused": Words(
        "Papers are PDF, PNG, JPEG, XLSX, DOCX, TXT or CSV. Save it as one of these and hand it in again.",
        "資料として提出できるのは、PDF・PNG・JPEG・XLSX・DOCX・TXT・CSVです。いずれかの形式で保存し直してください。",
    ),
    "file.unreadable": Words(
        "The file is damaged, or holds something behind its end. Open it, save it again and hand that in.",
        "ファイルが壊れているか、末尾に余分なものが付いています。一度開いて保存し直してから提出してください。",
    ),
    "form.answer": Words(
        "This cannot stand in the box. Its kind and options are in the form's definition.",
        "この項目に入れられない値です。帳票の定義にある種類と選択肢を確認してください。",
    ),
    "form.assessed_on_a_case": Words(
        "A consultation has no assessment yet. Put those boxes back, and fill them in on the case.",
        "相談の段階ではアセスメント欄は登録できません。元の値に戻し、支援ケースの帳票で記入してください。",
    ),
    "form.by_municipality_only": Words(
        "Only the municipality that decides on support makes its own version of a form.",
        "帳票の自治体版は、支援決定を行う自治体だけが作成できます。",
    ),
    "form.extra_taken": Words(
        "The form has a box of this code already. Choose another code.",
        "この帳票にすでにある項目コードです。別のコードにしてください。",
    ),
    "form.intake_on_the_consultation": Words(
        "The intake is changed on the consultation. Put those boxes back, and import the form there.",
        "インテークの欄は相談記録で変更します。元の値に戻し、相談記録の帳票から取り込んでください。",
    ),
    "form.not_of_record": Words(
        "This form is not filled in from such a record; facts say from which.",
        "この帳票は、この種類の記録からは作成できません。factsの種類の記録から作成してください。",
    ),
    "form.unknown_field": Words(
        "The form does not ask this itself. Its own boxes have a source that begins with answers.",
        "この帳票だけの項目ではありません。定義のsourceがanswersで始まる項目だけを指定してください。",
    ),
    "form.unknown_version": Words(
        "There is no such version of the form. The latest one is in facts.",
        "この帳票にその版はありません。factsの最新の版を確認してください。",
    ),
    "form.version_in_past": Words(
        "A version is in force from today at the earliest: older records keep theirs.",
        "適用開始日は本日以降にしてください。過去の記録の版は変わりません。",
    ),
    "form.version_not_later": Words(
        "Begin it after the day on which your last version begins.",
        "適用開始日は、すでにある自治体版の開始日より後にしてください。",
    ),
    "hub.already_answered": Words(
        "The hub has answered this. Escalate again if it is still stuck.",
        "ハブはすでに回答しています。まだ解決しないときは、もう一度引き上げてください。",
    ),
    "hub.already_waiting": Words(
        "This waits for the hub already.",
        "すでにハブの対応待ちです。",
    ),
    "hub.name_lead_instead": Words(
        "A referral that bounced is answered by naming a lead: use name-lead of the referral.",
        "引受け先の決まらないつなぎには、主担当の決定（name-lead）で回答してください。",
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
    "import.already_undone": Words(
        "This import was taken back already.",
        "この取込みはすでに取り消されています。",
    ),
    "import.built_upon": Words(
        "Something was recorded since about persons of this list (facts.rows), so it cannot be taken back as a whole. Amend those records one by one.",
        "この名簿の方について、取込み後に記録が加えられています（facts.rowsの行）。一括では取り消せないため、該当する方の記録を個別に修正してください。",
    ),
    "import.changed_since": Words(
        "Later changes lie over rows of this list (facts.rows). Take those back first, or correct the rows in a new list.",
        "この取込みの後に変更された行があります（facts.rows）。後の取込みを先に取り消すか、新しい名簿で修正してください。",
    ),
    "import.csv_broken": Words(
        "The text breaks off or has a quotation mark in the wrong place (facts.line). Save it as CSV again.",
        'CSVの引用符（"）の対応が正しくない行があります（facts.line）。表計算ソフトで開き、CSVとして保存し直してください。',
    ),
    "import.encoding_unknown": Words(
        "The text is neither UTF-8 nor Shift_JIS. Save it as CSV UTF-8.",
        "文字コードを判別できません。「CSV UTF-8（コンマ区切り）」で保存し直してください。",
    ),
    "import.file_empty": Words(
        "The file is empty. Send one whose first row has the headings.",
        "ファイルが空です。1行目に見出しのあるファイルを送ってください。",
    ),
    "import.file_old_excel": Words(
        "This is an Excel file of the old kind (.xls) or one with a password. Save it as .xlsx without a password.",
        "旧形式（.xls）またはパスワード付きのExcelファイルです。パスワードなしの.xlsx形式で保存し直してください。",
    ),
    "import.file_unreadable": Words(
        "This is neither CSV nor an XLSX workbook, whatever it is called, or it is damaged. Save it anew.",
        "CSVでもExcel（.xlsx）でもないか、壊れているファイルです（拡張子だけを変えたものは使えません）。保存し直してください。",
    ),
    "import.hidden_sheet": Words(
        "The workbook has a hidden sheet. Show it, look at it, and remove it if it is not needed.",
        "非表示のシートがあります。再表示して内容を確かめ、不要なら削除してください。",
    ),
    "import.no_rows": Words(
        "There are headings and no rows under them.",
        "見出しだけで、データの行がありません。",
    ),
    "import.rows_invalid": Words(
        "Some cells cannot be taken in, so nothing was stored. Each is named in errors by row and column; mend them and send the file again.",
        "取り込めないセルがあるため、何も登録していません。errorsに行と列を示しています。直してからもう一度送ってください。",
    ),
    "import.same_file": Words(
        "Your agency has taken in this very file (facts.import_id). Take that import back first, or send the corrected list.",
        "このファイルは取込み済みです（facts.import_id）。やり直すときは先にその取込みを取り消すか、修正した名簿を送ってください。",
    ),
    "import.several_sheets": Words(
        "The workbook has several sheets. Keep the one with the list.",
        "シートが複数あります。名簿のシートだけを残してください。",
    ),
    "import.sheet_missing": Words(
        "The workbook lacks the sheet 帳票. Export the form again and fill that file in.",
        "「帳票」シートがありません。帳票をもう一度出力し、そのファイルに記入してください。",
    ),
    "import.still_in_use": Words(
        "Areas that this list added are in use (facts.rows), and an area cannot be closed by a date. Assign other areas first.",
        "この取込みで追加した地区がすでに使われています（facts.rowsの行）。担当地区などを付け替えてから取り消してください。",
    ),
    "import.too_many_rows": Words(
        "The file has more rows than are taken at once (facts.limit). Split it.",
        "一度に取り込める行数（facts.limit）を超えています。ファイルを分けてください。",
    ),
    "import.too_wide": Words(
        "The sheet has more columns than are looked at (facts.limit). Remove what is not needed.",
        "列が多すぎます（上限facts.limit列）。不要な列を削除してください。",
    ),
    "import.unknown_batch": Words(
        "There is no such batch. `tsunagi directory imports` lists them.",
        "その番号の取込みはありません。「tsunagi directory imports」で確認してください。",
    ),
    "import.unpacked_too_large": Words(
        "The workbook unpacks to more than the service takes. Keep the list alone, or save it as CSV.",
        "展開後の大きさが上限を超えています。名簿だけを残すか、CSVで保存し直してください。",
    ),
    "information_request.addressee_only": Words(
        "Only the agency that was asked answers. Take the request back, if it is no longer needed.",
        "回答できるのは依頼を受けた機関だけです。不要になった場合は依頼を取り下げてください。",
    ),
    "information_request.due_in_past": Words(
        "The answer would be due in the past. Correct due_on.",
        "回答期限が過去です。due_onを直してください。",
    ),
    "information_request.illegal_move": Words(
        "The request has been answered or taken back already. Make a new one, if more is needed.",
        "この依頼はすでに回答済みか取り下げられています。さらに必要な場合は新しく依頼してください。",
    ),
    "information_request.names_to_stranger": Words(
        "Only an agency that is invited to the item may be asked about a person. Invite it, or ask in general without an item on a person.",
        "個人について依頼できるのは、その議題に招集した機関だけです。招集するか、個人に触れない一般的な依頼にしてください。",
    ),
    "information_request.not_now": Words(
        "The chair asks from the fixing of the agenda until the minutes stand. Fix the agenda first.",
        "依頼は議題の確定から会議録の確定までの間に行えます。先に議題を確定してください。",
    ),
    "information_request.not_open": Words(
        "The item is not open to you, so you cannot answer about the person. Do what is named, or decline.",
        "この議題はあなたに開示されていないため、本人についての回答はできません。必要な手続をするか、応じられない旨を回答してください。",
    ),
    "information_request.not_statutory": Words(
        "Only a statutory conference lets the chair ask. Ask for the person's consent, or hold the item as a statutory conference.",
        "資料提供等の依頼ができるのは法定会議だけです。本人の同意を得るか、法定会議の議題としてください。",
    ),
    "information_request.special_secrecy": Words(
        "Your agency is bound by tax or similar secrecy. Say that none of it is in the answer (without_special_secrets), or decline.",
        "貴機関には税などの守秘義務があります。回答にその情報を含まないこと（without_special_secrets）を確認するか、応じられない旨を回答してください。",
    ),
    "information_request.to_itself": Words(
        "The chair asks other agencies. Choose another one.",
        "依頼先は他の機関にしてください。",
    ),
    "keys.unavailable": Words(
        "The issuer's keys cannot be fetched at the moment, so the token cannot be checked. Try again shortly.",
        "現在ログイン元の鍵を確認できません。しばらくしてからやり直してください。",
    ),
    "log.bundle_too_long": Words(
        "That time has more entries than are handed out at once (facts.limit). Ask for a shorter one; the stretches join without a gap.",
        "指定された期間の記録が一度に出力できる件数（facts.limit）を超えています。期間を短くしてください（続けて出力すれば途切れません）。",
    ),
    "log.checkpoint_not_signed": Words(
        "No known key of this log has signed the checkpoint. Ask the log's keeper for its keys, on another way than this one.",
        "このログの既知の鍵による署名がありません。ログの管理者から別の経路で鍵を受け取ってください。",
    ),
    "log.checkpoint_of_another_log": Words(
        "This checkpoint is of another log. Compare its first line with the origin that you expect.",
        "別のログのチェックポイントです。1行目のorigin（ログの名称）を確認してください。",
    ),
    "log.checkpoint_unreadable": Words(
        "This is no checkpoint: three lines at least, with origin, size and root (C2SP tlog-checkpoint).",
        "チェックポイントとして読み取れません（origin・件数・ルートの3行以上、C2SP tlog-checkpoint）。",
    ),
    "log.entry_altered": Words(
        "The entry is not what the log committed to. It was changed after it was written.",
        "記録がログの内容と一致しません。記録後に書き換えられています。",
    ),
    "log.entry_unreadable": Words(
        "The entry cannot be read as JSON. It is not as it was written.",
        "記録をJSONとして読み取れません。書き込まれた時のままではありません。",
    ),
    "log.frontier_does_not_fit": Words(
        "The hashes to begin with do not fit the size of the tree. Take the export again.",
        "開始時のハッシュの数が件数と合いません。もう一度書き出してください。",
    ),
    "log.index_beyond_size": Words(
        "The tree has no entry with this number. Numbers begin at 0 and end below facts.size.",
        "この番号の記録はありません。番号は0からfacts.size未満です。",
    ),
    "log.key_unreadable": Words(
        "This is no key: name, id and key, joined by + (C2SP signed-note).",
        "鍵として読み取れません（名称+ID+鍵、C2SP signed-note）。",
    ),
    "log.note_unreadable": Words(
        "This is no signed note: text, an empty line, and a line for each signature (C2SP signed-note).",
        "署名付きノートとして読み取れません（本文・空行・署名行、C2SP signed-note）。",
    ),
    "log.month_unreadable": Words(
        "A month is written like 2020-03.",
        "月は2020-03のように書いてください。",
    ),
    "log.period_reversed": Words(
        "The time ends before it begins. Put since before until.",
        "期間の終わりが始まりより前です。sinceをuntilより前にしてください。",
    ),
    "log.proof_does_not_fit": Words(
        "The proof has more or fewer steps than these sizes ask for. Ask for it again.",
        "証明の段数が件数と合いません。もう一度取得してください。",
    ),
    "log.proof_of_another_root": Words(
        "The proof leads to another root: what it is about is not in this log as you hold it. Keep both checkpoints and report it.",
        "証明が別のルートに至ります。このログの内容と一致しません。両方のチェックポイントを保存し、報告してください。",
    ),
    "log.not_sealed_yet": Words(
        "The entry has no place in a signed checkpoint yet. Ask again in a minute.",
        "この記録はまだ署名済みチェックポイントに入っていません。1分ほど後にもう一度お試しください。",
    ),
    "log.rewritten": Words(
        "The log does not begin with what was signed before. Nothing is signed any more. Keep the database as it is, and compare it with the checkpoints that the witnesses hold.",
        "ログが以前に署名した内容と一致しないため、署名を停止しました。データベースを保全し、立会人（ウィットネス）が保管するチェックポイントと照合してください。",
    ),
    "log.signature_wrong": Words(
        "A signature in the name of a known key is not by it. Keep the note and report it.",
        "既知の鍵の名で付された署名が正しくありません。ノートを保存し、報告してください。",
    ),
    "log.size_beyond_signed": Words(
        "No checkpoint of this size is signed yet. Ask for one of facts.size at most.",
        "この件数のチェックポイントはまだ署名されていません。facts.size以下の件数を指定してください。",
    ),
    "log.sizes_reversed": Words(
        "The older size comes first: from is at least 1 and at most to.",
        "先に古い件数を指定してください（fromは1以上、to以下）。",
    ),
    "log.submission_unreadable": Words(
        "This is no question to a witness: old size, steps of the proof, an empty line, the checkpoint (C2SP tlog-witness).",
        "立会人への依頼として読み取れません（旧件数・証明・空行・チェックポイント、C2SP tlog-witness）。",
    ),
    "method.not_allowed": Words(
        "This address does not take that method.", "このURLではそのメソッドは使えません。"
    ),
    "network.desk_of_no_member": Words(
        "This desk belongs to no member of the network. Name a member's desk, or leave it out to have one found.",
        "この窓口はネットワークの構成機関のものではありません。構成機関の窓口を選ぶか、空にして選定を任せてください。",
    ),
    "notice.already_acknowledged": Words(
        "This notice was acknowledged before.", "この通知は確認済みです。"
    ),
    "paper.character_missing": Words(
        "The font has no glyph for the characters in facts. Record the name's replacement in common characters"
        " (names.replacement), or write the text without that character, and print again.",
        "印刷用の書体にない文字があります（factsの番号を確認してください）。氏名の「代替表記」に常用の文字で登録するか、"
        "文中の文字を書き換えてから、もう一度印刷してください。",
    ),
    "plan.agreed_in_future": Words(
        "The person cannot have agreed in the future. Correct agreed_on.",
        "同意日が未来の日付です。agreed_onを直してください。",
    ),
    "plan.decided_by_municipality_only": Words(
        "Only the municipality decides on a plan. Ask its section in charge.",
        "支援決定・確認は自治体のみ行えます。主管課に依頼してください。",
    ),
    "plan.evidence_missing": Words(
        "Where a representative agrees, name the signed form (evidence).",
        "代理人が同意するときは、署名した書面の番号（evidence）を記入してください。",
    ),
    "plan.goal_not_in_own_words": Words(
        "The person agrees to goals in their own words. Write this line's goal as the person says it.",
        "本人の言葉による目標がない行があります。本人の言葉で目標を記入してください。",
    ),
    "plan.illegal_course": Words(
        "Where the plan stands does not allow this step now.",
        "プランの現在の段階ではこの操作はできません。",
    ),
    "plan.illegal_move": Words(
        "The plan version's status does not allow this step now.",
        "このプランの版の現在の状態ではこの操作はできません。",
    ),
    "plan.line_not_evaluated": Words(
        "Say of every line what became of it.",
        "評価していない行があります。すべての行の達成状況を記入してください。",
    ),
    "plan.line_stays_with_agency": Words(
        "Only the agency that holds the plan gives a line to another agency. Ask it to.",
        "担当機関の変更はプランの作成機関だけが行えます。作成機関に依頼してください。",
    ),
    "plan.line_without_exit": Words(
        "A line of the plan has no exit. Send the plan back, or add what each line leads to.",
        "出口（支援の行き先）のない行があります。差戻しにするか、各行に出口を記入してください。",
    ),
    "plan.next_day_is_holders": Words(
        "Only the agency that holds the plan says when it is monitored next. Leave next_on out.",
        "次回モニタリング日はプランの作成機関が決めます。next_onを外してください。",
    ),
    "plan.next_day_passed": Words(
        "The next monitoring lies ahead. Correct next_on.",
        "次回モニタリング日が過去の日付です。next_onを直してください。",
    ),
    "plan.no_after_care": Words(
        "Say who keeps an eye on the person afterwards, or that none is wished.",
        "終結後の見守り（希望しない場合はその旨）を選んでください。",
    ),
    "plan.no_contact_day": Words(
        "Say on which day the person is contacted next (contact_on).",
        "次回の連絡日（contact_on）を記入してください。",
    ),
    "plan.no_end_category": Words(
        "Say in which category it ends.",
        "終結の内訳を選んでください。",
    ),
    "plan.no_exit": Words(
        "Say where the person is held from now on (exit).",
        "出口を記入してください。",
    ),
    "plan.no_interruption": Words(
        "Say why it is interrupted.",
        "中断の理由を記入してください。",
    ),
    "plan.no_lead": Words(
        "Multi-agency collaboration ends with a lead. Have the case's lead named first.",
        "多機関協働の終結には主担当が必要です。先にケースの主担当を決めてください。",
    ),
    "plan.no_municipal_attendee": Words(
        "A plan is approved with an officer of the municipality present.",
        "プランの了承には自治体職員の出席が必要です。",
    ),
    "plan.no_quorum": Words(
        "More than half of those invited to the item must be present to approve a plan.",
        "プランの了承には、この議題に招集された機関の過半数の出席が必要です。",
    ),
    "plan.no_recontact_day": Words(
        "Say on which day the person is contacted again (recontact_on).",
        "再び連絡する日（recontact_on）を記入してください。",
    ),
    "plan.not_an_end": Words(
        "Category, exit and after-care belong to an end. Choose ended, or leave them out.",
        "終結の内訳・出口・見守りは終結のときだけ記入します。結果を終結にするか、外してください。",
    ),
    "plan.not_an_interruption": Words(
        "Reason and day of an interruption belong to one. Choose interrupted, or leave them out.",
        "中断の理由と再連絡日は中断のときだけ記入します。結果を中断にするか、外してください。",
    ),
    "plan.not_multi_agency": Words(
        "Only a multi-agency plan ends by being handed to a lead. Choose another category.",
        "主担当への引継ぎによる終結は多機関協働プランだけです。別の内訳を選んでください。",
    ),
    "plan.not_open_to_decider": Words(
        "No consent opens this plan to your agency, so it cannot decide on it. Ask for consent.",
        "この機関にプランを開示する同意がないため、決定できません。本人の同意を得てください。",
    ),
    "plan.not_signed_off": Words(
        "Not every agency of a line has signed this version off. Wait for them, or say why it goes on (unsigned_reason).",
        "この版を確認していない担当機関があります。確認を待つか、先に進む理由（unsigned_reason）を記入してください。",
    ),
    "plan.not_the_latest_version": Words(
        "This is not the latest version of the plan. Read it again and name the latest.",
        "最新の版ではありません。読み直して最新の版を指定してください。",
    ),
    "plan.nothing_left_to_do": Words(
        "Every line's goal was reached. End the plan, or draft a new one.",
        "すべての目標が達成されています。終結とするか、新しいプランを作成してください。",
    ),
    "plan.on_in_future": Words(
        "This cannot have happened in the future. Correct the day.",
        "未来の日付は記録できません。日付を直してください。",
    ),
    "plan.opinion_is_holders": Words(
        "Only the agency that holds the plan keeps an opinion with it. Write it into your own notes.",
        "所見はプランの作成機関だけが記録できます。自機関の支援経過に記入してください。",
    ),
    "plan.responsible_agency_only": Words(
        "Only agencies that answer for a line of this version do this.",
        "この版の行を担当する機関だけが行えます。",
    ),
    "plan.unknown_case": Words(
        "There is no such case of this person that your agency is on.",
        "この人のケースで、あなたの機関が関わっているものではありません。",
    ),
    "plan.unknown_line": Words(
        "There is no such line in this version, or it is named twice. Read the plan again.",
        "この版にその行はないか、二重に指定されています。プランを読み直してください。",
    ),
    "plan.unknown_referral": Words(
        "There is no such referral of this person that your agency is a party to.",
        "この人のつなぎで、あなたの機関が当事者であるものではありません。",
    ),
    "plan.unknown_service": Words(
        "No such service is listed on the day the line begins. Choose one from the service list.",
        "開始日の時点で一覧にない事業です。サービス一覧から選んでください。",
    ),
    "provision.already_ended": Words(
        "It has ended already.",
        "すでに終了しています。",
    ),
    "provision.already_reviewed": Words(
        "It has been reviewed already.",
        "すでに事後確認済みです。",
    ),
    "provision.already_told": Words(
        "The person has been told already.",
        "すでに本人に説明済みです。",
    ),
    "provision.another_body": Words(
        "The receiver belongs to another legal entity. Choose another basis.",
        "提供先は別の法人・団体です。別の根拠を選んでください。",
    ),
    "provision.department_missing": Words(
        "Inside your own agency name the department that it goes to.",
        "自機関内では引継ぎ先の部署（to_department）を指定してください。",
    ),
    "provision.needs_no_review": Words(
        "This provision needs no review, or has had it.",
        "この提供に事後確認は不要か、すでに済んでいます。",
    ),
    "provision.no_contract": Words(
        "No contract between you and the receiver is in force for this.",
        "提供先との有効な委託契約がありません。",
    ),
    "provision.not_public_bodies": Words(
        "This basis is for public bodies only.",
        "この根拠は公的機関の間でのみ使えます。",
    ),
    "provision.not_the_addressee": Words(
        "By law such a report goes to another kind of agency.",
        "その虐待の通告・通報の法定の窓口ではありません。提供先を確認してください。",
    ),
    "provision.outside_contract": Words(
        "The contract does not cover these purposes.",
        "委託契約の範囲外の目的です。",
    ),
    "provision.own_record": Words(
        "It is your own agency's record; you can read it.",
        "自機関の記録です。通常どおり閲覧できます。",
    ),
    "provision.review_by_second_person": Words(
        "Somebody else than whoever made it must review it. A small agency may ask the hub (ask-hub).",
        "提供・閲覧した本人以外の職員が確認してください。小規模な機関はハブに依頼できます（ask-hub）。",
    ),
    "provision.reviewed_elsewhere": Words(
        "Another agency reviews this.",
        "別の機関が事後確認を行います。",
    ),
    "provision.special_secrecy": Words(
        "Tax, insurance and pension data are under a stricter secrecy and cannot be provided on this basis. Ask for consent, or refer the person (利用勧奨).",
        "税・保険・年金の情報にはより厳しい守秘義務があり、この根拠では提供できません。同意を得るか、利用勧奨を行ってください。",
    ),
    "provision.to_itself": Words(
        "A provision goes to another agency.",
        "提供先には他の機関を指定してください。",
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
    "record.version_malformed": Words(
        'If-Match takes one ETag as it was sent, e.g. "3".',
        'If-Matchには受け取ったETagをそのまま（例 "3"）付けてください。',
    ),
    "record.version_required": Words(
        "Say which version you are changing: send If-Match with the ETag you read.",
        "どの版を変更するか示してください。読み込んだETagをIf-Matchに付けてください。",
    ),
    "referral.already_declined_by_receiver": Words(
        "That agency has declined already. Choose another desk, or escalate to the hub.",
        "その機関はすでに辞退しています。別の窓口を選ぶか、ハブに上げてください。",
    ),
    "referral.amendment_hides_risk": Words(
        "This referral tells of a danger, so D4 must stay among its data classes.",
        "このつなぎには危険の情報が含まれるため、data_classesからD4を外すことはできません。",
    ),
    "referral.amendment_same": Words(
        "This field already says so. Name only what changes.",
        "この項目はすでにその内容です。変わる項目だけを入れてください。",
    ),
    "referral.another_person": Words(
        "A referral stays with its person. Make a new one.",
        "つなぎの対象者は変更できません。新しく作成してください。",
    ),
    "referral.back_needs_parent": Words(
        "A referral back answers one that you have received: name it in parent_id.",
        "つなぎ戻しは、受け取ったつなぎに対して行います。parent_idに元のつなぎを入れてください。",
    ),
    "referral.back_to_its_sender": Words(
        "A referral back goes to the agency that sent it. Leave to_desk_id out, or choose another route.",
        "つなぎ戻しの送り先は、元のつなぎの送り手です。to_desk_idを空にするか、別の種別を選んでください。",
    ),
    "referral.check_again_in_past": Words(
        "The day on which you ask again must be after today.",
        "次に確認する日は、明日以降にしてください。",
    ),
    "referral.check_needs_next_step": Words(
        "It has not gone well: say when you ask again (again_on), or, once it has ended, reopen it with POST /v1/referrals/{id}/reopen.",
        "うまくいっていない場合は、次に確認する日（again_on）を入れるか、終了したつなぎを再開（reopen）してください。",
    ),
    "referral.contact_in_future": Words(
        "A contact is recorded when it has happened. Correct at.",
        "面談・連絡は実施後に記録してください。atを直してください。",
    ),
    "referral.follow_up_before_contact": Words(
        "A follow-up comes after the first contact. Correct the time.",
        "フォローの日時は、初回接触より後にしてください。",
    ),
    "referral.follow_up_in_future": Words(
        "A follow-up that has not happened yet cannot be recorded. Correct the time.",
        "まだ行っていないフォローは記録できません。日時を直してください。",
    ),
    "referral.follow_up_missing": Words(
        "Nothing is completed on the day of the handover: ask the person how they are doing, record it with POST /v1/referrals/{id}/follow-up, then complete it.",
        "つないだだけでは完了にできません。その後の様子を本人に確認し、フォロー（follow-up）を記録してから完了してください。",
    ),
    "referral.illegal_move": Words(
        "The referral's status does not allow this step now; open lists what is possible.",
        "つなぎの現在の状態ではこの操作はできません。openに可能な操作があります。",
    ),
    "referral.no_first_contact": Words(
        "A referral is complete only after a first contact with the person. Record the contact first.",
        "本人との初回の接触がないまま完了にはできません。先に接触を記録してください。",
    ),
    "referral.not_ended": Words(
        "Only what has ended is reopened. This one is still under way; see its next acts.",
        "終了したつなぎだけを再開できます。このつなぎはまだ継続中です。",
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
    "referral.reopened_already": Words(
        "You have taken this up again already, and that referral has not ended. See GET /v1/referrals/{id}/chain.",
        "このつなぎはすでに再開しており、新しいつなぎが継続中です。GET /v1/referrals/{id}/chain で確認してください。",
    ),
    "referral.route_from_welfare_office": Words(
        "Only a welfare office refers somebody on who has left public assistance. Choose another route.",
        "「生活保護の脱却後」のつなぎは福祉事務所だけが行えます。別の種別を選んでください。",
    ),
    "referral.route_needs_welfare_office": Words(
        "Public assistance is decided by a welfare office: name its desk, see GET /v1/agencies?kind=welfare_office (for a town without one, the prefecture's).",
        "生活保護へのつなぎの送り先は福祉事務所です。GET /v1/agencies?kind=welfare_office で窓口を確認してください（福祉事務所のない町村は県の福祉事務所）。",
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
    "referral.unknown_household": Words(
        "No such household of yours has this person as a member.",
        "その世帯の登録がないか、本人が構成員に含まれていません。",
    ),
    "referral.unknown_parent": Words(
        "There is no such earlier referral of this person that you are a party to.",
        "この人の以前のつなぎで、自機関が当事者であるものではありません。",
    ),
    "report.held_back": Words(
        "This is held back at present.",
        "現在は開示を保留しています。",
    ),
    "representation.ends_before_start": Words(
        "The representation ends before it begins.",
        "代理の終期が始期より前です。",
    ),
    "representation.out_of_dates": Words(
        "The representation is not in force today.",
        "代理の期間外です。",
    ),
    "representation.outside_scope": Words(
        "The representative's scope does not include this.",
        "代理権の範囲に含まれていません。",
    ),
    "representation.unknown": Words(
        "No such representative of this person is registered.",
        "本人の代理人として登録されていません。",
    ),
    "request.invalid": Words(
        "A header or parameter cannot be read; each is named in errors.",
        "ヘッダーまたはパラメーターが正しくありません。errorsを確認してください。",
    ),
    "route.unknown": Words("There is no such address here.", "このURLはありません。"),
    "screening.person_not_on_it": Words(
        "This person is not on the list.",
        "この方は対象者に含まれていません。",
    ),
    "screening.person_twice": Words(
        "A person is on the list already, or named twice.",
        "すでに登録されているか、同じ方が二度指定されています。",
    ),
    "self.involved": Words(
        "You are involved yourself. Ask a colleague.",
        "ご自身が関係する事案です。同僚に依頼してください。",
    ),
    "service.failed": Words(
        "Something went wrong on our side; nothing was done. It is on record under the request id.",
        "サービス側で問題が起きました。処理は行われていません。リクエストIDで記録されています。",
    ),
    "signal.another_person": Words(
        "It is about somebody else. Raise a signal of its own.",
        "別の人についての気づきです。別に登録してください。",
    ),
    "signal.illegal_move": Words(
        "This does not follow {state}. Open now: {open}.",
        "現在の状態（{state}）ではできません。できる操作：{open}。",
    ),
    "signal.internal_meeting_only": Words(
        "In one call it goes to a meeting inside your own agency. Elsewhere, put the person on the agenda.",
        "この操作で提出できるのは所内のケース会議だけです。他の会議には議題として提出してください。",
    ),
    "signal.look_again_day": Words(
        "Choose a day from tomorrow, at most {days} days ahead.",
        "明日以降、{days}日以内の日を選んでください。",
    ),
    "signal.look_in_future": Words(
        "The look lies in the future. Correct at.",
        "確認日時が未来です。atを直してください。",
    ),
    "signal.needs_ground": Words(
        "What staff noticed at work leaves the agency only with the person's consent, or inside the same body. Ask for consent, put an enquiry to the desk, or keep it for your own agency.",
        "職員が業務で気づいたことを他の法人に伝えるには、本人の同意が必要です。同意を得るか、窓口に照会するか、自機関の気づきとして登録してください。",
    ),
    "signal.receiver_not_covered": Words(
        "No consent covers that desk's agency. Ask the person; or keep it for your own agency.",
        "その窓口の機関は本人の同意の範囲に含まれていません。本人の同意を得るか、自機関の気づきとして登録してください。",
    ),
    "signal.unknown_target": Words(
        "Choose another open signal of your own agency.",
        "自機関の対応中の別の気づきを選んでください。",
    ),
    "statistics.month_closed": Words(
        "This month is closed, and a closed month is never opened again. Enter what was missed with its own date: it appears by itself as a correction beside the reported figure.",
        "この月はすでに締められており、再開はできません。漏れていた記録は実際の日付で入力してください。報告済みの数値の横に訂正として自動で表示されます。",
    ),
    "statistics.month_not_over": Words(
        "This month is not over. Close it from the first day of the next month.",
        "この月はまだ終わっていません。翌月1日以降に締めてください。",
    ),
    "statistics.period": Words(
        "The period ends before it begins, or is longer than two years. Correct from and until.",
        "期間の終わりが始まりより前か、2年を超えています。fromとuntilを直してください。",
    ),
    "statistics.population_in_future": Words(
        "The day of the population lies in the future. Correct population_as_of.",
        "人口の基準日が未来の日付です。population_as_ofを直してください。",
    ),
    "statistics.too_many_attributes": Words(
        "A table crosses at most {limit} attributes, so that nobody can be picked out. Leave one out.",
        "個人が特定されないよう、掛け合わせる項目は{limit}つまでです。項目を減らしてください。",
    ),
    "statistics.year_to_come": Words(
        "This fiscal year has not begun. Choose one that has.",
        "この年度はまだ始まっていません。別の年度を選んでください。",
    ),
    "supervision.names_somebody": Words(
        "The text names the person (name, reading, telephone or address). Write it so that nobody can tell who it is.",
        "本文に本人の氏名・読み・電話番号・住所が含まれています。個人が分からない表現にしてください。",
    ),
    "supervision.to_itself": Words(
        "Supervision inside the agency needs no request; ask another agency.",
        "機関内のスーパービジョンに依頼は不要です。他の機関を指定してください。",
    ),
    "tally.in_future": Words("The day lies in the future.", "日付が未来になっています。"),
    "task.already_dropped": Words(
        "This task was dropped. If it is to be done after all, the next conference decides so.",
        "この役割は取りやめになっています。必要なときは、次の会議で改めて決めてください。",
    ),
    "task.already_finished": Words("This task is done already.", "この役割は完了済みです。"),
    "task.convener_only": Words(
        "Only the convener of the conference that decided it puts it off or drops it. Ask the convener.",
        "期限の変更や取りやめは、決定した会議の招集機関だけが行えます。招集機関に相談してください。",
    ),
    "task.due_in_past": Words(
        "A task is due today or later. Correct due_on.", "期限は今日以降にしてください。"
    ),
    "task.plan_line_unknown": Words(
        "A task carries out a line of the plan version that stands on its item. Name one of its lines.",
        "この議題のプランの版にある行を指定してください。",
    ),
    "task.position_of_another_agency": Words(
        "This position is not at the agency that is to do it. Name one of its own, or none.",
        "担当機関の職務ではありません。その機関の職務を指定するか、空欄にしてください。",
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
    "token.login_too_old": Words(
        "This needs a login of the last ten minutes, by a human. Log in again and repeat it.",
        "10分以内にログインした職員本人だけが行えます。もう一度ログインしてください。",
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
    "urgent_support.already_followed": Words(
        "Something follows it already.",
        "すでに次の支援につながっています。",
    ),
    "urgent_support.in_future": Words(
        "It lies in the future. Correct given_at.",
        "実施日時が未来です。given_atを直してください。",
    ),
    "urgent_support.not_open": Words(
        "It is not open any longer ({state}). Say what follows it instead.",
        "すでに終了しています（{state}）。次の支援を記録してください。",
    ),
    "urgent_support.unknown_next_step": Words(
        "Choose a record about the same person that your agency is part of.",
        "同じ人についての、自機関が関わる記録を選んでください。",
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
        capacity,
        consent,
        referral,
        referral_acts,
        referral_amendment,
        evaluation_codes,
        plan_line,
        conference,
        conference_body,
        conference_membership,
        item_paper,
        provision,
        enquiry,
        feedback,
        access_request,
        agenda,
        area_issue,
        intake,
        signal,
        statistics,
        contact_schedule,
        conference_series,
        date_poll,
        attendance,
        recurrence,
        import_rows,
        import_people,
        import_directory,
        import_plan,
        form,
        form_book,
        form_sheets,
        checklist,
    )
    for code, english in module.MESSAGES_EN.items()
}

REMEDIES: dict[str, Words] = {
    Remedy.ACKNOWLEDGE_SECRECY: Words(
        "Acknowledge the notice of secrecy of the conference.", "会議の守秘義務を確認する。"
    ),
    Remedy.ASK_HOLDER_TO_PROVIDE: Words(
        "Ask the agency that holds the record to provide it on a legal basis.",
        "記録を保有する機関に、法的根拠に基づく提供を依頼する。",
    ),
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
    Remedy.JOIN_MEMBER_LIST: Words(
        "Ask the conference's secretariat to put your agency on the body's list of members.",
        "会議体の構成機関名簿への登録を事務局に依頼する。",
    ),
    Remedy.LOG_IN_AGAIN: Words("Log in again.", "もう一度ログインする。"),
    Remedy.REGISTER_PARTICIPANT: Words(
        "Have your position registered as participant or substitute.",
        "参加者または代理出席者として職の登録を受ける。",
    ),
    Remedy.SUPERSEDE_CONSENT: Words(
        "Ask the person which consent is meant, and supersede the other.",
        "どちらの同意かを本人に確認し、古い同意を差し替える。",
    ),
    Remedy.SWITCH_ON_BASIS: Words(
        "Have the municipality switch on the basis with its by-laws.",
        "市町村に設置要綱の制定と根拠の有効化を依頼する。",
    ),
    Remedy.USE_EMERGENCY_ACCESS: Words(
        "If a life is in danger: emergency access, which is reviewed and told.",
        "生命の危険があるときは緊急時の閲覧を使う（事後確認と通知の対象）。",
    ),
    Remedy.WAIT_FOR_AGENDA: Words("Wait until the agenda is fixed.", "議題が確定するまで待つ。"),
    Remedy.WITHDRAW_SUBSTITUTE: Words(
        "Have your agency take the substitute's registration back.",
        "所属機関で代理の方の登録を取り消す。",
    ),
}
