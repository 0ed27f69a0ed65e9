"""What can go wrong around a model in the sandbox; every message is a sentence for people."""


class SandboxError(Exception):
    """Anything that kept the sandbox from giving predictions."""


class SandboxRefused(SandboxError):
    """The model is not allowed to run here: its format, its types or its size."""


class ModelUnreadable(SandboxError):
    """The file could not be loaded as a model."""


class ModelMismatch(SandboxError):
    """The model does not fit the snapshot's columns or the task."""


class ModelForbidden(SandboxError):
    """The model tried something the sandbox forbids."""


class ModelFailed(SandboxError):
    """The model broke off, or answered with something that is not predictions."""


class SandboxOutOfMemory(SandboxError):
    """The model needed more memory than it may have."""


class SandboxTimeout(SandboxError):
    """The model needed more time than it may have."""


class SandboxBroken(SandboxError):
    """The sandbox itself did not start; trying again later may help, the model is not to blame."""


class Cancelled(SandboxError):
    """The caller asked to stop."""
