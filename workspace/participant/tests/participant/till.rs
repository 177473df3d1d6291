//! A small service whose commands say what it shall do.

use palinode_participant::{
    Answer, BARRED, Command, Composer, Database, Error, Handler, HandlerError, OutMessage, ReplyTo, Timestamp, record,
    rusqlite::Transaction,
};
use serde::{Deserialize, Serialize};

/// The command: its amount says what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pay {
    pub(crate) order_id: String,
    pub(crate) amount_minor: i64,
    pub(crate) currency: String,
}
record!(
    Pay,
    "shop.payments.RefundPayment",
    "../../../../schemas/shop/payments/RefundPayment.avsc"
);

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Paid {
    pub(crate) order_id: String,
    pub(crate) amount_minor: i64,
    pub(crate) currency: String,
}
record!(
    Paid,
    "shop.payments.PaymentRefunded",
    "../../../../schemas/shop/payments/PaymentRefunded.avsc"
);

/// The refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Refused {
    pub(crate) order_id: String,
    pub(crate) code: String,
    pub(crate) reason: String,
}
record!(
    Refused,
    "shop.payments.PaymentFailed",
    "../../../../schemas/shop/payments/PaymentFailed.avsc"
);

/// Amounts with a meaning of their own; every other one is paid.
pub(crate) const NOT_NOW: i64 = -1;
pub(crate) const LATER: i64 = -2;
pub(crate) const UNREADABLE: i64 = -3;

pub(crate) const COMMANDS: &str = "payments.commands";
pub(crate) const EVENTS: &str = "payments.events";

pub(crate) struct Till {
    composer: Composer,
    waiting: Vec<(ReplyTo, Timestamp)>,
}

impl Till {
    pub(crate) fn new(composer: &Composer, database: &Database) -> Result<Self, Error> {
        database
            .transaction(|tx| tx.execute_batch("CREATE TABLE IF NOT EXISTS payments (saga TEXT NOT NULL)"))
            .map_err(|source| database.error(source))?;
        Ok(Self {
            composer: composer.clone(),
            waiting: Vec::new(),
        })
    }
}

impl Handler for Till {
    fn handle(&mut self, command: &Command<'_>, now: Timestamp, tx: &Transaction<'_>) -> Result<Answer, HandlerError> {
        let Pay {
            order_id,
            amount_minor,
            currency,
        } = command.payload()?;
        tx.prepare_cached("INSERT INTO payments (saga) VALUES (?1)")?
            .execute([command.saga_id()])?;
        match amount_minor {
            NOT_NOW => Ok(Answer::NotNow),
            LATER => {
                self.waiting.push((command.reply_to(), Timestamp(now.0 + 100)));
                Ok(Answer::Later)
            }
            UNREADABLE => Err(HandlerError::unreadable("the amount makes no sense")),
            _ => Ok(Answer::reply(command.reply(
                EVENTS,
                &Paid {
                    order_id,
                    amount_minor,
                    currency,
                },
            )?)),
        }
    }

    fn barred(&mut self, command: &Command<'_>) -> Result<OutMessage, HandlerError> {
        let order_id = command.key().to_owned();
        command.reply(
            EVENTS,
            &Refused {
                order_id,
                code: BARRED.into(),
                reason: "too late".into(),
            },
        )
    }

    fn tick(&mut self, now: Timestamp, _: &Transaction<'_>) -> Result<Vec<OutMessage>, HandlerError> {
        let due: Vec<_> = self.waiting.extract_if(.., |(_, due)| *due <= now).collect();
        let paid = |order_id: &str| Paid {
            order_id: order_id.into(),
            amount_minor: LATER,
            currency: "EUR".into(),
        };
        due.iter()
            .map(|(to, _)| self.composer.reply(to, EVENTS, &paid(&to.key), now))
            .collect()
    }

    fn next_deadline(&self) -> Option<Timestamp> {
        self.waiting.iter().map(|(_, due)| *due).min()
    }
}

pub(crate) fn pay(order: &str, amount_minor: i64) -> Pay {
    Pay {
        order_id: order.into(),
        amount_minor,
        currency: "EUR".into(),
    }
}

pub(crate) fn forward(order: &str, round: u32) -> String {
    format!("order-fulfilment/{order}/payment/forward/{round}")
}

pub(crate) fn payments(database: &Database) -> i64 {
    database
        .read(|connection| connection.query_row("SELECT count(*) FROM payments", (), |row| row.get(0)))
        .expect("the table is there")
}
