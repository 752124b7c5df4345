#!/usr/bin/env bash
# Foundry's cast against a node: cast.sh CAST URL WS_URL KEY INIT_CODE (the init code is the counter's).
set -euo pipefail
cast=$1 ws=$3 key=$4 init=$5
export ETH_RPC_URL=$2
readonly ARB_WASM=0x0000000000000000000000000000000000000071
readonly STYLUS_DEPLOYER=0xcEcba2F1DC234f70Dd89F2041029807F8D03A990

fail() {
    echo "cast.sh: $*" >&2
    exit 1
}
# same WHAT EXPECTED ACTUAL
same() { [[ $2 == "$3" ]] || fail "$1: expected '$2', got '$3'"; }
# refused WHAT WORDS COMMAND...: cast must say these words. (Its npm wrapper ends with success whatever happens.)
refused() {
    local what=$1 words=$2 said
    shift 2
    said=$("$cast" "$@" 2>&1) || true
    [[ $said == Error:*"$words"* ]] || fail "$what: expected an error with '$words', got '$said'"
}
# field FIELD COMMAND...: one field of what a command answers in JSON
field() {
    local name=$1
    shift
    "$cast" "$@" --json | node -p "JSON.parse(require('fs').readFileSync(0))['$name']"
}

same "chain id" 412346 "$("$cast" chain-id)"
same "chain id over WebSocket" 412346 "$("$cast" chain-id --rpc-url "$ws")"
same "gas price" 100000000 "$("$cast" gas-price)"
me=$("$cast" wallet address "$key")

counter=$(field contractAddress send --private-key "$key" --create "$init")
refused "a program that is not active" 'error code 3' call "$ARB_WASM" 'programVersion(address)(uint16)' "$counter"
same "activation" 0x1 "$(field status send --private-key "$key" --value 0.1ether "$ARB_WASM" 'activateProgram(address)' "$counter")"
same "version" 2 "$("$cast" call "$ARB_WASM" 'programVersion(address)(uint16)' "$counter")"
[[ $("$cast" code "$counter") == 0xeff00000* ]] || fail "the account's code is no program"

same "number" 0 "$("$cast" call "$counter" 'number()(uint256)')"
before=$("$cast" nonce "$me")
transaction=$(field transactionHash send --private-key "$key" "$counter" 'setNumber(uint256)' 41)
same "increment" 0x1 "$(field status send --private-key "$key" "$counter" 'increment()')"
same "number" 42 "$("$cast" call "$counter" 'number()(uint256)')"
same "number at a block" 41 "$("$cast" call --block "$("$cast" receipt "$transaction" blockNumber)" "$counter" 'number()(uint256)')"
same "storage" 42 "$("$cast" to-dec "$("$cast" storage "$counter" 0)")"
same "nonce" $((before + 2)) "$("$cast" nonce "$me")"

same "sender" "$("$cast" to-check-sum-address "$me")" "$("$cast" to-check-sum-address "$("$cast" tx "$transaction" from)")"
same "logs" 2 "$("$cast" logs --from-block 0 --address "$counter" 'NumberSet(address indexed, uint256)' --json | node -p 'JSON.parse(require("fs").readFileSync(0)).length')"
(($("$cast" estimate --from "$me" "$counter" 'setNumber(uint256)' 43) > 21000)) || fail "estimate"
"$cast" block latest --json >/dev/null
"$cast" access-list "$counter" 'number()' >/dev/null
trace=$("$cast" rpc debug_traceTransaction "$transaction" '{"tracer":"callTracer"}')
[[ $trace == *'"type":"CALL"'* ]] || fail "trace: $trace"

# Errors: a typed one with its data, and the node's own words.
refused "a number too big" 'error code 3' call "$counter" 'setNumber(uint256)' 70000
refused "a number too big" e0a89a3a call "$counter" 'setNumber(uint256)' 70000
poor=0x1111111111111111111111111111111111111111111111111111111111111111
refused "a sender without money" 'insufficient funds' send --private-key "$poor" --gas-limit 21000 --value 1 "$me"

# StylusDeployer deploys, activates and constructs in one transaction.
construct=$("$cast" calldata 'stylus_constructor()')$("$cast" abi-encode 'x(uint256)' 7 | cut -c3-)
deploy=('deploy(bytes,bytes,uint256,bytes32)(address)' "$init" "$construct" 0 "$("$cast" to-uint256 1)" --value 0.1ether)
constructed=$("$cast" call --from "$me" "$STYLUS_DEPLOYER" "${deploy[@]}")
same "deployer" 0x1 "$(field status send --private-key "$key" "$STYLUS_DEPLOYER" "${deploy[@]}")"
same "constructed" 7 "$("$cast" call "$constructed" 'number()(uint256)')"

# The node signs for its own accounts, and for those it acts for.
someone=0x00000000000000000000000000000000000000aa
"$cast" rpc anvil_setBalance "$someone" 0xde0b6b3a7640000 >/dev/null
"$cast" rpc anvil_impersonateAccount "$someone" >/dev/null
same "impersonated" 0x1 "$(field status send --unlocked --from "$someone" --value 1 "$me")"
same "unlocked" 0x1 "$(field status send --unlocked --from "$me" --value 1 "$someone")"
echo "cast.sh: ok"
