"""The legal bases every installation starts with: rows of a table, with their dates (brief §2.2).

What a text says is put in our own words, for staff to understand what a decision rested on;
it is not the text of the law. ``to verify`` in the source marks articles and amounts that the
municipality's legal officer must check before they are shown to the public (brief §9).
"""

from datetime import date

from service.domain.decision import Basis
from service.domain.law import LegalBasis

_APPI_JA, _APPI_EN = "個人情報の保護に関する法律", "Act on the Protection of Personal Information"
_LOCAL = date(2023, 4, 1)
"""Since this day chapter 5 of the APPI applies to local governments."""


def _text(
    code: Basis,
    since: date,
    law: tuple[str, str],
    article: str,
    text: tuple[str, str],
    source: str,
    *,
    until: date | None = None,
    secrecy: tuple[str, str] | None = None,
    switchable: bool = False,
) -> LegalBasis:
    return LegalBasis(
        code=code,
        law_ja=law[0],
        law_en=law[1],
        article=article,
        text_ja=text[0],
        text_en=text[1],
        secrecy_ja=secrecy[0] if secrecy else None,
        secrecy_en=secrecy[1] if secrecy else None,
        switchable=switchable,
        source=source,
        valid_from=since,
        valid_until=until,
    )


_APPI = (_APPI_JA, _APPI_EN)
_NEEDY = ("生活困窮者自立支援法", "Act on Self-Reliance Support for Needy Persons")
_SECRECY_NEEDY = (
    "支援会議の事務に従事する者及び従事していた者は、正当な理由なく、会議に関して知り得た秘密を漏らしてはなりません（第9条第5項）。違反には罰則があります（第28条、1年以下の拘禁刑又は100万円以下の罰金。条番号・額は要確認）。",
    "Whoever takes or took part in the work of the conference keeps what they learn secret (art. 9(5)). A breach is punishable (art. 28; article and amount to be verified).",
)

