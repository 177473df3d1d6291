//! The HTTP side: accounts.

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, post},
};
use palinode_participant::{Composer, Database, HandlerError, Outbox, Refusal, now, rusqlite};
use serde::Deserialize;

use crate::{
    AccountOpened,
    accounts::{self, Account},
    handler::{EVENTS, is_currency, opened_id},
};

/// `POST /accounts` and `GET /accounts/{customer_id}`.
pub(crate) fn routes(database: Database, composer: Composer) -> Router {
    Router::new()
        .route("/accounts", post(open))
        .route("/accounts/{customer_id}", get(show))
        .with_state((database, composer))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewAccount {
    customer_id: String,
    balance_minor: i64,
    currency: String,
}

async fn open(
    State((database, composer)): State<(Database, Composer)>,
    Json(wanted): Json<NewAccount>,
) -> Result<(StatusCode, Json<Account>), Refusal> {
    let NewAccount {
        customer_id,
        balance_minor,
        currency,
    } = wanted;
    if customer_id.is_empty() || balance_minor < 0 || !is_currency(&currency) {
        let detail = "a customer id, a balance that is not negative and an ISO 4217 currency are needed";
        return Err(Refusal::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "no such account can be",
            detail,
        ));
    }
    let opened = database.transaction(|tx| {
        let opened = accounts::open(tx, &customer_id, &currency, balance_minor)?;
        if opened {
            let event = AccountOpened {
                customer_id: customer_id.clone(),
                balance_minor,
                currency: currency.clone(),
            };
            Outbox::put(
                tx,
                &composer.event(EVENTS, &customer_id, &opened_id(&customer_id), &event, now())?,
            )?;
        }
        Ok::<_, HandlerError>(opened)
    })?;
    if !opened {
        return Err(Refusal::new(
            StatusCode::CONFLICT,
            "the customer has an account",
            customer_id,
        ));
    }
    Ok((
        StatusCode::CREATED,
        Json(Account {
            customer_id,
            currency,
            balance_minor,
            reserved_minor: 0,
        }),
    ))
}

async fn show(
    State((database, _)): State<(Database, Composer)>,
    Path(customer_id): Path<String>,
) -> Result<Json<Account>, Refusal> {
    let account: Result<_, rusqlite::Error> = database.read(|connection| accounts::find(connection, &customer_id));
    account?
        .map(Json)
        .ok_or_else(|| Refusal::new(StatusCode::NOT_FOUND, "the customer has no account", customer_id))
}
