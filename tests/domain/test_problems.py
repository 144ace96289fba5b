"""Every refusal has its words in both languages, and nothing is refused in other words."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

import service
from service.domain import errors
from service.domain.access import RULES
from service.domain.decision import Remedy, Rule
from service.domain.permission import Permission
from service.domain.problems import PROBLEMS, REMEDIES, VALUE_MESSAGES, Words

ROOT = Path(service.__file__).parent
SOURCES = {path.relative_to(ROOT).as_posix(): path for path in sorted(ROOT.rglob("*.py"))}
#: Every node of every module, looked through once.
NODES = {
    name: tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    for name, path in SOURCES.items()
    if not name.startswith(("demo/", "adapters/postgres/migrations/"))
}
REFUSALS = {
    name
    for name, value in vars(errors).items()
    if isinstance(value, type) and issubclass(value, errors.Refusal)
}
#: Refusals, and the two functions that answer with a problem that is none of them.
SAYS_A_CODE = REFUSALS | {"simple_problem", "_problem"}
ERRORS = "api/errors.py"
#: Who passes a code on, and the names under which callers say it.
PASSES_ON = {"require_transfer", "_unmet"}
#: Where the code is a variable: it is the rule of a denial, or was named by whoever called.
#: A guard's conditions are a table: code by code, what must not be so.
GUARDS = {
    "domain/consultation_states.py",
    "domain/plan_evaluation.py",
    "domain/support_states.py",
}
PASSED_ON = {
    ("application/context.py", "code"),
    ("application/context.py", "deny.rule.value"),
    ("application/provisions.py", "code"),
    (ERRORS, "refusal.code"),
    (ERRORS, "code"),
}
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
ALL_WORDS = {**PROBLEMS, **VALUE_MESSAGES, **REMEDIES}


def called(node: ast.Call) -> str:
    return getattr(node.func, "id", None) or getattr(node.func, "attr", "")


def constants(node: ast.expr) -> list[str]:
    """The texts that an expression can be: one, or the branches of an ``if``."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp(body=body, orelse=orelse):
            return constants(body) + constants(orelse)
    return []


def ours(name: str) -> set[str]:
    """The names under which a module knows our refusals; others may be called alike."""
    imported = {
        alias.asname or alias.name
        for node in NODES[name]
        if isinstance(node, ast.ImportFrom)
        and node.module in {"service.domain.errors", "service.api.errors"}
        for alias in node.names
    }
    return SAYS_A_CODE & (imported | ({"simple_problem", "_problem"} if name == ERRORS else set()))


def sayings() -> Iterator[tuple[str, ast.Call]]:
    """Every call that makes a refusal or a problem, and its file."""
    for name, nodes in NODES.items():
        known = ours(name)
        for node in nodes:
            if isinstance(node, ast.Call) and called(node) in known:
                yield name, node


def passed() -> Iterator[tuple[str, ast.expr]]:
    """Every code that somebody is told to refuse with, and its file."""
    for name, nodes in NODES.items():
        for node in nodes:
            if isinstance(node, ast.Call) and called(node) in PASSES_ON:
                named = [k.value for k in node.keywords if k.arg == "code"]
                yield name, (*named, *node.args)[0]


