"""The gateway's recipient status codes, and the names it has for them."""

import re

QUEUED, SENT, PROCESSED = 102, 101, 100
BAD_NUMBER, BLACKLISTED = 403, 406

NAMES = {
    401: "RiskHold",
    402: "InvalidSenderId",
    BAD_NUMBER: "InvalidPhoneNumber",
    404: "UnsupportedNumberType",
    405: "InsufficientBalance",
    BLACKLISTED: "UserInBlacklist",
    407: "CouldNotRoute",
    409: "DoNotDisturbRejection",
    500: "InternalServerError",
    501: "GatewayError",
    502: "RejectedByGateway",
}
E164 = re.compile(r"\+[1-9][0-9]{6,14}")
