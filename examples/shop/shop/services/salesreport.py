"""The sales report, which takes a while: made in the background, asked for by number."""

import threading
import uuid

from sqlalchemy import func, select

from shop.database import Product, Sale, Session

JOBS: dict[str, dict] = {}  # expect: SL105


def start() -> str:
    """Begin a report and return its number at once."""
    job_id = uuid.uuid4().hex
    JOBS[job_id] = {"status": "running", "rows": []}
    threading.Thread(target=_make, args=(job_id,), daemon=True).start()  # expect: SL401
    return job_id


def _make(job_id: str) -> None:
    with Session() as database:
        query = (
            select(Product.title, func.sum(Sale.quantity))
            .join(Sale, Sale.product_id == Product.id)
            .group_by(Product.title)
        )
        rows = [list(row) for row in database.execute(query)]
    JOBS[job_id].update(status="done", rows=rows)


def progress(job_id: str) -> dict | None:
    return JOBS.get(job_id)
