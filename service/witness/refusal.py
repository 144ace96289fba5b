"""Why a witness does not cosign anything at all."""


class NotReadyToWitnessError(RuntimeError):
    """The witness refuses to cosign; the message says why and what to do."""
