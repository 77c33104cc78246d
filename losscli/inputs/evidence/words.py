"""What the name of a column says: its words, and the role or the reading that they speak of."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache


class Says(StrEnum):
    """What a name says of its column."""

    PREDICTION = "prediction"
    LABEL = "label"
    KEY = "key"
    WEIGHT = "weight"
    MEAN = "mean"
    SCALE = "standard deviation"
    VARIANCE = "variance"
    TIME = "time"
    GROUP = "group"
    LOWER = "lower end"
    UPPER = "upper end"
    HARD_CLASS = "predicted class"
    LOSS = "finished loss"


_RUNS = re.compile(r"\d+(?:\.\d+)?|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+")


def _without_accents(name: str) -> str:
    """Letters without their accents; `ŷ` is yhat."""
    if name.isascii():
        return name
    from unicodedata import combining, normalize

    given = normalize("NFC", name).replace("ŷ", "yhat")
    bare = (letter for letter in normalize("NFD", given) if not combining(letter))
    return normalize("NFC", "".join(bare))


# The words of each role, in lower case and without accents, as tables in several languages have
# them; what is written as one word of several stands as such.
_WORDS = {
    Says.PREDICTION: "pred preds prediction predictions predicted predict ypred yhat hat prob "
    "probs proba probas probability probabilities pctr pcvr phat score scores logit logits output "
    "outputs forecast forecasts forecasted fcst estimate estimated fitted softmax sigmoid logprob "
    "logprobs modelled modeled simulated sim "
    "vorhersage vorhergesagt prognose wahrscheinlichkeit geschatzt "
    "prevision prediction predit probabilite estime "
    "prediccion predicho pronostico probabilidad estimado "
    "previsao predicao probabilidade previsione previsto predetto probabilita "
    "vorhersagen prognosewert predite prevu previsioni predizione predicao predito prevista "
    "voorspelling voorspeld kans прогноз предсказание предсказанный вероятность "
    "预测 预测值 预测结果 预测概率 概率 予測 予測値 確率 예측 예측값 확률",
    Says.LABEL: "label labels target targets true truth ytrue groundtruth gt actual actuals real "
    "obs observed observation gold reference outcome expected answer annotation "
    "measured measurement "
    "ist istwert tatsachlich wahrheit erwartet beobachtet gemessen zielwert "
    "reel vrai observe attendu etiquette cible "
    "verdadero observado esperado etiqueta objetivo "
    "verdadeiro rotulo alvo reale vero osservato atteso etichetta "
    "istwerte observee observada werkelijk waargenomen verwacht факт истина фактический "
    "真实 真实值 真实标签 标签 实际 实际值 実測 実測値 正解 정답 실제 실제값",
    Says.KEY: "id ids key index idx uuid guid filename rowid",
    Says.WEIGHT: "weight weights wt exposure",
    Says.MEAN: "mean mu loc",
    Says.SCALE: "std sd sigma stddev stdev scale",
    Says.VARIANCE: "var variance",
    Says.TIME: "ds date dates datetime timestamp time year month week weekday day hour minute",
    Says.GROUP: "group groups fold folds split subset segment",
    Says.LOSS: "loss losses nll nlls ppl perplexity logloss crossentropy xent bce mse mae "
    "negloglikelihood negativeloglikelihood verlust perte",
    Says.LOWER: "lower lwr",
    Says.UPPER: "upper upr",
}
# Words that say it only where they are the whole name.
_WHOLE = {
    Says.PREDICTION: "p model est output",
    Says.LABEL: "y class t response ist reel réel vrai reale vero",
    Says.WEIGHT: "w",
    Says.LOSS: "ce",
}
# Of several words in one name, the first of these decides: what is true is no prediction, a
# predicted label is one, the id of a label is a label.
_FIRST = (
    *(Says.WEIGHT, Says.PREDICTION, Says.LABEL, Says.KEY, Says.LOSS, Says.MEAN, Says.TIME),
    Says.GROUP,
)
# What a column holds beside a prediction: `pred_std` is none, though it is called so.
BESIDE = (Says.SCALE, Says.VARIANCE, Says.LOWER, Says.UPPER)
TRUTH = frozenset("true truth actual actuals gold gt observed groundtruth ytrue".split())
# What columns of several models' predictions are called after.
MODELS = frozenset(
    "model baseline ensemble stacked rf xgb xgboost lgb lgbm lightgbm catboost gbm gbdt svm svc "
    "knn mlp nn cnn rnn lstm gru bert logreg lr glm ridge lasso elasticnet arima prophet".split()
)
# What stands behind the y of labels: `y_true`, `y_test`.
_HELD = frozenset("true test val valid validation dev train holdout".split())
_CLASSES = frozenset("class classes label labels category".split())

_TABLE = {word: role for role, words in _WORDS.items() for word in _without_accents(words).split()}
# What hydrologists and others write right behind the letter of a quantity.
_QUANTITIES = frozenset("qyhtp")
_AFTER_A_LETTER = frozenset("obs sim pred true fcst forecast observed".split())
_WHOLE_TABLE = {
    word: role for role, words in _WHOLE.items() for word in _without_accents(words).split()
}


@cache
def split(name: str) -> tuple[str, ...]:
    """The words and numbers of a name in lower case: `SK_ID_CURR`, `PassengerId`, `q0.9`.

    Letters lose their accents: `Prédiction` is `prediction`.
    """
    found = _RUNS.findall(_without_accents(name))
    return tuple(part for word in found for part in _parts(word))


def _parts(word: str) -> tuple[str, ...]:
    """A word in lower case, after the letter of a quantity: `Qobs` and `ysim` are two."""
    lowered = word.lower()
    rest = lowered[1:]
    apart = lowered[0] in _QUANTITIES and lowered not in _TABLE and rest in _AFTER_A_LETTER
    return (lowered[0], rest) if apart else (lowered,)


@cache
def says(name: str) -> Says | None:
    """What a name says of its column; None where it says nothing.

    >>> says("predicted_price"), says("PassengerId"), says("True Label"), says("price")
    (<Says.PREDICTION: 'prediction'>, <Says.KEY: 'key'>, <Says.LABEL: 'label'>, None)
    """
    words = split(name)
    joined = "".join(words)
    if (whole := _without_accents(name.lower())) in _WHOLE_TABLE:
        return _WHOLE_TABLE[whole]
    if joined in _TABLE:
        return _TABLE[joined]
    if words == ("ground", "truth") or (len(words) == 2 and words[0] == "y" and words[1] in _HELD):
        return Says.LABEL
    if len(words) == 2 and words[0] in ("p", "y") and words[1] == "hat":
        return Says.PREDICTION
    found = {_TABLE[word] for word in words if word in _TABLE}
    if Says.LABEL not in found and (beside := _of(BESIDE, found)):
        return beside
    if Says.PREDICTION in found and TRUTH & set(words):
        return Says.LABEL
    if Says.PREDICTION in found and _CLASSES & set(words):
        return Says.HARD_CLASS
    return _of(_FIRST, found)


def _of(order: tuple[Says, ...], found: set[Says]) -> Says | None:
    return next((role for role in order if role in found), None)


@cache
def item(name: str) -> Says | None:
    """Which item of a forecast a name speaks of, also where it is called a prediction.

    >>> item("forecast_mean"), item("pred_std"), item("price")
    (<Says.MEAN: 'mean'>, <Says.SCALE: 'standard deviation'>, None)
    """
    return _of((*BESIDE, Says.MEAN), {_TABLE[word] for word in split(name) if word in _TABLE})


@cache
def base(name: str) -> tuple[str, ...]:
    """What is left of a name without the words of roles: of `predicted_price`, `price`."""
    words = split(name)
    return tuple(
        word
        for word in words
        if _TABLE.get(word) not in (Says.PREDICTION, Says.LABEL) and word not in ("y", "p")
    )


def alike(one: str, other: str) -> bool:
    """Whether two names are the same but for capitals and what parts their words."""
    return one == other or (bool(split(one)) and split(one) == split(other))


_GROUP = re.compile(r"^(?P<stem>.*[^\W\d_])(?P<rest>\d+)$|^(?P<head>.*[\W_])(?P<tail>[^\W_]+)$")


@cache
def parted(name: str) -> tuple[str, str] | None:
    """A name as what its group shares and what is its own: `p0` → `p`, `0`; `z_a` → `z_`, `a`."""
    found = _GROUP.match(name)
    if found is None:
        return None
    if found["stem"] is not None:
        return found["stem"], found["rest"]
    return found["head"], found["tail"]
