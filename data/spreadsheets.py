"""Cells of CSV files that people open in a spreadsheet."""


def harmless(cell: str) -> str:
    """A cell that a spreadsheet shows instead of computing: what begins like a formula gets an apostrophe in front."""
    # Some spreadsheets take the full-width forms of Asian keyboards for the signs themselves.
    if cell[:1] in {"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"}:
        try:
            float(cell)
        except ValueError:
            return f"'{cell}"
    return cell
