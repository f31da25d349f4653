"""The dashboard's frame: which pages there are. Started by `plumbrule dashboard`."""

from __future__ import annotations

import os
import sys
from datetime import UTC, date, datetime

import streamlit as st

from plumbrule.report.dashboard import settings
from plumbrule.report.screen import frame

frame(
    settings(sys.argv[1:], os.environ, date.today()),
    {
        "": [
            st.Page("drift.py", title="Drift", icon=":material/trending_up:", default=True),
            st.Page("findings.py", title="Findings", icon=":material/rule:"),
            st.Page("components.py", title="Components", icon=":material/account_tree:"),
            st.Page("batch.py", title="Batches", icon=":material/commit:"),
            st.Page("about.py", title="About", icon=":material/info:"),
        ],
        "Questions": [
            st.Page("shallow.py", title="What is shallow?", icon=":material/layers_clear:"),
            st.Page("leaks.py", title="What leaks?", icon=":material/water_drop:"),
            st.Page("unusual.py", title="What changed unlike before?", icon=":material/query_stats:"),
            st.Page("people.py", title="Who should talk to whom?", icon=":material/groups:"),
        ],
    },
    lambda: datetime.now(UTC),
)
