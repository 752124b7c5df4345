// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// A market that settles whatever an order book brings, but for whom it is told cannot. For tests.
contract VenueMarket {
    enum Mode {
        Settles,
        Answers,
        Reverts,
        Reenters
    }

    event Settled(address indexed maker, address indexed taker, uint256 fp, uint256 price, bool takerBuys, uint256 mark);

    error InsufficientMargin(uint256 required, uint256 have);

    Mode public mode;
    /// Whether it settles nothing before it has been told the mark.
    bool public asksMark;
    /// Who cannot fill resting orders.
    mapping(address => bool) public broke;
    /// Whose trades are counted, and how many more are theirs.
    mapping(address => bool) public limited;
    mapping(address => uint256) public credit;
    /// What it answers or reverts with.
    bytes public words;
    address public target;
    bytes[] public calls;
    /// How often it called the target in a trade, and how often the target let it.
    uint256 public tried;
    uint256 public allowed;

    function setMode(uint8 to) external {
        mode = Mode(to);
    }

    function setAsksMark(bool to) external {
        asksMark = to;
    }

    function setBroke(address account, bool to) external {
        broke[account] = to;
    }

    function setCredit(address account, bool isLimited, uint256 trades) external {
        limited[account] = isLimited;
        credit[account] = trades;
    }

    function setWords(bytes calldata to) external {
        words = to;
    }

    function setReentry(address to, bytes[] calldata with) external {
        target = to;
        delete calls;
        for (uint256 at = 0; at < with.length; at++) calls.push(with[at]);
    }

    function settleTrade(address maker, address taker, uint256 fp, uint256 price, bool takerBuys, uint256 mark)
        external
        returns (uint8 outcome, bytes4 reason, uint256 first, uint256 second)
    {
        misbehave();
        if (mode == Mode.Reenters) reenter();
        if (broke[maker]) return (1, 0, 0, 0);
        if (asksMark && mark == 0) return (3, 0, 0, 0);
        if (limited[taker]) {
            if (credit[taker] == 0) return (2, InsufficientMargin.selector, 7, 3);
            credit[taker] -= 1;
        }
        emit Settled(maker, taker, fp, price, takerBuys, mark);
        return (0, 0, 0, 0);
    }

    function canSettle(address maker, uint256, uint256, bool, uint256) external view returns (bool) {
        misbehave();
        return !broke[maker];
    }

    function misbehave() private view {
        if (mode != Mode.Answers && mode != Mode.Reverts) return;
        bytes memory answer = words;
        bool good = mode == Mode.Answers;
        assembly {
            if good { return(add(answer, 32), mload(answer)) }
            revert(add(answer, 32), mload(answer))
        }
    }

    function reenter() private {
        for (uint256 at = 0; at < calls.length; at++) {
            tried += 1;
            (bool success, ) = target.call(calls[at]);
            if (success) allowed += 1;
        }
    }
}
