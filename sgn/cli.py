"""The command line: certify, verify, attack, report, catalogue, demo.

Exit status: 0 proved (or estimated, when that was asked for), verified, or not broken by an attack;
1 not certified, or the check failed, or only estimated, or a claim was broken; 2 unusable input,
with one line on standard error.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from games.errors import InputError
from games.reading import at

EXIT_OK, EXIT_NO, EXIT_INPUT = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
        sys.stdout.flush()
    except InputError as error:
        print(f"sgn: {error}", file=sys.stderr)
        return EXIT_INPUT
    except ValueError as error:
        print(f"sgn: {options.place}: {error}", file=sys.stderr)
        return EXIT_INPUT
    except KeyboardInterrupt:
        print("sgn: interrupted; nothing was written", file=sys.stderr)
        return EXIT_NO
    except BrokenPipeError:  # the reader has seen enough; nothing is left to be flushed at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_OK
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sgn",
        description="Does simultaneous gradient play in a game contract to the Nash equilibrium?"
        " Certified, with a proof that an independent checker confirms.",
    )
    parser.set_defaults(place="input")
    commands = parser.add_subparsers(required=True, metavar="command")

    certify = commands.add_parser("certify", help="certify a game file")
    certify.add_argument("game", metavar="GAME.toml")
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
    catalogue.add_argument("-o", "--output", metavar="GAME.toml", help="write the game here")
    catalogue.set_defaults(run=_catalogue)

    demo = commands.add_parser("demo", help="certify a game that is not monotone, and verify it")
    demo.set_defaults(run=_demo)
    return parser


def _certify(options: argparse.Namespace) -> int:
    import games
    from sgn.certify import certify
    from sgn.progress import progress_line

    game = games.load(options.game)
    options.place = options.game
    if options.seed < 0:
        raise InputError("--seed must be at least 0")
    if options.time_limit is not None and not options.time_limit > 0:
        raise InputError("--time-limit must be more than 0 seconds")
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
    if options.output:
        result.save(options.output)
    print(json.dumps(result.document) if options.json else result)
    asked = result.verdict == "estimated" and options.evidence == "sampled"
    return EXIT_OK if result.verdict == "proved" or asked else EXIT_NO


def _verify(options: argparse.Namespace) -> int:
    from certificates.table import verification_table
    from sgn.files import verify

    if not options.patience > 0:
        raise InputError("--patience must be more than 0")
    verification = verify(options.certificate, patience=options.patience)
    print(verification_table(verification))
    return EXIT_OK if verification else EXIT_NO


def _attack(options: argparse.Namespace) -> int:
    from certificates.certificate import load
    from sgn.attack import attack

    if options.seed < 0:
        raise InputError("--seed must be at least 0")
    if not 0 <= options.seconds < float("inf"):
        raise InputError("--seconds must be a number of at least 0")
    subject = load(options.certificate)
    with at(options.certificate):
        result = attack(subject, seconds=options.seconds, seed=options.seed)
    print(result)
    return EXIT_NO if result.broken else EXIT_OK


def _report(options: argparse.Namespace) -> int:
    from sgn.report import save_report

    verification = save_report(options.certificate, options.output)
    print(f"wrote {options.output} ({verification.message})")
    broken = verification.obligations and not verification
    return EXIT_NO if broken else EXIT_OK


def _catalogue(options: argparse.Namespace) -> int:
    from textwrap import shorten

    import games
    from certificates.table import WIDTH
    from games import catalogue

    if options.name is None:
        if options.output:
            raise InputError("-o needs the name of a game; run 'sgn catalogue' to see the names")
        width = max(map(len, catalogue.names()))
        for name in catalogue.names():
            entry = catalogue.entry(name)
            print(f"{name:<{width}}  {shorten(entry.source, WIDTH - width - 2, placeholder=' …')}")
        return EXIT_OK
    game = catalogue.load(options.name)
    if options.output:
        games.save(game, options.output)
        print(f"wrote {options.output}; certify it with: sgn certify {options.output}")
    else:
        print(games.to_text(game), end="")
    return EXIT_OK


def _demo(options: argparse.Namespace) -> int:
    """The published flagship game, certified in memory, saved, loaded and verified."""
    import tempfile
    import textwrap

    from certificates.check import verify
    from certificates.document import read
    from certificates.table import WIDTH, verification_table
    from games import catalogue
    from sgn.certify import certify

    game = catalogue.load("sgn-toy")
    print(textwrap.fill(f"{game.name}: {game.source}", WIDTH))
    for player, cost in zip(game.players, getattr(game, "costs", ()), strict=False):
        print(f"  cost of {player.name}: {cost}")
    print()
    result = certify(game)
    print(result)
    print()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "demo.json"
        result.save(path)
        verification = verify(read(path))
    print(verification_table(verification))
    return EXIT_OK if verification else EXIT_NO


if __name__ == "__main__":
    sys.exit(main())
