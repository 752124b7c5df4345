// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// Wrapped ether as the chain's own: an ERC-20 of 18 decimals that pays ether to whom it is told; and that anybody may make
/// refuse somebody, as some tokens do. For tests.
contract Weth {
    error Unpaid();
    error RefusesReceiver(address receiver);

    uint8 public constant decimals = 18;
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;

    mapping(address => bool) public refused;

    event Transfer(address indexed from, address indexed to, uint256 value);

    function refuse(address receiver) external {
        refused[receiver] = true;
    }

    function deposit() external payable {
        balanceOf[msg.sender] += msg.value;
        emit Transfer(address(0), msg.sender, msg.value);
    }

    function withdrawTo(address to, uint256 value) external {
        balanceOf[msg.sender] -= value;
        emit Transfer(msg.sender, address(0), value);
        (bool paid, ) = to.call{value: value}("");
        if (!paid) revert Unpaid();
    }

    function approve(address spender, uint256 value) external returns (bool) {
        allowance[msg.sender][spender] = value;
        return true;
    }

    function transfer(address to, uint256 value) external returns (bool) {
        return move(msg.sender, to, value);
    }

    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        allowance[from][msg.sender] -= value;
        return move(from, to, value);
    }

    function move(address from, address to, uint256 value) private returns (bool) {
        if (refused[to]) revert RefusesReceiver(to);
        balanceOf[from] -= value;
        balanceOf[to] += value;
        emit Transfer(from, to, value);
        return true;
    }
}
