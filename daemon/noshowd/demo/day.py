"""The day itself, as data: who meets whom, what happens, and how people answer. Times are local."""

from __future__ import annotations

from noshowd.demo.cast import (
    ANNA,
    BEN,
    CLARA,
    FRAU_ADAM,
    FRAU_CRAMER,
    FRAU_EBERT,
    FRAU_GRAF,
    HERR_BRAUN,
    HERR_DIETZ,
    HERR_FUCHS,
    HERR_HAHN,
    KIM,
    LEO,
    MIA,
    NORA,
    OLE,
    PIA,
)
from noshowd.demo.script import (
    Answers,
    Appointment,
    By,
    Day,
    Joins,
    KilledWhileSending,
    Leaves,
    Rings,
    TokenRestored,
    TokenWithdrawn,
    Unseen,
    Where,
)

# Anna: Google Calendar, Meet, Slack, Google Tasks
PROPOSAL = Appointment(at="09:00", minutes=30, title="Proposal", host=ANNA, guest=KIM, where=Where.MEET)
PRICING = Appointment(at="10:00", minutes=30, title="Pricing", host=ANNA, guest=LEO, where=Where.MEET)
WORKSHOP = Appointment(at="10:45", minutes=30, title="Workshop", host=ANNA, guest=MIA, where=Where.MEET)
REVIEW = Appointment(at="12:00", minutes=30, title="Review", host=ANNA, guest=OLE, where=Where.MEET)
# Ben: Outlook, Teams, Slack, Microsoft To Do
KICKOFF = Appointment(at="09:30", minutes=30, title="Kick-off", host=BEN, guest=NORA, where=Where.TEAMS)
ROADMAP = Appointment(at="11:30", minutes=30, title="Roadmap", host=BEN, guest=PIA, where=Where.TEAMS)
# Clara: telephone, e-mail only, in German
ADAM = Appointment(at="10:20", minutes=20, title="Telefontermin Adam", host=CLARA, guest=FRAU_ADAM, where=Where.PHONE)
BRAUN = Appointment(
    at="09:30", minutes=20, title="Telefontermin Braun", host=CLARA, guest=HERR_BRAUN, where=Where.PHONE
)
CRAMER = Appointment(
    at="09:00", minutes=20, title="Telefontermin Cramer", host=CLARA, guest=FRAU_CRAMER, where=Where.PHONE
)
DIETZ = Appointment(
    at="11:30", minutes=20, title="Telefontermin Dietz", host=CLARA, guest=HERR_DIETZ, where=Where.PHONE
)
EBERT = Appointment(at="10:45", minutes=20, title="Videotermin Ebert", host=CLARA, guest=FRAU_EBERT, where=Where.MEET)
FUCHS = Appointment(
    at="10:00", minutes=20, title="Telefontermin Fuchs", host=CLARA, guest=HERR_FUCHS, where=Where.PHONE
)
GRAF = Appointment(at="12:00", minutes=20, title="Telefontermin Graf", host=CLARA, guest=FRAU_GRAF, where=Where.PHONE)
HAHN = Appointment(at="12:25", minutes=20, title="Telefontermin Hahn", host=CLARA, guest=HERR_HAHN, where=Where.PHONE)

DAY = Day(
    opens="08:10",
    closes="13:00",
    appointments=(
        *(PROPOSAL, PRICING, WORKSHOP, REVIEW),
        *(KICKOFF, ROADMAP),
        *(CRAMER, BRAUN, FUCHS, ADAM, EBERT, DIETZ, GRAF, HAHN),
    ),
    acts=(
        # the guest does not come: notice, kind message, call-back task, offer
        Joins(at="08:58", who=ANNA, to=PROPOSAL),
        Leaves(at="09:24", who=ANNA, of=PROPOSAL),
        # no system sees the mobile
        Unseen(at="09:00", says="Clara rings Frau Cramer on her mobile; they talk for 12 minutes"),
        # nobody else comes to Teams, which tells who was there only when a call has ended
        Joins(at="09:29", who=BEN, to=KICKOFF),
        Leaves(at="09:50", who=BEN, of=KICKOFF),
        # sipgate lists a call once it has ended: at the end of the slot its list is still empty
        Rings(at="09:31", about=BRAUN, talks=34),
        # the host forgets, the guest waits
        Joins(at="09:59", who=LEO, to=PRICING),
        Joins(at="10:06", who=ANNA, to=PRICING),
        Leaves(at="10:28", who=ANNA, of=PRICING),
        Leaves(at="10:28", who=LEO, of=PRICING),
        Rings(at="10:06", about=FUCHS, talks=None),
        Rings(at="10:21", about=ADAM, talks=12),
        # the guests come while the kind messages wait for approval
        Joins(at="10:44", who=ANNA, to=WORKSHOP),
        Joins(at="10:54", who=MIA, to=WORKSHOP),
        Leaves(at="11:14", who=ANNA, of=WORKSHOP),
        Leaves(at="11:14", who=MIA, of=WORKSHOP),
        Joins(at="10:44", who=CLARA, to=EBERT),
        Joins(at="10:54", who=FRAU_EBERT, to=EBERT),
        Leaves(at="11:04", who=FRAU_EBERT, of=EBERT),
        Leaves(at="11:04", who=CLARA, of=EBERT),
        # Teams has told that nobody came to the kick-off: Ben lets the offer go
        KilledWhileSending(at="11:05", to=NORA),
        Joins(at="11:29", who=BEN, to=ROADMAP),
        Joins(at="11:31", who=PIA, to=ROADMAP),
        Leaves(at="11:58", who=PIA, of=ROADMAP),
        Leaves(at="11:58", who=BEN, of=ROADMAP),
        Rings(at="11:31", about=DIETZ, talks=15),
        # noon
        TokenWithdrawn(at="11:57", who=ANNA),
        Joins(at="11:59", who=ANNA, to=REVIEW),
        Joins(at="12:01", who=OLE, to=REVIEW),
        Leaves(at="12:25", who=ANNA, of=REVIEW),
        Leaves(at="12:25", who=OLE, of=REVIEW),
        TokenRestored(at="12:27", who=ANNA),
        Rings(at="12:00", about=GRAF, talks=14),
        Rings(at="12:26", about=HAHN, talks=8),
    ),
    answers=(
        Answers(who=ANNA, about=PROPOSAL, tap="approve", by=By.BUTTON),
        Answers(who=ANNA, about=WORKSHOP, tap="approve", by=By.BUTTON, after=8),
        # the offer is taken: the event moves, and the call-back task is no longer needed
        Answers(who=KIM, about=PROPOSAL, tap="take", by=By.OFFER, after=25, word="The price for two years"),
        Answers(who=BEN, about=KICKOFF, tap="approve", by=By.BUTTON),
        Answers(who=BEN, about=KICKOFF, tap="it_left", by=By.BUTTON, after=3),
        Answers(who=CLARA, about=CRAMER, tap="talked", by=By.REPLY, after=3, word="GESPROCHEN"),
        Answers(who=CLARA, about=EBERT, tap="approve", by=By.PAGE, after=8),
        Answers(who=CLARA, about=FUCHS, tap="nobody_answered", by=By.PAGE, after=2),
    ),
)
