"""The tools as a table: with what this machine has, or with what each is good for."""

from cleanroom.config import Config
from cleanroom.tools.presence import presence, selected
from cleanroom.tools.table import NONE, Tool, external, table

_COLUMNS = ("tool", "selected", "would run", "version", "modalities", "modes", "licence")


def lines(config: Config) -> list[str]:
    """One line a tool, and below those that cannot run what they lack and how to get it."""
    named = selected(config)
    rows = [_COLUMNS]
    notes = []
    for name, tool in table().items():
        state = presence(name, config.place(name))
        rows.append(
            (
                name,
                "yes" if name in named or not external(name) else "",
                "no" if state.lacks else state.where,
                state.version or "-",
                " ".join(tool.modalities),
                " ".join(tool.modes) if name != NONE else "-",
                tool.licence or "-",
            )
        )
        if state.lacks:
            notes.append(f"{name}: {state.lacks}\n  {tool.install}")
    widths = [max(len(row[place]) for row in rows) for place in range(len(_COLUMNS) - 1)]
    told = ["  ".join([*map(str.ljust, row, widths), row[-1]]) for row in rows]
    return [*told, "", *notes]


def markdown() -> str:
    """The table of ``docs/tools.md``."""
    rows = [f"| `{name}` | {' | '.join(_cells(tool))} |\n" for name, tool in table().items() if name != NONE]
    head = "| tool | licence | modalities | modes | ears | time a volume | good for |\n" + "|---" * 7 + "|\n"
    return head + "".join(rows)


def _cells(tool: Tool) -> list[str]:
    modes = ", ".join(f"`{mode}`" for mode in tool.modes)
    ears = "yes" if tool.ears else "no"
    return [tool.licence, ", ".join(tool.modalities), modes, ears, tool.speed, tool.good_for]
