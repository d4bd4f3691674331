"""`python -m tests.forging`."""

import sys

from tests.forging.campaign import main

sys.exit(main())
