"""Sales reports."""

from flask import Blueprint, abort

from shop.services import salesreport

blueprint = Blueprint("reports", __name__, url_prefix="/reports")


@blueprint.post("/sales")
def start_report():
    return {"job": salesreport.start()}, 202


@blueprint.get("/sales/<job_id>")
def show_report(job_id: str):
    job = salesreport.progress(job_id)
    if job is None:
        abort(404)
    return job
