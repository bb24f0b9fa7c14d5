"""What a student might try in order to earn points that the work does not deserve, or to do harm.

Each attack is code for a cell before the exercises, or answers, or a change to the file. The exercises
`double` and `relu` stay unsolved, so they must earn nothing; `shapes` and `six` are answered honestly.
"""
