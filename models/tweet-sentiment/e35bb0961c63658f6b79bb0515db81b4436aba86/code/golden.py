"""Golden texts of this version, beside the odd ones that `models golden texts` prints.

Written for this file; none is from the data.
"""

TEXTS = [
    "Guten Morgen",
    "Das ist schrecklich, nie wieder!",
    "Best concert of my life 😍🎉",
    "my phone died on the first day of the trip 😡😡",
    "Team breakfast on Friday ☕️ 👩‍💻",
    "Thank you all ❤️❤️❤️ 👏🏽",
    "No signal since Monday :(",
    "So proud of our girls tonight! #champions #football",
    "Two hours in the queue #NeverAgain #WorstService2024",
    ".@museum_of_salt has a new exhibition from Saturday",
    "@jack look https://t.co/x",
    "@user look http",
    "nooooooo whyyyyyy",
    "I'm not happy with the new update at all",
]
