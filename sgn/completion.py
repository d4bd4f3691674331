"""Completion for shells, made from the parser of the command line."""

import argparse
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True)
class Option:
    """One option: how it may be written, its values where they are listed, whether it takes one."""

    names: tuple[str, ...]
    choices: tuple[str, ...]
    takes_value: bool
    words: str


@final
@dataclass(frozen=True)
class Command:
    """One command: its options, and words that may stand where a file may."""

    name: str
    words: str
    options: tuple[Option, ...]
    places: tuple[str, ...]


def commands_of(parser: argparse.ArgumentParser, games: Sequence[str]) -> list[Command]:
    """What the parser's commands take; games: the names to offer where a game is asked for."""
    found = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            words = {choice.dest: choice.help or "" for choice in action._choices_actions}
            for name, part in action.choices.items():
                found.append(_command(name, words.get(name, ""), part, games))
    return found


def _command(
    name: str, words: str, parser: argparse.ArgumentParser, games: Sequence[str]
) -> Command:
    options, places = [], list[str]()
    for action in parser._actions:
        choices = tuple(str(choice) for choice in action.choices or ())
        if action.option_strings:
            told = (action.help or "").split(";")[0].split(" (")[0]
            takes = action.nargs != 0
            options.append(Option(tuple(action.option_strings), choices, takes, told))
        else:
            places += choices or (games if action.dest in ("game", "name") else ())
    return Command(name, words, tuple(options), tuple(places))


def script(shell: str, commands: Sequence[Command]) -> str:
    """The text that a shell is to read. Raises KeyError for another shell than those of SHELLS.

    >>> import sgn.arguments
    >>> print(script("fish", commands_of(sgn.arguments.parser(), []))[:31])
    complete -c sgn -n __fish_use_s
    """
    return SHELLS[shell](commands)


def _cases(command: Command) -> Iterator[tuple[str, str]]:
    """The option before the word (or *), and the words that may come."""
    for option in command.options:
        if option.takes_value:
            for name in option.names:
                yield name, " ".join(option.choices)
    named = (name for option in command.options for name in option.names)
    yield "*", " ".join((*named, *command.places))


def _bash(commands: Sequence[Command]) -> str:
    names = " ".join((*(command.name for command in commands), "--help", "--version"))
    lines = ["_sgn() {", "  local words=", '  case "${COMP_WORDS[1]}" in']
    for command in commands:
        lines += [f"    {command.name})", '      case "${COMP_WORDS[COMP_CWORD-1]}" in']
        lines += [
            f"        {option}) words={shlex.quote(words)} ;;" for option, words in _cases(command)
        ]
        lines += ["      esac ;;"]
    lines += [
        "  esac",
        f'  [ "$COMP_CWORD" = 1 ] && words={shlex.quote(names)}',
        '  COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))',
        "}",
        "complete -o default -F _sgn sgn",
    ]
    return "\n".join(lines)


def _zsh(commands: Sequence[Command]) -> str:
    return f"autoload -U +X bashcompinit && bashcompinit\n{_bash(commands)}"


def _fish(commands: Sequence[Command]) -> str:
    lines = []
    for command in commands:
        told = shlex.quote(command.words)
        lines.append(f"complete -c sgn -n __fish_use_subcommand -a {command.name} -d {told}")
        here = f"complete -c sgn -n '__fish_seen_subcommand_from {command.name}'"
        if command.places:
            lines.append(f"{here} -a {shlex.quote(' '.join(command.places))}")
        for option in command.options:
            names = " ".join(
                f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}"
                for name in option.names
            )
            value = f" -xa {shlex.quote(' '.join(option.choices))}" if option.choices else ""
            taken = " -r" if option.takes_value and not option.choices else ""
            lines.append(f"{here} {names}{value}{taken} -d {shlex.quote(option.words)}")
    return "\n".join(lines)


SHELLS: Mapping[str, Callable[[Sequence[Command]], str]] = {
    "bash": _bash,
    "zsh": _zsh,
    "fish": _fish,
}
