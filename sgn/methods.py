"""Steps of further methods for a certificate that stands: searched for, checked and added."""

from collections.abc import Collection

from certificates.certificate import Certificate
from certificates.documents import certificate_document
from certificates.kernel.inequalities.lifted import SCHEMES
from certificates.kernel.obligation import Title
from certificates.kernel.theorems.shared import zero_in_region
from certificates.kernel.verify import verify
from games.reading import near, short
from sgn.promises.added import lifted_steps


def with_methods(
    certificate: Certificate, methods: Collection[str] = tuple(SCHEMES)
) -> Certificate:
    """The certificate with the steps of further methods towards its equilibrium (T28).

    methods: extragradient_equilibrium, optimistic_equilibrium, forward_reflected,
        adams_bashforth_2, heavy_ball, negative_momentum, nesterov; all of them unless given.
    What cannot be found or confirmed is left out. Raises ValueError for an unknown method, and
    where no zero of F in the region is certified: there these methods need not converge.

    >>> import games, sgn
    >>> game = games.QuadraticGame([[1.0, 2.0], [-2.0, 1.0]], sizes=[1, 1])
    >>> found = with_methods(sgn.certify(game), ["adams_bashforth_2"])
    >>> str(found.method("adams_bashforth_2"))[:35]
    '<steps of Adams-Bashforth: every h '
    """
    for name in methods:
        if name not in SCHEMES:
            raise ValueError(f"the method {short(name)} is unknown; {near(name, SCHEMES)}")
    claims = certificate.claims
    if not (zero_in_region(claims) and claims.margin > 0):
        raise ValueError(
            "no zero of F in the region is certified: these methods are certified towards one alone"
        )
    for steps in lifted_steps(claims, methods):
        more = claims.with_claims(steps)
        held = verify(certificate_document(more)).obligations
        if all(o.holds for o in held if o.title is Title.LIFTED):
            claims = more
    return Certificate(certificate_document(claims))
