"""A person's events in order, cut into journeys, and where each event and deal ends up.

What marts say of a journey does not belong here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from tests.oracle.deals import Deal
from tests.oracle.people import Person, md5
from tests.oracle.records import LEAD, Record
from tests.oracle.stages import CREATION, DEAL, FUNNEL, RULE, STATUS, Event

BEGINS = ("lead", "mql", "sal", "sql", "opportunity")
ENDS = ("recycled", "disqualified", "customer")


@dataclass
class Journey:
    """One journey: kept events in cutting order, and all that fill declared_*_at and rule_*_at."""

    person: Person
    cycle: int
    events: list[Event] = field(default_factory=list)
    heard: list[Event] = field(default_factory=list)
    ended_at: datetime | None = None
    end: Event | None = None
    deals: list[tuple[Deal, bool]] = field(default_factory=list)

    @property
    def id(self) -> str:
        return md5(f"{self.person.id}:{self.cycle}")

    @property
    def start(self) -> datetime:
        return self.events[0].cut

    @property
    def lead_at(self) -> datetime:
        return self.events[0].at

    def at(self, stage: str) -> datetime | None:
        """The stage's timestamp in fct_lead_to_deal."""
        if stage == "lead":
            return self.lead_at
        return min((event.at for event in self.events if event.stage == stage), default=None)

    def said(self, stage: str, source: int) -> Event | None:
        """The earliest declared (status) or rule event of a stage, taking part or not."""
        events = [event for event in self.heard if event.stage == stage and event.source == source]
        return min(events, key=lambda event: event.at, default=None)

    @property
    def furthest(self) -> int:
        """Highest stage reached, as its place in the funnel from 0."""
        return max(FUNNEL.index(event.stage) for event in self.events if event.stage in FUNNEL)

    @property
    def current_stage(self) -> str:
        if self.at("customer"):
            return "customer"
        told = [e for e in self.events if e.stage != "closed_lost" or e is self.end]
        return told[-1].stage

    @property
    def lead(self) -> Record | None:
        """The lead that speaks for the journey."""
        leads = self.person.leads
        spoken = [event.lead for event in self.events if event.lead]
        created = [lead for lead in leads if lead.created_at <= self.start]
        return next(iter(spoken + created[-1:] + leads[:1]), None)


def creation_events(person: Person) -> list[Event]:
    return [
        Event("lead", record.created_at, CREATION, record.id, record if record.kind == LEAD else None)
        for record in person.leads + person.contacts
    ]


def _deal_events(deal: Deal) -> list[Event]:
    events = [Event("opportunity", deal.created_at, DEAL, deal.id, deal=deal)]
    if deal.is_closed:
        stage = "customer" if deal.is_won else "closed_lost"
        events.append(Event(stage, deal.closed_at, DEAL, deal.id, deal=deal))
    return events


class _Cutting:
    """One pass over a person's events."""

    def __init__(self, person: Person, events: list[Event], deals: list[Deal]):
        self.person = person
        self.journeys: list[Journey] = []
        self._home: dict[str, Journey] = {}
        first = min(person.creations, default=datetime.min)
        events = events + [event for deal in deals for event in _deal_events(deal)]
        for event in events:
            closes = event.deal and event.stage != "opportunity"
            event.cut = max(event.at, first, event.deal.created_at if closes else first)
        self._spans = {deal.id: [None, None] for deal in deals}
        for event in events:
            if event.deal:
                self._spans[event.deal.id][event.stage != "opportunity"] = event.cut
        self.sequence = sorted(events, key=lambda event: event.order)
        for event in self.sequence:
            self._place(event)

    def _place(self, event: Event) -> None:
        journey = self._journey(event)
        if event.deal:
            self._home[event.deal.id] = journey
        journey.heard.append(event)
        before = journey.events[-1] if journey.events else None
        repeats = event.source in (STATUS, RULE) and before and before.stage == event.stage
        if repeats or (event.source == CREATION and before):
            return
        journey.events.append(event)
        if journey.end is None and self._ends(event):
            journey.end, journey.ended_at = event, event.cut

    def _journey(self, event: Event) -> Journey:
        if event.deal and event.deal.id in self._home:
            return self._home[event.deal.id]
        if not self.journeys or self._begins(event, self.journeys[-1].ended_at):
            self.journeys.append(Journey(self.person, len(self.journeys) + 1))
        return self.journeys[-1]

    def _begins(self, event: Event, ended_at: datetime | None) -> bool:
        if ended_at is None or event.stage not in BEGINS or event.cut <= ended_at:
            return False
        if event.is_inferred:
            return event.lead.created_at > ended_at
        return not (event.deal and event.deal.link_rule == "account")

    def _ends(self, event: Event) -> bool:
        if event.stage != "closed_lost":
            return event.stage in ENDS
        return not any(
            created <= event.cut and (closed is None or closed > event.cut)
            for key, (created, closed) in self._spans.items()
            if not event.deal or key != event.deal.id
        )


def _begun_by(journeys: list[Journey], at: datetime) -> Journey:
    """The last journey begun by an instant, else the first."""
    return ([journey for journey in journeys if journey.start <= at] or journeys[:1])[-1]


def form_journeys(
    person: Person, events: list[Event], others: list[Event], deals: list[Deal]
) -> list[Journey]:
    """A person's journeys from events that take part; `others` only fill declared_*_at and rule_*_at."""
    business = [deal for deal in deals if not deal.renews]
    journeys = _Cutting(person, events, business).journeys
    attached: list[tuple[Deal, int]] = []
    for deal in sorted((d for d in deals if d.renews), key=lambda d: (d.created_at, d.id)):
        served = [
            journey.cycle
            for journey in journeys
            if any(event.stage == "customer" and event.at <= deal.created_at for event in journey.events)
        ]
        if served:
            attached.append((deal, served[-1]))
        else:
            business.append(deal)
            journeys = _Cutting(person, events, business).journeys
    for journey in journeys:
        opened = {event.deal.id for event in journey.events if event.deal}
        journey.deals += [(deal, False) for deal in business if deal.id in opened]
        journey.deals += [(deal, True) for deal, cycle in attached if cycle == journey.cycle]
    for event in others:
        if journeys:
            _begun_by(journeys, event.at).heard.append(event)
    return journeys


def journey_at(journeys: list[Journey], at: datetime) -> Journey | None:
    return _begun_by(journeys, at) if journeys else None


def next_events(journeys: list[Journey]) -> list[tuple[Journey, Event, Event | None]]:
    """Every kept event of a person in cutting order, with the person's next one."""
    kept = sorted(
        ((event, journey) for journey in journeys for event in journey.events), key=lambda pair: pair[0].order
    )
    following = [event for event, _ in kept[1:]] + [None]
    return [(journey, event, after) for (event, journey), after in zip(kept, following, strict=False)]
