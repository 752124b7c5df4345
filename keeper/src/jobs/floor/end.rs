//! The end of a floor market: accounts are closed, what there is is worked out, everybody is paid.

use alloy::primitives::{Address, Bytes, U256};
use anyhow::Result;
use everfloor_bindings::{FloorMarket, TestToken, WriterPosition};

use crate::{
    jobs::part,
    work::{Task, Urgency},
};

use super::{Market, Scene};

/// Accounts closed in a transaction.
const AT_A_TIME: usize = 16;

impl Market {
    /// Everything there is to do in a market that was shut.
    pub(super) async fn end(&mut self, scene: &Scene<'_>, tasks: &mut Vec<Task>) -> Result<()> {
        let mut owners = scene.owners().await?;
        owners.push(Address::ZERO);
        let call = |account: &Address| FloorMarket::claimableCall { account: *account };
        let calls: Vec<_> = owners.iter().map(call).collect();
        let claims = scene.look.ask_all(self.at, &calls).await?;
        let mut open = Vec::new();
        for (account, claim) in owners.into_iter().zip(claims) {
            if !claim.closed {
                open.push(account);
            } else if !claim.due.is_zero() {
                let task = scene.task("claim", account, &FloorMarket::claimCall { account });
                tasks.push(task.because(format!("{} wei are due", claim.due)));
            }
        }
        scene.close(&open, tasks).await?;
        tasks.extend(scene.distribute().await?);
        let left = self.spent.left(scene.look.now);
        scene.buy_unredeemed(&open, left, tasks).await
    }
}

impl Scene<'_> {
    /// Closes the accounts that can be: one that cannot would keep those beside it.
    async fn close(&self, open: &[Address], tasks: &mut Vec<Task>) -> Result<()> {
        let call = |account: &Address| FloorMarket::closeAccountsCall { accounts: vec![*account] };
        let calls: Vec<_> = open.iter().map(call).collect();
        let answers = self.look.try_ask_all(self.at, &calls).await?;
        let can: Vec<Address> = open
            .iter()
            .zip(answers)
            .filter(|(_, answer)| answer.is_ok())
            .map(|(account, _)| *account)
            .collect();
        for some in can.chunks(AT_A_TIME) {
            let subject = some.iter().map(Address::to_string).collect::<Vec<_>>().join(",");
            let task = self.task(
                "close-accounts",
                subject,
                &FloorMarket::closeAccountsCall { accounts: some.to_vec() },
            );
            tasks.push(task.because("the market was shut").urgent(Urgency::Due));
        }
        Ok(())
    }

    /// Works out what can be paid, if that is another part than it was.
    async fn distribute(&self) -> Result<Option<Task>> {
        let call = FloorMarket::distributeCall {};
        let Ok(told) = self.look.try_ask(self.at, &call).await? else { return Ok(None) };
        let state = self.look.ask(self.at, &FloorMarket::shutdownStateCall {}).await?;
        if (told.first, told.longs) == (state.firstRatio, state.longRatio) {
            return Ok(None);
        }
        Ok(Some(self.task("distribute", told.first, &call).because("more can be paid than was worked out")))
    }

    /// Buys what nobody redeemed, within the limits.
    async fn buy_unredeemed(&self, open: &[Address], left_today: U256, tasks: &mut Vec<Task>) -> Result<()> {
        let (limits, me) = (&self.config.inventory, self.look.me);
        if limits.max_nfts == 0 || open.is_empty() {
            return Ok(());
        }
        let Ok(price) = self.look.try_ask(self.at, &FloorMarket::unredeemedPriceCall {}).await? else {
            return Ok(());
        };
        let peers = &self.made.peers;
        let held = self.look.ask(peers.collection, &WriterPosition::balanceOfCall { owner: me }).await?;
        let wallet = self.look.ask(peers.cash, &TestToken::balanceOfCall { account: me }).await?;
        let dear = price.is_zero() || price > part(self.view.lastIndex, limits.max_price_ppm);
        if dear || held >= U256::from(limits.max_nfts) || price > wallet.min(left_today) {
            return Ok(());
        }
        let allowance = TestToken::allowanceCall { owner: me, spender: self.at };
        if self.look.ask(peers.cash, &allowance).await? < price {
            tasks.push(self.approve());
            return Ok(());
        }
        // One at a time: each changes what the next account needs.
        for account in open.iter().copied().filter(|account| !account.is_zero()) {
            let call = FloorMarket::nftsOfCall { account, from: U256::ZERO, limit: U256::ONE };
            let Some(nft) = self.look.ask(self.at, &call).await?.list.into_iter().next() else { continue };
            let call = FloorMarket::buyUnredeemedCall {
                account,
                ids: vec![nft.id],
                maxPrice: price,
                receiver: me,
                data: Bytes::new(),
                deadline: self.deadline(),
            };
            if self.look.try_ask(self.at, &call).await?.is_ok() {
                let task = self.task("buy-unredeemed", nft.id, &call);
                tasks.push(task.because("nobody redeemed it in time"));
                return Ok(());
            }
        }
        Ok(())
    }
}
