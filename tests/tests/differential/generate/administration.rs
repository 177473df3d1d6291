//! Settings, partitions and topics change.

use crate::{
    random::Random,
    steps::{Alteration, Asked, Keys, Resource, Step},
};

/// Mostly the topic that there is.
fn resource(random: &mut Random) -> Resource {
    random.of(&[
        Resource::Own,
        Resource::Own,
        Resource::Own,
        Resource::Own,
        Resource::Own,
        Resource::Missing,
        Resource::BadName,
        Resource::OtherNode,
        Resource::AllNodes,
        Resource::Unknown,
    ])
}

fn alteration(random: &mut Random) -> Alteration {
    random.of(&[
        Alteration::Retention,
        Alteration::RetentionAgain,
        Alteration::DefaultRetention,
        Alteration::Policy,
        Alteration::MorePolicy,
        Alteration::LessPolicy,
        Alteration::NoPolicy,
        Alteration::BadValue,
        Alteration::NullValue,
        Alteration::UnknownSetting,
        Alteration::NotAList,
        Alteration::UnknownOperation,
        Alteration::Twice,
    ])
}

/// Something is altered or looked at.
pub(super) fn turn(random: &mut Random, steps: &mut Vec<Step>) {
    let only_checked = random.percent(20);
    steps.push(match random.below(20) {
        0..6 => Step::DescribeConfigs {
            of: resource(random),
            keys: random.of(&[Keys::All, Keys::All, Keys::None, Keys::Some]),
            version: random.of(&[2, 4]),
        },
        6..12 => Step::Alter {
            of: random.of(&[Resource::Own, Resource::Own, Resource::Own, Resource::Missing]),
            what: alteration(random),
            only_checked,
        },
        12..14 => Step::Replace {
            of: random.of(&[Resource::Own, Resource::Own, Resource::Own, Resource::Missing]),
            what: alteration(random),
            only_checked,
        },
        14..17 => Step::Grow {
            count: random.of(&[3, 4, 4, 2, 1, 0, -1]),
            only_checked,
        },
        17 => Step::CreateOther,
        18 => Step::DeleteOther,
        _ => Step::Metadata(Asked::Own),
    });
}

/// The topic goes, and is asked for.
pub(super) fn end(steps: &mut Vec<Step>) {
    steps.push(Step::DeleteOwn);
    steps.push(Step::Metadata(Asked::Own));
    steps.push(Step::DescribeConfigs {
        of: Resource::Own,
        keys: Keys::All,
        version: 4,
    });
}
