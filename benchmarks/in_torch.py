"""The same losses in torch: as one calls them, and tuned in three ways."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from data import NAMED

_BLOCK = 1 << 17


def _formula(name: str) -> Callable[..., Any]:
    """The loss, with `reduction` as an argument."""
    import torch
    from torch.nn import functional

    def focal(pred: Any, label: Any, reduction: str = "mean") -> Any:
        true = torch.where(label == 1, pred, 1 - pred).clamp(1e-7, 1 - 1e-7)
        rows = -((1 - true) ** 2) * torch.log(true)
        return rows.mean() if reduction == "mean" else rows.sum()

    def ce(pred: Any, label: Any, reduction: str = "mean") -> Any:
        return functional.nll_loss(torch.log(pred), label, reduction=reduction)

    formulas: dict[str, Callable[..., Any]] = {
        "mse": functional.mse_loss,
        "mae": functional.l1_loss,
        "bce": functional.binary_cross_entropy,
        "bce with logits": functional.binary_cross_entropy_with_logits,
        "focal": focal,
        "ce": ce,
        "ce with logits": functional.cross_entropy,
    }
    return formulas[name]


def _tensors(name: str, dtype: str, items: int) -> tuple[Any, Any]:
    import torch

    torch.set_grad_enabled(False)
    pred, label = NAMED[name].arrays(items, dtype)
    return torch.from_numpy(pred), torch.from_numpy(label)


def default(name: str, dtype: str, items: int) -> Callable[[], Any]:
    """The functional form, with as many threads as torch chooses."""
    pred, label = _tensors(name, dtype, items)
    formula = _formula(name)
    return lambda: formula(pred, label).item()


def one_thread(name: str, dtype: str, items: int) -> Callable[[], Any]:
    """The functional form on one thread."""
    import torch

    torch.set_num_threads(1)
    return default(name, dtype, items)


def in_blocks(name: str, dtype: str, items: int) -> Callable[[], Any]:
    """Sums over blocks that stay in the cache."""
    pred, label = _tensors(name, dtype, items)
    formula = _formula(name)
    rows = max(1, _BLOCK // (pred.shape[1] if pred.ndim == 2 else 1))

    def mean() -> float:
        total = 0.0
        for start in range(0, len(pred), rows):
            stop = start + rows
            total += formula(pred[start:stop], label[start:stop], reduction="sum").item()
        return total / len(pred)

    return mean


def compiled(name: str, dtype: str, items: int) -> Callable[[], Any]:
    """`torch.compile` of the functional form."""
    import torch

    pred, label = _tensors(name, dtype, items)
    formula = torch.compile(_formula(name))
    return lambda: formula(pred, label).item()
