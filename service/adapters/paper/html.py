"""A paper as one page of HTML that needs nothing else and runs nothing."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from service.adapters.paper.writing import readable, words_of
from service.domain.paper import Paper


def render_html(paper: Paper) -> str:
    """Write the paper as HTML that prints well on A4; every text is escaped."""
    return _template().render(words_of(paper, readable))


@cache
def _template() -> Template:
    environment = Environment(
        autoescape=True,
        keep_trailing_newline=True,
        loader=PackageLoader("service.adapters.paper", "."),
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    return environment.get_template("paper.html.jinja")
