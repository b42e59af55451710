//! Tags of users, roles, managed policies and instance profiles: Tag, Untag, ListTags.

use std::marker::PhantomData;

use iam::names::Name;

use crate::api_error::ApiError;
use crate::authn::Authenticated;
use crate::authz::{Authorized, Operation, Particulars};
use crate::identity::{Directory, Tags};
use crate::services::iam::holder::{OfRole, OfUser};
use crate::services::iam::page::PageRequest;
use crate::services::iam::{Iam, instance_profile, managed_policy, names, role, shapes, user};
use crate::services::query::{Parameters, QueryCall, Xml};

/// What carries tags, and what the calls about them are named.
pub(super) trait Tagged: Send + Sync + 'static {
    const TAG: &'static str;
    const UNTAG: &'static str;
    const LIST_TAGS: &'static str;

    /// The name or ARN in the parameters.
    fn named(parameters: &Parameters) -> Result<String, ApiError>;

    /// What decisions about it depend on.
    fn about(iam: &Iam, name: &str) -> Particulars;

    /// The tags of what exists.
    fn tags<'a>(directory: &'a Directory, name: &str) -> Result<&'a Tags, ApiError>;

    /// Changes the tags of what exists.
    fn change(
        directory: &mut Directory,
        name: &str,
        change: impl FnOnce(&mut Tags) -> Result<(), ApiError>,
    ) -> Result<(), ApiError>;
}

#[derive(Debug)]
pub(super) struct OfPolicy;

#[derive(Debug)]
pub(super) struct OfInstanceProfile;

impl Tagged for OfUser {
    const TAG: &'static str = "TagUser";
    const UNTAG: &'static str = "UntagUser";
    const LIST_TAGS: &'static str = "ListUserTags";

    fn named(parameters: &Parameters) -> Result<String, ApiError> {
        names::name(parameters, "UserName", Name::User)
    }

    fn about(iam: &Iam, name: &str) -> Particulars {
        iam.about_user(name)
    }

    fn tags<'a>(directory: &'a Directory, name: &str) -> Result<&'a Tags, ApiError> {
        Ok(&user::existing(directory, name)?.principal.tags)
    }

    fn change(
        directory: &mut Directory,
        name: &str,
        change: impl FnOnce(&mut Tags) -> Result<(), ApiError>,
    ) -> Result<(), ApiError> {
        user::change(directory, name, |user| change(&mut user.principal.tags))
    }
}

impl Tagged for OfRole {
    const TAG: &'static str = "TagRole";
    const UNTAG: &'static str = "UntagRole";
    const LIST_TAGS: &'static str = "ListRoleTags";

    fn named(parameters: &Parameters) -> Result<String, ApiError> {
        names::name(parameters, "RoleName", Name::Role)
    }

    fn about(iam: &Iam, name: &str) -> Particulars {
        iam.about_role(name)
    }

    fn tags<'a>(directory: &'a Directory, name: &str) -> Result<&'a Tags, ApiError> {
        Ok(&role::existing(directory, name)?.principal.tags)
    }

    fn change(
        directory: &mut Directory,
        name: &str,
        change: impl FnOnce(&mut Tags) -> Result<(), ApiError>,
    ) -> Result<(), ApiError> {
        role::change(directory, name, |role| change(&mut role.principal.tags))
    }
}

impl Tagged for OfPolicy {
    const TAG: &'static str = "TagPolicy";
    const UNTAG: &'static str = "UntagPolicy";
    const LIST_TAGS: &'static str = "ListPolicyTags";

    fn named(parameters: &Parameters) -> Result<String, ApiError> {
        names::policy_arn(parameters, "PolicyArn")
    }

    fn about(iam: &Iam, arn: &str) -> Particulars {
        iam.about_policy(arn)
    }

    fn tags<'a>(directory: &'a Directory, arn: &str) -> Result<&'a Tags, ApiError> {
        Ok(&managed_policy::existing(directory, arn)?.tags)
    }

    fn change(
        directory: &mut Directory,
        arn: &str,
        change: impl FnOnce(&mut Tags) -> Result<(), ApiError>,
    ) -> Result<(), ApiError> {
        let mut policy = managed_policy::existing(directory, arn)?.clone();
        change(&mut policy.tags)?;
        directory.put_policy(policy);
        Ok(())
    }
}

