"""`python -m plumbrule`: the same as the command."""

import sys

from plumbrule.cli import main

sys.exit(main())
