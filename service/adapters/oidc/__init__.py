"""Access tokens of OIDC issuers, checked as RFC 9068 and RFC 8725 ask."""
