"""Goals: how far each one is, whether it is on pace, and how they cascade from the company to its teams."""

from valuation.goals.attainment import GoalStatus, attainment, goal_status, pace, status
from valuation.goals.cascade import Cascade, cascade
from valuation.goals.default_goals import DEFAULT_GOALS, DefaultGoal, default_goals
from valuation.goals.reading import LEVELS

__all__ = [
    "DEFAULT_GOALS",
    "LEVELS",
    "Cascade",
    "DefaultGoal",
    "GoalStatus",
    "attainment",
    "cascade",
    "default_goals",
    "goal_status",
    "pace",
    "status",
]
