"""Every fault of ours that a user can meet; faults of the analysed code are rows, never exceptions."""


class PlumbruleError(Exception):
    """A fault with a plain sentence: what it is about, why, and what mends it.

    ``str(error)`` is the whole message; it may span lines, and the last line says what to do.
    """


class NotARevision(PlumbruleError):
    """The repository, or the revision asked for, is not there (exit 2)."""


class SettingsError(PlumbruleError):
    """A policy, baseline or command line that cannot be read as meant (exit 2)."""


class RuleError(PlumbruleError):
    """A rule file that is malformed, or whose SQL failed (not judged where the rule is error-level)."""


class StoreError(PlumbruleError):
    """A store that is corrupt, newer than this program, full or not writable."""


class QueryRefused(PlumbruleError):
    """SQL that is not one SELECT, reaches outside the store, or ran over its limits."""


class DeliveryError(PlumbruleError):
    """An e-mail that could not be handed over; it will be sent next time."""
