"""Collecting: what a class handed in, as it was downloaded, is sorted into each student's folder.

Archives are opened within bounds (`unpack`), names on the way to a file say who handed it in (`submitters`,
`authors`), of several versions one counts (`versions`), and the folders are laid out without anything being lost
(`layout`). nbgrader's own command does the rest (`plugins`, `command`).
"""
