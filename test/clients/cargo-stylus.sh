#!/usr/bin/env bash
# cargo-stylus against a node: cargo-stylus.sh CARGO_STYLUS FOLDER URL KEY PROGRAM.wasm... [-- PROGRAM.wasm...]
# FOLDER is an empty one. Programs come as files, so that no toolchain for them is needed. Those after `--` are checked only.
set -euo pipefail
stylus=$1 folder=$2 url=$3 key=$4
shift 4

fail() {
    echo "cargo-stylus.sh: $*" >&2
    exit 1
}
# A workspace without members: cargo-stylus would build those as well.
cd "$folder"
printf '[workspace]\nmembers = []\nresolver = "3"\n' >Cargo.toml
printf '[workspace]\n[workspace.networks]\n' >Stylus.toml

check() { "$stylus" stylus check --endpoint "$url" --wasm-file "$1"; }
deploy() { "$stylus" stylus deploy --no-verify --endpoint "$url" --private-key "$key" --wasm-file "$1" 2>&1; }
# Without its colours.
address() { sed 's/\x1b\[[0-9;]*m//g' | sed -n 's/.*deployed code at address: \(0x[0-9a-f]*\).*/\1/p'; }

deployed=1
for program in "$@"; do
    if [[ $program == -- ]]; then
        deployed=0
        continue
    fi
    check "$program" || fail "check refused $program"
    ((deployed)) || continue
    output=$(deploy "$program") || fail "could not deploy $program: $output"
    [[ -n $(address <<<"$output") ]] || fail "no address in: $output"
    [[ $output == *activat* ]] || fail "not activated: $output"
    # Active now: the check finds it so.
    check "$program" || fail "check refused $program after its deployment"
done

# What could not be activated is refused with a reason. (An export too few: no entrypoint.)
printf '\0asm\1\0\0\0' >empty.wasm
error=$(check empty.wasm 2>&1) && fail "an empty module passed"
[[ $error == *rror* ]] || fail "no reason in: $error"
echo "cargo-stylus.sh: ok"
