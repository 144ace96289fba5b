"""What the layers' linter cannot see, read from the source and from the routes.

Rules of the house: the domain is pure; nobody refuses but by domain errors; nobody commits but
the unit of work, once a request; whatever a caller can start is decided and on record.
"""

import ast
import re
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

import service
from service.api.application import create_application
from service.api.context import AuditedRoute
from service.api.signpost import Signpost
from service.application.sweeps import SWEEPS
from service.domain.permission import Permission
from service.domain.referral_states import PERMISSION, Act
from service.domain.role import SYSTEM_ONLY
from service.domain.scope import scope_of

ROOT = Path(service.__file__).parent
REPOSITORY = ROOT.parent
SOURCES = {path.relative_to(ROOT).as_posix(): path for path in sorted(ROOT.rglob("*.py"))}
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in SOURCES.items()}
DOMAIN = sorted(name for name in SOURCES if name.startswith("domain/"))
#: Migrations are written once and never read as a whole; each stands for itself.
MIGRATIONS = "adapters/postgres/migrations/versions/"


def test_the_sources_are_found() -> None:
    assert len(DOMAIN) > 20
    assert {"application/context.py", "api/context.py", "app.py"} <= set(SOURCES)


def dotted(node: ast.AST) -> str:
    """``a.b.c`` of an attribute; of a call or subscript in between only what follows it."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attr):
            return f"{dotted(value)}.{attr}"
    return ""


# The domain is pure: true with pen and paper

IMPURE_MODULES = {
    "asyncio",
    "io",
    "logging",
    "os",
    "pathlib",
    "random",
    "secrets",
    "shutil",
    "socket",
    "subprocess",
    "sys",
    "tempfile",
    "threading",
    "time",
}
IMPURE_NAMES = {"breakpoint", "eval", "exec", "getenv", "input", "open", "print"}
CLOCKS_AND_DICE = ("now", "today", "utcnow", "fromtimestamp", "uuid1", "uuid4", "uuid6", "uuid7")


@pytest.mark.parametrize("name", DOMAIN)
def test_the_domain_waits_for_nothing(name: str) -> None:
    waiting = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)
    assert not [node.lineno for node in ast.walk(TREES[name]) if isinstance(node, waiting)]


@pytest.mark.parametrize("name", DOMAIN)
def test_the_domain_knows_no_clock_no_dice_and_no_surroundings(name: str) -> None:
    found = []
    for node in ast.walk(TREES[name]):
        match node:
            case ast.Call(func=ast.Name(id=called)):
                if called in IMPURE_NAMES or called in CLOCKS_AND_DICE:
                    found.append((node.lineno, called))
            case ast.Call(func=ast.Attribute() as attribute):
                path = dotted(attribute)
                reads_a_clock = attribute.attr in CLOCKS_AND_DICE
                if reads_a_clock or path.split(".")[0] in IMPURE_MODULES:
                    found.append((node.lineno, path))
            case ast.Attribute(attr="environ"):
                found.append((node.lineno, "environ"))
    assert not found


@pytest.mark.parametrize("name", DOMAIN)
def test_the_domain_imports_the_standard_library_and_pydantic(name: str) -> None:
    allowed = (sys.stdlib_module_names - IMPURE_MODULES) | {"pydantic", "pydantic_core"}
    for node in ast.walk(TREES[name]):
        match node:
            case ast.Import(names=names):
                modules = [alias.name for alias in names]
            case ast.ImportFrom(module=str(module), level=0):
                modules = [module]
            case ast.ImportFrom():
                pytest.fail(f"{name}: import by the full name")
            case _:
                continue
        for module in modules:
            of_the_domain = module == "service.domain" or module.startswith("service.domain.")
            assert of_the_domain or module.split(".")[0] in allowed, module


# Refusals are domain errors


#: Who knows the framework's own refusals: to answer them as problems, and to put them on record.
ANSWERS_THE_FRAMEWORK = {"api/application.py", "api/context.py"}


def test_nobody_raises_an_http_error() -> None:
    known = {
        name
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom | ast.Import)
        for alias in node.names
        if alias.name.endswith("HTTPException")
    }
    assert known <= ANSWERS_THE_FRAMEWORK
    raised = [
        (name, node.lineno)
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise)
        and node.exc is not None
        and "HTTPException" in ast.unparse(node.exc)
    ]
    assert not raised


# Nobody commits but the unit of work

MAY_COMMIT = {
    "adapters/postgres/database.py",
    "adapters/postgres/shared/ride.py",
    "adapters/postgres/shared/trip.py",
    "api/context.py",
    "app.py",
    "application/sweeps.py",
}


def commits_in(node: ast.AST) -> list[ast.Call]:
    return [
        inside
        for inside in ast.walk(node)
        if isinstance(inside, ast.Call)
        and isinstance(inside.func, ast.Attribute)
        and inside.func.attr == "commit"
    ]


def test_nobody_commits_but_the_unit_of_work() -> None:
    assert {name for name, tree in TREES.items() if commits_in(tree)} == MAY_COMMIT


class Way(NamedTuple):
    """One way through a block: how many commits, and whether the function is left."""

    commits: int
    left: str = ""


def ways(block: Sequence[ast.stmt]) -> set[Way]:
    """Every way through the statements of a block."""
    found = {Way(0)}
    for statement in block:
        onward = {way for way in found if not way.left}
        found = (found - onward) | {
            Way(way.commits + step.commits, step.left)
            for way in onward
            for step in _steps(statement)
        }
    return found


def _steps(statement: ast.stmt) -> set[Way]:
    match statement:
        case ast.Return():
            return {Way(len(commits_in(statement)), "returns")}
        case ast.Raise():
            return {Way(0, "raises")}
        case ast.If(body=body, orelse=orelse):
            return ways(body) | ways(orelse)
        case ast.With(body=body) | ast.AsyncWith(body=body):
            return ways(body)
        case ast.Try(body=body, handlers=handlers):
            return ways(body).union(*(ways(handler.body) for handler in handlers))
        case _:
            return {Way(len(commits_in(statement)))}


def functions(name: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_a_request_is_committed_once_and_then_answered() -> None:
    committing = {f.name: f for f in functions("api/context.py") if commits_in(f)}
    for function in committing.values():
        assert max(way.commits for way in ways(function.body)) == 1
    answered = [way for way in ways(committing["_inside"].body) if way.left == "returns"]
    assert answered
    assert {way.commits for way in answered} == {1}


@pytest.mark.parametrize("name", ["api/context.py"])
def test_nothing_is_looked_up_or_written_after_the_commit(name: str) -> None:
    for function in functions(name):
        for node in ast.walk(function):
            for block in (getattr(node, "body", None), getattr(node, "orelse", None)):
                if not isinstance(block, list):
                    continue
                last = [n for n, s in enumerate(block) if isinstance(s, ast.Expr) and commits_in(s)]
                for later in block[last[0] + 1 :] if last else ():
                    assert not [n for n in ast.walk(later) if isinstance(n, ast.Await)]


def test_the_walk_through_a_function_counts_commits() -> None:
    def walked(source: str) -> set[Way]:
        return ways(ast.parse(source).body)

    twice = "if a:\n  work.commit()\nwork.commit()"
    assert walked(twice) == {Way(1), Way(2)}
    assert walked("if a:\n  return work.commit()\nraise E") == {
        Way(1, "returns"),
        Way(0, "raises"),
    }
    tried = "try:\n  work.commit()\nexcept E:\n  return 1"
    assert walked(tried) == {Way(1), Way(0, "returns")}


# Every use case is decided and on record

#: Decisions that are on record, and one that leaves the record of the access to another.
ON_RECORD = {"enforce", "may"}
GUARDS = ON_RECORD | {"require"}
WRITES = ("add", "append", "keep", "load", "record", "save")
#: Use cases that reach no decision of their own, with the reason. There are none.
UNDECIDED: dict[str, str] = {}


class UseCase(NamedTuple):
    """A function of the application, by module and name."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module.removeprefix('application/').removesuffix('.py')}.{self.name}"


