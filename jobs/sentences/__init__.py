"""Every sentence that the product says about a job, each with the evidence it needs."""

from jobs.sentences.batches import Fate, fate
from jobs.sentences.cancellation import sentence
from jobs.sentences.lookup import lookup_sentence

__all__ = ["Fate", "fate", "lookup_sentence", "sentence"]
