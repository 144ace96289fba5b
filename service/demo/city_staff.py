"""The staff of みほん市, and the partners' systems. Everybody is invented."""

from typing import NamedTuple

from service.domain.role import Role


class DemoStaff(NamedTuple):
    """A member of staff, or a partner's system, with one position."""

    account: str
    letter: str
    role: Role
    title: str
    name: str


STAFF: tuple[DemoStaff, ...] = (
    DemoStaff("m-officer", "M", Role.MUNICIPAL_OFFICER, "福祉課 地域福祉係長", "松本"),
    DemoStaff("m-auditor", "M", Role.AUDITOR, "監査担当", "森"),
    DemoStaff("w-worker", "W", Role.CASEWORKER_PUBLIC_ASSISTANCE, "保護係 現業員", "渡辺"),
    DemoStaff("j-consultant", "J", Role.CHIEF_CONSULTANT, "主任相談支援員", "木村"),
    DemoStaff("j-privacy", "J", Role.PRIVACY_OFFICER, "個人情報保護担当", "小林"),
    DemoStaff("j-auditor", "J", Role.AUDITOR, "監査担当", "近藤"),
    DemoStaff("s-hub", "S", Role.INTEGRATION_PROMOTER, "相談支援包括化推進員", "佐々木"),
    DemoStaff("s-loan", "S", Role.LOAN_OFFICER, "生活福祉資金担当", "清水"),
    DemoStaff("s-privacy", "S", Role.PRIVACY_OFFICER, "個人情報保護担当", "斎藤"),
    DemoStaff("s-auditor", "S", Role.AUDITOR, "監査担当", "酒井"),
    DemoStaff("e-consultant", "E", Role.CONSULTANT, "相談員", "遠藤"),
    DemoStaff("d-consultant", "D", Role.CONSULTANT, "相談支援専門員", "土井"),
    DemoStaff("c-consultant", "C", Role.CONSULTANT, "子育て支援員", "千葉"),
    DemoStaff("g-ssw", "G", Role.SCHOOL_SOCIAL_WORKER, "スクールソーシャルワーカー", "後藤"),
    DemoStaff("h-supporter", "H", Role.EMPLOYMENT_SUPPORTER, "就労支援ナビゲーター", "長谷川"),
    DemoStaff("t-officer", "T", Role.CONSULTANT, "納税係", "田村"),
    DemoStaff("t-privacy", "T", Role.PRIVACY_OFFICER, "個人情報保護担当", "高木"),
    DemoStaff("t-auditor", "T", Role.AUDITOR, "監査担当", "谷口"),
    DemoStaff("wa-officer", "WA", Role.CONSULTANT, "料金係", "和田"),
    DemoStaff("p3-commissioner", "P", Role.WELFARE_COMMISSIONER, "第3地区 民生委員", "平野"),
    DemoStaff("l-lawyer", "L", Role.CONSULTANT, "弁護士", "李"),
    DemoStaff("cc-worker", "CC", Role.NEIGHBOURHOOD_CONSULTANT, "丸ごと相談員", "川田"),
    DemoStaff("cc-privacy", "CC", Role.PRIVACY_OFFICER, "個人情報保護担当", "片山"),
    DemoStaff("cc-auditor", "CC", Role.AUDITOR, "監査担当", "河合"),
    DemoStaff("k-adviser", "K", Role.SUPERVISOR, "スーパーバイザー", "片岡"),
    DemoStaff("hc-nurse", "HC", Role.CONSULTANT, "保健師", "林"),
    DemoStaff("tm-officer", "TM", Role.MUNICIPAL_OFFICER, "町民課", "辻"),
    DemoStaff("kj-consultant", "KJ", Role.INTEGRATION_PROMOTER, "主任相談支援員", "梶原"),
    DemoStaff("t-system", "T", Role.PARTNER_SYSTEM, "収納管理システム", "収納管理システム"),
    DemoStaff("cc-system", "CC", Role.PARTNER_SYSTEM, "窓口受付システム", "窓口受付システム"),
    DemoStaff("d-system", "D", Role.PARTNER_SYSTEM, "相談記録システム", "相談記録システム"),
    DemoStaff("m-privacy", "M", Role.PRIVACY_OFFICER, "個人情報保護担当", "村上"),
    DemoStaff("hc-privacy", "HC", Role.PRIVACY_OFFICER, "個人情報保護担当", "原田"),
    DemoStaff("g-privacy", "G", Role.PRIVACY_OFFICER, "教頭", "五十嵐"),
    DemoStaff("e-chief", "E", Role.CHIEF_CONSULTANT, "センター長", "江口"),
    DemoStaff("s-csw", "S", Role.CSW, "コミュニティソーシャルワーカー", "坂本"),
    DemoStaff("k-hub", "K", Role.INTEGRATION_PROMOTER, "市町村支援係長", "菊地"),
)
