"""What legends of charts say: Kinyarwanda, English, French. Pure."""

HIDDEN = (
    "munsi ya {smallest}, cyangwa byahishwe",
    "fewer than {smallest}, or kept back",
    "moins de {smallest}, ou retenu",
)
NOW = ("{period}", "{period}", "{period}")
SHOWN = ("cyerekanywe", "shown", "affichée")
ANSWERED = ("cyasubijwe", "answered", "répondue")
MEDIAN = ("kimwe cya kabiri", "half", "la moitié")
NINETY = ("90 ku 100", "90 of 100", "90 sur 100")
PROMISED = ("byasezeranyijwe", "promised", "promis")
