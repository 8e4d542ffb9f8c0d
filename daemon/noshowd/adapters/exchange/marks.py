"""Our mark on items: an extended property that holds our key and can be searched for."""

from __future__ import annotations

from exchangelib import CalendarItem, ExtendedProperty, Task


class NoshowdKey(ExtendedProperty):  # type: ignore[misc]  # exchangelib ships no types
    """A named text property in a property set of our own."""

    property_set_id = "5f1c3d1a-9f0e-4c43-8a57-1f4bb5a0c6d7"
    property_name = "noshowd"
    property_type = "String"


class MovedBy(ExtendedProperty):  # type: ignore[misc]  # exchangelib ships no types
    """The write that last moved an appointment; beside the other, so that what was once created is found for ever."""

    property_set_id = NoshowdKey.property_set_id
    property_name = "noshowd-moved-by"
    property_type = "String"


class Says(ExtendedProperty):  # type: ignore[misc]  # exchangelib ships no types
    """What an appointment says beside its key: the mark of an installation."""

    property_set_id = NoshowdKey.property_set_id
    property_name = "noshowd-says"
    property_type = "String"


#: As which field the items below have it.
FIELD, MOVED_BY, SAYS = "noshowd_key", "noshowd_moved_by", "noshowd_says"
for _kind in (CalendarItem, Task):
    _kind.register(FIELD, NoshowdKey)
CalendarItem.register(MOVED_BY, MovedBy)
CalendarItem.register(SAYS, Says)
