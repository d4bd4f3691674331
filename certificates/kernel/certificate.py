"""Documents of certificates, read: the head, and each claim by the theorem that it cites."""

from importlib import import_module

from certificates.kernel.claims import (
    STATED,
    Bounds,
    Claim,
    Claims,
    Following,
    Lipschitz,
    Margin,
    SmallGain,
    Solution,
)
from certificates.kernel.document.fields import Shape, read_entry
from certificates.kernel.document.head import (
    FORMAT,
    VERDICTS,
    check_format,
    read_evidence,
    read_names,
)
from certificates.kernel.document.metric import read_ladder, read_metric
from certificates.kernel.document.reading import Document, read_list, require_keys
from certificates.kernel.document.regions import read_region
from certificates.kernel.theorems.rule import REGISTERED
from games.errors import InputError

MODULES = (
    "bounds",
    "margin",
    "euler",
    "runge_kutta",
    "extragradient",
    "lifted",
    "equilibrium",
    "start_sets",
    "bands",
    "kl",
    "refutation",
)
ALWAYS = ("euler", "extragradient", "start_sets", "bands")  # of what follows from other claims
NEEDED = (Bounds, SmallGain, Margin, Lipschitz)
MOST_CLAIMS = 10**4 + 100
REQUIRED = {"format", "evidence", "verdict", "metric", "claims", "produced_by", "digest"}
OPTIONAL = {"game", "players", "region", "ladder"}


def load_rules(module: str) -> None:
    """Imports one module of theorems, of those that are listed; it registers its rules."""
    if module in MODULES:
        import_module(f"certificates.kernel.theorems.{module}")


def following() -> tuple[tuple[type[Claim], Following], ...]:
    """What can be computed from other claims, in the order of the modules, whichever came first."""
    for module in ALWAYS:
        load_rules(module)
    rules = [(c, rule.follow) for c, rule in REGISTERED.items() if rule.follow is not None]
    return tuple(sorted(rules, key=lambda rule: MODULES.index(rule[0].__module__.split(".")[-1])))


def read_claim(value: object, where: str, shape: Shape) -> Claim:
    """One claim: its theorem's own reader; InputError for anything that is not well formed."""
    entry = require_keys(value, where, {"theorem"}, {"numbers", "witnesses"})
    name = entry["theorem"]
    if not isinstance(name, str):
        raise InputError(f"{where}.theorem: expected text")
    load_rules(name.partition("/")[0])
    if name not in STATED:
        raise InputError(f"{where}.theorem: no theorem is called {name[:60]!r}")
    return read_entry(STATED[name], entry, where, shape)


def read_stated(value: object, where: str, shape: Shape) -> tuple[Claim, ...]:
    """The claims of a document, each thing claimed once."""
    entries = read_list(value, where)
    if len(entries) > MOST_CLAIMS:
        raise InputError(f"{where}: more than {MOST_CLAIMS} claims; they take too long to check")
    claims = tuple(read_claim(entry, f"{where}[{k}]", shape) for k, entry in enumerate(entries))
    seen = set[object]()
    for k, claim in enumerate(claims):
        if claim.key in seen:
            raise InputError(f"{where}[{k}]: the {claim.title.value} is claimed twice; keep one")
        seen.add(claim.key)
    return claims


def read_claims(document: Document, where: str = "certificate") -> Claims:
    """What a certificate document says; InputError for anything that is not well formed."""
    check_format(document, where, FORMAT)
    require_keys(document, where, REQUIRED, OPTIONAL)
    evidence = read_evidence(document["evidence"], f"{where}: evidence", complete=True)
    verdict = VERDICTS[evidence["kind"]]
    if document["verdict"] != verdict:
        raise InputError(
            f"{where}: verdict {str(document['verdict'])[:40]!r} does not go with evidence"
            f" {evidence['kind']!r}; make the certificate again"
        )
    names = read_names(document, where)
    if evidence["kind"] == "assumed" and ("game" in document or "region" in document):
        raise InputError(f"{where}: given bounds go with a list of players, no game and no region")
    region = read_region(document["region"], f"{where}: region") if "region" in document else None
    shape = Shape(len(names), None if region is None else region.dimension)
    stated = read_stated(document["claims"], f"{where}: claims", shape)
    for k, claim in enumerate(stated):
        if type(claim) not in REGISTERED:
            raise InputError(f"{where}: claims[{k}]: a certificate does not claim what refutes it")
    for kind in NEEDED:
        if not any(isinstance(claim, kind) for claim in stated):
            raise InputError(
                f"{where}: claims: that of the {kind.title.value} is missing; make the certificate"
                " again"
            )
    for claim in stated:
        if type(claim) not in REGISTERED:
            raise InputError(f"{where}: claims: {claim.theorem} goes with a refusal alone")
    if any(isinstance(claim, Solution) for claim in stated) and region is None:
        raise InputError(f"{where}: claims: an equilibrium goes with a region")
    return Claims(
        names=names,
        game=document.get("game"),
        region=region,
        evidence=evidence,
        verdict=verdict,
        metric=read_metric(document["metric"], f"{where}: metric", len(names)),
        stated=stated,
        following=following(),
        rungs=read_ladder(document.get("ladder", []), f"{where}: ladder"),
    )
