"""The survey's arithmetic: rates, months, fiscal years, corrections, persons counted once."""

from datetime import date
from decimal import Decimal

import pytest
from pydantic import TypeAdapter, ValidationError

from service.domain.calendar_jp import fiscal_year_label
from service.domain.errors import Invalid
from service.domain.public_survey import (
    ATTRIBUTES,
    BY_THEME,
    OTHER,
    label_of,
    public_counts,
    public_rates,
    public_rows,
    rows_again,
)
from service.domain.publication import TOTAL, YEAR, Told
from service.domain.statistics import (
    ALL,
    INDICATOR_JA,
    Counted,
    Figure,
    Indicator,
    Month,
    SetPopulation,
    StatisticsPolicy,
    employment_rate,
    figures_of,
    fiscal_year_of,
    half_up,
    has_ended,
    last_day,
    month_after,
    month_label,
    months_of,
    over_months,
    rate,
    totalled,
)
from service.domain.suppression import check_attributes
from service.domain.survey_sheets import Survey, SurveyMonth, public_sheets, survey_sheet

I = Indicator  # noqa: E741


@pytest.mark.mechanism("4-40")
def test_the_figures_of_hokuei_town():
    """Brief §7.1: population 15,130, in a year 34, 86, 53 and 20."""
    assert rate(34, 15_130, 12) == Decimal("18.7")
    assert rate(86, 15_130, 12) == Decimal("47.4")
    assert rate(53, 15_130, 12) == Decimal("29.2")
    assert employment_rate(20, 0, 53) == employment_rate(13, 7, 53) == Decimal("37.7")


def test_no_whole_number_gives_them_with_the_population_on_display():
    assert Decimal("18.7") not in {rate(n, 14_944, 12) for n in range(200)}


def test_the_national_rate_of_2022():
    assert employment_rate(24_995, 0, 57_720) == Decimal("43.3")


@pytest.mark.parametrize(
    ("exact", "printed"),
    [
        ("0", "0.0"),
        ("0.04", "0.0"),
        ("0.05", "0.1"),
        ("0.15", "0.2"),
        ("0.25", "0.3"),
        ("0.349999", "0.3"),
        ("2.45", "2.5"),
        ("99.95", "100.0"),
    ],
)
def test_a_half_goes_up(exact: str, printed: str):
    assert half_up(Decimal(exact)) == Decimal(printed)


def test_the_employment_rate_is_of_those_who_look_for_work():
    assert employment_rate(12, 8, 53) == Decimal("37.7")
    assert employment_rate(0, 0, 5) == 0
    assert employment_rate(0, 0, 0) is None


def test_a_population_of_nobody_is_refused():
    with pytest.raises(ValidationError):
        SetPopulation(population=0, population_as_of=date(2026, 1, 1), population_source="台帳")


def test_a_threshold_below_three_hides_nothing():
    with pytest.raises(ValidationError):
        StatisticsPolicy(fewest_told=2)


def test_a_fiscal_year_is_april_to_march():
    assert months_of(2026) == (
        *(f"2026-{m:02}" for m in range(4, 13)),
        "2027-01",
        "2027-02",
        "2027-03",
    )
    assert {fiscal_year_of(m) for m in months_of(2026)} == {2026}
    assert fiscal_year_of("2026-03") == 2025
    assert fiscal_year_label(2026) == "令和8年度"
    assert month_label("2027-01") == "令和9年1月"
    assert month_label("2019-05") == "令和元年5月"


def test_a_month_ends_with_its_last_day():
    assert last_day("2028-02") == date(2028, 2, 29)
    assert month_after("2026-12") == date(2027, 1, 1)
    assert not has_ended("2026-11", date(2026, 11, 30))
    assert has_ended("2026-11", date(2026, 12, 1))


@pytest.mark.parametrize(
    "text", ["2026-4", "2026-13", "2026-00", "202604", "1926-04", "", "令和8年4月"]
)
def test_what_is_no_month_is_refused(text: str):
    with pytest.raises(ValidationError):
        TypeAdapter(Month).validate_python(text)


def test_every_indicator_is_named_once():
    assert set(INDICATOR_JA) == set(Indicator)
    assert len(set(INDICATOR_JA.values())) == len(INDICATOR_JA)


def test_codes_add_up_where_nobody_is_counted_twice_and_nowhere_else():
    found = totalled(
        [
            Counted("2026-04", I.PLANS, "initial", 3),
            Counted("2026-04", I.PLANS, "replan", 4),
            Counted("2026-04", I.SERVICES, "housing_benefit", 2),
            Counted("2026-04", I.PERSONS_CONSULTED, ALL, 5),
            Counted("2026-04", I.PERSONS_CONSULTED, "debt", 5),
        ]
    )["2026-04"]
    assert found[I.PLANS, ALL] == 7
    assert (I.SERVICES, ALL) not in found
    assert found[I.PERSONS_CONSULTED, ALL] == 5


