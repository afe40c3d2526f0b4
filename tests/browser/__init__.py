"""Pages and emails in a real browser, as they are for who reads them."""
