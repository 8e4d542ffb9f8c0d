"""The people of the demo's day: two firms of one group, and those they meet. Nobody of them exists."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody in the day. `slack` is the handle of whoever uses Slack; `phone` their number, E.164."""

    name: str
    address: str
    language: str = "en"
    slack: str | None = None
    phone: str | None = None

    @property
    def first(self) -> str:
        return self.name.partition(" ")[0]


ANNA = Actor(name="Anna Berger", address="anna@nordlicht.example", slack="anna")
BEN = Actor(name="Ben Okafor", address="ben@suedwind.example", slack="ben")
CLARA = Actor(name="Clara Weber", address="clara@weber-beratung.example", language="de", phone="+498923714480")
IDA = Actor(name="Ida Admin", address="ida@nordlicht.example")

KIM = Actor(name="Kim Larsen", address="kim.larsen@larsen.example")
LEO = Actor(name="Leo Brandt", address="leo.brandt@brandt.example")
MIA = Actor(name="Mia Novak", address="mia.novak@novak.example")
NORA = Actor(name="Nora Quist", address="nora.quist@quist.example")
OLE = Actor(name="Ole Peters", address="ole.peters@peters.example")
PIA = Actor(name="Pia Romero", address="pia.romero@romero.example")

FRAU_ADAM = Actor(name="Andrea Adam", address="andrea.adam@adam-bau.example", language="de", phone="+493090182347")
HERR_BRAUN = Actor(name="Bernd Braun", address="bernd.braun@braun-holz.example", language="de", phone="+4940734918256")
FRAU_CRAMER = Actor(name="Carla Cramer", address="carla.cramer@cramer-it.example", language="de", phone="+498954309172")
HERR_DIETZ = Actor(name="Dirk Dietz", address="dirk.dietz@dietz-druck.example", language="de", phone="+4969801736240")
FRAU_EBERT = Actor(name="Eva Ebert", address="eva.ebert@ebert-praxis.example", language="de", phone="+497115508914")
HERR_FUCHS = Actor(
    name="Frank Fuchs", address="frank.fuchs@fuchs-garten.example", language="de", phone="+4922146720385"
)
FRAU_GRAF = Actor(name="Gabi Graf", address="gabi.graf@graf-optik.example", language="de", phone="+4951193847126")
HERR_HAHN = Actor(name="Hans Hahn", address="hans.hahn@hahn-kaffee.example", language="de", phone="+49341229476503")

OURS = (ANNA, BEN, CLARA)
GUESTS = (
    *(KIM, LEO, MIA, NORA, OLE, PIA),
    *(FRAU_ADAM, HERR_BRAUN, FRAU_CRAMER, HERR_DIETZ, FRAU_EBERT, HERR_FUCHS, FRAU_GRAF, HERR_HAHN),
)
EVERYBODY = (*OURS, IDA, *GUESTS)
