"""The words by which headers of tables and answers in them are known, in the main European languages."""

import re

#: What columns of each use are called.
HEADS: dict[str, str] = {
    "speaker": """
speaker|speakers|speaker name|speaker label|speaker id|name of speaker|who|name|participant|participants|participant name|participant id
person|author|author name|username|user name|user|reviewer|reviewer name|reviewer nickname|nickname|sender|sender name|from|actor
interviewee|respondent|customer|customer name|customer id|author id|message author|from name|requester|requester name|contact|contact name
sprecher|sprecherin|locuteur|hablante|orador|relatore|falante|persona|interlocuteur|teilnehmer|teilnehmerin|autor|auteur|nom|nombre|nome
tier|codename|pseudonym|naam|namn|navn|imię|imię i nazwisko|full name|your name|ihr name|votre nom|su nombre|seu nome|nom et prénom|prénom et nom
nombre completo|nombre y apellido|nombre y apellidos|nome completo|nome e cognome|vor- und nachname|vorname und nachname|respondent name
name (optional)|what is your name|what's your name|wie heißen sie|comment vous appelez-vous|cómo se llama|name (freiwillig)
name des befragten|name der befragten|name der person|name des teilnehmers|name der teilnehmerin|participante|entrevistado|entrevistada|partecipante|intervistato|intervistata|répondant|répondante|enquêté|interviewé|befragte
befragter|proband|probandin|interviewpartner|interviewpartnerin|name of participant|name of respondent|deelnemer|encuestado|respondente
""",
    "text": """
text|content|contents|transcript|transcription|speech|said|comment|comments|body|message|message body|message text|plain body
dialogue|dialog|spoken|words|sentence|line|lines|caption|subtitle|response text|reply body|html body|turn|turn text
texte|texto|testo|verbatim|verbatims|wortlaut|äußerung|propos|kommentar|kommentare|commentaire|commentaires|comentario|comentarios|commento
feedback|review|answer|answers|antwort|antworten|réponse|respuesta|risposta|review text|review body|review content|reviewtext|description|first message|question text|value
note|notes|highlight|highlights|quote|quotes|observation|observations|insight|insights|finding|findings|excerpt|annotation|highlight text|note text
note content|coded text|reference|reason|reasons|notiz|notizen|zitat|beobachtung|citation|nota|notas|pain points|pain point
utterance|utterances|tweet|post|tweet text|ticket description|conversation|what|summary
""",
    "start": """
start|start time|starttime|begin|begin time|begintime|time|timestamp|timestamps|timecode|time code|from time|in|in point|timespan
start ms|start s|start (ms)|start (s)|start seconds|begin time - ss.msec|begin time - hh:mm:ss.ms|begin time - msec|start timecode
zeit|zeitstempel|heure|hora|ora|tempo|minutage|anfang|beginn|début|inicio|inizio|audio start|offset|start timestamp|time range
""",
    "end": """
end|end time|endtime|stop|to time|out|out point|end ms|end s|end (ms)|end (s)|end seconds|finish|end time - ss.msec
end time - hh:mm:ss.ms|end time - msec|end timecode|ende|fin|fine|end timestamp|stop time
""",
    "date": """
date|day|created|created at|created on|createdat|created date|date created|datetime|date time|sent at|sent|timestamp (utc)|at|posted at|published at
review date|review submit date and time|submitted at|submit date (utc)|start date|startdate|start date (utc)|datum|fecha|data|updated|message date
received at|interview date|session date|created time|submission date|response date|recordeddate|completion time|date submitted|creation date
""",
    "role": """
role|speaker role|author type|authortype|sender type|user type|actor type|rolle|rôle|rol|ruolo|participant role|author role|from type|inbound
message type|sender role|speaker type|part author type|direction
""",
    "title": "title|subject|review title|titel|betreff|titre|sujet|título|asunto|titolo|oggetto|headline|ticket subject|topic|note title|question|frage|prompt|pregunta|domanda",
    "rating": """
rating|star rating|stars|score|nps|nps score|csat|review rating|bewertung|note (/5)|rating (1-5)|nps rating|sentiment score|puntuación
star|likelihood to recommend|calificación|valoración|punkte|zufriedenheit|satisfaction|satisfacción|satisfação|soddisfazione|avaliação|voto|cijfer
valutazione|évaluation|puntaje|punteggio|pontuação|weiterempfehlung|ces
""",
    "id": """
id|#|ticket id|ticket|ticket number|conversation id|thread id|thread|case id|case|case number|respondent id|response id|responseid|respondentid
submission id|record id|participant no|participant number|p#|pid|participant #|respondent|review id|reviewid|chat id|session id|conversation|nr|no
no.|teilnehmer-id|fall|tweet id|ticket_id|antwort-id|response #|respondent #|user id|userid|number
""",
    "reply": """
reply|developer reply text|developer response|developer reply|reply content|replycontent|response from developer|agent reply|agent response
support reply|our reply|resolution|company response|owner response|reply text|company reply|developerresponse|agent message
""",
}
#: Headers of what a survey tool or a form adds, or of facts about a person: never an open answer.
METADATA = re.compile(
    r"(?:ip ?address|e-?mail(?: address)?|.*\be-?mail\b.{0,20}|(?:first|last|full|your|sur|user|nick)[ -]?name|name|phone(?: number)?|url|.*\burl\b|link"
    r"|review link|country|state|city|zip.*|region|gender|sex|age|device|browser|os|operating system|platform|language|locale|territory|version|app version.*"
    r"|status|finished|progress|duration.*|collector id|custom data.*|external ?(?:data )?reference|recipient.*|location.*|distribution ?channel|user ?language"
    r"|response ?(?:type|set)|stage date.*|network id|tags?|start date.*|end date.*|package name|reviewer language|.*millis since epoch|assignee|group|colou?r|priority"
    r"|type|channel|source|organi[sz]ation|company|job title|product|store|total points|quiz feedback|points - .*|feedback - .*|last modified.*|vorname|nachname"
    r"|geschlecht|alter|beruf|sexe|âge|edad|género|sexo|idade|occupation|profession|.*[ -]id|id|created by|last edited.*|attachments?|image|avatar|user ?image)",
    re.I,
)
#: Where somebody works or is treated, with or without "name".
PLACES = re.compile(
    r"(?:(?:customer|client|your|kunden)[ -]?)?(?:account|compan(?:y|ies)|org|organi[sz]ation|clinic|hospital|practice|school|universit(?:y|ät)"
    r"|department|team|office|branch|site|workspace|employer|klinik|praxis|krankenhaus|firma|unternehmen|abteilung|standort|schule|arbeitgeber"
    r"|société|entreprise|organisme|service|clinique|hôpital|équipe|empresa|compañía|organización|organização|clínica|departamento|equipo|equipe"
    r"|azienda|società|organizzazione|clinica|reparto|bedrijf|organisatie|afdeling|firma/organisation)(?:s?[ -]?name)?",
    re.I,
)
#: A scale behind what is rated: "Bewertung 0-10", "Score (1 to 5)", "Note /20".
SCALE = re.compile(r"[\s,(\[]*(?:\d{1,2}\s?(?:[-–—/]|to|bis|à|a|al|até)\s?|/\s?)\d{1,3}[\s)\]]*$")
#: Questions that are answered by choosing, and words of such answers.
CLOSED = re.compile(
    r"(?:which|how (?:often|many|much|likely|satisfied|old|long|easy|difficult|important|useful|would you rate|do you rate)|do|does|did|is|are|was the|"
    r"were|would|will|have|has|had|can|could|should|welche[rsn]?|wie (?:oft|viele?|wahrscheinlich|zufrieden|alt|lange|einfach|wichtig|häufig)|haben|"
    r"hast|sind|ist|würden|können|nutzen|benutzen|quels?|quelles?|combien|est-ce que|avez|êtes|à quelle fréquence|cuántos?|cuántas?|cuál|con qué "
    r"frecuencia|tiene|usa|qual|quais|quanti|quanto|quante|quantos|com que frequência)\b",
    re.I,
)
#: What begins a question that is written without its mark.
ASKED = re.compile(
    r"was (?:ist|war|hat|haben|finden|fehlt|stört|gefällt|würden|könnten)\b|warum\b|wieso\b|wie (?:finden|war|haben)\b"
    r"|(?:frage|question|pregunta|domanda|pergunta) \d|(?:what|why|how) (?:is|was|do|does|did|would|could|should|can)\b"
    r"|(?:qué|que|cómo|por qué|pourquoi|qu'est|che cosa|perché) \w",
)
_CHOSEN = """
yes no maybe sometimes never always often rarely daily weekly monthly yearly true false other none n/a na male female m f d
very low medium high good bad agree disagree neutral satisfied dissatisfied ja nein vielleicht manchmal nie immer oft selten
täglich wöchentlich monatlich männlich weiblich divers oui non peut-être parfois jamais toujours souvent sí si quizás nunca
siempre sim não talvez sempre forse mai x
"""
CHOSEN = frozenset(_CHOSEN.split())
#: Headers of who somebody is or what a tool notes: nothing to sum up.
PRIVATE = re.compile(
    r"e-?mail|\bnames?\b|\bname$|nachname|vorname|phone|address|adresse|\bip\b|ip-|location|latitude|longitude|breitengrad|längengrad|recipient|empfänger"
    r"|\burl\b|link|reference|referenz|collector|custom data|network id|\bids?\b|^#$|duration|dauer|millis|progress|finished|beendet|package|distribution"
    r"|response set|response type|^status$|accuracy|consent|signature|^user|avatar|image|attachment",
    re.I,
)