LEGAL_BASES: tuple[LegalBasis, ...] = (
    _text(
        Basis.CONSENT,
        _LOCAL,
        _APPI,
        "69条2項1号、27条1項",
        (
            "本人の同意があるときは、同意の範囲（提供先・目的・項目・期間）で提供できます。",
            "With the person's consent data may be provided within its scope: receiver, purpose, items, time.",
        ),
        "S18, S19",
    ),
    _text(
        Basis.CONF_NEEDY,
        date(2018, 10, 1),
        _NEEDY,
        "9条",
        (
            "都道府県等は支援会議を組織でき、構成員の間で支援に必要な情報を本人同意がなくても交換し、支援体制を検討できます。",
            "Prefectures and cities may organise a support conference whose members exchange what is needed for support, also without consent.",
        ),
        "S2, S3",
        until=date(2025, 3, 31),
        secrecy=_SECRECY_NEEDY,
        switchable=True,
    ),
    _text(
        Basis.CONF_NEEDY,
        date(2025, 4, 1),
        _NEEDY,
        "9条",
        (
            "都道府県等は支援会議を組織するよう努め、構成員の間で支援に必要な情報を本人同意がなくても交換し、支援体制を検討します。",
            "Prefectures and cities endeavour to organise a support conference whose members exchange what is needed for support, also without consent.",
        ),
        "S2, S3, S17",
        secrecy=_SECRECY_NEEDY,
        switchable=True,
    ),
    _text(
        Basis.CONF_LAYERED,
        date(2021, 4, 1),
        ("社会福祉法", "Social Welfare Act"),
        "106条の6",
        (
            "重層的支援体制整備事業を行う市町村は支援会議を組織し、構成員の間で必要な情報を交換し、支援体制を検討できます。",
            "A municipality running the layered support project may organise a support conference whose members exchange what is needed.",
        ),
        "S2, S6",
        secrecy=(
            "支援会議の事務に従事する者及び従事していた者は、正当な理由なく、会議に関して知り得た秘密を漏らしてはなりません（第106条の6第5項）。違反には罰則があります（条番号・額は要確認）。",
            "Whoever takes or took part in the work of the conference keeps what they learn secret (art. 106-6(5)). A breach is punishable (article and amount to be verified).",
        ),
        switchable=True,
    ),
    _text(
        Basis.CONF_CHILD,
        date(2005, 4, 1),
        ("児童福祉法", "Child Welfare Act"),
        "25条の2、25条の3",
        (
            "要保護児童対策地域協議会は、要保護児童等とその保護者に関する情報を構成員の間で交換し、支援を協議します。",
            "The council for children needing protection exchanges information on the child and its guardians among its members.",
        ),
        "S21",
        secrecy=(
            "協議会の職務に関して知り得た秘密を漏らしてはなりません（第25条の5）。違反には罰則があります（第61条の3、要確認）。",
            "What is learned in the council's work is kept secret (art. 25-5). A breach is punishable (art. 61-3; to be verified).",
        ),
        switchable=True,
    ),
    _text(
        Basis.CONF_OTHER,
        _LOCAL,
        ("各法の定める法定会議", "Other statutory councils, each by its own Act"),
        "生活保護法27条の3 ほか",
        (
            "個別法に基づく会議では、その法の定める範囲で構成員の間の情報交換ができます。",
            "In a council under another Act its members may exchange information as that Act provides.",
        ),
        "S16, S25, S26; to verify",
        secrecy=(
            "会議の構成員には、根拠となる法律により守秘義務があります（条番号・罰則は法律ごとに要確認）。",
            "The members keep secrecy under the Act of the council (articles and penalties to be verified for each).",
        ),
        switchable=True,
    ),
    _text(
        Basis.LIFE,
        _LOCAL,
        _APPI,
        "27条1項2号、69条2項4号",
        (
            "人の生命、身体又は財産の保護のために必要で、本人の同意を得ることが困難なときに、必要最小限を提供できます。事後の確認と本人への説明が必要です。",
            "Where life, body or property must be protected and consent is hard to get, the least that is needed may be provided. It is reviewed afterwards and the person is told.",
        ),
        "S18, S19; public bodies to verify",
    ),
    _text(
        Basis.CHILD_HEALTH,
        _LOCAL,
        _APPI,
        "27条1項3号",
        (
            "公衆衛生の向上又は児童の健全な育成に特に必要で、本人の同意を得ることが困難なときに提供できます。",
            "Where public health or the sound growth of children specially needs it and consent is hard to get.",
        ),
        "S19",
    ),
    _text(
        Basis.PUBLIC_DUTY,
        _LOCAL,
        _APPI,
        "27条1項4号",
        (
            "国の機関や地方公共団体が法令の定める事務を行うことに協力する必要があり、同意を得ることがその遂行に支障を及ぼすときに提供できます。",
            "Where a public body's statutory work needs co-operation and asking for consent would obstruct it.",
        ),
        "S19",
    ),
    _text(
        Basis.PUBLIC_BODY,
        _LOCAL,
        _APPI,
        "69条2項3号",
        (
            "他の行政機関や地方公共団体が法令の定める事務に必要な限度で利用し、相当の理由があるときに提供できます。税務上の秘密などは提供できません。",
            "To another public body which needs it for its statutory work, on reasonable grounds. Tax secrets and the like are excluded.",
        ),
        "S18",
    ),
    _text(
        Basis.INTERNAL,
        _LOCAL,
        _APPI,
        "69条2項2号、18条",
        (
            "同じ機関の内部で、法令の定める事務又は特定した利用目的に必要な限度で利用できます。",
            "Within the same body, as far as its statutory work or its stated purpose needs it.",
        ),
        "S18",
    ),
    _text(
        Basis.ENTRUST,
        _LOCAL,
        _APPI,
        "27条5項1号、66条",
        (
            "委託した業務の範囲内で、委託先に取り扱わせることができます。委託先の他の事業には使えません。",
            "A contractor may handle the data within the entrusted work, not for its other businesses.",
        ),
        "S19",
    ),
    _text(
        Basis.DUTY_REPORT,
        _LOCAL,
        (
            "児童虐待防止法・高齢者虐待防止法・障害者虐待防止法ほか",
            "Acts on the prevention of abuse of children, elders and persons with disabilities",
        ),
        "6条、7条、7条 ほか",
        (
            "虐待の通告・通報は、法の定める窓口に対して、守秘義務にかかわらず行えます。通報した人は守られます。",
            "Abuse is reported to the addressee named by law, whatever secrecy applies. Whoever reports is protected.",
        ),
        "to verify",
    ),
    _text(
        Basis.SELF,
        _LOCAL,
        _APPI,
        "69条2項1号、76条",
        (
            "本人は、自分に関する情報の開示を求めることができます。",
            "The person may ask for the data about themself.",
        ),
        "S18, S20",
    ),
    _text(
        Basis.ANON,
        _LOCAL,
        _APPI,
        "2条1項",
        (
            "特定の個人を識別できない情報は、個人情報ではありません。",
            "What identifies nobody is not personal information.",
        ),
        "S18",
    ),
)