impl Tagged for OfInstanceProfile {
    const TAG: &'static str = "TagInstanceProfile";
    const UNTAG: &'static str = "UntagInstanceProfile";
    const LIST_TAGS: &'static str = "ListInstanceProfileTags";

    fn named(parameters: &Parameters) -> Result<String, ApiError> {
        names::name(parameters, "InstanceProfileName", Name::InstanceProfile)
    }

    fn about(iam: &Iam, name: &str) -> Particulars {
        iam.about_instance_profile(name)
    }

    fn tags<'a>(directory: &'a Directory, name: &str) -> Result<&'a Tags, ApiError> {
        Ok(&instance_profile::existing(directory, name)?.tags)
    }

    fn change(
        directory: &mut Directory,
        name: &str,
        change: impl FnOnce(&mut Tags) -> Result<(), ApiError>,
    ) -> Result<(), ApiError> {
        let mut profile = instance_profile::existing(directory, name)?.clone();
        change(&mut profile.tags)?;
        directory.put_instance_profile(profile);
        Ok(())
    }
}

#[derive(Debug)]
pub(super) struct Tag<T> {
    name: String,
    tags: Tags,
    of: PhantomData<T>,
}

impl<T: Tagged> Operation for Tag<T> {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = T::TAG;
    const READ_ONLY: bool = false;
}

impl<T: Tagged> QueryCall<Iam> for Tag<T> {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            name: T::named(parameters)?,
            tags: names::tags(parameters)?,
            of: PhantomData,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        names::with_request_tags(T::about(iam, &self.name), &self.tags)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let (call, permit) = call.into_parts();
        iam.identities
            .change(&permit, move |directory| {
                T::change(directory, &call.name, |tags| {
                    for (key, value) in call.tags {
                        // Keys that differ in case alone are one key.
                        tags.retain(|known, _| !known.eq_ignore_ascii_case(&key));
                        tags.insert(key, value);
                    }
                    names::check_tag_count(tags)
                })
            })
            .await?;
        Ok(None)
    }
}

#[derive(Debug)]
pub(super) struct Untag<T> {
    name: String,
    keys: Vec<String>,
    of: PhantomData<T>,
}

impl<T: Tagged> Operation for Untag<T> {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = T::UNTAG;
    const READ_ONLY: bool = false;
}

impl<T: Tagged> QueryCall<Iam> for Untag<T> {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            name: T::named(parameters)?,
            keys: names::tag_keys(parameters)?,
            of: PhantomData,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        T::about(iam, &self.name).keys("aws:TagKeys", &self.keys)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let (call, permit) = call.into_parts();
        iam.identities
            .change(&permit, move |directory| {
                T::change(directory, &call.name, |tags| {
                    // Taking off what is not there is no error.
                    tags.retain(|known, _| {
                        !call.keys.iter().any(|key| key.eq_ignore_ascii_case(known))
                    });
                    Ok(())
                })
            })
            .await?;
        Ok(None)
    }
}

#[derive(Debug)]
pub(super) struct ListTags<T> {
    name: String,
    page: PageRequest,
    of: PhantomData<T>,
}

impl<T: Tagged> Operation for ListTags<T> {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = T::LIST_TAGS;
    const READ_ONLY: bool = true;
}

impl<T: Tagged> QueryCall<Iam> for ListTags<T> {
    fn read(_: &Iam, _: &Authenticated, parameters: &Parameters) -> Result<Self, ApiError> {
        Ok(Self {
            name: T::named(parameters)?,
            page: PageRequest::read(parameters)?,
            of: PhantomData,
        })
    }

    fn particulars(&self, iam: &Iam) -> Particulars {
        T::about(iam, &self.name)
    }

    async fn run(iam: &Iam, call: Authorized<Self>) -> Result<Option<Xml>, ApiError> {
        let directory = iam.directory();
        let tags = T::tags(&directory, &call.name)?;
        let page = call.page.take(tags.iter(), |(key, _)| (*key).clone());
        let mut xml = Xml::new();
        xml.members("Tags", &page.items, |xml, (key, value)| {
            shapes::tag(xml, key, value);
        });
        page.write_end(&mut xml);
        Ok(Some(xml))
    }
}
