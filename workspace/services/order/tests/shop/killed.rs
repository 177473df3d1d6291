//! `kill -9` in the middle of a rush: what was answered is there, what is there is announced, each once.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use reqwest::{Client, StatusCode};
use serde_json::Value;
use tempfile::TempDir;
use tokio::task::JoinSet;

use crate::given::{Given, tea};

/// Names the folder of the shop that is to be killed; set for the child process only.
const FOLDER: &str = "PALINODE_ORDER_TEST_FOLDER";
/// What the child says before its address.
const OPEN: &str = "the shop is open on ";
/// Customers who order at the same time.
const CUSTOMERS: usize = 16;
/// Answers after which the shop is killed.
const ANSWERS: usize = 150;

/// The child process: a shop in the folder that the parent names. Without a parent there is nothing to do.
#[test]
fn a_shop_to_be_killed() {
    let Some(folder) = env::var_os(FOLDER) else { return };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let routes = Given::routes_in(folder.as_ref());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("\n{OPEN}{}", listener.local_addr().unwrap());
        axum::serve(listener, routes).await.unwrap();
    });
}

#[tokio::test]
async fn a_kill_in_the_middle_of_a_rush_loses_nothing_and_doubles_nothing() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = TempDir::new().unwrap();
    let (mut shop, url) = a_shop_process(&folder);
    let answered = Arc::new(AtomicUsize::new(0));
    let mut customers = JoinSet::new();
    for customer in 0..CUSTOMERS {
        customers.spawn(order_until_the_end(url.clone(), customer, Arc::clone(&answered)));
    }
    while answered.load(Ordering::Relaxed) < ANSWERS {
        assert!(shop.try_wait().unwrap().is_none(), "the shop ended by itself");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    shop.kill().unwrap();
    shop.wait().unwrap();
    let rush = customers.join_all().await;
    let answers: BTreeMap<String, Value> = rush.iter().flat_map(|(answers, _)| answers.clone()).collect();
    let unanswered: Vec<_> = rush.iter().map(|(_, key)| key.clone()).collect();
    assert!(answers.len() >= ANSWERS);

    let given = Given::a_shop_in(folder).await;

    let waiting = given.outbox();
    let announced: BTreeSet<_> = waiting.iter().map(|message| message.key.clone().unwrap()).collect();
    assert_eq!(announced.len(), waiting.len(), "an order is announced twice");
    assert!(waiting.len() <= answers.len() + CUSTOMERS);
    for (key, body) in &answers {
        assert!(
            announced.contains(body["order_id"].as_str().unwrap().as_bytes()),
            "{body} is not announced"
        );
        assert_eq!(&given.place(key, &tea()).await.body, body);
    }
    for key in &unanswered {
        assert_eq!(given.place(key, &tea()).await.status, StatusCode::CREATED);
    }
    assert_eq!(given.outbox().len(), answers.len() + CUSTOMERS, "an order for each key");
}

/// Starts the child process and waits until it is open.
fn a_shop_process(folder: &TempDir) -> (Child, String) {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "killed::a_shop_to_be_killed", "--nocapture"])
        .env(FOLDER, folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let open = lines.find_map(|line| line.unwrap().strip_prefix(OPEN).map(str::to_owned));
    let address = open.expect("the child ended before it was open");
    // What the child still says must not fill the pipe.
    std::thread::spawn(move || lines.count());
    (child, format!("http://{address}"))
}

/// Orders one after the other until the shop is gone; the answers by key, and the key that got none.
async fn order_until_the_end(
    url: String,
    customer: usize,
    answered: Arc<AtomicUsize>,
) -> (BTreeMap<String, Value>, String) {
    let client = Client::new();
    let mut answers = BTreeMap::new();
    loop {
        let key = format!("customer-{customer}-order-{}", answers.len());
        let request = client
            .post(format!("{url}/orders"))
            .header("idempotency-key", &key)
            .json(&tea());
        let Ok(response) = request.send().await else {
            return (answers, key);
        };
        assert_eq!(response.status(), StatusCode::CREATED);
        let Ok(body) = response.json().await else {
            return (answers, key);
        };
        answers.insert(key, body);
        answered.fetch_add(1, Ordering::Relaxed);
    }
}
