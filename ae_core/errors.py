"""Errors whose text is meant for the person in front of the screen."""


class UserError(Exception):
    """Something the user can act on; ``str(error)`` is one clear sentence, shown as it is."""


class DataError(UserError):
    """A data file is damaged, of another kind, or too small to be used."""


class DataMissing(DataError):
    """A data set is not on this machine yet."""


class Cancelled(Exception):
    """The user asked to stop; never shown as a failure."""
