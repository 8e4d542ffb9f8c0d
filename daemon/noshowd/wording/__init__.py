"""Words out: templates and languages.

`Wording().render(context, language)` gives the text of one message or task. Guests are written to in words that
are true and kind even for somebody who was there all along; subjects and previews for our own side name nobody.
"""

from noshowd.wording.context import ListedMeeting, Outage, TaskNote, Trial, WordingContext
from noshowd.wording.languages import folder_for
from noshowd.wording.lexicon import Lexicon
from noshowd.wording.render import Text, Wording

__all__ = ["Lexicon", "ListedMeeting", "Outage", "TaskNote", "Text", "Trial", "Wording", "WordingContext", "folder_for"]
