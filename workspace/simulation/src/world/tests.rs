//! What the world itself promises: order on a connection, losses that are whole, and threads that are woken in time.

use std::{cell::RefCell, rc::Rc};

use kafka_protocol::messages::{ApiVersionsRequest, ApiVersionsResponse, ResponseKind};
use palinode_broker::{CallId, ConnectionId, Output, RequestKind};
use palinode_core::Timestamp;

use super::{BEGIN, Event, Hold, Look, Place, Shared, Space};

fn space() -> Space {
    let place = Place {
        run: Some(1),
        ..Place::default()
    };
    Space::new(7, BEGIN, vec![place])
}

fn request() -> RequestKind {
    ApiVersionsRequest::default().into()
}

fn connection(space: &mut Space) -> ConnectionId {
    let thread = space.new_thread();
    space.network.connect(0, thread).unwrap()
}

fn answer(connection: ConnectionId, correlation_id: i32) -> Output {
    Output {
        call: CallId {
            connection,
            correlation_id,
        },
        response: Some(ApiVersionsResponse::default().into()),
    }
}

/// Lets time pass to the next event, and gives it.
fn next(space: &mut Space) -> Option<Event> {
    space.now = space.next_time()?;
    space.next_event()
}

#[test]
fn requests_of_a_connection_arrive_in_order() {
    let mut space = space();
    space.network.delay_ms = 500;
    let id = connection(&mut space);
    (0..20).for_each(|_| space.send(id, 0, request()));
    let mut last = 0;
    while let Some(Event::ToBroker(underway)) = next(&mut space) {
        assert_eq!(underway.correlation_id, last + 1);
        last = underway.correlation_id;
    }
    assert_eq!(last, 20);
}

#[test]
fn an_answer_is_found_by_its_client() {
    let mut space = space();
    let id = connection(&mut space);
    space.send(id, 0, request());
    assert!(matches!(next(&mut space), Some(Event::ToBroker(_))));
    assert!(space.network.look(id).is_none());
    space.answer(answer(id, 1));
    let Some(Event::ToClient { answer, .. }) = next(&mut space) else {
        panic!("the answer is under way")
    };
    space.deliver(id, 1, answer);
    assert!(matches!(
        space.network.look(id),
        Some(Look::Answer(ResponseKind::ApiVersions(_)))
    ));
}

#[test]
fn nothing_gets_through_to_a_place_that_is_cut_off() {
    let mut space = space();
    let id = connection(&mut space);
    space.send(id, 0, request());
    space.places[0].is_cut_off = true;
    let Some(Event::ToBroker(underway)) = next(&mut space) else {
        panic!("the request is under way")
    };
    assert!(!space.arrives(&underway));
    space.places[0].is_cut_off = false;
    space.send(id, 0, request());
    assert!(next(&mut space).is_none(), "the connection never works again");
}

#[test]
fn a_client_learns_that_the_broker_is_gone() {
    let mut space = space();
    let id = connection(&mut space);
    space.send(id, 0, request());
    space.network.broker = None;
    assert_eq!(space.network.break_all().len(), 1);
    assert!(matches!(space.network.look(id), Some(Look::Broken)));
    let thread = space.new_thread();
    assert!(space.network.connect(0, thread).is_none());
}

#[test]
fn an_end_that_is_late_comes_by_a_connection_that_was_given_up() {
    let mut space = space();
    space.places[0].delay_end.push_back(30_000);
    let id = connection(&mut space);
    space.send(id, 3, kafka_protocol::messages::EndTxnRequest::default().into());
    space.network.close(id);
    let Some(Event::ToBroker(underway)) = next(&mut space) else {
        panic!("the request is under way")
    };
    assert_eq!(space.now, Timestamp(BEGIN.0 + 30_000));
    assert!(space.arrives(&underway));
}

#[test]
fn a_thread_sleeps_as_long_as_it_wants() {
    let space: Shared = Rc::new(RefCell::new(space()));
    let thread = space.borrow_mut().new_thread();
    let hold = Hold {
        space: Rc::clone(&space),
        node: 0,
        thread,
    };
    let done = Rc::new(RefCell::new(false));
    let is_done = Rc::clone(&done);
    let mut run = Box::pin(async move {
        hold.sleep(250).await;
        *is_done.borrow_mut() = true;
    });
    let mut look = || {
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        run.as_mut().poll(&mut context).is_ready()
    };
    assert!(!look());
    let at = space.borrow().next_time();
    assert_eq!(at, Some(Timestamp(BEGIN.0 + 250)));
    {
        let mut space = space.borrow_mut();
        space.now = Timestamp(BEGIN.0 + 250);
        space.ring();
        assert_eq!(space.next_ready(), Some(thread));
        assert_eq!(space.next_ready(), None);
    }
    assert!(look());
    assert!(*done.borrow());
}
