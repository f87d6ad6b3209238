"""Bills and invoices on paper (PDF), in the reader's language, with Chinese letters.

``bill`` and ``invoice`` draw them; both load what draws, so they are imported where one is drawn.
"""
