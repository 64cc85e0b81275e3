#!/bin/sh
# Finds a Python and hands over to the tested step list in app/cli/setup_steps.py.
#   ./setup.sh [run|test|prepare]     PYTHON=/path/to/python chooses the interpreter
set -eu
CDPATH='' cd -- "$(dirname -- "$0")"
for candidate in "${PYTHON:-}" python3.13 python3.12 python3.11 python3 python; do
    # Asked, not only looked up: a name on the PATH may be a stub of a version manager.
    if [ -n "$candidate" ] && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        exec "$candidate" -m app.cli.setup_steps "$@"
    fi
done
echo "Clientele needs Python 3.11 or newer, and none was found. Install one, or set PYTHON to its path." >&2
exit 2
