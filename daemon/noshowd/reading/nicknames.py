"""Given names that are one name: short, fond and spelled otherwise. One line, one name."""

from __future__ import annotations

_GROUPS = """
alexander alex sascha sasha lex xander
alexandra alex sandra alexa sascha
andreas andi andy
andrea andi andy
angelika geli angie
anna anne anni annika ann annie
anton toni tony antonio
barbara babsi barb babs bärbel
benjamin ben benni benny benjy
bernhard bernd berni bernie
bernard bernie bernd
birgit biggi gitta
brigitte gitte gitti biggi
charlotte lotte charly charlie lottie
christian chris
christina christine tina chris kristina kristin chrissi
christopher chris kit topher christoph
claudia claudi
daniel dan danny dani
daniela dani danni
david dave davey
dietmar didi
dominik dominic dom nik
dorothea doro dorothee thea
edward ed eddie ted ned
elisabeth elizabeth lisa elli elly liz beth betty lisbeth sissi liesl lizzie eliza
emanuel manu emmanuel
felix lixi
ferdinand ferdi
florian flo
franziska franzi fran
frederik frederick fred freddy friedrich fritz frederic
friederike rike frieda
gabriele gabriela gabi gaby
georg george schorsch jörg jorge
gerhard gerd gerry
gisela gisi
gregor greg gregory
günther günter
hans johannes johann hannes hansi
heinrich heinz heiner henry harry
helene helen lena leni ellen
henriette henni jette
herbert herb bert
hildegard hilde hilda
ingeborg inge
isabella isabel isabelle bella isa
jakob jacob jake
james jim jimmy jamie
jennifer jenny jen
joachim achim jo jochen
johanna hanna hannah joanna
jonathan jon jonny johnny john
josef joseph sepp joe jupp josip
joshua josh
julian jules
juliane julia jule
katharina katarina catherine katherine kathryn kathi kathy kate katie katja kati käthe
kenneth ken kenny
klaus claus nikolaus nicholas nick nico niko nicolas nikolas klausi
konrad conny conrad
kornelia conny cornelia nelly
lawrence larry lorenz
leonard leonhard leo leon len lenny
leonie leonore leo
ludwig lutz lui louis lewis
magdalena lena leni magda
manfred manni fred
manuel manu
manuela manu ela
margarete margaret margarethe gretel greta grete maggie peggy meg rita marge margit
maria marie mary mia mizzi
markus marcus marc mark
martin marty
martina tina
matthias mathias matthew matt matze hias
maximilian max maxi
melanie mel melli
michael mike mick micha michi michel mikael miguel mischa
michaela micha michi ela
monika moni monica
natalie nathalie
nicole nicki nici niki
olaf olav ole
oliver oli olli ollie olly
pamela pam
patricia pat patty trish patrizia
patrick pat paddy
paul paulo pablo
peter pete piet
philipp philip phil phillip
rebecca becky rebekka becca
reinhard reini
richard rick dick rich ricky richie
robert bob rob bobby robbie bert robby
roland roli
ronald ron ronnie
rudolf rudi rolf rudy
ruprecht rupert
samuel sam sammy
samantha sam
sabine bine
sebastian basti bastian seb wastl
siegfried sigi siggi
simone mona
sophie sofie sophia sofia
stefan stephan stephen steven steve stefano
stefanie stephanie steffi steffie steph
susanne susan susann susi suse sue susie suzanne sanne
theodor theo ted theodore
theresa teresa resi tess terry therese
thomas tom tommy thom
timothy tim timo
tobias tobi toby
ulrich uli ulli
ulrike uli ulli rike
ursula uschi ulla
valentin valli
veronika vroni vera
viktor victor vic
viktoria victoria vicky viki tori
vincent vinzenz vince vinnie
walter walther walt wally
werner wern
wilhelm willi willy william bill will billy
wolfgang wolf wolfi
yvonne ivonne
zacharias zach zack zachary
"""


def _table() -> dict[str, frozenset[str]]:
    heads: dict[str, set[str]] = {}
    for line in _GROUPS.translate({ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue"}).splitlines():
        names = line.split()
        for name in names:
            heads.setdefault(name, set()).add(names[0])
    return {name: frozenset(found) for name, found in heads.items()}


#: Folded given name -> the names it may stand for. Alex may be Alexander or Alexandra, who are not one.
STANDS_FOR = _table()
