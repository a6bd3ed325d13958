"""Priority: whom to hear and whom to ask, so that neither the loudest nor the largest customers alone steer."""

from valuation.priority.panel import SMALL_FAST_ADOPTERS, PanelStrata, panel_strata
from valuation.priority.poaching import poaching_exposure
from valuation.priority.readings import Readings, readings
from valuation.priority.sampling import SampleWeights, sample_plan, sample_weights
from valuation.priority.selection import SampleSelection, sample_select
from valuation.priority.voice import ShareOfVoice, share_of_voice

__all__ = [
    "SMALL_FAST_ADOPTERS",
    "PanelStrata",
    "Readings",
    "SampleSelection",
    "SampleWeights",
    "ShareOfVoice",
    "panel_strata",
    "poaching_exposure",
    "readings",
    "sample_plan",
    "sample_select",
    "sample_weights",
    "share_of_voice",
]
