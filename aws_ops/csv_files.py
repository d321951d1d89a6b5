"""Tables as CSV files. Pure."""

import csv
import io
from collections.abc import Iterable, Sequence


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A file of these rows under their columns' names."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_no_formula(str(cell)) for cell in row])
    return text.getvalue()


def _no_formula(cell: str) -> str:
    # A spreadsheet would run what begins like a formula, and people typed some of these cells.
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t"} else cell
