"""Errors, named by their consequence."""


class SetAside(Exception):
    """One series or file cannot be released; the others go on.

    Parameters
    ----------
    reason
        What happened, in a sentence without anything that identifies a person.
    fix
        The line of ``config.yaml`` to change, or what else a person can do.
    doubt
        Whether a person who has looked at it may release it.
    """

    def __init__(self, reason: str, fix: str = "", doubt: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.fix = fix
        self.doubt = doubt


STOPPED = "cleanroom: "
"""Before what a :class:`StopRun` says in a log: it holds no path of a user's."""


class StopRun(Exception):
    """The run cannot start or go on.

    Parameters
    ----------
    reason
        What is wrong.
    fix
        What the user changes so that it works.
    """

    def __init__(self, reason: str, fix: str) -> None:
        super().__init__(f"{reason}\n  Fix: {fix}")
        self.reason = reason
        self.fix = fix

    def __reduce__(self) -> tuple[type["StopRun"], tuple[str, str]]:
        """As it goes from one process to another."""
        return StopRun, (self.reason, self.fix)
