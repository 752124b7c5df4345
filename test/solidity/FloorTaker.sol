// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;


interface Collection {
    function transferFrom(address from, address to, uint256 id) external;
}

/// Somebody without money who takes NFTs and pays with what he does with them, and who borrows his own; both may misbehave:
/// he tries calls in the middle, and keeps what he borrowed. For tests.
contract FloorTaker {
    enum Mode {
        Good,
        KeepsNfts,
        AnswersWrong,
        Reverts
    }

    error Refuses();

    Mode public mode;
    address public target;
    bytes[] public calls;
    /// How many calls it tried in the middle of one of the market, and how many were let through.
    uint256 public tried;
    uint256 public allowed;
    /// How often it was called back, and what it was asked for last.
    uint256 public called;
    uint256 public owed;

    function setMode(uint8 to) external {
        mode = Mode(to);
    }

    function setCalls(address to, bytes[] calldata with) external {
        target = to;
        delete calls;
        for (uint256 at = 0; at < with.length; at++) calls.push(with[at]);
    }

    /// Ether comes.
    receive() external payable {
        called += 1;
        meddle();
        if (mode == Mode.Reverts) revert Refuses();
    }

    /// Does something as itself.
    function act(address to, bytes calldata data) external payable returns (bytes memory) {
        (bool success, bytes memory answer) = to.call{value: msg.value}(data);
        if (!success) {
            assembly {
                revert(add(answer, 32), mload(answer))
            }
        }
        return answer;
    }

    function floorCall(address, uint256 owe, uint256[] calldata, bytes calldata) external {
        called += 1;
        owed = owe;
        meddle();
        if (mode == Mode.Reverts) revert Refuses();
    }

    function onFlashNft(address market, uint256[] calldata ids, bytes calldata data) external returns (bytes32) {
        called += 1;
        meddle();
        if (mode == Mode.Reverts) revert Refuses();
        if (mode != Mode.KeepsNfts) {
            address collection = abi.decode(data, (address));
            for (uint256 at = 0; at < ids.length; at++) {
                Collection(collection).transferFrom(address(this), market, ids[at]);
            }
        }
        return mode == Mode.AnswersWrong ? bytes32(0) : keccak256("Everfloor.onFlashNft");
    }

    function meddle() private {
        for (uint256 at = 0; at < calls.length; at++) {
            tried += 1;
            (bool success, ) = target.call(calls[at]);
            if (success) allowed += 1;
        }
    }
}
