"""What the network and the gateway get wrong during a fault run, and how often."""

from collections.abc import Mapping
from typing import Any

LIES: tuple[Mapping[str, Any], ...] = (
    {"kind": "reset_before", "probability": 0.04},
    {"kind": "reset_after", "probability": 0.04},
    {"kind": "error_before", "probability": 0.04},
    {"kind": "error_after", "probability": 0.04},
    {"kind": "html", "probability": 0.02},
    {"kind": "charset", "probability": 0.02},
    {"kind": "truncated", "probability": 0.02},
    {"kind": "slow", "probability": 0.01, "seconds": 1.0},
    {"kind": "timeout", "probability": 0.002},
    {"kind": "drip", "probability": 0.002},
    {"kind": "recipient_status", "status": 500, "probability": 0.01},
    {"kind": "recipient_status", "status": 405, "skip": 150, "times": 1},
    {"kind": "no_report", "probability": 0.05},
    {"kind": "failed_report", "probability": 0.02},
    {"kind": "unknown_report", "probability": 0.02},
    {"kind": "duplicate_report", "probability": 0.1},
    {"kind": "reversed_reports", "probability": 0.1},
    {"kind": "early_report", "probability": 0.1},
    {"kind": "duplicate_hop", "probability": 0.05},
    {"kind": "concurrent_hop", "probability": 0.05},
    {"kind": "out_of_order", "probability": 0.03},
    {"kind": "retry_hop", "probability": 0.5, "seconds": 1.0},
    {"kind": "lost_answer", "probability": 0.005},
    {"kind": "missing_network", "probability": 0.02},
    {"kind": "missing_plus", "probability": 0.02},
    {"kind": "unescaped_plus", "probability": 0.02},
    {"kind": "no_end", "probability": 0.1},
    {"kind": "duplicate_end", "probability": 0.1},
    {"kind": "late_end", "probability": 0.05, "seconds": 5.0},
    {"kind": "duplicate_mo", "probability": 0.1},
    {"kind": "lost_mo", "probability": 0.1},
)
"""A send meets the first that strikes alone: about one in four goes wrong. 405 is no money, which holds the lane."""
