"""The arguments of the command line: each with what it may be, and an example."""

import argparse
from collections.abc import Callable

from sgn import commands
from sgn import sweep_commands as sweeps

_RESULT = "c.json"


def parser() -> argparse.ArgumentParser:
    """Of `sgn`, with one parser a command, which sets `run`."""
    main = argparse.ArgumentParser(
        prog="sgn",
        description="Does simultaneous gradient play in a game contract to the Nash equilibrium?"
        " Certified, with a proof that an independent checker confirms.",
        epilog="A file called - is standard input. Exit status: 0 proved, verified or not broken;"
        " 1 not; 2 unusable input. Example: sgn certify harker -o c.json && sgn verify c.json",
    )
    main.set_defaults(place="input", parser=main)
    main.add_argument("--version", action="version", version=commands.VERSION_LINE)
    parts = main.add_subparsers(required=True, metavar="command")

    def command(
        name: str, run: Callable[[argparse.Namespace], commands.Said], what: str, example: str
    ) -> argparse.ArgumentParser:
        part = parts.add_parser(
            name, help=what, description=f"{what[:1].upper()}{what[1:]}.", epilog=f"e.g. {example}"
        )
        part.set_defaults(run=run)
        return part

    _certify(command)
    _sweep(command)
    _threshold(command)
    _verify(command)
    _show(command)
    _attack(command)
    _report(command)
    _explore(command)
    catalogue = command(
        "catalogue",
        commands.catalogue,
        "list the games that come with the package, or write one as a file",
        "sgn catalogue harker -o harker.toml",
    )
    catalogue.add_argument("name", nargs="?", metavar="NAME", help="of a game, e.g. harker")
    catalogue.add_argument(
        "--tag", metavar="TAG", help="list those with this tag alone; e.g. --tag cournot"
    )
    catalogue.add_argument(
        "-o", "--output", metavar="GAME.toml", help="write the game here, e.g. -o harker.toml"
    )
    command(
        "demo",
        commands.demo,
        "certify a game that is not monotone, and verify it",
        "sgn demo",
    )
    completion = command(
        "completion",
        commands.completion,
        "print what makes a shell complete the commands, options and games",
        'eval "$(sgn completion bash)"; sgn completion fish > ~/.config/fish/completions/sgn.fish',
    )
    completion.add_argument(
        "shell", choices=("bash", "zsh", "fish"), help="which shell; e.g. sgn completion zsh"
    )
    command("cite", commands.cite, "how to cite this software (BibTeX)", "sgn cite > sgn.bib")
    return main


_Add = Callable[
    [str, Callable[[argparse.Namespace], commands.Said], str, str], argparse.ArgumentParser
]


def _certify(command: _Add) -> None:
    part = command(
        "certify",
        commands.certify,
        "certify a game file, or a game of the catalogue",
        "sgn certify game.toml --metric dense -o c.json",
    )
    _game(part)
    part.add_argument(
        "--evidence",
        choices=("auto", "exact", "enclosed", "sampled"),
        default="auto",
        help="what the numbers rest on: exact arithmetic, enclosures of nonlinear costs, or samples"
        " (an estimate, no proof); auto takes the strongest that is possible (default auto);"
        " e.g. --evidence sampled",
    )
    _metric(part)
    part.add_argument(
        "--objective",
        choices=("margin", "euler_step", "rk4_step", "factor"),
        default="margin",
        help="what the metric is chosen for: the rate of the flow, the longest step of Euler's or"
        " of the RK4 method, or the least factor of a step (default margin);"
        " e.g. --objective euler_step",
    )
    _limit(part)
    part.add_argument(
        "-o",
        "--output",
        metavar="OUT.json",
        help=f"write the result here, compressed if it ends in .gz; e.g. -o {_RESULT}",
    )
    part.add_argument(
        "--details", action="store_true", help="print all that is certified; e.g. --details"
    )
    part.add_argument(
        "--json",
        action="store_true",
        help="print the result's document as JSON and nothing else; e.g. --json > c.json",
    )
    _seed(part)


