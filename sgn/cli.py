"""The command line: certify, verify, attack, report, catalogue, demo.

Exit status: 0 proved (or estimated, when that was asked for), verified, or not broken by an attack;
1 not certified, or the check failed, or only estimated, or a claim was broken, or interrupted;
2 unusable input or arithmetic, or output that cannot be written, with one line on standard error.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from sgn.console import (
    complain,
    end_interruptions,
    interruptible,
    open_streams,
    tell,
    write_in_utf8,
)

if TYPE_CHECKING:  # what takes time to import is imported where Ctrl-C is heard
    import argparse
    from collections.abc import Iterable, Sequence

EXIT_OK, EXIT_NO, EXIT_INPUT = 0, 1, 2
Said = tuple[int, str]  # a command's exit status and what it prints


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    try:
        with interruptible(last=arguments is None):
            return _main(arguments)
    except KeyboardInterrupt:
        complain("interrupted; nothing was written")
        return EXIT_NO


def _main(arguments: Sequence[str] | None) -> int:
    if not open_streams():
        complain("standard output is closed; send it to a file, or to /dev/null")
        return EXIT_INPUT
    try:
        options = _parser().parse_args(arguments)
    except SystemExit as stop:  # help, or a complaint
        return _said(int(stop.code or EXIT_OK), "")
    return _run(options)


def _run(options: argparse.Namespace) -> int:
    from certificates.kernel.numbers.ieee import ArithmeticChangedError
    from games.errors import InputError
    from games.reading import one_line

    try:
        status, text = options.run(options)
    except (InputError, ArithmeticChangedError) as error:
        problem = str(error)
    except ValueError as error:
        problem = f"{options.place}: {error}"
    except MemoryError:
        problem = f"{options.place}: it takes more memory than there is; give a smaller one"
    else:
        return _said(status, text)
    complain(one_line(problem))
    return EXIT_INPUT


def _said(status: int, text: str) -> int:
    """The status, once the text is printed."""
    if problem := tell(text):
        complain(f"standard output cannot be written ({problem}); send it elsewhere")
        return EXIT_INPUT
    return status


def _parser() -> argparse.ArgumentParser:
    import argparse

    parser = argparse.ArgumentParser(
        prog="sgn",
        description="Does simultaneous gradient play in a game contract to the Nash equilibrium?"
        " Certified, with a proof that an independent checker confirms.",
    )
    parser.set_defaults(place="input")
    commands = parser.add_subparsers(required=True, metavar="command")

    certify = commands.add_parser("certify", help="certify a game file")
    certify.add_argument(
        "game", metavar="GAME", help="a .toml, .nfg, .efg, .gam, .csv, .npy, .mat or .mtx file"
    )
    certify.add_argument(
        "--entropy", metavar="TAU", help="of a .nfg, .efg or .gam file: one number, or 1,1/2,…"
    )
    certify.add_argument(
        "--sizes", metavar="D1,D2,…", help="of a matrix: each player's variables; 1*9 for nine of 1"
    )
    certify.add_argument("--form", metavar="FORM", help="of an .efg file: agent or normal")
    certify.add_argument(
        "--evidence", choices=("auto", "exact", "enclosed", "sampled"), default="auto"
    )
    certify.add_argument(
        "--metric", choices=("auto", "euclidean", "scalar", "block", "dense"), default="auto"
    )
    certify.add_argument(
        "--objective", choices=("margin", "euler_step", "rk4_step", "factor"), default="margin"
    )
    certify.add_argument(
        "--time-limit",
        type=float,
        metavar="SECONDS",
        help="stop enclosing then, with what is proved (Ctrl-C does the same)",
    )
    certify.add_argument("-o", "--output", metavar="OUT.json", help="write the result here")
    certify.add_argument("--json", action="store_true", help="print the result as JSON alone")
    certify.add_argument("--seed", type=int, default=0, help="of all randomness (default 0)")
    certify.set_defaults(run=_certify)

    verify = commands.add_parser("verify", help="re-check a certificate, step by step")
    verify.add_argument("certificate", metavar="CERT.json")
    verify.add_argument(
        "--patience",
        type=float,
        default=1.0,
        metavar="N",
        help="do so many times the work of about fifteen seconds (default 1)",
    )
    verify.add_argument(
        "--trust",
        action="store_true",
        help="list the files of code that the check rests on, with their lines",
    )
    verify.set_defaults(run=_verify)

    attack = commands.add_parser("attack", help="try to break every claim of a certificate")
    attack.add_argument("certificate", metavar="CERT.json")
    attack.add_argument(
        "--seconds", type=float, default=10.0, metavar="N", help="how long (default 10)"
    )
    attack.add_argument("--seed", type=int, default=0, help="of all randomness (default 0)")
    attack.set_defaults(run=_attack)

    report = commands.add_parser("report", help="a certificate or refusal as one HTML page")
    report.add_argument("certificate", metavar="CERT.json")
    report.add_argument(
        "-o", "--output", metavar="OUT.html", default="report.html", help="default report.html"
    )
    report.set_defaults(run=_report)

    catalogue = commands.add_parser("catalogue", help="list the games, or write one as a file")
    catalogue.add_argument("name", nargs="?", metavar="NAME")
    catalogue.add_argument("--tag", metavar="TAG", help="list those with this tag alone")
    catalogue.add_argument("-o", "--output", metavar="GAME.toml", help="write the game here")
    catalogue.set_defaults(run=_catalogue)

    demo = commands.add_parser("demo", help="certify a game that is not monotone, and verify it")
    demo.set_defaults(run=_demo)
    return parser


def _certify(options: argparse.Namespace) -> Said:
    import json

    import games
    from certificates.writing import check_name
    from games.errors import InputError
    from games.files.load import file_options, files_of
    from games.reading import at
    from sgn.certify import certify
    from sgn.progress import progress_line

    told = file_options(options.entropy, options.sizes, options.form)
    game = games.load(options.game, **told)
    options.place = options.game
    if options.seed < 0:
        raise InputError("--seed must be at least 0")
    if options.time_limit is not None and not options.time_limit > 0:
        raise InputError("--time-limit must be more than 0 seconds")
    if options.output:
        _check_not_read(options.output, files_of(options.game))
        check_name(options.output)
    with progress_line(sys.stderr) as progress, at(options.game):
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
    return status, json.dumps(result.document) if options.json else str(result)


def _check_not_read(output: str, inputs: Iterable[str | os.PathLike[str]]) -> None:
    """Raise InputError where an input would be written over, by whatever name or link."""
    from games.errors import InputError

    for path in inputs:
        if os.path.exists(output) and os.path.samefile(output, path):
            raise InputError(f"{output}: this is what is read; choose another file to write")


def _verify(options: argparse.Namespace) -> Said:
    from certificates.trust import trust_line, trust_table, verify_file
    from games.errors import InputError

    if not options.patience > 0:
        raise InputError("--patience must be more than 0")
    verification, files = verify_file(options.certificate, patience=options.patience)
    # what prints is imported afterwards, so that nothing is listed that the check did not use
    from certificates.report.table import verification_table

    parts = [verification_table(verification)]
    if options.trust:
        parts.append(trust_table(files))
    elif verification.obligations:
        parts.append(f"{trust_line(files)} (--trust lists them)")
    return EXIT_OK if verification else EXIT_NO, "\n".join(parts)


def _attack(options: argparse.Namespace) -> Said:
    from certificates.certificate import load
    from games.errors import InputError
    from games.reading import at
    from sgn.attacks.attack import attack

    if options.seed < 0:
        raise InputError("--seed must be at least 0")
    if not 0 <= options.seconds < float("inf"):
        raise InputError("--seconds must be a number of at least 0")
    subject = load(options.certificate)
    with at(options.certificate):
        result = attack(subject, seconds=options.seconds, seed=options.seed)
    return EXIT_NO if result.broken else EXIT_OK, str(result)


def _report(options: argparse.Namespace) -> Said:
    from sgn.report import save_report

    _check_not_read(options.output, [options.certificate])
    verification = save_report(options.certificate, options.output)
    broken = verification.obligations and not verification
    return EXIT_NO if broken else EXIT_OK, f"wrote {options.output} ({verification.message})"


def _catalogue(options: argparse.Namespace) -> Said:
    from textwrap import shorten

    import games
    from certificates.report.table import WIDTH
    from games import catalogue
    from games.errors import InputError

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


def _demo(options: argparse.Namespace) -> Said:
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
        str(result),
        verification_table(verification),
    ]
    return EXIT_OK if verification else EXIT_NO, "\n\n".join(parts)


if __name__ == "__main__":
    sys.exit(main())
