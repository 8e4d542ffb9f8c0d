"""Each key is found on its line, whatever stands around it."""

from __future__ import annotations

from noshowd.config.positions import key_lines

TEXT = """\
# a = 1
mode = "live" # [comment]
[us]
domains = [
  "a.de", # = ]
  'b.de',
]
text = \"\"\"
[person]
x = 1\"\"\"\"
"quoted key" = 3
a.b = { c = 1 }
  [[person]]
address = "a=[b]"
[[person.step]]
x = '''
y = 1'''
[[person.step]]
y = 2
[[person]]
[person.inner]
z = 3
"""


def test_lines_of_tables_entries_and_keys():
    assert key_lines(TEXT) == {
        ("mode",): 2,
        ("us",): 3,
        ("us", "domains"): 4,
        ("us", "text"): 8,
        ("us", "quoted key"): 11,
        ("us", "a", "b"): 12,
        ("person", 0): 13,
        ("person", 0, "address"): 14,
        ("person", 0, "step", 0): 15,
        ("person", 0, "step", 0, "x"): 16,
        ("person", 0, "step", 1): 18,
        ("person", 0, "step", 1, "y"): 19,
        ("person", 1): 20,
        ("person", 1, "inner"): 21,
        ("person", 1, "inner", "z"): 22,
    }
