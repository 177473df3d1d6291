//! The business: reserve, give back, take.

use std::collections::BTreeSet;

use palinode_participant::{
    Answer, BARRED, Command, Database, Error, Handler, HandlerError, OutMessage, Record, Switches, Timestamp,
    rusqlite::Transaction,
};

use crate::{
    AccountOpened, CapturePayment, PaymentCaptured, PaymentFailed, PaymentRefunded, PaymentSucceeded, RefundPayment,
    ReservePayment, Settings, accounts,
    reservations::{self, Reservation, Status},
};

/// Answers the commands of the topic `payments.commands`.
pub struct Payment {
    first_balance_minor: i64,
    refused_customers: BTreeSet<String>,
    switches: Switches,
}

/// Why a reservation is refused.
struct Refused {
    code: &'static str,
    reason: String,
}

impl Payment {
    /// The business of `settings`, with its tables made in `database`.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn new(settings: &Settings, database: &Database, switches: Switches) -> Result<Self, Error> {
        database
            .transaction(|tx| {
                tx.execute_batch(accounts::TABLE)?;
                tx.execute_batch(reservations::TABLE)
            })
            .map_err(|source| database.error(source))?;
        Ok(Self {
            first_balance_minor: settings.first_balance_minor,
            refused_customers: settings.refused_customers.clone(),
            switches,
        })
    }

    fn reserve(&self, command: &Command<'_>, tx: &Transaction<'_>) -> Result<Answer, HandlerError> {
        let wanted: ReservePayment = command.payload()?;
        let mut messages = Vec::new();
        let reply = match self.try_reserve(command, &wanted, tx, &mut messages)? {
            Ok(held) => command.reply(
                EVENTS,
                &PaymentSucceeded {
                    order_id: wanted.order_id,
                    reservation_id: held.reservation_id,
                    amount_minor: held.amount_minor,
                    currency: held.currency,
                },
            )?,
            Err(Refused { code, reason }) => refusal(command, wanted.order_id, code, reason)?,
        };
        messages.push(reply);
        Ok(Answer::Final(messages))
    }

    fn try_reserve(
        &self,
        command: &Command<'_>,
        wanted: &ReservePayment,
        tx: &Transaction<'_>,
        messages: &mut Vec<OutMessage>,
    ) -> Result<Result<Reservation, Refused>, HandlerError> {
        let refused = |code, reason: &str| {
            Ok(Err(Refused {
                code,
                reason: reason.into(),
            }))
        };
        let saga = command.saga_id();
        if let Some(held) = reservations::find(tx, &saga)?.filter(|found| found.status != Status::Refunded) {
            return Ok(Ok(held));
        }
        if let Err(reason) = check(wanted) {
            return refused("INVALID_COMMAND", reason);
        }
        if self.switches.behaviour().unavailable {
            return refused("BANK_UNAVAILABLE", "The bank does not answer.");
        }
        if wanted.customer_id.starts_with("refused-") || self.refused_customers.contains(&wanted.customer_id) {
            return refused("BANK_REFUSED", "The bank refused the payment.");
        }
        if accounts::open(tx, &wanted.customer_id, &wanted.currency, self.first_balance_minor)? {
            messages.push(command.event(
                EVENTS,
                &wanted.customer_id,
                &opened_id(&wanted.customer_id),
                &AccountOpened {
                    customer_id: wanted.customer_id.clone(),
                    balance_minor: self.first_balance_minor,
                    currency: wanted.currency.clone(),
                },
            )?);
        }
        let Some(account) = accounts::find(tx, &wanted.customer_id)? else {
            return refused("BANK_REFUSED", "The customer has no account.");
        };
        if account.currency != wanted.currency {
            return refused("BANK_REFUSED", "The account is in another currency.");
        }
        if account.available_minor() < wanted.amount_minor {
            return refused("BANK_REFUSED", "The balance is too small.");
        }
        accounts::add(tx, &wanted.customer_id, 0, wanted.amount_minor)?;
        let reservation = Reservation {
            reservation_id: format!("reservation/{saga}"),
            saga,
            customer_id: wanted.customer_id.clone(),
            amount_minor: wanted.amount_minor,
            currency: wanted.currency.clone(),
            status: Status::Held,
        };
        reservations::keep(tx, &reservation)?;
        Ok(Ok(reservation))
    }
}

