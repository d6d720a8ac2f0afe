"""``/v1/describe``: a few objects, for clients that ask what can be queried before they query."""

from html import escape

OBJECTS = {
    "Account": ("Id", "AccountNumber", "Name", "Balance", "Currency", "Status", "CreatedDate", "UpdatedDate"),
    "Invoice": ("Id", "InvoiceNumber", "Amount", "Balance", "DueDate", "Status", "CreatedDate", "UpdatedDate"),
    "Payment": ("Id", "PaymentNumber", "Amount", "Status", "CreatedDate", "UpdatedDate"),
    "Subscription": ("Id", "Name", "Status", "TermType", "CreatedDate", "UpdatedDate"),
}
_TYPES = {"Amount": "decimal", "Balance": "decimal", "DueDate": "date"}


def description(name: str) -> bytes | None:
    """The XML for one object, or the list of all for ""; None where there is no such object."""
    if not name:
        objects = "".join(f"<object><name>{known}</name><label>{known}</label></object>" for known in OBJECTS)
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<objects>{objects}</objects>'.encode()
    if name not in OBJECTS:
        return None
    fields = "".join(_field(field) for field in OBJECTS[name])
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<object><name>{escape(name)}</name><label>{escape(name)}</label>'
        f"<fields>{fields}</fields><related-objects></related-objects></object>"
    ).encode()


def _field(name: str) -> str:
    kind = _TYPES.get(name, "datetime" if name.endswith("Date") else "text")
    return (
        f"<field><name>{name}</name><label>{name}</label><selectable>true</selectable><createable>false</createable>"
        f"<updateable>false</updateable><filterable>true</filterable><custom>false</custom><maxlength>255</maxlength>"
        f"<required>{'true' if name == 'Id' else 'false'}</required><type>{kind}</type>"
        "<contexts><context>soap</context><context>export</context></contexts></field>"
    )
