"""nbgrader's round trip: learner editions, submissions, feedback."""

import sys

# For addresses in other scripts, of which a notebook holds none, jsonschema builds a grammar: a second of each
# process. It does without where the module is missing.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type] # None is Python's sign for a missing one
