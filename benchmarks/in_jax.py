"""The same losses compiled by jax, in the type of the data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from data import NAMED


def jitted(name: str, dtype: str, items: int) -> Callable[[], Any]:
    """`jax.jit` of the loss; a call ends when its number is there."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)

    def bce(pred: Any, label: Any) -> Any:
        pred = jnp.clip(pred, 1e-7, 1 - 1e-7)
        return -jnp.mean(label * jnp.log(pred) + (1 - label) * jnp.log1p(-pred))

    def bce_with_logits(pred: Any, label: Any) -> Any:
        return jnp.mean(jnp.maximum(pred, 0) - pred * label + jnp.log1p(jnp.exp(-jnp.abs(pred))))

    def focal(pred: Any, label: Any) -> Any:
        true = jnp.clip(jnp.where(label == 1, pred, 1 - pred), 1e-7, 1 - 1e-7)
        return -jnp.mean((1 - true) ** 2 * jnp.log(true))

    def ce(pred: Any, label: Any) -> Any:
        true = jnp.take_along_axis(pred, label[:, None], axis=1)
        return -jnp.mean(jnp.log(jnp.clip(true, 1e-7, 1 - 1e-7)))

    def ce_with_logits(pred: Any, label: Any) -> Any:
        logs = jax.nn.log_softmax(pred)
        return -jnp.mean(jnp.take_along_axis(logs, label[:, None], axis=1))

    formulas = {
        "mse": lambda pred, label: jnp.mean((pred - label) ** 2),
        "mae": lambda pred, label: jnp.mean(jnp.abs(pred - label)),
        "bce": bce,
        "bce with logits": bce_with_logits,
        "focal": focal,
        "ce": ce,
        "ce with logits": ce_with_logits,
    }
    pred, label = (jax.device_put(array) for array in NAMED[name].arrays(items, dtype))
    compiled = jax.jit(formulas[name])
    return lambda: compiled(pred, label).block_until_ready()