def test_a_closed_figure_stays_and_the_difference_stands_beside_it():
    live = {(I.PLANS, ALL): 9, (I.PLANS, "initial"): 9}
    frozen = {(I.PLANS, ALL): 7, (I.PLANS, "initial"): 6, (I.PLANS, "replan"): 1}
    told = {(f.indicator, f.code): f for f in figures_of(live, frozen)}
    assert told[I.PLANS, ALL] == Figure(I.PLANS, ALL, 7, 2)
    assert told[I.PLANS, "initial"] == Figure(I.PLANS, "initial", 6, 3)
    assert told[I.PLANS, "replan"] == Figure(I.PLANS, "replan", 1, -1)


def test_months_add_up_and_persons_do_not():
    month = [Figure(I.PLANS, ALL, 2, 1), Figure(I.PERSONS_CONSULTED, ALL, 4)]
    assert over_months([month, month]) == [Figure(I.PLANS, ALL, 4, 2)]


# What is published


def test_a_table_crosses_at_most_three_attributes():
    check_attributes(ATTRIBUTES)
    with pytest.raises(Invalid) as refused:
        check_attributes((*ATTRIBUTES, "age"))
    assert refused.value.code == "statistics.too_many_attributes"


def test_what_is_a_part_of_something_is_published_as_a_part_of_it():
    by_name = {row.name: row for row in public_rows([], [])}
    assert by_name["employed"].within is None
    assert by_name["employed_targets"].within == "employed"
    assert by_name["employment_targets"].within == "plans"


def test_free_codes_are_never_published():
    """A code that somebody made up could be a name: it is one of the others."""
    figures = {
        ("closings", "yamada_taro"): 1,
        ("closings", "goal_reached"): 2,
        ("closings", ALL): 3,
    }
    figures |= {("services", "yamada_house"): 1, ("unidentified", ALL): 4}
    counts = public_counts("2026-04", figures, {("", "area_1"): 3, ("debt", "area_1"): 2})
    assert counts == {
        ("2026-04", "closings", OTHER): 1,
        ("2026-04", "closings", "goal_reached"): 2,
        ("2026-04", "closings", TOTAL): 3,
        ("2026-04", "new_consultations", "area_1"): 3,
        ("2026-04", "new_consultations", TOTAL): 3,
        ("2026-04", f"{BY_THEME}debt", "area_1"): 2,
        ("2026-04", f"{BY_THEME}debt", TOTAL): 2,
    }


def test_a_year_keeps_the_areas_and_themes_that_were_published():
    before = [("2026-04", f"{BY_THEME}old", "gone"), ("2026-04", "new_consultations", TOTAL)]
    rows = {row.name: row for row in rows_again(before, ["here"], ["new"])}
    assert rows["new_consultations"].parts == ("gone", "here", "unknown")
    assert {f"{BY_THEME}old", f"{BY_THEME}new", f"{BY_THEME}other"} <= rows.keys()


def test_a_rate_is_withheld_with_its_number():
    told = {
        (YEAR, "new_consultations", TOTAL): Told(34),
        (YEAR, "plans", TOTAL): Told(None),
    }
    assert public_rates(told, YEAR, 15_130, 12) == {
        I.NEW_CONSULTATIONS: Decimal("18.7"),
        I.PLANS: None,
    }


def test_a_sheet_says_what_is_withheld_and_what_was_not_counted():
    told = {
        ("2026-04", "new_consultations", TOTAL): Told(None),
        ("2026-04", "plans", "initial"): Told(12),
    }
    own, by_area = public_sheets(2026, told, {})
    assert own.rows == (("プラン作成件数", "初回プラン", "12"),)
    assert by_area.rows == (("全体", "計", "秘匿"),)
    month = SurveyMonth(
        "2026-04",
        None,
        running=False,
        figures=(Figure(I.EMPLOYED, ALL, 2), Figure(I.PLANS, ALL, 3, -1)),
    )
    sheet = survey_sheet(Survey("999997", 2026, (month,), (), None))
    assert sheet.title == "令和8年度"
    assert ("就労者数", "", "2", "―") in sheet.rows
    assert ("プラン作成件数（締め後の訂正）", "", "-1", "") in sheet.rows
    assert label_of(I.FUNCTIONS, "5") == "第5号 多機関協働"


def test_a_population_has_its_day_and_its_source():
    with pytest.raises(ValidationError):
        SetPopulation.model_validate({"population": 15_130})
