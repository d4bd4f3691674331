"""Parts of pages that are made from the package itself, as Markdown."""

import contextlib
import io
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from certificates.schemas import schema
from games import catalogue
from sgn.cli import main

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"  # the copies
_MARK = re.compile(r"^```\{made\} ([a-z]+)(?: (\S+))?\n```$", re.MULTILINE)
_WIDTH = "80"  # of the text of --help


def fill(text: str) -> str:
    """The text with every ```` ```{made} NAME ARGUMENT ```` block replaced by what it names."""
    return _MARK.sub(lambda match: _MAKERS[match[1]](match[2] or ""), text)


def notebooks_list(_: str) -> str:
    """The notebooks in their order, as a toctree; a clone may have none yet."""
    names = sorted(f"notebooks/{file.stem}" for file in NOTEBOOKS.glob("*.ipynb"))
    return "\n".join(["```{toctree}", ":maxdepth: 1", "", *names, "```"]) if names else ""


def schema_tables(name: str) -> str:
    """The keys of a document and of the objects in it: one table each."""
    content = schema(name)
    parts = [_keys(content, f"`{content['title']}`")]
    plain = ["**Types without keys**", "", "| type | | |", "|---|---|---|"]
    for key, part in content["$defs"].items():
        whole = (part,) if "properties" in part else part.get("oneOf", ())
        choices = [choice for choice in whole if "properties" in choice]
        parts += [
            _keys(choice, f"`{key if choice is part else _named(key, choice)}`")
            for choice in choices
        ]
        if not choices:
            plain.append(
                f"| {_words(key)} | {_type(part)} | {_cell(part.get('description', ''))} |"
            )
    return "\n\n".join([*parts, "\n".join(plain)])


def _named(key: str, choice: Mapping[str, Any]) -> str:
    """One of the choices of a definition, by its theorem or its kind."""
    own = choice["properties"]
    return f"{key} {own.get('theorem', own.get('kind', {})).get('const', '')}".rstrip()


def _keys(part: Mapping[str, Any], title: str) -> str:
    required = set(part.get("required", ()))
    rows = [
        f"| `{key}`{'' if key in required else ' ?'} | {_type(value)} |"
        f" {_cell(value.get('description', ''))} |"
        for key, value in part["properties"].items()
        if isinstance(value, Mapping)
    ]
    note = part.get("description", "")
    return "\n".join(
        [f"**{title}** {_cell(note)}".rstrip(), "", "| key | type | |", "|---|---|---|", *rows]
    )


def _type(value: Mapping[str, Any]) -> str:
    """A schema's type in a few words; names are those of the other tables, or of plain types."""
    if "$ref" in value:
        return _words(str(value["$ref"]).rpartition("/")[2])
    if "const" in value:
        return f"`{value['const']}`"
    if "enum" in value:
        return ", ".join(f"`{choice}`" for choice in value["enum"])
    if "allOf" in value:
        return _type(value["allOf"][0])
    for key in ("oneOf", "anyOf"):
        if key in value:
            return " or ".join(dict.fromkeys(_type(choice) for choice in value[key]))
    if value.get("type") == "array" and isinstance(value.get("items"), Mapping):
        return f"list of {_type(value['items'])}"
    if value.get("type") == "object" and "properties" in value:
        return "object: " + ", ".join(f"`{key}`" for key in value["properties"])
    return str(value.get("type", "any"))


def _words(name: str) -> str:
    return name.replace("_", " ")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("_", "\\_").replace("*", "\\*")


def games_table(_: str) -> str:
    """Every game of the catalogue: name, players and variables, what is expected, source."""
    rows = [_game_row(name) for name in catalogue.names()]
    head = "| name | players, variables | verdict | source |\n|---|---|---|---|"
    return "\n".join([head, *rows])


def _game_row(name: str) -> str:
    entry = catalogue.entry(name)
    game = entry.build()
    size = f"{len(game.sizes)}, {game.dimension}"
    return f"| `{name}` | {size} | {entry.expected.verdict} | {_cell(entry.source)} |"


def command_help(command: str) -> str:
    """What `sgn COMMAND --help` prints."""
    os.environ["COLUMNS"], os.environ["NO_COLOR"] = _WIDTH, "1"
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.suppress(SystemExit):
        main([*filter(None, [command]), "--help"])
    return f"```text\n{printed.getvalue().rstrip()}\n```"


_MAKERS: Mapping[str, Callable[[str], str]] = {
    "notebooks": notebooks_list,
    "schema": schema_tables,
    "games": games_table,
    "help": command_help,
}
