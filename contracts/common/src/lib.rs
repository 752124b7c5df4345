//! What every Everfloor program shares: roles, the lock, safe token transfers, interfaces of other programs.
