"""Answers in words, read out of a mailbox over IMAP."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import structlog

from noshowd.adapters.mail.incoming import TELLING, Bounce, Words, concerns_us, understand
from noshowd.adapters.mail.mailbox import Mailbox, Piece, Visit
from noshowd.adapters.mail.message_ids import MessageIds
from noshowd.ports.answers import BOUNCED, Answer, AnswerBox
from noshowd.ports.clock import Clock
from noshowd.ports.errors import Temporary

#: How far back the first look goes: answers that came while we were down.
LOOK_BACK = timedelta(days=3)
#: Mails read in one visit; the rest waits for the next.
BATCH = 200

log = structlog.get_logger(__name__)


class MailReplies:
    """Polls one folder. `words` maps reply words, in any case, to the labels of choices.

    An answer carries the label named in `value` (the person's own words where none was clear), all they wrote in
    `text`, and the key of the parcel in `about`. `by` is who the mail claims to be from; that they had our mail before
    them is proved by the signed key. The mailbox is not changed; where we are is kept in memory only, and after a
    restart the last days are read again: the same mail has the same `answer_id`.
    """

    def __init__(
        self,
        *,
        name: str,
        mailbox: Mailbox,
        ids: MessageIds,
        words: Mapping[str, str],
        clock: Clock,
        every: float = 30.0,
    ) -> None:
        self.name = name
        self._mailbox = mailbox
        self._ids = ids
        self._words = Words(words)
        self._clock = clock
        self._every = every
        self._uid_validity: int | None = None
        self._seen = 0

    async def run(self, box: AnswerBox) -> None:
        """See `AnswerSource.run`."""
        while True:
            try:
                more = await self._look(box)
                await box.heard(self.name)
            except Temporary as failed:
                log.warning("mail answers: not read", source=self.name, reason=failed.reason)
                await box.heard(self.name, failed)
                more = False
            if not more:
                await self._clock.sleep(self._every)

    async def _look(self, box: AnswerBox) -> bool:
        """One visit; True when more is waiting. What could not be stored is read again at the next."""
        day = (self._clock.now() - LOOK_BACK).date()

        def read(visit: Visit) -> tuple[int, list[int], list[Piece]]:
            seen = self._seen if visit.uid_validity == self._uid_validity else 0
            uids = visit.since(day, after=seen)
            telling = visit.headers(uids[:BATCH], TELLING)
            return visit.uid_validity, uids, visit.mails([t.uid for t in telling if self._concerns_us(t)])

        self._uid_validity, uids, mails = await self._mailbox.visit(read)
        for mail in mails:
            answer = self._answer(mail)
            if answer is not None and not await self._stored(answer, box):
                return False
            self._seen = mail.uid
        self._seen = max(uids[:BATCH], default=self._seen)
        return len(uids) > BATCH

    async def _stored(self, answer: Answer, box: AnswerBox) -> bool:
        try:
            await box.put(answer)
        except Exception:
            log.exception("mail answers: not stored, read again later", source=self.name)
            return False
        return True

    def _concerns_us(self, piece: Piece) -> bool:
        try:
            return concerns_us(piece.raw, self._ids)
        except Exception:
            log.exception("mail answers: headers not understood", source=self.name, uid=piece.uid)
            return False

    def _answer(self, mail: Piece) -> Answer | None:
        """The answer in a mail; what even the mail parser stumbles over is passed over, once and for all."""
        try:
            said = understand(mail.raw, self._ids, self._words)
        except Exception:
            log.exception("mail answers: not understood", source=self.name, uid=mail.uid)
            return None
        if said is None:
            return None
        if isinstance(said, Bounce):
            by, value, text = None, BOUNCED, said.status
        else:
            by, value, text = said.by, said.label or said.text.partition("\n")[0], said.text
        return Answer(
            answer_id=said.message_id,
            channel=self.name,
            by=by,
            value=value,
            at=mail.at,
            text=text,
            about=said.about,
        )
