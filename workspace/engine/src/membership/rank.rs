//! Which member is the first, the second, … to think of for a task: rendezvous hashing, so that all members find the same
//! order without talking, and a member that comes or goes changes nothing among the others.

use palinode_wire::murmur2;

/// Puts members in their order for `task`.
pub(super) fn in_order<'a>(task: i32, members: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut members: Vec<&str> = members.into_iter().collect();
    members.sort_by_key(|member| (std::cmp::Reverse(weight(task, member)), *member));
    members
}

fn weight(task: i32, member: &str) -> u32 {
    murmur2(format!("{task}/{member}").as_bytes()).cast_unsigned()
}

#[cfg(test)]
mod tests {
    use super::in_order;

    #[test]
    fn a_member_that_goes_changes_nothing_among_the_others() {
        for task in 0..100 {
            let all = in_order(task, ["a", "b", "c", "d"]);
            let without: Vec<&str> = all.iter().copied().filter(|member| *member != "b").collect();
            assert_eq!(in_order(task, ["d", "c", "a"]), without);
        }
    }

    #[test]
    fn every_member_is_the_first_for_some_tasks() {
        let members = ["node-0", "node-1", "node-2"];
        for member in members {
            let first = (0..60).filter(|task| in_order(*task, members)[0] == member).count();
            assert!((8..=34).contains(&first), "{member} is the first for {first} of 60");
        }
    }
}