impl Handler for Payment {
    fn handle(&mut self, command: &Command<'_>, _now: Timestamp, tx: &Transaction<'_>) -> Result<Answer, HandlerError> {
        match command.record.as_str() {
            ReservePayment::NAME => self.reserve(command, tx),
            RefundPayment::NAME => refund(command, tx),
            CapturePayment::NAME => capture(command, tx),
            other => Err(HandlerError::unreadable(format!(
                "'{other}' is no command of the payment service"
            ))),
        }
    }

    fn barred(&mut self, command: &Command<'_>) -> Result<OutMessage, HandlerError> {
        refusal(
            command,
            command.key().to_owned(),
            BARRED,
            "The payment was taken back before it was asked for.".into(),
        )
    }
}

/// Gives back what the saga holds, whoever has it now; nothing is a success too.
fn refund(command: &Command<'_>, tx: &Transaction<'_>) -> Result<Answer, HandlerError> {
    let wanted: RefundPayment = command.payload()?;
    let held = reservations::find(tx, &command.saga_id())?.filter(|found| found.status != Status::Refunded);
    let (amount_minor, currency) = match held {
        None => (0, wanted.currency),
        Some(held) => {
            match held.status {
                Status::Held => accounts::add(tx, &held.customer_id, 0, -held.amount_minor)?,
                Status::Captured | Status::Refunded => accounts::add(tx, &held.customer_id, held.amount_minor, 0)?,
            }
            reservations::keep(
                tx,
                &Reservation {
                    status: Status::Refunded,
                    ..held.clone()
                },
            )?;
            (held.amount_minor, held.currency)
        }
    };
    Ok(Answer::reply(command.reply(
        EVENTS,
        &PaymentRefunded {
            order_id: wanted.order_id,
            amount_minor,
            currency,
        },
    )?))
}

/// Takes what the saga holds. The step has no refusal: without a reservation a person has to look.
fn capture(command: &Command<'_>, tx: &Transaction<'_>) -> Result<Answer, HandlerError> {
    let wanted: CapturePayment = command.payload()?;
    let held = reservations::find(tx, &command.saga_id())?.filter(|found| found.status != Status::Refunded);
    let Some(held) = held else {
        return Err(HandlerError::unreadable(
            "no money is reserved for the saga, so that none can be taken",
        ));
    };
    if held.status == Status::Held {
        accounts::add(tx, &held.customer_id, -held.amount_minor, -held.amount_minor)?;
        reservations::keep(
            tx,
            &Reservation {
                status: Status::Captured,
                ..held.clone()
            },
        )?;
    }
    Ok(Answer::reply(command.reply(
        EVENTS,
        &PaymentCaptured {
            order_id: wanted.order_id,
            amount_minor: held.amount_minor,
            currency: held.currency,
        },
    )?))
}

fn refusal(command: &Command<'_>, order_id: String, code: &str, reason: String) -> Result<OutMessage, HandlerError> {
    command.reply(
        EVENTS,
        &PaymentFailed {
            order_id,
            code: code.into(),
            reason,
        },
    )
}

fn check(wanted: &ReservePayment) -> Result<(), &'static str> {
    match wanted {
        _ if wanted.order_id.is_empty() => Err("The order id is empty."),
        _ if wanted.customer_id.is_empty() => Err("The customer id is empty."),
        _ if wanted.amount_minor <= 0 => Err("The amount is not positive."),
        _ if !is_currency(&wanted.currency) => Err("The currency is no ISO 4217 code."),
        _ => Ok(()),
    }
}

pub(crate) fn is_currency(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// The id of the event that tells of a customer's account.
pub(crate) fn opened_id(customer_id: &str) -> String {
    format!("payment/account-opened/{customer_id}")
}

/// Where replies and events go.
pub(crate) const EVENTS: &str = "payments.events";
