"""Who people are: organisations, the register of enterprises, memberships, accounts and sessions."""
