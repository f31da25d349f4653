"""C++: as for C, with g++."""

from __future__ import annotations

from comparing import Tool
from tools.c import holder, says, version_of

_CPP = (".cc", ".cpp", ".cxx")
TOOL = Tool("g++ -MM", version_of("g++"), holder("g++", _CPP), says(_CPP), recall=0.97, precision=0.97)
