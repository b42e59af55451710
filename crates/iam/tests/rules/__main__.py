"""Writes `tests/data/iam-rule-cases.jsonl` to standard output.

Every answer is written down here from the rules in `specs/iam`, cell by cell; the engine is never asked.
"""

import exceptions
import layers
import operators
import patterns
import principals
from lines import lines

for story in (operators, patterns, principals, layers, exceptions):
    story.write()
print("\n".join(lines))
