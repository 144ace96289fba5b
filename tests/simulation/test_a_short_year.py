"""The first two months of a simulated year: everything happens, and nobody is lost (promise 5).

``make year`` simulates all of it, with 2,000 people.
"""

from simulation.figures import simulated, table
from simulation.year import Plan

SHORT = Plan(people=40, agencies=12, days=60, check_every=3)
SMALL = Plan(people=12, agencies=4, days=18, seed=3)


async def test_nobody_is_lost_in_the_first_two_months(databases, tmp_path):
    found = await simulated(databases, tmp_path, SHORT)
    said = "\n".join(table(found))
    # Everything has happened; what must hold was asked again and again on the way.
    happened = found["by the service itself"]
    for act in ("signal", "consultation", "referral"):
        assert happened[f"{act}.miss_deadline"] > 0, said
    for act in ("contact.come_due", "consent.remind"):
        assert happened[act] > 0, said
    assert found["the year"]["declines"] > 0, said
    assert sum(found["before the hub"].values()) > 5, said
    assert found["people"]["known by name"] > 25, said


async def test_the_same_seed_makes_the_same_year(databases, tmp_path):
    first = await simulated(databases, tmp_path, SMALL)
    again = await simulated(databases, tmp_path, SMALL)
    assert list(table(first)) == list(table(again))
    other = await simulated(databases, tmp_path, SMALL._replace(seed=4))
    assert list(table(first)) != list(table(other))
