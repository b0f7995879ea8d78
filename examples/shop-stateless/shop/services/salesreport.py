"""The sales report, which takes a while: made by a worker, asked for by number."""

from rq.exceptions import NoSuchJobError
from rq.job import Job
from sqlalchemy import func, select

from shop.database import Product, Sale, Session
from shop.external import reports, server


def start() -> str:
    """Hand a report to the workers and return its number at once."""
    return reports.enqueue(make, result_ttl=3600).id


def make() -> list[list]:
    """Runs in a worker; the result is kept in Redis with the job."""
    with Session() as database:
        query = (
            select(Product.title, func.sum(Sale.quantity))
            .join(Sale, Sale.product_id == Product.id)
            .group_by(Product.title)
        )
        return [list(row) for row in database.execute(query)]


def progress(job_id: str) -> dict | None:
    try:
        job = Job.fetch(job_id, connection=server)
    except NoSuchJobError:
        return None
    return {"status": job.get_status().value, "rows": job.return_value() or []}
