// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// An index and a venue's mark at once, which say what they are told: for examples that need a price to the wei. For tests.
contract FloorPrices {
    uint256 public price;
    uint8 public status;
    uint256 public cap = type(uint128).max;
    uint256 public blind;
    mapping(uint256 => uint256) private averages;

    function setPrice(uint256 to) external {
        price = to;
    }

    function setStatus(uint8 to) external {
        status = to;
    }

    function setBlind(uint256 to) external {
        blind = to;
    }

    function setCap(uint256 to) external {
        cap = to;
    }

    /// The average of an epoch; while it has none it is not over.
    function setAverage(uint256 epoch, uint256 to) external {
        averages[epoch] = to;
    }

    function getIndex() external view returns (uint256 spot, uint256 twap, uint256 updatedAt, uint8 state) {
        return (price, price, block.timestamp, status);
    }

    function markPrice() external view returns (uint256 mark, uint256 blindSeconds, uint256 span) {
        return (price, blind, 3600);
    }

    /// The status is the second word of an index's answer, and the third of a venue's.
    function averageOfEpoch(uint256 epoch) external view returns (uint256 average, uint256 index, uint256 venue) {
        uint8 missing = averages[epoch] == 0 ? 1 : 0;
        return (averages[epoch], missing, missing);
    }

    function openInterestCapFor(uint256) external view returns (uint256 most, uint8 state) {
        return (cap, status);
    }
}
