"""The public names of `sgn`, each with its home."""

from certificates.certificate import Certificate as Certificate
from certificates.certificate import NotCertified as NotCertified
from certificates.certificate import Refusal as Refusal
from certificates.kernel.verify import Verification as Verification
from sgn.attacks.attack import attack as attack
from sgn.attacks.report import Attack as Attack
from sgn.bands.band import Ratios as Ratios
from sgn.bands.band import band as band
from sgn.bands.band import band_matrix as band_matrix
from sgn.bands.band import band_slice as band_slice
from sgn.bounds import Bounder as Bounder
from sgn.bounds import Bounds as Bounds
from sgn.bounds import CannotBound as CannotBound
from sgn.bounds import Enclosed as Enclosed
from sgn.bounds import Exact as Exact
from sgn.bounds import Sampled as Sampled
from sgn.bounds import estimate_bounds as estimate_bounds
from sgn.certify import certify as certify
from sgn.certify import certify_bounds as certify_bounds
from sgn.coupling.fixes import Fix as Fix
from sgn.coupling.fixes import suggest as suggest
from sgn.coupling.report import CouplingReport as CouplingReport
from sgn.coupling.report import coupling_report as coupling_report
from sgn.files import load as load
from sgn.files import verify as verify
from sgn.geometry import EntropicDual as EntropicDual
from sgn.largest import largest_region as largest_region
from sgn.learning_rates.constant import BestRates as BestRates
from sgn.learning_rates.constant import best_rates as best_rates
from sgn.learning_rates.constant import certify_rates as certify_rates
from sgn.learning_rates.constant import rates_in_metric as rates_in_metric
from sgn.learning_rates.varying import TimeVaryingRates as TimeVaryingRates
from sgn.learning_rates.varying import time_varying_rates as time_varying_rates
from sgn.methods import with_methods as with_methods
from sgn.metrics.weights import optimal_weights as optimal_weights
from sgn.pipeline.ladder import BlockScalar as BlockScalar
from sgn.pipeline.ladder import Dense as Dense
from sgn.pipeline.ladder import Euclidean as Euclidean
from sgn.pipeline.ladder import FullBlock as FullBlock
from sgn.quantities.effort import Progress as Progress
from sgn.simulation.simulate import Simulation as Simulation
from sgn.simulation.simulate import simulate as simulate
from sgn.sweeps.sweep import Sweep as Sweep
from sgn.sweeps.sweep import sweep as sweep
from sgn.sweeps.threshold import Threshold as Threshold
from sgn.sweeps.threshold import threshold as threshold
from sgn.table import Table as Table
from sgn.table import table as table

__all__: list[str]
__version__: str
