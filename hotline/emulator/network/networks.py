"""Who a number belongs to, in the gateway's own codes, and what a network says by itself."""

MTN, AIRTEL, SANDBOX = "63510", "63514", "99999"
_PREFIXES = {"+25078": MTN, "+25079": MTN, "+25072": AIRTEL, "+25073": AIRTEL}
NAMES = {MTN: "MTN", "63513": "Airtel", AIRTEL: "Airtel"}

CONNECTION_PROBLEM = "Connection problem or invalid MMI code."
TIMED_OUT = "USSD session timed out."


def network_of(msisdn: str) -> str:
    """By prefix; a number of no known network (KTRN has no code listed) is on the sandbox's."""
    return _PREFIXES.get(msisdn[:6], SANDBOX)