@cache
def application() -> dict[UseCase, ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function at the top of a module of the application."""
    return {
        UseCase(name, node.name): node
        for name, tree in TREES.items()
        if name.startswith("application/")
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


@cache
def imported(name: str) -> dict[str, UseCase]:
    """Functions of the application that a module imports, under the names it uses."""
    found = {}
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("service."):
            module = (node.module or "").removeprefix("service.").replace(".", "/") + ".py"
            for alias in node.names:
                found[alias.asname or alias.name] = UseCase(module, alias.name)
    return found


def takes_context(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    first = function.args.args[:1]
    return (
        bool(first)
        and first[0].annotation is not None
        and (ast.unparse(first[0].annotation) == "Context")
    )


def started_by_routes() -> list[UseCase]:
    """Use cases that the edge calls, or keeps in a table to call."""
    found: set[UseCase] = set()
    for name, tree in TREES.items():
        if not name.startswith("api/"):
            continue
        modules = {
            alias.asname or alias.name: f"application/{alias.name}.py"
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module == "service.application"
            for alias in node.names
        }
        found |= {
            UseCase(modules[node.value.id], node.attr)
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in modules
        }
        found |= {
            imported(name)[node.id]
            for node in ast.walk(tree)
            if isinstance(node, ast.Name) and node.id in imported(name)
        }
    known = application()
    return sorted(u for u in found if u in known and takes_context(known[u]))


def events(use_case: UseCase, seen: frozenset[UseCase] = frozenset()) -> Iterator[tuple[str, str]]:
    """Decisions and writes in the order in which they stand, helpers unfolded."""
    known = application()
    calls = [n for n in ast.walk(known[use_case]) if isinstance(n, ast.Call)]
    # What is inside an expression is done before it, so it is the end that orders them.
    for call in sorted(calls, key=lambda c: (c.end_lineno or 0, c.end_col_offset or 0)):
        path = dotted(call.func)
        *owner, method = path.split(".")
        if owner == ["context"] and method in GUARDS:
            yield "decides", path
        elif owner[:2] == ["context", "work"] and method.startswith(WRITES):
            yield "writes", path
        elif not owner:
            there = UseCase(use_case.module, method)
            there = there if there in known else imported(use_case.module).get(method, there)
            if there in known and there not in seen:
                yield from events(there, seen | {use_case})


USE_CASES = started_by_routes()


def test_the_use_cases_are_found() -> None:
    names = {str(use_case) for use_case in USE_CASES}
    assert {"people.read", "referral_acts.decline", "packets.packet"} <= names
    assert len(USE_CASES) > 50
    assert all(isinstance(application()[use_case], ast.AsyncFunctionDef) for use_case in USE_CASES)


@pytest.mark.parametrize("use_case", USE_CASES, ids=str)
def test_every_use_case_is_decided_before_anything_is_written(use_case: UseCase) -> None:
    happened = list(events(use_case))
    if str(use_case) in UNDECIDED:
        assert not happened
        return
    decided = {path for what, path in happened if what == "decides"}
    assert decided & {f"context.{guard}" for guard in ON_RECORD}, "no decision is on record"
    assert happened[0][0] == "decides", happened


@pytest.mark.parametrize(
    "by_itself",
    [
        *(
            UseCase(
                s.do.__module__.removeprefix("service.").replace(".", "/") + ".py", s.do.__name__
            )
            for s in SWEEPS
        ),
    ],
    ids=str,
)
def test_what_the_service_does_by_itself_is_decided_too(by_itself: UseCase) -> None:
    assert next(events(by_itself))[0] == "decides"


def decisions_in(node: ast.AST) -> list[ast.Call]:
    return [
        inside
        for inside in ast.walk(node)
        if isinstance(inside, ast.Call) and dotted(inside.func).split(".")[-1] == "decide"
    ]


def test_only_the_context_decides() -> None:
    """Nobody asks the rules past the record: ``decide`` is called where the entry is noted."""
    callers = {name for name, tree in TREES.items() if decisions_in(tree)}
    # A plan is decided on by its use case of the same name.
    deciding = {name for name in callers if "decide" in imported(name)}
    assert deciding == {"application/context.py", AGAIN.module}


#: A decision on record is made again for an auditor; nothing is opened by it.
AGAIN = UseCase("application/explanations.py", "replay")


def test_what_is_decided_again_was_asked_by_an_auditor_on_record() -> None:
    replay = application()[AGAIN]
    assert {f.name for f in functions(AGAIN.module) if decisions_in(f)} == {AGAIN.name}
    (again,) = decisions_in(replay)
    enforced = [
        node.lineno
        for node in ast.walk(replay)
        if isinstance(node, ast.Call)
        and dotted(node.func) == "context.enforce"
        and dotted(node.args[0]) == "Permission.AUDIT_REPLAY"
    ]
    assert enforced
    assert enforced[0] < again.lineno


# Routes

OPEN_TO_ALL = {
    "/.well-known/oauth-protected-resource",
    "/healthz",
    # Hashes and a number: whoever watches over the audit log need not be known to us.
    "/log/checkpoint",
    "/log/consistency",
    "/log/inclusion",
    "/log/keys",
    "/log/tile/{address:path}",
    "/readyz",
}
DOCS = {"/openapi.json", "/docs", "/docs/assets", "/docs/oauth2-redirect"}
#: POSTs that only ask; a name or an area does not belong in a URL, nor does what somebody wants
#: explained, decided again or printed.
ASKING = {
    "/v1/access/explain",
    "/v1/audit/events/{entry_id}/replay",
    "/v1/disclosure-requests/{request_id}/export",
    "/v1/persons/search",
    "/v1/route",
}


def routes(*, docs: bool = False) -> list[RouteContext]:
    there = [
        each.routes if isinstance(each, Signpost) else (each,)
        for each in create_application(docs=docs).routes
    ]
    return list(iter_route_contexts([route for some in there for route in some]))


def served(route: RouteContext) -> str:
    return f"{'|'.join(sorted(route.methods or ()))} {route.path}"


ROUTES = routes()
AUDITED = [r for r in ROUTES if isinstance(r.original_route, AuditedRoute)]


def test_only_health_and_where_to_get_tokens_are_open_to_all() -> None:
    plain = {r.path for r in ROUTES if not isinstance(r.original_route, AuditedRoute)}
    assert plain == OPEN_TO_ALL
    with_docs = {
        r.path for r in routes(docs=True) if not isinstance(r.original_route, AuditedRoute)
    }
    assert with_docs == OPEN_TO_ALL | DOCS
    assert len(AUDITED) > 60


@pytest.mark.parametrize("route", AUDITED, ids=served)
def test_every_route_says_what_it_does(route: RouteContext) -> None:
    original = route.original_route
    assert isinstance(original, APIRoute)
    assert (route.path or "").startswith("/v1/")
    permission = original.endpoint.permission
    assert isinstance(permission, Permission)
    assert permission not in SYSTEM_ONLY
    assert original.endpoint.__doc__
    (method,) = route.methods or ()
    asks = method == "GET" or route.path in ASKING
    scope = scope_of(permission)
    assert scope is None or scope.endswith(".read") == asks
    # Whatever acts is done once however often it is sent.
    assert original.endpoint.keyed or route.path in ASKING
    assert method in {"GET", "POST", "PUT"}


def test_no_route_stands_twice() -> None:
    all_served = [served(r) for r in AUDITED]
    assert len(set(all_served)) == len(all_served)


def test_every_act_on_a_referral_has_its_route() -> None:
    done = {r.original_route.endpoint.permission for r in AUDITED}  # type: ignore[attr-defined]
    assert {PERMISSION[act] for act in Act} - SYSTEM_ONLY <= done


#: A conference body of a statutory kind is the municipality's to constitute and to amend: that is
#: asked for besides what the route asks for (tests/scenarios/test_conference_bodies.py).
ASKED_FOR_BESIDES = {Permission.CONFERENCE_CONSTITUTE}


def test_every_permission_is_asked_for() -> None:
    by_routes = {r.original_route.endpoint.permission for r in AUDITED}  # type: ignore[attr-defined]
    assert set(Permission) - SYSTEM_ONLY == by_routes | ASKED_FOR_BESIDES
    assert not ASKED_FOR_BESIDES & by_routes


# Files and names

LONGEST_IN_THE_DOMAIN, LONGEST = 450, 420
#: Looked up, not read: one entry a code, or a request.
CATALOGUES = {"domain/permission.py", "domain/problems.py", "api/examples.py"}


@pytest.mark.parametrize(
    "name", [n for n in SOURCES if not n.startswith(MIGRATIONS) and n not in CATALOGUES]
)
def test_a_file_can_be_read_in_one_sitting(name: str) -> None:
    lines = len(SOURCES[name].read_text(encoding="utf-8").splitlines())
    assert lines <= (LONGEST_IN_THE_DOMAIN if name in DOMAIN else LONGEST)


BANNED = {"Base", "DTO", "Helper", "Helpers", "Impl", "Manager", "Processor", "Util", "Utils"}


@pytest.mark.parametrize("name", SOURCES)
def test_no_class_is_named_after_nothing(name: str) -> None:
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.ClassDef):
            words = re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]*", node.name)
            assert not BANNED & set(words), node.name


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    somebodys = re.compile(r"(?<![\w.:/-])/(?:home|Users|root|mnt|work)/\w")
    kept = ("*.md", "*.py", "*.sql", "*.toml", "*.yaml", "*.yml", "Makefile", "Containerfile")
    for folder in ("service", "tests", "deploy", "."):
        for pattern in kept:
            here = REPOSITORY / folder
            for path in here.glob(pattern) if folder == "." else here.rglob(pattern):
                found = somebodys.search(path.read_text(encoding="utf-8"))
                assert not found, path.relative_to(REPOSITORY)
