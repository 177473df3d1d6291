//! DeleteGroups: groups without members, and all that they committed.

use std::collections::BTreeSet;

use kafka_protocol::{
    ResponseError,
    messages::{DeleteGroupsRequest, DeleteGroupsResponse, GroupId, delete_groups_response::DeletableGroupResult},
};

use crate::{Broker, Call, Change, Reply, groups};

impl Broker {
    pub(crate) fn delete_groups(&mut self, _call: &Call, request: DeleteGroupsRequest) -> Reply {
        let mut seen = BTreeSet::new();
        let mut results = Vec::new();
        for name in request.groups_names {
            if seen.insert(name.clone()) {
                let code = self.delete_group(&name).err().map_or(0, |error| error.code());
                let result = DeletableGroupResult::default().with_group_id(name);
                results.push(result.with_error_code(code));
            }
        }
        Reply::Now(DeleteGroupsResponse::default().with_results(results).into())
    }

    fn delete_group(&mut self, name: &GroupId) -> Result<(), ResponseError> {
        let entry = self.groups.entry(name).ok_or(ResponseError::GroupIdNotFound)?;
        if !entry.is_empty() {
            return Err(ResponseError::NonEmptyGroup);
        }
        let group = name.to_string();
        let change = Change::Groups(groups::Change::Deleted { group });
        self.change(change).map_err(|_| ResponseError::UnknownServerError)
    }
}
