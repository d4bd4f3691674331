"""Certificates, refusals and checks as HTML: a page of its own, or a fragment for notebooks.

The page loads nothing and runs nothing; every text is escaped.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, final

from certificates.kernel.claims import Claims
from certificates.kernel.document.geometry import LOGIT_KINDS
from certificates.kernel.document.reading import Document, decode_array
from certificates.kernel.refusal import RefusalClaims
from certificates.kernel.verify import Verification
from certificates.report.refusal import refusal_head, refusal_rows, sentence
from certificates.report.shown import ASKED, Kind, Row, settled
from certificates.report.style import CSS
from certificates.report.table import Table, apart, certificate_rows, plain
from certificates.report.words import (
    CAVEATS,
    DRAWN,
    DRAWN_ESTIMATES,
    LIMITS,
    NO_DIVERGENCE,
    promises,
    theorem_name,
)
from games.errors import InputError

MAX_SHOWN = 40  # players listed, and bands; the file holds all
MAX_ENTRIES = 8  # variables of a Jacobian shown in full
MAX_TEXT = 4000  # characters of one cost
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_TONES = {"proved": "good", "estimated": "warn", "conditional": "warn", "undecided": "warn"}


@final
@dataclass(frozen=True)
class Picture:
    """A drawing for a page: its title, what it shows in a sentence, and a whole <svg> element.

    The svg is put into the page as it is, so it must come from this program, with texts escaped.
    """

    title: str
    caption: str
    svg: str


def page(
    document: Document,
    claims: Claims | RefusalClaims,
    verification: Verification,
    pictures: Sequence[Picture] = (),
    note: str = "",
) -> str:
    """The report of a certificate or refusal as one HTML page.

    document: what the claims were read from; verification: what the checker said of it.
    note: said where the pictures stand, for instance why there are none.
    """
    head, rows = _rows(claims)
    checked, said = apart(settled(rows, verification))
    broken = _broken(verification)
    game = claims.game or {}
    title = str(game.get("name") or "A game")
    sections = [
        ("numbers", "The numbers", _table(checked)),
        *(() if broken else _sayings(claims, verification)),
        ("said", Kind.SAID.value.capitalize(), _table(said)),
        ("pictures", "Pictures", "" if broken else _pictures(claims, pictures, note)),
        ("checked", "What was checked", _checked(verification)),
        ("again", "Check it again", _again(document)),
        ("game", "The game", _game(claims)),
    ]
    shown = [(name, heading, body) for name, heading, body in sections if body]
    links = "".join(f'<li><a href="#{name}">{heading}</a></li>' for name, heading, _ in shown)
    bodies = "".join(
        f'<section aria-labelledby="{name}"><h2 id="{name}">{heading}</h2>{body}</section>'
        for name, heading, body in shown
    )
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        f"<title>{_text(title)}: {'not verified' if broken else _text(claims.verdict)}</title>"
        f"<style>{CSS}</style></head>\n"
        f'<body><a class="skip" href="#main">Skip to the content</a>'
        f"<header>{_verdict(head, title, claims, verification)}"
        f'<nav aria-label="Sections"><ul>{links}</ul></nav></header>\n'
        f'<main id="main">{bodies}</main>\n'
        f"<footer>{_footer(document)}</footer></body></html>\n"
    )


def fragment(head: str, rows: Iterable[Row]) -> str:
    """A heading and a table, for a notebook: no style sheet, no identifiers, no links.

    >>> from certificates.report.shown import line
    >>> fragment("PROVED", [line("game", "<b>")])[:63]
    '<div><strong>PROVED</strong><table><tr><th style="text-align:le'
    >>> "<b>" in fragment("PROVED", [line("game", "<b>")])
    False
    """
    left = 'style="text-align:left"'
    checked, said = (
        "".join(
            f"<tr><th {left}>{_text(row.label)}</th><td {left}>{_text(row.text)}</td></tr>"
            for row in part
        )
        for part in apart(rows)
    )
    if said:
        said = f'<tr><th colspan="2" {left}>{_text(Kind.SAID.value)}:</th></tr>{said}'
    heading = f"<strong>{_text(head)}</strong>" if head else ""
    return f"<div>{heading}<table>{checked}{said}</table></div>"


def folded(shown: str, hidden: str) -> str:
    """Two fragments, the second to be unfolded."""
    return f"{shown}<details><summary>details</summary>{hidden}</details>"


def _text(value: object) -> str:
    """Any value as harmless text."""
    return escape(plain(str(value)), quote=True)


def _rows(claims: Claims | RefusalClaims) -> Table:
    if isinstance(claims, Claims):
        return certificate_rows(claims)
    return refusal_head(claims), refusal_rows(claims)


def _table(rows: Sequence[Row]) -> str:
    if not rows:
        return ""
    body = "".join(
        f'<tr><th scope="row">{_text(row.label)}</th><td>{_text(row.text)}</td></tr>'
        for row in rows[: 2 * MAX_SHOWN]
    )
    more = len(rows) - 2 * MAX_SHOWN
    said = f"<p>… and {more} more, in the file.</p>" if more > 0 else ""
    return f'<table class="rows"><tbody>{body}</tbody></table>{said}'


def _broken(verification: Verification) -> bool:
    """Whether something was claimed that does not hold."""
    return bool(verification.obligations) and not verification


def _verdict(
    head: str, title: str, claims: Claims | RefusalClaims, verification: Verification
) -> str:
    """The verdict in one word, the game, and the statement."""
    broken = _broken(verification)
    tone = "bad" if broken else _TONES.get(claims.verdict, "bad")
    word = "NOT VERIFIED" if broken else claims.verdict.upper()
    warning = (
        f'<p class="bad lead" role="alert">The checker does not confirm this file:'
        f" {_text(verification.message)}. Believe none of its numbers.</p>"
        if broken
        else ""
    )
    said = "" if broken else head.partition(": ")[2]
    if isinstance(claims, RefusalClaims) and claims.witness is not None and not broken:
        said = sentence(claims)
    return (
        f'<p class="badge {tone}">{_text(word)}</p><h1>{_text(title)}</h1>'
        f'{warning}<p class="lead">{_text(said[:1].upper() + said[1:])}</p>'
    )


def _sayings(
    claims: Claims | RefusalClaims, verification: Verification
) -> list[tuple[str, str, str]]:
    """What is promised and by which theorem; of a refusal, what it does not say."""
    if isinstance(claims, RefusalClaims):
        return [("says", "What it does not say", f"<p>{_text(NO_DIVERGENCE)}</p>")]
    said = apart(settled(promises(claims), verification))[0]
    items = "".join(
        f'<li>{_text(row.text)} <span class="soft">({_text(row.label)}: '
        f"{_text(theorem_name(row.label))})</span></li>"
        for row in said[:MAX_SHOWN]
    )
    caveat = CAVEATS.get(claims.verdict, "")
    first = f'<p class="warn"><strong>{_text(caveat)}</strong></p>' if caveat else ""
    return [("says", "What it says", f"{first}<ul>{items}</ul><p>{_text(LIMITS)}</p>")]


def _pictures(claims: Claims | RefusalClaims, pictures: Sequence[Picture], note: str) -> str:
    shown = "".join(
        f"<figure><h3>{_text(picture.title)}</h3>{picture.svg}"
        f"<figcaption>{_text(picture.caption)}</figcaption></figure>"
        for picture in pictures
    )
    words = f"{DRAWN} {DRAWN_ESTIMATES}" if claims.verdict == "estimated" else DRAWN
    drawn = f'<p>{_text(words)}</p><div class="pictures">{shown}</div>' if shown else ""
    return drawn + (f'<p class="soft">{_text(note)}</p>' if note else "")


def _checked(verification: Verification) -> str:
    """Every obligation with its theorem; who checked."""
    if not verification.obligations:
        return f"<p>Nothing was proved here: {_text(verification.message)}.</p>"
    rows = "".join(
        f'<tr><td class="{"good" if o.holds else "bad"}">{"holds" if o.holds else "FAILS"}</td>'
        f"<td>{_text(o.name)}{_text(': ' + o.detail) if o.detail else ''}</td>"
        f"<td>{_text(o.theorem)}: {_text(theorem_name(o.theorem))}</td></tr>"
        for o in verification.obligations
    )
    return (
        "<p>When this page was made, the independent checker worked through the file, trusting"
        " none of its numbers, in exact or directed arithmetic. It found:"
        f" {_text(verification.message)}.</p>"
        '<table class="rows"><thead><tr><th scope="col">Result</th><th scope="col">Obligation</th>'
        f'<th scope="col">Theorem</th></tr></thead><tbody>{rows}</tbody></table>'
    )


def _again(document: Document) -> str:
    return (
        "<p>This page is a picture of the file, and proves nothing itself. Take the certificate"
        f" file and run</p><pre>sgn verify CERT.json</pre><p>Its digest (SHA-256) is"
        f" <code>{_text(document.get('digest', ''))}</code>.</p>"
    )


def _footer(document: Document) -> str:
    made = document.get("produced_by")
    parts = made.items() if isinstance(made, dict) else ()
    return (
        "<p>Made, as the file says, by "
        + _text(", ".join(f"{key} {value}" for key, value in parts))
        + "</p>"
    )


def _game(claims: Claims | RefusalClaims) -> str:
    """Players with costs, parameters, a small Jacobian: as they stand in the file."""
    game = claims.game
    if game is None:
        names = ", ".join(claims.names[:MAX_SHOWN])
        return f"<p>Only bounds were given, for the players {_text(names)}.</p>"
    source = f"<p>Source: {_text(game['source'])}</p>" if game.get("source") else ""
    return (
        source + _players(claims, game) + _parameters(game) + _definitions(game) + _jacobian(game)
    )


def _players(claims: Claims | RefusalClaims, game: Document) -> str:
    rows = []
    listed = game.get("players")
    players = listed if isinstance(listed, list) else [{}] * MAX_SHOWN
    for name, player in zip(claims.names[:MAX_SHOWN], players, strict=False):
        rows.append(
            f'<tr><th scope="row">{_text(name)}</th><td>{_text(_moves(player))}</td>'
            f"<td>{_given_by(player)}</td></tr>"
        )
    others = any("field" in player or "actions" in player for player in players[:MAX_SHOWN])
    more = len(claims.names) - len(rows)
    return (
        '<table class="rows"><thead><tr><th scope="col">Player</th><th scope="col">Moves</th>'
        f'<th scope="col">{"Given by" if others else "Cost, to be minimised"}</th></tr></thead>'
        f"<tbody>{''.join(rows)}</tbody>"
        "</table>" + (f"<p>… and {more} more players.</p>" if more else "")
    )


def _moves(player: Document) -> str:
    """The player's variables, or how many there are, or the actions of its policy."""
    variables = player.get("variables")
    if isinstance(variables, list):
        return ", ".join(map(str, variables))
    if "actions" in player:
        return f"a policy over {player['actions']} actions, in each state"
    return f"{player.get('size', '?')} variables"


