"""Bundles: the ledger, or the part of it that tells of some cancellations, for whoever reviews it elsewhere."""

from jobs.ledger.bundle.exporting import Exported, export

__all__ = ["Exported", "export"]
