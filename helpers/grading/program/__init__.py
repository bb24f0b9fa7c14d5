"""Read off a notebook's cells what a name meant when a check ran.

A record's own word on a program could be made up, so the marker reads the cells itself: in their order, up to
the check, as the kernel ran them. The last sure definition takes the place of those before it; one inside of
`if`, a loop or `try` stands beside them. Where a name came about in a way that cannot be read (a text put
together and run, a hook of IPython), everything that the student wrote before the check is looked at instead.

In doubt: what cannot be read costs nobody points by itself, since the live record stands beside it. But where
a notebook reaches into the course's own machinery, where a record could be made up, doubt goes against it.
"""
