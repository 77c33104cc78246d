"""`losscli losses`: what there is, and all about one of them."""

from __future__ import annotations

from dataclasses import dataclass

from losscli.cli.options import argument, option

FORMATS = ("table", "json")


@dataclass(frozen=True)
class LossesOptions:
    """List the losses by family, or show the page of one.

    Examples:

      losscli losses

      losscli losses focal
    """

    name: str | None = argument("NAME", "The id or an alias of a loss.")
    format: str = option("--format", choices=FORMATS, default="table", help="How to print it.")


def run(options: LossesOptions) -> None:
    """Print the list or the page."""
    from losscli.cli.output import emit, width
    from losscli.losses.registry import REGISTRY

    if options.format == "json":
        emit(_as_json(options.name), None)
        return
    from losscli.render.loss_page import render_list, render_page

    if options.name is None:
        emit(render_list(REGISTRY.families(), width()), None)
        return
    from losscli.describe import describe

    emit(render_page(describe(REGISTRY.get(options.name)), width()), None)


def _as_json(name: str | None) -> str:
    import json

    from losscli.describe import describe
    from losscli.losses.registry import REGISTRY
    from losscli.report import plain

    wanted = list(REGISTRY) if name is None else [REGISTRY.get(name)]
    pages = [plain(describe(loss)) for loss in wanted]
    return json.dumps(pages if name is None else pages[0], indent=2, ensure_ascii=False) + "\n"
