"""What a side keeps to itself: opinions, its topic sheet, and whom it lets look in."""

from __future__ import annotations

from msgspec.structs import replace as put

from cloudnego.core import events as e
from cloudnego.core.remember.how import in_caucus
from cloudnego.core.state import Caucus, StrawPoll


@in_caucus(e.OpinionsRecorded)
def _(caucus: Caucus, event: e.OpinionsRecorded) -> Caucus:
    return put(caucus, issued=event.issued, returned=event.returned, opinions_held=event.held)


@in_caucus(e.InstructorCalled)
def _(caucus: Caucus, event: e.InstructorCalled) -> Caucus:
    return put(caucus, called={**caucus.called, event.person: event.until_s})


@in_caucus(e.CallEnded)
def _(caucus: Caucus, event: e.CallEnded) -> Caucus:
    return put(caucus, called={who: until for who, until in caucus.called.items() if who != event.person})


@in_caucus(e.TopicSheetDrafted)
def _(caucus: Caucus, event: e.TopicSheetDrafted) -> Caucus:
    return put(caucus, sheet=event.topics)


@in_caucus(e.CaucusMessageSent)
def _(caucus: Caucus, _event: e.CaucusMessageSent) -> Caucus:
    return put(caucus, messages=caucus.messages + 1)


@in_caucus(e.StrawPollOpened)
def _(caucus: Caucus, event: e.StrawPollOpened) -> Caucus:
    return put(caucus, straws={**caucus.straws, event.poll: StrawPoll(choices=event.choices)})


@in_caucus(e.StrawCast)
def _(caucus: Caucus, event: e.StrawCast) -> Caucus:
    poll = caucus.straws[event.poll]
    cast = put(poll, cast={**poll.cast, event.person: event.choice})
    return put(caucus, straws={**caucus.straws, event.poll: cast})


@in_caucus(e.StrawPollClosed)
def _(caucus: Caucus, event: e.StrawPollClosed) -> Caucus:
    return put(caucus, straws={name: one for name, one in caucus.straws.items() if name != event.poll})
