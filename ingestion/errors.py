"""The one base of errors meant for people: what was found, what was expected, what to do next.

Concrete errors live beside the code that raises them; the command line prints any of them without a traceback.
"""


class ClosedloopError(Exception):
    """An error whose message is complete for its reader. Raised through subclasses that name the concern.

    `may_pass` is true of an error that trying again in a while may cure.
    """

    may_pass = False
