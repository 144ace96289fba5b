"""Which route a request is for, found by those segments of its path that are words.

Plain matching asks one route after the other, some three hundred regular expressions a request.
Here only those are asked whose words stand in the path, in the same order. All others would say
no, so that the answer is the same, also to what is no route or has no such method.
"""

from collections.abc import Iterable
from typing import NamedTuple

from starlette.convertors import PathConvertor
from starlette.datastructures import URLPath
from starlette.routing import BaseRoute, Match, NoMatchFound, Route
from starlette.types import Receive, Scope, Send


class _Topic(NamedTuple):
    """How many segments a path has, and which is the second: ``/v1/persons/{person_id}``: 3, persons."""

    segments: int
    word: str


class _Arm(NamedTuple):
    """The routes of one topic, in their order: by the word that ends them, and for other endings."""

    by_ending: dict[str, tuple[Route, ...]]
    otherwise: tuple[Route, ...]


class Signpost(BaseRoute):
    """Many routes as one. It finds what asking them one by one would find."""

    def __init__(self, routes: Iterable[Route]) -> None:
        """Put up the routes; their order counts, as it does for the framework."""
        self.routes = tuple(routes)
        placed = [(route, _topic_of(route)) for route in self.routes]
        self._elsewhere = tuple(route for route, topic in placed if topic is None)
        self._arms = {
            here: _arm((route, topic) for route, topic in placed if topic in (here, None))
            for here in {topic for _, topic in placed if topic is not None}
        }

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """The first route that takes path and method, or else the first that takes the path."""
        if scope["type"] != "http":
            return Match.NONE, {}
        by_path: Scope | None = None
        for route in self._likely(scope):
            match, found = route.matches(scope)
            if match is Match.NONE:
                continue
            found["route"] = route
            if match is Match.FULL:
                return match, found
            by_path = by_path or found
        return (Match.NONE, {}) if by_path is None else (Match.PARTIAL, by_path)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Go where ``matches`` pointed."""
        route: Route = scope["route"]
        await route.handle(scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: object) -> URLPath:
        """The address of the route with this name."""
        for route in self.routes:
            try:
                return route.url_path_for(name, **path_params)
            except NoMatchFound:
                continue
        raise NoMatchFound(name, path_params)

    def _likely(self, scope: Scope) -> tuple[Route, ...]:
        path: str = scope["path"]
        # Patterns end before a line break at the very end as well as after it.
        if scope.get("root_path") or path.endswith("\n"):
            return self.routes
        segments = path.split("/")
        arm = self._arms.get(_Topic(len(segments), segments[2] if len(segments) > 2 else ""))
        if arm is None:
            return self._elsewhere
        return arm.by_ending.get(segments[-1], arm.otherwise)


def _arm(placed: Iterable[tuple[Route, _Topic | None]]) -> _Arm:
    endings = [(route, None if topic is None else _ending(route)) for route, topic in placed]
    by_ending = {
        word: tuple(route for route, ending in endings if ending in (word, None))
        for word in {ending for _, ending in endings if ending is not None}
    }
    return _Arm(by_ending, tuple(route for route, ending in endings if ending is None))


def _topic_of(route: Route) -> _Topic | None:
    """Under which topic it stands; None: under any, as its second segment is a parameter or more than one."""
    if any(isinstance(each, PathConvertor) for each in route.param_convertors.values()):
        return None
    segments = route.path_format.split("/")
    word = segments[2] if len(segments) > 2 else ""
    return None if "{" in word else _Topic(len(segments), word)


def _ending(route: Route) -> str | None:
    """The word it ends with; None: it ends with a parameter."""
    last = route.path_format.rpartition("/")[2]
    return None if "{" in last else last