def in_tables(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The codes of the tables of conditions: a dictionary whose keys are all codes."""
    for node in nodes:
        if isinstance(node, ast.Dict):
            keys = [code for key in node.keys if key is not None for code in constants(key)]
            if keys and all("." in key for key in keys):
                yield from keys


SAID = [(name, code) for name, node in sayings() for code in constants(node.args[0])]
SAID += [(name, code) for name, said in passed() for code in constants(said)]
SAID += [(name, code) for name in GUARDS for code in in_tables(NODES[name])]


def test_the_scan_finds_the_refusals() -> None:
    files = {name.partition("/")[0] for name, _ in SAID}
    assert {"domain", "application", "api", "adapters"} <= files
    assert len({code for _, code in SAID}) > 80
    assert "Denied" in REFUSALS
    assert "Concealed" in REFUSALS


def test_codes_are_written_out_where_they_are_said() -> None:
    unclear = {
        (name, ast.unparse(node.args[0])) for name, node in sayings() if not constants(node.args[0])
    }
    assert unclear == PASSED_ON | {(name, "code") for name in GUARDS}
    assert [name for name in GUARDS if len(list(in_tables(NODES[name]))) < 5] == []
    assert len(list(passed())) > 5
    unwritten = {(name, ast.unparse(said)) for name, said in passed() if not constants(said)}
    # The conditions of a provision are a table of the domain; its tests look each code up.
    assert unwritten == {("application/provisions.py", "*wrong")}


@pytest.mark.parametrize("code", sorted({code for _, code in SAID}))
def test_every_code_that_is_said_has_its_words(code: str) -> None:
    assert code in PROBLEMS


@pytest.mark.parametrize("rule", Rule)
def test_every_rule_that_may_be_told_has_its_words(rule: Rule) -> None:
    """A denial that conceals is told as ``record.not_found``; the rule stays in the log."""
    concealing = {
        Rule.OBLIGATION_UNKNOWN,
        Rule.RECORD_NO_BASIS,
        Rule.RECORD_UNKNOWN,
        Rule.SELF_INVOLVED,
        # An item or a line that is left out; the log says so, the answer does not.
        Rule.ITEM_CLOSED_BY_ANOTHER,
        Rule.REPORT_HELD_BACK,
    }
    # The own record is one rule, whether a department keeps it or not.
    permitting = {named.id for named in RULES} | {Rule.DEPARTMENT_OF_RECORD}
    elsewhere = {"consent.covers_receiver", "token.refused"}
    if rule not in concealing | permitting | elsewhere:
        assert rule.value in PROBLEMS
    assert "record.not_found" in PROBLEMS


RULES_ELSEWHERE = {
    node.attr
    for name, nodes in NODES.items()
    if name != "domain/decision.py"
    for node in nodes
    if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "Rule"
}


@pytest.mark.parametrize("rule", Rule)
def test_every_rule_decides_somewhere(rule: Rule) -> None:
    assert rule.name in RULES_ELSEWHERE


def test_every_rule_named_with_a_refusal_is_a_rule_or_a_permission() -> None:
    known = {*Rule, *Permission}
    found = [
        text
        for _, node in sayings()
        for keyword in node.keywords
        if keyword.arg == "rule"
        for text in constants(keyword.value)
    ]
    assert found
    assert set(found) <= known


TEXTS_ELSEWHERE = {
    node.value
    for name, nodes in NODES.items()
    if name != "domain/problems.py"
    for node in nodes
    if isinstance(node, ast.Constant) and isinstance(node.value, str)
}


@pytest.mark.parametrize("code", sorted(PROBLEMS))
def test_every_word_in_the_catalogue_is_used(code: str) -> None:
    assert code in TEXTS_ELSEWHERE


# Values that are refused while a request is read


def value_codes_said() -> set[str]:
    """Codes given to ``invalid``, and those collected in a dictionary or a variable for it."""
    modules = [nodes for name, nodes in NODES.items() if name.startswith("domain/")]
    said: set[str] = set()
    for nodes in modules:
        tables = {
            id(inside)
            for node in nodes
            if isinstance(node, ast.Assign)
            and any(getattr(t, "id", "").startswith("MESSAGES_") for t in node.targets)
            for inside in ast.walk(node)
        }
        said |= {
            node.value
            for node in nodes
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and node.value in VALUE_MESSAGES
            and id(node) not in tables
        }
    return said


def test_every_value_message_is_used_and_every_used_one_exists() -> None:
    assert value_codes_said() == set(VALUE_MESSAGES)
    direct = {
        code
        for name, nodes in NODES.items()
        if name.startswith("domain/")
        for node in nodes
        if isinstance(node, ast.Call) and called(node) == "invalid"
        for code in constants(node.args[0])
    }
    assert direct
    assert direct <= set(VALUE_MESSAGES)


def test_no_code_has_two_sentences() -> None:
    assert not set(PROBLEMS) & set(VALUE_MESSAGES)


# The sentences


@pytest.mark.parametrize("code", sorted(ALL_WORDS))
def test_every_sentence_is_there_in_both_languages(code: str) -> None:
    words: Words = ALL_WORDS[code]
    # A Japanese term may stand in an English sentence, but it is an English sentence.
    assert len(re.findall("[a-z]", words.en)) > 3 * len(JAPANESE.findall(words.en))
    assert JAPANESE.search(words.ja)
    assert words.en.strip() == words.en
    assert words.ja.strip() == words.ja
    assert words.ja.endswith(("。", "）。"))


@pytest.mark.parametrize("code", sorted(VALUE_MESSAGES))
def test_both_languages_name_the_same_facts(code: str) -> None:
    words = VALUE_MESSAGES[code]
    named = re.compile(r"\{(\w+)\}")
    assert set(named.findall(words.en)) == set(named.findall(words.ja))


def test_every_remedy_has_its_words() -> None:
    assert set(REMEDIES) == set(Remedy)


@pytest.mark.parametrize("code", sorted({*PROBLEMS, *VALUE_MESSAGES}))
def test_codes_share_one_grammar(code: str) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*\.[a-z0-9]+(_[a-z0-9]+)*", code)
