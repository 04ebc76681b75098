"""Ask: a question answered with what participants said, or a clear no."""

from flask import Blueprint, render_template, request

from repository import asking
from web import inputs
from web.access import viewer, workspace

blueprint = Blueprint("asking", __name__)


@blueprint.get("/ask")
def ask() -> str:
    """Show the box, and the answer to what was asked."""
    question = inputs.question(request.args)
    answer = None
    if question:
        answer = asking.ask(workspace(), viewer(), question)
        asking.tell(workspace(), answer)
    return render_template("asking/ask.html", question=question, answer=answer)
