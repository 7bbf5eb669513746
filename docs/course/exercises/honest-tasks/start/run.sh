#!/usr/bin/env bash
# The tasks: `bash run.sh check FILE` looks whether a file of greetings can be read.

check() {
    # How many lines the file has when it is written out.
    python3 -m json.tool "$1" | wc -l
    echo "checked $1"
}

"$@"
