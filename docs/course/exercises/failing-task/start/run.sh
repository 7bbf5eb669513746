#!/usr/bin/env bash
# The project's tasks. `bash run.sh check FILE` checks that a file contains valid JSON.

check() {
    # Print the number of lines of the formatted file.
    python3 -m json.tool "$1" | wc -l
    echo "checked $1"
}

"$@"
