"""`losscli losses`: what there is, and all about one of them."""

from __future__ import annotations

from losscli.cli.names import loss_names
from losscli.cli.options import argument, command_options, option, switch
from losscli.errors import UsageError

FORMATS = ("table", "json")


@command_options
class LossesOptions:
    """List the losses by family, or show the page of one, or one family.

    Examples:

      losscli losses

      losscli losses focal

      losscli losses forecast

      losscli losses focal --plot

      losscli losses mse --descend
    """

    name: str | None = argument(
        "NAME",
        "The id or an alias of a loss, what a framework calls it, or a family.",
        complete=loss_names,
    )
    format: str = option("--format", choices=FORMATS, default="table", help="How to print it.")
    long: bool = switch(
        "--long", help="Say what each loss is; of one, also what each convention does with it."
    )
    plot: bool = switch("--plot", help="Draw the loss of one prediction; of a sum, how it grows.")
    descend: bool = switch("--descend", help="Take one step of gradient descent on its example.")
    output: str | None = option(
        "-o", "--output", metavar="FILE", help="Write the plot to a file: .svg, .png or .txt."
    )


def run(options: LossesOptions) -> None:
    """Print the list or the page."""
    from losscli.cli.output import emit, width
    from losscli.losses.registry import REGISTRY

    if options.plot or options.output is not None:
        _plot(options.name, options.output)
        return
    if options.descend:
        _descend(options.name, options.format)
        return
    if options.format == "json":
        emit(_as_json(options.name), None)
        return
    from losscli.render.terminal.loss_page import render_family, render_list, render_page

    if options.name is None:
        emit(render_list(REGISTRY.families(), width(), long=options.long), None)
        return
    family = REGISTRY.families().get(options.name)
    if family is not None and not REGISTRY.knows(options.name):
        emit(render_family(family, width()), None)
        return
    from losscli.cli.output import note
    from losscli.conventions.names import meaning
    from losscli.describing.loss_page import describe

    found = meaning(options.name)
    note([found.remark] if found.loss.complement and found.remark else [])
    emit(render_page(describe(found.loss), width(), long=options.long), None)


def _plot(name: str | None, output: str | None) -> None:
    """Draw a loss on the screen or into a file."""
    from losscli.charts.curves import curves_of
    from losscli.cli.output import emit, screen, tell_written
    from losscli.cli.progress import progress_bar
    from losscli.conventions.names import get_loss
    from losscli.render.chart import curves_chart, is_picture, save_picture
    from losscli.render.terminal.plot import render_curves

    if name is None:
        raise UsageError("which loss?", hint="Usage: losscli losses NAME --plot.")
    chart = curves_of(get_loss(name), get_loss("mse"))
    if output is not None and is_picture(output):
        with progress_bar("picture"):
            save_picture(output, curves_chart(chart))
        tell_written(output)
    elif output is None or output.lower().endswith(".txt"):
        emit(render_curves(chart, screen(output)), output)
    else:
        raise UsageError(f"{output} is no picture", hint="Use .svg, .png or .txt.")


def _descend(name: str | None, format: str) -> None:
    """Print a worked step of gradient descent."""
    from losscli.cli.output import emit, width
    from losscli.conventions.names import get_loss
    from losscli.describing.descent import descend

    if name is None:
        raise UsageError("which loss?", hint="Usage: losscli losses NAME --descend.")
    found = descend(get_loss(name))
    if format == "json":
        import json

        from losscli.plain import plain

        emit(json.dumps(plain(found), indent=2, ensure_ascii=False) + "\n", None)
        return
    from losscli.render.terminal.descent import render_descent

    emit(render_descent(found, width()), None)


def _as_json(name: str | None) -> str:
    import json

    from losscli.conventions.names import get_loss
    from losscli.describing.loss_page import describe
    from losscli.losses.registry import REGISTRY
    from losscli.plain import plain

    wanted = list(REGISTRY) if name is None else [get_loss(name)]
    pages = [plain(describe(loss)) for loss in wanted]
    return json.dumps(pages if name is None else pages[0], indent=2, ensure_ascii=False) + "\n"