def _given_by(player: Document) -> str:
    """The player's cost or field as in the file, or where else it stands."""
    field = player.get("field")
    said = "; ".join(map(str, field)) if isinstance(field, list) else str(player.get("cost", ""))
    if not said:
        return "payoffs, which the file holds" if "actions" in player else "see below"
    return f"<code>{_text(said if len(said) <= MAX_TEXT else said[:MAX_TEXT] + ' …')}</code>"


def _parameters(game: Document) -> str:
    given = game.get("parameters")
    if game.get("kind") in LOGIT_KINDS:
        entropy = game.get("entropy")
        given = {
            "discount": game.get("discount", "none, one state"),
            "entropy weights": ", ".join(map(str, entropy)) if isinstance(entropy, list) else "?",
            "field": game.get("field", "fisher"),
        }
    if not isinstance(given, dict) or not given:
        return ""
    rows = [Row(str(name), str(value), ASKED) for name, value in given.items()]
    return f"<h3>Parameters</h3>{_table(rows)}"


def _definitions(game: Document) -> str:
    """What the names in costs stand for, the first of them."""
    given = game.get("definitions")
    if not isinstance(given, list) or not given:
        return ""
    rows = [Row(str(name), str(text)[:MAX_TEXT], ASKED) for name, text in given[:MAX_SHOWN]]
    more = f"<p>and {len(given) - MAX_SHOWN} more</p>" if len(given) > MAX_SHOWN else ""
    return f"<h3>Definitions</h3>{_table(rows)}{more}"


def _jacobian(game: Document) -> str:
    """The constant Jacobian of a quadratic game, where it is small; what else there is in words."""
    kind = game.get("kind", "symbolic")
    if kind == "callable":
        return "<p>The costs are Python functions, which no file can hold.</p>"
    value = game.get("jacobian")
    if value is None:
        return ""
    matrix = _matrix(value)
    if matrix is None:
        return "<p>The Jacobian is constant; the file holds it.</p>"
    rows = "".join(
        "<tr>" + "".join(f"<td>{_text(f'{entry:.6g}')}</td>" for entry in row) + "</tr>"
        for row in matrix
    )
    return (
        "<h3>Jacobian, the same everywhere (six digits)</h3>"
        '<div class="scroll" tabindex="0" role="region" aria-label="Jacobian">'
        f"<table><tbody>{rows}</tbody></table></div>"
    )


def _matrix(value: Any) -> list[list[float]] | None:
    """The entries of a small dense matrix; None for a sparse, large or ill-formed one."""
    try:
        array = decode_array(value, "jacobian")
    except InputError:
        return None
    if array.ndim != 2 or max(array.shape) > MAX_ENTRIES:
        return None
    rows: list[list[float]] = array.astype(float).tolist()
    return rows
