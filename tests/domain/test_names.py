"""Names and their readings: truth tables of brief section 7.3 and checklist V4."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from service.domain.names import Kana, NameKind, PersonName, display, search_key

KANA: TypeAdapter[str] = TypeAdapter(Kana)
TARO = {"family": "試験", "given": "太郎", "family_kana": "シケン", "given_kana": "タロウ"}
HIRAGANA = [chr(code) for code in range(0x3041, 0x3097)]


def refusal(given_name: dict[str, object]) -> str:
    with pytest.raises(ValidationError) as caught:
        PersonName.model_validate(given_name)
    (error,) = caught.value.errors()
    return error["type"]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("シケン", "シケン"),
        ("しけん", "シケン"),
        ("たろう", "タロウ"),
        ("ゔぁいおりん", "ヴァイオリン"),
        ("た\u3099い", "ダイ"),
        ("タ\u309bイ", "ダイ"),
        ("は\u309cる", "パル"),
        ("メアリー・アン", "メアリー・アン"),
        (" マリア\u3000\u3000デ  ", "マリア デ"),
        ("ㇱケン", "ㇱケン"),
        ("さゝき", "サヽキ"),
        ("ン" * 100, "ン" * 100),
    ],
)
def test_a_reading_is_kept_in_full_width_katakana(written: str, kept: str) -> None:
    assert KANA.validate_python(written) == kept


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("ｼｹﾝ", "kana.half_width"),
        ("シケﾝ", "kana.half_width"),
        ("タﾞ", "kana.half_width"),
        ("シケｰ", "kana.half_width"),
        ("メアリ･アン", "kana.half_width"),
        ("試験", "kana.not_kana"),
        ("Shiken", "kana.not_kana"),
        ("ｓ", "kana.not_kana"),
        ("シケン1", "kana.not_kana"),
        ("シケ-", "kana.not_kana"),
        ("シケン、", "kana.not_kana"),
        ("ー", "kana.not_kana"),
        ("・・", "kana.not_kana"),
        ("ン\u309b", "kana.not_kana"),
        ("ヿ", "kana.not_kana"),
        ("シ\nケン", "text.control_character"),
        ("", "text.empty"),
        ("ン" * 101, "text.too_long"),
        (7, "string_type"),
    ],
)
def test_a_wrong_reading_says_what_is_wrong(written: object, code: str) -> None:
    assert refusal({**TARO, "family_kana": written}) == code


def test_every_half_width_kana_is_refused_and_every_hiragana_converted() -> None:
    for code in range(0xFF61, 0xFFA0):
        assert refusal({**TARO, "given_kana": "タ" + chr(code)}) == "kana.half_width"
    for hiragana in HIRAGANA:
        katakana = KANA.validate_python(hiragana)
        assert unicodedata.name(katakana) == unicodedata.name(hiragana).replace(
            "HIRAGANA", "KATAKANA"
        )


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (TARO, "試験 太郎"),
        ({**TARO, "kind": "other"}, "試験 太郎"),
        ({"kind": "former_family_name", "family": "見本", "family_kana": "みほん"}, "見本"),
        ({"given": "花子", "given_kana": "ハナコ"}, "花子"),
        ({"single": "スカルノ", "single_kana": "スカルノ"}, "スカルノ"),
        ({"single": "花子", "kana_unknown": True}, "花子"),
        ({**TARO, "given_kana": None, "kana_unknown": True}, "試験 太郎"),
        ({"kind": "latin", "family": "SHIKEN", "given": "TARO"}, "SHIKEN TARO"),
        ({"kind": "latin", "single": "NGUYỄN VĂN-A"}, "NGUYỄN VĂN-A"),
        ({"kind": "latin", "single": "O'SHIKEN", "single_kana": "オシケン"}, "O'SHIKEN"),
        ({**TARO, "family": "葛\U000e0100城"}, "葛\U000e0100城 太郎"),
        ({**TARO, "family": "\ue000藤", "replacement": "斉藤 太郎"}, "\ue000藤 太郎"),
        ({**TARO, "family": "\ufa11\ufa19"}, "\ufa11\ufa19 太郎"),
    ],
)
def test_a_name_has_the_parts_that_it_has(name: dict[str, object], shown: str) -> None:
    assert display(PersonName.model_validate(name)) == shown


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ({}, "name.missing"),
        ({"kind": "latin"}, "name.missing"),
        ({"family_kana": "シケン"}, "name.missing"),
        ({"replacement": "試験", "kana_unknown": True}, "name.missing"),
        ({**TARO, "single": "試験太郎"}, "name.single_and_parts"),
        ({"family": "試験", "single": "太郎", "kana_unknown": True}, "name.single_and_parts"),
        ({"kind": "latin", "family": "試験"}, "name.not_latin"),
        ({"kind": "latin", "family": "ＳＨＩＫＥＮ"}, "name.not_latin"),
        ({"kind": "latin", "family": "SHIKEN", "given": "-"}, "name.not_latin"),
        ({"family": "試験", "given": "太郎"}, "kana.missing"),
        ({"family": "試験", "given": "太郎", "family_kana": "シケン"}, "kana.missing"),
        ({"single": "花子"}, "kana.missing"),
        ({**TARO, "kana_unknown": True}, "kana.unknown_but_given"),
        ({"given": "花子", "given_kana": "ハナコ", "family_kana": "シ"}, "kana.without_name"),
        ({"kind": "latin", "family": "SHIKEN", "single_kana": "シ"}, "kana.without_name"),
        ({**TARO, "family": ""}, "text.empty"),
        ({**TARO, "family": "試\x00験"}, "text.control_character"),
        ({**TARO, "family": "試" * 101}, "text.too_long"),
        ({**TARO, "middle": "次"}, "extra_forbidden"),
        ({**TARO, "kind": "nickname"}, "enum"),
    ],
)
def test_a_wrong_name_says_what_is_wrong(name: dict[str, object], code: str) -> None:
    assert refusal(name) == code


@pytest.mark.parametrize("kind", NameKind)
def test_only_a_latin_name_needs_no_reading(kind: NameKind) -> None:
    name: dict[str, object] = {"kind": kind, "family": "SHIKEN"}
    if kind is NameKind.LATIN:
        assert PersonName.model_validate(name).kana is None
    else:
        assert refusal(name) == "kana.missing"


def test_the_reading_is_what_is_known_of_it() -> None:
    assert PersonName.model_validate(TARO).kana == "シケン タロウ"
    partly = PersonName.model_validate({**TARO, "given_kana": None, "kana_unknown": True})
    assert partly.kana == "シケン"
    assert PersonName.model_validate({"single": "花子", "kana_unknown": True}).kana is None


#: Thirty ways to type だいとう ようこ, of which checklist V4 wants one key.
SPELLINGS = [
    "ダイトウ ヨウコ", "だいとう ようこ", "ダイトウヨウコ", "ダイトウ\u3000ヨウコ",
    "だいとうようこ", "ﾀﾞｲﾄｳ ﾖｳｺ", "ﾀﾞｲﾄｳﾖｳｺ", "ﾀﾞｲﾄ- ﾖ-ｺ",
    "ﾀﾞｲﾄｰ ﾖｰｺ", "ダイトー ヨーコ", "ダイトオ ヨオコ", "だいとー よーこ",
    "だいとお よおこ", "ダイトウ ヨーコ", "ダイトー ヨウコ", "タ\u3099イトウ ヨウコ",
    "た\u3099いとう ようこ", "タ\u309bイトウ ヨウコ", "た\u309bいとう ようこ", "タﾞイトウ ヨウコ",
    "た ゛いとう ようこ", "タ゛ イトウ ヨウコ", "ダイトウ・ヨウコ", "ﾀﾞｲﾄｳ･ﾖｳｺ",
    "ダイトウ  ヨウコ ", "ダィトゥ ョゥコ", "ダイトウ ヨゥコ", "ダイト− ヨ−コ",
    "ダイト― ヨ―コ", "だいトウ ヨウこ", "ダイトウ\tヨウコ", "ﾀﾞｲﾄｳ　ようこ",
]  # fmt: skip


def test_thirty_spellings_have_one_key() -> None:
    assert len(set(SPELLINGS)) >= 30
    assert {search_key(spelling) for spelling in SPELLINGS} == {"ダイトオヨオコ"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ケイコ", "ケーコ"),
        ("シュンイチ", "シユンイチ"),
        ("チヅル", "チズル"),
        ("カヲル", "カオル"),
        ("スヱ", "スエ"),
        ("キヰチ", "キイチ"),
        ("サヽキ", "ササキ"),
        ("すゞき", "スズキ"),
        ("タ\u309bヽ", "ダダ"),
        ("ヴィクトル", "ビクトル"),
        ("ヴイクトル", "ヴィクトル"),
        ("ｳﾞｨｸﾄﾙ", "ヴィクトル"),
        ("ヷン", "バン"),
        ("メアリー・アン", "メアリイアン"),
        ("ㇱケン", "シケン"),
        ("ハットリ", "ハツトリ"),
        ("Mary", "ｍａｒｙ"),
        ("ア\u309bベ", "アベ"),
    ],
)
def test_spellings_of_one_reading_fold(one: str, other: str) -> None:
    assert search_key(one) == search_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("オオノ", "オノ"), ("ユウキ", "ユキ"), ("ハタ", "ハダ"), ("ホン", "ポン"), ("シン", "シ")],
)
def test_different_readings_stay_apart(one: str, other: str) -> None:
    assert search_key(one) != search_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("イケダ", "イケタ"), ("ハン", "パン"), ("バン", "ﾊﾟﾝ"), ("ヤマザキ", "ﾔﾏｻｷ"), ("ヂ", "シ")],
)
def test_voicing_can_be_ignored(one: str, other: str) -> None:
    assert search_key(one) != search_key(other)
    assert search_key(one, ignore_voicing=True) == search_key(other, ignore_voicing=True)


ANY_KANA = [*map(chr, (*range(0x3041, 0x30FF), *range(0xFF61, 0xFFA0))), " ", "-"]
KANA_TEXT = st.text(st.sampled_from(ANY_KANA), max_size=20)


@given(KANA_TEXT, st.booleans())
def test_a_key_is_its_own_key(written: str, ignore_voicing: bool) -> None:
    key = search_key(written, ignore_voicing=ignore_voicing)
    assert search_key(key, ignore_voicing=ignore_voicing) == key
    assert not any(character.isspace() for character in key)


@given(KANA_TEXT)
def test_decomposed_half_width_and_spaced_kana_have_the_same_key(written: str) -> None:
    key = search_key(written)
    assert search_key(unicodedata.normalize("NFD", written)) == key
    assert search_key(unicodedata.normalize("NFKC", written)) == key
    assert search_key(f" {written}\u3000") == key


@given(st.text(st.sampled_from([*HIRAGANA, "ー", "・", " "]), min_size=1, max_size=20))
def test_a_reading_is_read_once_and_found_as_typed(written: str) -> None:
    try:
        kept = KANA.validate_python(written)
    except ValidationError:
        return
    assert KANA.validate_python(kept) == kept
    assert search_key(kept) == search_key(written)


def test_a_name_survives_json_and_cannot_be_changed() -> None:
    for example in PersonName.model_json_schema()["examples"]:
        name = PersonName.model_validate(example)
        assert PersonName.model_validate_json(name.model_dump_json()) == name
        assert hash(name) == hash(name.model_copy())
        with pytest.raises(ValidationError):
            name.family = "別"
