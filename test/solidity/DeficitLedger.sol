// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// A contract that is asked to raise money against deficits, and answers as anybody tells it to. For tests.
contract DeficitLedger {
    enum Mode {
        TakesOn,
        SaysNothing,
        SaysSomethingElse,
        Reverts,
        Reenters
    }

    error Refused(uint256 amount);

    Mode public mode;
    address public target;
    bytes public data;
    /// How often it was asked to take a deficit on, and for how much in all.
    uint256 public asked;
    uint256 public total;
    /// How often it called the target meanwhile, and how often the target let it.
    uint256 public tried;
    uint256 public allowed;

    function setMode(uint8 to) external {
        mode = Mode(to);
    }

    function setReentry(address to, bytes calldata with) external {
        target = to;
        data = with;
    }

    function onDeficit(uint256, address, uint256 amount) external returns (bytes4) {
        if (mode == Mode.Reverts) revert Refused(amount);
        asked += 1;
        total += amount;
        if (mode == Mode.Reenters) {
            tried += 1;
            (bool success,) = target.call(data);
            if (success) allowed += 1;
        }
        if (mode == Mode.SaysNothing) {
            assembly {
                stop()
            }
        }
        return mode == Mode.SaysSomethingElse ? this.setMode.selector : this.onDeficit.selector;
    }
}
