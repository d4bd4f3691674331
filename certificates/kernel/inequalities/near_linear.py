"""T11 (c), checked: RK4 where the Jacobian stays near one matrix J₀."""

from fractions import Fraction

from certificates.kernel.document.steps import Cover, NearLinear


def linear_cover(cover: Cover, linear: NearLinear) -> Cover:
    """The rates κ at which J₀ alone must contract for the cover's rates ρ to hold.

    With D(h) = p(h(b + δ)) − p(hb) ≤ dh on [h₁, h₂], d = D(h₂)/h₂ (D is convex and D(0) = 0):
    (√(1 − κh) + dh)² ≤ 1 − (κ − 2d − d²h₂)h = 1 − ρh.
    """
    rates = []
    for _, high, rate in cover.intervals():
        d = excess(linear, high) / high
        rates.append(rate + 2 * d + d**2 * high)
    return Cover(cover.steps, tuple(rates), ())


def excess(linear: NearLinear, step: Fraction) -> Fraction:
    """D(h) = p(h(b + δ)) − p(hb), p(z) = z + z²/2 + z³/6 + z⁴/24 (T11 c)."""
    near = step * linear.norm
    return _polynomial(near + step * linear.deviation) - _polynomial(near)


def _polynomial(z: Fraction) -> Fraction:
    return z + z**2 / 2 + z**3 / 6 + z**4 / 24
