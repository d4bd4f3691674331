"""The commands: each takes its options and gives an exit status and what to print.

What takes time to import is imported by the command that needs it, where Ctrl-C is heard.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from certificates.version import VERSION

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from certificates.kernel.verify import Verification
    from certificates.trust import TrustedFile
    from games.game import Game

EXIT_OK, EXIT_NO, EXIT_INPUT = 0, 1, 2
VERSION_LINE = f"sgn {VERSION} (small-gain-nash)"
# what is read as something else
_NO_PAGES = (
    ".toml",
    ".npz",
    ".nfg",
    ".efg",
    ".gam",
    ".csv",
    ".npy",
    ".mat",
    ".mtx",
    ".gz",
    ".json",
)
Said = tuple[int, str]  # a command's exit status and what it prints


def certify(options: argparse.Namespace) -> Said:
    """A certificate or refusal of a game file, or of a game of the catalogue."""
    from certificates.writing import check_name
    from games.errors import InputError
    from games.reading import at
    from sgn.certify import certify
    from sgn.console import end_interruptions
    from sgn.progress import progress_line

    game, read = chosen_game(options)
    if options.seed < 0:
        raise InputError("--seed must be at least 0")
    if options.time_limit is not None and not options.time_limit > 0:
        raise InputError("--time-limit must be more than 0 seconds")
    if options.output:
        check_not_read(options.output, read)
        check_name(options.output)
    with progress_line(sys.stderr) as progress, at(options.place):
        result = certify(
            game,
            evidence=options.evidence,
            metric=options.metric,
            objective=options.objective,
            time_limit=options.time_limit,
            seed=options.seed,
            progress=progress,
        )
    end_interruptions()
    if options.output:
        result.save(options.output)
    asked = result.verdict == "estimated" and options.evidence == "sampled"
    status = EXIT_OK if result.verdict == "proved" or asked else EXIT_NO
    if options.json:
        return status, _json(result.document)
    return status, result.details() if options.details else str(result)


def chosen_game(options: argparse.Namespace) -> tuple[Game, Sequence[Path]]:
    """The game that is named, and the files that it was read from; later messages name it."""
    from games.files.load import file_options, files_of
    from sgn.inputs import STANDARD_INPUT, as_file, display

    asked_for = file_options(options.entropy, options.sizes, options.form)
    told = {key: value for key, value in asked_for.items() if value is not None}
    with as_file(options.game) as path:
        game = _named_game(path, told)
        read = files_of(path) if os.path.exists(path) and options.game != STANDARD_INPUT else ()
    options.place = display(options.game)
    return game, read


def _named_game(path: str, told: dict[str, Any]) -> Game:
    """The game in a file; where there is no file, the game of that name in the catalogue."""
    import games
    from games import catalogue
    from games.errors import InputError
    from games.reading import near

    if os.path.lexists(path) or os.path.dirname(path) or os.path.splitext(path)[1]:
        return games.load(path, **told)
    if path in catalogue.names():
        for option in told:
            raise InputError(f"--{option}: {path} is a game of the catalogue; leave it out")
        return catalogue.load(path)
    raise InputError(
        f"{path}: there is no such file, and no such game in the catalogue;"
        f" {near(path, catalogue.names())}"
    )


def _json(value: Any) -> str:
    """Strict JSON: no NaN, no infinity."""
    import json

    return json.dumps(value, allow_nan=False)


def check_not_read(output: str, inputs: Iterable[str | os.PathLike[str]]) -> None:
    """Raise InputError where an input would be written over, by whatever name or link."""
    from games.errors import InputError

    for path in inputs:
        if os.path.exists(output) and os.path.samefile(output, path):
            raise InputError(f"{output}: this is what is read; choose another file to write")


# ---- verify --------------------------------------------------------------------------------------


def verify(options: argparse.Namespace) -> Said:
    """Every obligation of one certificate; of several a line each, a summary, the worst status."""
    from certificates.trust import verify_file
    from games.errors import InputError
    from sgn.inputs import as_file, certificates_in

    if not options.patience > 0:
        raise InputError("--patience must be more than 0")
    paths = certificates_in(options.certificates)
    if paths == options.certificates and len(paths) == 1:
        with as_file(paths[0]) as path:
            found, files = verify_file(path, patience=options.patience)
        return EXIT_OK if found else EXIT_NO, _one_check(paths[0], found, files, options)
    return _several_checks(paths, options)


def _one_check(
    path: str, found: Verification, files: Sequence[TrustedFile], options: argparse.Namespace
) -> str:
    # what prints is imported afterwards, so that nothing is listed that the check did not use
    from certificates.report.table import verification_table
    from certificates.trust import trust_line, trust_table

    if options.json:
        return _json(_check_facts(path, found, files if options.trust else ()))
    parts = [verification_table(found)]
    if options.trust:
        parts.append(trust_table(files))
    elif found.obligations:
        parts.append(f"{trust_line(files)} (--trust lists them)")
    return "\n".join(parts)


def _check_facts(path: str, found: Verification, files: Iterable[TrustedFile]) -> dict[str, Any]:
    from sgn.inputs import display

    facts: dict[str, Any] = {
        "file": display(path),
        "verified": bool(found),
        "verdict": found.verdict,
        "message": found.message,
        "obligations": [
            {"name": o.name, "theorem": o.theorem, "holds": o.holds, "detail": o.detail}
            for o in found.obligations
        ],
    }
    trusted = [{"file": file.path, "lines": file.lines} for file in files]
    return facts | ({"trusted": trusted} if trusted else {})


def _several_checks(paths: Sequence[str], options: argparse.Namespace) -> Said:
    """A file that cannot be used is told on standard error, and the others are checked."""
    from certificates.trust import trust_table, verify_file
    from games.errors import InputError
    from games.reading import one_line
    from sgn.console import complain
    from sgn.inputs import as_file, display

    counts = {EXIT_OK: 0, EXIT_NO: 0, EXIT_INPUT: 0}
    lines: list[str] = []
    facts: list[dict[str, Any]] = []
    trusted: dict[str, TrustedFile] = {}
    for path in paths:
        try:
            with as_file(path) as file:
                found, files = verify_file(file, patience=options.patience)
        except InputError as error:
            complain(one_line(str(error)))
            facts.append({"file": display(path), "verified": False, "message": str(error)})
            counts[EXIT_INPUT] += 1
            continue
        counts[EXIT_OK if found else EXIT_NO] += 1
        head = "verified" if found else "NOT VERIFIED"
        lines.append(one_line(f"{display(path)}: {head} ({found.verdict}): {found.message}"))
        facts.append(_check_facts(path, found, ()))
        trusted |= {file.path: file for file in files}
    status = max(code for code, count in counts.items() if count)
    if options.json:
        return status, _json({"verified": status == EXIT_OK, "files": facts})
    words = ("verified", "not verified", "unusable")
    told = (f"{counts[k]} {word}" for k, word in enumerate(words) if counts[k] or k == 0)
    parts = [*lines, f"{len(paths)} file{'s' * (len(paths) != 1)}: {', '.join(told)}"]
    if options.trust and trusted:
        parts.append(trust_table(trusted[name] for name in sorted(trusted)))
    return status, "\n".join(parts)


# ---- show, attack, report ------------------------------------------------------------------------


def show(options: argparse.Namespace) -> Said:
    """A file in words, or its numbers as plain JSON; nothing is checked."""
    import games
    from certificates.certificate import load
    from sgn.inputs import as_file, holds_game

    with as_file(options.file) as path:
        if holds_game(path):
            game = games.load(path)
            from games.summary import facts, words

            return EXIT_OK, _json(facts(game)) if options.json else words(game)
        result = load(path)
    if options.json:
        return EXIT_OK, _json(result.to_dict())
    return EXIT_OK, result.details() if options.details else str(result)


def attack(options: argparse.Namespace) -> Said:
    """What the attack found, claim by claim."""
    from certificates.certificate import load
    from games.errors import InputError
    from games.reading import at
    from sgn.attacks.attack import attack
    from sgn.inputs import as_file, display

    if options.seed < 0:
        raise InputError("--seed must be at least 0")
    if not 0 <= options.seconds < float("inf"):
        raise InputError("--seconds must be a number of at least 0")
    options.place = display(options.certificate)
    with as_file(options.certificate) as path:
        subject = load(path)
    with at(options.place):
        result = attack(subject, seconds=options.seconds, seed=options.seed)
    status = EXIT_NO if result.broken else EXIT_OK
    return status, _json(result.to_dict()) if options.json else str(result)


def report(options: argparse.Namespace) -> Said:
    """The page, written."""
    from games.errors import InputError
    from sgn.inputs import STANDARD_INPUT, as_file
    from sgn.report import save_report

    if options.output.lower().endswith(_NO_PAGES):
        raise InputError(f"{options.output}: this names no page; give it a name that ends in .html")
    if options.certificate != STANDARD_INPUT:
        check_not_read(options.output, [options.certificate])
    with as_file(options.certificate) as path:
        verification = save_report(path, options.output)
    broken = verification.obligations and not verification
    return EXIT_NO if broken else EXIT_OK, f"wrote {options.output} ({verification.message})"


def explore(options: argparse.Namespace) -> Said:
    """A page on this machine, until it is closed or Ctrl-C is pressed."""
    from games.errors import InputError
    from games.files.load import file_options
    from games.reading import at
    from sgn.console import tell
    from sgn.explore.run import explore
    from sgn.inputs import as_file, display

    asked_for = file_options(options.entropy, options.sizes, options.form)
    told = {key: value for key, value in asked_for.items() if value is not None}
    if not 0 < options.time_limit < float("inf"):
        raise InputError("--time-limit must be more than 0 seconds")
    if not 0 <= options.port < 65536:
        raise InputError("--port must be between 0 and 65535")
    with as_file(options.game) as path:
        game = _named_game(path, told)
    options.place = display(options.game)
    with at(options.place):
        try:
            explore(
                game,
                seconds=options.time_limit,
                port=options.port,
                browser=not options.no_browser,
                tell=lambda address: tell(f"{address}\nClose the page, or press Ctrl-C, to end."),
            )
        except KeyboardInterrupt:  # the way to end it, and nothing that went wrong
            return EXIT_OK, "ended"
    return EXIT_OK, "ended: the page was closed"


# ---- games ---------------------------------------------------------------------------------------


def catalogue(options: argparse.Namespace) -> Said:
    """The names, or one game: its text, or its file written."""
    from textwrap import shorten

    import games
    from certificates.report.table import WIDTH
    from games import catalogue
    from games.errors import InputError
    from sgn.console import write_in_utf8

    if options.name is None:
        if options.output:
            raise InputError("-o needs the name of a game; run 'sgn catalogue' to see the names")
        names = catalogue.names(options.tag)
        width = max(map(len, names))
        room = WIDTH - width - 2
        return EXIT_OK, "\n".join(
            f"{name:<{width}}  {shorten(catalogue.entry(name).source, room, placeholder=' …')}"
            for name in names
        )
    if options.tag:
        raise InputError("--tag lists games; leave out the name, or the tag")
    game = catalogue.load(options.name)
    if options.output:
        games.save(game, options.output)
        return EXIT_OK, f"wrote {options.output}; certify it with: sgn certify {options.output}"
    write_in_utf8()
    return EXIT_OK, games.to_text(game).removesuffix("\n")


def demo(options: argparse.Namespace) -> Said:
    """The published flagship game, certified, written, read again and verified, all in memory."""
    import json
    import textwrap

    from certificates.kernel.document.reading import parse
    from certificates.kernel.verify import verify
    from certificates.report.table import WIDTH, verification_table
    from games import catalogue
    from sgn.certify import certify

    game = catalogue.load("sgn-toy")
    result = certify(game)
    verification = verify(parse(json.dumps(result.document)))
    costs = [
        f"  cost of {player.name}: {cost}"
        for player, cost in zip(game.players, getattr(game, "costs", ()), strict=False)
    ]
    parts = [
        "\n".join([textwrap.fill(f"{game.name}: {game.source}", WIDTH), *costs]),
        result.details(),
        verification_table(verification),
    ]
    return EXIT_OK if verification else EXIT_NO, "\n\n".join(parts)


def completion(options: argparse.Namespace) -> Said:
    """A script for a shell, made from the parser."""
    from games import catalogue
    from sgn.completion import commands_of, script

    return EXIT_OK, script(options.shell, commands_of(options.parser, catalogue.names()))


def cite(options: argparse.Namespace) -> Said:
    """BibTeX, as in CITATION.cff."""
    entry = {
        "author": "{The SGN authors}",
        "title": "{Small-gain Nash: convergence certificates for differentiable games}",
        "version": f"{{{VERSION}}}",
        "year": "{2026}",
        "note": "{Python package small-gain-nash}",
    }
    body = ",\n".join(f"  {key} = {value}" for key, value in entry.items())
    return EXIT_OK, f"@software{{small_gain_nash,\n{body}\n}}"
