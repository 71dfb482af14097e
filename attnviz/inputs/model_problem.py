"""A Problem out of a trained model: its own tokens, what enters one of its layers, and the weights there."""

from __future__ import annotations

from attnviz.core.problem import Problem
from attnviz.inputs.request import InputRequest


def model_problem(request: InputRequest) -> Problem:
    """The attention of the heads that are asked for; the first head of the first layer where nothing is said.

    Raises InputError for a model, a layer or a head that does not exist, and a text that the model does not take;
    EnvironmentFault for a model or a package that has to be installed first.
    """
    # the libraries of a model are loaded when one is asked for
    from attnviz.models.heads import heads_from
    from attnviz.models.model import NUMPY, open_model

    model = open_model(request.model or "", request.backend or NUMPY)
    heads = heads_from("0" if request.head is None else request.head, model.heads)
    return model.problem(request.text or "", request.layer or 0, heads)
