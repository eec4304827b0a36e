"""Bytes and seconds, as people say them."""


def size(count: int) -> str:
    """Bytes for people."""
    value, unit = float(count), "bytes"
    for larger in ["kB", "MB", "GB", "TB"]:
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{value:.0f} {unit}" if unit == "bytes" else f"{value:.1f} {unit}"


def clock(seconds: float) -> str:
    """Seconds for people."""
    whole = round(seconds)
    hours, minutes = whole // 3600, whole % 3600 // 60
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {whole % 60:02d} s" if minutes else f"{seconds:.1f} s"
