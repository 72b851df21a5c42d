"""Mail addresses shown to be their owner's: a code goes there, and comes back in the session that asked for it."""

from __future__ import annotations

from cloudnego.identity.codes import Asked, Codes
from cloudnego.identity.custody import Custody
from cloudnego.identity.grades import Means
from cloudnego.identity.sending import Addresses, CannotSend, Parcel
from cloudnego.identity.sessions import Who


class Confirming:
    """Blocking. What is shown here proves nothing but whose an address is."""

    def __init__(self, addresses: Addresses, codes: Codes, custody: Custody) -> None:
        self._addresses = addresses
        self._codes = codes
        self._custody = custody

    def begin(self, who: Who) -> None:
        """Mail a code to the address he has given; it counts among his ten an hour, and those of the address. Raises
        CannotSend, TooManyCodes."""
        sender, address = self._codes.senders.get(Means.MAIL), self._addresses.of(who.person)
        if sender is None or address is None:
            raise CannotSend(Means.MAIL.value)
        asked = Asked(who.district, who.session, Means.MAIL, who.person, self._digest(who, address))
        code, expires_s = self._codes.draw(asked)
        sender.send(Parcel(who.district, who.person, who.session, code, expires_s))

    def confirm(self, who: Who, code: str) -> bool:
        """Whether the code shows that the address is his; it is from now on."""
        address = self._addresses.of(who.person)
        if address is None or not self._codes.right_at(self._digest(who, address), who.session, code):
            return False
        return self._addresses.confirm(who.person, address)

    def _digest(self, who: Who, address: str) -> str:
        return self._custody.digest(who.district, "mail", address.casefold())
