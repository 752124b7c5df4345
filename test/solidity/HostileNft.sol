// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// A collection that anybody may mint and anybody may make misbehave. For tests.
contract HostileNft {
    enum Mode {
        Good,
        MovesNothing,
        MovesElsewhere,
        Lax,
        Reverts,
        SaysNothing,
        Reenters
    }

    error Refused(uint256 id);

    mapping(uint256 => address) private owners;
    mapping(address => mapping(address => bool)) public isApprovedForAll;
    mapping(uint256 => address) public getApproved;
    Mode public mode;
    address public target;
    bytes[] public calls;
    /// How often it called the target in a transfer, and how often the target let it.
    uint256 public tried;
    uint256 public allowed;

    function setMode(uint8 to) external {
        mode = Mode(to);
    }

    function setReentry(address to, bytes[] calldata with) external {
        target = to;
        delete calls;
        for (uint256 at = 0; at < with.length; at++) calls.push(with[at]);
    }

    function mint(address to, uint256 id) external {
        owners[id] = to;
    }

    function setApprovalForAll(address operator, bool approved) external {
        isApprovedForAll[msg.sender][operator] = approved;
    }

    function approve(address to, uint256 id) external {
        if (owners[id] != msg.sender) revert Refused(id);
        getApproved[id] = to;
    }

    function ownerOf(uint256 id) external view returns (address) {
        if (mode == Mode.SaysNothing) {
            assembly {
                stop()
            }
        }
        return owners[id];
    }

    function transferFrom(address from, address to, uint256 id) external {
        if (mode == Mode.Reverts) revert Refused(id);
        if (mode == Mode.MovesNothing || mode == Mode.SaysNothing) return;
        if (mode == Mode.Reenters) reenter();
        if (mode != Mode.Lax && (owners[id] != from || !mayMove(from, id))) revert Refused(id);
        delete getApproved[id];
        owners[id] = mode == Mode.MovesElsewhere ? target : to;
    }

    function mayMove(address from, uint256 id) private view returns (bool) {
        return msg.sender == from || msg.sender == getApproved[id] || isApprovedForAll[from][msg.sender];
    }

    function reenter() private {
        for (uint256 at = 0; at < calls.length; at++) {
            tried += 1;
            (bool success, ) = target.call(calls[at]);
            if (success) allowed += 1;
        }
    }
}
