"""Files of under 1 MB that would hang or fill whoever reads them: `python -m tests.hostile`.

Each is named after its trick. Nothing in them is damaged: they are well formed, or would be were
they not so large once unpacked. All must be answered soon, in little memory, with status 2 and one
sentence, or with what is true. `python -m tests.hostile [NAME ...]` runs them all (or some), each
in a process of its own, and prints the table.
"""

from tests.hostile import arithmetic, game_files, policies, reading, texts
from tests.hostile.documents import TRICKS

__all__ = ["TRICKS", "arithmetic", "game_files", "policies", "reading", "texts"]
