"""The services that hold video meetings: on which hosts, under which paths, and what in the path names the meeting.

One row a service. A host stands for itself and all hosts below it; `=host` for itself only; `*.host` for hosts
below it only; `label:x` for any host with such a label; `declared` for hosts the configuration assigns to it.

In a path `*` is one segment and `**` any number; `{digits}`, `{code}` (a Meet code), `{thread}` (a Teams thread) and
`{id}` are the meeting's id; `{room}` is an id too, but no word that vendors use for their own pages; `{personal}` is
such a room that belongs to one person and serves all that person's meetings; `{nick}` and `{name}` are a personal and
an ordinary room of which no id is known. `?key` must be in the query and may hold the id; what follows `#` is the
fragment.
"""

from __future__ import annotations

from noshowd.reading.vocabulary import words

#: Any platform whose name is not known: the calendar says that it is a conference, the host tells nobody which.
UNKNOWN = "unknown"

ROWS: tuple[tuple[str, str, str], ...] = (
    # slug, hosts, paths
    (
        "zoom",
        "zoom.us zoom.com zoom.com.cn zoomgov.com zoom-x.de",
        "/j/{digits} /w/{digits} /s/{digits} /wc/join/{digits} /wc/{digits}/join /wc/{digits}/start /my/{nick}",
    ),
    ("zoom", "*.zm.page", "/"),
    ("google_meet", "=meet.google.com", "/{code} /_meet/{code} /lookup/{nick}"),
    ("google_meet", "=g.co", "/meet/{nick}"),
    (
        "teams",
        "teams.microsoft.com teams.microsoft.us teams.live.com teams.cloud.microsoft",
        "/l/meetup-join/{thread} /l/meetup-join/{thread}/** /meet/{digits}",
    ),
    (
        "webex",
        "*.webex.com",
        """
        /**j.php?MTID={id} /**j.php?ED&UID /meet/{personal} /join/{personal} /m/{id}
        /collabs/meetings/join?uuid={id} /collabs/meetings/join /webappng/sites/*/meeting/info/{id}
        /wbxmjs/joinservice/sites/*/meeting/download/{id} /webappng/sites/*/dashboard/pmr/{personal}
        """,
    ),
    ("gotomeeting", "gotomeeting.com", "/join/{digits} /meeting/join/{digits} /meet/{personal}"),
    ("gotomeeting", "=meet.goto.com", "/{digits} /{digits}/** /{personal}"),
    ("gotomeeting", "=app.goto.com", "/meeting/{digits}"),
    ("gotomeeting", "gotomeet.me", "/{personal}"),
    ("gotowebinar", "gotowebinar.com", "/join/{digits} /join/{digits}/* /rt/{digits}"),
    ("jitsi", "meet.jit.si label:jitsi declared", "/{room} /*/{room}"),
    ("8x8", "=8x8.vc", "/{room} /*/{room}"),
    ("bigbluebutton", "*.senfcall.de *.collocall.de", "/{room}"),
    (
        "bigbluebutton",
        "label:bbb label:bigbluebutton declared",
        "/b/{room} /rooms/{id}/join /gl/{room} /bigbluebutton/api/join?meetingID={id} /bigbluebutton/api/join",
    ),
    ("nextcloud_talk", "label:nextcloud declared", "/call/{room} /index.php/call/{room}"),
    ("whereby", "whereby.com", "/{room}"),
    ("ringcentral", "ringcentral.com", "/join/{id} /j/{id} /meet/{personal}"),
    ("ringcentral", "meetings.officeathand.att.com meetings.rcoffice.com", "/j/{id} /join/{id}"),
    ("ringcentral", "meetings.avayacloud.com meetings.btcloudphone.bt.com", "/j/{id} /join/{id}"),
    ("ringcentral", "meetings.businessconnect.telus.com", "/j/{id} /join/{id}"),
    ("chime", "=chime.aws", "/{digits} /meetings/{id}"),
    ("chime", "=app.chime.aws", "/meetings/{id} /{digits}"),
    ("dialpad", "=meetings.dialpad.com", "/{personal} /room/{personal} /room/*/{id}"),
    ("dialpad", "uberconference.com", "/{personal} /room/{personal}"),
    ("skype", "=join.skype.com", "/{room} /invite/{id}"),
    ("skype_for_business", "meet.lync.com", "/*/*/{id}"),
    ("skype_for_business", "label:meet label:lync declared", "/*/meet/{id} /*/meet/*/{id} /meet/*/{id}"),
    ("discord", "discord.com discordapp.com", "/channels/*/{id}"),
    ("slack_huddle", "=app.slack.com", "/huddle/*/*"),
    ("facetime", "=facetime.apple.com", "/join"),
    ("proton_meet", "=meet.proton.me", "/join/{id}"),
    ("livekit", "=meet.livekit.io", "/rooms/{id}"),
    ("cal_video", "=app.cal.com cal.video", "/video/{id}"),
    ("vonage", "=meetings.vonage.com", "/{digits}"),
    ("zoho_meeting", "meeting.zoho.com meeting.zoho.eu meeting.zoho.in meeting.zoho.com.au", "/**join?key={id}"),
    ("zoho_cliq", "cliq.zoho.com cliq.zoho.eu cliq.zoho.in cliq.zoho.com.au", "/meetings/{id}"),
    ("bluejeans", "bluejeans.com", "/{digits} /{digits}/** /meet/{id}"),
    ("clickmeeting", "*.clickmeeting.com *.clickwebinar.com", "/{room} /{room}/join"),
    ("around", "around.co", "/r/{id}"),
    ("gather", "=app.gather.town gather.town", "/app/*/*"),
    ("streamyard", "streamyard.com", "/{room}"),
    ("riverside", "riverside.fm", "/studio/{id}"),
    ("gong", "join.gong.io", "/{room} /*/{room}"),
    ("chorus", "=go.chorus.ai", "/{room}"),
    ("livestorm", "=app.livestorm.com =app.livestorm.co", "/p/{id} /p/{id}/live"),
    ("doxy_me", "doxy.me", "/{room}"),
    ("tuple", "=tuple.app", "/c/{id}"),
    ("pop", "=pop.com", "/j/{id}"),
    ("pumble", "=meet.pumble.com", "/{room}"),
    ("lark", "vc.larksuite.com", "/j/{id}"),
    ("feishu", "vc.feishu.cn", "/j/{id}"),
    ("zhumu", "zhumu.com", "/j/{digits}"),
    ("blackboard_collaborate", "*.bbcollab.com", "/invite/{id} /guest/{id} /collab/ui/session/guest/{id}"),
    ("workplace", "workplace.com", "/meet/{id} /groupcall/{id}"),
    ("teamviewer", "=go.teamviewer.com", "/{room} /*/{room}"),
    ("blizz", "=go.blizz.com", "/{room} /join/{id}"),
    ("lifesize", "=call.lifesizecloud.com", "/{room}"),
    ("vk_call", "vk.com", "/call/join/{id} /call/{id}"),
    ("coscreen", "=join.coscreen.co", "/{room} /*/{room}"),
    ("preply", "preply.com", "/**t-room/{id}"),
    ("userzoom", "=go.userzoom.com", "/participate/*"),
    ("teemyco", "=app.teemyco.com", "/room/*/*"),
    ("vimeo", "=venues.vimeo.com", "/*/*"),
    ("suit_conference", "*.conference.istesuit.com", "/{name}"),
    ("meetecho", "meetings.conf.meetecho.com", "/*?session /*/?session"),
    ("vowel", "vowel.com", "/#/g/{id} /g/{id}"),
    ("demodesk", "demodesk.com", "/{room} /meet/{id}"),
    ("demio", "event.demio.com", "/ref/{id}"),
    ("join_me", "=join.me", "/{digits} /{room}"),
    ("starleaf", "=meet.starleaf.com", "/{digits} /{digits}/app"),
    ("voov", "voovmeeting.com", "/dm/{id} /p/{digits}"),
    ("tencent_meeting", "meeting.tencent.com", "/dm/{id} /p/{digits} /s/{id}"),
    ("jam", "=jam.systems", "/{room}"),
    ("duo", "=duo.app.goo.gl", "/{room}"),
    ("hangouts", "=hangouts.google.com", "/call/{id} /hangouts/_/**"),
    ("luma", "=lu.ma", "/join/{id}"),
    ("ovice", "*.ovice.in *.ovice.com", "/ /@*"),
    ("venue", "=app.venue.live", "/app/{id}"),
    ("vsee", "vsee.com", "/c/{id} /meet/{id}"),
    ("element_call", "=call.element.io", "/room/** /{room}"),
    ("opentalk", "=meet.opentalk.eu declared", "/room/{id} /invite/{id}"),
    ("kmeet", "=kmeet.infomaniak.com", "/{room}"),
    ("daily", "*.daily.co", "/{room}"),
    # Pages that lead on to a meeting whose link only they know.
    ("zoom", "=reclaim.ai", "/z/*/*"),
    ("zoom", "=calendly.com", "/events/*/zoom"),
    ("google_meet", "=calendly.com", "/events/*/google_meet"),
    ("teams", "=calendly.com", "/events/*/microsoft_teams"),
    ("webex", "=calendly.com", "/events/*/webex"),
    ("gotomeeting", "=calendly.com", "/events/*/gotomeeting"),
    ("google_meet", "=go.copilot.clari.com", "/hangout/{nick}"),
)

#: First words of paths that lead to a vendor's own pages wherever rooms are named freely.
PAGES = words(
    """
    about account accounts admin api app apps assets blog business careers cart channel client company contact
    contact-us cookie-policy cookies dashboard developer developers docs download downloads enterprise event
    events faq features feedback gdpr get-started help home imprint impressum index info information install
    integrations jobs join landing learn legal login logout meet new news partner partners platform plans policy
    press pricing privacy privacy-policy product products profile register registration resources rooms schedule
    security services settings sign-in sign-up signin signup sitemap solutions static status stories support
    teams teleconference templates terms terms-of-service trust tutorial upgrade user users webinar webinars
    webrtc welcome why
    """
)

#: Labels that never lead a meeting's host, whatever lies below it.
VENDOR_LABELS = words(
    """
    account api assets blog cdn clients community developer docs events help hooks marketplace signup static status
    support
    """
)
