"""The same query in PostgreSQL, whose columns have types of their own."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from adapters.cdr.cdr_world import e164, national
from contract.call_suite import GUEST, OUR_LINE, phone_meeting
from contract.source_suite import END, OPENING
from databases import postgres_database
from noshowd.adapters.cdr.presence import CdrSource
from noshowd.adapters.cdr.settings import CdrSettings, Times
from noshowd.domain.evidence import CallResult
from noshowd.ports.errors import Permanent


@pytest.mark.parametrize(
    ("kind", "written", "times"),
    [
        ("timestamp", "'2026-03-10 10:00:00'", Times.TEXT),
        ("timestamptz", "'2026-03-10 09:00:00+00'", Times.TEXT),
        ("text", "'2026-03-10 10:00:00'", Times.TEXT),
        ("bigint", "1773133200", Times.EPOCH),
    ],
)
async def test_every_type_of_an_instant_is_read(postgres, kind, written, times):
    with postgres_database(postgres) as url:
        columns = f"calldate {kind}, src text, dst text, dstchannel text, lastapp text, duration int, billsec int"
        row = f"{written}, '{national(OUR_LINE)}', '{national(GUEST)}', 'x', 'Dial', 90, 80, 'ANSWERED', '1'"
        engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
        with engine.begin() as connection:
            connection.execute(sa.text(f"CREATE TABLE cdr ({columns}, disposition text, linkedid text)"))
            connection.execute(sa.text(f"INSERT INTO cdr VALUES ({row})"))
        engine.dispose()
        settings = CdrSettings(database=url, times=times, lines=frozenset({OUR_LINE}))
        source = CdrSource(settings, e164)
        now = END + timedelta(minutes=10)
        seen = await source.look(phone_meeting(), since=OPENING, now=now)
        assert [call.result for call in seen.calls] == [CallResult.ANSWERED]
        assert seen.coverages
        missing = CdrSource(CdrSettings(database=url, table="nothing.cdr", lines=frozenset({OUR_LINE})), e164)
        with pytest.raises(Permanent, match="no_such_table_or_column"):
            await missing.look(phone_meeting(), since=OPENING, now=now)
        await source.close()
        await missing.close()
