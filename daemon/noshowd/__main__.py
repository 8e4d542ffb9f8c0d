"""`python -m noshowd`, the same as the command `noshowd`."""

import sys

from noshowd.cli.main import main

sys.exit(main())
