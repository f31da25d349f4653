"""Output formats, one file each: `render(report) -> str`. Files are discovered, never listed.

What a format wants of the judgement it says by a constant: `IN_NUMBERS`, that findings which are known and accepted are
only counted; `WITH_SOURCE`, that new findings come with the lines of source that they are about.

A format that looks different to a person at a terminal has a second function, `on_terminal(report) -> str`.
"""
