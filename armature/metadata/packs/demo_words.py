"""The words that the demo's records are made of."""

from typing import NamedTuple


class City(NamedTuple):
    name: str
    currency: str
    prefix: str


def _lines(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in text.strip().splitlines())


_EURO = {
    "+33": "Paris Lyon Bordeaux Nantes",
    "+49": "Berlin München Köln Hamburg",
    "+39": "Roma Milano Torino",
    "+34": "Madrid Málaga Valencia",
    "+351": "Lisboa Porto",
    "+43": "Wien Graz",
    "+353": "Dublin Cork",
    "+372": "Tallinn",
    "+358": "Helsinki Jyväskylä",
    "+30": "Αθήνα",
}
_OTHER = {
    ("USD", "+1"): "Austin Boston Denver Miami Seattle Toronto Montréal",
    ("USD", "+81"): "東京 大阪",
    ("USD", "+82"): "서울",
    ("USD", "+55"): "Curitiba Florianópolis",
    ("USD", "+48"): "Kraków Łódź",
    ("USD", "+90"): "İstanbul",
    ("GBP", "+44"): "London Leeds Bristol Edinburgh",
    ("CHF", "+41"): "Zürich Genève Basel",
}
CITIES = (
    *(City(name, "EUR", prefix) for prefix, names in _EURO.items() for name in names.split()),
    *(City(name, *place) for place, names in _OTHER.items() for name in names.split()),
)

_STEMS = """
    Alder Aurora Baltic Beacon Birch Bluewater Bright Cardinal Cedar Cobalt Compass Copper Coral Delta Ember
    Évora Falcon Fjord Granite Harbour Hazel Helix Horizon Iris Juniper Kestrel Lagoon Lantern Linden Lumen
    Maple Meridian Mistral Møller Nimbus Nordlys Oakfield Onyx Orchard Øresund Pelican Pine Prairie Quartz Quill
    Raven Redwood Sable Saffron Sequoia Silver Slate Solstice Sorrel Summit Tidal Tundra Valley Verdant Vertex
    Willow Zenith Żubr
"""
COMPANY_STEMS = tuple(_STEMS.split())
COMPANY_KINDS = (
    "",
    "Analytics",
    "Brothers",
    "Foods",
    "Health",
    "Labs",
    "Logistics",
    "Robotics",
    "Software",
    "Systems",
    "Textiles",
    "Ventures",
)
DOMAIN_ENDINGS = ("com", "com", "com", "io", "eu", "co", "org")

_FIRST = """
    Ada Aisha Alejandro Amélie Anders Anna Anton Beatriz Björn Camille Carlos Chiara Chloé Claire Daniel David
    Elena Elif Emma Erik Fatima Felix François Freya Gabriel Giulia Grace Hana Hannah Haruto Henrik Ibrahim Inês
    Ingrid Isabel Ivan Jakub James Jan João José Julia Kenji Klaus Lars Laura Léa Lena Liam Lucía Luís Magnus
    Maria Marta Mateusz Maya Mehmet Mia Miguel Mohammed Nadia Niamh Nikos Noah Nora Oğuz Olga Oliver Olivia
    Oscar Paolo Priya Rafael Renée Rosa Sakura Samuel Sara Siân Siobhán Sofia Søren Sven Thomas Tomás Valentina
    Victor Wei Yasmin Yuki Zoë Zofia Милена Σοφία 美咲
"""
FIRST_NAMES = tuple(_FIRST.split())
_LAST = """
    Almeida Andersson Bauer Becker Bianchi Brown Byrne Castro Chen Clarke Costa Dąbrowski Demir Díaz Dubois
    Dupont Evans Fernández Fischer Fontaine García Girard González Greco Gupta Haddad Hansen Hernández Hoffmann
    Hughes Ibáñez Ito Jansen Johansson Jones Kaya Keller Khan Kim Kowalska Kumar Lambert Larsen Lefèvre Li López
    Lund Martin Martínez Meyer Moreau Müller Murphy Nakamura Nguyễn Nielsen Novák Núñez O’Brien Okafor Olsen
    Öztürk Papadopoulos Park Patel Pereira Petrov Ricci Rodríguez Rossi Roux Russo Sánchez Santos Sato Schäfer
    Schmidt Schneider Silva Singh Smith Sørensen Suzuki Tanaka Taylor Thompson Vargas Virtanen Walker Weber
    Williams Wójcik Wright Yamamoto Yılmaz Zhang Żak
"""  # noqa: RUF001
LAST_NAMES = tuple(_LAST.split())

JOB_TITLES = _lines("""
    Chief executive
    Chief financial officer
    Chief technology officer
    Head of operations
    Head of purchasing
    Head of sales
    Account manager
    Analyst
    Data engineer
    Designer
    Founder
    IT manager
    Marketing manager
    Office manager
    Product manager
    Project manager
    Software engineer
    Support engineer
""")

STAGES = (("NEW", 10), ("SCREENING", 25), ("MEETING", 45), ("PROPOSAL", 70), ("CUSTOMER", 100))
STAGE_WEIGHTS = (30, 22, 18, 14, 16)

DEALS = _lines("""
    annual licence
    extension to the second site
    first project
    five-year contract
    maintenance
    migration
    pilot
    pilot with two teams
    renewal
    replacement of the old system
    training
    25 more seats
    100 seats
""")

NOTES = _lines("""
    Call with
    Coffee with
    Demo for
    E-mail from
    First meeting with
    Follow-up with
    Lunch with
    Quarterly review with
    What we know about
""")
TASKS = _lines("""
    Answer
    Book a room for the visit of
    Call
    Find out what became of the order of
    Introduce the new colleague to
    Prepare the demo for
    Send the offer to
    Send the slides to
    Thank
    Write the minutes of the meeting with
""")
SENTENCES = _lines("""
    They like the product, but not the price.
    The budget for this year is spent; January looks better.
    Their present supplier's contract ends in spring.
    Wants to see it with their own data first.
    Two competitors are in the race.
    The decision is taken by the board, which meets once a month.
    Asked for references in the same line of business.
    Legal wants to read the data processing agreement.
    Prefers to be written to rather than called.
    The new head of IT comes from a customer of ours.
    Half of the team works from home, so a remote session is best.
    Security questionnaire sent; answers by the end of next week.
    They would start with one department.
    Integration with the accounting system is what matters most.
    Very friendly, very busy.
    Met at the fair in Köln, remembered our stand at once.
    Moved to a bigger office last month.
    Will call back after the holidays.
""")
