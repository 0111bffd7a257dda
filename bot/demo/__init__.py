"""Herald with nothing configured: a campaign that never was, on a site that lives on loopback."""
