"""Commands that stand together, and the help that lists them."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from rnn_intent.cli.output import examples


class Group(TyperGroup):
    """Lists its commands with all that each says of itself, however narrow the window is."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        commands: dict[str, Any] = {name: self.get_command(ctx, name) for name in self.list_commands(ctx)}
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.get_short_help_str(limit=1000)) for name, command in commands.items()])


def group(help: str, *lines: str) -> typer.Typer:
    """Commands below one name, to be filled. lines: examples for the end of its help."""
    return typer.Typer(
        cls=Group,
        help=help,
        epilog=examples(*lines),
        no_args_is_help=True,
        rich_markup_mode=None,
        add_completion=False,
    )
