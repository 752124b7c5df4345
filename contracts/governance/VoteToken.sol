// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

/// @title The token that votes
/// @notice OpenZeppelin's ERC20Votes with permit. All of it exists from construction on: nobody can mint or burn.
/// Votes count for whom they are delegated to, a holder themselves included.
contract VoteToken is ERC20, ERC20Permit, ERC20Votes {
    /// @notice What a holder has at the beginning.
    /// @param holder who
    /// @param amount smallest units
    struct Allocation {
        address holder;
        uint256 amount;
    }

    /// @param name the token's name
    /// @param symbol its symbol
    /// @param allocations who has how much; together the supply
    constructor(
        string memory name,
        string memory symbol,
        Allocation[] memory allocations
    ) ERC20(name, symbol) ERC20Permit(name) {
        for (uint256 place = 0; place < allocations.length; ++place) {
            _mint(allocations[place].holder, allocations[place].amount);
        }
    }

    /// @notice Votes are counted by time (ERC-6372): a block number on Arbitrum is an estimate of Ethereum's.
    function clock() public view override returns (uint48) {
        return Time.timestamp();
    }

    /// @notice Says so to whoever asks.
    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    // ---- overrides that Solidity asks for ----

    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Votes) {
        super._update(from, to, value);
    }

    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }
}
