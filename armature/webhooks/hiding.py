"""What of a webhook's url is told to those who may not change it, and in logs: not what its query says, often a key."""

HIDDEN = "(secret)"


def told_url(url: str) -> str:
    """With the names of its query, without the values."""
    place, begun, query = url.partition("?")
    return place + begun + "&".join(_told(each) for each in query.split("&")) if query else url


def _told(part: str) -> str:
    name, is_named, _ = part.partition("=")
    return f"{name}={HIDDEN}" if is_named else HIDDEN