def _game(part: argparse.ArgumentParser) -> None:
    """The game that a command takes, and how its file is read."""
    part.add_argument(
        "game",
        metavar="GAME",
        help="a game file (.toml, .nfg, .efg, .gam, .csv, .npy, .mat or .mtx), the name of a game"
        " in the catalogue, or - for standard input; e.g. duopoly.toml, or harker",
    )
    part.add_argument(
        "--entropy",
        metavar="TAU",
        help="of a .nfg, .efg or .gam file: one number, or one a player (default 1);"
        " e.g. --entropy 1/2",
    )
    part.add_argument(
        "--sizes",
        metavar="D1,D2,…",
        help="of a matrix: each player's variables, 1*9 for nine of 1; e.g. --sizes 2,2",
    )
    part.add_argument(
        "--form",
        metavar="FORM",
        help="of an .efg file: agent (default) or normal; e.g. --form normal",
    )


def _metric(part: argparse.ArgumentParser) -> None:
    part.add_argument(
        "--metric",
        choices=("auto", "euclidean", "scalar", "block", "dense"),
        default="auto",
        help="in which distance play contracts: euclidean (all players equal), scalar (a weight a"
        " player), block (a matrix a player), dense (one matrix); auto takes the first of scalar,"
        " block and dense that certifies (default auto); e.g. --metric dense",
    )


def _limit(part: argparse.ArgumentParser) -> None:
    part.add_argument(
        "--time-limit",
        type=float,
        metavar="SECONDS",
        help="stop enclosing then, with what is proved (Ctrl-C does the same);"
        " e.g. --time-limit 60",
    )


def _seed(part: argparse.ArgumentParser) -> None:
    part.add_argument(
        "--seed", type=int, default=0, help="of all randomness (default 0); e.g. --seed 1"
    )


def _sweep(command: _Add) -> None:
    part = command(
        "sweep",
        sweeps.sweep,
        "certify a game at every combination of values of its parameters",
        "sgn sweep game.toml --vary a=1:5:50 -o table.csv --plot margin.png",
    )
    _game(part)
    part.add_argument(
        "--vary",
        action="append",
        required=True,
        metavar="NAME=FROM:TO:COUNT",
        help="a parameter and its values, or a list of them; may be given again for another;"
        " entropy and discount are parameters of games of policies; e.g. --vary a=1:5:50,"
        " or --vary b=1,2,5",
    )
    _metric(part)
    _limit(part)
    _seed(part)
    part.add_argument(
        "--jobs", type=int, default=1, metavar="N", help="processes (default 1); e.g. --jobs 4"
    )
    part.add_argument(
        "--save",
        metavar="FOLDER",
        help="keep each result here, and go on from what is there already; e.g. --save runs",
    )
    part.add_argument(
        "-o",
        "--output",
        metavar="TABLE",
        help="write the table here, as .csv, .md or .tex (default: print it); e.g. -o table.csv",
    )
    part.add_argument(
        "--plot", metavar="PICTURE", help="draw it, as .png, .svg or .pdf; e.g. --plot margin.png"
    )
    part.add_argument(
        "--of",
        default="margin",
        metavar="NUMBER",
        help="what is drawn: margin, lipschitz, or a method, whose longest step is (default"
        " margin); e.g. --of euler",
    )


