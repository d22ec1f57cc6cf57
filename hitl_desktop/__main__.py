"""``python -m hitl_desktop`` is the command ``hitl-desktop``."""

import sys

from hitl_desktop.cli import main

sys.exit(main())
