"""`check` on trees of your own, against ruff: all rules, rules about models alone, and warm.

In an environment that has schema-lint and ruff installed: `cd tests && python -m benchmarks.trees FOLDER…`.
"""

from __future__ import annotations

import sys

from benchmarks.measuring import CHECK, RUFF, pair

MODELS = [*CHECK, "--isolated", "--select", "FK,REL,NUL,KEY,IDX,COL,TBL,CON"]
ROUNDS = 5


def main() -> None:
    """Print a line for each folder."""
    for folder in sys.argv[1:]:
        every = pair([*CHECK, "--isolated"], RUFF, folder, rounds=ROUNDS, cold=True)
        models = pair(MODELS, RUFF, folder, rounds=ROUNDS, cold=True)
        warm = pair([*CHECK, "--isolated"], RUFF, folder, rounds=ROUNDS, cold=False)
        print(  # noqa: T201
            f"{folder}: ruff {every.theirs:.2f} s; all rules {every.ours:.2f} s, {every.ratio:.1f} ×; "
            f"models {models.ours:.2f} s, {models.ratio:.1f} ×; warm {warm.ours:.2f} s, {warm.ratio:.2f} ×; "
            f"peak {every.peak:.0f} MiB"
        )


if __name__ == "__main__":
    main()