def _threshold(command: _Add) -> None:
    part = command(
        "threshold",
        sweeps.threshold,
        "find the value of a parameter where the proof ends, by bisection",
        "sgn threshold matching-pennies --vary entropy=0.05:1",
    )
    _game(part)
    part.add_argument(
        "--vary",
        required=True,
        metavar="NAME=FROM:TO",
        help="a parameter, a value at which the game is proved and one at which it is not, in"
        " either order; e.g. --vary entropy=0.05:1",
    )
    part.add_argument(
        "--tolerance",
        type=float,
        default=1e-3,
        metavar="SHARE",
        help="how near the two values get, as a share of TO - FROM (default 0.001);"
        " e.g. --tolerance 0.01",
    )
    _metric(part)
    _limit(part)
    _seed(part)
    part.add_argument(
        "-o",
        "--output",
        metavar="OUT.json",
        help=f"write the certificate at the value that is proved here; e.g. -o {_RESULT}",
    )


def _verify(command: _Add) -> None:
    part = command(
        "verify",
        commands.verify,
        "re-check certificates, step by step",
        "sgn verify c.json; sgn verify runs/; sgn verify runs/*.json --json",
    )
    part.add_argument(
        "certificates",
        nargs="+",
        metavar="CERT.json",
        help="certificate files, folders of them, or - for standard input; of several there is a"
        " line each, and a summary; e.g. runs/*.json",
    )
    part.add_argument(
        "--patience",
        type=float,
        default=1.0,
        metavar="N",
        help="do so many times the work of about fifteen seconds (default 1); e.g. --patience 10",
    )
    part.add_argument(
        "--trust",
        action="store_true",
        help="list the files of code that the check rests on, with their lines; e.g. --trust",
    )
    part.add_argument(
        "--json",
        action="store_true",
        help="print what was found as JSON and nothing else; e.g. --json > found.json",
    )


def _show(command: _Add) -> None:
    part = command(
        "show",
        commands.show,
        "show any file: a game, a certificate or a refusal (nothing is checked)",
        "sgn show c.json --json",
    )
    part.add_argument(
        "file", metavar="FILE", help=f"the file, or - for standard input; e.g. {_RESULT}"
    )
    part.add_argument(
        "--details", action="store_true", help="all that it says; e.g. sgn show c.json --details"
    )
    part.add_argument(
        "--json",
        action="store_true",
        help="its numbers as plain JSON, rounded to the safe side; e.g. --json | jq .margin",
    )


def _attack(command: _Add) -> None:
    part = command(
        "attack",
        commands.attack,
        "try to break every claim of a certificate",
        "sgn attack c.json --seconds 60",
    )
    part.add_argument(
        "certificate",
        metavar="CERT.json",
        help=f"the certificate, or - for standard input; e.g. {_RESULT}",
    )
    part.add_argument(
        "--seconds",
        type=float,
        default=10.0,
        metavar="N",
        help="how long (default 10); e.g. --seconds 60",
    )
    _seed(part)
    part.add_argument(
        "--json",
        action="store_true",
        help="print what was found as JSON and nothing else; e.g. --json > found.json",
    )


def _report(command: _Add) -> None:
    part = command(
        "report",
        commands.report,
        "a certificate or refusal as one HTML page",
        "sgn report c.json -o report.html",
    )
    part.add_argument(
        "certificate",
        metavar="CERT.json",
        help=f"the certificate, or - for standard input; e.g. {_RESULT}",
    )
    part.add_argument(
        "-o",
        "--output",
        metavar="OUT.html",
        default="report.html",
        help="where to write the page (default report.html); e.g. -o harker.html",
    )


def _explore(command: _Add) -> None:
    part = command(
        "explore",
        commands.explore,
        "play with a game in the browser: sliders, pictures, samples at once, proofs at rest",
        "sgn explore harker",
    )
    _game(part)
    part.add_argument(
        "--time-limit",
        type=float,
        default=20.0,
        metavar="SECONDS",
        help="for each proof (default 20); e.g. --time-limit 60",
    )
    part.add_argument(
        "--port",
        type=int,
        default=0,
        metavar="N",
        help="of the page's address (default: a free one); e.g. --port 8000",
    )
    part.add_argument(
        "--no-browser",
        action="store_true",
        help="print the page's address and open nothing; e.g. --no-browser",
    )
