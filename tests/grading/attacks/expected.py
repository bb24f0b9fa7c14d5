"""What attacks earn, which of them spoil something, and what the table says of them."""

HONEST = {"double": 0.0, "shapes": 2.0, "relu": 0.0, "six_test": 1.0, "why": 0.0}
NOTHING = dict.fromkeys(HONEST, 0.0)

# These spoil the student's own record of `shapes` too.
SPOILT = {
    "replaced probe",
    "input transformer",
    "syntax tree transformer",
    "replaced do_execute",
}

# What the table must call suspicious.
SUSPICIOUS = {
    "replaced probe": None,
    "record sent by hand": "nobody asked",
    "a process left behind": "left running",
    "a daemon": "left running",
    "replaced do_execute": "no record",
    "input transformer": "no record",
    "syntax tree transformer": "no record",
    "a recipe as an answer": "damaged record",
    "a record without end": "damaged record",
    "messages that make no sense": "damaged message",
}
