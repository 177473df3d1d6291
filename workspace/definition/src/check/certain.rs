//! Which steps have certainly succeeded when another begins, although some may be passed over or given up.

use std::collections::BTreeSet;

/// What may keep a step from being done, beside what comes before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Escape {
    /// It may be passed over, by its own condition or for another alternative.
    pub(super) passed_over: bool,
    /// It may be given up.
    pub(super) given_up: bool,
}

/// For each step whether it is done in every saga that goes that far, and which steps have certainly succeeded when it
/// begins.
///
/// `after` says what each step waits for, `exhaustive` are the alternatives of choices of which one is always done.
/// `order` is topological; steps that are not in it know nothing.
pub(super) fn certain(
    after: &[Vec<usize>],
    order: &[usize],
    escapes: &[Escape],
    exhaustive: &[Vec<usize>],
) -> (Vec<bool>, Vec<BTreeSet<usize>>) {
    let mut firm = vec![false; after.len()];
    // Whether its turn comes in every saga.
    let mut begins = vec![false; after.len()];
    let mut certain = vec![BTreeSet::new(); after.len()];
    for &place in order {
        let before = &after[place];
        let done = |other: usize| -> BTreeSet<usize> { certain[other].iter().copied().chain([other]).collect() };
        let one_of = |steps: &[usize]| {
            steps
                .iter()
                .map(|other| done(*other))
                .reduce(|left, right| &left & &right)
        };
        let is_done = |choice: &&Vec<usize>| {
            let always = |other: &usize| before.contains(other) && begins[*other] && !escapes[*other].given_up;
            choice.iter().all(always)
        };
        let choices: Vec<&Vec<usize>> = exhaustive.iter().filter(is_done).collect();
        // It is passed over as well when nothing before it was done.
        let begun = before.is_empty() || !choices.is_empty() || before.iter().any(|other| firm[*other]);
        // One of them was done, whichever; and so was every one that never goes by, and one of each such choice.
        let of_one = one_of(before).unwrap_or_default();
        let of_firm = before
            .iter()
            .filter(|other| firm[**other])
            .flat_map(|other| done(*other));
        let of_choices = choices.iter().filter_map(|choice| one_of(choice)).flatten();
        let all = of_one.into_iter().chain(of_firm).chain(of_choices).collect();
        certain[place] = all;
        begins[place] = begun;
        firm[place] = begun && escapes[place] == Escape::default();
    }
    (firm, certain)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOMETIMES: Escape = Escape {
        passed_over: true,
        given_up: false,
    };

    #[test]
    fn what_never_goes_by_and_what_every_way_has_done_is_certain() {
        // 0 payment, 1 wrap (sometimes) after 0, 2 card after 1, 3 packing after 0 and 1, 4 and 5 alternatives after 3,
        // 6 after both alternatives.
        let after = [vec![], vec![0], vec![1], vec![0, 1], vec![3], vec![3], vec![4, 5]];
        let mut escapes = [Escape::default(); 7];
        for place in [1, 4, 5] {
            escapes[place] = SOMETIMES;
        }
        let order = [0, 1, 2, 3, 4, 5, 6];
        let (firm, sets) = certain(&after, &order, &escapes, &[]);
        assert_eq!(firm, [true, false, false, true, false, false, false]);
        assert_eq!(sets[2], [0, 1].into(), "the card goes with the wrapping");
        assert_eq!(sets[3], [0].into(), "the wrapping may have been passed over");
        assert_eq!(sets[6], [0, 3].into(), "one of the two was done, and packing before it");
        let (firm, _) = certain(&after, &order, &escapes, &[vec![4, 5]]);
        assert!(firm[6], "one of the two is always done");
        escapes[5].given_up = true;
        let (firm, _) = certain(&after, &order, &escapes, &[vec![4, 5]]);
        assert!(!firm[6], "the one that is chosen may be given up");
    }
}
