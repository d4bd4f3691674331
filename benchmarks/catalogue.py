"""The catalogue: verdict, margins and times of every game."""

import time

import games
import sgn
from certificates.certificate import Certificate


def print_catalogue() -> None:
    """One line a game: seconds to certify (checked) and to check again."""
    print("Catalogue")
    print("game                   verdict    structural    direct/best  certify s   verify s")
    for name in games.catalogue.names():
        game = games.catalogue.load(name)
        started = time.perf_counter()
        result = sgn.certify(game)
        certified = time.perf_counter()
        sgn.verify(result)
        verified = time.perf_counter()
        structural, margin = _margins(result)
        print(
            f"{name:<22} {result.verdict:<10} {structural:>10}   {margin:>12}"
            f"  {certified - started:9.3f}  {verified - certified:9.3f}"
        )
    print()


def _margins(result: sgn.Certificate | sgn.Refusal) -> tuple[str, str]:
    """The structural margin and the best one, as far as they are known."""
    if isinstance(result, Certificate):
        return result.structural_margin.text(6), result.margin.text(6)
    best = result.claims.best
    known = [float(best[key]) for key in ("structural_margin", "direct_margin") if key in best]
    return (f"{known[0]:.6g}", f"{max(known):.6g}") if known else ("-", "-")
