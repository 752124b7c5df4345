// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// A token with six decimals that anybody may mint and anybody may make misbehave. For tests.
contract HostileToken {
    enum Mode {
        Good,
        ReturnsNothing,
        ReturnsFalse,
        MovesAndReturnsFalse,
        Reverts,
        TakesFee,
        Reenters,
        MovesNothing,
        ClaimsMore,
        BurnsGas,
        ReturnsTwo,
        FloodsAnswer
    }

    error Refused(address account);

    mapping(address => uint256) private balances;
    mapping(address => mapping(address => uint256)) public allowance;
    mapping(address => bool) public blocked;
    uint256 public totalSupply;
    Mode public mode;
    address public target;
    bytes public data;
    /// How often it called the target in a transfer, and how often the target let it.
    uint256 public tried;
    uint256 public allowed;
    /// What the target answered last.
    bytes public answer;

    function decimals() external pure returns (uint8) {
        return 6;
    }

    function balanceOf(address account) external view returns (uint256) {
        return mode == Mode.ClaimsMore ? balances[account] + 1e12 : balances[account];
    }

    function setMode(uint8 to) external {
        mode = Mode(to);
    }

    function setReentry(address to, bytes calldata with) external {
        target = to;
        data = with;
    }

    function setBlocked(address account, bool to) external {
        blocked[account] = to;
    }

    function mint(address to, uint256 amount) external {
        balances[to] += amount;
        totalSupply += amount;
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        return true;
    }

    function transfer(address to, uint256 amount) external {
        move(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external {
        allowance[from][msg.sender] -= amount;
        move(from, to, amount);
    }

    /// Moves tokens as the mode says, and ends the call with the answer that goes with it.
    function move(address from, address to, uint256 amount) private {
        if (mode == Mode.Reverts || blocked[from]) revert Refused(from);
        if (blocked[to]) revert Refused(to);
        if (mode == Mode.BurnsGas) while (true) {}
        if (mode == Mode.Reenters) reenter();
        if (mode != Mode.ReturnsFalse && mode != Mode.MovesNothing) {
            balances[from] -= amount;
            balances[to] += mode == Mode.TakesFee ? amount - amount / 10 : amount;
        }
        if (mode == Mode.ReturnsNothing) stop();
        if (mode == Mode.ReturnsFalse || mode == Mode.MovesAndReturnsFalse) give(0, 32);
        if (mode == Mode.ReturnsTwo) give(2, 32);
        if (mode == Mode.FloodsAnswer) give(1, 1_000_000);
        give(1, 32);
    }

    function reenter() private {
        tried += 1;
        bool success;
        (success, answer) = target.call(data);
        if (success) allowed += 1;
    }

    function stop() private pure {
        assembly {
            stop()
        }
    }

    function give(uint256 value, uint256 length) private pure {
        assembly {
            mstore(0, value)
            return(0, length)
        }
    }
}
