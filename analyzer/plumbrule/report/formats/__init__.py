"""Output formats, one file each: `render(report) -> str`. Files are discovered, never listed.

A format that looks different to a person at a terminal has a second function, `on_terminal(report) -> str`.
"""
