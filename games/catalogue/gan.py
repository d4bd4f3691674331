"""The Dirac-GAN: a generator at theta against a discriminator of slope psi."""

from games.catalogue.entry import Entry, Expected
from games.language.number import Number
from games.regions.shapes import Box
from games.symbolic import SymbolicGame

MESCHEDER = (
    "L. Mescheder, A. Geiger, S. Nowozin, 'Which training methods for GANs do actually converge?',"
    " ICML 2018 (Dirac-GAN)"
)
R1 = f"{MESCHEDER}, R1 penalty gamma=1"
DECAY = f"{MESCHEDER} with L2 weight decay 1 on both players"
WASSERSTEIN = f"{MESCHEDER}, Wasserstein GAN with zero-centred gradient penalty gamma=1"
PLAYERS = {"generator": ["theta"], "discriminator": ["psi"]}


def dirac_gan(penalty: Number = 1) -> SymbolicGame:
    """The Dirac-GAN with an R1 penalty on the discriminator; box [-1, 1].

    >>> dirac_gan().costs[1]
    'softplus(-theta*psi) + gamma*psi**2/2'
    """
    return SymbolicGame.from_costs(
        PLAYERS,
        {
            "generator": "-softplus(-theta*psi)",
            "discriminator": "softplus(-theta*psi) + gamma*psi**2/2",
        },
        {"gamma": penalty},
        name="Dirac-GAN with R1 penalty",
        source=R1,
        region=Box.cube(2, 1),
        equilibrium=(0, 0),
    )


def dirac_gan_regularised(decay: Number = 1) -> SymbolicGame:
    """The Dirac-GAN with weight decay on both players; box [-1/2, 1/2].

    >>> dirac_gan_regularised().costs[0]
    '-softplus(-theta*psi) + gamma*theta**2/2'
    """
    return SymbolicGame.from_costs(
        PLAYERS,
        {
            "generator": "-softplus(-theta*psi) + gamma*theta**2/2",
            "discriminator": "softplus(-theta*psi) + gamma*psi**2/2",
        },
        {"gamma": decay},
        name="Dirac-GAN with weight decay",
        source=DECAY,
        region=Box.cube(2, "1/2"),
        equilibrium=(0, 0),
    )


def dirac_wgan(penalty: Number = 1) -> SymbolicGame:
    """The Wasserstein Dirac-GAN, penalty γψ²/2: bilinear but for the critic; box [-1, 1].

    >>> dirac_wgan().costs[0]
    '-theta*psi'
    """
    return SymbolicGame.from_costs(
        PLAYERS,
        {"generator": "-theta*psi", "discriminator": "theta*psi + gamma*psi**2/2"},
        {"gamma": penalty},
        name="Wasserstein Dirac-GAN with zero-centred penalty",
        source=WASSERSTEIN,
        region=Box.cube(2, 1),
        equilibrium=(0, 0),
    )


ENTRIES = (
    Entry(
        "dirac-gan",
        dirac_gan,
        R1,
        Expected(-0.7435694339628213, -0.25, (1, 1), False, "refuted"),
        "log(1+exp(u)) written as softplus(u)",
    ),
    Entry(
        "dirac-gan-regularised",
        dirac_gan_regularised,
        DECAY,
        Expected(0.3442576033232299, 0.9375, (1, 1), False, "proved"),
        "log(1+exp(u)) written as softplus(u); box [-1/2,1/2]",
    ),
    Entry(
        "dirac-wgan",
        dirac_wgan,
        WASSERSTEIN,
        Expected(-0.6180339887502487, 0.0, (1, 1), True, "proved"),
        "proved by a dense metric; box [-1,1]",
        ("dense metric", "published equilibrium"),
    ),
)
