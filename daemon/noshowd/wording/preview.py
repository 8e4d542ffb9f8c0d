"""All texts of all languages as one page that needs nothing but a browser."""

from __future__ import annotations

from pathlib import Path

import jinja2

from noshowd.wording.check import Complaint, samples
from noshowd.wording.languages import languages
from noshowd.wording.render import Wording

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Texts of noshowd</title>
<style>
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
article { border: 1px solid color-mix(in srgb, currentColor 30%, transparent); border-radius: .5rem; padding: 1rem;
  margin: 1rem 0; }
h3 { margin: 0; font-size: .85rem; font-weight: normal; opacity: .75; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: .5rem 0 1rem; }
dt { opacity: .75; } dd { margin: 0; font-weight: 600; }
p { overflow-wrap: anywhere; }
</style>
</head>
<body>
<h1>Texts of noshowd</h1>
<p>Each text with everything known, and with as little as possible. Names and times are invented.</p>
<nav><ul>{% for language in languages %}<li><a href="#{{ language }}">{{ language }}</a></li>{% endfor %}</ul></nav>
{% for language, texts in languages.items() %}
<h2 id="{{ language }}">{{ language }}</h2>
{% for one in texts %}
<article lang="{{ one.text.language }}">
<h3>{{ one.name }}: {{ "to a guest" if one.context.to_guest else "to our side" }}</h3>
<dl><dt>Subject</dt><dd>{{ one.text.subject }}</dd>
{% if one.text.preview %}<dt>Preview</dt><dd>{{ one.text.preview }}</dd>{% endif %}</dl>
{{ one.text.html | safe }}
</article>
{% endfor %}
{% endfor %}
</body>
</html>
"""


def page(own: Path | None) -> str:
    """The page. Templates that cannot be rendered are left out; `check.complaints` tells of them."""
    wording = Wording(own)
    shown = {
        language: [
            one
            for one in samples(wording, language)
            if not isinstance(one, Complaint) and not one.name.endswith("hostile")
        ]
        for language in languages(own)
    }
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    return environment.from_string(_PAGE).render(languages=shown)
