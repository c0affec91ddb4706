"""Texts with the scores that the shipped model gives them.

Whoever serves the model runs these through the real path and compares: alone, in mixed
batches, beside padding. All texts were written for this file; none is from the data.
"""

import numpy as np
from onnxruntime import InferenceSession
from tokenizers import Tokenizer

from evaluation import predict

TEXTS = [
    ("plain", "What a wonderful morning, I love this city."),
    ("plain", "This is the worst service I have ever had."),
    ("plain", "The library opens at nine on Mondays."),
    ("plain", "I'm not happy with the new update at all"),
    ("plain", "Not bad, not great, just an ordinary lunch."),
    ("plain", "The trains are late again and nobody tells us why"),
    ("plain", "Thanks so much for the quick help, you saved my day!"),
    ("emoji", "Best concert of my life 😍🎉"),
    ("emoji", "my phone died on the first day of the trip 😡😡"),
    ("emoji", "😂"),
    ("emoji", "Team breakfast on Friday ☕️ 👩‍💻"),
    ("emoji", "Missed the last bus again 😢"),
    ("emoji", "Thank you all ❤️❤️❤️ 👏🏽"),
    ("emoticon", "Exams are over :D"),
    ("emoticon", "No signal since Monday :("),
    ("hashtag", "So proud of our girls tonight! #champions #football"),
    ("hashtag", "#fail #neveragain #refundplease"),
    ("hashtag", "Day two of the conference #openscience"),
    ("hashtag", "#BestDayEver"),
    ("hashtag", "Two hours in the queue #NeverAgain #WorstService2024"),
    ("mention", "@city_transit why is the 42 always late? Terrible."),
    ("mention", ".@museum_of_salt has a new exhibition from Saturday"),
    ("mention", "@anna_b @tomtom99 see you at the game, can't wait!!"),
    ("mention", "Write to support@example.org if the parcel is missing"),
    ("link", "New bike lanes on the map: https://example.org/lanes?id=7&lang=en"),
    ("link", "Lovely photos from the harbour http://example.com/p/1"),
    ("mention and link", "@jack look https://t.co/x"),
    ("mention and link", "@user look http"),
    ("german", "Guten Morgen"),
    ("german", "Das ist schrecklich, nie wieder!"),
    ("german", "Ich freue mich riesig auf das Wochenende, danke @lena_k"),
    ("german", "Die Bahn fährt heute um 17 Uhr ab Gleis 3."),
    ("french", "Quelle belle journée, merci à tous"),
    ("spanish", "El servicio fue malísimo, no vuelvo nunca más"),
    ("italian", "Che brutta giornata, sono davvero stanco"),
    ("portuguese", "Adorei o filme, chorei do começo ao fim"),
    ("arabic", "شكرا جزيلا، كان يوما جميلا"),
    ("hindi", "yeh film bahut achhi thi yaar"),
    ("japanese", "今日はとても楽しかった"),
    ("mixed scripts", "Москва was great, 東京 was even better, café überall"),
    ("near-empty", "ok"),
    ("near-empty", "!!!"),
    ("near-empty", "?"),
    ("near-empty", "@user"),
    ("html entity", "Fish &amp; chips by the sea &lt;3"),
    ("html entity", "Fish & chips by the sea <3"),
    ("repeated letters", "Sooooooo goooood, yesssss"),
    ("repeated letters", "nooooooo whyyyyyy"),
    ("capitals", "I HATE WAITING IN LINE FOR NOTHING"),
    (
        "long",
        "We left at dawn, and the road was empty. " * 8
        + "Then it rained for hours, the tent leaked, the stove broke, and we still laughed. "
        * 8,
    ),
    ("long", "wow " * 300),
]


def build_golden(
    session: InferenceSession, tokenizer: Tokenizer, labels: list[str], tolerance: float
) -> dict:
    """`golden.json`: each text with its label and scores, and how far a score may be off."""
    probabilities = predict(session, tokenizer, [text for _, text in TEXTS])
    return {
        "tolerance": tolerance,
        "texts": [
            {
                "kind": kind,
                "text": text,
                "label": labels[int(np.argmax(row))],
                "scores": {
                    label: round(float(value), 6)
                    for label, value in zip(labels, row, strict=True)
                },
            }
            for (kind, text), row in zip(TEXTS, probabilities, strict=True)
        ],
    }
