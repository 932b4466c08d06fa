"""The sample company and its market as data: countries, industries, job titles, currencies, teams, words of its CRM.

Facts and rates that a reader may want to change; how they become records does not belong here.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

ZONES = (
    "America/New_York",
    "America/Sao_Paulo",
    "Europe/London",
    "Europe/Berlin",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Australia/Sydney",
)
CURRENCIES = {
    "USD": 1.0,
    "EUR": 1.085,
    "GBP": 1.275,
    "CAD": 0.725,
    "BRL": 0.185,
    "CNY": 0.139,
    "JPY": 0.00665,
    "SGD": 0.748,
    "AUD": 0.655,
}
"""Currency to about what one unit is worth in USD; the agreement's fx_rates move around these."""


class Country(NamedTuple):
    """A country: `names` is the kind of their names, `share` the part of people and companies in it."""

    name: str
    zone: str
    region: str
    currency: str
    calling_code: str
    names: str
    share: float


COUNTRIES = (
    Country("United States", "America/New_York", "Americas", "USD", "1", "english", 0.31),
    Country("Canada", "America/New_York", "Americas", "CAD", "1", "english", 0.06),
    Country("Brazil", "America/Sao_Paulo", "Americas", "BRL", "55", "latin", 0.06),
    Country("United Kingdom", "Europe/London", "EMEA", "GBP", "44", "english", 0.10),
    Country("Germany", "Europe/Berlin", "EMEA", "EUR", "49", "european", 0.11),
    Country("France", "Europe/Berlin", "EMEA", "EUR", "33", "european", 0.06),
    Country("Netherlands", "Europe/Berlin", "EMEA", "EUR", "31", "european", 0.04),
    Country("Spain", "Europe/Berlin", "EMEA", "EUR", "34", "latin", 0.04),
    Country("China", "Asia/Shanghai", "APAC", "CNY", "86", "chinese", 0.12),
    Country("Japan", "Asia/Tokyo", "APAC", "JPY", "81", "japanese", 0.04),
    Country("Singapore", "Asia/Shanghai", "APAC", "SGD", "65", "chinese", 0.02),
    Country("Australia", "Australia/Sydney", "APAC", "AUD", "61", "english", 0.04),
)
REGIONS = ("Americas", "EMEA", "APAC")
REGION_ZONES = ("America/New_York", "Europe/Berlin", "Asia/Shanghai")
"""Where the sales teams of each region sit, and so when they work."""
CALENDARS = ("americas", "emea", "apac")
LEAVES = (18, 18, 19)
"""Hour at which a region goes home, Mondays to Thursdays, as `business_hours` of its agreement has it."""

INDUSTRIES = {
    "Software": 0.20,
    "Manufacturing": 0.16,
    "Financial Services": 0.12,
    "Healthcare": 0.11,
    "Logistics": 0.08,
    "Retail": 0.10,
    "Professional Services": 0.09,
    "Education": 0.06,
    "Media": 0.04,
    "Energy": 0.04,
}
GOOD_INDUSTRIES = ("Software", "Manufacturing", "Financial Services", "Healthcare")
JOB_TITLES = {
    "Chief Technology Officer": 0.03,
    "Chief Marketing Officer": 0.03,
    "VP Sales": 0.05,
    "VP Operations": 0.04,
    "Head of Marketing": 0.07,
    "Head of IT": 0.05,
    "Director of Sales Operations": 0.06,
    "Marketing Director": 0.06,
    "Marketing Manager": 0.16,
    "Sales Manager": 0.11,
    "Operations Manager": 0.08,
    "IT Specialist": 0.08,
    "Business Analyst": 0.09,
    "Consultant": 0.05,
    "Student": 0.03,
    "Marketing Intern": 0.01,
}
SENIOR_WORDS = ("Chief", "VP", "Head", "Director")
JUNIOR_WORDS = ("Student", "Intern")

NEW, MQL, SAL, SQL, CONVERTED, RECYCLED, DISQUALIFIED = range(7)
LEAD_STATUSES = (
    "New",
    "Marketing Qualified",
    "Sales Accepted",
    "Sales Qualified",
    "Opportunity",
    "Recycled",
    "Disqualified",
)
"""The words of the sample's CRM, in the order of the constants above; the agreement's stage_mapping reads them."""
DEAL_STAGES = ("Discovery", "Proposal", "Negotiation", "Closed Won", "Closed Lost")
LOSS_REASONS = {
    "Price": 0.3,
    "No decision": 0.28,
    "Competitor": 0.22,
    "Missing feature": 0.14,
    "Timing": 0.06,
}
CONTACT_ROLES = ("Decision Maker", "Champion", "Technical Evaluator", "User")

HANDOFF_FIELDS = {
    "pain_points": (
        "Leads get lost",
        "No view of the funnel",
        "Slow follow-up",
        "Manual reports",
        "线索流失严重",
    ),
    "decision_role": ("Decision maker", "Influencer", "User", "Budget holder"),
    "budget": ("10k-25k", "25k-50k", "50k+", "under 10k", "not approved yet"),
    "alternatives": ("None", "Spreadsheet", "In-house tool", "Competitor"),
    "preferred_channel": ("phone", "email", "video call", "WeChat"),
}
"""Fields a hand-over should fill, with what people write into them."""


def positions(table: dict[str, float], words: tuple[str, ...]) -> np.ndarray:
    """Booleans along `table`: does the name contain one of `words`?"""
    return np.array([any(word in name for word in words) for name in table])
